"""What takes longer than most tests and is the same in each is done once."""

import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import flask
import jinja2
import pytest
from werkzeug.routing import Rule

from local_crowd.pages.people import passwords
from local_crowd.site import SITES, open_site

STRENGTH = passwords.METHOD


@cache
def _untouched() -> tempfile.TemporaryDirectory[str]:
    folder = tempfile.TemporaryDirectory()  # it is there as long as this process
    for name in SITES:
        open_site(Path(folder.name) / "crowd", name).close()
    return folder


def new_crowd(directory: Path) -> Path:
    """Put a crowd in which nothing has happened into `directory`, which is its name."""
    shutil.copytree(Path(_untouched().name) / "crowd", directory, dirs_exist_ok=True)
    return directory


_compile_builder = Rule._compile_builder
_builders: dict[Any, Any] = {}


def _builder(rule: Rule, append_unknown: bool = True) -> Any:
    """What makes URLs of a rule: a function that takes the rule, the same for all that read alike."""
    key = (str(rule), repr(rule.defaults), append_unknown)
    if key not in _builders:
        _builders[key] = _compile_builder(rule, append_unknown)
    return _builders[key]


@pytest.fixture(scope="session", autouse=True)
def sooner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep passwords in the cheapest way there is, and compile each template and URL rule once."""
    compiled = jinja2.FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "METHOD", "scrypt:512:8:1")
        patch.setattr(flask.Flask, "jinja_options", {"bytecode_cache": compiled})
        patch.setattr(Rule, "_compile_builder", _builder)
        yield


@pytest.fixture
def strong_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep passwords as they are kept outside of tests."""
    monkeypatch.setattr(passwords, "METHOD", STRENGTH)
