"""The names of machines, and the ids that follow from them."""

import base64
import hashlib
import re

from amt.errors import Error

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,99}")


def require_name(name: str) -> str:
    """Return the name of a machine. Raises Error for a text that cannot be one."""
    if not NAME.fullmatch(name):
        raise Error(
            f"--name {name[:60]!r}: a machine's name has 1 to 100 letters, digits and . _ : / @ + - "
            "such as gpt-x-2026-10"
        )
    return name


def derive_worker_id(name: str) -> str:
    """Return the worker id of a machine: M, and 13 characters that follow from the name."""
    return f"M{_hash(name)[:13]}"


def derive_assignment_id(name: str, hit_id: str) -> str:
    """Return the id of a machine's answer to a HIT: M, and 29 characters."""
    return f"M{_hash(f'{name} {hit_id}')[:29]}"


def _hash(text: str) -> str:
    return base64.b32encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
