"""config.json: which crowd is meant, with which keys, and where its data and templates are."""

from pathlib import Path
from typing import Any

from amt.errors import Error
from formats import json_text

PROJECT = Path(__file__).resolve().parent.parent
DEFAULTS: dict[str, Any] = {
    "crowd": "local",
    "local_crowd": str(PROJECT / "local_crowd_data"),
    "aws_access_key": None,
    "aws_secret_key": None,
    "template_directories": [str(PROJECT / "hit_templates")],
}


def read(path: Path) -> dict[str, Any]:
    """Return the settings in a file over DEFAULTS; paths in it are relative to its folder.

    Raises Error for what is not JSON or has the wrong keys or types, OSError for a missing file.
    """
    try:
        settings = json_text.parse(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise Error(json_text.describe(path, error)) from error
    unknown = sorted(set(settings) - set(DEFAULTS)) if isinstance(settings, dict) else []
    if unknown or not isinstance(settings, dict):
        what = f"unknown key {unknown[0]}" if unknown else "not a JSON object"
        raise Error(f"{path}: {what}; the keys are {', '.join(DEFAULTS)}")
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
    wants_list = key == "template_directories"
    texts = value if wants_list else [value]
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise Error(f"{path}: {key} must be a {'list of texts' if wants_list else 'text'}")
