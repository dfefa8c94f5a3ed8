"""The configuration: config.json, and which crowd it, the command line and a record choose."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from amt.crowd import DEFAULT_CONCURRENCY, OWNER, Crowd, check_name, is_plug_in, strip_slash
from amt.errors import Error
from amt.messages import Say, say_nothing
from amt.records import Record, find_requester, follow_record
from formats import json_text

PROJECT = Path(__file__).resolve().parent.parent
FILE = "config.json"
DEFAULTS: dict[str, Any] = {
    "crowd": "local",
    "local_crowd": str(PROJECT / "local_crowd_data"),
    "crowd_settings": {},
    "aws_access_key": None,
    "aws_secret_key": None,
    "template_directories": [str(PROJECT / "hit_templates")],
    "push_destinations": [],
}
LISTS = ("template_directories", "push_destinations")
OBJECTS = ("crowd_settings",)


class Choice(NamedTuple):
    """What a user asked for: a crowd, its live site, a configuration file; None for the default."""

    crowd: str | None = None
    live: bool | None = None
    config_file: str | None = None
    concurrency: int = DEFAULT_CONCURRENCY


class Configuration(NamedTuple):
    """The settings (see DEFAULTS), and the file they come from, or None without a file."""

    settings: dict[str, Any]
    path: Path | None


def choose_crowd(choice: Choice, records: Iterable[Record | None], say: Say = say_nothing) -> Crowd:
    """Return the crowd and site of the records that exist, else of `choice` and config.json.

    Raises Error for an invalid crowd, when `choice` contradicts a record, and for a plug-in that only
    a record names.
    """
    name, live = choice.crowd, choice.live
    requester = OWNER
    for record in records:
        if record is not None and record.header:
            name, live = follow_record(record, name, live)
            requester = find_requester(record)
    settings, path = load(choice.config_file, say)
    if not name:
        name = strip_slash(settings["crowd"])
        if path is not None and not choice.config_file:
            _warn_of_hidden_file(path, name, say)
    elif is_plug_in(name) and name not in {choice.crowd, settings["crowd"]}:
        # A record may have come with somebody's archive, and must not decide what code runs.
        raise Error(
            f"the batch is on the crowd {name}, which is code; if you trust it, add --crowd {name}, or "
            "set crowd in config.json"
        )
    check_name(name)
    source = str(path or f"no {FILE}")
    return Crowd(name, bool(live), settings, choice.concurrency, source, requester)


def load(config_file: str | None = None, say: Say = say_nothing) -> Configuration:
    """Return the settings of `config_file`, else of the first config.json found, over DEFAULTS.

    It is looked for in the current folder, then beside the scripts. Print a message when the latter is used,
    and when others can read a file with keys. Raises as `read` does.
    """
    beside_scripts = PROJECT / FILE
    if config_file:
        path = Path(config_file)
    elif Path(FILE).exists():
        path = Path(FILE)
    elif beside_scripts.exists():
        path = beside_scripts
        say(f"Read {path}")
    else:
        return Configuration(DEFAULTS, None)
    settings = read(path)
    if os.name == "posix" and settings["aws_secret_key"] and path.stat().st_mode & 0o077:
        say(f"{path} contains keys that others can read; run chmod 600 {path}")
    return Configuration(settings, path)


def _warn_of_hidden_file(path: Path, name: str, say: Say) -> None:
    """Print a warning when `path` hides a file beside the scripts that names another crowd."""
    hidden = PROJECT / FILE
    if hidden.exists() and not path.samefile(hidden):
        other = strip_slash(read(hidden)["crowd"])
        if other != name:
            say(f"{path} names the crowd {name}, and {hidden}, which is not read, {other}")


def read(path: Path) -> dict[str, Any]:
    """Return the settings in a file over DEFAULTS; paths in it are relative to its folder.

    Raises Error for text that is not JSON and for wrong keys or types, OSError for a missing file.
    """
    try:
        settings = json_text.parse(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise Error(json_text.describe(path, error)) from error
    unknown = sorted(set(settings) - set(DEFAULTS)) if isinstance(settings, dict) else []
    if unknown or not isinstance(settings, dict):
        fault = f"unknown key {unknown[0]}" if unknown else "not a JSON object"
        raise Error(f"{path}: {fault}; the keys are {', '.join(DEFAULTS)}")
    settings = {key: value for key, value in settings.items() if value is not None}
    for key, value in settings.items():
        _check_type(path, key, value)
    # A pipe, such as /dev/stdin, is in no folder that anybody means.
    folder = path.resolve().parent if path.is_file() else Path.cwd()
    if "local_crowd" in settings:
        settings["local_crowd"] = str(folder / settings["local_crowd"])
    if "template_directories" in settings:
        names = settings["template_directories"]
        settings["template_directories"] = [str(folder / name) for name in names]
    return DEFAULTS | settings


def _check_type(path: Path, key: str, value: Any) -> None:
    """Raise Error unless the setting is a string, or what a key of LISTS or OBJECTS has."""
    if key in OBJECTS:
        if not isinstance(value, dict):
            raise Error(f"{path}: {key} must be an object")
        return
    wants_list = key in LISTS
    texts = value if wants_list else [value]
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise Error(f"{path}: {key} must be a {'list of strings' if wants_list else 'string'}")
