"""Countries (ISO 3166) and the states of the United States (ISO 3166-2), for people to choose."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent


def countries() -> Mapping[str, str]:
    """English names by code, in the order of the names."""
    return _read("countries.txt")


def us_states() -> Mapping[str, str]:
    """Names by code, without "US-"."""
    return _read("us_states.txt")


@cache
def _read(name: str) -> Mapping[str, str]:
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines)
