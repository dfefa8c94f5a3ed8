// <crowd-text-ranking>, <crowd-question-answer-generation>: Amazon's second version of its elements

// A task that may name the form that submits it. Without a name of its own, the members of its value
// are members of the answer, as in Amazon's samples.
class CrowdTextTask extends CrowdTask {
  static delegatesFocus = false;

  get isSpread() { return !this.hasAttribute('name'); }
  get _submittableValue() { return this.value; }

  collect() { return this.value; }

  // The page hides the form, because Amazon's element has a Submit button: here, the form has it.
  frame(...content) {
    whenParsed(() => {
      const form = document.getElementById(this.getAttribute('crowd-form-element-id') || '');
      if (!form || form.contains(this)) return;
      form.style.display = '';
      form.owner = this;
      this.after(form);
    });
    this.note = make('p', { class: 'note' });
    return super.frame(this.note, ...content);
  }

  arrange() {
    super.arrange();
    const instructions = this.getAttribute('instructions') || '';
    this.note.textContent = instructions.split('\n').map((line) => line.trim()).join('\n');
    this.note.hidden = !instructions;
  }
}

customElements.define('crowd-text-ranking', class extends CrowdTextTask {
  static observedAttributes = ['text', 'responses', 'ordinal-ranking-dimensions', 'instructions'];

  ranks = [];  // for each dimension, the rank of each response; 0: none yet

  get dimensions() {
    return (listOf(this.getAttribute('ordinal-ranking-dimensions')) || [])
      .map((it) => (typeof it === 'object' && it ? it : { name: it }))
      .map(({ name, allowTie }) => ({ name: String(name), allowTie: allowTie === true || allowTie === 'true' }));
  }

  get texts() { return (listOf(this.getAttribute('responses')) || []).map(String); }

  get defect() {
    if (!this.texts.length) return gettext('The <%(tag)s> has no responses.', { tag: this.localName });
    return this.dimensions.length ? super.defect : gettext('The <%(tag)s> has no dimensions.', { tag: this.localName });
  }

  build() {
    this.prompt = make('p', { class: 'prompt' });
    this.list = make('div');
    return [make('style', {}, `
      .prompt, .note, article > p { margin-top: 0; white-space: pre-wrap }
      .prompt { margin: 0 0 1rem; font-weight: 600 }
      article { margin-bottom: 1rem; padding: .8rem 1rem; border: 1px solid #c3cad2; border-radius: .5rem }
      article > p { margin: 0 0 .8rem }
      .ranks { display: flex; flex-wrap: wrap; align-items: center; gap: .3rem; margin-bottom: .4rem }
      .ranks legend { float: left; min-width: 8rem; margin: 0 .6rem 0 0; font-size: 1rem }
      .ranks label { display: inline-flex; align-items: center; justify-content: center; min-width: 2.75rem; min-height: 2.75rem; border: 1px solid #66717f; border-radius: .4rem; cursor: pointer }
      .ranks label:hover { background: #e8f1fa }
      .ranks label:has(:checked) { border-color: #0a5499; background: #0a5499; color: #fff }
      .ranks label:has(:focus-visible) { outline: 3px solid #b45f00; outline-offset: 2px }
      .ranks input { position: absolute; opacity: 0; width: 1px; height: 1px }
      .help { margin: 0 0 .8rem; color: #4a5561 }`),
    ...this.frame(this.prompt, make('p', { class: 'help' }, gettext('Rank each response: 1 is the best.')), this.list, this.problem)];
  }

  update() {
    const { texts, dimensions } = this;
    this.arrange();
    this.prompt.textContent = this.getAttribute('text') || '';
    this.ranks = dimensions.map(() => texts.map(() => 0));
    this.list.replaceChildren(...texts.map((text, response) => make('article', {},
      make('h3', {}, gettext('Response %(number)s', { number: response + 1 })), make('p', {}, text),
      ...dimensions.map((dimension, at) => this.makeRanks(dimension, at, response, texts.length)))));
  }

  makeRanks({ name, allowTie }, at, response, count) {
    const part = make('fieldset', { class: 'ranks', 'data-at': at }, make('legend', {}, name));
    for (let rank = 1; rank <= count; rank += 1) {
      part.append(make('label', {}, make('input', { type: 'radio', name: at + '-' + response, value: rank }), String(rank)));
    }
    part.addEventListener('change', (event) => {
      const ranks = this.ranks[at], rank = Number(event.target.value);
      // Without ties, the response that had this rank loses it.
      if (!allowTie && ranks.includes(rank)) ranks[ranks.indexOf(rank)] = 0;
      ranks[response] = rank;
      this.show();
      this.changed();
    });
    return part;
  }

  show() {
    for (const input of this.list.querySelectorAll('input')) {
      const [at, response] = input.name.split('-').map(Number);
      input.checked = this.ranks[at][response] === Number(input.value);
    }
  }

  get value() {
    return { ordinalRankingDimensions: this.dimensions.map((dimension, at) => (
      { ...dimension, responseRankings: [...this.ranks[at]] })) };
  }

  get draftValue() { return this.ranks.some((ranks) => ranks.some(Boolean)) ? this.ranks : undefined; }

  set draftValue(ranks) {
    this.ranks = this.ranks.map((row, at) => row.map((_, response) => (ranks[at] || [])[response] || 0));
    this.show();
    this.changed();
  }

  fault() { return this.ranks.some((ranks) => ranks.includes(0)) ? gettext('Please give each response a rank.') : ''; }

  focus() {
    const open = Array.from(this.list.querySelectorAll('.ranks')).find((part) => !part.querySelector(':checked'));
    if (open) open.querySelector('input').focus();
  }

  reset() { this.update(); }
});

const countWords = (text) => (text.trim() ? text.trim().split(/\s+/).length : 0);

customElements.define('crowd-question-answer-generation', class extends CrowdTextTask {
  static observedAttributes = ['text', 'question-tags', 'instructions'];

  pairs = [];  // {part, question, answer, tags, own, references}

  get defect() { return this.getAttribute('text') ? super.defect : gettext('The <%(tag)s> has no text.', { tag: this.localName }); }

  limit(name, otherwise) { return Number(this.getAttribute(name)) || otherwise; }

  build() {
    this.passage = make('textarea', { readonly: true, 'aria-label': gettext('Text') });
    this.list = make('div');
    this.more = make('button', { type: 'button' }, gettext('Add a question'));
    this.more.addEventListener('click', () => this.add().question.focus());
    return [make('style', {}, `
      .note { margin: 0 0 1rem; white-space: pre-wrap }
      .passage { max-height: 60vh; margin-bottom: 1rem; line-height: 1.6; field-sizing: content }
      article { margin-bottom: 1rem; padding: .8rem 1rem; border: 1px solid #c3cad2; border-radius: .5rem }
      article > * { margin-bottom: .6rem }
      .tags { display: flex; flex-wrap: wrap; gap: 0 .6rem }
      .row { display: flex; flex-wrap: wrap; gap: .5rem }
      ul { padding-left: 1.2rem }`),
    ...this.frame(this.passage, this.list, this.more, this.problem)];
  }

  update(name) {
    this.arrange();
    this.passage.className = 'passage';
    this.passage.value = this.getAttribute('text') || '';
    this.passage.rows = Math.min(14, 2 + Math.ceil(this.passage.value.length / 90));
    if (name !== 'instructions') this.reset();
  }

  reset() {
    this.pairs = [];
    this.list.replaceChildren();
    for (let number = 0; number < this.limit('min-questions', 1); number += 1) this.add();
  }

  add({ question = '', answer = '', questionTags = [], textReferences = [] } = {}) {
    const tags = (listOf(this.getAttribute('question-tags')) || []).map(String);
    const pair = { references: [...textReferences] };
    pair.question = make('textarea', { rows: '2' }, question);
    pair.answer = make('textarea', { rows: '3' }, answer);
    pair.tags = tags.map((tag) => make('input', { type: 'checkbox', value: tag, checked: questionTags.includes(tag) }));
    pair.own = make('input', { value: questionTags.filter((tag) => !tags.includes(tag)).join(', ') });
    pair.quotes = make('ul');
    const refer = make('button', { type: 'button' }, gettext('Refer to the selected text'));
    refer.addEventListener('click', () => this.refer(pair));
    const remove = make('button', { type: 'button', class: 'link' }, gettext('Remove this question'));
    remove.addEventListener('click', () => this.remove(pair));
    const custom = ['allow-custom-question-tags', 'allow-custom-tags'].some((name) => isOn(this, name));
    pair.heading = make('h3');
    pair.part = make('article', {}, pair.heading,
      make('label', {}, make('span', { class: 'label' }, gettext('Question')), pair.question),
      make('label', {}, make('span', { class: 'label' }, gettext('Answer')), pair.answer),
      make('div', { class: 'tags', role: 'group', 'aria-label': gettext('Tags') },
        ...pair.tags.map((box) => make('label', { class: 'choice' }, box, box.value))),
      ...(custom ? [make('label', {}, make('span', { class: 'label' }, gettext('Other tags')), pair.own)] : []),
      pair.quotes, make('div', { class: 'row' }, refer, remove));
    pair.part.addEventListener('change', () => this.changed());
    this.pairs.push(pair);
    this.list.append(pair.part);
    this.show(pair);
    return pair;
  }

  remove(pair) {
    this.pairs = this.pairs.filter((other) => other !== pair);
    pair.part.remove();
    this.show();
    this.more.focus();
    this.changed();
  }

  refer(pair) {
    const { selectionStart: start, selectionEnd: end, value } = this.passage;
    const count = (at) => Array.from(value.slice(0, at)).length;  // as in <crowd-entity-annotation>
    if (start === end) return;
    pair.references.push({ startOffset: count(start), endOffset: count(end), text: value.slice(start, end) });
    this.show(pair);
    this.changed();
  }

  show(pair) {
    this.pairs.forEach(({ heading }, number) => { heading.textContent = gettext('Question %(number)s', { number: number + 1 }); });
    this.more.hidden = this.pairs.length >= this.limit('max-questions', Infinity);
    if (!pair) return;
    pair.quotes.replaceChildren(...pair.references.map((reference) => {
      const remove = make('button', { type: 'button', class: 'link', 'aria-label': gettext('Remove the reference to %(text)s', { text: reference.text }) }, gettext('Remove'));
      remove.addEventListener('click', () => {
        pair.references = pair.references.filter((other) => other !== reference);
        this.show(pair);
        this.changed();
      });
      return make('li', {}, reference.text + ' ', remove);
    }));
  }

  get value() {
    return { questionAnswerPairs: this.pairs.map(({ question, answer, tags, own, references }) => ({
      question: question.value.trim(), answer: answer.value.trim(),
      questionTags: [...tags.filter((box) => box.checked).map((box) => box.value),
        ...own.value.split(',').map((tag) => tag.trim()).filter(Boolean)],
      textReferences: references,
    })) };
  }

  get draftValue() {
    const { questionAnswerPairs: pairs } = this.value;
    return pairs.some((pair) => pair.question || pair.answer || pair.textReferences.length) ? pairs : undefined;
  }

  set draftValue(pairs) {
    this.pairs = [];
    this.list.replaceChildren();
    for (const pair of pairs) this.add(pair);
    this.changed();
  }

  // Returns what is wrong with the number of words of a text, or ''.
  countFault(kind, text) {
    const words = countWords(text), least = this.limit(kind + '-min-words', 1), most = this.limit(kind + '-max-words', Infinity);
    if (words >= least && words <= most) return '';
    const isQuestion = kind === 'question', count = words < least ? least : most;
    if (words < least) {
      return isQuestion ? ngettext('Please write at least %(count)s word for each question.', 'Please write at least %(count)s words for each question.', count, { count })
        : ngettext('Please write at least %(count)s word for each answer.', 'Please write at least %(count)s words for each answer.', count, { count });
    }
    return isQuestion ? ngettext('Please write at most %(count)s word for each question.', 'Please write at most %(count)s words for each question.', count, { count })
      : ngettext('Please write at most %(count)s word for each answer.', 'Please write at most %(count)s words for each answer.', count, { count });
  }

  // Returns the first pair that is not complete, with what is wrong with it, or undefined.
  findFault() {
    return this.pairs.flatMap(({ question, answer }) => [[question, this.countFault('question', question.value)],
      [answer, this.countFault('answer', answer.value)]]).find(([, fault]) => fault);
  }

  fault() {
    const least = this.limit('min-questions', 1);
    if (this.pairs.length < least) return ngettext('Please write at least %(count)s question.', 'Please write at least %(count)s questions.', least, { count: least });
    return (this.findFault() || ['', ''])[1];
  }

  focus() { (this.findFault() || [this.more])[0].focus(); }
});
