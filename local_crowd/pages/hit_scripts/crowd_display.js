// <crowd-button>, <crowd-card>, <crowd-instructions>

customElements.define('crowd-button', class extends CrowdElement {
  static observedAttributes = ['disabled', 'loading', 'href', 'target', 'variant', 'icon', 'icon-url', 'icon-align', 'aria-label'];

  get disabled() { return isOn(this, 'disabled'); }
  set disabled(on) { put(this, 'disabled', Boolean(on)); }

  build() {
    this.slotted = make('slot');
    const style = make('style', {}, ICON_STYLE + ':host { display: inline-block } .glyph { width: 1.3em; height: 1.3em }');
    this.face = make('span');
    return [style, this.face];
  }

  update() {
    const href = this.getAttribute('href'), variant = this.getAttribute('variant') || 'normal';
    const blocked = this.disabled || isOn(this, 'loading');
    const face = make(href === null ? 'button' : 'a', {
      class: 'button ' + variant, 'aria-busy': isOn(this, 'loading') ? 'true' : null,
      'aria-label': this.getAttribute('aria-label')
        || (variant === 'icon' ? this.textContent.trim() || this.getAttribute('icon') : null),
      ...(href === null ? { type: 'button', disabled: blocked }
        : { href, target: this.getAttribute('target') || '_blank', rel: 'noopener' }),
    }, this.slotted);
    const image = this.getAttribute('icon-url'), name = image || this.getAttribute('icon');
    if (name) {
      const icon = image ? make('img', { src: image, alt: '', class: 'glyph' }) : makeIcon(name);
      if (this.getAttribute('icon-align') === 'right') face.append(icon); else face.prepend(icon);
      this.slotted.hidden = variant === 'icon';
    }
    if (isOn(this, 'loading')) face.append(' ...');
    this.face.replaceWith(face);
    this.face = face;
  }
});

customElements.define('crowd-card', class extends CrowdElement {
  static observedAttributes = ['heading', 'image'];
  static delegatesFocus = false;

  build() {
    const style = make('style', {}, `
      :host { display: inline-block; max-width: 100%; border-radius: .5rem; background: #fff; box-shadow: 0 1px 4px #1d273340 }
      img { display: block; max-width: 100%; border-radius: .5rem .5rem 0 0 }
      h3 { padding: .8rem 1rem 0 }`);
    this.picture = make('img', { alt: '' });
    this.top = make('h3');
    return [style, this.picture, this.top, make('slot')];
  }

  update() {
    this.picture.hidden = !this.hasAttribute('image');
    put(this.picture, 'src', this.getAttribute('image'));
    this.top.textContent = this.getAttribute('heading') || '';
    this.top.hidden = !this.top.textContent;
  }
});

const REGIONS = {
  'short-summary': gettext('Summary'),
  'detailed-instructions': gettext('Detailed instructions'),
  'positive-example': gettext('Good examples'),
  'negative-example': gettext('Bad examples'),
};

customElements.define('crowd-instructions', class extends CrowdElement {
  static observedAttributes = ['link-text', 'link-type'];

  build() {
    const sections = Object.entries(REGIONS).map(([tag, title]) => make(
      'section', { 'data-tag': tag }, make('h3', {}, title), make('slot', { name: tag })));
    this.dialog = dialogWith(gettext('Instructions'), ...sections);
    this.opener = make('button', { type: 'button' });
    this.opener.addEventListener('click', () => this.dialog.showModal());
    watchRegions(this, Object.keys(REGIONS), () => {
      for (const section of sections) section.hidden = !hasRegion(this, section.dataset.tag);
    });
    return [this.opener, this.dialog];
  }

  update() {
    this.opener.textContent = this.getAttribute('link-text') || gettext('Click for instructions');
    this.opener.className = this.getAttribute('link-type') === 'button' ? '' : 'link';
  }
});
