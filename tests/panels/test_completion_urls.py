"""Completion URLs with what participants arrived with, one per outcome, and links made before."""

import json
import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select, update

from local_crowd.operations.errors import ParameterValidationError
from local_crowd.operations.panels import completion_urls
from local_crowd.store.tables import links
from tests.support.live_site import CODES, COMPLETION, PID, People
from tests.support.panel_participants import do, find_ending, go_on
from tests.support.worker_sites import words

SONA = (
    "https://school.sona-systems.com/webstudy_credit.aspx"
    "?experiment_id=12&credit_token=ab&survey_code={participant}"
)
OWN_NAMES = (
    "--study_parameter",
    "",
    "--session_parameter",
    "",
    "--worker_parameter",
    "survey_code",
)
IDS = {"PROLIFIC_PID": PID, "STUDY_ID": "st.1", "SESSION_ID": "s+2"}


def link(people: People, *argv: str) -> str:
    """Create a link to one HIT with three places; return its path."""
    hit = people.launch(MaxAssignments=3)
    (line,) = people.manage("add_panel_link", "--hit_type_id", hit["HITTypeId"], *argv)
    return people.path(line["url"]).partition("?")[0]


@pytest.mark.parametrize(
    ("url", "filled"),
    [
        ("https://p.example/?c={code}", "https://p.example/?c=%7Bstudy%7D%26x"),
        ("https://p.example/{session}#{study}", "https://p.example/..%2F..%2F#%40evil.example"),
        ("https://p.example/{participant}{code}", "https://p.example/a%2Bb%7Bstudy%7D%26x"),
        ("https://p.example/{other}", "https://p.example/{other}"),
    ],
)
def test_values_are_quoted_and_filled_in_once(url: str, filled: str) -> None:
    """No value becomes a host, another parameter, or a placeholder of its own."""
    values = {
        "code": "{study}&x",
        "participant": "a+b",
        "study": "@evil.example",
        "session": "../../",
    }

    assert completion_urls.fill(url, values) == filled


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("https://{participant}.example/", "where the code goes, after the host"),
        ("https://p.example{study}/", "where the code goes, after the host"),
        ("https://p.example:{code}/", "not an https URL"),
        ("https://p.example/?p={worker}", "{worker} is not a placeholder; the placeholders are"),
        ("https://p.example/?p={}", "{} is not a placeholder"),
        ("https://[::1]evil/{code}", "not an https URL"),
        ("https://[/{code}", "not an https URL"),
        ("https://p.example\\@evil/{code}", "not an https URL"),
        ("http://p.example/{code}", "not an https URL"),
    ],
)
def test_urls_whose_host_could_change_are_refused(url: str, message: str) -> None:
    """Placeholders stand after the host, and only known ones."""
    with pytest.raises(ParameterValidationError, match=re.escape(message)):
        completion_urls.validate("--completion_url", url)


def test_credit_by_the_participants_own_code(people: People) -> None:
    """SONA's URL contains the survey code, and only those who finished are sent there."""
    path = link(people, "--completion_url", SONA, *OWN_NAMES)
    ada, ben = people.someone(), people.someone()
    for visitor, code in ((ada, "4711"), (ben, "4712")):
        assert visitor.get(path, query_string={"survey_code": code}).status_code == 303
    assert "When you finish, go back to school.sona-systems.com" in words(ada.get("/panel"))
    do(ada)
    people.perform("UpdateExpirationForHIT", HITId=_only_hit(people), ExpireAt=people.clock.now)
    go_on(ben)

    assert find_ending(ada) == (None, SONA.replace("{participant}", "4711"))
    assert find_ending(ben) == (None, "https://school.sona-systems.com/")
    assert "Go back to school.sona-systems.com to end your" in words(ada.get("/panel"))


def _only_hit(people: People) -> str:
    (hit,) = people.perform("ListHITs")["HITs"]
    return str(hit["HITId"])


def test_each_outcome_has_its_own_url(people: People) -> None:
    """Without a URL of its own, an outcome leads to --completion_url if that has a code."""
    path = link(
        people,
        *("--completion_url", "https://p.example/done?s={session}&t={study}&cc={code}"),
        *("--completion_url_screened_out", "https://p.example/out?p={participant}"),
        *("--code_done", "D 1", "--code_nothing_left", "N"),
    )
    ada, ben = (people.someone() for _ in range(2))
    for visitor, pid in ((ada, PID), (ben, "b@c")):
        visitor.get(path, query_string=IDS | {"PROLIFIC_PID": pid})
    do(ada)
    people.perform("UpdateExpirationForHIT", HITId=_only_hit(people), ExpireAt=people.clock.now)
    go_on(ben)

    assert find_ending(ada) == ("D 1", "https://p.example/done?s=s%2B2&t=st.1&cc=D%201")
    assert find_ending(ben) == ("N", "https://p.example/done?s=s%2B2&t=st.1&cc=N")


def test_nobody_is_led_elsewhere_by_what_they_arrive_with(live: People) -> None:
    """Only ids are accepted; a parameter that the completion URL needs cannot be left out."""
    path = link(live, "--completion_url", "https://p.example/{session}/{participant}")
    for session, status in (
        ("@evil.example", 400),
        ("/evil.example", 400),
        ("a/../../b", 400),
        ("", 400),
        ("a@evil.example", 303),
    ):
        response = live.someone().get(
            path, query_string=IDS | {"SESSION_ID": session, "PROLIFIC_PID": "x@evil.example"}
        )
        assert response.status_code == status, session
    visitor = live.participant(path, "x@evil.example", SESSION_ID="a@evil.example")
    do(visitor)

    _, back = find_ending(visitor)
    assert back == "https://p.example/a%40evil.example/x%40evil.example"
    assert urlsplit(back).hostname == "p.example"


def test_links_made_before_keep_their_codes(live: People) -> None:
    """A link without URLs by outcome in the database leads back as it did."""
    hit = live.launch()
    link_id, path = live.panel_link(hit["HITTypeId"])
    with live.sandbox.writing() as call:
        stored: dict[str, Any] = json.loads(
            call.db.scalars(select(links.c.panel).filter_by(link_id=link_id)).one()
        )
        del stored["outcome_urls"]
        call.db.execute(update(links).values(panel=json.dumps(stored)))
    ada = live.participant(path)
    do(ada)

    assert find_ending(ada) == ("DONE1", COMPLETION.replace("{code}", "DONE1"))


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ((), "--completion_url is missing."),
        (("--completion_url", COMPLETION), "--code_done is missing: "),
        (("--completion_url", COMPLETION, *CODES[:4]), "--code_nothing_left is missing: "),
        (
            ("--completion_url", "https://p.example/", *CODES[:2]),
            "write {code} where the code goes, after the host, or leave out --code_done",
        ),
        (
            ("--completion_url", "https://p.example/", *CODES[2:4]),
            "or leave out --code_screened_out",
        ),
        (
            ("--completion_url", SONA, "--completion_url_nothing_left", "https://q.example/"),
            "https://q.example/: the host must be school.sona-systems.com, as in --completion_url",
        ),
        (
            ("--completion_url", "https://p.example/?{study}", "--study_parameter", ""),
            "https://p.example/?{study} has {study}, but --study_parameter is empty.",
        ),
    ],
)
def test_completion_urls_that_do_not_fit_are_refused(
    live: People, argv: tuple[str, ...], message: str
) -> None:
    """One line says what is missing or useless, and no link is created."""
    kind = live.launch()["HITTypeId"]

    assert message in live.refused("add_panel_link", "--hit_type_id", kind, *argv)
    assert live.manage("list_links") == []


@pytest.mark.parametrize(
    ("preset", "argv", "query"),
    [
        (
            "prolific",
            CODES,
            "?PROLIFIC_PID={{%PROLIFIC_PID%}}&STUDY_ID={{%STUDY_ID%}}&SESSION_ID={{%SESSION_ID%}}",
        ),
        (
            "connect",
            ("--completion_url", "https://connect.example/participant/project/1/complete"),
            "",
        ),
        ("sona", ("--completion_url", SONA), "?survey_code=%SURVEY_CODE%"),
        (
            "sona",
            ("--completion_url", SONA, "--worker_parameter", "id"),
            "?id=%SURVEY_CODE%",
        ),
        ("cloudresearch", ("--completion_url", "https://worker.mturk.com/#{code}", *CODES), ""),
        ("besample", ("--completion_url", "https://besample.example/"), "?response_id=..."),
        ("positly", ("--completion_url", "https://app.positly.com/#/f?task_id=1"), ""),
    ],
)
def test_a_preset_fills_in_what_its_panel_needs(
    live: People, preset: str, argv: tuple[str, ...], query: str
) -> None:
    """The address to paste has the panel's placeholders, and the line says what to do with it."""
    kind = live.launch()["HITTypeId"]
    (line,) = live.manage("add_panel_link", "--hit_type_id", kind, "--preset", preset, *argv)

    assert re.fullmatch(r"http://[^/]+/join/L\w{29}" + re.escape(query), line["url"])
    assert "url" in line["paste"] or "response_id" in line["paste"]
    assert "--completion_url" in line["completion"] or "--code_done" in line["completion"]
    (listed,) = live.manage("list_links")
    if preset == "prolific":
        assert listed["panel"]["completion_url"] == COMPLETION
    if query:
        assert query[1:].startswith(listed["panel"]["parameters"]["worker"] + "=")


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (("sona",), "--completion_url is missing. --completion_url is the client-side"),
        (
            ("sona", "--completion_url", SONA.replace("{participant}", "XXXX")),
            "no {participant}, without which SONA grants no credit.",
        ),
        (("connect",), "--completion_url is missing. --completion_url is the Redirect URL"),
        (("prolific",), "--code_done is missing: "),
    ],
)
def test_a_preset_says_what_it_expects(live: People, argv: tuple[str, ...], message: str) -> None:
    """What the panel's documentation asks for is named when it is missing."""
    kind = live.launch()["HITTypeId"]
    code, lines, text = live.try_manage("add_panel_link", "--hit_type_id", kind, "--preset", *argv)

    assert (code, lines) == (2, [])
    assert message in text
