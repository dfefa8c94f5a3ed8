"""Validate the names of workers."""

import re
import unicodedata

from local_crowd.operations.errors import WorkerError
from local_crowd.operations.texts import Text

MAX_LENGTH = 40  # characters
MAX_TYPED_LENGTH = 1000  # characters; normalizing takes quadratic time for some longer texts
# Letters that are invisible, so that different names could look the same; and variation selectors,
# which some keyboards add to a character and others do not.
INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]")
VARIATION_SELECTORS = re.compile("[\ufe00-\ufe0f]")
EMPTY = Text("Type a nickname first.")
TOO_LONG = Text("That is %(length)s characters long. At most %(limit)s are allowed.")


class InvalidNickname(WorkerError, ValueError):
    """A text that cannot be a nickname. The message is for the worker."""


def normalize_nickname(text: str) -> str:
    """Return `text` in Unicode NFC, without outer spaces and with single inner spaces.

    The same name typed on two keyboards then belongs to the same worker. Raises InvalidNickname.
    """
    if len(text) > MAX_TYPED_LENGTH:
        raise InvalidNickname(TOO_LONG.fill(length=len(text), limit=MAX_LENGTH))
    name = unicodedata.normalize("NFC", " ".join(VARIATION_SELECTORS.sub("", text).split()))
    if not name:
        raise InvalidNickname(EMPTY)
    if len(name) > MAX_LENGTH:
        raise InvalidNickname(TOO_LONG.fill(length=len(name), limit=MAX_LENGTH))
    if not name.isprintable() or INVISIBLE.search(name):
        raise InvalidNickname(Text("Use letters, digits, punctuation and spaces only."))
    return name
