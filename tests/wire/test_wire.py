"""The wire: AWS JSON 1.1 in both directions, errors as every SDK reads them."""

import json
import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_crowd.operations.registry import OPERATIONS
from local_crowd.wire import model
from local_crowd.wire.protocol import Response, respond
from local_crowd.wire.serialization import format_java_double
from tests.support.crowd_fixtures import OpenCrowd
from tests.support.crowds import DAY, HIT, NEW_YEAR, QUESTION, CrowdUnderTest, refusal

TARGET = "MTurkRequesterServiceV20170117."


def call(crowd: CrowdUnderTest, operation: str, body: bytes | dict[str, Any]) -> Response:
    """Send a body that no SDK would, past boto3."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return respond(crowd.site, crowd.requester_id, TARGET + operation, raw)


def fault(response: Response) -> tuple[str, str]:
    """Code and message of an error that is the caller's."""
    body = json.loads(response.body)
    assert response.status == 400
    assert response.headers["x-amzn-ErrorType"] == body["__type"]
    return body["__type"], body["Message"]


# Success


def test_headers_of_success(crowd: CrowdUnderTest) -> None:
    """A response has Amazon's content type and a request id, another for every call."""
    ids = set()
    for _ in range(2):
        metadata = crowd.client.get_account_balance()["ResponseMetadata"]
        assert metadata["HTTPStatusCode"] == 200
        assert metadata["HTTPHeaders"]["content-type"] == "application/x-amz-json-1.1"
        assert re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", metadata["RequestId"])
        assert metadata["HTTPHeaders"]["x-amzn-requestid"] == metadata["RequestId"]
        ids.add(metadata["RequestId"])
    assert len(ids) == 2


def test_nothing_to_say_is_an_empty_object(crowd: CrowdUnderTest) -> None:
    """An operation without output answers `{}`."""
    crowd.client.update_expiration_for_hit(HITId=crowd.make_hit(), ExpireAt=0)

    assert crowd.raw[-1].content == b"{}"


def test_timestamps_are_written_as_amazon_writes_them(crowd: CrowdUnderTest) -> None:
    """A timestamp is a JSON number, printed as Java prints a double."""
    crowd.make_hit(LifetimeInSeconds=DAY)

    assert b'"CreationTime":1.7672256E9,' in crowd.raw[-1].content
    assert b'"Expiration":1.767312E9,' in crowd.raw[-1].content
    assert crowd.said()["HIT"]["CreationTime"] == NEW_YEAR


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (0, "0.0"),
        (7, "7.0"),
        (9_999_999, "9999999.0"),
        (10_000_000, "1.0E7"),
        (12_345_678, "1.2345678E7"),
        (1_000_000_000, "1.0E9"),
        (1_558_393_704, "1.558393704E9"),
        (1_558_393_700, "1.5583937E9"),
        (10_000_000_001, "1.0000000001E10"),
    ],
)
def test_java_double(seconds: int, written: str) -> None:
    """Whole seconds are written as Java's Double.toString does, and read back the same."""
    assert format_java_double(seconds) == written
    assert float(written) == seconds


@pytest.mark.parametrize(
    ("timestamp", "seconds"),
    [
        (NEW_YEAR + 100, 100),
        (NEW_YEAR + 100.5, 100),
        (float(NEW_YEAR + 100), 100),
        ("2026-01-01T00:01:40Z", 100),
        ("2026-01-01T01:01:40+01:00", 100),
        ("2026-01-01T00:01:40", 100),
        ("2026-01-02", DAY),
    ],
)
def test_timestamps_come_in_any_form(
    crowd: CrowdUnderTest, timestamp: float | str, seconds: int
) -> None:
    """A time comes as whole or broken epoch seconds or as ISO 8601; without a zone it is UTC."""
    hit_id = crowd.make_hit()

    assert (
        call(crowd, "UpdateExpirationForHIT", {"HITId": hit_id, "ExpireAt": timestamp}).status
        == 200
    )
    assert crowd.hit(hit_id)["Expiration"].timestamp() == NEW_YEAR + seconds


@pytest.mark.parametrize(
    "timestamp", ["soon", "", "2026-13-01", b"NaN", b"Infinity", b"-Infinity", b"1e400", b"-1e400"]
)
def test_an_invalid_time_is_refused(crowd: CrowdUnderTest, timestamp: str | bytes) -> None:
    """An invalid time is the caller's error, and expires nothing."""
    hit_id = crowd.make_hit()
    value = timestamp if isinstance(timestamp, bytes) else json.dumps(timestamp).encode()
    body = b'{"HITId": "%s", "ExpireAt": %s}' % (hit_id.encode(), value)

    code, _ = fault(call(crowd, "UpdateExpirationForHIT", body))

    assert code == "SerializationException"
    assert crowd.hit(hit_id)["HITStatus"] == "Assignable"


@pytest.mark.parametrize("body", [b"", b"{}"])
def test_an_empty_body_is_an_empty_request(crowd: CrowdUnderTest, body: bytes) -> None:
    """An operation without input may be sent `{}` or nothing."""
    assert json.loads(call(crowd, "GetAccountBalance", body).body) == {
        "AvailableBalance": "10000.00"
    }


def test_unknown_members_and_nulls_are_ignored(crowd: CrowdUnderTest) -> None:
    """What a newer SDK may add does no harm; null is the same as absent."""
    response = call(crowd, "ListHITs", {"Colour": "red", "MaxResults": None, "NextToken": None})

    assert json.loads(response.body) == {"NumResults": 0, "HITs": []}


def test_unicode_goes_through(crowd: CrowdUnderTest) -> None:
    """Any text comes back as it was sent."""
    text = "Grüße, 漢字, \U0001f600, \u2028 \"<&>' \\ \t"

    assert crowd.hit(crowd.make_hit(Title=text))["Title"] == text


# Refusals


def test_a_business_rule_is_a_request_error(crowd: CrowdUnderTest) -> None:
    """RequestError is modelled: boto3 knows it as an exception, with TurkErrorCode at the top."""
    with pytest.raises(crowd.client.exceptions.RequestError) as caught:
        crowd.client.get_hit(HITId="3NONE")

    response: Any = caught.value.response
    assert response["Error"]["Code"] == "RequestError"
    assert response["Message"] == response["Error"]["Message"]
    assert response["TurkErrorCode"] == "AWS.MechanicalTurk.HITDoesNotExist"
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert response["ResponseMetadata"]["RetryAttempts"] == 0
    assert response["ResponseMetadata"]["HTTPHeaders"]["x-amzn-errortype"] == "RequestError"
    assert crowd.said() == {
        "__type": "RequestError",
        "Message": response["Message"],
        "TurkErrorCode": "AWS.MechanicalTurk.HITDoesNotExist",
    }


def test_an_impossible_value_is_a_parameter_validation_error(crowd: CrowdUnderTest) -> None:
    """ParameterValidationError is not modelled: a plain ClientError, without TurkErrorCode."""
    with pytest.raises(ClientError) as caught:
        crowd.client.create_hit(**HIT | {"LifetimeInSeconds": 1})

    assert type(caught.value) is ClientError
    assert caught.value.response["Error"]["Code"] == "ParameterValidationError"
    assert set(crowd.said()) == {"__type", "Message"}


@pytest.mark.parametrize(("name", "suffix"), [("sandbox", " s)"), ("live", ")")])
def test_messages_end_with_the_time(open_crowd: OpenCrowd, name: str, suffix: str) -> None:
    """RequestError and ParameterValidationError end with epoch ms, and " s" in the sandbox only."""
    crowd = open_crowd(name)
    crowd.clock.advance(0.25)
    time = f"({NEW_YEAR * 1000 + 250}"

    for method, request, message in (
        (crowd.client.get_hit, {"HITId": "3NONE"}, "Hit 3NONE does not exist."),
        (crowd.client.delete_worker_block, {"WorkerId": "ANONE"}, "WorkerId is invalid."),
    ):
        with pytest.raises(ClientError) as caught:
            method(**request)
        assert caught.value.response["Error"]["Message"] == f"{message} {time}{suffix}"

    with pytest.raises(ClientError) as caught:
        crowd.client.get_hit(HITId="no")
    assert caught.value.response["Error"]["Message"].endswith("pattern: ^[A-Z0-9]+$")


# Validation against the service model

ID = "^[A-Z0-9]+$"
WORKER = "^A[A-Z0-9]+$"
AMOUNT = r"^[0-9]+(\.)?[0-9]{0,2}$"
BONUS = {"WorkerId": "AB", "AssignmentId": "3A", "BonusAmount": "1", "Reason": "r"}


def unsatisfied(value: object, path: str, constraint: str) -> str:
    return f"Value '{value}' at '{path}' failed to satisfy constraint: Member must {constraint}"


@pytest.mark.parametrize(
    ("operation", "request_", "expected"),
    [
        (
            "GetHIT",
            {"HITId": "3a"},
            unsatisfied("3a", "hITId", f"satisfy regular expression pattern: {ID}"),
        ),
        (
            "GetHIT",
            {"HITId": "3A\n"},
            unsatisfied("3A\n", "hITId", f"satisfy regular expression pattern: {ID}"),
        ),
        (
            "GetHIT",
            {"HITId": "3" * 65},
            unsatisfied("3" * 65, "hITId", "have length less than or equal to 64"),
        ),
        (
            "DeleteWorkerBlock",
            {"WorkerId": "bad worker"},
            unsatisfied("bad worker", "workerId", f"satisfy regular expression pattern: {WORKER}"),
        ),
        (
            "SendBonus",
            BONUS | {"BonusAmount": "1.234"},
            unsatisfied("1.234", "bonusAmount", f"satisfy regular expression pattern: {AMOUNT}"),
        ),
        (
            "SendBonus",
            BONUS | {"BonusAmount": ".50"},
            unsatisfied(".50", "bonusAmount", f"satisfy regular expression pattern: {AMOUNT}"),
        ),
        (
            "SendBonus",
            BONUS | {"BonusAmount": "5\n"},
            unsatisfied("5\n", "bonusAmount", f"satisfy regular expression pattern: {AMOUNT}"),
        ),
        (
            "SendBonus",
            BONUS | {"UniqueRequestToken": "x" * 65},
            unsatisfied("x" * 65, "uniqueRequestToken", "have length less than or equal to 64"),
        ),
        (
            "ListHITs",
            {"MaxResults": 0},
            unsatisfied(0, "maxResults", "have value greater than or equal to 1"),
        ),
        (
            "ListHITs",
            {"NextToken": "x" * 256},
            unsatisfied("x" * 256, "nextToken", "have length less than or equal to 255"),
        ),
        (
            "ListReviewableHITs",
            {"Status": "Bogus"},
            unsatisfied("Bogus", "status", "satisfy enum value set: [Reviewable, Reviewing]"),
        ),
        (
            "ListAssignmentsForHIT",
            {"HITId": "3A", "AssignmentStatuses": ["Approved", "Lost"]},
            unsatisfied(
                "Lost",
                "assignmentStatuses.2.member",
                "satisfy enum value set: [Submitted, Approved, Rejected]",
            ),
        ),
        (
            "NotifyWorkers",
            {"Subject": "s", "MessageText": "t", "WorkerIds": ["AOK", "no"]},
            unsatisfied(
                "no", "workerIds.2.member", f"satisfy regular expression pattern: {WORKER}"
            ),
        ),
        (
            "CreateWorkerBlock",
            {"WorkerId": "AB"},
            "Value null at 'reason' failed to satisfy constraint: Member must not be null",
        ),
        (
            "CreateWorkerBlock",
            {"WorkerId": "AB", "Reason": None},
            "Value null at 'reason' failed to satisfy constraint: Member must not be null",
        ),
        (
            "CreateHITType",
            {
                "Title": "t",
                "Description": "d",
                "Reward": "1",
                "AssignmentDurationInSeconds": 60,
                "QualificationRequirements": [
                    {
                        "QualificationTypeId": "00000000000000000071",
                        "Comparator": "In",
                        "LocaleValues": [{"Country": "US"}, {"Country": "USA"}],
                    }
                ],
            },
            unsatisfied(
                "USA",
                "qualificationRequirements.1.member.localeValues.2.member.country",
                "have length less than or equal to 2",
            ),
        ),
    ],
)
def test_one_fault(
    crowd: CrowdUnderTest, operation: str, request_: dict[str, Any], expected: str
) -> None:
    """What breaks the service model is refused in Amazon's words, without the time."""
    assert fault(call(crowd, operation, request_)) == (
        "ValidationException",
        f"1 validation error detected: {expected}",
    )


def test_several_faults_at_once(crowd: CrowdUnderTest) -> None:
    """Every fault is named in one refusal."""
    code, message = fault(
        call(crowd, "SendBonus", BONUS | {"WorkerId": "x", "BonusAmount": "y", "Reason": None})
    )

    assert code == "ValidationException"
    assert message.startswith("3 validation errors detected: ")
    assert set(message.partition(": ")[2].split("; ")) == {
        unsatisfied("x", "workerId", f"satisfy regular expression pattern: {WORKER}"),
        unsatisfied("y", "bonusAmount", f"satisfy regular expression pattern: {AMOUNT}"),
        "Value null at 'reason' failed to satisfy constraint: Member must not be null",
    }


def test_validation_comes_through_boto3(crowd: CrowdUnderTest) -> None:
    """What botocore does not check the crowd does."""
    answered = refusal(crowd.client.get_assignment, AssignmentId="no id")

    assert answered.code == "ValidationException"
    assert answered.status == 400
    assert answered.turk_error_code is None


@pytest.mark.parametrize(
    "body",
    [
        b"nonsense",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'"text"',
        b"7",
        b'{"HITId": 7}',
        b'{"HITId": ["3A"]}',
        b'{"HITId": true}',
        b'{"HITId": {}}',
        b'{"HITId": "\\ud800"}',
        b'{"HITId": "\\u0000"}',
        b"[" * 100_000,
        b'{"HITId":' * 50_000,
        b'{"HITId": ' + b"9" * 5000 + b"}",
    ],
    ids=lambda body: repr(body[:20]),
)
def test_a_body_that_is_not_a_request_is_refused(crowd: CrowdUnderTest, body: bytes) -> None:
    """A body that is not JSON, or has members of wrong types, is the caller's fault."""
    assert fault(call(crowd, "GetHIT", body))[0] == "SerializationException"


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb", "nul\0", "\0"])
@pytest.mark.parametrize("name", ["Title", "Description", "Keywords", "RequesterAnnotation"])
def test_what_no_database_holds(crowd: CrowdUnderTest, name: str, text: str) -> None:
    """Half a surrogate pair and NUL are refused: not every database can store them."""
    code, message = fault(call(crowd, "CreateHIT", HIT | {name: text}))

    assert code == "SerializationException"
    assert message == f"{name[0].lower()}{name[1:]} contains an invalid character"


@pytest.mark.parametrize(
    "member", [{"MaxResults": "5"}, {"MaxResults": 5.5}, {"MaxResults": True}, {"NextToken": 5}]
)
def test_wrong_types(crowd: CrowdUnderTest, member: dict[str, Any]) -> None:
    """A member of another JSON type is refused, and named."""
    code, message = fault(call(crowd, "ListHITs", member))

    assert code == "SerializationException"
    assert message.startswith(("maxResults must be a", "nextToken must be a"))


# Operations


def test_operations_are_amazons_and_eight_of_ours(crowd: CrowdUnderTest) -> None:
    """The crowd answers Amazon's 39 operations, eight of its own, and no other."""
    amazons = model.list_amazons_operations()
    assert len(amazons) == 39
    own = {
        "CreateConsent",
        "GetConsent",
        "ListConsentAgreements",
        "ListAssignmentsForHITType",
        "ListWaitingPayments",
        "CreateHITLayout",
        "CreatePractice",
        "GetHITLayout",
    }
    assert set(OPERATIONS) == {*amazons, *own}
    assert set(OPERATIONS) == set(model.load_service().operation_names)


@pytest.mark.parametrize(
    "target",
    [
        "",
        "GetHIT",
        "MTurkRequesterServiceV20170117.",
        TARGET + "getHIT",
        TARGET + "Launch",
        "x.GetHIT",
    ],
)
def test_an_unknown_target_is_refused(crowd: CrowdUnderTest, target: str) -> None:
    """A target that is not this service's names no operation."""
    response = respond(crowd.site, crowd.requester_id, target, b"{}")

    assert fault(response)[0] == "UnknownOperationException"
    assert (target or "none named") in json.loads(response.body)["Message"]


def test_a_refused_call_changes_nothing(crowd: CrowdUnderTest) -> None:
    """What an operation did before it refused is undone: no HIT type is left by a refused HIT."""
    refusal(crowd.client.create_hit, **HIT | {"Question": "<no"})
    with crowd.site.store.reading() as db:
        from sqlalchemy import func, select

        from local_crowd.store.tables import hit_types

        assert db.scalar(select(func.count()).select_from(hit_types)) == 0
    assert crowd.client.create_hit(**HIT | {"Question": QUESTION})
