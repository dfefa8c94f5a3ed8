"""What workers may be called."""

import unicodedata

LONGEST = 40  # characters


class NoNickname(ValueError):
    """A text that cannot be a nickname. The message is for the worker."""


def nickname(text: str) -> str:
    """`text` in the one form that is stored: no outer spaces, single inner ones, Unicode NFC.

    So the same name typed on two keyboards is the same worker. Raises NoNickname.
    """
    name = unicodedata.normalize("NFC", " ".join(text.split()))
    if not name:
        raise NoNickname("Type a nickname first.")
    if len(name) > LONGEST:
        raise NoNickname(f"That is {len(name)} characters long. At most {LONGEST} fit.")
    if not name.isprintable():
        raise NoNickname("Use letters, digits, punctuation and spaces only.")
    return name
