"""Modules of plug-in crowds that tests write, and the crowd of examples/command_crowd."""

import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.script_fixtures import ROOT, Desk

COMMAND_CROWD = "examples.command_crowd.crowd:create"
WORKER = [sys.executable, str(ROOT / "examples/command_crowd/worker.py")]
# Every method is there and has nothing; a test's module changes what it is about.
NOTHING = """
from datetime import UTC, datetime
class Refusal(Exception):
    def __init__(self, code="RequestError", message="Hit does not exist."):
        super().__init__(message)
        self.response = {"Error": {"Code": code, "Message": message}}
class Crowd:
    def __getattr__(self, name):
        if name not in METHODS: raise AttributeError(name)
        return lambda **request: self.refuse()
    def refuse(self): raise Refusal()
    def list_hits(self, **request): return {"HITs": []}
METHODS = ["create_hit_type", "create_hit_with_hit_type", "get_hit", "list_assignments_for_hit",
    "get_assignment", "approve_assignment", "reject_assignment", "send_bonus",
    "update_expiration_for_hit", "delete_hit"]
def create(live, settings): return Crowd()
"""

WriteModule = Callable[..., str]


@pytest.fixture
def write_module(desk: Desk) -> Iterator[WriteModule]:
    """Return a function that writes the module `plugged` into the desk's folder; return its crowd's
    name. Afterwards Python knows neither.
    """
    path = list(sys.path)

    def write(text: str = "", base: str = NOTHING, factory: str = "create") -> str:
        sys.modules.pop("plugged", None)
        desk.write("plugged.py", base + text)
        return f"plugged:{factory}"

    sys.dont_write_bytecode, before = True, sys.dont_write_bytecode  # two versions in a second
    yield write
    sys.dont_write_bytecode = before
    sys.path[:] = path
    sys.modules.pop("plugged", None)


def use_command_crowd(desk: Desk, **settings: Any) -> None:
    """Write a config.json that names the crowd of examples/command_crowd."""
    given = {"command": WORKER, "directory": "programs"} | settings
    desk.write("config.json", json.dumps({"crowd": COMMAND_CROWD, "crowd_settings": given}))
