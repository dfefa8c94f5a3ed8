"""Whatever is sent, the crowd answers or refuses: it never breaks."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local_crowd.operations.registry import OPERATIONS
from local_crowd.site import Site, open_site
from local_crowd.wire import model
from local_crowd.wire.protocol import respond
from tests.support.crowds import Clock
from tests.support.quick_setup import new_crowd
from tests.support.random_requests import (
    FAMILIES,
    Known,
    broken,
    json_values,
    request_shape,
    valid,
)


@pytest.fixture
def known(tmp_path: Path) -> Iterator[Known]:
    """A site with a HIT, a worker and an assignment."""
    site = open_site(new_crowd(tmp_path / "crowd"), "sandbox", Clock())
    yield Known(site)
    site.close()


def check(site: Site, requester_id: str, operation: str, body: bytes) -> str:
    """Send a request; the family of the refusal, or "" for an answer."""
    response = respond(site, requester_id, f"{model.TARGET_PREFIX}.{operation}", body)
    read = json.loads(response.body)
    if response.status == 200:
        assert "__type" not in read
        return ""
    assert response.status == 400
    assert read["__type"] in FAMILIES
    assert read["Message"]
    assert ("TurkErrorCode" in read) == (read["__type"] == "RequestError")
    return str(read["__type"])


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_any_valid_request(known: Known, operation: str) -> None:
    """What the service model allows is answered or refused by a rule, and gets past the model."""

    @settings(max_examples=40, suppress_health_check=list(HealthCheck))
    @given(valid(request_shape(operation), "", known))
    def send(request: dict[str, Any]) -> None:
        family = check(known.site, known.owner, operation, json.dumps(request).encode())
        assert family in ("", "RequestError", "ParameterValidationError")

    send()


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_any_broken_request(known: Known, operation: str) -> None:
    """What the service model does not allow is refused in a known way, or does no harm."""

    @settings(max_examples=40, suppress_health_check=list(HealthCheck))
    @given(broken(request_shape(operation), known))
    def send(request: dict[str, Any]) -> None:
        check(known.site, known.owner, operation, json.dumps(request).encode())

    send()


bodies = st.binary() | json_values.map(lambda value: json.dumps(value).encode())


@given(operation=st.sampled_from(sorted(OPERATIONS)), body=bodies)
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_body(known: Known, operation: str, body: bytes) -> None:
    """No body, JSON or not, gets anything else either."""
    check(known.site, known.owner, operation, body)


def test_good_requests_get_through(known: Known) -> None:
    """The known ids are good ones, so the tests above are not refused at the door."""
    for operation, request in (
        ("GetHIT", {"HITId": known.hit}),
        ("GetAssignment", {"AssignmentId": known.assignment}),
        ("DeleteWorkerBlock", {"WorkerId": known.worker}),
    ):
        assert known.site.perform(known.owner, operation, request) is not None
