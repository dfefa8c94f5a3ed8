"""Disputed rows become HITs of experts, whose decisions take the place of the labels."""

import json
from typing import Any

import pytest

from amt.crowd import Crowd
from amt.quality import disputes
from local_crowd.operations.errors import NotPossible
from tests.support.machine_lines import machine_result
from tests.support.results_lines import result, to_lines
from tests.support.script_fixtures import ROOT, Desk, Done

FLAGS = ("--results_file=results.txt", "--field=output.label", "--method=majority")
EXPERTS = "--adjudicated_file=expert_results.jsonl"


def answer_of(row: int, worker: str, label: Any, **changes: Any) -> dict[str, Any]:
    """A line of results: a worker's label for a row."""
    own = {"worker_id": worker, "assignment_id": f"3{worker}{row}", "output": {"label": label}}
    return result(row + 1, **own | changes)


def decision_of(row: int, expert: str, label: Any, kind: str = "slip", **changes: Any) -> Any:
    """A line of results: an expert's decision on a row."""
    own = {
        "hit_id": f"3DISPUTED{row}",
        "worker_id": expert,
        "assignment_id": f"3{expert}{row}",
        "input": {"row": row, "hit_id": f"3HIT{row + 1}", "field": "output.label"},
        "output": {"label": label, "kind": kind, "comment": f"{expert} says {label}"},
    }
    return result(row + 1, **own | changes)


@pytest.fixture
def study(desk: Desk) -> Desk:
    """Four rows: one disputed, one on which people agree, one with one answer, one disputed by two."""
    lines = [
        answer_of(0, "A1", "cat", input={"text": "a"}),
        answer_of(0, "A2", "dog", requester_feedback="Look at the ears."),
        answer_of(0, "A3", "cat", accept_time=None),
        answer_of(1, "A1", "cat"),
        answer_of(1, "A2", "cat"),
        answer_of(2, "A1", "dog"),
        answer_of(3, "A1", "dog"),
        answer_of(3, "A2", "cat"),
    ]
    desk.write("results.txt", to_lines(*lines))
    return desk


def test_disputed_rows_say_nothing_of_who_answered(study: Desk) -> None:
    """Rows on which people agree, or that have one answer, are not disputed; a machine's answer is no
    person's, and is shown to nobody.
    """
    machine = [machine_result(row, output={"label": "bird"}) for row in (1, 2)]
    study.write("machine.jsonl", to_lines(*machine))

    done = study.run(
        *("aggregate_results", *FLAGS, "--results_file=machine.jsonl"),
        "--disputed_file=disputed.jsonl",
    )

    assert "disputed.jsonl: 2 rows on which answers differ.\n" in done.err
    rows = [json.loads(line) for line in study.read("disputed.jsonl").splitlines()]
    assert [(row["row"], row["hit_id"]) for row in rows] == [(0, "3HIT1"), (3, "3HIT4")]
    assert rows[0]["input"] == {"text": "a"}
    assert rows[0]["labels"] == ["bird", "cat", "dog"]
    assert rows[0]["_excluded_workers"] == ["A1", "A2", "A3"]
    answers = rows[0]["answers"]
    assert [answer["name"] for answer in answers] == ["A", "B", "C"]
    given = {(a["value"], a["seconds"], a["feedback"]) for a in answers}
    assert given == {("cat", 22, None), ("dog", 22, "Look at the ears."), ("cat", None, None)}
    del rows[0]["_excluded_workers"]
    assert "A1" not in json.dumps(rows[0])


def test_answers_that_the_labels_leave_out_are_not_shown(study: Desk) -> None:
    """Those of a worker who fails the gold rows, who is excluded all the same."""
    gold = [answer_of(row, "A9", "no", input={"n": row, "_gold": "yes"}) for row in (10, 11, 12)]
    lines = [answer_of(0, "A1", "cat"), answer_of(0, "A2", "dog"), answer_of(0, "A9", "dog")]
    study.write("results.txt", to_lines(*gold, *lines))

    done = study.run("aggregate_results", *FLAGS, "--disputed_file=disputed.jsonl")

    (row,) = map(json.loads, study.read("disputed.jsonl").splitlines())
    assert sorted(answer["value"] for answer in row["answers"]) == ["cat", "dog"], done.err
    assert row["_excluded_workers"] == ["A1", "A2", "A9"]


def test_an_expert_does_not_see_the_right_answer() -> None:
    """Of a row that has one, as no other worker does."""
    row = disputes.to_row(
        [answer_of(0, "A1", "cat", input={"n": 1, "_gold": "dog"})], "output.label"
    )

    assert row["input"] == {"n": 1}


def test_the_order_of_the_answers_tells_nothing(study: Desk) -> None:
    """It is the same however the results are ordered, and differs from row to row."""
    lines = [answer_of(row, f"A{n}", label) for row in range(20) for n, label in enumerate("abc")]
    orders = []
    for ordered in (lines, lines[::-1]):
        study.write("results.txt", to_lines(*ordered))
        study.run("aggregate_results", *FLAGS, "--disputed_file=disputed.jsonl")
        rows = [json.loads(line) for line in study.read("disputed.jsonl").splitlines()]
        orders.append({row["row"]: "".join(a["value"] for a in row["answers"]) for row in rows})

    assert orders[0] == orders[1]
    assert len(set(orders[0].values())) > 3


def test_a_decision_takes_the_place_of_the_label(study: Desk) -> None:
    """With who decided, and the kind of disagreement; the row needs no look any more."""
    study.write("expert_results.jsonl", to_lines(decision_of(0, "AX", "bird", "guideline")))

    done = study.run("aggregate_results", *FLAGS, EXPERTS, "--disputed_file=disputed.jsonl")

    assert done.code == 0
    assert done.lines[0] == {
        "row": 0,
        "hit_id": "3HIT1",
        "label": "bird",
        "confidence": 1.0,
        "method": "adjudication",
        "votes": {"cat": 2, "dog": 1},
        "agreement": 0.333333,
        "needs_a_look": False,
        "why": None,
        "decided_by": ["AX"],
        "experts": 1,
        "disagreement": "guideline",
        "comments": ["AX says bird"],
    }
    assert "decided_by" not in done.lines[1]
    assert "1 row decided by experts; on 0 they disagree.\n" in done.err
    assert [json.loads(line)["row"] for line in study.read("disputed.jsonl").splitlines()] == [3]


def test_rows_of_one_hit_are_disputed_and_decided_one_by_one(desk: Desk) -> None:
    """In results of a batch file, whose HITs have several rows, a row has an id of its own."""
    answers = {"p1": ("cat", "dog"), "p2": ("cat", "cat"), "p3": ("dog", "cat")}
    lines = [
        answer_of(0, worker, label) | {"row": number, "row_id": row_id}
        for number, (row_id, labels) in enumerate(answers.items())
        for worker, label in zip(("A1", "A2"), labels, strict=True)
    ]
    desk.write("results.txt", to_lines(*lines))

    desk.run("aggregate_results", *FLAGS, "--disputed_file=disputed.jsonl")
    disputed = [json.loads(line) for line in desk.read("disputed.jsonl").splitlines()]
    decision = result(9, worker_id="A9", input=disputed[1], output={"label": "bird"})
    unknown = disputed[1] | {"row_id": "p9"}
    other = result(8, worker_id="A9", input=unknown, output={"label": "bird"})
    desk.write("expert_results.jsonl", to_lines(decision, other))
    done = desk.run("aggregate_results", *FLAGS, EXPERTS)

    assert [(row["row_id"], len(row["answers"])) for row in disputed] == [("p1", 2), ("p3", 2)]
    assert [line["label"] for line in done.lines] == [None, "cat", "bird"]
    assert "decides on the row p9 of the HIT 3HIT1, which has no answers here; left out" in done.err


def test_several_experts_are_merged(study: Desk) -> None:
    """The label that most chose counts; if several were chosen as often, the row has none."""
    decisions = [
        decision_of(0, "AX", "cat", "slip"),
        decision_of(0, "AY", "cat", "ambiguous"),
        decision_of(0, "AZ", "dog", "guideline"),
        decision_of(3, "AX", "cat"),
        decision_of(3, "AY", "dog", "ambiguous"),
        decision_of(3, "AZ", "bird", status="Rejected"),
    ]
    study.write("expert_results.jsonl", to_lines(*decisions))

    done = study.run("aggregate_results", *FLAGS, EXPERTS)

    first, last = done.lines[0], done.lines[3]
    assert (first["label"], first["confidence"]) == ("cat", 0.666667)
    assert (first["decided_by"], first["disagreement"]) == (["AX", "AY"], "ambiguous|slip")
    assert (last["label"], last["confidence"], last["needs_a_look"]) == (None, 0.5, True)
    assert last["why"] == "experts disagree: cat, dog"
    assert "1 row decided by experts; on 1 they disagree.\n" in done.err


def test_decisions_that_do_not_count_are_named(study: Desk) -> None:
    """Also one by somebody who answered the row, on whichever crowd that was possible."""
    other = {"row": 0, "hit_id": "3HIT1", "field": "output.size"}
    decisions = [
        decision_of(0, "A2", "dog"),
        decision_of(9, "AX", "dog"),
        decision_of(0, "AY", "dog", input=other),
        decision_of(3, "AX", ""),
        decision_of(3, "AZ", "dog", input={"text": "no decision"}),
    ]
    study.write("expert_results.jsonl", to_lines(*decisions))

    done = study.run("aggregate_results", *FLAGS, EXPERTS)

    assert done.code == 1
    assert done.err.splitlines()[1:6] == [
        "3A20: worker A2 decides on a row that they answered; left out",
        "3AX9: decides on the HIT 3HIT10, which has no answers here; left out",
        "3AY0: decides on output.size, and --field is output.label; left out",
        "3AX3: has no label; left out",
        "3AZ3: is no decision on a row of --disputed_file; left out",
    ]
    assert done.lines[0]["method"] == "majority"


def test_experts_are_asked_by_a_hit_and_their_answers_join(study: Desk) -> None:
    """From the disputed rows to the labels, on a crowd; only experts qualify, by the type's name."""
    study.run("aggregate_results", *FLAGS, "--disputed_file=disputed.jsonl")
    launch = (
        *("launch_hits", "--html_template=adjudicate.html", "--input_json_file=disputed.jsonl"),
        f"--hit_properties_file={ROOT / 'hit_properties/adjudicate.json'}",
        "--hit_ids_file=experts.txt",
    )
    missing = study.run(*launch)
    assert (missing.code, "'Experts': no type of yours has this name" in missing.err) == (2, True)
    study.run("manage_qualifications", "create", "--name=Experts", "--description=You know.")
    assert study.run(*launch).code == 0
    crowd = study.crowd()
    expert = crowd.make_worker("Eva")
    study.write("workers.txt", f"{expert}\n")
    study.run(
        *("manage_qualifications", "assign", "--qualification=Experts"),
        "--workers_file=workers.txt",
    )
    hit_id = study.read("experts.txt").split()[0]
    question = crowd.client.get_hit(HITId=hit_id)["HIT"]["Question"]
    assert "_excluded_workers" not in question + study.read("experts.batch.jsonl")

    output = {"label": "dog", "kind": "slip", "comment": ""}
    crowd.do(expert, hit_id, [("output", json.dumps(output))])
    results = study.run("get_results", "--hit_ids_file=experts.txt")
    study.write("expert_results.jsonl", results.out)
    done = study.run("aggregate_results", *FLAGS, EXPERTS)

    line = done.lines[0]
    assert (line["label"], line["decided_by"], line["disagreement"]) == ("dog", [expert], "slip")
    assert line["comments"] == []


def launch_for_all(study: Desk) -> Done:
    """Write the disputed rows, and launch them for everybody, not only for experts."""
    study.run("aggregate_results", *FLAGS, "--disputed_file=disputed.jsonl")
    properties = json.loads((ROOT / "hit_properties/adjudicate.json").read_text())
    for name in ("QualificationId", "QualificationComparator"):
        del properties[name]
    study.write("properties.json", json.dumps(properties))
    return study.run(
        *("launch_hits", "--html_template=adjudicate.html", "--input_json_file=disputed.jsonl"),
        *("--hit_properties_file=properties.json", "--hit_ids_file=experts.txt"),
    )


def test_nobody_decides_on_a_row_that_they_answered(study: Desk) -> None:
    """An expert who answered one of the disputed rows gets the others only."""
    crowd = study.crowd()
    ada = crowd.make_worker("Ada")
    lines = [
        answer_of(row, worker, label)
        for row, workers in enumerate([(ada, "A2"), ("A1", "jane")])
        for worker, label in zip(workers, ("cat", "dog"), strict=True)
    ]
    study.write("results.txt", to_lines(*lines))

    done = launch_for_all(study)

    assert done.code == 0, done.err
    assert "1 worker cannot be excluded: 'jane' is not a worker's id of a crowd.\n" in done.err
    own, other = study.read("experts.txt").split()
    with pytest.raises(NotPossible) as refused:
        crowd.accept(ada, own)
    assert refused.value.reason == "excluded"
    crowd.accept(ada, other)


def test_amazon_excludes_from_all_disputed_rows(
    study: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a qualification of the HIT type, because it cannot exclude from one HIT; this is said."""
    monkeypatch.setattr(Crowd, "excludes_workers", property(lambda _: False))
    crowd = study.crowd()
    ada, eva = crowd.make_worker("Ada"), crowd.make_worker("Eva")
    lines = [answer_of(0, ada, "cat"), answer_of(0, eva, "dog")]
    lines += [answer_of(1, eva, "dog"), answer_of(1, ada, "cat", worker_id=eva)]
    study.write("results.txt", to_lines(*lines))

    done = launch_for_all(study)

    assert done.code == 0, done.err
    assert (
        "cannot exclude workers from single HITs: 2 workers with an answer to any of these rows can "
        "do none of them.\n"
    ) in done.err
    for hit_id in study.read("experts.txt").split():
        with pytest.raises(NotPossible) as refused:
            crowd.accept(ada, hit_id)
        assert refused.value.reason == "unqualified"
        crowd.accept(crowd.make_worker("Bea"), hit_id)


def test_a_row_excludes_worker_ids_only(study: Desk) -> None:
    """Anything else is an error before the launch."""
    study.launch(1)
    study.write("input.jsonl", '{"_excluded_workers": "A1"}\n')

    said = study.fails(
        *("launch_hits", "--html_template=page.html", "--input_json_file=input.jsonl"),
        *("--hit_properties_file=properties.json", "--hit_ids_file=new.txt"),
    )

    assert said == "input.jsonl:1: _excluded_workers: is not a list of worker ids"
