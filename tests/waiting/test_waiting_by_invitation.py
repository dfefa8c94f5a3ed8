"""Waiting for HITs by invitation, the links that pay for it, and who waits."""

from tests.support.live_site import CODES, COMPLETION, People, sign_up, worker_id
from tests.support.panel_participants import go_on
from tests.support.waiting_rooms import Waiter, launch_hit, list_pay
from tests.support.worker_sites import words

WAIT = ("--wait", "15m", "--wait_reward", "0.10", "--requester", "Vision lab")


def test_an_invited_worker_waits_for_the_requester_s_hits(people: People) -> None:
    """The offer is on the list of HITs, when the requester has none; the pay is in Earnings."""
    visitor = people.someone()
    assert sign_up(visitor, people.invitation(*WAIT)).status_code == 303
    ada = Waiter(people, visitor)
    people.launch(Title="Another's", MaxAssignments=1)
    assert "Wait for the next HIT" not in words(visitor.get("/"))
    hit_type_id = people.launch(Title="Another's", MaxAssignments=1)["HITTypeId"]
    for _ in range(2):
        visitor.submit(assignmentId=visitor.accept(hit_type_id), word="cat")

    people.clock.advance(1)
    assert "paid $0.10 a minute" in words(visitor.get("/"))
    assert ada.start() == "/wait"
    ada.wait(60)
    launch_hit(people)
    assert ada.is_ready()
    path = ada.take()
    assert path is not None
    assert path.startswith("/work/")
    earnings = words(visitor.get("/earnings"))
    assert "Waiting for HITs Vision lab" in earnings
    assert "Waiting: 1 minute $0.10" in earnings
    assert "Waiting: 1 minute" in words(visitor.get("/messages"))
    (line,) = people.manage("list_waiting")
    assert line["worker_id"] == worker_id(visitor)
    assert [line[name] for name in ("name", "requester", "is_waiting")] == [
        "Ada",
        "Vision lab",
        False,
    ]
    assert [line[name] for name in ("seconds", "earned", "paid")] == [60, "0.10", "0.10"]


def test_an_account_without_such_an_invitation_cannot_wait(live: People) -> None:
    ada = live.member()
    assert "Wait for the next HIT" not in words(ada.get("/"))
    for path in ("/wait", "/wait/state"):
        assert ada.get(path).status_code == 404
    for path in ("/wait/start", "/wait/beat", "/wait/take", "/wait/stop"):
        assert ada.post(path).status_code == 404
    assert list_pay(live) == []


def test_a_link_says_what_waiting_is_paid_and_by_whom(live: People) -> None:
    """Wrong and missing values are refused with what to write."""
    assert live.refused("add_link", *WAIT[:2]) == "--wait and --wait_reward need each other."
    assert live.refused("add_link", *WAIT[:4]) == "--wait and --requester need each other."
    assert live.refused("add_link", *WAIT[4:]) == "--wait and --requester need each other."
    unknown = live.refused("add_link", *WAIT[:5], "Nobody")
    assert unknown == "There is no requester Nobody; list_requesters shows them all."
    for wait in ("never", "9h"):
        message = live.refused("add_link", "--wait", wait, *WAIT[2:])
        assert message == f"--wait {wait}: write a duration of up to 8h, e.g. 15m."
    for reward in ("0", "0.001", "ten"):
        message = live.refused("add_link", *WAIT[:2], "--wait_reward", reward, *WAIT[4:])
        assert message.startswith(f"--wait_reward {reward}: write dollars a minute")

    own = live.launch(Title="Ours")["HITTypeId"]
    other = live.requester("Other lab")
    theirs = live.sandbox.perform(
        other,
        "CreateHITType",
        {
            "Title": "Theirs",
            "Description": "-",
            "Reward": "0.05",
            "AssignmentDurationInSeconds": 60,
        },
    )["HITTypeId"]
    message = live.refused(
        *("add_panel_link", "--hit_type_id", own, theirs, "--completion_url", COMPLETION),
        *CODES,
        *WAIT[:4],
    )
    assert message.startswith("--wait: the HIT types belong to several requesters")
    assert live.refused("list_waiting", "--link", "L0").startswith("There is no link L0.")
    live.manage("add_link", *WAIT)
    (line,) = live.manage("list_links")
    assert (line["wait_minutes"], line["wait_reward"]) == (15, "0.10")


def test_who_waits_for_a_study_with_a_consent_reads_it_first(live: People) -> None:
    """The HIT leads to the text, and the wait until then is paid."""
    consent = live.perform("CreateConsent", Name="c.md", Text="# About the study")["ConsentId"]
    own = {"ConsentId": consent, "MaxAssignments": 1}
    hit_type_id = live.launch(**own)["HITTypeId"]
    _, path = live.panel_link(hit_type_id, wait="15m", wait_reward="0.10")
    taker, late = live.participant(path, "taker"), live.participant(path)
    text = go_on(taker)
    assert taker.post(text, {"agree": "yes"}).status_code == 307
    assert go_on(taker).startswith("/work/")
    assert go_on(late) == "/panel"
    ada = Waiter(live, late)
    assert ada.start() == "/wait"
    ada.wait(20)

    live.launch(**own)
    assert ada.take() == text == f"/consent/{hit_type_id}"
    assert "About the study" in words(late.get(text))
    late.post(text, {"agree": "yes"})
    assert go_on(late).startswith("/work/")
    live.clock.advance(60)
    live.perform("GetAccountBalance")
    assert list_pay(live) == [(4, "Waiting: 20 seconds")]
