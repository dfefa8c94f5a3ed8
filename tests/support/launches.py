"""Input files for launch_hits.py, and the HITs that it creates."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.script_fixtures import PAGE, PROPERTIES, Desk

FLAGS = (
    "--html_template=page.html",
    "--hit_properties_file=properties.json",
    "--input_json_file=input.jsonl",
    "--hit_ids_file=hit_ids.txt",
)


RECORD = "hit_ids.batch.jsonl"


@pytest.fixture
def files(desk: Desk) -> Desk:
    """Return a desk with a template, properties, and an input of three rows."""
    desk.write("page.html", PAGE)
    desk.write("properties.json", json.dumps(PROPERTIES, indent=1))
    desk.write("input.jsonl", '{"n": 0}\n{"n": 1}\n{"n": 2}\n')
    return desk


def record(desk: Desk, name: str = RECORD) -> list[Any]:
    return [json.loads(line) for line in desk.read(name).splitlines()]


def made(desk: Desk, *, live: bool = False) -> list[Any]:
    """Return all HITs of the crowd, oldest first, whatever the records say."""
    return desk.crowd(live=live).client.list_hits(MaxResults=100)["HITs"][::-1]


def nothing_happened(desk: Desk) -> bool:
    return desk.calls == [] and not Path(RECORD).exists() and not Path("hit_ids.txt").exists()
