"""The worker pages as WSGI gives them: what is refused, and in which words. Scripts do not run."""

import json
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from werkzeug.test import Client

from tests.support.crowds import DAY, MINUTE
from tests.support.worker_sites import UNKNOWN, Visitor, World, words


class TestSigningIn:
    """The sandbox asks for a nickname, the live site for an invitation."""

    @pytest.mark.parametrize(
        ("typed", "message"),
        [
            ("", "Type a nickname first."),
            ("  \t ", "Type a nickname first."),
            ("x" * 41, "That is 41 characters long. At most 40 are allowed."),
            ("Ada\x07", "Use letters, digits, punctuation and spaces only."),
            ("Ada\u200b", "Use letters, digits, punctuation and spaces only."),
            ("Ada\u202e", "Use letters, digits, punctuation and spaces only."),
        ],
    )
    def test_what_cannot_be_a_nickname_is_refused(
        self, world: World, typed: str, message: str
    ) -> None:
        """An invalid nickname is refused with a reason, and nobody is signed in."""
        visitor = world.visitor()
        answer = visitor.sign_in(typed)

        assert answer.status_code == 400
        assert message in words(answer)
        assert visitor.get("/my_work").location == "/sandbox/sign_in?next=/my_work"

    @pytest.mark.parametrize("typed", ["Zoë  B", " Zoe\u0308 B ", "Zoë\xa0B"])
    def test_a_name_typed_in_two_ways_is_one_worker(self, world: World, typed: str) -> None:
        """Spaces and the way of writing an accent make no other worker."""
        shown = words(world.visitor("Zoë B").get("/my_work"))

        assert "You are signed in as Zoë B. Your worker ID is A" in shown
        assert words(world.visitor(typed).get("/my_work")) == shown

    def test_the_live_site_lets_nobody_in_by_nickname(self, world: World) -> None:
        """At / somebody without an account is told so, and shown the way to the sandbox."""
        visitor = Visitor(world.app, root="")
        answer = visitor.get("/", follow_redirects=True)

        assert answer.status_code == 200
        assert "The live site is for invited workers. To create an account, open the link" in words(
            answer
        )
        assert 'href="/sandbox/"' in answer.text
        token = world.visitor().token()
        assert (
            visitor.bare_post("/sign_in", {"nickname": "Ada", "csrf_token": token}).status_code
            == 400
        )
        assert visitor.get("/my_work").status_code == 303

    def test_a_sandbox_session_is_none_on_the_live_site(self, world: World) -> None:
        """Whoever signed in to the sandbox is a stranger to the live site."""
        visitor = world.visitor("Ada")
        visitor.root = ""

        assert visitor.get("/my_work").location == "/sign_in?next=/my_work"

    @pytest.mark.parametrize(
        "path", ["/", "/my_work", "/messages", f"/work/{UNKNOWN}", f"/groups/{UNKNOWN}"]
    )
    def test_signing_in_leads_back_to_where_one_wanted_to_go(self, world: World, path: str) -> None:
        """A page that needs a worker asks who it is, and is shown right after."""
        visitor = world.visitor()
        asked = visitor.get(path)
        wanted = dict(parse_qsl(urlsplit(asked.location).query)).get("next", "/")

        assert asked.status_code == 303
        assert urlsplit(asked.location).path == "/sandbox/sign_in"
        assert f'name="next" value="{wanted}"' in visitor.get(asked.location[8:]).text
        assert visitor.sign_in("Ada", next=wanted).location == f"/sandbox{path}"

    @pytest.mark.parametrize(
        "wanted",
        [
            "//evil.example/",
            "https://evil.example/",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "javascript:alert(1)",
            "evil.example",
            "/ok\r\nX-Injected: 1",
            "",
        ],
    )
    def test_signing_in_never_leads_to_another_site(self, world: World, wanted: str) -> None:
        """Where to go next is a path on this site, whatever a forged link says."""
        answer = world.visitor().sign_in("Ada", next=wanted)

        assert answer.status_code == 303
        assert answer.location == "/sandbox/"

    def test_signing_out_forgets_the_worker_and_keeps_the_work(self, world: World) -> None:
        """After signing out the pages ask again; who signs in again still holds the HIT."""
        ada, _, assignment_id = world.holder()

        assert ada.post("/sign_out").location == "/sandbox/sign_in"
        assert ada.get(f"/work/{assignment_id}").status_code == 303
        ada.sign_in("Ada")
        assert ada.get(f"/work/{assignment_id}").status_code == 200


class TestForgery:
    """Another site's page can do nothing in a worker's name."""

    def test_a_post_without_the_token_is_refused(self, world: World) -> None:
        """Each thing a worker does by a form is refused without the session's token."""
        ada, hit, assignment_id = world.holder(MaxAssignments=2)
        other = world.launch(Title="Another")
        for path in (
            f"/groups/{other['HITTypeId']}/accept",
            f"/work/{assignment_id}/return",
            "/sign_out",
            "/sign_in",
        ):
            for data in ({"nickname": "Eve"}, {"nickname": "Eve", "csrf_token": "forged"}):
                answer = ada.bare_post(path, data)
                assert answer.status_code == 400, path
                assert "This page is out of date" in words(answer)

        assert world.slots(hit["HITId"]) == (1, 1)
        assert world.slots(other["HITId"]) == (1, 0)
        assert "You are signed in as Ada" in words(ada.get("/my_work"))

    def test_another_visitors_token_is_worth_nothing(self, world: World) -> None:
        """A token is its own session's."""
        ada, _, assignment_id = world.holder()
        token = world.visitor("Eve").token()

        answer = ada.bare_post(f"/work/{assignment_id}/return", {"csrf_token": token})
        assert answer.status_code == 400
        assert ada.get(f"/work/{assignment_id}").status_code == 200

    def test_the_cookie_is_the_sites_own_and_no_scripts(self, world: World) -> None:
        """The cookie is for one site's paths, HttpOnly, SameSite=Lax, and Secure over https."""
        plain = world.visitor().get("/sign_in").headers["Set-Cookie"]
        secure = Visitor(world.app).get("/sign_in", base_url="https://crowd.example")
        live = Visitor(world.app, root="").get("/sign_in")

        assert plain.startswith("local_crowd_sandbox=")
        assert {"HttpOnly", "SameSite=Lax", "Path=/sandbox/"} <= set(plain.split("; "))
        assert "Secure" not in plain.split("; ")
        assert "Secure" in secure.headers["Set-Cookie"].split("; ")
        assert live.headers["Set-Cookie"].startswith("local_crowd_live=")
        assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(live.headers["Set-Cookie"].split("; "))


class TestChoosing:
    """The list, the preview, accepting."""

    def test_the_list_shows_what_each_group_offers(self, world: World) -> None:
        """A group is a HIT type: title, requester, reward, time, how many left, what it is about."""
        for _ in range(2):
            world.launch(Title="Name <b>it</b> & go", Reward="1.5", Keywords="a, b&c")
        answer = world.visitor("Ada").get("/")
        shown = words(answer)

        assert "<b>it</b>" not in answer.text
        for text in (
            "Name <b>it</b> & go",
            "Vision lab",
            "One picture, one word",
            "$1.50",
            "10 minutes",
            "2 HITs",
            "b&c",
        ):
            assert text in shown

    def test_what_one_has_done_or_holds_is_not_offered_again(self, world: World) -> None:
        """Each HIT is offered to each worker until they hold it or have done it."""
        hits = [world.launch(MaxAssignments=2) for _ in range(2)]
        ada = world.visitor("Ada")
        for hit in hits:
            ada.submit(assignmentId=ada.accept(hit["HITTypeId"]))

        assert "Nothing to do right now." in words(ada.get("/"))
        assert "2 HITs" in words(world.visitor("Ben").get("/"))
        answer = ada.get(f"/groups/{hits[0]['HITTypeId']}", follow_redirects=True)
        assert "There are no more HITs of this group for you." in words(answer)
        last = ada.post(f"/groups/{hits[0]['HITTypeId']}/accept", {"after": hits[1]["HITId"]})
        assert last.location == "/sandbox/"
        assert (
            "Thank you. Your answer is submitted. You have done 2 HITs of this group. "
            "That was the last HIT of this group for you."
        ) in words(ada.get("/"))

    def test_another_hit_of_the_group_can_be_looked_at(self, world: World) -> None:
        """`Show another` goes through the group, and after the last starts again."""
        hits = [world.launch(html=f"<p>number {number}") for number in range(3)]
        ada = world.visitor("Ada")
        seen, path = [], f"/groups/{hits[0]['HITTypeId']}"
        for _ in range(4):
            page = ada.get(path).text
            seen.append(page.partition('name="hit_id" value="')[2][:30])
            path = f"/groups/{hits[0]['HITTypeId']}?after={seen[-1]}"

        ids = [hit["HITId"] for hit in hits]
        assert seen == [*ids, ids[0]]

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ("taken", "Other workers have taken every assignment of this HIT."),
            ("expired", "This HIT has expired."),
            ("blocked", "You cannot work for this requester."),
            ("deleted", "This HIT does not exist, or its requester has deleted it."),
            ("done", "You have finished this HIT already."),
        ],
    )
    def test_what_cannot_be_accepted_any_more_is_reported(
        self, world: World, change: str, message: str
    ) -> None:
        """Between the preview and the click the HIT can go: the worker is told, and holds nothing."""
        hit = world.launch()
        ada, group, hit_id = world.visitor("Ada"), hit["HITTypeId"], hit["HITId"]
        if change == "taken":
            world.visitor("Ben").accept(group)
        elif change == "expired":
            world.clock.advance(8 * DAY)
        elif change == "blocked":
            worker_id = words(ada.get("/my_work")).partition("Your worker ID is ")[2].split(".")[0]
            world.perform("CreateWorkerBlock", WorkerId=worker_id.strip("."), Reason="spam")
        elif change == "done":
            ada.submit(assignmentId=ada.accept(group))
        else:
            world.perform("UpdateExpirationForHIT", HITId=hit_id, ExpireAt=0)
            world.perform("DeleteHIT", HITId=hit_id)

        answer = ada.post(f"/groups/{group}/accept", {"hit_id": hit_id})
        assert answer.status_code == 303
        assert message in words(ada.client.get(answer.location, follow_redirects=True))
        assert "In progress Nothing." in words(ada.get("/my_work"))

    def test_accepting_twice_gives_the_same_assignment(self, world: World) -> None:
        """A doubled click takes one slot."""
        ada, hit, assignment_id = world.holder(MaxAssignments=3)

        assert ada.accept(hit["HITTypeId"], hit_id=hit["HITId"]) == assignment_id
        assert world.slots(hit["HITId"]) == (2, 1)

    def test_links_of_amazons_form_lead_to_the_group(self, world: World) -> None:
        """/mturk/preview takes a HIT type's or a HIT group's id; /mturk/findhits is the list."""
        hit = world.launch()
        ada = world.visitor("Ada")

        for group_id in (hit["HITTypeId"], hit["HITGroupId"]):
            answer = ada.get(f"/mturk/preview?groupId={group_id}")
            assert answer.location == f"/sandbox/groups/{hit['HITTypeId']}"
        assert ada.get("/mturk/findhits").location == "/sandbox/"
        for query in ("", "?groupId=", f"?groupId={UNKNOWN}", "?groupId=%00", "?groupId=a'--"):
            assert ada.get(f"/mturk/preview{query}").status_code == 404

    def test_such_a_link_survives_signing_in(self, world: World) -> None:
        """Who follows the link without a session arrives after signing in."""
        hit = world.launch()
        ada = world.visitor()
        link = f"/mturk/preview?groupId={hit['HITTypeId']}"
        asked = ada.get(link).location

        wanted = unquote(asked.partition("next=")[2])
        assert wanted == link
        assert ada.sign_in("Ada", next=wanted).location == f"/sandbox{link}"


class TestWorking:
    """The page around a HIT, and returning it."""

    def test_another_workers_assignment_is_not_there(self, world: World) -> None:
        """Who knows an assignment's id can neither look at it, nor ask after it, nor return it."""
        ada, hit, assignment_id = world.holder()
        eve = world.visitor("Eve")

        for path in (f"/work/{assignment_id}", f"/work/{assignment_id}/state", f"/work/{UNKNOWN}"):
            assert eve.get(path).status_code == 404
        answer = eve.post(f"/work/{assignment_id}/return")
        assert answer.status_code == 404
        assert "This assignment does not exist." in words(answer)
        assert world.slots(hit["HITId"]) == (0, 1)
        assert ada.get(f"/work/{assignment_id}").status_code == 200

    def test_a_returned_hit_is_somebody_elses(self, world: World) -> None:
        """Returning gives the slot back, once; a second time is refused."""
        ada, hit, assignment_id = world.holder()
        answer = ada.post(f"/work/{assignment_id}/return")

        assert answer.location == "/sandbox/"
        assert "You returned the HIT." in words(ada.get("/"))
        assert world.slots(hit["HITId"]) == (1, 0)
        again = ada.post(f"/work/{assignment_id}/return")
        assert again.status_code == 409
        assert "You no longer hold this assignment." in words(again)
        world.visitor("Ben").accept(hit["HITTypeId"])

    def test_the_state_is_the_servers(self, world: World) -> None:
        """The page asks how the assignment stands: status, and seconds left."""
        ada, _, assignment_id = world.holder()
        states = [ada.get(f"/work/{assignment_id}/state").json]
        world.clock.advance(9 * MINUTE)
        states.append(ada.get(f"/work/{assignment_id}/state").json)
        world.clock.advance(MINUTE)
        states.append(ada.get(f"/work/{assignment_id}/state").json)

        assert states == [
            {"status": "Accepted", "seconds_left": 600},
            {"status": "Accepted", "seconds_left": 60},
            {"status": "Abandoned", "seconds_left": 0},
        ]

    @pytest.mark.parametrize(
        ("end", "message"),
        [
            ("submit", "You submitted this HIT"),
            ("return", "You returned this HIT"),
            ("wait", "The time allowed is over"),
        ],
    )
    def test_work_that_is_over_says_so(self, world: World, end: str, message: str) -> None:
        """Going back to a HIT that is over shows what became of it, not the HIT."""
        ada, _, assignment_id = world.holder()
        if end == "submit":
            ada.submit(assignmentId=assignment_id)
        elif end == "return":
            ada.post(f"/work/{assignment_id}/return")
        else:
            world.clock.advance(10 * MINUTE)
        answer = ada.get(f"/work/{assignment_id}")

        assert answer.status_code == 410
        assert message in words(answer)
        assert "<iframe" not in answer.text


class TestHistory:
    """My work, and messages."""

    def test_my_work_tells_what_became_of_it(self, world: World) -> None:
        """Each assignment with status, reward, bonus and feedback; the totals add up."""
        ada = world.visitor("Ada")
        held = []
        for number in range(5):
            group = world.launch(Title=f"Task {number}", Reward="0.10")["HITTypeId"]
            held.append(ada.accept(group))
        approved, rejected, waiting, returned, _ = held
        for assignment_id in (approved, rejected, waiting):
            ada.submit(assignmentId=assignment_id)
        ada.post(f"/work/{returned}/return")
        world.perform("ApproveAssignment", AssignmentId=approved, RequesterFeedback="<Lovely>")
        world.perform("RejectAssignment", AssignmentId=rejected, RequesterFeedback="Empty.")
        worker_id = world.perform("GetAssignment", AssignmentId=approved)["Assignment"]["WorkerId"]
        world.perform(
            "SendBonus", WorkerId=worker_id, AssignmentId=approved, BonusAmount="0.25", Reason="x"
        )
        shown = words(ada.get("/my_work"))

        for text in (
            f"Your worker ID is {worker_id}",
            "Waiting for review $0.10 1 HIT",
            "Approved $0.10 1 HIT",
            "Rejected 1 HIT",
            "Bonuses $0.25",
            "Earned $0.35",
            "Task 4 Vision lab · due 2026-01-01 00:10 UTC, in 10 minutes",
            "<Lovely> $0.25 bonus: x $0.10 + $0.25 bonus Approved",
            "Empty. $0.10 Rejected",
            "approved automatically 2026-01-04 00:00 UTC $0.10 Waiting for review",
            "accepted 2026-01-01 00:00 UTC Returned",
        ):
            assert text in shown
        assert "Task 0" not in words(world.visitor("Ben").get("/my_work"))

    def test_messages_of_requesters_are_read_as_text(self, world: World) -> None:
        """What NotifyWorkers sent stands there, and is nobody's markup."""
        ada, _, assignment_id = world.holder()
        assert "No messages." in words(ada.get("/messages"))
        ada.submit(assignmentId=assignment_id)
        world.perform("ApproveAssignment", AssignmentId=assignment_id)
        row = world.perform("GetAssignment", AssignmentId=assignment_id)["Assignment"]
        world.perform(
            "NotifyWorkers",
            Subject="Monday",
            MessageText="<script>alert(1)</script>",
            WorkerIds=[row["WorkerId"]],
        )
        answer = ada.get("/messages")

        assert "Monday Vision lab · 2026-01-01 00:00 UTC New <script>alert(1)</script>" in words(
            Escaped(answer.text)
        )
        assert "<script>alert" not in answer.text


class Escaped:
    """A page as `words` reads it, its escaped tags kept apart from real ones."""

    def __init__(self, text: str) -> None:
        self.text = text


class TestHeaders:
    """What every response says beside its page."""

    def test_each_page_has_its_policy(self, world: World) -> None:
        """Our pages are nobody's frame, HIT pages are of no origin, files are inert."""
        ada, hit, assignment_id = world.holder(MaxAssignments=2)
        (world.directory / "files").mkdir()
        (world.directory / "files" / "page.html").write_text("<script>alert(1)</script>")
        ours = (
            "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
            "frame-ancestors 'none'"
        )
        around = ours + "; frame-src http: https:"
        policies = {
            "/": ours,
            "/my_work": ours,
            "/messages": ours,
            "/sign_in": ours,
            "/no_such_page": ours,
            "/static/site.css": ours,
            f"/groups/{hit['HITTypeId']}": ours,
            f"/work/{assignment_id}": around,
            f"/hit_page/{hit['HITId']}?assignmentId={assignment_id}": (
                "sandbox allow-scripts allow-forms allow-popups allow-popups-to-escape-sandbox "
                "allow-modals allow-downloads; "
                "frame-ancestors 'self'"
            ),
            f"/hit_page/{hit['HITId']}": (
                "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
            ),
            "/files/page.html": "sandbox",
        }
        for path, policy in policies.items():
            headers = ada.get(path).headers
            assert headers["Content-Security-Policy"] == policy, path
            assert headers["X-Content-Type-Options"] == "nosniff", path
            assert headers["Referrer-Policy"] == "same-origin", path
        thanks = ada.submit(assignmentId=assignment_id).headers
        assert thanks["Content-Security-Policy"].endswith("frame-ancestors 'self'")
        preview = world.visitor("Ben").get(f"/groups/{hit['HITTypeId']}").headers
        assert preview["Content-Security-Policy"] == around

    def test_pages_are_asked_for_anew_and_static_files_are_kept(self, world: World) -> None:
        """Nothing of a worker's is cached; what never changes under its address is."""
        ada, hit, assignment_id = world.holder()
        style = ada.get("/").text.partition('rel="stylesheet" href="')[2].partition('"')[0]

        assert (
            ada.get(style.removeprefix("/sandbox"))
            .headers["Cache-Control"]
            .endswith("max-age=31536000, immutable")
        )
        for path in ("/", f"/work/{assignment_id}", f"/hit_page/{hit['HITId']}?assignmentId=x"):
            assert ada.get(path).headers["Cache-Control"] == "no-store"

    def test_no_page_has_scripts_or_styles_of_its_own(self, world: World) -> None:
        """The policy forbids inline scripts and styles, so no page may need them."""
        ada, hit, assignment_id = world.holder(MaxAssignments=2)
        ben = world.visitor("Ben")
        pages = [ada.get(p) for p in ("/", "/my_work", "/messages", f"/work/{assignment_id}")]
        pages += [ben.get(f"/groups/{hit['HITTypeId']}"), ben.get("/x"), ada.submit()]

        for page in pages:
            assert " style=" not in page.text
            assert "<style" not in page.text
            assert "<script>" not in page.text
            assert " onclick=" not in page.text
            assert "http://" not in page.text.replace("http%3A//", "")


class TestFiles:
    """The requester's own files."""

    def test_files_are_there_on_both_sites_for_every_origin(self, world: World) -> None:
        """A file is served with its type, whole or in part, to HIT pages, which are of no origin."""
        folder = world.directory / "files" / "a b"
        folder.mkdir(parents=True)
        (folder / "é.webp").write_bytes(b"0123456789")
        for root in ("", "/sandbox"):
            visitor = Visitor(world.app, root)
            answer = visitor.get("/files/a b/é.webp")
            part = visitor.get("/files/a b/é.webp", headers={"Range": "bytes=2-4"})

            assert (answer.status_code, answer.data) == (200, b"0123456789")
            assert answer.mimetype == "image/webp"
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
            assert (part.status_code, part.data) == (206, b"234")

    @pytest.mark.parametrize(
        "name",
        [
            "../sandbox.sqlite3",
            "%2e%2e/sandbox.sqlite3",
            "..%2fsandbox.sqlite3",
            "a/../../sandbox.sqlite3",
            "//etc/passwd",
            "%2fetc/passwd",
            ".hidden",
            "a/.git/config",
            "a",
            "",
            "nothing",
            "%00",
            "x" * 300,
        ],
    )
    def test_nothing_else_is_reached(self, world: World, name: str) -> None:
        """No path leads out of the folder, to a hidden file or to a folder."""
        files = world.directory / "files"
        (files / "a" / ".git").mkdir(parents=True)
        (files / "a" / ".git" / "config").touch()
        (files / ".hidden").touch()

        for root in ("", "/sandbox"):
            answer = Visitor(world.app, root).get(f"/files/{name}", follow_redirects=True)
            assert answer.status_code == 404


class TestTheApisAddress:
    """A POST at a site's root is a call; see also tests/wire."""

    @pytest.mark.parametrize("path", ["/", "/sandbox", "/sandbox/"])
    def test_an_unsigned_call_is_refused_in_amazons_form(self, world: World, path: str) -> None:
        """With and without a slash the API answers, in JSON, and asks for a signature."""
        answer = Client(world.app).post(path, data=b"{}", headers={"X-Amz-Target": "x"})

        assert answer.status_code == 400
        assert json.loads(answer.data)["__type"] == "MissingAuthenticationTokenException"
        assert answer.headers["Content-Type"] == "application/x-amz-json-1.1"

    def test_a_body_that_is_too_large_is_refused_in_amazons_form(self, world: World) -> None:
        """An API client reads JSON, whatever goes wrong."""
        answer = Client(world.app).post("/sandbox", data=b" " * 5_000_000)

        assert answer.status_code == 413
        assert json.loads(answer.data)["__type"] == "RequestEntityTooLargeException"

    def test_a_browser_is_led_from_sandbox_to_the_slash(self, world: World) -> None:
        """GET /sandbox leads to /sandbox/, and keeps the query."""
        answer = Client(world.app).get("/sandbox?a=b")

        assert (answer.status_code, answer.location) == (308, "/sandbox/?a=b")
        assert Client(world.app).get("/sandboxes").status_code == 404
