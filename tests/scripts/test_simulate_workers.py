"""simulate_workers.py: a sandbox's answers, and the price of a study."""

import json
import random
import threading
from decimal import Decimal
from typing import Any

import pytest

from amt.errors import Error
from amt.fees import Rates
from amt.simulated_workers import crews, prices, shifts
from amt.simulated_workers.crews import Crew
from amt.simulated_workers.truths import Truths, read_truths
from amt.simulated_workers.worker_site import WorkerSite
from tests.support.launches import FLAGS as LAUNCH
from tests.support.script_fixtures import Desk
from tests.support.worker_sites import World

TRUTH = ("--truth_file=truth.jsonl", "--field=output.label")
LABELS = ("cat", "dog", "cow")


def write_truth(desk: Desk, rows: int) -> None:
    """Write a truth file with LABELS in turn."""
    desk.write(
        "truth.jsonl",
        "".join(f"{json.dumps({'label': LABELS[row % 3]})}\n" for row in range(rows)),
    )


def test_workers_answer_a_batch_through_its_worker_site(desk: Desk) -> None:
    """Each HIT gets its answers from different workers, who are right as often as they should be;
    what is left when all workers have done a HIT is said.
    """
    desk.launch(*range(4), MaxAssignments=3)
    write_truth(desk, 4)
    crew = ("--workers=2", "--spammers=0", "--accuracy=1", "--seconds=0.01")

    done = desk.run("simulate_workers", *TRUTH, "--hit_ids_file=hit_ids.txt", *crew)

    assert done.code == 1
    assert done.err.splitlines() == [
        "2 workers gave 8 answers.",
        "4 assignments left: every worker who may do these HITs has; add --workers",
    ]
    lines = desk.run("get_results", "--hit_ids_file=hit_ids.txt").lines
    assert sorted((line["row"], line["output"]["label"]) for line in lines) == [
        (row, LABELS[row % 3]) for row in range(4) for _ in range(2)
    ]
    assert len({(line["row"], line["worker_id"]) for line in lines}) == 8


def test_workers_do_the_practice_hits_first(files: Desk) -> None:
    """The crowd adds an assignment of these for each worker, and lets nobody do others before."""
    rows: list[dict[str, Any]] = [{"n": n} for n in range(5)]
    for row in rows[3:]:
        row["_gold"] = "cat"
    files.write("input.jsonl", "".join(f"{json.dumps(row)}\n" for row in rows))
    practice = ("--practice_rows=2", "--gold_field=output.label")
    launched = files.run("launch_hits", *LAUNCH, *practice)
    assert launched.code == 0, launched.err
    write_truth(files, 5)

    done = files.run(
        "simulate_workers", *TRUTH, "--hit_ids_file=hit_ids.txt", "--workers=3", "--seconds=0.01"
    )

    lines = files.run("get_results", "--hit_ids_file=hit_ids.txt").lines
    assert done.code == 0, done.err
    assert sum(line["row"] in (3, 4) for line in lines) == 6
    assert sum(line["row"] < 3 for line in lines) == 6


class Missed(shifts.Slots):
    """Slots that note when somebody found none left."""

    def __init__(self, left: dict[str, int]) -> None:
        super().__init__(left)
        self.event = threading.Event()

    def take(self, hit_id: str) -> bool:
        """Take an assignment, and note if there was none."""
        if super().take(hit_id):
            return True
        self.event.set()
        return False


def test_a_hit_that_somebody_cannot_have_is_left_to_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also to those who asked while it seemed to be taken."""
    slots = Missed({"3HIT": 1})

    class Site:
        """A worker site that refuses the first worker, once the second has found nothing."""

        def __init__(self, url: str) -> None:
            self.name = url

        def sign_in(self, nickname: str) -> None:
            self.name = nickname

        def accept(self, hit_type_id: str, hit_id: str) -> str | None:
            if self.name != Crew().name(0):
                return "3ASSIGNMENT"
            slots.event.wait(30)
            return None

        def submit(self, assignment_id: str, fields: dict[str, str]) -> None:
            """Take any answer."""

        def close(self) -> None:
            """Have nothing to close."""

    monkeypatch.setattr(shifts, "WorkerSite", Site)
    task = shifts.Work("", "3TYPE", {"3HIT": 0}, Truths(list("ab"), [0]), "output.label")

    answered = shifts.work(task, Crew(workers=2), slots)

    assert (answered, slots.count) == (1, 0)


def test_prices_show_what_more_answers_bring_and_cost() -> None:
    """More answers cost more and are right more often; asking only where it is needed is cheaper."""
    chance = random.Random(1)
    truths = Truths(list("ab"), [chance.randrange(2) for _ in range(100)])
    crew = Crew(workers=20, accuracies=(0.8, 0.9), spammers=0.1)

    table = list(
        prices.list_prices(
            truths,
            crew,
            Decimal("0.05"),
            Rates(charged=False),
            confidence=0.95,
            most=5,
            machine_accuracy=None,
            draws=2,
        )
    )

    fixed, adaptive = table[:5], table[5:]
    assert [price.cost for price in fixed] == [5 * n for n in range(1, 6)]
    assert [price.policy for price in adaptive] == [f"adaptive, 1 to {n}" for n in (3, 4, 5)]
    assert (fixed[0].by_dawid_skene, adaptive[0].by_majority) == (None, None)
    assert (fixed[4].by_dawid_skene or 0) > (fixed[0].by_majority or 1)
    assert adaptive[-1].cost < fixed[-1].cost
    assert prices.compute_hourly(Decimal("0.05"), 12) == Decimal("15.00")
    lines = prices.format_table(table).splitlines()
    assert len({len(line) for line in lines}) == 1


def test_the_table_is_printed_with_a_machine_and_fees(desk: Desk) -> None:
    """For a truth file alone; --seconds says what an hour pays."""
    write_truth(desk, 30)
    flags = ("--reward=0.05", "--most=3", "--fees", "--machine_accuracy=0.9", "--seconds=30")

    done = desk.run("simulate_workers", *TRUTH, *flags)

    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert lines[0].split() == [
        "answers",
        "per",
        "row",
        "majority",
        "dawid_skene",
        "lowest",
        "cost",
    ]
    assert lines[3].split()[-1] == "$5.40"
    assert lines[-1] == "$0.05 for 30 s is $6.00 an hour."


def test_a_crew_is_always_the_same() -> None:
    """Whatever the order in which the worker site lets them in; spammers hurry."""
    crew = Crew(workers=50, spammers=0.5, seconds=10)
    matrices = crew.draw(3)

    assert matrices == crew.draw(3)
    votes = [crew.choose_vote(matrices[0], 0, row, 1) for row in range(50)]
    assert votes == [crew.choose_vote(matrices[0], 0, row, 1) for row in range(50)]
    times = {True: 0.0, False: 0.0}
    for worker, matrix in enumerate(matrices):
        seconds = [crew.choose_seconds(matrix, worker, row) for row in range(20)]
        times[matrix[0][0] < 0.5] += sum(seconds)
    assert times[True] < times[False] / 2
    assert Crew(seconds=0).choose_seconds(matrices[0], 0, 0) == 0


def test_fields_are_posted_as_forms_have_them() -> None:
    """output is JSON; answers are fields of the form."""
    assert crews.to_fields("output.a.b", "x") == {"output": '{"a": {"b": "x"}}'}
    assert crews.to_fields("output", 3) == {"output": "3"}
    assert crews.to_fields("answers.label", 3) == {"label": "3"}
    assert crews.to_fields("answers.q.1", "x") == {"q.1": "x"}


def test_a_truth_file_is_lines_or_a_table(desk: Desk) -> None:
    """With the whole name of the field, its last part, or only the value."""
    desk.write("truth.jsonl", '{"output": {"label": "b"}}\n{"label": "a"}\n"b"\n')
    desk.write("truth.csv", "label,other\nb,x\na,y\nb,z\n")

    for name in ("truth.jsonl", "truth.csv"):
        assert read_truths(name, "output.label") == Truths(["a", "b"], [1, 0, 1])


def test_a_site_that_workers_cannot_enter_by_nickname_is_refused(world: World, url: str) -> None:
    """And one that is none; and HITs that ask for consent."""
    site = WorkerSite(url + "/")
    none = WorkerSite(url.removesuffix("/sandbox") + "/files/")
    with pytest.raises(Error, match="asks for no nickname"):
        none.sign_in("Ada")
    none.close()
    site.sign_in("Ada")
    hit = world.launch()
    assignment_id = site.accept(hit["HITTypeId"], hit["HITId"])
    assert assignment_id is not None
    site.submit(assignment_id, {"word": "cat"})
    assert site.accept(hit["HITTypeId"], hit["HITId"]) is None
    with pytest.raises(Error, match="an answer was not accepted"):
        site.submit(assignment_id, {"word": "dog"})
    site.close()


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--hit_ids_file=hit_ids.txt", "--prod"), "simulated workers answer a sandbox only"),
        (("--hit_ids_file=own.txt", "--crowd=mturk"), "not Mechanical Turk"),
        (("--hit_ids_file=own.txt",), "own.txt: has no batch record"),
        (("--hit_ids_file=hit_ids.txt",), "truth.jsonl: has 3 rows, and the batch has 1"),
        ((), "--reward must be an amount of US dollars, such as 0.05"),
        (("--reward=nan",), "--reward must be an amount"),
        (("--reward=1", "--most=0"), "--most must be from 1 to 30"),
        (("--reward=1", "--confidence=2"), "--confidence must be from 0 to 1"),
        (("--reward=1", "--machine_accuracy=2"), "--machine_accuracy must be from 0 to 1"),
        (("--workers=0",), "--workers must be from 1 to 500"),
        (
            ("--accuracy=0.9,0.7",),
            "--accuracy must be two numbers from 0 to 1, the lower one first",
        ),
        (("--accuracy=x",), "--accuracy: 'x' is not two numbers such as 0.7,0.95"),
        (("--spammers=-1",), "--spammers must be from 0 to 1"),
        (("--seconds=nan",), "--seconds must be at least 0"),
        (("--field=label",), "--field: label is not a field of an answer, such as output.label"),
        (("--truth_file=one.jsonl",), "has 1 different answer, and workers need two labels"),
        (("--truth_file=none.jsonl",), "none.jsonl:2: has no right answer in label"),
    ],
)
def test_bad_input_is_one_line(desk: Desk, flags: tuple[str, ...], message: str) -> None:
    """Before anybody signs in."""
    desk.launch(1)
    desk.write("own.txt", desk.read("hit_ids.txt"))
    desk.write("one.jsonl", '"a"\n"a"\n')
    desk.write("none.jsonl", '"a"\n{"other": "b"}\n')
    write_truth(desk, 3)

    assert message in desk.fails("simulate_workers", *TRUTH, *flags)
