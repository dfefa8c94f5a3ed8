"""Batches: the HITs that one run of launch_hits.py made; of others, those of one HIT type."""

import re

# What launch_hits.py notes on a HIT: its batch, and the row of the input that it was made of.
ANNOTATION = re.compile(r"batch=([A-Za-z0-9._-]{1,64}) row=([0-9]{1,18})")


def of(annotation: str | None, hit_type_id: str) -> str:
    """The batch of a HIT with this RequesterAnnotation and HIT type."""
    noted = ANNOTATION.fullmatch(annotation or "")
    return noted[1] if noted else hit_type_id


def row_of(annotation: str | None) -> int | None:
    """The row of the input that a HIT was made of, if it says so."""
    noted = ANNOTATION.fullmatch(annotation or "")
    return int(noted[2]) if noted else None
