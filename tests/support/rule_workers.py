"""Workers who answer the HITs of a batch of the task `same` by the rule of examples/command_crowd."""

import json
from typing import TYPE_CHECKING

from amt.calls import list_pages
from examples.command_crowd.worker import answer
from local_crowd.operations.people import identities
from local_crowd.operations.work import worker_actions
from local_crowd.site import Site

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient


def do(site: Site, name: str, hit_id: str, page: str) -> None:
    """Do a HIT as the worker of this name, whose last character is the worker's number."""
    output = {"rows": answer(page, name), "comment": ""}
    with site.writing() as call:
        worker_id = identities.ensure_worker(call, name)
        accepted = worker_actions.accept(call, worker_id, hit_id)
        worker_actions.submit(call, accepted.assignment_id, [("output", json.dumps(output))])


def do_all(site: Site, client: "MTurkClient", count: int = 3) -> None:
    """Do every HIT that the client lists as each of the workers 1 to `count`."""
    for hit in list_pages(client.list_hits, "HITs"):
        for number in range(1, count + 1):
            do(site, f"Machine {number}", hit["HITId"], hit["Question"])
