"""Other people's clients against the served crowd: the AWS command line, boto3's paginators, and a
waiter made with botocore.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import WaiterError
from botocore.waiter import WaiterModel, create_waiter_with_client

from local_crowd.operations.people import access_keys, identities
from local_crowd.operations.work import worker_actions
from local_crowd.site import Site, open_site
from tests.support.crowds import HIT
from tests.support.server_process import Start, addresses

AWS = Path(sys.executable).parent / "aws"
REVIEWABLE = WaiterModel(
    {
        "version": 2,
        "waiters": {
            "HITReviewable": {
                "operation": "GetHIT",
                "delay": 0,
                "maxAttempts": 3,
                "acceptors": [
                    {
                        "state": "success",
                        "matcher": "path",
                        "argument": "HIT.HITStatus",
                        "expected": "Reviewable",
                    },
                    {"state": "failure", "matcher": "error", "expected": "RequestError"},
                ],
            }
        },
    }
)


class Served:
    """A served sandbox: its address, keys for it, and the site itself, for what workers do."""

    def __init__(self, url: str, site: Site, pair: tuple[str, str]) -> None:
        self.url, self.site, self.pair = url, site, pair

    def client(self) -> Any:
        """A boto3 client."""
        return boto3.client(
            "mturk",
            "us-east-1",
            endpoint_url=self.url,
            aws_access_key_id=self.pair[0],
            aws_secret_access_key=self.pair[1],
        )

    def aws(self, *words: str, code: int = 0) -> Any:
        """What the AWS command line prints for `aws mturk ...`: JSON, or stderr when it fails."""
        environment = {name: v for name, v in os.environ.items() if not name.startswith("AWS_")}
        environment |= {
            "AWS_ACCESS_KEY_ID": self.pair[0],
            "AWS_SECRET_ACCESS_KEY": self.pair[1],
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL_MTURK": self.url,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        done = subprocess.run(
            [AWS, "mturk", *words, "--output", "json"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout or "{}") if code == 0 else done.stderr

    def do(self, hit_id: str, nickname: str = "Ada") -> str:
        """A worker does the HIT; the assignment's id."""
        with self.site.writing() as call:
            held = worker_actions.accept(call, identities.ensure_worker(call, nickname), hit_id)
            worker_actions.submit(call, held.assignment_id, [("word", "cat")])
        return held.assignment_id


@pytest.fixture
def served(start: Start, tmp_path: Path) -> Iterator[Served]:
    """A crowd server in a process of its own."""
    site = open_site(tmp_path / "crowd", "sandbox")
    with site.writing() as call:
        pair = access_keys.create(call, "Vision lab")
    yield Served(addresses(start("--port", "0"))[0], site, pair)
    site.close()


@pytest.mark.foreign
def test_a_whole_life_of_a_hit_by_the_aws_command_line(served: Served) -> None:
    """Made, done, listed, approved, paid a bonus, refused while open, expired, deleted."""
    request = json.dumps(HIT | {"MaxAssignments": 2})
    hit = served.aws("create-hit", "--cli-input-json", request)["HIT"]
    assert [listed["HITId"] for listed in served.aws("list-hits")["HITs"]] == [hit["HITId"]]
    assignment_id = served.do(hit["HITId"])
    [assignment] = served.aws("list-assignments-for-hit", "--hit-id", hit["HITId"])["Assignments"]
    assert (assignment["AssignmentId"], assignment["AssignmentStatus"]) == (
        assignment_id,
        "Submitted",
    )
    assert "<FreeText>cat</FreeText>" in assignment["Answer"]
    served.aws("approve-assignment", "--assignment-id", assignment_id)
    served.aws(
        "send-bonus",
        *("--worker-id", assignment["WorkerId"], "--assignment-id", assignment_id),
        *("--bonus-amount", "0.50", "--reason", "Thorough", "--unique-request-token", "once"),
    )
    paid = served.aws("list-bonus-payments", "--assignment-id", assignment_id)["BonusPayments"]
    assert [bonus["BonusAmount"] for bonus in paid] == ["0.50"]
    stderr = served.aws("delete-hit", "--hit-id", hit["HITId"], code=255)
    assert "(RequestError)" in stderr
    assert "This HIT is currently in the state 'Assignable'." in stderr
    served.aws("update-expiration-for-hit", "--hit-id", hit["HITId"], "--expire-at", "0")
    served.aws("delete-hit", "--hit-id", hit["HITId"])
    assert served.aws("list-hits")["HITs"] == []


def test_paginators_reach_the_end(served: Served) -> None:
    """Every page is read, whatever its size, and nothing comes twice."""
    client = served.client()
    hit_ids = {client.create_hit(**HIT)["HIT"]["HITId"] for _ in range(25)}
    for size in (1, 7, 25, 100):
        pages = client.get_paginator("list_hits").paginate(PaginationConfig={"PageSize": size})
        listed = [hit["HITId"] for page in pages for hit in page["HITs"]]
        assert len(listed) == len(hit_ids)
        assert set(listed) == hit_ids
    client.close()


def waiter(client: Any) -> Callable[..., None]:
    """Waits until a HIT is Reviewable."""
    return create_waiter_with_client("HITReviewable", REVIEWABLE, client).wait


def test_a_waiter_sees_a_hit_become_reviewable(served: Served) -> None:
    """It gives up while the HIT is open, ends when the work is in, and fails on an unknown HIT."""
    client = served.client()
    wait = waiter(client)
    hit_id = client.create_hit(**HIT)["HIT"]["HITId"]
    with pytest.raises(WaiterError, match="Max attempts exceeded"):
        wait(HITId=hit_id)
    served.do(hit_id)
    wait(HITId=hit_id)
    with pytest.raises(
        WaiterError,
        match="terminal failure state: Matched expected service error code: RequestError",
    ):
        wait(HITId="3UNKNOWN")
    client.close()
