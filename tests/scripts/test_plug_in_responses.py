"""What plug-in crowds return and print: whatever it is, scripts say it in a line, and stdout is data."""

import threading
from datetime import UTC, datetime
from typing import Any

import pytest

from amt import streams
from amt.errors import Error
from amt.plug_in_responses import validate
from tests.support.plug_in_modules import WriteModule, write_module
from tests.support.script_fixtures import Desk

__all__ = ["write_module"]  # a fixture
NOW = datetime(2026, 1, 1, tzinfo=UTC)
HIT = {
    **dict.fromkeys(("HITId", "HITTypeId", "HITStatus"), "X"),
    **dict.fromkeys(("CreationTime", "Expiration"), NOW),
    **dict.fromkeys(("MaxAssignments", "NumberOfAssignmentsAvailable"), 1),
    **dict.fromkeys(("NumberOfAssignmentsPending", "NumberOfAssignmentsCompleted"), 0),
}
ASSIGNMENT = {
    **dict.fromkeys(("AssignmentId", "HITId", "WorkerId", "AssignmentStatus", "Answer"), "X"),
    **dict.fromkeys(("AcceptTime", "SubmitTime"), NOW),
}


@pytest.mark.parametrize(
    ("method", "response", "message"),
    [
        ("create_hit_type", None, "create_hit_type returns NoneType instead of a dict"),
        ("create_hit_type", {}, "create_hit_type returns no HITTypeId"),
        (
            "create_hit_type",
            {"HITTypeId": 7},
            "create_hit_type returns HITTypeId 7, which is not a text",
        ),
        ("create_hit_with_hit_type", {"HIT": {}}, "create_hit_with_hit_type: HIT returns no HITId"),
        ("get_hit", {"HIT": []}, "get_hit: HIT returns list instead of a dict"),
        (
            "get_hit",
            {"HIT": HIT | {"MaxAssignments": "1"}},
            "get_hit returns HIT: MaxAssignments '1', which is not a whole number",
        ),
        (
            "list_hits",
            {"HITs": [HIT | {"CreationTime": "2026"}]},
            "list_hits returns HITs: CreationTime '2026', which is not a datetime with a time zone",
        ),
        (
            "list_assignments_for_hit",
            {"Assignments": [ASSIGNMENT | {"SubmitTime": NOW.replace(tzinfo=None)}]},
            (
                "list_assignments_for_hit returns Assignments: SubmitTime datetime.datetime(2026, 1, "
                "1, 0, 0), which is not a datetime with a time zone"
            ),
        ),
        ("list_hits", {"HITs": None}, "list_hits returns HITs that are not a list"),
        (
            "list_hits",
            {"HITs": [], "NextToken": "x"},
            "list_hits returns the NextToken that it was given, so the list never ends",
        ),
        ("get_assignment", {"HIT": HIT}, "get_assignment returns no Assignment"),
    ],
)
def test_a_wrong_response_is_one_line(method: str, response: Any, message: str) -> None:
    with pytest.raises(Error) as caught:
        validate(method, {"NextToken": "x"}, response)

    assert str(caught.value) == message


def test_a_right_response_is_taken() -> None:
    """More than is listed, and less than boto3 has, is right; so is any answer of other methods."""
    validate("get_hit", {}, {"HIT": HIT | {"More": 1}, "ResponseMetadata": {}})
    validate("get_assignment", {}, {"Assignment": ASSIGNMENT, "HIT": {"HITId": "X"}})
    validate("list_hits", {"NextToken": "x"}, {"HITs": [HIT], "NextToken": "y"})
    validate("approve_assignment", {}, None)


def test_what_a_plug_in_does_wrong_has_its_name(desk: Desk, write_module: WriteModule) -> None:
    name = write_module("Crowd.list_hits = lambda self, **request: None")
    wrong = desk.fails("get_all_hits", f"--crowd={name}")
    write_module("Crowd.list_hits = lambda self, **request: exit(3)")
    ends = desk.fails("get_all_hits", f"--crowd={name}")
    write_module("class P:\n    def __getattr__(self, name): 1/0\ndef create(**_): return P()")
    absent = desk.fails("get_all_hits", f"--crowd={name}")

    assert wrong == (
        "crowd plugged:create: list_hits returns NoneType instead of a dict; see python -m "
        "amt.check_crowd plugged:create"
    )
    assert ends == "crowd plugged:create: list_hits ended the script"
    assert absent.startswith("crowd plugged:create: what it returns has no create_hit_type, ")


def test_an_error_of_http_is_no_refusal(desk: Desk, write_module: WriteModule) -> None:
    """The errors of requests and httpx have a `response` too, which is no dict."""
    name = write_module("""
class Busy(OSError): response = object()
def get_assignment(self, **request): raise Busy("503 Busy")
Crowd.get_assignment = get_assignment
""")
    desk.write("ids.txt", "3A\n")

    line = desk.fails(
        "approve_assignments", "--assignment_ids_file=ids.txt", "--yes", f"--crowd={name}"
    )

    assert line == "503 Busy"


def test_what_a_plug_in_prints_is_no_data(desk: Desk, write_module: WriteModule) -> None:
    """Its module, its factory and its methods print to stderr."""
    name = write_module("""
print("module")
def create(live, settings): print("factory"); return Crowd()
def list_hits(self, **request): print("method", flush=True); return {"HITs": []}
Crowd.list_hits = list_hits
""")

    done = desk.run("get_all_hits", f"--crowd={name}")

    assert done.code == 0
    assert done.out == "[]\n"
    assert done.err.split()[:3] == ["module", "factory", "method"]


def test_other_threads_print_to_stdout_meanwhile(capsys: pytest.CaptureFixture[str]) -> None:
    with streams.print_to_stderr():
        print("code of somebody else")
        thread = threading.Thread(target=print, args=["data"])
        thread.start()
        thread.join()
    print("more data")

    assert capsys.readouterr() == ("data\nmore data\n", "code of somebody else\n")
