"""A stand-in for Amazon's endpoint: both sites, with Amazon's operations and limits only.

The local crowd responds, without the operations that only crowds of ours have, to the scripts' crowd
`mturk`: patch amt.connection.MTURK with `endpoint`. `calls` counts the calls by their names.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from time import time
from typing import TYPE_CHECKING

import pytest

from amt.crowd import Crowd
from amt.hits import MTURK_BYTES
from formats import own_operations
from local_crowd.embedded import EmbeddedSite
from local_crowd.site import Site
from local_crowd.wire.protocol import Response
from tests.support.faulty_crowd import FaultyCrowd
from tests.support.quick_setup import new_crowd

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient

EXTRAS = own_operations.PATH / "mturk/2017-01-17/service-2.sdk-extras.json"
OWN_OPERATIONS = frozenset(json.loads(EXTRAS.read_text("utf-8"))["merge"]["operations"])
UNKNOWN = Response(
    400,
    {"Content-Type": "application/x-amz-json-1.1"},
    b'{"__type": "UnknownOperationException"}',
)
SITES = {"/mturk-sandbox": "sandbox", "/mturk": "live"}


class AmazonStandIn(FaultyCrowd):
    """The stand-in, with its data in `directory`; `endpoint` is what amt.connection.MTURK is."""

    def __init__(self, directory: Path, clock: Callable[[], float] = time) -> None:
        new_crowd(directory)
        (directory / "crowd.json").write_text(json.dumps({"question_bytes": MTURK_BYTES}))
        super().__init__(directory, clock=clock)
        self.sites = {path: EmbeddedSite(directory, name, clock) for path, name in SITES.items()}
        self.endpoint = f"{self.url}mturk{{}}"

    def answer(self, path: str, headers: Mapping[str, str], body: bytes) -> Response:
        """Return Amazon's response."""
        if headers["X-Amz-Target"].rpartition(".")[2] in OWN_OPERATIONS:
            return UNKNOWN
        return super().answer(path.rstrip("/"), headers, body)

    def write_config(self, folder: Path) -> Path:
        """Write a config.json in `folder` with which the scripts use it; return its path."""
        path = folder / "config.json"
        keys = {"aws_access_key": "AKIATEST", "aws_secret_key": "secret"}
        path.write_text(json.dumps({"crowd": "mturk", **keys}))
        path.chmod(0o600)
        return path

    @property
    def sandbox(self) -> Site:
        """Return the sandbox, for workers."""
        return self.sites["/mturk-sandbox"].open()[0]

    def connect(self) -> "MTurkClient":
        """Return the scripts' client of the sandbox."""
        keys = {"aws_access_key": "AKIATEST", "aws_secret_key": "secret"}
        return Crowd("mturk", live=False, settings=keys).connect()


@pytest.fixture
def amazon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AmazonStandIn]:
    """Serve a stand-in for Amazon, which the scripts take for it."""
    with AmazonStandIn(tmp_path / "amazon") as stand_in:
        monkeypatch.setattr("amt.connection.MTURK", stand_in.endpoint)
        yield stand_in
