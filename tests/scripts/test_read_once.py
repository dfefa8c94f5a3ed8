"""Files that change while a script works, and pipes, which can be read only once."""

import json
import os
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.script_fixtures import PAGE, PROPERTIES, Desk

ROWS = '{"n": 0}\n{"n": 1}\n{"n": 2}\n'
FLAGS = ("--html_template=page.html", "--hit_properties_file=properties.json")
IDS = "--hit_ids_file=ids.txt"
LAUNCH = ("launch_hits", *FLAGS, "--input_json_file=input.jsonl", IDS)


@pytest.fixture
def files(desk: Desk) -> Desk:
    """A desk with a template, properties, and an input of three rows."""
    desk.write("page.html", PAGE)
    desk.write("properties.json", json.dumps(PROPERTIES))
    desk.write("input.jsonl", ROWS)
    return desk


def questions(desk: Desk, *, live: bool = False) -> list[str]:
    """The pages of all HITs, in the order of the rows."""
    hits = desk.crowd(live=live).client.list_hits(MaxResults=100)["HITs"]
    return [
        hit["Question"] for hit in sorted(hits, key=lambda hit: str(hit["RequesterAnnotation"]))
    ]


def inputs(desk: Desk) -> list[object]:
    """What the batch record says was launched, in the order of the rows."""
    recorded = [json.loads(line) for line in desk.read("ids.batch.jsonl").splitlines()[1:]]
    return [line["input"] for line in sorted(recorded, key=lambda line: int(line["row"]))]


@pytest.mark.parametrize("text", [ROWS + '{"n": 3}\n' * 7, '{"n": 0}\n', ""])
def test_an_input_that_changes_after_the_question_is_launched_as_it_was(
    files: Desk, text: str
) -> None:
    """What was counted, priced and confirmed is made: neither more rows nor fewer."""
    files.crowd(live=True).give_budget(1000)
    files.before["GetAccountBalance"] = lambda: files.write("input.jsonl", text) and None

    done = files.run(*LAUNCH, "--prod", "--yes")

    assert done.code == 0, done.err
    assert "3 HITs, 6 assignments: at most $0.30" in done.err
    assert "3 of 3 HITs are launched on the LIVE SITE" in done.err
    assert inputs(files) == [{"n": 0}, {"n": 1}, {"n": 2}]
    assert len(questions(files, live=True)) == len(files.read("ids.txt").split()) == 3


def test_an_input_that_is_replaced_meanwhile_is_launched_as_it_was(files: Desk) -> None:
    """The same when another file takes its place, or it is deleted."""
    files.before["CreateHITType"] = Path("input.jsonl").unlink

    assert files.run(*LAUNCH).code == 0
    assert inputs(files) == [{"n": 0}, {"n": 1}, {"n": 2}]


def test_an_include_that_changes_meanwhile_is_shown_as_it_was(files: Desk) -> None:
    """Every row gets the page that was checked, also of a file that the page includes."""
    files.write("part.html", "<p>before</p>")
    files.write("page.html", '{% include "part.html" %}' + PAGE)

    def change() -> None:
        files.write("part.html", "<p>after, {{ undefined }}</p>")
        os.utime("part.html", (1, 1))  # whatever the clock's resolution is

    files.before["CreateHITType"] = change

    assert files.run(*LAUNCH).code == 0
    assert ["<p>before</p>" in page for page in questions(files)] == [True] * 3


def test_a_resumed_batch_compares_what_was_launched(files: Desk) -> None:
    """The record's hash is of the copy: the changed file is another input."""
    files.before["CreateHITType"] = lambda: files.write("input.jsonl", ROWS * 2) and None
    assert files.run(*LAUNCH).code == 0
    Path("ids.txt").unlink()

    assert "this batch was started with a different input" in files.fails(*LAUNCH)
    files.write("input.jsonl", ROWS)
    assert files.run(*LAUNCH).code == 0
    assert len(files.read("ids.txt").split()) == 3
    assert len(questions(files)) == 3


def through_substitution(desk: Desk, script: str, *argv: str, text: str) -> tuple[int, str]:
    """Run a script with `<(cat text)` for FILE."""
    desk.write("text", text)
    command = " ".join(desk.command(script, *argv)).replace("FILE", "<(cat text)")
    return run_in_bash(command)


def through_stdin(desk: Desk, script: str, *argv: str, text: str) -> tuple[int, str]:
    """Run a script with a pipe's /dev/stdin for FILE."""
    desk.write("text", text)
    command = " ".join(desk.command(script, *argv)).replace("FILE", "/dev/stdin")
    return run_in_bash(f"cat text | {command}")


def through_fifo(desk: Desk, script: str, *argv: str, text: str) -> tuple[int, str]:
    """Run a script with a FIFO for FILE, into which somebody writes once."""
    os.mkfifo("fifo")
    command = " ".join(desk.command(script, *argv)).replace("FILE", "fifo")
    with ThreadPoolExecutor() as pool:
        pool.submit(Path("fifo").write_text, text)
        return run_in_bash(command)


def run_in_bash(command: str) -> tuple[int, str]:
    """Run a command line of bash: its exit code, and what it says."""
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, check=False, timeout=60
    )
    return done.returncode, done.stderr


WAYS = [through_substitution, through_stdin, through_fifo]


@pytest.mark.parametrize("way", WAYS)
def test_an_input_that_can_be_read_only_once_is_launched(
    files: Desk, way: Callable[..., tuple[int, str]]
) -> None:
    """A pipe is as good as a file: every row is a HIT, and the same rows finish the batch."""
    code, stderr = way(files, "launch_hits", *FLAGS, "--input_json_file=FILE", IDS, text=ROWS)

    assert code == 0, stderr
    assert "3 of 3 HITs are launched" in stderr
    assert inputs(files) == [{"n": 0}, {"n": 1}, {"n": 2}]
    assert len(files.read("ids.txt").split()) == 3
    Path("ids.txt").unlink()
    assert files.run(*LAUNCH).code == 0


@pytest.mark.parametrize("way", WAYS)
def test_an_empty_pipe_launches_nothing(files: Desk, way: Callable[..., tuple[int, str]]) -> None:
    """No rows are a fault, and no ids file appears."""
    code, stderr = way(files, "launch_hits", *FLAGS, "--input_json_file=FILE", IDS, text="")

    assert code == 2
    assert stderr.count("\n") == 1
    assert "no rows, so no HITs" in stderr
    assert not Path("ids.txt").exists()
    assert not Path("ids.batch.jsonl").exists()


@pytest.mark.parametrize("way", WAYS)
def test_properties_can_come_through_a_pipe(
    files: Desk, way: Callable[..., tuple[int, str]]
) -> None:
    """They are read once."""
    argv = (FLAGS[0], "--hit_properties_file=FILE", "--input_json_file=input.jsonl", IDS)
    code, stderr = way(files, "launch_hits", *argv, text=json.dumps(PROPERTIES))

    assert code == 0, stderr
    assert len(questions(files)) == 3


@pytest.mark.parametrize("way", [through_substitution, through_stdin])
def test_a_template_has_to_be_a_file(files: Desk, way: Callable[..., tuple[int, str]]) -> None:
    """Its includes are looked for beside it, so a pipe is refused in one line."""
    argv = ("--html_template=FILE", FLAGS[1], "--input_json_file=input.jsonl", IDS)
    code, stderr = way(files, "launch_hits", *argv, text=PAGE)

    assert code == 2
    assert stderr.count("\n") == 1
    assert "is not a regular file; name one for the page" in stderr
    assert not Path("ids.batch.jsonl").exists()


@pytest.mark.parametrize("way", [through_substitution, through_stdin])
def test_ids_can_come_through_a_pipe(files: Desk, way: Callable[..., tuple[int, str]]) -> None:
    """Looking at HITs reads their ids once."""
    assert files.run(*LAUNCH).code == 0

    code, stderr = way(
        files, "show_hit_progress", "--hit_ids_file=FILE", text=files.read("ids.txt")
    )

    assert (code, stderr) == (0, "")


@pytest.mark.parametrize("way", [through_substitution, through_stdin])
@pytest.mark.parametrize(
    "command",
    [
        ("pay_bonuses", "--bonuses_file=FILE", "--yes"),
        ("extend_hits", "--hit_ids_file=FILE", "--assignments=1", "--yes"),
    ],
)
def test_what_is_recorded_beside_a_file_needs_a_file(
    desk: Desk, command: tuple[str, ...], way: Callable[..., tuple[int, str]]
) -> None:
    """Beside a pipe no record would be found again, and everything would be paid once more."""
    code, stderr = way(desk, *command, text="assignment_id,amount,reason\n3A,1.00,good\n")

    assert code == 2
    assert stderr.count("\n") == 1
    assert "is not a regular file, so the record cannot be kept beside it" in stderr
    assert desk.calls == []


def test_a_copy_that_finds_no_room_is_one_line(files: Desk) -> None:
    """What is said names the temporary directory and how to use another."""
    files.write("input.jsonl", "".join(f'"{n:0100}"\n' for n in range(1000)))
    command = " ".join(files.command(*LAUNCH))

    code, stderr = run_in_bash(f"ulimit -f 50; {command}")

    assert code == 2
    assert stderr.count("\n") == 1
    assert "File too large; set TMPDIR to a directory with room for a copy of input.jsonl" in stderr
    assert not Path("ids.batch.jsonl").exists()
