"""The scripts on `mturk`, by a stand-in that has Amazon's operations and limits only."""

import json

import pytest
from botocore.exceptions import ClientError

from amt import connection
from amt.crowd import Crowd
from amt.declared import following
from amt.hits import MTURK_BYTES
from tests.support.amazon_stand_in import AmazonStandIn, amazon
from tests.support.crowds import HIT, refusal
from tests.support.declared_batches import FOLDER, list_rows, read_lines, write_batch
from tests.support.rule_workers import do, do_all
from tests.support.script_fixtures import Desk

__all__ = ["amazon"]  # a fixture
IDS = f"--hit_ids_file={FOLDER}/hit_ids.txt"


@pytest.fixture
def keys(desk: Desk, amazon: AmazonStandIn) -> None:
    """Write a config.json that names Mechanical Turk."""
    amazon.write_config(desk.folder)


def test_a_batch_from_the_file_to_the_deletion(
    desk: Desk, amazon: AmazonStandIn, keys: None
) -> None:
    """Costs have Amazon's fees; nothing is called that Amazon does not have."""
    name = write_batch(desk)
    launched = desk.run("run_batch", name)
    do_all(amazon.sandbox, amazon.connect(), 2)

    followed = desk.run("run_batch", name, "--follow")
    progress = desk.run("show_hit_progress", IDS)
    collected = desk.run("get_results", IDS)
    desk.write(
        "bonuses.csv",
        f"assignment_id,amount,reason\n{collected.lines[0]['assignment_id']},0.10,Good work\n",
    )
    paid = desk.run("pay_bonuses", "--bonuses_file=bonuses.csv", "--yes")
    approved = desk.run("approve_hits", IDS, "--yes")
    costs = desk.run("show_costs", IDS, "--json")
    deleted = desk.run("delete_hits", IDS, "--yes")

    assert "at most $0.36 ($0.30 in rewards, $0.06 in fees), on the sandbox of Mechanical Turk" in (
        launched.err
    )
    assert "https://workersandbox.mturk.com/mturk/preview?groupId=" in launched.err
    assert "6 answers to 3 rows, 3 labels; 3 of 3 HITs finished" in followed.err
    assert "submitted 6" in progress.out
    assert "$0.12 ($0.10 in bonuses, $0.02 in fees)" in paid.err
    assert "Approved 6 assignments for $0.36" in approved.err
    assert costs.lines[0]["has_cost"] == "0.48"
    assert "Deleted 3 HITs" in deleted.err
    assert {done.code for done in (launched, followed, progress, paid, approved, deleted)} == {0}


def test_the_stand_in_has_amazons_operations_and_limits(
    desk: Desk, amazon: AmazonStandIn, keys: None
) -> None:
    """An operation of ours is unknown to it, and a question has at most 65,535 bytes."""
    url = amazon.endpoint.format("-sandbox").removesuffix("/sandbox")
    settings = {"aws_access_key": "AKIATEST", "aws_secret_key": "secret"}
    client = amazon.connect()
    question = HIT["Question"].replace("Which?", "x" * MTURK_BYTES)

    own = Crowd(url, live=True, settings=settings).connect()
    with pytest.raises(ClientError) as caught:
        own.list_assignments_for_hit_type(HITTypeId="3A")  # type: ignore[attr-defined]
    size = refusal(client.create_hit, **HIT | {"Question": question})

    assert connection.is_unknown_operation(caught.value)
    assert size.code == "ParameterValidationError"
    assert client.get_account_balance()["AvailableBalance"] == "10000.00"


def test_what_amazon_cannot_do_is_said_before_any_call(
    desk: Desk, amazon: AmazonStandIn, keys: None
) -> None:
    """A page that is too large, a consent, practice."""
    large = write_batch(desk, context={"instruction": "x" * MTURK_BYTES})
    desk.write("page.html", "<p>{{ row }}</p>")
    desk.write("properties.json", json.dumps({"Title": "T", "Description": "D", "Reward": 0.05}))
    desk.write("input.jsonl", '{"word": "a", "_gold": {"output": "b"}}\n')
    desk.write("consent.md", "Agree?")
    launch = (
        "--html_template=page.html",
        "--hit_properties_file=properties.json",
        "--input_json_file=input.jsonl",
        "--hit_ids_file=new.txt",
    )

    refused = desk.run("run_batch", large)
    consent = desk.run("launch_hits", *launch, "--consent=consent.md")

    assert refused.code == consent.code == 2
    assert "bytes; at most 65,535 are allowed on Mechanical Turk" in refused.err
    assert "Mechanical Turk has no page before the first HIT" in consent.err
    assert not amazon.calls


def test_a_poll_makes_few_calls_and_labels_what_is_complete(
    desk: Desk, amazon: AmazonStandIn, keys: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At most 15 calls for each 1,000 HITs: those first whose answers are all in."""
    rows = {f"p{number}": ["a", "b"] for number in range(40)}
    name = write_batch(desk, rows=rows, context={}, assignments=2)
    desk.run("run_batch", name)
    pages = {
        hit["HITId"]: hit["Question"] for hit in amazon.connect().list_hits(MaxResults=100)["HITs"]
    }
    hits = list(list_rows(desk))
    counts: list[tuple[int, int]] = []  # calls since the last pause, and labels

    def work_on(_: float) -> None:
        """Note what a poll did; then workers answer."""
        counts.append((amazon.calls.total(), len(desk.read(f"{FOLDER}/labels.jsonl").splitlines())))
        amazon.calls.clear()
        if len(counts) == 1:
            for hit_id in hits[:30]:
                do(amazon.sandbox, "Machine 1", hit_id, pages[hit_id])
            for hit_id in hits[20:30]:
                do(amazon.sandbox, "Machine 2", hit_id, pages[hit_id])
        if len(counts) == 4:
            for number, hit_id in enumerate(hits):
                for machine in (1, 2):
                    if machine > (number < 30) + (20 <= number < 30):
                        do(amazon.sandbox, f"Machine {machine}", hit_id, pages[hit_id])

    amazon.calls.clear()
    desk.write(f"{FOLDER}/labels.jsonl", "")
    follow = following.follow
    monkeypatch.setattr(following, "follow", lambda loop: follow(loop, work_on))
    done = desk.run("run_batch", name, "--follow")

    assert done.code == 0
    assert counts == [(1, 0), (15, 10), (15, 10), (3, 10)]
    assert amazon.calls == {"ListHITs": 1, "ListAssignmentsForHIT": 30}
    assert len(read_lines(desk, "labels.jsonl")) == 40
