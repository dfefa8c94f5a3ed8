// <crowd-tabs>, <crowd-tab>

// In <crowd-tabs> a tab is shown if it is selected; alone, with its header above it.
customElements.define('crowd-tab', class extends CrowdElement {
  static observedAttributes = ['header'];
  static delegatesFocus = false;

  build() {
    this.heading = make('h3');
    return [this.heading, make('slot')];
  }

  update() {
    const header = this.getAttribute('header') || '', tabs = this.parentElement;
    const isInTabs = Boolean(tabs) && tabs.localName === 'crowd-tabs';
    this.heading.textContent = header;
    this.heading.hidden = isInTabs || !header;
    put(this, 'role', isInTabs ? 'tabpanel' : null);
    put(this, 'aria-label', isInTabs ? header || null : null);
    if (isInTabs && tabs.list) tabs.arrange();
  }
});

customElements.define('crowd-tabs', class extends CrowdElement {
  static observedAttributes = ['selected'];
  static delegatesFocus = false;

  get tabs() { return Array.from(this.children).filter((child) => child.localName === 'crowd-tab'); }

  // The number of the selected tab, from 0.
  get selected() { return Number(this.getAttribute('selected')) || 0; }
  set selected(number) { this.setAttribute('selected', number); }

  build() {
    this.list = make('div', { class: 'tabs', role: 'tablist' });
    this.list.addEventListener('click', (event) => {
      const at = this.buttons.indexOf(event.target.closest('button'));
      if (at >= 0) this.selected = at;
    });
    this.list.addEventListener('keydown', (event) => this.move(event));
    new MutationObserver(() => this.arrange()).observe(this, { childList: true });
    return [make('style', {}, `
      .tabs { display: flex; flex-wrap: wrap; gap: 0 .25rem; margin-bottom: 1rem; border-bottom: 1px solid #c3cad2 }
      button { margin-bottom: -1px; padding: .5rem .9rem; border: 0; border-bottom: 3px solid #0000; border-radius: .4rem .4rem 0 0; background: none; color: #4a5561; font-weight: 600; overflow-wrap: anywhere }
      button[aria-selected=true] { border-bottom-color: #0a5499; color: #0a5499 }`),
    this.list, make('slot', { name: 'selected' }), make('slot')];
  }

  get buttons() { return Array.from(this.list.children); }

  update() { this.arrange(); }

  // The page's own style may set `display` of a tab: a tab without a slot is never shown.
  arrange() {
    const { tabs } = this, selected = Math.min(this.selected, tabs.length - 1);
    while (this.list.children.length > tabs.length) this.list.lastChild.remove();
    while (this.list.children.length < tabs.length) this.list.append(make('button', { type: 'button', role: 'tab' }));
    this.buttons.forEach((button, number) => {
      const header = tabs[number].getAttribute('header') || gettext('Tab %(number)s', { number: number + 1 });
      if (button.textContent !== header) button.textContent = header;
      button.setAttribute('aria-selected', String(number === selected));
      button.tabIndex = number === selected ? 0 : -1;
      const slot = number === selected ? 'selected' : 'not-selected';
      if (tabs[number].slot !== slot) tabs[number].slot = slot;
    });
  }

  move(event) {
    const { buttons } = this, at = buttons.indexOf(event.target.closest('button'));
    const to = {
      ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: -1,
    }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    this.selected = (to + buttons.length) % buttons.length;
    buttons[this.selected].focus();
  }

  // Shows the tab that contains an element; see crowd_form.js.
  reveal(element) {
    const at = this.tabs.findIndex((tab) => tab.contains(element));
    if (at >= 0 && at !== this.selected) this.selected = at;
  }
});
