"""launch_hits.py --practice_rows: gold rows that each worker does first, and that say why."""

import json
import re
from typing import Any

import pytest

from local_crowd.app import create_app
from local_crowd.wire import model
from tests.support.crowds import why
from tests.support.launches import FLAGS, RECORD, made, nothing_happened, record
from tests.support.script_fixtures import PROPERTIES, Desk
from tests.support.worker_sites import Visitor, words

LAUNCH = ("launch_hits", *FLAGS)
SECRETS = re.compile(r"_gold|quail|Its plume")
WHY = "Its plume gives it away."


def write_rows(desk: Desk, others: int = 2, gold: int = 3, right: Any = "quail") -> None:
    """Write an input whose last rows are gold."""
    rows = [{"n": n} for n in range(others)]
    rows += [{"n": 10 + n, "_gold": right, "_gold_why": WHY} for n in range(gold)]
    desk.write("input.jsonl", "".join(f"{json.dumps(row)}\n" for row in rows))


def test_every_worker_practises_and_only_the_others_count(files: Desk) -> None:
    """From the launch, whose cost names practice, to labels without the practice rows."""
    write_rows(files)

    done = files.run(
        *LAUNCH, "--practice_rows=2", "--gold_rate=0.3", "--gold_field=output.word", "--seed=1"
    )

    assert done.code == 0, done.err
    assert "5 HITs, 18 assignments: at most $0.90" in done.err
    assert (
        "Practice: $0.10 for each worker who comes, for 2 HITs before the others; of 6 workers at "
        "most $0.60, which is part of this. --practice_workers sets how many."
    ) in done.err
    assert "1 of 3 HITs is gold." in done.err
    header, *lines = record(files)
    assert header["practice"] == [2, 3]
    assert sorted(line["row"] for line in lines if line.get("practice")) == [2, 3]
    assert not SECRETS.search(json.dumps(made(files), default=str))

    app = create_app(files.folder / "crowd", files.clock)
    pages: dict[str, list[str]] = {}
    for name, answer in (("Ada", "quail"), ("Bo", "hen")):
        worker = Visitor(app)
        worker.sign_in(name)
        pages[name] = []
        for _ in range(5):
            assignment = worker.accept(header["hit_type_id"])
            output = json.dumps({"word": answer})
            pages[name].append(words(worker.submit(assignmentId=assignment, output=output)))
    app.close()
    assert [page.split()[0] for page in pages["Ada"]] == ["Right", "Right", *3 * ["Thank"]]
    assert all("Right answer quail Its plume" in page for page in pages["Bo"][:2])
    assert not any(SECRETS.search(page) for page in pages["Ada"][2:] + pages["Bo"][2:])

    files.run("get_results", "--hit_ids_file=hit_ids.txt", "--output_file=results.txt")
    labels = files.run("aggregate_results", "--results_file=results.txt", "--field=output.word")
    assert "4 answers to practice rows left out." in labels.err
    assert sorted(line["row"] for line in labels.lines) == [0, 1, 4]
    assert {line["method"] for line in labels.lines if line["row"] == 4} == {"gold"}
    assert files.run("approve_hits", "--hit_ids_file=hit_ids.txt", "--yes").code == 0
    statuses = [
        assignment["AssignmentStatus"]
        for hit in made(files)
        for assignment in files.crowd().client.list_assignments_for_hit(HITId=hit["HITId"])[
            "Assignments"
        ]
    ]
    assert statuses == ["Approved"] * 10, "practice is paid too"


def test_practice_is_paid_as_workers_come(files: Desk) -> None:
    """On the live site the question covers it, creating it reserves nothing, and a limit holds."""
    write_rows(files, others=1, gold=1, right={"output.word": "quail"})
    crowd = files.crowd(live=True)
    crowd.give_budget(15)
    flags = ("--prod", "--practice_rows=1")
    refused = files.run(*LAUNCH, *flags, "--yes")
    assert refused.code == 2
    assert "this can cost $0.20, but the balance" in refused.err

    done = files.run(*LAUNCH, *flags, "--practice_workers=1", "--yes")

    assert done.code == 0, done.err
    assert crowd.client.get_account_balance()["AvailableBalance"] == "0.05"
    (practice,) = [line["hit_id"] for line in record(files)[1:] if line.get("practice")]
    (other,) = [line["hit_id"] for line in record(files)[1:] if not line.get("practice")]
    ada, bo = crowd.make_worker("Ada"), crowd.make_worker("Bo")
    crowd.do(ada, practice)
    assert crowd.client.get_account_balance()["AvailableBalance"] == "0.00"
    assert crowd.accept(ada, other)
    assert why(lambda: crowd.accept(bo, other)) == "practice"
    assert why(lambda: crowd.accept(bo, practice)) == "practice_full"


def test_review_policies_do_not_decide_on_practice(files: Desk) -> None:
    """They are of the other HITs."""
    write_rows(files, others=1, gold=1, right={"word": "quail"})
    properties = PROPERTIES | {
        "HITReviewPolicy": {
            "PolicyName": "SimplePlurality/2011-09-01",
            "Parameters": [
                {"Key": "QuestionIds", "Values": ["word"]},
                {"Key": "QuestionAgreementThreshold", "Values": ["50"]},
            ],
        }
    }
    files.write("properties.json", json.dumps(properties))

    assert files.run(*LAUNCH, "--practice_rows=1").code == 0
    crowd = files.crowd()
    (practice,) = [line["hit_id"] for line in record(files)[1:] if line.get("practice")]
    crowd.do(crowd.make_worker(), practice, [("word", "hen")])
    results = crowd.client.list_review_policy_results_for_hit(HITId=practice)
    assert "HITReviewPolicy" not in results


@pytest.mark.parametrize(
    ("right", "flags", "message"),
    [
        ("quail", ("--practice_rows=0",), "--practice_rows must be 1 or more"),
        (
            "quail",
            ("--practice_rows=4",),
            "input.jsonl: 3 rows with _gold, and --practice_rows 4",
        ),
        (
            {"word": "quail"},
            ("--practice_rows=1", "--practice_workers=0"),
            "--practice_workers must be 1 or more",
        ),
        (
            "quail",
            ("--practice_rows=1",),
            (
                "input.jsonl:3: --practice_rows: _gold has no name of a field; add "
                '--gold_field=output.label, or write {"output.label": ...}'
            ),
        ),
        (
            {"word": [{"start": 1, "end": 2}]},
            ("--practice_rows=1",),
            "input.jsonl:3: --practice_rows cannot compare spans or boxes",
        ),
        ("quail", ("--practice_workers=2",), "--practice_workers needs --practice_rows"),
        (
            {"word": "quail"},
            ("--practice_rows=1", "--crowd=mturk"),
            (
                "--practice_rows: Mechanical Turk cannot show whether an answer is right; leave it out, "
                "or use a qualification test"
            ),
        ),
    ],
)
def test_practice_that_is_not_possible_is_refused(
    files: Desk, right: Any, flags: tuple[str, ...], message: str
) -> None:
    """In one line, before anything is launched."""
    write_rows(files, right=right)

    assert files.fails(*LAUNCH, *flags) == message
    assert nothing_happened(files)


def test_an_older_crowd_server_is_named(files: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not know the operation; no HIT type is created."""
    known = model.find_operation
    monkeypatch.setattr(
        model, "find_operation", lambda name: None if name == "CreatePractice" else known(name)
    )
    write_rows(files, right={"word": "quail"})

    done = files.run(*LAUNCH, "--practice_rows=1")

    assert done.code == 2
    assert "--practice_rows: this crowd's server is older than these scripts and has no" in done.err
    assert not (files.folder / RECORD).exists()
    assert made(files) == []
