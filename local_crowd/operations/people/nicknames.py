"""Validate the names of workers."""

import re
import unicodedata

MAX_LENGTH = 40  # characters
MAX_TYPED_LENGTH = 1000  # characters; normalizing takes quadratic time for some longer texts
# Letters that are invisible, so that different names could look the same; and variation selectors,
# which some keyboards add to a character and others do not.
INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]")
VARIATION_SELECTORS = re.compile("[\ufe00-\ufe0f]")


class InvalidNickname(ValueError):
    """A text that cannot be a nickname. The message is for the worker."""


def normalize_nickname(text: str) -> str:
    """Return `text` in Unicode NFC, without outer spaces and with single inner spaces.

    The same name typed on two keyboards then belongs to the same worker. Raises InvalidNickname.
    """
    if len(text) > MAX_TYPED_LENGTH:
        raise InvalidNickname(
            f"That is {len(text):,} characters long. At most {MAX_LENGTH} are allowed."
        )
    name = unicodedata.normalize("NFC", " ".join(VARIATION_SELECTORS.sub("", text).split()))
    if not name:
        raise InvalidNickname("Type a nickname first.")
    if len(name) > MAX_LENGTH:
        raise InvalidNickname(
            f"That is {len(name)} characters long. At most {MAX_LENGTH} are allowed."
        )
    if not name.isprintable() or INVISIBLE.search(name):
        raise InvalidNickname("Use letters, digits, punctuation and spaces only.")
    return name
