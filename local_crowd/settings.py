"""Settings of a crowd: crowd.json in its data directory, in which every key is optional."""

from pathlib import Path
from typing import Any

from formats import json_text

FILE = "crowd.json"
DEFAULTS: dict[str, Any] = {
    "sandbox_database": None,  # SQLAlchemy URLs, such as postgresql+psycopg://user@host/name;
    "live_database": None,  # None: a SQLite file in the directory
    "sandbox_sign_in": "nickname",  # or "account", as on the live site
    "hosts": [],  # allowed Host headers; empty: see serve_local_crowd.py --hosts
    "notification_endpoint_url": None,  # instead of AWS's own SQS and SNS
    "notification_destinations": [],  # allowed prefixes besides public https URLs
    "question_bytes": 1_000_000,  # the largest question; Amazon's limit is 65,535
}
QUESTION_BYTES = (65_535, 1_000_000)  # lowest and highest limit


class SettingsError(Exception):
    """Raised when crowd.json cannot be used; str() is the whole message."""


def read(directory: Path) -> dict[str, Any]:
    """Read crowd.json over the defaults. Raises SettingsError, naming the file and the fault."""
    path = directory / FILE
    try:
        chosen = json_text.parse(path.read_text(encoding="utf-8-sig"))
    except (FileNotFoundError, NotADirectoryError):
        return dict(DEFAULTS)
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise SettingsError(json_text.describe(path, error)) from error
    if not isinstance(chosen, dict):
        raise SettingsError(f"{path}: not a JSON object")
    if unknown := sorted(set(chosen) - set(DEFAULTS)):
        raise SettingsError(
            f"{path}: unknown key {', '.join(unknown)}; the keys are {', '.join(DEFAULTS)}"
        )
    for key in ("hosts", "notification_destinations"):
        texts = chosen.get(key, [])
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise SettingsError(f"{path}: {key} must be a list of strings")
    endpoint_url = chosen.get("notification_endpoint_url")
    if endpoint_url is not None and not str(endpoint_url).startswith(("http://", "https://")):
        raise SettingsError(f"{path}: notification_endpoint_url must be an http or https URL")
    low, high = QUESTION_BYTES
    limit = chosen.get("question_bytes", high)
    if type(limit) is not int or not low <= limit <= high:
        raise SettingsError(f"{path}: question_bytes must be from {low:,} to {high:,}")
    if chosen.get("sandbox_sign_in", "nickname") not in ("nickname", "account"):
        raise SettingsError(f'{path}: sandbox_sign_in must be "nickname" or "account"')
    return DEFAULTS | chosen
