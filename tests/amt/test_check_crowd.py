"""python -m amt.check_crowd: a crowd that keeps the contract passes, and each fault is named."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from amt.check_crowd import contract
from amt.check_crowd.__main__ import main
from amt.check_crowd.checks import MISSING, OK, UNCHECKED, WRONG, Result
from amt.plug_ins import METHODS
from examples.command_crowd.crowd import CommandCrowd, make_id
from tests.support.plug_in_modules import (
    COMMAND_CROWD,
    WORKER,
    WriteModule,
    use_command_crowd,
    write_module,
)
from tests.support.script_fixtures import ROOT, Desk

__all__ = ["write_module"]  # a fixture


class OwnCrowd:
    """The local crowd by boto3's client, with a worker who does every HIT before it is listed."""

    def __init__(self, desk: Desk) -> None:
        self._crowd = desk.crowd()
        self._worker_id = self._crowd.make_worker("Ada")
        self._done: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._crowd.client, name)

    def list_assignments_for_hit(self, **request: Any) -> Any:
        hit_id = request["HITId"]
        if hit_id not in self._done and self._crowd.stands(hit_id)[1] > 0:
            self._crowd.do(self._worker_id, hit_id, [("answer", "yes")])
            self._done.add(hit_id)
        return self._crowd.client.list_assignments_for_hit(**request)


class Machine(CommandCrowd):
    """The crowd of examples/command_crowd whose program is a function, which is faster."""

    def _answer(self, save: Callable[..., None]) -> None:
        for hit in filter(None, list(self._items["HIT"].values())):
            key = make_id(f"{hit['HITId']} 0")
            if key not in self._items["Assignment"]:
                made = {"AssignmentId": key, "HITId": hit["HITId"], "WorkerId": "A1"}
                times = {"AcceptTime": hit["CreationTime"], "SubmitTime": hit["CreationTime"]}
                answer = "<QuestionFormAnswers><Answer><FreeText/></Answer></QuestionFormAnswers>"
                work = {"AssignmentStatus": "Submitted", "Answer": answer}
                save("Assignment", key, made | times | work)


def run(target: Any, wait_seconds: float = 0) -> list[Result]:
    """Return the results of all checks."""
    results: list[Result] = []
    contract.run(target, results.append, wait_seconds)
    return results


def list_names(results: list[Result], outcome: str) -> list[str]:
    return [result.name for result in results if result.outcome == outcome]


def test_the_local_crowd_keeps_the_contract(desk: Desk) -> None:
    """Every check is made and passes, and what they created is gone."""
    results = run(OwnCrowd(desk))

    assert [str(result) for result in results if result.outcome != OK] == []
    assert len(results) > 75
    assert len({result.name for result in results}) == len(results)
    assert desk.crowd().client.list_hits()["HITs"] == []


def test_what_needs_an_answer_is_not_checked_without_one(desk: Desk) -> None:
    """Nobody answers on the local crowd by itself; nothing is wrong with that."""
    pauses: list[float] = []

    results: list[Result] = []
    contract.run(desk.crowd().client, results.append, 0.01, pauses.append)

    assert {result.outcome for result in results} == {OK, UNCHECKED}
    assert len(list_names(results, OK)) >= 50
    assert pauses
    unchecked = next(result for result in results if result.outcome == UNCHECKED)
    assert str(unchecked) == (
        "unchecked list_assignments_for_hit: AssignmentId: there is no answer yet"
    )


def test_a_crowd_without_methods_misses_each(desk: Desk) -> None:
    """What depends on them is not checked."""
    results = run(object())

    assert list_names(results, MISSING) == [f"{method} is there" for method in METHODS]
    assert list_names(results, OK) == ["delete_hit: every HIT of these checks"]
    assert list_names(results, WRONG) == []


def make_types_anew(self: Any, **request: Any) -> Any:
    return CommandCrowd.create_hit_type(self, **request, time=len(self._items["HIT type"]))


def create_twice(self: Any, **request: Any) -> Any:
    request.pop("UniqueRequestToken", None)
    return CommandCrowd.create_hit_with_hit_type(self, **request)


def get_without_zone(self: Any, **request: Any) -> Any:
    response = CommandCrowd.create_hit_with_hit_type(self, **request)
    hit = response["HIT"]
    return {"HIT": hit | {"Expiration": hit["Expiration"].replace(tzinfo=None), "Reward": 0.05}}


def get_anything(self: Any, **request: Any) -> Any:
    hit = self._items["HIT"].get(request["HITId"])
    return CommandCrowd.get_hit(self, **request) if hit else {"HIT": {}}


def list_all(self: Any, **_: Any) -> Any:
    return CommandCrowd.list_hits(self, MaxResults=100)


def list_oldest_first(self: Any, **request: Any) -> Any:
    with self._open():
        hits = [self._show_hit(hit) for hit in self._items["HIT"].values() if hit]
    hits[0]["CreationTime"] = hits[0]["CreationTime"].replace(year=2020)
    start = int(request.get("NextToken", 0))
    end = start + request["MaxResults"]
    return {"HITs": hits[start:end], **({"NextToken": str(end)} if end < len(hits) else {})}


def fail(self: Any, **_: Any) -> Any:
    raise KeyError("oops")


def do_nothing(self: Any, **_: Any) -> Any:
    return {}


def pay_always(self: Any, **request: Any) -> Any:
    if request["UniqueRequestToken"] in vars(self).setdefault("paid", []):
        raise RuntimeError("paid")
    self.paid.append(request["UniqueRequestToken"])
    return {}


@pytest.mark.parametrize(
    ("method", "fault", "names"),
    [
        (
            "create_hit_type",
            make_types_anew,
            ["create_hit_type: the same id for the same properties"],
        ),
        (
            "create_hit_with_hit_type",
            create_twice,
            ["create_hit_with_hit_type: a known UniqueRequestToken"],
        ),
        (
            "create_hit_with_hit_type",
            get_without_zone,
            ["create_hit_with_hit_type: Reward", "create_hit_with_hit_type: Expiration"],
        ),
        ("get_hit", get_anything, ["get_hit: an unknown HIT", "get_hit: a deleted HIT"]),
        ("list_hits", list_all, ["list_hits: MaxResults"]),
        ("list_hits", list_oldest_first, ["list_hits: the newest first"]),
        (
            "approve_assignment",
            do_nothing,
            [
                "approve_assignment: an unknown assignment",
                "approve_assignment: AssignmentStatus",
                "approve_assignment: a rejected assignment",
                "approve_assignment: OverrideRejection",
            ],
        ),
        (
            "send_bonus",
            pay_always,
            [
                "send_bonus: an unknown assignment",
                "send_bonus: a known UniqueRequestToken",
                "send_bonus: a worker who did not do it",
            ],
        ),
        (
            "update_expiration_for_hit",
            fail,
            [
                "update_expiration_for_hit: an unknown HIT",
                "update_expiration_for_hit: a later time",
                "update_expiration_for_hit: a time in the past",
                "update_expiration_for_hit: the same again",
                "get_hit: an expired HIT",
            ],
        ),
        (
            "delete_hit",
            do_nothing,
            [
                "delete_hit: an unknown HIT",
                "delete_hit: a HIT that workers can take",
                "get_hit: a deleted HIT",
                "list_hits: no deleted HIT",
                "delete_hit: answers that are not reviewed",
                "delete_hit: every HIT of these checks",
            ],
        ),
    ],
)
def test_what_a_crowd_does_wrong_is_named(
    tmp_path: Path, method: str, fault: Any, names: list[str]
) -> None:
    """By the names of the checks, each with what was expected and found."""
    broken = type("Broken", (Machine,), {method: fault})

    results = run(broken(tmp_path / "journal.jsonl", WORKER))

    wrong = [result for result in results if result.outcome == WRONG]
    assert set(names) <= {result.name for result in wrong}
    assert len(wrong) <= len(names) + 4, wrong
    assert all(result.expected and result.found for result in wrong)


def test_the_command_checks_a_crowd_of_programs(desk: Desk) -> None:
    """As its documentation has it: each check is a line, and the counts are a message."""
    use_command_crowd(desk)

    done = subprocess.run(
        [sys.executable, "-m", "amt.check_crowd", "--wait=60", COMMAND_CROWD],
        cwd=desk.folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (
        0,
        f"79 checks of {COMMAND_CROWD}: 79 ok, 0 missing, 0 wrong, 0 unchecked\n",
    )
    assert done.stdout.count("\n") == done.stdout.count("ok  ") == 79


def test_what_the_command_cannot_check_is_one_line(
    desk: Desk, write_module: WriteModule, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 for what cannot be used, 1 for what is missing or wrong, with the counts."""
    name = write_module("METHODS.remove('send_bonus')")

    codes = [main(["--wait=0", name]), main([]), main([name, "--live"]), main(["absent:create"])]
    codes += [main(["mturk"]), main([name, "--wait=x"]), main([name, "--wiat=1"]), main(["--help"])]

    out, err = capsys.readouterr()
    lines = err.splitlines()
    assert codes == [1, 2, 2, 2, 2, 2, 2, 0]
    assert "\nmissing   send_bonus is there: expected a method; found none\n" in out
    assert lines[0].startswith("79 checks of plugged:create: ")
    assert lines[2] == "check_crowd: --live: the checks use the sandbox only; leave it out"
    assert "there is no module absent in " in lines[3]
    assert "python -m amt.check_crowd my_crowd:create" in out
