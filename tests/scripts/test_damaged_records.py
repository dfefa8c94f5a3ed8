"""Records and ids files that were cut, mixed up or edited: refused or repaired, never believed."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.script_fixtures import PAGE, PROPERTIES, Desk

COUNT = 3
IDS = "hit_ids.txt"
BATCH = "hit_ids.batch.jsonl"
EXTENSION = "hit_ids.extension.jsonl"
PAYMENTS = "bonuses.csv.paid.jsonl"
LAUNCH = (
    "launch_hits",
    "--html_template=page.html",
    "--hit_properties_file=properties.json",
    "--input_json_file=input.jsonl",
    f"--hit_ids_file={IDS}",
)
EXTEND = ("extend_hits", f"--hit_ids_file={IDS}", "--assignments=1")
PAY = ("pay_bonuses", "--bonuses_file=bonuses.csv", "--yes")
READERS = [
    ("get_results",),
    ("show_hit_progress",),
    ("show_costs",),
    ("approve_hits", "--yes"),
    ("reject_hits", "--yes", "--feedback=Empty."),
    ("delete_hits", "--yes"),
    ("expire_hits", "--yes"),
    ("extend_hits", "--assignments=1"),
]


@pytest.fixture
def batch(desk: Desk) -> list[str]:
    """A whole batch; the ids of its HITs."""
    return desk.launch(*range(COUNT))


def first_line(desk: Desk, record: str) -> str:
    return desk.read(record).partition("\n")[0]


def fetch_counters(desk: Desk) -> int:
    return len(desk.crowd().client.list_hits(MaxResults=100)["HITs"])


# The ids file beside a whole record.


@pytest.mark.parametrize("kept", [0, 5, 31, 40, -1])
def test_an_ids_file_that_was_cut_short_is_rewritten(
    desk: Desk, batch: list[str], kept: int
) -> None:
    """From the record, without a call, by the same command again; which says so."""
    whole = desk.read(IDS)
    desk.write(IDS, whole[:kept])

    done = desk.run(*LAUNCH)

    assert done.code == 0
    assert f"{IDS}: was cut short; written anew from {BATCH}" in done.err
    assert f"{COUNT} of {COUNT} HITs are launched" in done.err
    assert (desk.read(IDS), desk.calls) == (whole, [])


def test_an_ids_file_of_another_batch_is_refused(desk: Desk, batch: list[str]) -> None:
    """Neither launched, nor replaced."""
    desk.write(IDS, "3OTHER\n")

    assert desk.fails(*LAUNCH) == (
        f"{IDS}: does not contain the {COUNT} HITs of its batch record, {BATCH}; "
        "move it away and run this again to write it anew"
    )
    assert (desk.read(IDS), desk.calls) == ("3OTHER\n", [])


def test_an_ids_file_in_another_order_is_left_as_it_is(desk: Desk, batch: list[str]) -> None:
    """Sorted, commented, with an id named twice: it still names the whole batch."""
    text = "".join(f"{hit}  # fine\n" for hit in [*reversed(batch), batch[0]])
    desk.write(IDS, text)

    assert desk.run(*LAUNCH).code == 0
    assert (desk.read(IDS), desk.calls) == (text, [])


@pytest.mark.parametrize("command", READERS)
def test_a_hit_of_another_batch_is_refused_by_every_script(
    desk: Desk, batch: list[str], command: tuple[str, ...]
) -> None:
    """Also half an id, where the file was cut: the record says where the HITs are, and which."""
    script, *flags = command
    half = batch[1][:20]
    desk.write(IDS, f"{batch[0]}\n{half}")

    assert desk.fails(script, f"--hit_ids_file={IDS}", *flags) == (
        f"{IDS}: {half} is not one of the {COUNT} HITs in its batch record, {BATCH}; "
        "use another file name for your own list"
    )
    assert desk.calls == []


def test_an_ids_file_that_names_a_part_of_its_batch_is_reported(
    desk: Desk, batch: list[str]
) -> None:
    """It may be meant so; who did not mean it reads it."""
    desk.write(IDS, f"{batch[0]}\n")

    done = desk.run("show_hit_progress", f"--hit_ids_file={IDS}")

    assert (done.code, done.err) == (0, f"{IDS}: has 1 of the batch's {COUNT} HITs\n")
    assert done.out.startswith("0 / 2: 1\n")


# The batch record.


def test_a_record_without_its_last_lines_beside_a_whole_ids_file(
    desk: Desk, batch: list[str]
) -> None:
    """Said by what reads it; launched is nothing, as the ids file says that all was made."""
    lines = desk.read(BATCH).splitlines(keepends=True)
    desk.write(BATCH, "".join(lines[:-1]))

    done = desk.run("get_results", f"--hit_ids_file={IDS}")
    refused = desk.fails(*LAUNCH)

    assert done.code == 0
    assert done.err == (
        f"{BATCH}: has only 2 of the batch's 3 HITs; the results of the others have neither row "
        "nor input. Restore it from a copy\n"
        "0 results: 3 HITs, 6 assignments available, 0 submitted\n"
    )
    assert refused == (
        f"{IDS}: exists, but its record {BATCH} has only 2 of 3 HITs; restore the record from a "
        "copy, or name a new file for a new batch"
    )
    assert fetch_counters(desk) == COUNT


@pytest.mark.parametrize("kept", [0, 5, 40, -1])
@pytest.mark.parametrize("script", ["launch_hits", "get_results"])
def test_a_first_line_that_was_cut_is_refused(
    desk: Desk, batch: list[str], script: str, kept: int
) -> None:
    """No HIT is launched again, and the record stays as it is."""
    begun = first_line(desk, BATCH)[:kept]
    desk.write(BATCH, begun)
    Path(IDS).unlink()
    damage = "the first line is cut short" if begun else "it is empty"

    flags = LAUNCH[1:] if script == "launch_hits" else LAUNCH[-1:]
    message = desk.fails(script, *flags)

    assert message == (
        f"{BATCH}:1: {damage}; restore this batch record from a copy, or delete it if its run "
        "did nothing"
    )
    assert (desk.read(BATCH), desk.calls) == (begun, [])
    assert fetch_counters(desk) == COUNT


def test_a_run_killed_before_it_began_stands_in_nobodys_way(desk: Desk) -> None:
    """A terminal closed at the question leaves a record in which nothing stands yet."""
    desk.write("page.html", PAGE)
    desk.write("properties.json", json.dumps(PROPERTIES))
    desk.write("input.jsonl", "1\n")
    left: list[bytes] = []
    desk.before["CreateHITType"] = lambda: left.append(Path(BATCH).read_bytes())
    desk.run(*LAUNCH)
    assert left == [b" "]
    Path(IDS).unlink()
    Path(BATCH).write_bytes(left[0])

    assert desk.run(*LAUNCH).code == 0
    assert len(desk.read(BATCH).splitlines()) == 2


@pytest.mark.parametrize(
    ("change", "damage"),
    [
        ({"row": 3}, "row 3 is not one of this batch's 3 rows"),
        ({"row": -1}, "row -1 is not one of this batch's 3 rows"),
        ({"row": 0}, "row 0 has two HITs, {first} and {last}"),
        ({"hit_id": "{first}"}, "the HIT {first} is listed for two rows"),
        ({"row": "2"}, "row 2 is not one of this batch's 3 rows"),
    ],
)
def test_lines_of_another_batch_in_a_record_are_refused(
    desk: Desk, batch: list[str], change: dict[str, Any], damage: str
) -> None:
    """Two records in one file, or a line edited: which HIT a row has cannot be told."""
    first, *lines = desk.read(BATCH).splitlines()
    lines = [first, *(line for line in lines if json.loads(line)["row"] != 2)]
    names = {"first": batch[0], "last": batch[2]}
    if "hit_id" in change:
        change = {"hit_id": batch[0]}
    last = {"row": 2, "hit_id": batch[2], "input": 2} | change
    desk.write(BATCH, "\n".join([*lines, json.dumps(last)]) + "\n")

    message = f"{BATCH}:4: {damage.format(**names)}"
    assert desk.fails(*LAUNCH) == desk.fails("get_results", LAUNCH[-1]) == message
    assert desk.calls == []


@pytest.mark.parametrize(
    "change",
    [{"rows": "3"}, {"hit_type_id": None}, {"hashes": []}, {"time": "yesterday"}, {"site": 1}],
)
def test_a_first_line_of_something_else_is_refused(
    desk: Desk, batch: list[str], change: dict[str, Any]
) -> None:
    """One line, no traceback, from every field that is used later."""
    first, _, rest = desk.read(BATCH).partition("\n")
    desk.write(BATCH, json.dumps(json.loads(first) | change) + "\n" + rest)

    assert desk.fails(*LAUNCH) == f"{BATCH}:1: not a line of a batch record"


# The record of an extension.


@pytest.mark.parametrize("kept", [0, 5, 60, -1])
def test_an_extension_whose_first_line_was_cut_is_refused(
    desk: Desk, batch: list[str], kept: int
) -> None:
    """Extended again, every HIT would have had it twice."""
    desk.run(*EXTEND)
    desk.write(EXTENSION, first_line(desk, EXTENSION)[:kept])
    desk.calls.clear()

    assert "restore this extension record from a copy" in desk.fails(*EXTEND)
    assert desk.calls == []


def test_an_extension_of_other_hits_is_refused(desk: Desk, batch: list[str]) -> None:
    """Neither counted as done, nor finished for another list of the same name."""
    desk.run(*EXTEND)
    Path(BATCH).unlink()
    desk.write(IDS, "3OTHER\n")
    desk.calls.clear()

    assert desk.fails(*EXTEND) == (
        f"{EXTENSION}: this extension also has HITs that {IDS} does not list, such as {batch[0]}; "
        "use another file name for another list of HITs"
    )
    desk.write(EXTENSION, desk.read(EXTENSION) + '{"hit_id": "3OTHER"}\n')
    assert desk.fails(*EXTEND) == (
        f"{EXTENSION}:5: 3OTHER is not one of the HITs of this extension"
    )
    assert desk.calls == []


def test_hits_added_to_the_list_are_not_said_to_be_extended(desk: Desk, batch: list[str]) -> None:
    """They are named, and the exit code tells."""
    Path(BATCH).unlink()
    desk.write(IDS, f"{batch[0]}\n{batch[1]}\n")
    desk.run(*EXTEND)
    desk.write(IDS, "\n".join(batch))

    done = desk.run(*EXTEND)

    assert done.code == 1
    assert f"this extension lacks 1 of the HITs in {IDS}, such as {batch[2]}" in done.err
    assert "2 HITs already got this extension" in done.err
    assert desk.run(*EXTEND, "--again").code == 0
    assert [desk.crowd().hit(hit)["MaxAssignments"] for hit in batch] == [4, 4, 3]


# The record of payments.


@pytest.fixture
def paid(desk: Desk, batch: list[str]) -> list[str]:
    """Work that bonuses.csv pays, and did already."""
    crowd = desk.crowd()
    work = [crowd.do(crowd.make_worker("Ada"), hit) for hit in batch]
    rows = [f"{assignment_id},1.00,Good work" for assignment_id in work]
    desk.write("bonuses.csv", "\n".join(["assignment_id,amount,reason", *rows]))
    assert desk.run(*PAY).code == 0
    desk.calls.clear()
    return work


@pytest.mark.parametrize("kept", [0, 5, 60, -1])
def test_payments_whose_first_line_was_cut_are_refused(
    desk: Desk, paid: list[str], kept: int
) -> None:
    """Paid again nobody is."""
    desk.write(PAYMENTS, first_line(desk, PAYMENTS)[:kept])

    assert "restore this payment record from a copy" in desk.fails(*PAY)
    assert desk.calls == []


@pytest.mark.parametrize(
    ("line", "damage"),
    [
        ({"row": 7, "assignment_id": "3X"}, ":5: row 7 is not one of the file's 3 rows"),
        ({"row": 0, "assignment_id": "3X"}, ":5: row 0 was paid for two assignments"),
    ],
)
def test_payments_of_another_file_are_refused(
    desk: Desk, paid: list[str], line: dict[str, Any], damage: str
) -> None:
    """A row too many would be counted as paid."""
    desk.write(PAYMENTS, desk.read(PAYMENTS) + json.dumps(line) + "\n")

    assert desk.fails(*PAY) == f"{PAYMENTS}{damage}"


def test_a_payment_of_another_assignment_is_refused(desk: Desk, paid: list[str]) -> None:
    """The row is not taken for paid."""
    desk.write(PAYMENTS, desk.read(PAYMENTS).replace(paid[1], "3OTHER"))

    assert desk.fails(*PAY) == (
        f"{PAYMENTS}: says that row 1 was paid for 3OTHER, not for {paid[1]}; "
        "restore this payment record from a copy"
    )
    assert desk.calls == []


def test_a_record_whose_time_has_no_time_zone_is_refused(desk: Desk, batch: list[str]) -> None:
    """It was edited by hand; how old the batch is cannot be told from it."""
    header = json.loads(first_line(desk, BATCH)) | {"time": "2026-01-01"}
    desk.write(BATCH, json.dumps(header) + "\n")

    done = desk.run(*LAUNCH)

    assert done.code == 2
    assert f"{BATCH}:1: not a line of a batch record" in done.err
