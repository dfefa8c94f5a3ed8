"""Waiting for HITs by a panel's link: the offer, what is counted, what is paid."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select

from local_crowd.operations.people import invitation_links
from local_crowd.operations.waiting import waits
from local_crowd.store.tables import panel_workers
from tests.support.live_site import PID, People
from tests.support.panel_participants import do, find_ending, go_on
from tests.support.waiting_rooms import (
    Waiter,
    launch_hit,
    list_counted,
    list_pay,
    waiter,
    waiting_link,
)
from tests.support.worker_sites import words

OTHER = "60aa0a9e1b2d4c6f8a7b9e02"


def test_who_finds_nothing_waits_and_leaves_with_the_code_and_the_pay(people: People) -> None:
    """The rate, the bound and the rules are shown first; the pay is in the panel's export."""
    hit, link_id, path = waiting_link(people)
    people.manage("set_budget", "Vision lab", "10.00")
    ada = waiter(people, path)
    offer = words(ada.visitor.get("/panel"))
    for text in (
        "paid $0.10 a minute",
        "at most 15 minutes in total ($1.50)",
        "Every 3 minutes, the page asks",
    ):
        assert text in offer
    assert find_ending(ada.visitor)[0] == "NONE3"

    assert ada.start() == "/wait"
    assert "Waiting for the next HIT" in words(ada.visitor.get("/wait"))
    state = ada.wait(240)
    assert (state["waited"], state["earned"]) == ("4 minutes", "$0.40")
    assert list_pay(people) == []
    assert people.perform("GetAccountBalance")["AvailableBalance"] == "9.55"  # a HIT, and this
    ada.stop()

    assert list_pay(people) == [(40, "Waiting: 4 minutes")]
    assert "You have waited 4 minutes so far, for $0.40." in words(ada.visitor.get("/panel"))
    assert find_ending(ada.visitor)[0] == "NONE3"
    assert people.perform("GetAccountBalance")["AvailableBalance"] == "9.55"
    listed = people.perform("ListWaitingPayments", HITTypeId=hit["HITTypeId"])
    (payment,) = listed["WaitingPayments"]
    assert (payment["BonusAmount"], payment["WaitedSeconds"]) == ("0.40", 240)
    (line,) = people.manage("export_payments")
    assert (line["participant_id"], line["bonuses"], line["total"]) == (PID, "0.40", "0.40")
    export = ("export_panel", "--link", link_id, "--format", "prolific", "--mark_paid")
    assert people.try_manage(*export)[1] == [f"{PID},0.40"]
    assert people.manage("export_payments") == []


def test_a_new_hit_goes_to_one_of_those_who_wait(people: People) -> None:
    """The others wait on; who has a HIT is paid up to then, and for nothing while working."""
    _, _, path = waiting_link(people)
    ada, bob = waiter(people, path), waiter(people, path, OTHER)
    assert [ada.start(), bob.start()] == ["/wait", "/wait"]
    assert not ada.is_ready()
    for _ in range(6):
        bob.beat()
        ada.beat(after=5)

    launch_hit(people)
    assert ada.is_ready()
    assert ada.beat(after=2)["status"] == "ready"
    path_of_hit = ada.take()
    assert path_of_hit is not None
    assert ada.visitor.get(path_of_hit).status_code == 200
    assert bob.take() is None
    assert bob.beat(after=3)["status"] == "counting"
    assert list_pay(people) == [(6, "Waiting: 32 seconds")]

    assert ada.beat(after=5)["status"] == "stopped"
    assert ada.start() == "/panel"  # nobody waits with a HIT in hand
    assert list_counted(people) == [32, 35]


def test_nothing_that_a_browser_sends_earns_more_than_the_time(people: People) -> None:
    """Repeated beats, a second tab, a gap, a hidden page, the question without an answer."""
    _, _, path = waiting_link(people)
    ada = waiter(people, path)
    tab = Waiter(people, ada.visitor)
    assert people.someone().get("/wait/state").status_code == 303
    assert ada.visitor.post("/wait/beat").status_code == 404  # nobody began
    ada.start()

    for _ in range(5):
        ada.beat()
        tab.beat()
    assert list_counted(people) == [0]
    ada.beat(after=5)
    assert tab.beat()["waited"] == "5 seconds"
    assert ada.beat(after=50)["waited"] == "20 seconds"
    assert ada.beat(after=3600)["status"] == "asked"
    assert list_counted(people) == [20]
    assert ada.beat("confirm", after=60)["status"] == "counting"
    ada.beat(after=5)
    assert ada.beat("confirm")["status"] == "counting"  # nobody asked: it changes nothing
    assert ada.beat("pause", after=5)["status"] == "paused"
    assert ada.beat(after=100)["waited"] == "30 seconds"
    assert ada.visitor.post("/wait/beat", {"action": "start"}).status_code == 404
    assert ada.beat(after=5)["waited"] == "35 seconds"


def test_two_links_count_no_second_twice(live: People) -> None:
    _, _, first = waiting_link(live)
    _, _, second = waiting_link(live)
    ada, again = waiter(live, first), waiter(live, second)
    ada.start()
    again.start()

    for _ in range(6):
        ada.beat(after=2)
        again.beat(after=3)

    assert sum(list_counted(live)) <= 30


def test_the_bound_holds_over_several_visits(live: People) -> None:
    """At the bound the wait ends by itself, and is offered no more."""
    _, _, path = waiting_link(live, wait="2m", wait_reward="0.07")
    ada = waiter(live, path)
    ada.start()
    ada.wait(50)
    ada.stop()
    assert "up to 1 minute 10 seconds" in words(ada.visitor.get("/panel"))

    ada = waiter(live, path)
    ada.start()
    assert ada.wait(70)["status"] == "full"
    assert ada.visitor.get("/wait").location.endswith("/panel")
    page = words(ada.visitor.get("/panel"))
    assert "You have waited for as long as is paid." in page
    assert ada.beat("pause")["status"] == "full"  # as the page sends when it is left
    assert "for as long as is paid" not in words(ada.visitor.get("/panel"))
    assert "You waited 2 minutes, for $0.14, which you get as a bonus." in page
    assert ada.start() == "/panel"
    assert list_pay(live) == [(6, "Waiting: 50 seconds"), (8, "Waiting: 1 minute 10 seconds")]


def test_the_budget_bounds_what_waiting_costs(people: People) -> None:
    """What it does not cover is neither counted nor offered."""
    _, _, path = waiting_link(people, wait_reward="1.20")
    people.manage("set_budget", "Vision lab", "0.08")  # 5 cents are for the HIT
    ada, bob = waiter(people, path), waiter(people, path, OTHER)
    ada.start()
    assert ada.beat(after=1)["earned"] == "$0.02"
    assert ada.beat(after=5)["status"] == "no_budget"
    assert "budget is used up" in words(ada.visitor.get("/panel"))

    people.manage("set_budget", "Vision lab", "0.07")
    assert "Wait for the next HIT" not in words(bob.visitor.get("/panel"))
    assert bob.start() == "/panel"
    assert list_pay(people) == [(2, "Waiting: 1 second")]


def test_who_closes_the_page_is_paid_a_minute_later(people: People) -> None:
    """Also when the server was killed: whatever comes next pays, once."""
    _, _, path = waiting_link(people)
    ada = waiter(people, path)
    ada.start()
    ada.wait(30)
    people.clock.advance(59)
    people.perform("GetAccountBalance")
    assert list_pay(people) == []

    people.clock.advance(1)
    for _ in range(2):
        people.perform("GetAccountBalance")
    assert list_pay(people) == [(5, "Waiting: 30 seconds")]
    assert ada.wait(5)["waited"] == "30 seconds"  # the page has come back, and begins anew
    ada.wait(10)
    ada.stop()
    assert list_pay(people)[1:] == [(2, "Waiting: 10 seconds")]


def test_ends_at_the_same_time_pay_once(people: People) -> None:
    """Several tabs stop, send beats and pause at once."""
    _, link_id, path = waiting_link(people)
    ada = waiter(people, path)
    ada.start()
    ada.wait(30)
    people.clock.advance(5)

    def note(action: str) -> None:
        with people.sandbox.writing() as call:
            link = invitation_links.get(call, link_id)
            query = select(panel_workers.c.worker_id).filter_by(participant_id=PID)
            waits.note(call, link, str(call.db.scalar(query)), action)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(note, ["stop", "beat", "pause"] * 4))

    assert list_pay(people) == [(6, "Waiting: 35 seconds")]


def test_a_removed_link_and_a_block_end_the_pay(live: People) -> None:
    """What was earned by then is paid; a participant who has done all their HITs cannot wait."""
    _, link_id, path = waiting_link(live, limit="1")
    ada, bob = waiter(live, path), waiter(live, path, OTHER)
    ada.start()
    bob.start()
    with live.sandbox.reading() as call:
        query = select(panel_workers.c.worker_id).filter_by(participant_id=OTHER)
        blocked = str(call.db.scalar(query))
    ada.beat(after=6)
    bob.beat()
    live.perform("CreateWorkerBlock", WorkerId=blocked, Reason="No.")
    assert bob.beat(after=1)["status"] == "closed"
    live.manage("remove_link", link_id)
    assert ada.beat(after=6)["status"] == "closed"
    assert "no longer paid" in words(ada.visitor.get("/panel"))
    assert list_pay(live) == [(2, "Waiting: 7 seconds"), (1, "Waiting: 6 seconds")]


def test_who_has_done_all_hits_of_the_link_cannot_wait(live: People) -> None:
    hit = live.launch(Title="Name it", MaxAssignments=2)
    _, path = live.panel_link(hit["HITTypeId"], limit="1", wait="15m", wait_reward="0.10")
    ada = live.participant(path)
    do(ada)
    assert go_on(ada) == "/panel"
    assert "Wait for the next HIT" not in words(ada.get("/panel"))
    assert Waiter(live, ada).start() == "/panel"


def test_without_javascript_a_worker_looks_again(live: People) -> None:
    """The page has a link to itself; when there is a HIT, a button takes it."""
    _, _, path = waiting_link(live)
    ada = waiter(live, path)
    ada.start()
    assert '<a href="/wait">Look again</a>' in ada.visitor.get("/wait").text
    assert ada.visitor.post("/wait/take").location == "/wait"
    assert "Somebody else was faster" in words(ada.visitor.get("/wait"))

    launch_hit(live)
    assert "There is a HIT for you." in words(ada.visitor.get("/wait"))
    assert ada.visitor.post("/wait/take").location.startswith("/work/")
