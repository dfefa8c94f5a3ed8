"""Files of JSON in which an object has a key twice: which of the two is meant, nobody knows."""

import json
from pathlib import Path

import pytest

from tests.support.script_fixtures import PAGE, PROPERTIES, Desk

LAUNCH = (
    "launch_hits",
    "--html_template=page.html",
    "--hit_properties_file=properties.json",
    "--input_json_file=input.jsonl",
    "--hit_ids_file=ids.txt",
)
TWICE = "is there twice in one object"


@pytest.fixture
def files(desk: Desk) -> Desk:
    """A desk with a template, properties, and an input of one row."""
    desk.write("page.html", PAGE)
    desk.write("properties.json", json.dumps(PROPERTIES))
    desk.write("input.jsonl", '{"n": 0}\n')
    return desk


def repeat(desk: Desk, name: str, addition: str) -> None:
    """Add to the object in a file, on a line of its own."""
    desk.write(name, desk.read(name).rstrip("\n")[:-1] + f",\n{addition}}}")


def test_in_the_properties(files: Desk) -> None:
    """A second Reward would multiply what is paid."""
    repeat(files, "properties.json", '"Reward": 5.00')

    done = files.run(*LAUNCH, "--yes")

    assert (done.code, done.out) == (2, "")
    assert done.err.endswith(f'properties.json:2: the key "Reward" {TWICE}\n')
    assert done.err.count("\n") == 1
    assert not Path("ids.batch.jsonl").exists()


def test_deep_in_the_properties(files: Desk) -> None:
    """Two values of one requirement would let in others than are meant."""
    requirement = (
        '{"QualificationTypeId": "000000000000000000L0", "Comparator": "GreaterThan",\n'
        '"IntegerValues": [95], "IntegerValues": [5]}'
    )
    repeat(files, "properties.json", f'"QualificationRequirements": [{requirement}]')

    assert files.fails(*LAUNCH) == f'properties.json:3: the key "IntegerValues" {TWICE}'


def test_in_the_input(files: Desk) -> None:
    """Every row with such an object is named."""
    files.write("input.jsonl", '{"a": 1}\n{"a": 1, "a": 2}\n[{"b": {"c": 1, "c": 1}}]\n')

    done = files.run(*LAUNCH)

    assert done.code == 2
    assert f'input.jsonl:2: the key "a" {TWICE} (column 10)\n' in done.err
    assert f'input.jsonl:3: the key "c" {TWICE} (column 17)\n' in done.err


def test_in_the_configuration(files: Desk) -> None:
    """A launch meant for one crowd must not reach another."""
    repeat(files, "config.json", '"local_crowd": "other"')

    assert files.fails(*LAUNCH) == f'config.json:2: the key "local_crowd" {TWICE}'


def test_in_the_crowds_settings(files: Desk) -> None:
    """The server refuses to start, and the scripts to open the crowd."""
    files.write("crowd/crowd.json", '{"hosts": ["a.example"],\n"hosts": []}')

    message = f'crowd/crowd.json:2: the key "hosts" {TWICE}'
    assert message in files.fails("show_account_balance")
    assert message in files.fails("manage_crowd", "list_requesters")
    served = files.process("serve_local_crowd", "--port=0")
    assert served.code == 2
    assert message in served.err


def test_in_a_batch_record(files: Desk) -> None:
    """A record that somebody edited is not guessed at."""
    assert files.run(*LAUNCH).code == 0
    lines = files.read("ids.batch.jsonl").splitlines()
    files.write("ids.batch.jsonl", f'{lines[0]}\n{lines[1][:-1]}, "hit_id": "3OTHER"}}\n')

    assert files.fails("show_hit_progress", "--hit_ids_file=ids.txt") == (
        "ids.batch.jsonl:2: not a line of a batch record"
    )


def test_in_the_results(files: Desk) -> None:
    """Neither is a results file, which would be rewritten."""
    text = '{"hit_id": "3A", "assignment_id": "3B", "assignment_id": "3C"}\n'
    files.write("results.txt", text)

    assert files.fails("get_results", "--output_file=results.txt") == (
        "results.txt:1: not a line of results"
    )
    assert files.read("results.txt") == text
