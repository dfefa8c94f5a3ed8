"""Gold: aggregate_results.py scores workers by it, and the next batch keeps out those who fail."""

import csv
import io
import json
from typing import Any

import pytest

from tests.support.crowds import why
from tests.support.launches import FLAGS as LAUNCH
from tests.support.results_lines import result, to_lines
from tests.support.script_fixtures import PROPERTIES, Desk

FLAGS = ("--results_file=results.txt", "--field=output.label")
LEFT_OUT = (
    "C: 1 of 3 gold answers right\n"
    "1 worker with less than 0.7 of the gold answers right: 5 answers left out of the labels. "
    "They are paid all the same.\n"
)


def line(number: int, worker: str, label: Any, **changes: Any) -> dict[str, Any]:
    """A result of a worker for the row `number`; those from 10 on are gold, of the value "a"."""
    gold = {"_gold": "a", "_gold_why": "An a."} if number >= 10 else {}
    return result(
        number + 1,
        **{
            "assignment_id": f"3ASSIGNMENT{number}{worker}",
            "worker_id": worker,
            "output": {"label": label},
            "input": {"n": number, **gold},
        }
        | changes,
    )


def results() -> list[dict[str, Any]]:
    """Two rows and three gold rows: A and B have all gold right, C one of three."""
    answers = {0: "aab", 1: "bb", 10: "aab", 11: "aab", 12: "aaa"}
    lines = [
        line(number, worker, label)
        for number, labels in answers.items()
        for worker, label in zip("ABC", labels, strict=False)
    ]
    return [*lines, line(2, "C", "b")]


def workers_of(desk: Desk) -> dict[str, dict[str, str]]:
    """The workers file, by worker."""
    rows = csv.DictReader(io.StringIO(desk.read("workers.csv")))
    return {row["worker_id"]: row for row in rows}


def test_workers_who_fail_the_gold_are_left_out_of_the_labels(desk: Desk) -> None:
    """Named with their scores, which the workers file has; a row without other answers says why."""
    desk.write("results.txt", to_lines(*results()))

    done = desk.run("aggregate_results", *FLAGS, "--method=majority", "--workers_file=workers.csv")

    assert done.code == 0
    assert done.err.startswith(LEFT_OUT)
    lines = {line["row"]: line for line in done.lines}
    assert (lines[0]["label"], lines[0]["votes"]) == ("a", {"a": 2})
    assert lines[2] == {
        "row": 2,
        "hit_id": "3HIT3",
        "label": None,
        "confidence": None,
        "method": "majority",
        "votes": {},
        "agreement": None,
        "needs_a_look": True,
        "why": "all answers are of workers who failed the gold rows",
    }
    workers = workers_of(desk)
    gold = ("gold_answers", "gold_right", "gold_score", "gold_low", "gold_high")
    assert [workers["A"][name] for name in gold] == ["3", "3", "1", "0.4385", "1"]
    assert [workers["C"][name] for name in gold] == ["3", "1", "0.3333", "0.0615", "0.7923"]
    assert (workers["C"]["answers"], workers["C"]["accuracy"]) == ("5", "")


def test_gold_rows_have_no_label_to_use(desk: Desk) -> None:
    """They are marked, with the right value, and never need a look."""
    desk.write("results.txt", to_lines(*results()))

    lines = desk.run("aggregate_results", *FLAGS, "--gold_at_least=0").lines

    marked = [line for line in lines if line["method"] == "gold"]
    assert [line["row"] for line in marked] == [10, 11, 12]
    assert {(line["label"], line["gold"], line["needs_a_look"]) for line in marked} == {
        (None, "a", False)
    }
    assert marked[0]["votes"] == {"a": 2, "b": 1}, "nobody is left out"
    assert not any("gold" in line for line in lines if line["row"] < 10)


def test_hits_to_ask_about_again_are_those_without_a_label_and_no_gold(desk: Desk) -> None:
    """Rows that only failed workers answered are among them; gold rows are not, however unsure."""
    desk.write("results.txt", to_lines(*results()))
    flags = ("--unsure_hit_ids_file=unsure.txt", "--method=majority")

    desk.run("aggregate_results", *FLAGS, *flags)
    strict = desk.read("unsure.txt").splitlines()[1:]
    desk.run("aggregate_results", *FLAGS, *flags, "--gold_at_least=0")

    assert strict == ["3HIT3"]
    assert sorted(desk.read("unsure.txt").splitlines()[1:]) == ["3HIT1", "3HIT3"]


def test_gold_of_hundreds_of_digits_is_compared(desk: Desk) -> None:
    """Although no float is so large: neither as an answer nor in _gold."""
    gold = {"input": {"_gold": 10**400}}
    votes = {"A": 10**400, "B": 5}
    lines = [line(n, w, label, **gold) for n in range(10, 13) for w, label in votes.items()]
    desk.write("results.txt", to_lines(*lines))

    desk.run("aggregate_results", *FLAGS, "--workers_file=workers.csv")

    assert [worker["gold_right"] for worker in workers_of(desk).values()] == ["3", "0"]


def test_few_gold_answers_are_not_enough_to_leave_anybody_out(desk: Desk) -> None:
    """Two wrong answers may be chance."""
    desk.write("results.txt", to_lines(*[r for r in results() if r["row"] != 12]))

    done = desk.run("aggregate_results", *FLAGS)

    assert "left out" not in done.err
    assert next(line for line in done.lines if line["row"] == 2)["label"] is not None


@pytest.mark.parametrize("name", ["gold.csv", "gold.jsonl"])
def test_a_gold_file_names_rows_or_hits(desk: Desk, name: str) -> None:
    """Of results without gold of their own; rows that have no answer make no difference."""
    desk.write("results.txt", to_lines(*[r | {"input": {}} for r in results()]))
    rows = [{"row": "10", "_gold": "a"}, {"row": 11, "_gold": '{"label": "a"}'}]
    desk.write("gold.jsonl", to_lines(*rows, {"hit_id": "3HIT13", "_gold": {"output.label": "A"}}))
    desk.write(
        "gold.csv",
        'row,hit_id,_gold\n10,,a\n11,,"{""label"": ""a""}"\n,3HIT13,"{""output.label"": ""A""}"\n99,,b\n',
    )

    done = desk.run("aggregate_results", *FLAGS, f"--gold_file={name}")

    assert done.code == 0
    assert done.err.startswith(LEFT_OUT)
    assert sum(line["method"] == "gold" for line in done.lines) == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"row": 1}\n', "gold.jsonl:1: has no _gold"),
        (
            '{"_gold": "a"}\n',
            "gold.jsonl:1: has neither hit_id nor row, the number of the row from 0",
        ),
        ('{"row": 99, "_gold": "a"}\n', "gold.jsonl: none of its rows has an answer"),
    ],
)
def test_a_gold_file_that_cannot_be_used(desk: Desk, text: str, message: str) -> None:
    """One line, with the file's line."""
    desk.write("results.txt", to_lines(*results()))
    desk.write("gold.jsonl", text)

    assert desk.fails("aggregate_results", *FLAGS, "--gold_file=gold.jsonl") == message


def test_gold_that_scores_nobody_is_said(desk: Desk) -> None:
    """Gold of other fields, and a share that nobody reaches."""
    desk.write("results.txt", to_lines(*[r | {"input": {"_gold": {"size": 1}}} for r in results()]))
    done = desk.run("aggregate_results", *FLAGS)
    assert "No gold row has a right value of output.label, so no worker is scored." in done.err

    desk.write("results.txt", to_lines(*[line(n, w, "b") for n in range(9, 13) for w in "AB"]))
    wrong = "row 10: nobody gave the answer in _gold, which is a; see whether it is right"
    assert wrong in desk.run("aggregate_results", *FLAGS).err
    message = "no worker has 0.7 of the gold answers right, so nothing is left"
    assert message in desk.run("aggregate_results", *FLAGS).err
    assert "--gold_at_least must be from 0 to 1" in desk.fails(
        "aggregate_results", *FLAGS, "--gold_at_least=1.1"
    )


@pytest.mark.parametrize(
    ("right", "wrong", "kind"),
    [
        (["a", "b"], ["b", "a"], "ranking"),
        ([{"start": 0, "end": 9, "label": "x"}], [{"start": 0, "end": 3, "label": "x"}], "span"),
        (2.5, 2.4, "number"),
        ({"p": True, "q": False}, {"p": True, "q": True}, "choices"),
        ("Two  words", "two words.", "text"),
    ],
)
def test_gold_is_for_every_kind_of_answer(desk: Desk, right: Any, wrong: Any, kind: str) -> None:
    """Each compared as its kind: a ranking in order, a span by its overlap."""
    lines = [
        line(n, worker, right if worker == "A" else wrong, input={"_gold": {"label": right}})
        for n in range(10, 13)
        for worker in "AB"
    ]
    desk.write("results.txt", to_lines(*lines))

    flags = (f"--kind={kind}", "--workers_file=workers.csv")
    assert desk.run("aggregate_results", *FLAGS, *flags).code == 0

    scores = {worker: row["gold_score"] for worker, row in workers_of(desk).items()}
    assert scores == {"A": "1", "B": "0"}


def test_from_launch_to_a_batch_that_keeps_out_who_failed(files: Desk) -> None:
    """Launch with gold, answer, pay all, aggregate, qualify; the next batch admits the others."""
    rows = [{"n": n} for n in range(2)] + [{"n": 10 + n, "_gold": "a"} for n in range(3)]
    files.write("input.jsonl", "".join(f"{json.dumps(row)}\n" for row in rows))
    assert files.run("launch_hits", *LAUNCH, "--gold_rate=0.6").code == 0
    crowd = files.crowd()
    workers = {name: crowd.make_worker(name) for name in ("Ada", "Bo", "New")}
    for hit in files.read("hit_ids.txt").split():
        for name, label in (("Ada", "a"), ("Bo", "b")):
            crowd.do(workers[name], hit, [("output", json.dumps({"label": label}))])
    of_batch = "--hit_ids_file=hit_ids.txt"
    assert files.run("get_results", of_batch, "--output_file=results.txt").code == 0

    done = files.run("aggregate_results", *FLAGS, "--workers_file=workers.csv")
    assert f"{workers['Bo']}: 0 of 3 gold answers right\n" in done.err
    assert files.run("approve_hits", of_batch, "--yes").code == 0
    qualified = files.run(
        "manage_qualifications",
        "from_results",
        *("--workers_file=workers.csv", "--name=Good", "--good=0.7", "--below_name=Practise more"),
    )
    assert qualified.code == 0, qualified.err
    assert "1 of 2 workers has gold_score 0.7 or more" in qualified.err
    assert "or to exclude the workers below, and admit everybody else:" in qualified.err
    requirement = json.loads("{" + qualified.out.splitlines()[2].rstrip(",") + "}")
    (again,) = files.launch({"n": 20}, name="again.txt", **PROPERTIES | requirement)

    statuses = [
        assignment["AssignmentStatus"]
        for hit in files.read("hit_ids.txt").split()
        for assignment in crowd.client.list_assignments_for_hit(HITId=hit)["Assignments"]
    ]
    assert statuses == ["Approved"] * 10, "who failed is paid all the same"
    assert why(lambda: crowd.accept(workers["Bo"], again)) == "unqualified"
    assert crowd.accept(workers["Ada"], again)
    assert crowd.accept(workers["New"], again)


def test_few_gold_answers_keep_nobody_out_of_the_next_batch(desk: Desk) -> None:
    """Of --below_name are only workers with at least 3 gold answers, as in the labels."""
    worker = desk.crowd().make_worker()
    desk.write("workers.csv", f"worker_id,gold_answers,gold_score\n{worker},2,0\n")
    flags = ("--workers_file=workers.csv", "--name=Good", "--good=0.7", "--below_name=Below")

    done = desk.run("manage_qualifications", "from_results", *flags)

    assert done.code == 0
    shown = desk.run("manage_qualifications", "show", "--qualification=Below")
    assert shown.out == "worker_id,value,grant_time\n"
