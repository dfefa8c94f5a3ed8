"""crowd.json in a crowd's data directory: what its operator has chosen. Every key is optional."""

from pathlib import Path
from typing import Any

from formats import json_text

FILE = "crowd.json"
DEFAULTS: dict[str, Any] = {
    "sandbox_database": None,  # SQLAlchemy URLs, such as postgresql+psycopg://user@host/name;
    "live_database": None,  # none: a SQLite file in the directory
    "sandbox_sign_in": "nickname",  # or "account", as on the live site
    "hosts": [],  # the names that the server answers to; none: as serve_local_crowd.py says
    "notification_endpoint_url": None,  # instead of AWS's own SQS and SNS
    "notification_destinations": [],  # beginnings of what may be sent to beside public https URLs
}


class SettingsError(Exception):
    """crowd.json cannot be used. The text is the whole message."""


def read(directory: Path) -> dict[str, Any]:
    """What crowd.json says, over the defaults. Raises SettingsError, naming file and fault."""
    path = directory / FILE
    try:
        said = json_text.parse(path.read_text(encoding="utf-8-sig"))
    except (FileNotFoundError, NotADirectoryError):
        return dict(DEFAULTS)
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise SettingsError(json_text.describe(path, error)) from error
    if not isinstance(said, dict):
        raise SettingsError(f"{path}: not a JSON object")
    if unknown := sorted(set(said) - set(DEFAULTS)):
        raise SettingsError(
            f"{path}: unknown key {', '.join(unknown)}; the keys are {', '.join(DEFAULTS)}"
        )
    for key in ("hosts", "notification_destinations"):
        texts = said.get(key, [])
        if not isinstance(texts, list) or not all(isinstance(one, str) for one in texts):
            raise SettingsError(f"{path}: {key} is not a list of texts")
    endpoint_url = said.get("notification_endpoint_url")
    if endpoint_url is not None and not str(endpoint_url).startswith(("http://", "https://")):
        raise SettingsError(f"{path}: notification_endpoint_url is not the URL of anything")
    if said.get("sandbox_sign_in", "nickname") not in ("nickname", "account"):
        raise SettingsError(f'{path}: sandbox_sign_in is neither "nickname" nor "account"')
    return DEFAULTS | said
