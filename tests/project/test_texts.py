"""The listing of every text that users see (`make texts`)."""

import ast
from pathlib import Path

import pytest

from tools import texts

ROOT = Path(__file__).resolve().parents[2]
MESSAGE_CALLS = {"Error", "say", "flash", "ParameterValidationError", "RequestError", "confirm"}


@pytest.fixture(scope="module")
def listing() -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["make"])
        return "\n".join(texts.listing())


def test_every_message_is_listed(listing: str) -> None:
    """Whatever a script says or raises, or a page flashes, is in the listing."""
    spoken = []
    for path in [*ROOT.glob("*.py"), *ROOT.glob("amt/**/*.py"), *ROOT.glob("local_crowd/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            first = node.args[0]
            if name in MESSAGE_CALLS and isinstance(first, ast.Constant):
                spoken.append(str(first.value))

    assert len(spoken) > 30
    assert [text for text in spoken if " " in text and text not in listing] == []


def test_every_script_and_command_is_listed(listing: str) -> None:
    """The help of each script and of each of the operator's commands is in the listing."""
    scripts = sorted(path.name for path in ROOT.glob("*_*.py"))

    assert len(scripts) > 15
    assert [name for name in scripts if f"usage: {name}" not in listing] == []
    assert "usage: manage_crowd.py add_panel_link" in listing


def test_every_page_is_listed(listing: str) -> None:
    """Each page that holds words of its own is in the listing, and so is what its scripts say."""
    for text in ("Type a nickname", "Sign out"):
        assert text in listing
    assert "-- local_crowd/pages/static/work.js" in listing


@pytest.mark.parametrize(
    ("source", "messages"),
    [
        ('"""About it."""\nraise Error("no such file")', [(2, "no such file")]),
        ('say(f"{path}: {len(rows)} rows")', [(1, "{path}: {len(rows)} rows")]),
        ('say("one " "and two")', [(1, "one and two")]),
        ('KEY = "worker_id"\nSQL = "SELECT a FROM b"', []),
    ],
)
def test_messages_are_told_from_other_strings(source: str, messages: list[tuple[int, str]]) -> None:
    """A docstring, a key and a query are not messages; a text in parts is one message."""
    assert texts.messages_of(source) == messages
