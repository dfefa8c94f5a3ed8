"""What a browser shows on a page of ours: texts that are still English, and texts that are cut off."""

import re
from functools import cache
from typing import TYPE_CHECKING

from tools import catalogues

if TYPE_CHECKING:
    from playwright.sync_api import Frame, Page

# Every text that can be seen or heard; US states and languages have one name everywhere.
COLLECT = """() => {
  const texts = [document.title], skipped = '#state option, .foot [lang], script, style, noscript';
  function collect(root) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const around = walker.currentNode.parentElement;
      if (around && !around.closest(skipped)) texts.push(walker.currentNode.textContent);
    }
    for (const element of root.querySelectorAll('*')) {
      for (const name of ['title', 'aria-label', 'placeholder', 'alt']) texts.push(element.getAttribute(name) || '');
      if (element.matches('[type=submit]')) texts.push(element.value);
      if (element.shadowRoot) collect(element.shadowRoot);
    }
  }
  collect(document.body);
  return texts.map((text) => text.replace(/\\s+/g, ' ').trim()).filter(Boolean);
}"""
# Texts that do not fit: wider than the window, than their box, or than a box that hides the rest.
FIND_CUT = """() => {
  const cut = [], width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) cut.push('the page scrolls sideways');
  for (const element of document.querySelectorAll('body *')) {
    if (!element.checkVisibility() || element.closest('.unseen, .skip, select, iframe')) continue;
    const box = element.getBoundingClientRect(), hides = getComputedStyle(element).overflowX !== 'visible';
    const name = element.tagName + ' ' + element.textContent.trim().slice(0, 60);
    if (box.width && (box.right > width + 1 || box.left < -1)) cut.push('outside: ' + name);
    const byDesign = element.matches('.bar h1, .nickname, input, textarea');
    if (!byDesign && hides && element.scrollWidth > element.clientWidth + 1) cut.push('hidden: ' + name);
    if (element.matches('button, .button') && element.scrollWidth > element.clientWidth + 1)
      cut.push('too wide: ' + name);
  }
  return cut;
}"""
PARTS = re.compile(r"<[^>]+>|%\(\w+\)s|%%")


@cache
def english_parts(code: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the English that a page in this language must not show.

    The first are whole texts, the second are parts of sentences between values and tags, of three
    words or more. Texts that the language's own catalogue contains too are left out.
    """
    whole, parts, own = set(), set(), ""
    for message in catalogues.read_catalogue(code):
        if not message.id:
            continue
        english = [message.id] if isinstance(message.id, str) else list(message.id)
        forms = [message.string] if isinstance(message.string, str) else list(message.string)
        own += "\\n".join(["", *map(str, forms)])
        for text in english:
            pieces = [piece.strip(" .,;:()") for piece in PARTS.split(text)]
            whole.update(piece for piece in pieces if len(piece) > 1)
            parts.update(piece for piece in pieces if piece.count(" ") >= 2)
    words = set(re.findall(r"[\\w-]+", own))
    shared = {text for text in whole if text in own or text in words}
    return frozenset(whole - shared), tuple(sorted(parts - shared))


def find_english(page: "Page | Frame", code: str) -> list[str]:
    """Return the texts that a page in this language shows in English."""
    whole, parts = english_parts(code)
    return [
        text
        for text in page.evaluate(COLLECT)
        if text.strip(" .,;:·()") in whole or any(part in text for part in parts)
    ]
