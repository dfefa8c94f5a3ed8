"""What workers may be called."""

import re
import unicodedata

LONGEST = 40  # characters
LONGEST_TYPED = 1000  # characters; beyond, Unicode's normalization takes time squared
# Letters that show nothing, so that two names could look the same; and signs that only say how
# the one before is drawn, which two keyboards send or do not.
INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]")
DRAWN_AS = re.compile("[\ufe00-\ufe0f]")


class InvalidNickname(ValueError):
    """A text that cannot be a nickname. The message is for the worker."""


def normalize_nickname(text: str) -> str:
    """`text` in the one form that is stored: no outer spaces, single inner ones, Unicode NFC.

    So the same name typed on two keyboards is the same worker. Raises InvalidNickname.
    """
    if len(text) > LONGEST_TYPED:
        raise InvalidNickname(f"That is {len(text):,} characters long. At most {LONGEST} fit.")
    name = unicodedata.normalize("NFC", " ".join(DRAWN_AS.sub("", text).split()))
    if not name:
        raise InvalidNickname("Type a nickname first.")
    if len(name) > LONGEST:
        raise InvalidNickname(f"That is {len(name)} characters long. At most {LONGEST} fit.")
    if not name.isprintable() or INVISIBLE.search(name):
        raise InvalidNickname("Use letters, digits, punctuation and spaces only.")
    return name
