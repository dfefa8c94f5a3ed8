"""People from a panel: the hand-over, what they can see, the code they go back with."""

import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from local_crowd.operations.panels import participants
from local_crowd.store.tables import panel_workers, visits
from tests.support.crowds import DAY, HOUR, MINUTE
from tests.support.live_site import CODES, COMPLETION, PID, People
from tests.support.panel_participants import do, go_on, work_on
from tests.support.worker_sites import Visitor, words

OTHER_PID = "60aa0a9e1b2d4c6f8a7b9e02"
GONE = "It may have been used already, have expired, or have been copied incompletely."
UNKNOWN = "3" + "Z" * 29
ADULTS = {
    "QualificationTypeId": "00000000000000000060",
    "Comparator": "EqualTo",
    "IntegerValues": [1],
    "ActionsGuarded": "PreviewAndAccept",
}


def token_of(visitor: Visitor) -> str:
    """The session's token, from the one page that somebody from a panel sees."""
    match = re.search(r'name="csrf_token" value="([^"]+)"', visitor.get("/panel").text)
    assert match
    return match[1]


def ending(visitor: Visitor) -> tuple[str, str]:
    """What the panel's page says at the end: the code, and the address of the way back."""
    page = visitor.get("/panel")
    code = re.search(r'id="code" value="([^"]*)"', page.text)
    back = re.search(r'id="back" href="([^"]*)"', page.text)
    assert code, words(page)
    assert back
    return code[1], back[1].replace("&amp;", "&")


def worker_of(people: People, pid: str = PID) -> str:
    """The worker who is this participant."""
    with people.sandbox.reading() as call:
        query = select(panel_workers.c.worker_id).where(panel_workers.c.participant_id == pid)
        return str(call.db.scalars(query).one())


def refused(answer: TestResponse, status: int, *texts: str) -> None:
    """Assert a page's status and words."""
    assert answer.status_code == status
    for text in texts:
        assert text in words(answer)


class TestTheHandOver:
    """From the panel's address to its completion URL."""

    def test_from_the_link_to_the_code(self, people: People) -> None:
        """Somebody comes, reads what it is, does the HITs one after the other, and gets the code."""
        hits = [people.launch(Title="Name it", MaxAssignments=1) for _ in range(3)]
        _, path = people.panel_link(hits[0]["HITTypeId"], limit="2")
        ada = people.participant(path, STUDY_ID="5e1", SESSION_ID="6f2")

        start = words(ada.get("/panel"))
        for text in ("Name it", "Vision lab", "One picture, one word", "up to 2 HITs", "Start"):
            assert text in start
        first = do(ada)
        assert "1 HIT" in words(ada.get("/panel"))
        assert do(ada) != first
        assert go_on(ada) == "/panel"
        assert "Thank you, you are done You submitted 2 HITs." in words(ada.get("/panel"))
        assert ending(ada) == ("DONE1", "https://app.prolific.com/submissions/complete?cc=DONE1")
        with people.sandbox.reading() as call:
            visit = call.db.execute(select(visits)).one()
        assert (visit.study_id, visit.session_id, visit.outcome) == ("5e1", "6f2", "done")

    def test_the_page_of_a_hit_leads_to_the_next(self, people: People) -> None:
        """Its form "next of this group" gives the link's next HIT, and at the end the code."""
        hits = [people.launch() for _ in range(2)]
        _, path = people.panel_link(hits[0]["HITTypeId"], limit="2")
        ada = people.participant(path)
        group = f"/groups/{hits[0]['HITTypeId']}/accept"
        do(ada)
        token = token_of(ada)
        ways = []
        for _ in range(2):
            answer = ada.bare_post(
                group, {"csrf_token": token, "after": hits[0]["HITId"]}, follow_redirects=True
            )
            ways.append([urlsplit(response.request.url).path for response in answer.history])
            if match := re.search(r"/work/(\w+)/state", answer.text):
                ada.submit(assignmentId=match[1])

        assert ways == [[group, "/panel/next"]] * 2
        assert ending(ada)[0] == "DONE1"

    def test_a_participant_is_one_worker_whose_id_is_kept(self, people: People) -> None:
        """The id a HIT sees is of Amazon's form, and is told from the panel's, which is kept."""
        hit = people.launch(MaxAssignments=9)
        _, path = people.panel_link(hit["HITTypeId"])
        _, second = people.panel_link(people.launch(Title="Another")["HITTypeId"])
        do(people.participant(path))
        do(people.participant(second))

        assert worker_of(people) == f"A{PID.upper()}"
        (assignment,) = people.perform("ListAssignmentsForHIT", HITId=hit["HITId"])["Assignments"]
        assert assignment["WorkerId"] == f"A{PID.upper()}"

    @pytest.mark.parametrize("pid", ["abc", "ABC", PID.upper(), "x.y_z-1@2", "0" * 128])
    def test_ids_of_other_panels_become_workers_of_their_own(
        self, people: People, pid: str
    ) -> None:
        """Ids that only capitals tell apart are different workers, with ids of Amazon's form."""
        _, path = people.panel_link(people.launch(MaxAssignments=9)["HITTypeId"])
        ids = {pid, pid.swapcase(), PID}
        for participant_id in ids:
            do(people.participant(path, participant_id))
        workers = {worker_of(people, participant_id) for participant_id in ids}

        assert len(workers) == len(ids)
        assert all(re.fullmatch("A[A-Z0-9]{1,63}", worker) for worker in workers)

    def test_one_id_at_two_panels_is_two_people(self, people: People) -> None:
        """--panel tells whose participants they are."""
        hit = people.launch(MaxAssignments=2)
        for panel in ("one", "two"):
            do(people.participant(people.panel_link(hit["HITTypeId"], panel=panel)[1]))

        assert people.slots(hit["HITId"]) == (0, 0)
        assert people.perform("GetHIT", HITId=hit["HITId"])["HIT"]["MaxAssignments"] == 2

    def test_other_panels_name_their_parameters(self, people: People) -> None:
        """Names are free; those that are empty are not looked for."""
        hit = people.launch()
        (line,) = people.manage(
            *("add_panel_link", "--hit_type_id", hit["HITGroupId"], "--completion_url"),
            *("https://connect.example/done#{code}", *CODES, "--worker_parameter", "participantId"),
            *("--study_parameter", "", "--session_parameter", "assignmentId"),
        )
        path = people.path(line["url"]).partition("?")[0]
        ada = people.someone()
        refused(ada.get(f"{path}?PROLIFIC_PID={PID}"), 400, "participantId")
        assert ada.get(f"{path}?participantId=A1&STUDY_ID=%00&assignmentId=s").status_code == 303

        do(ada)
        assert ending(ada) == ("DONE1", "https://connect.example/done#DONE1")

    def test_the_placeholders_stand_in_the_link(self, people: People) -> None:
        """What add_panel_link prints can be pasted into the study as it is."""
        hit = people.launch()
        (line,) = people.manage(
            *("add_panel_link", "--hit_type_id", hit["HITTypeId"], "--url", "https://c.example"),
            *("--completion_url", COMPLETION, *CODES),
        )

        assert re.fullmatch(
            r"https://c\.example/join/L\w{29}\?PROLIFIC_PID=\{\{%PROLIFIC_PID%\}\}"
            r"&STUDY_ID=\{\{%STUDY_ID%\}\}&SESSION_ID=\{\{%SESSION_ID%\}\}",
            line["url"],
        )

    @pytest.mark.parametrize(
        ("query", "message"),
        [
            ("", "The link you followed has no PROLIFIC_PID."),
            ("PROLIFIC_PID=", "The link you followed has no PROLIFIC_PID."),
            ("prolific_pid=" + PID, "The link you followed has no PROLIFIC_PID."),
            (
                "PROLIFIC_PID={{%25PROLIFIC_PID%25}}",
                "The link you followed has an invalid PROLIFIC_PID.",
            ),
            (
                f"PROLIFIC_PID={PID}&PROLIFIC_PID=x",
                "The link you followed has an invalid PROLIFIC_PID.",
            ),
            ("PROLIFIC_PID=%00", "The link you followed has an invalid PROLIFIC_PID."),
            ("PROLIFIC_PID=%ff", "The link you followed has an invalid PROLIFIC_PID."),
            ("PROLIFIC_PID=" + "x" * 129, "The link you followed has an invalid PROLIFIC_PID."),
            ("PROLIFIC_PID=<script>", "The link you followed has an invalid PROLIFIC_PID."),
            (
                f"PROLIFIC_PID={PID}&SESSION_ID={{{{%25SESSION_ID%25}}}}",
                "has an invalid SESSION_ID",
            ),
            (f"PROLIFIC_PID={PID}&STUDY_ID=a%20b", "has an invalid STUDY_ID."),
        ],
    )
    def test_an_address_that_names_nobody(self, live: People, query: str, message: str) -> None:
        """It says what is wrong and what to do, and makes nobody."""
        _, path = live.panel_link(live.launch()["HITTypeId"])
        visitor = live.someone()

        refused(visitor.get(f"{path}?{query}"), 400, "We cannot see who you are", message)
        refused(visitor.get(f"{path}?{query}"), 400, "Open the study again from its page")
        assert visitor.get("/panel").location == "/sign_in?next=/panel"
        with live.sandbox.reading() as call:
            assert call.db.execute(select(panel_workers)).all() == []


class TestHowItEnds:
    """Done, screened out, or nothing left: each has its code."""

    def test_who_does_not_qualify_is_screened_out(self, people: People) -> None:
        """The HITs are not shown, and the code says so."""
        hit = people.launch(QualificationRequirements=[ADULTS])
        _, path = people.panel_link(hit["HITTypeId"])
        ada = people.participant(path)

        assert go_on(ada) == "/panel"
        assert "You do not qualify for this study" in words(ada.get("/panel"))
        assert ending(ada)[0] == "OUT2"
        assert people.slots(hit["HITId"]) == (1, 0)

    def test_who_comes_too_late_finds_nothing(self, people: People) -> None:
        """The code says so; when a slot comes free they can look again, and do it."""
        hit = people.launch()
        _, path = people.panel_link(hit["HITTypeId"])
        ada, ben = people.participant(path), people.participant(path, OTHER_PID)
        held = work_on(ada)

        assert go_on(ben) == "/panel"
        assert "There is nothing left to do" in words(ben.get("/panel"))
        assert ending(ben)[0] == "NONE3"
        ada.bare_post(f"/work/{held}/return", {"csrf_token": token_of(ada)})
        do(ben)
        assert ending(ben)[0] == "DONE1"

    def test_who_did_all_there_was_is_done(self, people: People) -> None:
        """Fewer HITs than the limit are enough when there are no more."""
        _, path = people.panel_link(people.launch()["HITTypeId"], limit="5")
        ada = people.participant(path)
        do(ada)

        assert "Next HIT" in words(ada.get("/panel"))
        assert go_on(ada) == "/panel"
        assert "there are no more for you right now" in words(ada.get("/panel"))
        assert ending(ada)[0] == "DONE1"

    def test_a_code_is_quoted_and_stays_with_its_host(self, people: People) -> None:
        """Whatever a code is, it is part of the query, and nobody is led elsewhere."""
        hit = people.launch()
        _, path = people.panel_link(hit["HITTypeId"], code_done="A&b=c/../@evil.example#?")
        ada = people.participant(path, SESSION_ID="x")
        do(ada)
        ada.get("/panel?next=https://evil.example&completion_url=https://evil.example")
        _, back = ending(ada)

        assert urlsplit(back).netloc == "app.prolific.com"
        assert urlsplit(back).query == "cc=A%26b%3Dc%2F..%2F%40evil.example%23%3F"

    def test_several_types_are_one_batch(self, people: People) -> None:
        """When one type is used up, or not for them, the next is offered."""
        closed = people.launch(Title="a", QualificationRequirements=[ADULTS])
        hits = [people.launch(Title=title) for title in ("b", "c")]
        kinds = [hit["HITTypeId"] for hit in (closed, *hits)]
        _, path = people.panel_link(*kinds, limit="3")
        ada = people.participant(path)
        for _ in hits:
            do(ada)

        assert go_on(ada) == "/panel"
        assert ending(ada)[0] == "DONE1"
        assert people.slots(closed["HITId"]) == (1, 0)


class TestComingBack:
    """Whoever comes again goes on where they were."""

    def test_in_another_browser(self, people: People) -> None:
        """The same participant has the same HIT in progress, and later the same code."""
        hits = [people.launch() for _ in range(3)]
        _, path = people.panel_link(hits[0]["HITTypeId"], limit="2")
        held = work_on(people.participant(path, SESSION_ID="s1"))
        again = people.participant(path, SESSION_ID="s2")

        assert "Continue" in words(again.get("/panel"))
        assert work_on(again) == held
        again.submit(assignmentId=held)
        do(again)
        assert ending(people.participant(path))[0] == "DONE1"
        with people.sandbox.reading() as call:
            assert call.db.execute(select(visits.c.session_id)).all() == [("s2",)]

    def test_two_tabs_hold_one_hit(self, people: People) -> None:
        """Both are led to the same assignment, and the limit counts them once."""
        hit = people.launch(MaxAssignments=5)
        people.launch(MaxAssignments=5)
        _, path = people.panel_link(hit["HITTypeId"])
        tabs = [people.participant(path) for _ in range(2)]
        first, second = (work_on(tab) for tab in tabs)

        assert first == second
        tabs[0].submit(assignmentId=first)
        assert go_on(tabs[1]) == "/panel"
        assert [ending(tab)[0] for tab in tabs] == ["DONE1", "DONE1"]

    def test_many_tabs_at_once_accept_no_more_than_the_limit(self, people: People) -> None:
        """However many ask at the same time, a person has one HIT in progress."""
        for _ in range(6):
            hit = people.launch()
        link_id, path = people.panel_link(hit["HITTypeId"], limit="3")
        people.participant(path)
        me = worker_of(people)

        def take(_: int) -> str | None:
            with people.sandbox.writing() as call:
                return participants.next_assignment(call, link_id, me).assignment_id

        with ThreadPoolExecutor(6) as threads:
            held = set(threads.map(take, range(12)))

        assert len(held) == 1
        assert None not in held

    def test_many_arrivals_at_once_are_one_worker(self, people: People) -> None:
        """A link that is opened twice at the same moment takes one place."""
        hit = people.launch()
        (link_id, path) = people.panel_link(hit["HITTypeId"], places="1")
        visitors = [people.someone() for _ in range(6)]

        def come(visitor: Visitor) -> int:
            return visitor.get(f"{path}?PROLIFIC_PID={PID}").status_code

        with ThreadPoolExecutor(6) as threads:
            assert set(threads.map(come, visitors)) == {303}
        assert worker_of(people)
        with people.sandbox.reading() as call:
            assert len(participants.list_visitors(call, link_id)) == 1
        refused(people.someone().get(f"{path}?PROLIFIC_PID={OTHER_PID}"), 404, GONE)

    @pytest.mark.parametrize("how", ["removed", "expired", "full"])
    def test_a_closed_link_lets_nobody_new_in(self, people: People, how: str) -> None:
        """Those who came before can still finish and get their code."""
        hit = people.launch(MaxAssignments=5)
        more = {"expired": {"expires": "1h"}, "full": {"places": "1"}}.get(how, {})
        link_id, path = people.panel_link(hit["HITTypeId"], **more)
        people.participant(path)
        if how == "removed":
            people.manage("remove_link", link_id)
        people.clock.advance(HOUR + MINUTE)

        newcomer = people.someone().get(f"{path}?PROLIFIC_PID={OTHER_PID}")
        refused(newcomer, 404, "This link does not work", GONE)
        with people.sandbox.reading() as call:
            assert len(call.db.execute(select(panel_workers)).all()) == 1
        ada = people.participant(path)
        do(ada)
        assert ending(ada)[0] == "DONE1"

    def test_time_that_ran_out_is_not_the_end(self, people: People) -> None:
        """A HIT that was not submitted in time goes back, and the person can take another."""
        hit = people.launch(LifetimeInSeconds=30 * DAY)
        _, path = people.panel_link(hit["HITTypeId"])
        ada = people.participant(path)
        late = work_on(ada)
        people.clock.advance(HOUR)

        assert ada.get(f"/work/{late}").status_code == 410
        assert do(ada) != late
        assert ending(ada)[0] == "DONE1"


class TestWhatTheySee:
    """A participant's session opens the link's HITs, and nothing else."""

    @pytest.mark.parametrize(
        "path",
        [
            "/",
            "/my_work",
            "/messages",
            "/earnings",
            "/account",
            "/account/close",
            "/mturk/findhits",
        ],
    )
    def test_the_other_pages_lead_back(self, live: People, path: str) -> None:
        """There is nothing there for them."""
        _, link = live.panel_link(live.launch()["HITTypeId"])
        answer = live.participant(link).get(path, follow_redirects=True)

        assert answer.request.path == "/panel"

    def test_other_hits_are_not_theirs(self, people: People) -> None:
        """Neither previewed nor accepted, by whatever address or form field."""
        mine, other = people.launch(MaxAssignments=9), people.launch(Title="Another")
        _, path = people.panel_link(mine["HITTypeId"], limit="9")
        ada = people.participant(path)
        token = token_of(ada)
        kind, hit_id = other["HITTypeId"], other["HITId"]

        assert ada.get(f"/groups/{kind}").location == "/panel"
        assert ada.get(f"/mturk/preview?groupId={kind}").location == "/panel"
        preview = ada.get(f"/hit_page/{hit_id}?assignmentId=ASSIGNMENT_ID_NOT_AVAILABLE")
        refused(preview, 403, "You must be signed in to preview HITs.")
        for group in (kind, mine["HITTypeId"]):
            fields = {"csrf_token": token, "hit_id": hit_id, "hit_type_id": kind}
            ada.bare_post(f"/groups/{group}/accept", fields, follow_redirects=True)
        ada.bare_post("/account", {"csrf_token": token, "country": "FR"})
        assert people.slots(hit_id) == (1, 0)
        assert people.slots(mine["HITId"]) == (8, 1)

    def test_what_came_by_another_link_is_not_shown(self, people: People) -> None:
        """Each link shows the work that was accepted by way of it."""
        hits = [people.launch(Title=title) for title in ("one", "two")]
        paths = [people.panel_link(hit["HITTypeId"])[1] for hit in hits]
        first = work_on(people.participant(paths[0]))
        ada = people.participant(paths[1])

        for path in (f"/work/{first}", f"/work/{first}/state", f"/work/{UNKNOWN}"):
            refused(ada.get(path), 404, "Not found")
        returned = ada.bare_post(f"/work/{first}/return", {"csrf_token": token_of(ada)})
        assert returned.status_code == 404
        assert people.participant(paths[0]).get(f"/work/{first}").status_code == 200

    def test_nothing_is_done_by_forgery(self, live: People) -> None:
        """Going on needs the session's token."""
        hit = live.launch()
        ada = live.participant(live.panel_link(hit["HITTypeId"])[1])
        for path in ("/panel/next", f"/groups/{hit['HITTypeId']}/accept"):
            answer = ada.bare_post(path, {}, follow_redirects=True)
            refused(answer, 400, "This page is out of date")

        assert live.slots(hit["HITId"]) == (1, 0)

    def test_the_page_cannot_be_framed_or_cached(self, live: People) -> None:
        """It runs our own scripts alone, and is requested again."""
        page = live.participant(live.panel_link(live.launch()["HITTypeId"])[1]).get("/panel")

        assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "same-origin"
        assert not re.search(r"<style|\son\w+=|style=|<script(?![^>]*src)", page.text)

    def test_the_sandbox_has_panel_links_for_trying(self, people: People) -> None:
        """The whole way can be walked without anybody's being paid."""
        people.site_name = "sandbox"
        people.requester_id = people.requester("Vision lab")
        ada = people.participant(people.panel_link(people.launch()["HITTypeId"])[1])
        do(ada)

        assert ending(ada)[0] == "DONE1"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"completion_url": "http://app.prolific.com/?{code}"}, "not an https URL"),
        ({"completion_url": "https:///?{code}"}, "not an https URL"),
        ({"completion_url": "javascript:alert({code})"}, "not an https URL"),
        ({"completion_url": "https://a@b.example/{code}"}, "not an https URL"),
        ({"completion_url": "https://b.example/ {code}"}, "not an https URL"),
        ({"completion_url": "https://{code}.example/"}, "where the code goes, after the host"),
        ({"completion_url": "https://b.example/"}, "where the code goes, after the host"),
        ({"limit": "0"}, "--limit and --places must be at least 1."),
        ({"places": "0"}, "--limit and --places must be at least 1."),
        ({"worker_parameter": ""}, "--worker_parameter cannot be empty."),
        ({"study_parameter": "a b"}, "'a b' is not a valid parameter name."),
        ({"study_parameter": "PROLIFIC_PID"}, "Two parameters have the same name."),
        ({"hit_type_id": UNKNOWN}, f"There is no HIT type or HIT group {UNKNOWN} on this site."),
        ({"expires": "x"}, "'x' is not a duration"),
        ({"url": "crowd"}, "--url crowd: not a server's URL"),
    ],
)
def test_panel_links_that_cannot_be_made(
    live: People, changes: dict[str, str], message: str
) -> None:
    """One line says why, and none is made."""
    kind = live.launch()["HITTypeId"]
    options = {"hit_type_id": kind, "completion_url": COMPLETION} | changes
    argv = [word for name, value in options.items() for word in (f"--{name}", value)]

    assert message in live.refused("add_panel_link", *argv, *CODES)
    assert live.manage("list_links") == []


def test_a_link_is_listed_with_what_it_leads_to(live: People) -> None:
    """list_links shows all but the address."""
    kind = live.launch()["HITTypeId"]
    link_id, path = live.panel_link(kind, places="7")
    (line,) = live.manage("list_links")

    assert (line["link_id"], line["kind"], line["uses_left"], line["open"]) == (
        *(link_id, "panel", 7, True),
    )
    assert line["panel"]["hit_type_ids"] == [kind]
    assert line["panel"]["codes"] == {
        "done": "DONE1",
        "screened_out": "OUT2",
        "nothing_left": "NONE3",
    }
    assert path.rpartition("/")[2] not in str(line)
