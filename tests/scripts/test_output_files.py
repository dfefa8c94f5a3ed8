"""Where the scripts write: pipes, full disks, other users' files, and two runs at once."""

import json
import os
import resource
import stat
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.support.faulty_crowd import FaultyCrowd
from tests.support.file_modes import obey_modes
from tests.support.script_fixtures import PAGE, PROPERTIES, Desk

IDS = "--hit_ids_file=hit_ids.txt"
INTO = "--output_file=results.jsonl"


def answer(desk: Desk, hit_id: str, text: str = '"cat"') -> str:
    """A worker does a HIT; the assignment's id."""
    desk.clock.advance(1)
    crowd = desk.crowd()
    return crowd.do(crowd.make_worker("Ada"), hit_id, [("output", text)])


def collected(desk: Desk) -> list[str]:
    """The assignments in the results file."""
    return [json.loads(line)["assignment_id"] for line in desk.read("results.jsonl").splitlines()]


# --- two runs at once


@pytest.mark.parametrize("there", [False, True])
def test_two_runs_with_one_results_file_lose_nothing(desk: Desk, there: bool) -> None:
    """The second waits for the first, says so, and keeps what the first has put there."""
    other_hit, hit = (desk.launch(1, name=name)[0] for name in ("one.txt", "hit_ids.txt"))
    first, second = answer(desk, other_hit), answer(desk, hit)
    if there:
        Path("results.jsonl").touch()
    started: list[subprocess.Popen[str]] = []

    def start_another() -> None:
        process = subprocess.Popen(
            desk.command("get_results", IDS, INTO),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stderr is not None
        assert process.stderr.readline() == (
            "results.jsonl: another run is updating it; waiting until it finishes\n"
        )

    desk.before["ListAssignmentsForHIT"] = start_another
    done = desk.run("get_results", "--hit_ids_file=one.txt", INTO)
    out, err = started[0].communicate(timeout=60)

    assert (done.code, started[0].returncode, err) == (0, 0, "")
    assert done.lines[0]["assignment_id"] == first
    assert second in out
    assert sorted(collected(desk)) == sorted([first, second])
    assert sorted(path.name for path in Path().glob("results*")) == ["results.jsonl"]


def test_a_run_that_fails_leaves_no_empty_results(desk: Desk) -> None:
    """Also not a lock in the way of the next one."""
    desk.launch(1)

    assert desk.fails("get_results", IDS, INTO, "--prod").startswith("hit_ids.batch.jsonl: ")
    assert desk.fails("get_results", INTO, "--crowd=http://127.0.0.1:9").startswith("no keys")
    assert not Path("results.jsonl").exists()
    assert desk.run("get_results", IDS, INTO).code == 0


# --- files that are not regular


def test_results_cannot_be_kept_in_a_pipe(desk: Desk) -> None:
    """One line, at once; the pipe stays what it is."""
    desk.launch(1)
    os.mkfifo("fifo")

    for name in ("fifo", "/dev/stdout"):
        assert desk.fails("get_results", IDS, f"--output_file={name}") == (
            f"{name}: is not a regular file, so no results can be kept there; leave out "
            "--output_file to print them only"
        )
    assert stat.S_ISFIFO(Path("fifo").stat().st_mode)
    assert desk.calls == []


def test_ids_cannot_be_written_to_a_pipe(desk: Desk) -> None:
    """They have to be there tomorrow."""
    desk.write("page.html", PAGE)
    desk.write("properties.json", json.dumps(PROPERTIES))
    desk.write("input.jsonl", "1\n")
    os.mkfifo("fifo")

    assert desk.fails(*LAUNCH, "--hit_ids_file=fifo") == (
        "fifo: exists; name a new file for a new batch"
    )
    assert desk.calls == []


def test_a_page_can_be_rendered_into_a_pipe(desk: Desk) -> None:
    """Whoever reads it gets the page, and the pipe stays."""
    desk.write("page.html", "<p>page</p>")
    os.mkfifo("fifo")
    with ThreadPoolExecutor() as pool:
        reading = pool.submit(Path("fifo").read_text)
        done = desk.run("render_template", "--html_template=page.html", "--rendered_html=fifo")
        assert reading.result(timeout=60) == "<p>page</p>"

    assert (done.code, done.err) == (0, "Rendered fifo\n")
    assert stat.S_ISFIFO(Path("fifo").stat().st_mode)
    shown = desk.process(
        "render_template", "--html_template=page.html", "--rendered_html=/dev/stdout"
    )
    assert (shown.code, shown.out) == (0, "<p>page</p>")


# --- full disks

LAUNCH = (
    "launch_hits",
    "--html_template=page.html",
    "--hit_properties_file=properties.json",
    "--input_json_file=input.jsonl",
)
LIMIT = 100_000  # bytes


def limit_files() -> None:
    """Let no file grow beyond LIMIT, as on a disk that is nearly full."""
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, hard))


@pytest.fixture
def many(desk: Desk) -> Desk:
    """A desk with results of more than LIMIT, by way of a server, whose disk is not full."""
    ids = desk.launch(*range(20))
    for hit_id in ids:
        answer(desk, hit_id, json.dumps("x" * 10_000))
    with FaultyCrowd(desk.folder / "crowd") as crowd:
        crowd.config(desk.folder).chmod(0o600)
        record = desk.read("hit_ids.batch.jsonl").splitlines(keepends=True)
        header = json.loads(record[0]) | {"crowd": crowd.url.rstrip("/")}
        desk.write("hit_ids.batch.jsonl", json.dumps(header) + "\n" + "".join(record[1:]))
        yield desk


def test_a_results_file_that_finds_no_room_stays_as_it_was(many: Desk) -> None:
    """One line names it; nothing is left beside it."""
    many.write("results.jsonl", "")

    done = many.process("get_results", IDS, INTO, preexec_fn=limit_files)

    assert (done.code, done.err) == (2, "get_results.py: results.jsonl: File too large\n")
    assert many.read("results.jsonl") == ""
    assert not list(Path().glob("results.jsonl.new*"))
    assert many.process("get_results", IDS, INTO).code == 0
    assert len(collected(many)) == 20


@pytest.mark.parametrize("script", ["get_results", "get_all_hits"])
def test_an_output_that_finds_no_room_is_one_line(many: Desk, script: str) -> None:
    """Also what Python still has to print when the script ends."""
    argv = (IDS,) if script == "get_results" else ()
    with Path("out").open("w") as out:
        done = subprocess.run(
            many.command(script, *argv),
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
            preexec_fn=limit_files,
        )

    assert (done.returncode, done.stderr) == (2, f"{script}.py: standard output: File too large\n")


def test_a_page_that_finds_no_room_is_one_line(desk: Desk) -> None:
    """By the name that was given."""
    desk.write("page.html", "x" * 2 * LIMIT)

    done = desk.process(
        "render_template",
        "--html_template=page.html",
        "--rendered_html=out.html",
        preexec_fn=limit_files,
    )

    assert (done.code, done.err) == (2, "render_template.py: out.html: File too large\n")
    assert not list(Path().glob("out.html*"))


def test_a_payment_record_that_finds_no_room_is_one_line(desk: Desk) -> None:
    """What was paid and not noted is found by its token when there is room again."""
    (hit_id,) = desk.launch(1, MaxAssignments=1)
    assignment_id = answer(desk, hit_id)
    rows = "".join(f"{assignment_id},0.01,{n}\n" for n in range(300))
    desk.write("bonuses.csv", f"assignment_id,amount,reason\n{rows}")
    command = ("pay_bonuses", "--bonuses_file=bonuses.csv", "--yes")
    with FaultyCrowd(desk.folder / "crowd") as crowd:
        crowd.config(desk.folder).chmod(0o600)

        def limit() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, resource.RLIM_INFINITY))

        done = desk.process(*command, preexec_fn=limit)
        assert done.code == 2, done.err
        assert (
            "bonuses.csv.paid.jsonl: File too large; make room, then run this again: it finds out"
            " what is missing here\n"
        ) in done.err
        assert "Traceback" not in done.err
        assert desk.process(*command).code == 0
    paid = desk.crowd().client.list_bonus_payments(AssignmentId=assignment_id, MaxResults=100)
    assert paid["NumResults"] == 100
    assert len(desk.read("bonuses.csv.paid.jsonl").splitlines()) == 301


# --- other users' files

READERS: list[tuple[str, tuple[str, ...], str]] = [
    ("approve_hits", (IDS,), "hit_ids.txt"),
    ("reject_hits", (IDS, "--feedback=no"), "hit_ids.txt"),
    ("delete_hits", (IDS,), "hit_ids.txt"),
    ("extend_hits", (IDS, "--assignments=1"), "hit_ids.batch.jsonl"),
    ("show_costs", (IDS,), "hit_ids.batch.jsonl"),
    ("show_hit_progress", (IDS,), "hit_ids.batch.jsonl"),
    ("get_results", (INTO,), "results.jsonl"),
    ("approve_assignments", ("--assignment_ids_file=list.txt",), "list.txt"),
    ("reject_assignments", ("--assignment_ids_file=list.txt", "--feedback=no"), "list.txt"),
    ("block_workers", ("--worker_ids_file=list.txt", "--reason=no"), "list.txt"),
    ("unblock_workers", ("--worker_ids_file=list.txt",), "list.txt"),
    ("pay_bonuses", ("--bonuses_file=list.txt",), "list.txt"),
    ("pay_bonuses", ("--bonuses_file=bonuses.csv",), "bonuses.csv.paid.jsonl"),
    ("get_all_hits", (), "config.json"),
    ("delete_hit", ("--hit_id=3A",), "config.json"),
    ("show_account_balance", (), "config.json"),
    ("manage_crowd", ("list_requesters",), "config.json"),
    ("serve_local_crowd", ("--port=0",), "config.json"),
    ("render_template", ("--html_template=page.html", "--rendered_html=x"), "page.html"),
    (*(LAUNCH[:1]), (*LAUNCH[1:], "--hit_ids_file=new.txt"), "input.jsonl"),
    (*(LAUNCH[:1]), (*LAUNCH[1:], "--hit_ids_file=new.txt"), "properties.json"),
    (*(LAUNCH[:1]), (*LAUNCH[1:], "--hit_ids_file=new.txt"), "page.html"),
    (*(LAUNCH[:1]), (*LAUNCH[1:], IDS), "hit_ids.batch.jsonl"),
]


def stopped(desk: Desk, script: str, *argv: str) -> str:
    """The only line of a script that can open nothing but what modes allow."""
    done = desk.process(script, *argv, preexec_fn=obey_modes)
    assert (done.code, done.out) == (2, ""), done.err
    name, _, line = done.err.partition(": ")
    assert name == f"{script}.py"
    assert line.count("\n") == 1, line
    return line.rstrip("\n")


@pytest.mark.parametrize(("script", "argv", "file"), READERS)
def test_a_file_that_cannot_be_read_is_one_line(
    desk: Desk, script: str, argv: tuple[str, ...], file: str
) -> None:
    """Whichever script it is, and whichever of its files."""
    desk.launch(1)
    for name in ("list.txt", "bonuses.csv.paid.jsonl", "results.jsonl"):
        desk.write(name, "")
    desk.write("bonuses.csv", "assignment_id,amount,reason\n3A,1.00,good\n")
    Path(file).chmod(0)

    assert stopped(desk, script, *argv) == f"{file}: Permission denied"


ROW = "--input_json_file=../input.jsonl"
WRITERS: list[tuple[str, tuple[str, ...], str]] = [
    ("get_results", ("--hit_ids_file=../hit_ids.txt", INTO), "results.jsonl"),
    (
        "render_template",
        ("--html_template=../page.html", "--rendered_html=out.html", ROW),
        "out.html",
    ),
    (
        "launch_hits",
        (
            "--html_template=../page.html",
            "--hit_properties_file=../properties.json",
            "--input_json_file=../input.jsonl",
            "--hit_ids_file=new.txt",
        ),
        "new.batch.jsonl",
    ),
    ("pay_bonuses", ("--bonuses_file=bonuses.csv", "--yes"), "bonuses.csv.paid.jsonl"),
]


@pytest.mark.parametrize(("script", "argv", "file"), WRITERS)
def test_a_folder_that_cannot_be_written_is_one_line(
    desk: Desk, script: str, argv: tuple[str, ...], file: str
) -> None:
    """Said before the first call that costs anything."""
    (hit_id,) = desk.launch(1)
    assignment_id = answer(desk, hit_id)
    folder = desk.folder / "closed"
    folder.mkdir()
    (folder / "bonuses.csv").write_text(f"assignment_id,amount,reason\n{assignment_id},1.00,good\n")
    folder.chmod(0o555)

    done = subprocess.run(
        desk.command(script, *argv, "--config=../config.json"),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        stdin=subprocess.DEVNULL,
        preexec_fn=obey_modes,
    )

    assert done.returncode == 2, done.stderr
    assert done.stderr.splitlines()[-1] == f"{script}.py: {file}: Permission denied"
    assert "Traceback" not in done.stderr
    client = desk.crowd().client
    assert client.list_bonus_payments(AssignmentId=assignment_id)["BonusPayments"] == []
    assert client.list_hits()["NumResults"] == 1


def test_a_replaced_file_stays_its_owners(desk: Desk, change_owner: Callable[..., Any]) -> None:
    """Root, who brings somebody's results up to date, does not take them away."""
    (hit_id,) = desk.launch(1)
    answer(desk, hit_id)
    desk.write("results.jsonl", "")
    owner = change_owner("results.jsonl")
    Path("results.jsonl").chmod(0o640)

    assert desk.run("get_results", IDS, INTO).code == 0
    there = Path("results.jsonl").stat()
    assert (there.st_uid, there.st_gid, stat.S_IMODE(there.st_mode)) == (*owner, 0o640)
    assert there.st_size


@pytest.fixture
def change_owner() -> Callable[[str], tuple[int, int]]:
    """Gives a file to nobody, as far as the test may; owner and group."""

    def change(path: str) -> tuple[int, int]:
        if os.geteuid() == 0:
            os.chown(path, 65_534, 65_534)
        there = Path(path).stat()
        return there.st_uid, there.st_gid

    return change
