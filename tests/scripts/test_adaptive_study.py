"""A study that asks more people only where it is not sure: launch, aggregate, extend."""

import json
from typing import Any

import pytest

from tests.support.launches import FLAGS, record
from tests.support.results_lines import result, to_lines
from tests.support.script_fixtures import PROPERTIES, Desk

AGGREGATE = ("aggregate_results", "--results_file=results.txt", "--field=answers.label")


def launch(desk: Desk, *flags: str) -> None:
    """Launch ten rows, of one assignment each."""
    desk.write("properties.json", json.dumps(PROPERTIES | {"MaxAssignments": 1}))
    desk.write("input.jsonl", "".join(f'{{"n": {n}}}\n' for n in range(10)))
    done = desk.run("launch_hits", *FLAGS, *flags)
    assert done.code == 0, done.err


def test_a_random_share_of_rows_gets_more_assignments(files: Desk) -> None:
    """The record and the results say which; the cost counts them; the same seed chooses the same."""
    launch(files, "--audit=0.15")

    header, *lines = record(files)
    audited = [line["hit_id"] for line in lines if line["audit"]]
    sizes = {line["hit_id"]: files.crowd().hit(line["hit_id"])["MaxAssignments"] for line in lines}
    assert header["audit"] == {"share": 0.15, "assignments": 3, "seed": 0}
    assert len(audited) == 2
    assert [hit_id for hit_id, size in sizes.items() if size == 3] == audited
    assert sum(sizes.values()) == 14

    files.crowd().do(files.crowd().make_worker("Ada"), audited[0])
    (line,) = files.run("get_results", "--hit_ids_file=hit_ids.txt").lines
    assert line["audit"] is True


def test_the_cost_counts_audit_rows(files: Desk) -> None:
    """Ten rows of one assignment, two of them of three, at $0.05."""
    files.write("properties.json", json.dumps(PROPERTIES | {"MaxAssignments": 1}))
    files.write("input.jsonl", "".join(f'{{"n": {n}}}\n' for n in range(10)))

    said = files.run("launch_hits", *FLAGS, "--audit=0.15", "--dry_run").err

    assert "10 HITs, 14 assignments: at most $0.70" in said
    assert "2 rows, chosen at random, have 3 assignments." in said


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--audit=0",), "--audit must be above 0"),
        (("--audit=0.1", "--audit_assignments=2"), "--audit_assignments must be more than"),
        (("--audit_assignments=5",), "--audit_assignments needs --audit"),
        (("--audit=0.1", "--split"), "--audit: --split has its own assignments"),
    ],
)
def test_an_audit_that_makes_no_sense_is_refused(
    files: Desk, flags: tuple[str, ...], words: str
) -> None:
    """Before anything is launched. The other rows have two assignments here."""
    done = files.run("launch_hits", *FLAGS, *flags)

    assert done.code == 2
    assert words in done.err


def test_doubtful_hits_are_extended_by_a_file_of_their_ids(files: Desk) -> None:
    """unsure.txt names HITs that are less sure than --confidence; it changes with new answers."""
    launch(files, "--audit=0.2")
    ids = [line["hit_id"] for line in record(files)[1:]]
    audited = {line["hit_id"] for line in record(files)[1:] if line["audit"]}
    rows = []
    for number, hit_id in enumerate(ids):
        labels = "aaa" if hit_id in audited else "a"
        for name, label in zip("XYZ", labels, strict=False):
            files.crowd().do(files.crowd().make_worker(name), hit_id)
            rows.append(
                result(
                    number + 1,
                    assignment_id=f"3A{number}{name}",
                    worker_id=name,
                    hit_id=hit_id,
                    answers={"label": "b" if number % 2 and name == "X" else label},
                    audit=hit_id in audited,
                )
            )
    files.write("results.txt", to_lines(*rows))

    done = files.run(*AGGREGATE, "--confidence=0.95", "--unsure_hit_ids_file=unsure.txt")
    extended = files.run(
        *("extend_hits", "--hit_ids_file=unsure.txt", "--assignments=1", "--most=3")
    )

    unsure = files.read("unsure.txt").splitlines()
    assert unsure[0] == "# less sure than 0.95 after 14 answers"
    by_id = {line["hit_id"]: line for line in done.lines}
    assert unsure[1:] == [hit_id for hit_id in ids if by_id[hit_id]["confidence"] < 0.95]
    assert {line["method"] for line in by_id.values()} == {"dawid_skene"}
    assert not any("only one answer" in (line["why"] or "") for line in by_id.values())
    assert extended.code == 0
    for hit_id in ids:
        expected = 3 if hit_id in audited else 2 if hit_id in unsure else 1
        assert files.crowd().hit(hit_id)["MaxAssignments"] == expected


def test_machines_are_weighed_by_audit_rows(files: Desk) -> None:
    """A machine that is wrong on these does not decide rows with one person's answer."""
    rows = []
    for number in range(40):
        is_audit = number < 24
        true = "ab"[number % 2]
        names = "XYZ" if is_audit else "X"
        answers = [(name, true, {}) for name in names]
        answers.append(("MACHINE", "a", {"machine": "always-a"}))
        for name, label, changes in answers:
            rows.append(
                result(
                    number + 1,
                    assignment_id=f"3A{number}{name}",
                    worker_id=name,
                    answers={"label": label},
                    audit=is_audit,
                )
                | changes
            )
    files.write("results.txt", to_lines(*rows))
    done = files.run(*AGGREGATE)
    files.write("results.txt", to_lines(*rows[:4], *rows[-4:]))
    few = files.run(*AGGREGATE)

    assert "Machines are weighed by 24 audit rows that people answered." in done.err
    assert [line["label"] for line in done.lines] == ["a", "b"] * 20
    assert "Machines have no say: people answered 1 audit row, and 20 are needed." in few.err


def test_files_that_do_not_fit_the_answers_are_refused_before_output(files: Desk) -> None:
    """--votes_file is for labels, --scores_file for rankings; no summary is printed."""
    numbers = [result(1, assignment_id=f"3A{n}", answers={"label": n / 2}) for n in (1, 2)]
    files.write("results.txt", to_lines(*numbers))

    votes = files.run(*AGGREGATE, "--votes_file=votes.csv")
    scores = files.run(*AGGREGATE, "--scores_file=scores.csv")

    assert (votes.code, votes.out, scores.code, scores.out) == (2, "", 2, "")
    assert votes.err.endswith("--votes_file is for labels, and these answers are number\n")
    assert scores.err.endswith("--scores_file is for rankings, and these answers are number\n")
    assert len(votes.err.splitlines()) == len(scores.err.splitlines()) == 1


def list_answers_with_a_machine() -> list[dict[str, Any]]:
    """Results of three people and a machine for 60 rows, of which 25 are audit rows."""
    rows = []
    for number in range(60):
        true = "yes" if number % 3 else "no"
        for name in ("X", "Y", "Z", "M"):
            wrong = name != "M" and (number + ord(name)) % 5 == 0
            label = "no" if wrong else true
            changes = {"machine": "gpt-x"} if name == "M" else {}
            answer = {"answers": {"label": label}, "audit": number < 25} | changes
            rows.append(
                result(number + 1, assignment_id=f"3A{number}{name}", worker_id=name, **answer)
            )
    return rows


def test_a_machine_is_checked_and_a_share_estimated(files: Desk) -> None:
    """One JSON line each, in place of labels; what is missing is said."""
    rows = list_answers_with_a_machine()
    files.write("results.txt", to_lines(*rows))

    done = files.run(*AGGREGATE, "--machine_check", "--estimate=share:label=yes")
    unknown = files.run(*AGGREGATE, "--estimate=share:label=maybe")
    files.write("results.txt", to_lines(*(row for row in rows if "machine" not in row)))
    without = files.run(*AGGREGATE, "--machine_check")

    checked, share = done.lines
    assert (checked["machine"], checked["rows"], checked["people"]) == ("gpt-x", 60, 3)
    assert checked["justified"]
    assert (share["estimate"], share["rows"], share["audit_rows"]) == ("share:label=yes", 60, 25)
    assert share["low"] < share["value"] < share["high"]
    assert "nobody gave the label maybe; there are no, yes" in unknown.err
    assert "--machine_check needs answers of a machine" in without.err


def test_copies_are_named_and_count_once(files: Desk) -> None:
    """In a message and in the workers file; a copied wrong answer does not outvote two others."""
    rows = []
    for number in range(60):
        true = "ab"[number % 2]
        wrong = "ba"[number % 2]
        answers = {
            "X": wrong if number % 3 == 0 else true,
            "Y": wrong if number % 7 == 1 else true,
            "Z": wrong if number % 8 == 3 else true,
            "V": wrong if number % 9 == 4 else true,
            "W": wrong if number % 11 == 6 else true,
        }
        answers |= {"COPY": answers["X"]}
        for name, label in answers.items():
            answer = {"worker_id": name, "answers": {"label": label}}
            rows.append(result(number + 1, assignment_id=f"3A{number}{name}", **answer))
    files.write("results.txt", to_lines(*rows))

    done = files.run(*AGGREGATE, "--workers_file=workers.csv")

    said = "1 worker gave the same answers as another, which count once: COPY (X)."
    assert said in done.err
    assert [sum(line["votes"].values()) for line in done.lines] == [5] * 60
    assert [line["label"] for line in done.lines[::3]] == ["a", "b"] * 10
    table = files.read("workers.csv").splitlines()
    assert table[0].split(",")[:2] == ["worker_id", "same_as"]
    assert [line.split(",")[1] for line in table[1:]] == ["", "", "", "", "", "X"]


def test_gold_and_who_fails_it_change_no_estimated_share(files: Desk) -> None:
    """Audit rows stay the same ones if rows before them have no answer left; gold is no sample."""
    rows = list_answers_with_a_machine()
    estimate = (*AGGREGATE, "--estimate=share:label=yes")
    files.write("results.txt", to_lines(*rows))
    expected = files.run(*estimate).lines
    gold = {"input": {"_gold": "yes"}}
    failing = [
        result(
            100 + n,
            assignment_id=f"3F{n}",
            worker_id="F",
            answers={"label": "no"},
            **(gold if n < 3 else {}),
        )
        for n in range(5)
    ]
    machine = {"machine": "gpt-x", "answers": {"label": "yes"}}
    failing.append(result(100, assignment_id="3FM", worker_id="M", **gold | machine))
    files.write("results.txt", to_lines(*failing, *rows))

    done = files.run(*estimate)

    assert "1 worker with less than 0.7 of the gold answers right" in done.err
    assert done.lines == expected
