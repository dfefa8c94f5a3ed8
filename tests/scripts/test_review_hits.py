"""review_hits.py: a file of decisions, filled in by rules or key by key."""

import csv
import io
import os
import pty
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.support.results_lines import result, to_lines
from tests.support.script_fixtures import Desk

FILES = ("--results_file=results.txt", "--decisions_file=decisions.csv")
REVIEW = ("review_hits", *FILES)
HEADER = "assignment_id,decision,feedback,bonus,worker_id,row,answer"


def answer(number: int, check: str, **changes: Any) -> dict[str, Any]:
    """An unreviewed answer; two of them are to each HIT."""
    return result(
        number,
        **{
            "hit_id": f"3HIT{number // 2}",
            "row": number // 2,
            "status": "Submitted",
            "worker_id": f"AWORKER{number}",
            "output": {"check": check},
        }
        | changes,
    )


@pytest.fixture
def answers(desk: Desk) -> list[dict[str, Any]]:
    """Four answers in results.txt."""
    answers = [answer(number, check) for number, check in enumerate(["7", "8", "7", ""])]
    desk.write("results.txt", to_lines(*answers))
    return answers


def table(desk: Desk, name: str = "decisions.csv") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(desk.read(name))))


def decisions(desk: Desk) -> list[str]:
    return [row["decision"] for row in table(desk)]


def test_every_answer_has_a_row_without_a_decision(desk: Desk, answers: Any) -> None:
    """The answer and its worker stand beside; no crowd is called."""
    done = desk.run(*REVIEW)

    assert (done.code, done.out, desk.calls) == (0, "", [])
    assert done.err == (
        "decisions.csv: 4 answers: 0 to approve, 0 to reject, 4 without a decision.\n"
    )
    assert desk.read("decisions.csv").splitlines()[:2] == [
        HEADER,
        '3ASSIGNMENT0,,,,AWORKER0,0,"{""check"": ""7""}"',
    ]
    assert len(table(desk)) == 4


def test_rules_fill_in_decisions(desk: Desk, answers: Any) -> None:
    """The first rule that holds decides; a rejection gets the feedback."""
    done = desk.run(
        *REVIEW,
        '--rule=approve where output.check == "7"',
        '--rule=reject where output.check == ""',
        "--feedback=The check was left empty.",
    )

    assert done.err == (
        "decisions.csv: 4 answers: 2 to approve, 1 to reject, 1 without a decision.\n"
    )
    assert decisions(desk) == ["approve", "", "approve", "reject"]
    assert [row["feedback"] for row in table(desk)] == ["", "", "", "The check was left empty."]


def test_reviewed_answers_stay_without_a_decision(desk: Desk) -> None:
    """A rule must not turn a rejection into an approval."""
    rejected = answer(0, "7", status="Rejected")
    desk.write("results.txt", to_lines(rejected, answer(1, "7")))

    done = desk.run(*REVIEW, "--rule=approve all")

    assert "1 answer is reviewed already, and left without a decision.\n" in done.err
    assert decisions(desk) == ["", "approve"]


def test_no_cell_is_a_formula(desk: Desk) -> None:
    """A worker's answer must not run in the requester's spreadsheet."""
    desk.write("results.txt", to_lines(answer(0, "", output="=1+1"), answer(1, "", output=None)))

    desk.run(*REVIEW)

    assert [row["answer"] for row in table(desk)] == ["'=1+1", '{"label": "animal"}']


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (
            ["--rule=approve al"],
            "--rule 'approve al', column 9: expected all or where, but got 'al'",
        ),
        (["--rule=reject all"], "a rule that rejects needs --feedback, which the workers read"),
        (
            ["--rule=reject all", f"--feedback={'x' * 1025}"],
            "--feedback has 1,025 characters; at most 1,024 are allowed",
        ),
        (
            ['--rule=approve where output.checked_number != "8"'],
            "results.txt: no answer has the field output.checked_number, which a rule names",
        ),
        (["--terminal"], "--terminal needs a terminal; leave it out and edit decisions.csv"),
        (["--results_file=gone.txt"], "gone.txt: No such file or directory"),
    ],
)
def test_what_cannot_be_done_leaves_no_file(
    desk: Desk, answers: Any, flags: list[str], message: str
) -> None:
    """One line says why."""
    assert desk.fails(*REVIEW, *flags) == message
    assert not (desk.folder / "decisions.csv").exists()


def test_decisions_are_not_overwritten(desk: Desk, answers: Any) -> None:
    """A person may have edited the file."""
    desk.write("decisions.csv", "mine")

    assert desk.fails(*REVIEW) == (
        "decisions.csv: exists, and its decisions would be lost; name a new file, or continue this "
        "one with --terminal"
    )
    assert desk.read("decisions.csv") == "mine"


def test_an_answer_that_is_there_twice_is_refused(desk: Desk, answers: Any) -> None:
    """Two files of results, one after the other, would be decided on twice."""
    desk.write("results.txt", to_lines(*answers, answers[1]))

    assert desk.fails(*REVIEW) == "results.txt:5: 3ASSIGNMENT1 is on line 2 already"


class Typist:
    """Somebody at a terminal where review_hits.py runs."""

    def __init__(self, ours: int, process: "subprocess.Popen[bytes]") -> None:
        self._ours = ours
        self.process = process
        self.shown = ""

    def read_until(self, text: str) -> None:
        """Wait until the terminal shows this."""
        while text not in self.shown:
            self.shown += os.read(self._ours, 4096).decode()

    def type(self, keys: str) -> None:
        """Type keys, and forget what the terminal showed."""
        self.shown = ""
        os.write(self._ours, keys.encode())

    def end(self) -> int:
        """Read to the end, and return the exit code."""
        while True:
            try:
                self.shown += os.read(self._ours, 4096).decode()
            except OSError:  # Linux's way of saying that nobody writes any more
                return self.process.wait(60)


@contextmanager
def typing(desk: Desk, *flags: str) -> Iterator[Typist]:
    ours, its = pty.openpty()
    with subprocess.Popen(
        desk.command(*REVIEW, "--terminal", *flags),
        cwd=desk.folder,
        stdin=its,
        stdout=subprocess.DEVNULL,
        stderr=its,
    ) as process:
        os.close(its)
        try:
            yield Typist(ours, process)
        finally:
            process.kill()
            os.close(ours)


def test_keys_decide_one_answer_after_another(desk: Desk, answers: Any) -> None:
    """Each decision is on the disk before the next answer is shown; killed, the next run continues
    with what is left.
    """
    with typing(desk) as typist:
        typist.read_until("q quit:")
        shown = re.sub(r"\s+", " ", typist.shown)
        assert "Answer 1 of 4: 3ASSIGNMENT0, worker AWORKER0, row 0" in shown
        assert 'input: {"text": "a dog"} answer: {"check": "7"}' in shown
        assert 'other: {"check": "8"} (Submitted, worker AWORKER1)' in shown
        typist.type("a")
        typist.read_until("Answer 2 of 4")
        assert decisions(desk) == ["approve", "", "", ""]
        typist.type("r")
        typist.read_until("The worker reads this:")
        typist.type("The check is 7, “not” 8.\n")
        typist.read_until("Answer 3 of 4")
        assert table(desk)[1]["feedback"] == "The check is 7, “not” 8."
        typist.type("b0.50\nQuick\n")
        typist.read_until("bonus $0.50; now decide.")
        assert (table(desk)[2]["bonus"], table(desk)[2]["feedback"]) == ("0.50", "Quick")
        typist.process.kill()
    with typing(desk) as typist:
        typist.read_until("Answer 1 of 2: 3ASSIGNMENT2")
        typist.type("as")
        assert typist.end() == 0

    assert decisions(desk) == ["approve", "reject", "approve", ""]
    assert "4 answers: 2 to approve, 1 to reject, 1 without a decision." in typist.shown


def test_wrong_keys_and_lines_change_nothing(desk: Desk, answers: Any) -> None:
    """A rejection without a reason and a bonus that is no amount are asked for again; q ends it."""
    with typing(desk) as typist:
        typist.type("xr\nbfree\nq")
        assert typist.end() == 0

    assert "'x' is not one of the keys" in typist.shown
    assert "Not rejected: the reason must have 1 to 1,024 characters." in typist.shown
    assert "bonus: 'free' is not an amount such as 1.50." in typist.shown
    assert decisions(desk) == [""] * 4


def test_an_answer_does_not_steer_the_terminal(desk: Desk) -> None:
    """Escape sequences in it are spelled out."""
    desk.write("results.txt", to_lines(answer(0, "", output="\x1b[2Jgone\x07")))

    with typing(desk) as typist:
        typist.read_until("q quit:")
        shown = typist.shown
        typist.type("q")
        assert typist.end() == 0

    assert "answer: \\x1b[2Jgone\\x07" in shown
    assert "\x1b[2J" not in shown


def test_columns_of_your_own_are_kept(desk: Desk, answers: Any) -> None:
    """Also the semicolons with which spreadsheets of some countries save it are read."""
    desk.write("decisions.csv", "assignment_id;decision;note\n3ASSIGNMENT0;approve;mine\n")

    with typing(desk) as typist:
        typist.read_until("Answer 1 of 3: 3ASSIGNMENT1")
        typist.type("q")
        assert typist.end() == 0

    assert [row["note"] for row in table(desk)] == ["mine", "", "", ""]
    assert decisions(desk) == ["approve", "", "", ""]


def test_a_file_that_somebody_else_saves_meanwhile_is_not_overwritten(
    desk: Desk, answers: Any
) -> None:
    """It may be open in a spreadsheet, or be reviewed by two people."""
    with typing(desk) as typist:
        typist.read_until("q quit:")
        theirs = desk.read("decisions.csv").replace("3ASSIGNMENT3,,", "3ASSIGNMENT3,approve,")
        desk.write("decisions.csv", theirs)
        typist.type("a")
        assert typist.end() == 2

    assert "decisions.csv: was changed by another program; run this again" in typist.shown
    assert desk.read("decisions.csv") == theirs
