"""What scripts say and where they print: many faults, closed streams, and a Python that is not ours."""

import ast
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from amt.messages import Faults, join_faults
from tests.support.declared_batches import write_batch
from tests.support.results_lines import result, to_lines
from tests.support.script_fixtures import ROOT, Desk

SCRIPTS = sorted(path.stem for path in ROOT.glob("*_*.py"))
IDS = "--hit_ids_file=ids.txt"
# Command lines that come as far as the crowd, or as a template.
COMMANDS = {
    "add_layout": "--html_file=page.html",
    "apply_decisions": "--decisions_file=decisions.csv --yes",
    "approve_assignments": "--assignment_ids_file=ids.txt --yes",
    "approve_hits": IDS,
    "block_workers": "--worker_ids_file=workers.txt --reason=x --yes",
    "delete_hit": "--hit_id=3A --yes",
    "delete_hits": f"{IDS} --yes",
    "archive_batch": "--hit_ids_file=hit_ids.txt --archive_file=study.zip",
    "expire_hits": f"{IDS} --yes",
    "export_results": "--results_file=results.txt --format=mturk --hit_ids_file=hit_ids.txt",
    "extend_hits": f"{IDS} --assignments=1 --yes",
    "get_all_hits": "",
    "get_results": IDS,
    "launch_hits": (
        "--html_template=page.html --hit_properties_file=properties.json "
        "--input_json_file=input.jsonl --hit_ids_file=new.txt"
    ),
    "manage_crowd": "list_requesters",
    "manage_qualifications": "assign --qualification=Editors --workers_file=workers.txt",
    "notify_workers": "--workers_file=workers.txt --subject=x --message=y --yes",
    "pay_bonuses": "--bonuses_file=bonuses.csv --yes",
    "reject_assignments": "--assignment_ids_file=ids.txt --feedback=x --yes",
    "reject_hits": f"{IDS} --feedback=x",
    "render_template": "--html_template=page.html --rendered_html=rendered.html",
    "run_batch": "batch.json --yes",
    "report_results": "--results_file=results.txt --field=answers.label --report_file=report.html",
    "serve_batches": "--port=0 --open",
    "serve_local_crowd": "--port=0",
    "show_account_balance": "",
    "show_costs": IDS,
    "show_hit_progress": IDS,
    "simulate_workers": (
        "--truth_file=input.jsonl --field=output.label --hit_ids_file=hit_ids.txt"
    ),
    "unblock_workers": "--worker_ids_file=workers.txt --yes",
}
# Command lines of the scripts that need no library and no crowd.
WITHOUT_LIBRARIES = {
    "aggregate_results": "--results_file=two.txt --field=answers.label",
    "answer_hits": (
        "--hit_ids_file=hit_ids.txt --name=m --command='cat reply.jsonl' --output_file=new.csv"
    ),
    "import_results": "--results_file=web.csv",
    "review_hits": "--results_file=results.txt --decisions_file=new.csv",
}


@pytest.fixture
def files(desk: Desk) -> Desk:
    """A desk with the files that the commands name, and a batch of one HIT in hit_ids.txt."""
    desk.launch(1)
    desk.write("ids.txt", "3A\n")
    write_batch(desk)
    desk.write("workers.txt", "A3\n")
    desk.write("bonuses.csv", "assignment_id,amount,reason\n3A,1.00,good\n")
    desk.write("decisions.csv", "assignment_id,decision\n3A,approve\n")
    return desk


# Many faults.


def test_of_many_faults_of_a_kind_the_first_twenty_are_shown() -> None:
    """And how many more there were; another kind is shown all the same."""
    ids = [f"3HIT{number:026}" for number in range(1000)]
    messages = [f"{hit_id}: Hit {hit_id} does not exist." for hit_id in ids]
    messages.insert(500, "input.jsonl:501: not JSON: 'x' is in the way (column 3)")

    lines = join_faults(messages).splitlines()

    assert lines == [*messages[:20], messages[500], "and 980 more: …: Hit … does not exist."]
    assert join_faults(messages[:20]) == "\n".join(messages[:20])


def test_the_rest_is_counted_when_it_is_interrupted() -> None:
    """What was counted until then is said."""
    messages: list[str] = []

    def work() -> None:
        with Faults(messages.append) as faults:
            for number in range(22):
                faults.add(f"row {number}: refused")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work()

    assert messages[-1] == "and 2 more: row …: refused"
    assert len(messages) == 21


@pytest.mark.parametrize("script", [script for script in COMMANDS if IDS in COMMANDS[script]])
def test_many_hits_that_do_not_exist_are_counted(files: Desk, script: str) -> None:
    """By every script that takes HIT ids."""
    files.write("ids.txt", "".join(f"3A{number}\n" for number in range(100)))

    done = files.run(script, *shlex.split(COMMANDS[script]))

    assert done.code == 1
    assert done.err.count(" does not exist.") == 21
    assert "and 80 more: …: Hit … does not exist.\n" in done.err


@pytest.mark.parametrize("script", ["approve_assignments", "block_workers", "unblock_workers"])
def test_many_other_refusals_are_counted(files: Desk, script: str) -> None:
    """Of assignments and of workers."""
    files.write("ids.txt", "".join(f"3A{number}\n" for number in range(100)))
    files.write("workers.txt", "".join(f"A3{number}\n" for number in range(100)))

    done = files.run(script, *shlex.split(COMMANDS[script]))

    assert done.code == 1
    assert "and 80 more: …: " in done.err
    assert len(done.err.splitlines()) < 25


def test_many_faulty_rows_are_counted(files: Desk) -> None:
    """Before a launch and before paying; faults of another kind are not hidden by them."""
    files.write("input.jsonl", "1\n" * 5 + "{\n" * 100 + "NaN\n")
    rows = [f"3A{number},free,good" for number in range(100)]
    files.write("bonuses.csv", "\n".join(["assignment_id,amount,reason", *rows, "3X,1.00,"]))

    launched = files.run("launch_hits", *shlex.split(COMMANDS["launch_hits"]))
    paid = files.run("pay_bonuses", *shlex.split(COMMANDS["pay_bonuses"]))

    assert (launched.code, paid.code) == (2, 2)
    assert "and 80 more: input.jsonl:…: not JSON: " in launched.err
    assert "NaN is not a JSON number" in launched.err
    assert "and 80 more: bonuses.csv:…: amount: … is not an amount such as …" in paid.err
    assert "bonuses.csv:102: reason: " in paid.err


# Closed streams.


def run_shell(desk: Desk, command: str, redirection: str) -> subprocess.CompletedProcess[str]:
    """Run a script as a shell does, with this redirection of its streams."""
    script, *argv = shlex.split(command)
    line = f"{shlex.join(desk.command(script, *argv))} {redirection}"
    return subprocess.run(
        ["sh", "-c", line],
        cwd=desk.folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    "command",
    ["show_account_balance", "show_hit_progress --hit_ids_file=hit_ids.txt", "get_all_hits"],
)
def test_a_closed_stdout_is_one_line(files: Desk, command: str) -> None:
    """What was to be printed would be lost: that is a failure, and no traceback."""
    done = run_shell(files, command, ">&-")

    assert done.returncode == 2
    assert done.stderr == (
        f"{command.partition(' ')[0]}.py: stdout is closed, so there is nowhere to print to\n"
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk always full")
@pytest.mark.parametrize("command", ["show_costs --help", "manage_crowd add_link --help"])
def test_a_help_that_cannot_be_printed_is_an_error(files: Desk, command: str) -> None:
    """A script that reads the help would take an empty one for the whole."""
    done = run_shell(files, command, ">/dev/full")

    script = command.partition(" ")[0]
    assert done.returncode == 2
    assert done.stderr == f"{script}.py: standard output: No space left on device\n"


@pytest.mark.parametrize("flag", ["hit_ids_file", "output_file", "config"])
def test_an_empty_file_name_is_refused(files: Desk, flag: str) -> None:
    """--hit_ids_file=$IDS with the variable unset would otherwise mean all HITs of the account."""
    message = files.fails("get_results", f"--{flag}=")

    assert message == f"--{flag}: the name of a file cannot be empty"


def test_no_keys_are_made_that_nobody_can_read(files: Desk) -> None:
    """They are shown once."""
    done = run_shell(files, "manage_crowd add_requester Lab", ">&-")

    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "stdout is closed" in done.stderr
    assert "Lab" not in files.process("manage_crowd", "list_requesters").out


def test_who_prints_nothing_needs_no_stdout(files: Desk) -> None:
    """Nor does the file of results: it is brought up to date."""
    crowd = files.crowd()
    crowd.do(crowd.make_worker("Ada"), files.read("hit_ids.txt").strip())
    ids = "--hit_ids_file=hit_ids.txt"

    approved = run_shell(files, f"approve_hits {ids} --yes", ">&-")
    results = run_shell(files, f"get_results {ids} --output_file=results.txt", ">&-")

    assert approved.returncode == 0
    assert approved.stderr.startswith("Approved 1 assignment for $0.05 ")
    assert (results.returncode, results.stderr) == (0, "")
    assert files.read("results.txt").count("\n") == 1


def test_a_closed_stderr_puts_no_message_into_the_data(files: Desk) -> None:
    """Nor a progress bar, nor does it stop the script."""
    done = run_shell(files, f"show_hit_progress {IDS}", "2>&-")

    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == "available 0, pending 0, submitted 0, approved 0, rejected 0\n"


def test_closed_streams_do_not_become_files_of_ours(files: Desk) -> None:
    """All three closed: the next file opened would have the number of stdout."""
    done = run_shell(files, COMMANDS["launch_hits"].join(["launch_hits ", ""]), "<&- >&- 2>&-")

    assert done.returncode == 0
    assert len(files.read("new.txt").split()) == 1
    assert files.run("get_results", "--hit_ids_file=new.txt").code == 0


# A Python that is not ours.


def test_every_script_has_a_command_here() -> None:
    """The tests below leave none out."""
    assert sorted([*COMMANDS, *WITHOUT_LIBRARIES]) == SCRIPTS


def run_without_libraries(
    files: Desk, script: str, arguments: str
) -> subprocess.CompletedProcess[str]:
    """Run a script with a Python that has only its standard library (-S)."""
    return subprocess.run(
        [sys.executable, "-S", ROOT / f"{script}.py", *shlex.split(arguments)],
        cwd=files.folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("script", WITHOUT_LIBRARIES)
def test_what_needs_no_library_runs_outside_the_virtual_environment(
    files: Desk, script: str
) -> None:
    """Results that were collected years ago can be read and decided on with Python alone."""
    files.write("web.csv", "HITId,AssignmentId,WorkerId,Answer.label\n3A,3B,A3,cat\n")
    cat = result(answers={"label": "cat"})
    files.write("results.txt", to_lines(cat))
    files.write("reply.jsonl", '{"row": 0, "output": {"label": "cat"}}\n')
    files.write("two.txt", to_lines(cat, cat | {"assignment_id": "3B", "worker_id": "A4"}))

    done = run_without_libraries(files, script, WITHOUT_LIBRARIES[script])

    assert done.returncode == 0, done.stderr
    output = done.stdout or files.read("new.csv")
    assert '"label": "cat"' in output.replace('""', '"')


@pytest.mark.parametrize("script", COMMANDS)
def test_outside_the_virtual_environment_is_one_line(files: Desk, script: str) -> None:
    """It names the library that is missing, and .venv."""
    files.write("results.txt", to_lines(result()))

    done = run_without_libraries(files, script, COMMANDS[script])

    assert (done.returncode, done.stdout) == (2, "")
    last = done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert f" is not installed for {sys.executable}; use the virtual environment, .venv/" in last


@pytest.mark.parametrize("script", [*SCRIPTS, "examples/demo", "examples/demo_study"])
def test_an_older_python_is_one_line(script: str, tmp_path: Path) -> None:
    """It names 3.11, before anything is imported that an older one cannot."""
    program = (
        "import runpy, sys; sys.version_info = (3, 10, 13, 'final', 0); sys.argv = sys.argv[1:]; "
        "sys.path.insert(0, sys.argv[0].rpartition('/')[0]); "
        "runpy.run_path(sys.argv[0], run_name='__main__')"
    )

    done = subprocess.run(
        [sys.executable, "-S", "-c", program, ROOT / f"{script}.py", "--help"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"Python 3.11 or newer is needed, and {sys.executable} is 3.10. Use another, such as that "
        "of the virtual environment: .venv/bin/python\n"
    )


@pytest.mark.parametrize(
    "file",
    [*SCRIPTS, "simpleamt", *(f"examples/demo{name}" for name in ("", "_batches", "_study"))],
)
def test_an_older_python_can_read_what_says_so(file: str) -> None:
    """The scripts, and the file that they import first, keep to the syntax of Python 3.7."""
    tree = ast.parse((ROOT / f"{file}.py").read_text("utf-8"), feature_version=(3, 7))

    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {getattr(node, "module", None) or node.names[0].name for node in imports}
    assert file == "simpleamt" or "simpleamt" in names
