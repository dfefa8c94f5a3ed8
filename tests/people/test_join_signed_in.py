"""A panel's link followed in a browser where somebody is signed in: nobody is replaced unasked."""

from sqlalchemy import func, select
from werkzeug.test import TestResponse

from local_crowd.operations.people import accounts
from local_crowd.store.tables import visits
from tests.support.live_site import PASSWORD, PID, People, sign_in, sign_up
from tests.support.worker_sites import TOKEN, Visitor, words

OTHER_PID = "60aa0a9e1b2d4c6f8a7b9e02"
QUERY = f"?PROLIFIC_PID={OTHER_PID}"
SOMEBODY = "Somebody is signed in here"


def confirm(visitor: Visitor, address: str, asked: TestResponse) -> TestResponse:
    """Press the button of the page that asks."""
    token = TOKEN.search(asked.text)
    assert token
    return visitor.bare_post(address, {"csrf_token": token[1]})


def next_hit(visitor: Visitor) -> str:
    """Accept the next HIT of a panel's link, and return its path."""
    token = TOKEN.search(visitor.get("/panel").text)
    assert token
    return str(visitor.bare_post("/panel/next", {"csrf_token": token[1]}).location)


def test_an_account_stays_signed_in(people: People) -> None:
    """The link asks and changes nothing; the form's button signs the account out."""
    ada = people.member()
    address = people.panel_link(people.launch()["HITTypeId"])[1] + QUERY

    asked = ada.get(address)

    assert (asked.status_code, SOMEBODY in words(asked)) == (200, True)
    assert "Ada is signed in" in words(asked)
    assert ada.get("/account").status_code == 200
    with people.sandbox.reading() as call:
        assert call.db.scalar(select(func.count()).select_from(visits)) == 0
    assert confirm(ada, address, asked).location == f"{people.root}/panel"
    assert ada.get("/account").location == f"{people.root}/panel"
    assert "Ada" not in ada.get("/panel").text


def test_a_participant_stays_signed_in(people: People) -> None:
    """Of two participants at one browser, the second is asked before the first one's session ends."""
    people.launch()
    _, path = people.panel_link(people.launch()["HITTypeId"])
    first = people.participant(path)
    held = next_hit(first)

    asked = first.get(path + QUERY)

    assert SOMEBODY in words(asked)
    assert "Another participant is taking part" in words(asked)
    assert first.get(held).status_code == 200
    assert confirm(first, path + QUERY, asked).status_code == 303
    assert first.get(held).status_code == 404


def test_the_same_participant_is_not_asked(people: People) -> None:
    """Coming back by the same link goes on at once, and open forms stay good."""
    _, path = people.panel_link(people.launch()["HITTypeId"])
    ada = people.participant(path)
    token = TOKEN.search(ada.get("/panel").text)
    assert token

    assert ada.get(f"{path}?PROLIFIC_PID={PID}").status_code == 303

    assert "/work/" in ada.bare_post("/panel/next", {"csrf_token": token[1]}).location


def test_a_hit_in_progress_of_another_study_is_not_left_unasked(people: People) -> None:
    """A participant's second study asks while the first has a HIT in progress, not after it."""
    first, second = (
        people.panel_link(people.launch(Title=title)["HITTypeId"])[1] for title in "ab"
    )
    ada = people.participant(first)
    held = next_hit(ada)

    asked = ada.get(f"{second}?PROLIFIC_PID={PID}")

    assert "You have a HIT of another study in progress" in words(asked)
    assert ada.get(held).status_code == 200
    ada.submit(assignmentId=held.rpartition("/")[2])
    assert ada.get(f"{second}?PROLIFIC_PID={PID}").status_code == 303
    assert ada.get(held).status_code == 404


def test_the_form_cannot_be_forged(live: People) -> None:
    """Without the session's token the confirmation is refused, and nobody is signed out."""
    ada = live.member()
    address = live.panel_link(live.launch()["HITTypeId"])[1] + QUERY

    refused = ada.bare_post(address, {"csrf_token": "x"})

    assert refused.status_code == 400
    assert "This page is out of date" in words(refused)
    assert ada.get("/account").status_code == 200


def test_an_ended_session_is_not_asked(live: People) -> None:
    """After signing out everywhere there is no session to replace."""
    ada = live.member()
    with live.sandbox.writing() as call:
        account = accounts.find(call, "Ada")
        assert account
        accounts.end_sessions(call, account.worker_id)

    path = live.panel_link(live.launch()["HITTypeId"])[1]

    assert ada.get(path + QUERY).status_code == 303


def test_other_forms_say_who_is_signed_out(live: People) -> None:
    """Invitations, resets and the sign-in form name whose session they end, and change nothing
    until they are sent.
    """
    ada = live.member()
    (line,) = live.manage("reset_password", "Ada", "--site", "live")
    for path in (live.invitation(), live.path(line["url"]), "/sign_in"):
        assert "Ada is signed in on this browser. This form signs them out" in words(ada.get(path))
        assert ada.get("/account").status_code == 200
    nobody = live.someone()
    assert "This form signs them out" not in words(nobody.get("/sign_in"))

    assert sign_up(ada, live.invitation(), name="Ben").status_code == 303
    assert "You are signed in as Ben" in words(ada.get("/account"))
    assert sign_in(ada, "Ada", PASSWORD).status_code == 303
    assert "You are signed in as Ada" in words(ada.get("/account"))
