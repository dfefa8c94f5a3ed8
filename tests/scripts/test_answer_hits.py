"""answer_hits.py: a machine answers the rows of a batch, and is never mistaken for a person."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.support.results_lines import result, to_lines
from tests.support.script_fixtures import ROOT, Desk

FILE = "hit_ids.machine_results.jsonl"
FLAGS = ("--hit_ids_file=hit_ids.txt", "--name=rule-2026")
SAID_ALL = '{"row": 0, "output": "a"}\n{"row": 1, "output": "b"}\n{"row": 2, "output": "c"}\n'
CAT = "--command=cat replies.txt"
# Answers each row with x, but exits at row 1.
EXITS = """
while read -r line; do
  row=${line#*: }; row=${row%%,*}
  if [ "$row" = 1 ]; then exit 3; fi
  echo "{\\"row\\": $row, \\"output\\": \\"x\\"}"
done
"""


@pytest.fixture
def batch(desk: Desk) -> Desk:
    """A desk with a batch of three rows, of which the second is a gold row."""
    desk.launch({"text": "is it?"}, {"text": "yes", "_gold": {"a": 1}, "_gold_why": "so"}, {"n": 3})
    return desk


def said(desk: Desk, replies: str, *flags: str) -> list[str]:
    """What is said of a command that prints `replies`, without the first line and the last."""
    desk.write("replies.txt", replies)
    done = desk.run("answer_hits", *FLAGS, CAT, *flags)
    assert (done.code, done.out) == (1, "")
    return done.err.splitlines()[1:-1]


def answered(desk: Desk) -> list[tuple[int, Any]]:
    """The rows in the file of answers, with their outputs."""
    lines = map(json.loads, desk.read(FILE).splitlines())
    return [(line["row"], line["output"]) for line in lines]


def test_the_example_answers_every_row_once(batch: Desk) -> None:
    """Run again, it is asked for nothing; a line has the fields that docs/machines.md names."""
    command = f"--command={sys.executable} {ROOT / 'examples/rule_worker.py'}"

    first = batch.run("answer_hits", *FLAGS, command)
    again = batch.run("answer_hits", *FLAGS, "--command=false")

    assert (first.code, again.code) == (0, 0)
    assert first.err == (
        "rule-2026 is the machine MMCBWSH6XOYR7N. It has answered 0 of 3 rows.\n"
        f"3 answers added to {FILE}; 0 rows left.\n"
    )
    assert "It has answered 3 of 3 rows." in again.err
    lines = [json.loads(line) for line in batch.read(FILE).splitlines()]
    ids = batch.read("hit_ids.txt").split()
    assert [(line["row"], line["hit_id"]) for line in lines] == list(enumerate(ids))
    assert lines[0].pop("assignment_id").startswith("M")
    assert lines[0].pop("submit_time").endswith("Z")
    unknown = ("status", "accept_time", "auto_approval_time", "approval_time", "rejection_time")
    assert lines[0] == {
        "hit_id": ids[0],
        "worker_id": "MMCBWSH6XOYR7N",
        "machine": "rule-2026",
        "confidence": 0.9,
        "output": {"label": "question"},
        "input": {"text": "is it?"},
        "row": 0,
        "answers": {"output": '{"label": "question"}'},
        "requester_feedback": None,
        **dict.fromkeys(unknown),
    }


def test_the_machine_never_receives_the_right_answers(batch: Desk) -> None:
    """It gets row and input, without the fields that begin with _gold; the results have them."""
    script = "import sys; [print(line.replace('input', 'output')) for line in sys.stdin]"
    batch.write("echo.py", script)

    done = batch.run("answer_hits", *FLAGS, f"--command={sys.executable} echo.py")

    assert done.code == 0, done.err
    assert answered(batch) == [(0, {"text": "is it?"}), (1, {"text": "yes"}), (2, {"n": 3})]
    assert json.loads(batch.read(FILE).splitlines()[1])["input"]["_gold"] == {"a": 1}


def test_its_answers_are_on_no_crowd(batch: Desk) -> None:
    """They fill no worker's place, and cost nothing: the crowd is not called."""
    batch.write("replies.txt", SAID_ALL)
    batch.calls.clear()

    assert batch.run("answer_hits", *FLAGS, CAT).code == 0

    assert batch.calls == []
    progress = batch.run("show_hit_progress", "--hit_ids_file=hit_ids.txt")
    assert "0 / 2: 3" in progress.out


def test_what_is_wrong_is_named_with_its_line_and_skipped(batch: Desk) -> None:
    """And everything else is kept."""
    replies = [
        "I think it is",
        '["a"]',
        '{"output": "a"}',
        '{"row": "1", "output": "a"}',
        '{"row": 7, "output": "a"}',
        '{"row": 1}',
        '{"row": 1, "output": "a", "confidence": 2}',
        '{"row": 0, "output": "a", "confidence": 1}',
        '{"row": 0, "output": "b"}',
        '{"row": 2, "output": null, "answers": {"label": "c"}}',
        '{"row": 1, "output": "' + "x" * 1_000_000 + '"}',
    ]

    messages = said(batch, "\n".join(replies))

    assert messages == [
        "rule-2026, line 1: not JSON",
        'rule-2026, line 2: not a JSON object such as {"row": 0, "output": {"label": "cat"}}',
        "rule-2026, line 3: has no row",
        "rule-2026, line 4: row is not a number",
        "rule-2026, line 5: row 7 is not one of those that were sent",
        "rule-2026, line 6: row 1: has no output",
        "rule-2026, line 7: row 1: confidence is not a number from 0 to 1",
        "rule-2026, line 9: row 0 is answered twice; the first answer is kept",
        "rule-2026, line 11: longer than 1,000,000 bytes",
        "row 1: rule-2026 gave no answer",
    ]
    assert answered(batch) == [(0, "a"), (2, None)]


def test_a_command_that_ends_goes_on_behind_the_row_that_ended_it(batch: Desk) -> None:
    """The row is named and skipped; another run asks for it alone."""
    batch.write("exits.sh", EXITS)

    done = batch.run("answer_hits", *FLAGS, "--command=sh exits.sh")

    assert done.code == 1
    assert "\nrow 1: rule-2026 ended with exit code 3; skipped\n" in done.err
    assert answered(batch) == [(0, "x"), (2, "x")]
    batch.write("replies.txt", '{"row": 1, "output": "y"}\n')
    assert batch.run("answer_hits", *FLAGS, CAT).code == 0
    assert answered(batch) == [(0, "x"), (2, "x"), (1, "y")]


def test_a_command_that_cannot_be_started_is_an_error(batch: Desk) -> None:
    """And leaves no file."""
    done = batch.run("answer_hits", *FLAGS, "--command=gone")

    assert done.code == 2
    assert done.err.splitlines()[1].endswith(
        "--command 'gone' cannot be started: No such file or directory"
    )
    assert not (batch.folder / FILE).exists()
    empty = batch.run("answer_hits", *FLAGS, "--command=")
    assert empty.err.splitlines()[1].endswith("--command '' cannot be started: it is empty")


def test_a_command_that_hangs_is_ended_with_what_it_started(batch: Desk) -> None:
    """It is started twice; after that, nothing more is asked."""
    batch.write("hangs.sh", "sleep 1000 & echo $! >> pids.txt; wait")

    done = batch.run("answer_hits", *FLAGS, "--command=sh hangs.sh", "--patience=0.3")

    assert done.code == 1
    assert done.err.splitlines()[1:-1] == [
        "row 0: rule-2026 gave no answer for 0.3 seconds; skipped",
        "row 1: rule-2026 gave no answer for 0.3 seconds; skipped",
        "rule-2026 was started twice without an answer; 1 row not asked",
    ]
    pids = batch.folder / "pids.txt"  # not there if the shell was ended before it wrote anything
    for pid in pids.read_text().split() if pids.exists() else []:
        wait_for_end(int(pid))
    assert not (batch.folder / FILE).exists()


def wait_for_end(pid: int) -> None:
    """Wait until a process is gone, or a zombie that nobody waits for."""
    for _ in range(300):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return
        if state == "Z":
            return
        time.sleep(0.1)
    raise AssertionError(f"{pid} runs")


def test_a_killed_run_leaves_no_answer_twice(batch: Desk) -> None:
    """What it took is kept, also if the last line was cut short."""
    script = """read line; echo '{"row": 0, "output": "first"}'
    while kill -0 $PPID 2>/dev/null; do sleep 0.1; done"""
    batch.write("waits.sh", script)
    command = batch.command("answer_hits", *FLAGS, "--command=sh waits.sh")
    process = subprocess.Popen(command, cwd=batch.folder, stderr=subprocess.DEVNULL)
    path = batch.folder / FILE
    while not (path.exists() and path.read_bytes().endswith(b"\n")):
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    with path.open("a") as file:
        file.write(path.read_text()[:40])
    batch.write("replies.txt", SAID_ALL.partition("\n")[2])

    done = batch.run("answer_hits", *FLAGS, CAT)

    assert (done.code, done.err.splitlines()[1:-1]) == (0, [])
    assert answered(batch) == [(0, "first"), (1, "b"), (2, "c")]


def test_labels_that_no_person_gave_are_skipped(batch: Desk) -> None:
    """As the results of people say, or --labels."""
    batch.write(
        "results.txt", to_lines(result(output={"label": "a"}), result(2, output={"label": "b"}))
    )
    replies = '{"row": 0, "output": {"label": "a"}}\n{"row": 1, "output": {"label": "d"}}\n'
    field = "--field=output.label"

    by_people = said(
        batch,
        replies + '{"row": 2, "output": {"answer": "b"}}\n',
        field,
        "--results_file=results.txt",
    )
    listed = said(batch, replies.replace("0", "2"), field, "--labels=a,b")

    assert by_people == [
        "rule-2026, line 2: row 1: the label 'd' is not one of those that people gave",
        "rule-2026, line 3: row 2: has no output.label",
    ]
    assert listed == [
        "rule-2026, line 2: row 1: the label 'd' is not one of --labels (a, b)",
    ]
    assert answered(batch) == [(0, {"label": "a"}), (2, {"label": "a"})]


def test_flags_that_contradict_each_other(batch: Desk) -> None:
    """Each is one line."""
    batch.write("people.txt", to_lines(result()))
    cases = {
        ("--name=a b", CAT): "--name 'a b': a machine's name has 1 to 100",
        ("--name=a", CAT, "--patience=0"): "--patience must be above 0",
        ("--name=a", "--url=ftp://x"): "--url 'ftp://x': must be an http or https URL",
        ("--name=a", CAT, "--labels=a"): "--labels and --results_file need --field",
        ("--name=a", CAT, "--field=output.x"): "--field output.x: the template has no choices",
        ("--name=a", CAT, "--output_file=people.txt"): "people.txt:1: not an answer of a machine",
        ("--name=a", CAT, "--output_file=hit_ids.batch.jsonl"): (
            "hit_ids.batch.jsonl: is the batch record"
        ),
    }
    for flags, message in cases.items():
        assert batch.fails("answer_hits", "--hit_ids_file=hit_ids.txt", *flags).startswith(message)


# A URL.


class Model(BaseHTTPRequestHandler):
    """Answers row 0, redirects row 1, and fails at row 2."""

    received: list[bytes] = []  # noqa: RUF012 - of all requests

    def do_POST(self) -> None:
        """Respond to a row."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.received.append(body)
        row = json.loads(body)["row"]
        self.send_response([200, 302, 500][row])
        self.send_header("Location", "http://127.0.0.1:1/")
        self.end_headers()
        self.wfile.write(b'{"output": "a", "confidence": 0.5}')

    def log_message(self, *_: Any) -> None:
        """Log nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    """The URL of a model's server on this machine."""
    server = HTTPServer(("127.0.0.1", 0), Model)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_each_row_is_posted_to_a_url_and_to_no_other(batch: Desk, url: str) -> None:
    """A redirect is not followed, so a row goes only where it was meant to go."""
    Model.received.clear()

    done = batch.run("answer_hits", *FLAGS, f"--url={url}", "--concurrency=1")

    assert done.code == 1
    assert done.err.splitlines()[1:-1] == [
        "row 1: rule-2026: HTTP status 302",
        "row 2: rule-2026: HTTP status 500",
    ]
    assert answered(batch) == [(0, "a")]
    assert [json.loads(body) for body in Model.received] == [
        {"row": 0, "input": {"text": "is it?"}},
        {"row": 1, "input": {"text": "yes"}},
        {"row": 2, "input": {"n": 3}},
    ]


def test_a_server_that_cannot_be_reached_is_an_error(batch: Desk) -> None:
    """It is not asked for every row."""
    done = batch.run("answer_hits", *FLAGS, "--url=http://127.0.0.1:1/")

    assert done.code == 2
    assert "--url http://127.0.0.1:1/: cannot be reached: " in done.err
