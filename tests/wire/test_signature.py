import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from botocore.awsrequest import AWSPreparedRequest
from hypothesis import given
from hypothesis import strategies as st

from local_crowd.operations.errors import CrowdError
from local_crowd.operations.people import access_keys
from local_crowd.site import Site, open_site
from local_crowd.wire import signature
from local_crowd.wire.signature import authenticate
from tests.support.crowds import HIT, NEW_YEAR, Clock, Refusal, refusal
from tests.support.quick_setup import new_crowd
from tests.support.signing import signed_client

LAB = access_keys.KeyPair("LCEXAMPLEEXAMPLEEXAM", "aSecretOfFortyCharactersForTheTestsAlone")
LAB_ID = "ALABORATORY123"
BODY = b"{}"
HASH = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"  # of BODY
HEADERS = {
    "Host": "crowd.example:8000",
    "Content-Type": "application/x-amz-json-1.1",
    "X-Amz-Target": "MTurkRequesterServiceV20170117.GetAccountBalance",
    "X-Amz-Date": "20260101T000000Z",
}
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method."
)
UNKNOWN = "The security token included in the request is invalid."


class Recorded(NamedTuple):
    """A request of 2026-01-01T00:00:00Z with LAB's keys, as an SDK's own signer signed it."""

    signature: str
    region: str = "eu-west-3"
    signed: str = "content-type;host;x-amz-date;x-amz-target"
    path: str = "/sandbox/"
    query: str = ""
    changes: dict[str, str | None] = {}  # noqa: RUF012 - never written to

    def headers(self) -> dict[str, str]:
        """HEADERS as changed, with the header Authorization."""
        every = (
            HEADERS
            | self.changes
            | {
                "Authorization": f"AWS4-HMAC-SHA256 Credential={LAB.access_key}/20260101/{self.region}"
                f"/mturk-requester/aws4_request, SignedHeaders={self.signed}, "
                f"Signature={self.signature}"
            }
        )
        return {name: value for name, value in every.items() if value is not None}


PYTHON = Recorded("eee51d11465d9b9ceb178d89f85e2d59c3e3815e38548410ff1f4f794bda5e99")
RECORDED = {
    "botocore 1.44": PYTHON,
    "botocore, path and query encoded": Recorded(
        "adffff92362592ffc96b776236c1bd7a996fa470c4fe6fd82cac2def6a099afa",
        path="/my%20crowd/sandbox",
        query="b=2&a=x%2Fy&a=",
    ),
    "botocore, a path that the HTTP server has decoded": Recorded(
        "adffff92362592ffc96b776236c1bd7a996fa470c4fe6fd82cac2def6a099afa",
        path="/my crowd/sandbox",
        query="b=2&a=x%2Fy&a=",
    ),
    "botocore, Date instead of X-Amz-Date": Recorded(
        "22caa4c81bf410ed9a6650c352099717d70ad52ae3610c093b69540f634f72d9",
        signed="content-type;date;host;x-amz-target",
        path="/",
        changes={"X-Amz-Date": None, "Date": "Thu, 01 Jan 2026 00:00:00 -0000"},
    ),
    "botocore, spaces in a header": Recorded(
        "dda5b814fc002fa91fc9c958e8bfbb0d03b0a609ae5c1f75ea764898544f8281",
        signed="content-type;host;x-amz-date;x-amz-target;x-note",
        path="/",
        changes={"Host": "crowd.example", "X-Note": "  two   words "},
    ),
    "Ruby, aws-sigv4 1.5": Recorded(
        "e4f3df3bbb8dff7d162786c3d84ff1bd3522353a82210c129b1ccf91edb5334d",
        region="us-east-1",
        signed="content-type;host;x-amz-content-sha256;x-amz-date;x-amz-target",
        changes={"X-Amz-Content-Sha256": HASH},
    ),
    "JavaScript, @smithy/signature-v4": Recorded(
        "6a5cd9db4b79acfc995d4681906c38d24aed081c4fcabea6da25902165e9ac91",
        region="us-east-1",
        signed="amz-sdk-request;content-length;content-type;host;x-amz-content-sha256;x-amz-date;"
        "x-amz-target;x-amz-user-agent",
        changes={
            "X-Amz-Content-Sha256": HASH,
            "Content-Length": "2",
            "X-Amz-User-Agent": "aws-sdk-js/3",
            "Amz-Sdk-Request": "attempt=1; max=3",
        },
    ),
}


def site_with_lab(directory: Path, clock: Callable[[], float]) -> Site:
    site = open_site(new_crowd(directory), "sandbox", clock)
    with site.writing() as call:
        access_keys.set_keys(call, "lab", LAB_ID, LAB)
    return site


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def site(tmp_path: Path, clock: Clock) -> Iterator[Site]:
    """A site where it is New Year 2026 and the requester LAB is known."""
    site = site_with_lab(tmp_path / "crowd", clock)
    yield site
    site.close()


@pytest.fixture
def today(tmp_path: Path) -> Iterator[Site]:
    """The same at the machine's own time, by which boto3 signs."""
    site = site_with_lab(tmp_path / "crowd", time.time)
    yield site
    site.close()


@pytest.fixture(scope="module")
def shared_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = site_with_lab(tmp_path_factory.mktemp("crowd"), Clock())
    yield site
    site.close()


def test_the_signature_is_the_one_that_amazon_published() -> None:
    """The first request of Amazon's test suite for signers (get-vanilla) has the signature there."""
    request = [
        *("GET", "/", "", "host:example.amazonaws.com", "x-amz-date:20150830T123600Z", ""),
        *("host;x-amz-date", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ]

    assert (
        signature._sign(
            "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            datetime(2015, 8, 30, 12, 36, tzinfo=UTC),
            ["20150830", "us-east-1", "service", "aws4_request"],
            "\n".join(request),
        )
        == "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    )


@pytest.mark.parametrize("recorded", RECORDED.values(), ids=RECORDED.keys())
def test_requests_that_sdks_signed_are_their_requester_s(site: Site, recorded: Recorded) -> None:
    """What Amazon's own signers for three languages signed is understood, and nothing else of it."""
    sender = (site, "POST", recorded.path, recorded.query)
    shouted = {name.upper(): value for name, value in recorded.headers().items()}

    assert authenticate(*sender, recorded.headers(), BODY) == LAB_ID
    assert authenticate(*sender, shouted, BODY) == LAB_ID
    with pytest.raises(signature.InvalidSignatureException):
        authenticate(*sender, recorded.headers(), b"{ }")


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the time zone cannot be changed here")
def test_a_date_without_zone_is_utc_everywhere(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore's Date ends in -0000; a server in another time zone reads it right all the same."""
    recorded = RECORDED["botocore, Date instead of X-Amz-Date"]
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "XXX-05:30")
        time.tzset()
        known = authenticate(site, "POST", recorded.path, "", recorded.headers(), BODY)
    time.tzset()

    assert known == LAB_ID


@pytest.mark.parametrize("region", ["us-east-1", "sandbox", "eu-central-1"])
def test_boto3_is_known_by_its_keys(today: Site, region: str) -> None:
    """A boto3 client with keys reaches its own HITs, in whichever region it believes itself."""
    lab = signed_client(today, *LAB, region=region)

    hit_id = lab.create_hit(**HIT)["HIT"]["HITId"]

    assert [hit["HITId"] for hit in lab.list_hits()["HITs"]] == [hit_id]
    with today.reading(LAB_ID) as call:
        assert access_keys.find_id(call, "lab") == LAB_ID


def test_requesters_do_not_see_each_other(today: Site) -> None:
    """A HIT does not exist for another requester, nor can they delete it."""
    with today.writing() as call:
        other = signed_client(today, *access_keys.create(call, "other lab"))
    lab = signed_client(today, *LAB)
    hit_id = lab.create_hit(**HIT)["HIT"]["HITId"]

    assert other.list_hits()["HITs"] == []
    for method in (other.get_hit, other.delete_hit):
        assert refusal(method, HITId=hit_id) == Refusal(
            "RequestError",
            f"Hit {hit_id} does not exist.",
            "AWS.MechanicalTurk.HITDoesNotExist",
            400,
        )
    assert lab.get_hit(HITId=hit_id)["HIT"]["HITStatus"] == "Assignable"


def test_a_new_pair_ends_the_old_one_at_once(today: Site) -> None:
    """After a change of keys the open client with the old ones is refused at its next call."""
    old = signed_client(today, *LAB)
    assert old.get_account_balance()["AvailableBalance"] == "10000.00"

    with today.writing() as call:
        pair = access_keys.generate_keys(call)
        access_keys.set_keys(call, "lab", "not used", pair)

    assert refusal(old.get_account_balance) == Refusal(
        "UnrecognizedClientException", UNKNOWN, None, 400
    )
    new = signed_client(today, *pair)
    assert new.get_account_balance()["AvailableBalance"] == "10000.00"


@pytest.mark.parametrize(
    ("access_key", "secret_key", "token", "code", "message"),
    [
        ("LCNOBODYNOBODYNOBODY", LAB.secret_key, None, "UnrecognizedClientException", UNKNOWN),
        (LAB.access_key, LAB.secret_key[:-1], None, "InvalidSignatureException", MISMATCH),
        # Temporary credentials: this crowd gives none.
        (LAB.access_key, LAB.secret_key, "token", "UnrecognizedClientException", UNKNOWN),
        # A requester without keys must not be reached by an empty one.
        ("None", "None", None, "UnrecognizedClientException", UNKNOWN),
    ],
)
def test_wrong_keys_are_refused(
    today: Site, access_key: str, secret_key: str, token: str | None, code: str, message: str
) -> None:
    """An unknown access key, a wrong secret and temporary credentials fail as they do at Amazon."""
    with today.writing() as call:
        access_keys.set_keys(call, "keyless", "AKEYLESS123456", access_keys.NO_KEYS)
    client = signed_client(today, access_key, secret_key, token=token)

    assert refusal(client.get_account_balance) == Refusal(code, message, None, 400)


def change_body(request: AWSPreparedRequest) -> None:
    request.body = b'{"MaxResults": 1}'


def change_path(request: AWSPreparedRequest) -> None:
    request.url = request.url.replace("/sandbox/", "/")


def change_method(request: AWSPreparedRequest) -> None:
    request.method = "PUT"


def add_query(request: AWSPreparedRequest) -> None:
    request.url += "?Action=DeleteHIT"


def header(name: str, value: str) -> Callable[[AWSPreparedRequest], None]:
    def change(request: AWSPreparedRequest) -> None:
        del request.headers[name]
        request.headers[name] = value

    return change


def authorization(pattern: str, replacement: str) -> Callable[[AWSPreparedRequest], None]:
    def change(request: AWSPreparedRequest) -> None:
        authorization = request.headers["Authorization"].decode()
        changed, times = re.subn(pattern, replacement, authorization)
        assert times == 1
        header("Authorization", changed)(request)

    return change


@pytest.mark.parametrize(
    "tamper",
    [
        pytest.param(change_body, id="body"),
        pytest.param(change_path, id="path"),
        pytest.param(change_method, id="method"),
        pytest.param(add_query, id="query"),
        pytest.param(header("Host", "other.example"), id="host"),
        pytest.param(
            header("X-Amz-Target", "MTurkRequesterServiceV20170117.ListHITs"), id="target"
        ),
        pytest.param(header("Content-Type", "text/plain"), id="content type"),
        pytest.param(authorization("us-east-1", "us-east-2"), id="region"),
        pytest.param(authorization("content-type;", ""), id="fewer headers signed"),
        pytest.param(authorization("Signature=..", "Signature=g\u00e9"), id="signature"),
    ],
)
def test_a_request_changed_on_its_way_is_refused(
    today: Site, tamper: Callable[[AWSPreparedRequest], None]
) -> None:
    """No part of a request that decides what it does can be changed after it was signed."""
    client = signed_client(today, *LAB, on_the_way=tamper)

    assert refusal(client.get_account_balance) == Refusal(
        "InvalidSignatureException", MISMATCH, None, 400
    )


def claimed(access_key: object = LAB.access_key, signature: str = "1") -> str:
    return (
        f"AWS4-HMAC-SHA256 Credential={access_key}/20260101/us-east-1/mturk-requester/aws4_request,"
        f"SignedHeaders=host;x-amz-date;x-amz-target,Signature={signature}"
    )


FAR = "Fri, 31 Dec 9999 23:59:59 -2359"  # in UTC that is after the last year there is
CHANGED = [
    *(
        ({"Authorization": claimed(key)}, "UnrecognizedClientException", UNKNOWN)
        for key in ("", "\x00", "\ud800", "L" * 129, "%", "None")
    ),
    ({"Authorization": claimed(signature="\ud800")}, "InvalidSignatureException", MISMATCH),
    (
        {"X-Amz-Date": None, "Date": FAR},
        "IncompleteSignatureException",
        f"Date must be in ISO-8601 'basic format'. Got '{FAR}'.",
    ),
    (
        {"Authorization": None},
        "MissingAuthenticationTokenException",
        "Request is missing Authentication Token",
    ),
    (
        {"Authorization": " "},
        "MissingAuthenticationTokenException",
        "Request is missing Authentication Token",
    ),
    (
        {"Authorization": "Bearer abc"},
        "IncompleteSignatureException",
        "Unsupported AWS 'algorithm': 'Bearer' (only AWS4-HMAC-SHA256 for now).",
    ),
    (
        {"Authorization": "AWS4-HMAC-SHA256"},
        "IncompleteSignatureException",
        (
            "Authorization header requires 'Credential' parameter. "
            "Authorization header requires 'Signature' parameter. "
            "Authorization header requires 'SignedHeaders' parameter."
        ),
    ),
    (
        {"Authorization": "AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, Signature=1"},
        "IncompleteSignatureException",
        (
            "Credential must have exactly 5 slash-delimited elements, "
            "e.g. keyid/date/region/service/term, got 'a/b/c'"
        ),
    ),
    (
        {"X-Amz-Date": None},
        "IncompleteSignatureException",
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
    ),
    (
        {"X-Amz-Date": "20261301T000000Z"},
        "IncompleteSignatureException",
        "Date must be in ISO-8601 'basic format'. Got '20261301T000000Z'.",
    ),
    (
        {"X-Amz-Date": "20260102T000000Z"},
        "InvalidSignatureException",
        (
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            "'20260101' != '20260102'."
        ),
    ),
    (
        {"X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD"},
        "InvalidSignatureException",
        "The header x-amz-content-sha256 must be the SHA-256 of the body.",
    ),
    (
        {"Authorization": PYTHON._replace(signed="x-amz-date;x-amz-target").headers()},
        "InvalidSignatureException",
        "'Host' must be a 'SignedHeader' in the AWS Authorization.",
    ),
    (
        {"Authorization": PYTHON._replace(signed="host;x-amz-target").headers()},
        "InvalidSignatureException",
        "'X-Amz-Date' must be a 'SignedHeader' in the AWS Authorization.",
    ),
    (
        {"Authorization": PYTHON._replace(signed="host;x-amz-date").headers()},
        "InvalidSignatureException",
        "'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization.",
    ),
    (
        {
            "Authorization": f"AWS4-HMAC-SHA256 Credential={LAB.access_key}/20260101//s3/aws5, "
            "SignedHeaders=host;x-amz-date;x-amz-target, Signature=1"
        },
        "InvalidSignatureException",
        (
            "Credential should be scoped to a valid region. "
            "Credential should be scoped to correct service: 'mturk-requester'. "
            "Credential should be scoped with a valid terminator: 'aws4_request'."
        ),
    ),
]


@pytest.mark.parametrize(("changes", "code", "message"), CHANGED)
def test_an_incomplete_signature_is_refused(
    site: Site, changes: dict[str, str | dict[str, str] | None], code: str, message: str
) -> None:
    """A header that is missing, unreadable or out of scope is refused by its name at Amazon."""
    headers = PYTHON.headers()
    for name, value in changes.items():
        headers.pop(name, None)
        if value is not None:
            headers[name] = value["Authorization"] if isinstance(value, dict) else value

    with pytest.raises(CrowdError) as caught:
        authenticate(site, "POST", PYTHON.path, "", headers, BODY)

    assert (caught.value.code, caught.value.message, caught.value.status) == (code, message, 400)


@pytest.mark.parametrize(
    ("last_good", "message"),
    [
        (
            900,
            (
                "Signature expired: 20260101T000000Z is now earlier than 20260101T000001Z "
                "(20260101T001501Z - 15 min.)"
            ),
        ),
        (
            -900,
            (
                "Signature not yet current: 20260101T000000Z is still later than 20251231T235959Z "
                "(20251231T234459Z + 15 min.)"
            ),
        ),
    ],
)
def test_a_signature_is_good_for_15_minutes_either_way(
    site: Site, clock: Clock, last_good: int, message: str
) -> None:
    """To the second; within that time a request may be sent again, as a retry is."""
    sent = (site, "POST", PYTHON.path, "", PYTHON.headers(), BODY)
    clock.now = NEW_YEAR + last_good
    assert authenticate(*sent) == LAB_ID
    assert authenticate(*sent) == LAB_ID

    clock.now += 1 if last_good > 0 else -1
    with pytest.raises(signature.InvalidSignatureException) as caught:
        authenticate(*sent)
    assert caught.value.message == message


ANYTHING = st.text(max_size=60)
ALMOST = st.builds(
    "AWS4-HMAC-SHA256 Credential={}/{}/{}/{}/{}, SignedHeaders={}, Signature={}".format,
    st.sampled_from([LAB.access_key, "LC\x00", "\ud800"]) | ANYTHING,
    st.just("20260101") | ANYTHING,
    st.just("us-east-1") | ANYTHING,
    st.just("mturk-requester") | ANYTHING,
    st.just("aws4_request") | ANYTHING,
    st.just("host;x-amz-date") | ANYTHING,
    ANYTHING,
)


@given(
    given_authorization=ANYTHING | ALMOST,
    date=st.just(HEADERS["X-Amz-Date"]) | ANYTHING,
    http_date=st.none() | st.sampled_from(["Fri, 31 Dec 9999 23:59:59 -2359", "1 2 3"]) | ANYTHING,
    path=ANYTHING,
    query=ANYTHING,
    extra=st.dictionaries(ANYTHING, ANYTHING, max_size=3),
    body=st.binary(max_size=20),
)
def test_no_header_brings_the_crowd_down(
    shared_site: Site,
    given_authorization: str,
    date: str,
    http_date: str | None,
    path: str,
    query: str,
    extra: dict[str, str],
    body: bytes,
) -> None:
    """Whatever a request says, an unsigned one is refused with one of Amazon's errors."""
    headers = extra | {"Host": "h", "Authorization": given_authorization}
    headers |= {"X-Amz-Date": date} if http_date is None else {"Date": http_date}

    with pytest.raises(CrowdError) as caught:
        authenticate(shared_site, "POST", path, query, headers, body)

    assert caught.value.code in {
        "IncompleteSignatureException",
        "InvalidSignatureException",
        "MissingAuthenticationTokenException",
        "UnrecognizedClientException",
    }
