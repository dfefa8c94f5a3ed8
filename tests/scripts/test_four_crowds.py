"""The same batch file on four crowds: local, a crowd server, a crowd of programs, and Amazon's API."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from amt.crowd import Crowd
from local_crowd.app import create_app
from local_crowd.operations.people import access_keys
from local_crowd.site import Site
from tests.support.amazon_stand_in import AmazonStandIn, amazon
from tests.support.declared_batches import read_lines, write_batch
from tests.support.plug_in_modules import use_command_crowd
from tests.support.quick_setup import new_crowd
from tests.support.rule_workers import do_all
from tests.support.script_fixtures import Desk
from tests.support.worker_sites import serving

__all__ = ["amazon"]  # a fixture
ROWS = {
    "p1": [["Air 90", "99"], ["Air Max 90", "101"]],
    "p2": [["Stan Smith", "80"], ["Stan Smith white", "79.95"]],
    "p3": [["Chuck 70", "85"], ["One Star", "75"]],
    "p4": [["Gel & 7", "120"], ["Gel <9>", "140"]],
    "p5": [["Zoom", "60"], ["Vaporfly", "210"]],
}


@pytest.fixture
def served(desk: Desk) -> Iterator[tuple[Crowd, Site]]:
    """Serve a crowd, and name it in the desk's config.json; yield it and its sandbox."""
    app = create_app(new_crowd(desk.folder / "server"))
    with serving(app) as sandbox:
        site = app.sites["sandbox"]
        with site.writing() as call:
            access_key, secret_key = access_keys.create(call, "the tests")
        keys = {"aws_access_key": access_key, "aws_secret_key": secret_key}
        yield Crowd(sandbox.removesuffix("/sandbox"), live=False, settings=keys), site
    app.close()


def run(desk: Desk, name: str, place: str, crowd: str, **settings: Any) -> None:
    """Run the batch file in the directory of this name, with this configuration."""
    config = desk.write(f"{place}.json", json.dumps({"crowd": crowd, **settings}))
    (desk.folder / config).chmod(0o600)
    done = desk.run("run_batch", name, "--follow", f"--config={config}", f"--directory={place}")
    assert done.code == 0, done.err
    assert "15 answers to 5 rows, 5 labels; 3 of 3 HITs finished" in done.err


def launch(desk: Desk, name: str, place: str, crowd: str, **settings: Any) -> None:
    """Launch the batch file as `run` runs it."""
    config = desk.write(f"{place}.json", json.dumps({"crowd": crowd, **settings}))
    done = desk.run("run_batch", name, f"--config={config}", f"--directory={place}")
    assert done.code == 0, done.err


def read_labels(desk: Desk, place: str) -> list[Any]:
    """Return what each label is, without what tells of its HIT."""
    lines = read_lines(desk, "labels.jsonl", f"{place}/shoes-1")
    names = ("row_id", "label", "votes", "answers", "method")
    return sorted([*(line[name] for name in names), round(line["confidence"], 6)] for line in lines)


def read_outputs(desk: Desk, place: str) -> list[Any]:
    """Return the answers to each row."""
    lines = read_lines(desk, "results.jsonl", f"{place}/shoes-1")
    return sorted((line["row_id"], line["output"]["same"]) for line in lines)


def test_one_batch_file_has_the_same_labels_on_four_crowds(
    desk: Desk, served: tuple[Crowd, Site], amazon: AmazonStandIn
) -> None:
    """The same answers, by the same rule, become the same results and labels everywhere."""
    name = write_batch(desk, rows=ROWS, rows_per_hit=2, assignments=3)
    use_command_crowd(desk)
    programs = json.loads(desk.read("config.json"))
    keys = {"aws_access_key": "AKIATEST", "aws_secret_key": "secret"}
    server, site = served
    own = desk.crowd()
    places: dict[str, tuple[str, dict[str, Any]]] = {
        "local": ("local", {"local_crowd": "crowd"}),
        "served": (server.name, server.settings),
        "amazons": ("mturk", keys),
        "machines": (programs["crowd"], {"crowd_settings": programs["crowd_settings"]}),
    }

    for place, (crowd, settings) in places.items():
        launch(desk, name, place, crowd, **settings)
    do_all(own.site, own.client)
    do_all(site, server.connect())
    do_all(amazon.sandbox, amazon.connect())
    for place, (crowd, settings) in places.items():
        run(desk, name, place, crowd, **settings)

    labels = {place: read_labels(desk, place) for place in places}
    outputs = {place: read_outputs(desk, place) for place in places}
    assert [line[:2] for line in labels["local"]] == [
        ["p1", "yes"],
        ["p2", "yes"],
        ["p3", "no"],
        ["p4", "yes"],
        ["p5", "no"],
    ]
    assert all(labels[place] == labels["local"] for place in places)
    assert all(outputs[place] == outputs["local"] for place in places)
    assert amazon.calls["ListAssignmentsForHITType"] == 0
