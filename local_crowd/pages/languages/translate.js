// Returns the functions that translate the texts of a page's scripts. The server adds the arguments:
// the translations by English text (of a plural: an array), and the index of the plural for a number.
(texts, pluralOf) => {
  const fill = (template, values) =>
    template.replace(/%\((\w+)\)s/g, (place, name) => (name in values ? values[name] : place));

  // Translates a text whose values stand as %(name)s.
  const gettext = (text, values = {}) => fill(texts[text] || text, values);

  // Translates the text for `count`, of the English ones for one and for many.
  function ngettext(one, many, count, values = {}) {
    const forms = texts[one] || [one, many];
    return fill(forms[pluralOf(count)], values);
  }

  return { gettext, ngettext };
}
