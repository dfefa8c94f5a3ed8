"""launch_hits.py once more, with the same arguments: it makes what is missing and nothing twice."""

import json
import time
from pathlib import Path

import pytest

from tests.support.launches import FLAGS, RECORD, made, record
from tests.support.script_fixtures import PAGE, PROPERTIES, Desk


def test_again_makes_what_is_missing_and_nothing_else(files: Desk) -> None:
    """After a record that was cut short anywhere, the rest is made and the ids are in order."""
    files.run("launch_hits", *FLAGS)
    ids, whole = files.read("hit_ids.txt"), files.read(RECORD)
    for end in range(len(whole.splitlines(keepends=True)[0]), len(whole), 29):
        files.write(RECORD, whole[:end])
        (files.folder / "hit_ids.txt").unlink()

        assert files.run("launch_hits", *FLAGS).code == 0
        assert files.read("hit_ids.txt") == ids
        assert len(made(files)) == 3
        assert len(record(files)) == 4


@pytest.mark.parametrize("text", ["my notes", "{}\n", "[]\n", '{"batch": "x"}\n', "1\n2\n"])
def test_somebody_elses_file_in_the_records_place_is_left_alone(files: Desk, text: str) -> None:
    """A file that is not a batch record is reported and stays as it is."""
    files.write(RECORD, text)

    assert files.fails("launch_hits", *FLAGS) == f"{RECORD}:1: not a line of a batch record"
    assert files.read(RECORD) == text
    assert files.calls == []


def test_a_completed_batch_is_not_made_again(files: Desk) -> None:
    """The same command after the end makes no call at all."""
    files.run("launch_hits", *FLAGS)
    files.calls.clear()

    done = files.run("launch_hits", *FLAGS)

    assert (done.code, files.calls) == (0, [])
    assert "3 of 3 HITs are launched" in done.err


def test_ids_that_were_lost_come_back_from_the_record(files: Desk) -> None:
    """Killed between the last HIT and the ids file: the same command writes it, without a call."""
    files.run("launch_hits", *FLAGS)
    ids = files.read("hit_ids.txt")
    Path("hit_ids.txt").unlink()
    files.calls.clear()

    assert files.run("launch_hits", *FLAGS).code == 0
    assert (files.read("hit_ids.txt"), files.calls) == (ids, [])


def lose_answers(desk: Desk) -> None:
    """Two HITs are made, and the process dies before it hears of them."""
    whole = desk.read(RECORD).splitlines(keepends=True)
    desk.write(RECORD, "".join(whole[:2]))
    Path("hit_ids.txt").unlink()
    desk.calls.clear()


def test_hits_whose_answer_was_lost_are_found_by_their_token(files: Desk) -> None:
    """Killed between the crowd's commit and our line: the token names the HIT that is there."""
    files.run("launch_hits", *FLAGS)
    ids = files.read("hit_ids.txt")
    lose_answers(files)

    assert files.run("launch_hits", *FLAGS).code == 0
    assert sorted(files.calls) == ["CreateHITWithHITType"] * 2 + ["GetHIT"] * 2
    assert files.read("hit_ids.txt") == ids
    assert len(made(files)) == 3


def test_hits_whose_token_is_forgotten_are_found_by_their_annotation(files: Desk) -> None:
    """More than a day later the crowd knows no token; ListHITs and the annotation tell."""
    files.run("launch_hits", *FLAGS)
    ids = files.read("hit_ids.txt")
    for number in range(120):  # more than a page lies above them
        files.crowd().make_hit(RequesterAnnotation=f"batch=other row={number}")
    lose_answers(files)
    age(files, 25)

    assert files.run("launch_hits", *FLAGS).code == 0
    assert files.read("hit_ids.txt") == ids
    assert "CreateHITWithHITType" not in files.calls


def age(desk: Desk, hours: int, name: str = RECORD) -> None:
    """Let the crowd's clock advance, and the record be as much older."""
    first, _, rest = desk.read(name).partition("\n")
    header = json.loads(first)
    then = time.time() - hours * 3600
    header["time"] = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(then))
    desk.write(name, json.dumps(header) + "\n" + rest)
    desk.clock.advance(hours * 3600)


def test_rows_never_made_are_made_after_a_day_too(files: Desk) -> None:
    """After the token's day, what the listing does not show is made, once."""
    files.run("launch_hits", *FLAGS)
    first = files.read("hit_ids.txt").split()[0]
    lose_answers(files)
    client = files.crowd().client
    for hit in made(files):
        if hit["HITId"] != first:
            client.update_expiration_for_hit(HITId=hit["HITId"], ExpireAt=0)
            client.delete_hit(HITId=hit["HITId"])
    whole = files.read(RECORD).splitlines(keepends=True)
    files.write(
        RECORD, whole[0] + json.dumps({"row": 0, "hit_id": first, "input": {"n": 0}}) + "\n"
    )
    age(files, 25)

    assert files.run("launch_hits", *FLAGS).code == 0
    assert len(made(files)) == 3
    assert files.read("hit_ids.txt").split()[0] == first


def test_a_hit_deleted_before_it_was_recorded_is_not_made_again(files: Desk) -> None:
    """The token says it was made, and nothing shows it: that is said, and it stays one HIT."""
    files.run("launch_hits", *FLAGS)
    lose_answers(files)
    client = files.crowd().client
    for hit in made(files):
        client.update_expiration_for_hit(HITId=hit["HITId"], ExpireAt=0)
        client.delete_hit(HITId=hit["HITId"])

    done = files.run("launch_hits", *FLAGS)

    assert done.code == 2
    assert done.err.endswith(
        "its HIT was created but no longer exists; give another --hit_ids_file to start a "
        "new batch\n"
    )
    assert made(files) == []


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"input.jsonl": '{"n": 0}\n{"n": 1}\n{"n": 3}\n'}, "a different input"),
        ({"page.html": PAGE + "!"}, "a different template"),
        ({"properties.json": json.dumps(PROPERTIES | {"Reward": 0.06})}, "a different properties"),
        (
            {"page.html": "<p>", "properties.json": json.dumps(PROPERTIES | {"Title": "b"})},
            "a different template and a different properties",
        ),
    ],
)
def test_a_batch_is_finished_with_what_it_was_begun_with(
    files: Desk, changed: dict[str, str], named: str
) -> None:
    """A changed input, template or properties file is named; nothing is launched."""
    files.run("launch_hits", *FLAGS)
    lose_answers(files)
    before = files.read(RECORD)
    for name, text in changed.items():
        files.write(name, text)

    message = files.fails("launch_hits", *FLAGS)

    assert f"this batch was started with {named};" in message
    assert (files.calls, files.read(RECORD)) == ([], before)


def test_an_included_file_belongs_to_the_template(files: Desk) -> None:
    """A change in what the template includes is a change of the template."""
    files.write("part.html", "<p>1</p>")
    files.write("page.html", '{% include "part.html" %}<input name="a">')
    files.run("launch_hits", *FLAGS)
    lose_answers(files)
    files.write("part.html", "<p>2</p>")

    assert "started with a different template;" in files.fails("launch_hits", *FLAGS)


def test_spacing_and_order_of_the_properties_do_not_matter(files: Desk) -> None:
    """What reaches the crowd is compared, not how the file is written."""
    files.run("launch_hits", *FLAGS)
    lose_answers(files)
    files.write("properties.json", json.dumps(dict(reversed(PROPERTIES.items()))))

    assert files.run("launch_hits", *FLAGS).code == 0


@pytest.mark.parametrize("flags", [("--prod",), ("--crowd=http://127.0.0.1:9",)])
def test_flags_that_contradict_the_record(files: Desk, flags: tuple[str, ...]) -> None:
    """A batch is finished where it was begun; saying otherwise is an error before any call."""
    files.run("launch_hits", *FLAGS)
    lose_answers(files)

    message = files.fails("launch_hits", *FLAGS, *flags)

    assert message == (
        f"{RECORD}: this batch is on the sandbox site of local; "
        f"leave out {flags[0].replace('=', ' ')}"
    )
    assert files.calls == []
