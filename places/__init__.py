"""Country codes (ISO 3166) and the states of the United States (ISO 3166-2), with their names.

Both sides read them: the scripts to check HIT properties, the crowd to check calls and to let
workers choose. Other subdivisions are left out, as Amazon left them out: no worker can have one.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
# Codes and short names in common use that ISO 3166 does not have.
COMMON_MISTAKES = {
    "AN": "CW",
    "EL": "GR",
    "EN": "GB",
    "SF": "FI",
    "TP": "TL",
    "UAE": "AE",
    "UK": "GB",
    "USA": "US",
    "YU": "RS",
    "ZR": "CD",
}
# ISO 3166 has these as countries and as parts of the United States; workers choose the country.
US_TERRITORIES = ("AS", "GU", "MP", "PR", "UM", "VI")


def countries() -> Mapping[str, str]:
    """Return the English names of countries by code, in the order of the names."""
    return _read("countries.txt")


def us_states() -> Mapping[str, str]:
    """Return the names of the states by code, without "US-"."""
    return _read("us_states.txt")


def is_place(country: str, subdivision: str | None = None) -> bool:
    """Return whether a worker can live there: in a country, or in a state of the United States."""
    if subdivision is None:
        return country in countries()
    return country == "US" and subdivision in us_states()


def suggest_place(country: str, subdivision: str | None = None) -> str:
    """Return a question for the code that was most likely meant: "did you mean GB?" for "UK"."""
    if not country.strip():
        return "it is empty"
    if country.upper() == "EU":
        return "did you mean a list of its countries, such as DE and FR?"
    return f"did you mean {_nearest_place(country, subdivision)}?"


def _nearest_place(country: str, subdivision: str | None) -> str:
    if country.upper() != "US" or subdivision is None:
        return _nearest_code(country, countries())
    if not subdivision.strip():
        return "US"
    if subdivision in US_TERRITORIES:
        return subdivision
    return f"US-{_nearest_code(subdivision, us_states())}"


def _nearest_code(text: str, names: Mapping[str, str]) -> str:
    """Return the code most similar to `text`, by itself, by its name, or by its first letters."""
    code = text.strip().upper()
    for guess in (COMMON_MISTAKES.get(code, ""), code, code[:2] if len(code) == 3 else ""):
        if guess in names:
            return guess
    codes = {name.casefold(): known for known, name in names.items()}
    if like := get_close_matches(text.strip().casefold(), codes, n=1, cutoff=0.7):
        return codes[like[0]]
    return (get_close_matches(code, names, n=1, cutoff=0) or [next(iter(names))])[0]


@cache
def _read(name: str) -> Mapping[str, str]:
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines)
