"""A requester at work while workers are: launches, lists, approves, until stdin ends.

    python -m benchmarks.load_requester URL HIT_TYPE_ID HITS < keys.json

The first line of stdin is JSON with `aws_access_key` and `aws_secret_key`. It launches so many HITs
of the HIT type, and all the while looks through its HITs and approves what was handed in. At its
end it prints one line of JSON: `hit_ids`, and how many `calls` it made, and `approved`.

No call is sent again. If one fails, or has no response after RESPONSE_SECONDS, this is written to
stderr, and the exit code is 1.
"""

import json
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from benchmarks.load_site import QUESTION, SLOTS, WEEK
from benchmarks.load_workers import RESPONSE_SECONDS

AT_ONCE = 16
Client = Any  # boto3 makes its classes as it runs


class Requester:
    """One thread that launches, and one that reviews."""

    def __init__(self, client: Client, hit_type_id: str, hits: int) -> None:
        self.client = client
        self.hit_type_id = hit_type_id
        self.hits = hits
        self.ended = threading.Event()
        self.hit_ids: list[str] = []
        self.approved = self.calls = 0

    def launch(self) -> None:
        """Launch all HITs, as many calls at a time as launch_hits.py makes."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            self.hit_ids += pool.map(self._launch, range(self.hits))
        self.calls += self.hits

    def _launch(self, _: int) -> str:
        hit = self.client.create_hit_with_hit_type(
            HITTypeId=self.hit_type_id,
            MaxAssignments=SLOTS,
            LifetimeInSeconds=WEEK,
            Question=QUESTION,
        )
        return str(hit["HIT"]["HITId"])

    def review(self) -> None:
        """List HITs and their assignments, and approve, again and again."""
        while not self.ended.is_set():
            for page in self.client.get_paginator("list_hits").paginate(MaxResults=100):
                self.calls += 1
                for hit in page["HITs"]:
                    waiting = (
                        hit["MaxAssignments"]
                        - hit["NumberOfAssignmentsAvailable"]
                        - hit["NumberOfAssignmentsPending"]
                        - hit["NumberOfAssignmentsCompleted"]
                    )
                    if waiting and not self.ended.is_set():
                        self._approve(hit["HITId"])
                if self.ended.is_set():
                    return

    def _approve(self, hit_id: str) -> None:
        listed = self.client.list_assignments_for_hit(
            HITId=hit_id, AssignmentStatuses=["Submitted"], MaxResults=100
        )
        for assignment in listed["Assignments"]:
            self.client.approve_assignment(AssignmentId=assignment["AssignmentId"])
            self.approved += 1
        self.calls += 1 + len(listed["Assignments"])


def run_or_exit(work: Callable[[], None]) -> None:
    """Do the work of a thread; if a call of it fails, end the process and say why."""
    try:
        work()
    except (BotoCoreError, ClientError) as error:
        print(f"The requester's {work.__name__} failed: {error}", file=sys.stderr, flush=True)
        os._exit(1)


def main() -> None:
    """Work until stdin ends."""
    url, hit_type_id, hits = sys.argv[1:]
    keys = json.loads(sys.stdin.readline())
    client = boto3.client(
        "mturk",
        region_name="us-east-1",
        endpoint_url=url,
        aws_access_key_id=keys["aws_access_key"],
        aws_secret_access_key=keys["aws_secret_key"],
        config=Config(
            max_pool_connections=AT_ONCE + 1,
            read_timeout=RESPONSE_SECONDS,
            retries={"total_max_attempts": 1},
        ),
    )
    requester = Requester(client, hit_type_id, int(hits))
    threads = [
        threading.Thread(target=run_or_exit, args=[work])
        for work in (requester.launch, requester.review)
    ]
    for thread in threads:
        thread.start()
    sys.stdin.read()
    requester.ended.set()
    for thread in threads:
        thread.join()
    done = {name: getattr(requester, name) for name in ("hit_ids", "calls", "approved")}
    print(json.dumps(done), flush=True)


if __name__ == "__main__":
    main()
