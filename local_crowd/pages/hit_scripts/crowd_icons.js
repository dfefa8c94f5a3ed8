// <crowd-badge>, <crowd-fab>, <crowd-icon-button>, <iron-icon>: icons of the set that Amazon loaded

// A module script has no currentScript.
const HERE = document.currentScript || document.querySelector('script[src*="crowd-html-elements"]');
const ICONS = 'vendor/polymer-iron-icons-3.0.1/iron-icons.js';
let iconSet = null;

// Returns a document with the icons, each a <g> with its name as id. They are fetched on first use.
function loadIcons() {
  iconSet = iconSet || fetch(new URL(ICONS, HERE.src))
    .then((response) => (response.ok ? response.text() : ''))
    .then((source) => new DOMParser().parseFromString((/<svg>.*<\/svg>/s.exec(source) || [''])[0], 'text/html'));
  return iconSet;
}

// Returns an element that shows an icon, by its name or its URL. An unknown icon shows nothing.
function makeIcon(icon) {
  const name = icon.trim().replace(/^icons:/, '');
  if (/[/.]/.test(name)) return make('img', { src: name, alt: '', class: 'glyph' });
  const face = make('span', { class: 'glyph', 'aria-hidden': 'true' });
  loadIcons().then((icons) => {
    const shape = icons.getElementById(name);
    if (!shape) return;
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    svg.setAttribute('viewBox', '0 0 24 24');
    svg.append(document.importNode(shape, true));
    face.append(svg);
  }, () => {});
  return face;
}

const ICON_STYLE = `
  .glyph { display: inline-block; flex: none; width: 1.5rem; height: 1.5rem; object-fit: contain; vertical-align: middle }
  .glyph svg { display: block; width: 100%; height: 100%; fill: currentColor }`;

// A button that shows only an icon. HTML has no self-closing elements: what follows <crowd-fab/> is
// in it, and is shown after it.
class CrowdIconButton extends CrowdElement {
  static observedAttributes = ['icon', 'label', 'title', 'disabled', 'aria-label'];
  static delegatesFocus = false;

  get disabled() { return isOn(this, 'disabled'); }
  set disabled(on) { put(this, 'disabled', Boolean(on)); }

  build() {
    this.button = make('button', { type: 'button' });
    return [make('style', {}, ICON_STYLE + this.constructor.look), this.button, make('slot')];
  }

  update() {
    const icon = this.getAttribute('icon'), label = this.getAttribute('label') || '';
    const title = this.getAttribute('title');
    this.button.disabled = this.disabled;
    put(this.button, 'title', title);
    put(this.button, 'aria-label', this.getAttribute('aria-label') || title || label
      || (icon || 'button').replaceAll('-', ' '));
    // As in Amazon's element, there is room for one character.
    this.button.replaceChildren(icon ? makeIcon(icon) : Array.from(label).length > 1 ? '…' : label);
  }

  focus() { this.button.focus(); }
}

customElements.define('crowd-fab', class extends CrowdIconButton {
  static look = `
    :host { display: inline }
    button { width: 3.5rem; height: 3.5rem; margin: .25rem 0; padding: 0; border: 0; border-radius: 50%; background: #0a5499; color: #fff; font-size: 1.4rem; vertical-align: middle; box-shadow: 0 2px 6px #1d273366 }
    button:hover:enabled { background: #073e73 }
    button:active:enabled { box-shadow: 0 1px 2px #1d273366 }`;
});

customElements.define('crowd-icon-button', class extends CrowdIconButton {
  static look = `
    :host { display: inline }
    button { width: 2.75rem; height: 2.75rem; padding: 0; border: 0; border-radius: 50%; background: none; color: #0a5499; vertical-align: middle }
    button:active:enabled { background: #b9d3ec }`;
});

customElements.define('crowd-badge', class extends CrowdElement {
  static observedAttributes = ['for', 'icon', 'label'];
  static delegatesFocus = false;

  build() {
    this.badge = make('span', { class: 'badge', role: 'img' });
    this.resized = new ResizeObserver(() => this.place());
    window.addEventListener('resize', () => this.place());
    return [make('style', {}, ICON_STYLE + `
      :host { display: inline }
      .badge { position: absolute; z-index: 1; display: inline-flex; align-items: center; justify-content: center; min-width: 1.5rem; height: 1.5rem; padding: 0 .3rem; border-radius: .75rem; background: #a3161a; color: #fff; font-size: .8rem; font-weight: 700; line-height: 1; white-space: nowrap; pointer-events: none }
      .badge.alone { position: static }
      .badge .glyph { width: 1rem; height: 1rem }`), this.badge, make('slot')];
  }

  update() {
    const icon = this.getAttribute('icon'), label = this.getAttribute('label') || '';
    put(this.badge, 'aria-label', label || (icon || '').replaceAll('-', ' ') || null);
    this.badge.hidden = !icon && !label;
    this.badge.replaceChildren(icon ? makeIcon(icon) : label);
    whenParsed(() => {
      const id = this.getAttribute('for');
      this.target = id && this.getRootNode().getElementById ? this.getRootNode().getElementById(id) : null;
      this.badge.classList.toggle('alone', !this.target);
      this.resized.disconnect();
      this.resized.observe(document.documentElement);
      if (this.target) this.resized.observe(this.target);
      this.place();
    });
  }

  // Moves the badge over the upper right corner of the element it belongs to, within the page.
  place() {
    this.badge.style.translate = 'none';
    if (!this.target || !this.isConnected) return;
    const own = this.badge.getBoundingClientRect(), target = this.target.getBoundingClientRect();
    const left = Math.min(target.right - own.width / 2, document.documentElement.clientWidth - own.width);
    const top = Math.max(target.top - own.height / 2, -window.scrollY);
    this.badge.style.translate = (left - own.left) + 'px ' + (top - own.top) + 'px';
  }
});

if (!customElements.get('iron-icon')) {
  customElements.define('iron-icon', class extends CrowdElement {
    static observedAttributes = ['icon', 'src'];
    static delegatesFocus = false;

    build() {
      this.face = make('span');
      return [make('style', {}, ICON_STYLE + ' :host { display: inline }'), this.face, make('slot')];
    }

    update() {
      const icon = this.getAttribute('src') || this.getAttribute('icon');
      this.face.replaceChildren(...(icon ? [makeIcon(icon)] : []));
    }
  });
}
