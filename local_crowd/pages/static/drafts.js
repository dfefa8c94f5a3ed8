// What workers entered and have not handed in, as this browser keeps it: a draft an assignment,
// under its site and its worker. Every page forgets what is not, or no longer, for its worker.
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

  // What is kept of an assignment, or null: `entries`, `answer` (texts), `end` (ms since 1970).
  const load = (assignment) => read(key(assignment));

  // Whether it is kept now. It may not fit, or the browser may keep nothing for this site.
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
    } catch { /* then nothing is kept */ }
  }

  function isOver(name) {
    if (signedOut || name === key(over)) return true;
    if (!worker) return false;  // a session that ended by itself: the worker may come back
    const draft = read(name);
    return !name.startsWith(mine) || !draft || (draft.returned && name !== key(open)) || draft.end < Date.now();
  }

  function sweep() {
    const kept = Object.keys(localStorage).filter((name) => name.startsWith(all));
    for (const name of kept.filter(isOver)) localStorage.removeItem(name);
  }

  try {
    sweep();
  } catch { /* then nothing is kept */ }
  return { key, load, save, forget };
})();
