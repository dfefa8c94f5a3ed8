// Drafts in localStorage: one for each assignment, in keys that contain the site and the worker.
// Every page deletes drafts of other workers and of assignments that are over.
const drafts = (() => {
  const { site, worker, open, over, signedOut } = document.currentScript.dataset;
  const all = ['local_crowd_draft', site, ''].join(' '), mine = all + worker + ' ';
  const key = (assignment) => mine + assignment;

  function read(name) {
    try {
      return JSON.parse(localStorage.getItem(name));
    } catch {
      return null;
    }
  }

  // Returns an assignment's draft or null: `entries` and `answer` (texts), `end` (ms since 1970).
  const load = (assignment) => read(key(assignment));

  // Returns whether the draft is saved: it may not fit, or storage may be disabled.
  function save(assignment, draft) {
    try {
      localStorage.setItem(key(assignment), JSON.stringify(draft));
      return true;
    } catch {
      return false;
    }
  }

  function forget(assignment) {
    try {
      localStorage.removeItem(key(assignment));
    } catch { /* storage is disabled */ }
  }

  function isOver(name) {
    if (signedOut || name === key(over)) return true;
    if (!worker) return false;  // the session expired: the worker may sign in again
    const draft = read(name);
    return !name.startsWith(mine) || !draft || (draft.returned && name !== key(open)) || draft.end < Date.now();
  }

  function sweep() {
    const kept = Object.keys(localStorage).filter((name) => name.startsWith(all));
    for (const name of kept.filter(isOver)) localStorage.removeItem(name);
  }

  try {
    sweep();
  } catch { /* storage is disabled */ }
  return { key, load, save, forget };
})();
