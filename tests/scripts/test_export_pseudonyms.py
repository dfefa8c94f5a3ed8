"""export_results.py --pseudonyms: hashes in place of worker ids."""

import hashlib
import hmac
import json
import re
import sqlite3
from pathlib import Path

import pytest

from tests.support.results_lines import result, to_lines
from tests.support.script_fixtures import Desk

FROM = "--results_file=results.txt"
KEY = "--pseudonyms=key.txt"
KEY_OF_TEST = "00" * 31 + "01\n"


def with_key(desk: Desk, text: str = KEY_OF_TEST, mode: int = 0o600) -> None:
    """A key file."""
    desk.write("key.txt", text)
    (desk.folder / "key.txt").chmod(mode)


@pytest.mark.parametrize("format_name", ["mturk", "csv", "json", "amti"])
def test_no_worker_id_is_left_in_an_export(desk: Desk, format_name: str) -> None:
    """Not in the fields that the page stored it in either, whole or within a text."""
    answers = {"workerId": "A2WORKERID", "note": "from A2WORKERID, page 2", "label": "animal"}
    lines = [
        result(1, worker_id="A2WORKERID", answers=answers),
        result(2, worker_id="A2WORKERID", answers={"label": "B"}),
        result(3, worker_id="B", answers={"label": "B"}),
    ]
    desk.write("results.txt", to_lines(*lines))

    done = desk.run("export_results", FROM, f"--format={format_name}", KEY, "--new_key")

    assert done.code == 0
    assert "A2WORKERID" not in done.out
    pseudonyms = re.findall(r"\bP[0-9a-f]{32}\b", done.out)
    assert len(set(pseudonyms)) == 2
    assert '"B"' in done.out, "a short id is a word of its own in another worker's answer"


def test_a_pseudonym_is_the_keyed_hash_of_the_worker_id(desk: Desk) -> None:
    """HMAC-SHA256, so that it is the same in every export, here and in other programs."""
    with_key(desk)
    desk.write("results.txt", to_lines(result(worker_id="A2WORKERID")))

    first = desk.run("export_results", FROM, "--format=json", KEY).out
    second = desk.run("export_results", FROM, "--format=json", KEY).out

    digest = hmac.new(bytes(31) + b"\1", b"A2WORKERID", hashlib.sha256).hexdigest()
    assert json.loads(first)[0]["worker_id"] == f"P{digest[:32]}"
    assert first == second


def test_a_panels_id_is_replaced_as_the_page_stored_it(desk: Desk) -> None:
    """A participant's worker id is A and the panel's id in capitals; pages store the latter."""
    with_key(desk)
    panel_id = "5f3a90b1c2d4e5f6a7b8c9d0"
    answers = {"PROLIFIC_PID": panel_id, "from": f"/?PROLIFIC_PID={panel_id}&x=1"}
    desk.write("results.txt", to_lines(result(worker_id=f"A{panel_id.upper()}", answers=answers)))

    (row,) = json.loads(desk.run("export_results", FROM, "--format=json", KEY).out)

    assert row["answer.PROLIFIC_PID"] == row["worker_id"]
    assert row["answer.from"] == f"/?PROLIFIC_PID={row['worker_id']}&x=1"


def test_another_key_gives_other_pseudonyms(desk: Desk) -> None:
    """So two exports can be made that nobody can join."""
    desk.write("results.txt", to_lines(result()))

    out = [
        desk.run("export_results", FROM, "--format=json", f"--pseudonyms={name}", "--new_key").out
        for name in ("one.txt", "two.txt")
    ]

    assert out[0] != out[1]
    assert (desk.folder / "one.txt").stat().st_mode & 0o777 == 0o600


def test_the_xml_of_answers_has_pseudonyms_too(desk: Desk, tmp_path: Path) -> None:
    """Both the XML in the results and the XML that is fetched."""
    (hit,) = desk.launch({"text": "a dog"})
    worker = desk.crowd().make_worker("Ada")
    fetched = desk.crowd().do(worker, hit, [("who", worker)])
    lines = desk.run("get_results", "--hit_ids_file=hit_ids.txt").out
    xml = "<Answer>A2WORKERID</Answer>"
    desk.write("results.txt", lines + to_lines(result(worker_id="A2WORKERID", xml=xml)))
    with_key(desk)

    ids = "--hit_ids_file=hit_ids.txt"
    done = desk.run("export_results", FROM, "--format=xml", "--output_file=out", ids, KEY)

    assert done.code == 0, done.err
    texts = {path.stem: path.read_text() for path in tmp_path.glob("out/*/*.xml")}
    assert len(texts) == 2
    for text, name in (
        (texts[f"assignment-{fetched}"], worker),
        (texts["assignment-3ASSIGNMENT1"], "A2WORKERID"),
    ):
        assert name not in text
        assert re.search("P[0-9a-f]{32}<", text)


def test_a_database_has_pseudonyms_too(desk: Desk) -> None:
    """--to and --pseudonyms go together."""
    with_key(desk)
    desk.write("results.txt", to_lines(result(answers={"id": "AWORKER"})))

    assert desk.run("export_results", FROM, "--to=sqlite:///x.sqlite3", KEY).code == 0

    database = sqlite3.connect(desk.folder / "x.sqlite3")
    ((worker, answers),) = database.execute("SELECT worker_id, answers FROM results").fetchall()
    database.close()
    assert re.fullmatch("P[0-9a-f]{32}", worker)
    assert json.loads(answers) == {"id": worker}


@pytest.mark.parametrize(
    ("text", "mode", "flags", "fault"),
    [
        (None, 0, [KEY], "key.txt: does not exist; add --new_key to create a key"),
        (
            KEY_OF_TEST,
            0o600,
            [KEY, "--new_key"],
            "key.txt: exists; leave out --new_key to use it, or name a new file",
        ),
        (
            KEY_OF_TEST,
            0o640,
            [KEY],
            "key.txt contains a key that others can read; run chmod 600 key.txt",
        ),
        (
            "secret\n",
            0o600,
            [KEY],
            "key.txt: does not contain a key of --new_key, which is 64 hexadecimal digits",
        ),
        (None, 0, ["--new_key"], "--new_key needs --pseudonyms, which names the file of the key"),
    ],
)
def test_a_key_that_cannot_be_used_is_refused(
    desk: Desk, text: str | None, mode: int, flags: list[str], fault: str
) -> None:
    """Before anything is written."""
    desk.write("results.txt", to_lines(result()))
    if text is not None:
        with_key(desk, text, mode)

    assert desk.fails("export_results", FROM, "--format=csv", *flags) == fault
