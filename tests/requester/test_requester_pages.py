"""The requester's pages as WSGI gives them: what they show, whom they let in, what they refuse."""

import pytest
from werkzeug.test import TestResponse

from local_crowd.operations.hits.batches import derive_batch, parse_input_row
from local_crowd.operations.people import access_keys, requesters, sign_in_limits
from local_crowd.operations.qualifications import for_workers
from tests.support.crowds import DAY, HOUR
from tests.support.requester_sites import (
    BATCH,
    INPUT,
    PASSWORD,
    Requester,
    RequesterWorld,
)
from tests.support.worker_sites import TOKEN, UNKNOWN, Visitor, fields_of, words

PAGES = (
    "",
    "batches/{batch}",
    "batches/{batch}/answers",
    "hits/{hit}",
    "hits/{hit}/page",
    "answers/{answer}",
    "answers/{answer}/whole",
    "workers",
    "workers/{worker}",
    "message?worker={worker}",
    "qualifications",
    "qualifications/{type}",
)
FORMS = (
    "review",
    "answers/{answer}/bonus",
    "workers/{worker}/block",
    "workers/{worker}/unblock",
    "message",
    "qualifications/{type}/grant",
    "qualifications/{type}/revoke",
    "qualification_requests/{request}/grant",
    "qualification_requests/{request}/reject",
)


@pytest.fixture
def things(world: RequesterWorld) -> dict[str, str]:
    """The ids of one of everything that is the Vision lab's."""
    hit = world.row()
    answer = world.do(hit)
    world.perform("ApproveAssignment", AssignmentId=answer)
    type_id = qualification(world)
    ben = world.worker("Ben")
    with world.sandbox.writing() as call:
        asked = for_workers.request(call, ben, type_id)
    return {
        "batch": BATCH,
        "hit": hit["HITId"],
        "answer": answer,
        "worker": world.worker("Ada"),
        "type": type_id,
        "request": asked.request_id,
    }


def qualification(world: RequesterWorld, name: str = "Speaks Danish") -> str:
    response = world.perform(
        "CreateQualificationType",
        Name=name,
        Description="Reads and writes Danish",
        QualificationTypeStatus="Active",
    )
    return str(response["QualificationType"]["QualificationTypeId"])


class TestWhoGetsIn:
    """A key pair, or a name and a password; nothing else, and nobody else's session."""

    def test_a_password_lets_a_requester_in(self, world: RequesterWorld) -> None:
        """Who signs in sees the batches under their name, and after signing out no more."""
        lab = world.member()
        shown = words(lab.get("/requester/"))

        assert "Batches Workers Qualifications Messages Vision lab Sign out" in shown
        assert "No HITs yet." in shown
        assert lab.post("/requester/sign_out").location == "/sandbox/requester/sign_in"
        assert lab.get("/requester/").status_code == 303

    def test_the_key_pair_lets_a_requester_in(self, world: RequesterWorld) -> None:
        """The pair of config.json opens the pages, and new keys end the session."""
        access_key, secret_key = world.keys("lab")
        lab = Requester(world.app)

        assert lab.enter(access_key, secret_key).location == "/sandbox/requester/"
        answer = lab.get("/requester/")
        assert answer.status_code == 200
        assert secret_key not in answer.text
        with world.sandbox.writing() as call:
            requester_id = access_keys.find_id(call, "lab")
            assert requester_id is not None
            access_keys.set_keys(call, "lab", requester_id, access_keys.generate_keys(call))
        assert lab.get("/requester/").status_code == 303
        assert lab.enter(access_key, secret_key).status_code == 403

    @pytest.mark.parametrize(
        ("name", "secret"),
        [
            ("Vision lab", "wrong horse battery"),
            ("Vision lab", ""),
            ("vision lab", PASSWORD),
            ("Nobody", PASSWORD),
            ("", ""),
            ("KEY", PASSWORD),
            ("Keys only", ""),
            ("Keys only", "None"),
            ("Keys only", "SECRET"),
            ("x" * 5000, "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace")),
        ],
    )
    def test_what_does_not_belong_together_lets_nobody_in(
        self, world: RequesterWorld, name: str, secret: str
    ) -> None:
        """One sentence for every wrong pair, which says nothing of who there is."""
        world.member()
        access_key, secret_key = world.keys("Keys only")
        visitor = Requester(world.app)
        name, secret = name.replace("KEY", access_key), secret.replace("SECRET", secret_key)
        answer = visitor.enter(name, secret)

        assert answer.status_code == 403
        assert "The name or key does not match the password or secret" in words(answer)
        assert not secret or secret not in answer.text
        assert visitor.get("/requester/").status_code == 303

    def test_guessing_is_slowed_down(self, world: RequesterWorld) -> None:
        """After so many wrong guesses even the right password has to wait."""
        world.member()
        visitor = Requester(world.app)
        token = visitor.token()
        wrong = {"csrf_token": token, "name": "Vision lab", "secret": "guess"}
        # A hash takes its time: those below the limit are counted without one.
        with world.sandbox.writing() as call:
            for _ in range(sign_in_limits.ACCOUNT_AND_ADDRESS.burst - 1):
                sign_in_limits.count_attempt(call, "requester Vision lab", "127.0.0.1")

        def attempt(secret: str) -> TestResponse:
            form = wrong | {"secret": secret}
            at = {"REMOTE_ADDR": "127.0.0.1"}
            return visitor.bare_post("/requester/sign_in", form, environ_base=at)

        assert attempt("guess").status_code == 403
        answer = attempt(PASSWORD)
        assert answer.status_code == 429
        assert "Too many attempts to sign in." in words(answer)
        assert int(answer.headers["Retry-After"]) == sign_in_limits.ACCOUNT_AND_ADDRESS.interval
        assert visitor.get("/requester/").status_code == 303
        world.clock.advance(int(answer.headers["Retry-After"]))
        assert attempt(PASSWORD).status_code == 303
        assert visitor.get("/requester/").status_code == 200

    def test_a_session_ends_after_half_a_day(self, world: RequesterWorld) -> None:
        """A session can spend money, so it does not last for ever."""
        lab = world.member()
        world.clock.advance(12 * HOUR - 1)
        assert lab.get("/requester/").status_code == 200
        world.clock.advance(1)

        assert lab.get("/requester/").status_code == 303

    def test_another_password_ends_the_session(self, world: RequesterWorld) -> None:
        """A session by password is worth nothing once the password is another, or none."""
        lab = world.member()
        with world.sandbox.writing() as call:
            requesters.set_password(call, "Vision lab", None)

        assert lab.get("/requester/").status_code == 303

    @pytest.mark.parametrize("path", [*PAGES, *FORMS])
    def test_a_worker_cannot_open_requester_pages(
        self, world: RequesterWorld, things: dict[str, str], path: str
    ) -> None:
        """No page is shown to a worker, nor does a form of theirs do anything."""
        address = "/requester/" + path.format(**things)
        ada = world.visitor("Ada")
        if path in FORMS:
            stranger = Requester(world.app)
            assert ada.post(address).status_code == 400
            answer = stranger.post(address, {"decide": f"approve {things['answer']}"})
        else:
            answer = ada.get(address)

        assert answer.status_code == 303
        assert answer.location.startswith("/sandbox/requester/sign_in")

    def test_a_requester_cannot_open_worker_pages(self, world: RequesterWorld) -> None:
        """Whoever signed in as a requester is a stranger to the workers' pages."""
        lab = world.member()
        hit = world.launch()

        assert lab.get("/my_work").location == "/sandbox/sign_in?next=/my_work"
        assert lab.get(f"/groups/{hit['HITTypeId']}").status_code == 303

    def test_a_cookie_under_the_other_name_is_worth_nothing(self, world: RequesterWorld) -> None:
        """The two kinds of session are signed differently: neither can be passed off as the other."""
        lab, ada = world.member(), world.visitor("Ada")
        theirs = lab.client.get_cookie("local_crowd_sandbox_requester", path="/sandbox/requester")
        hers = ada.client.get_cookie("local_crowd_sandbox", path="/sandbox/")
        assert theirs is not None
        assert hers is not None

        thief = Visitor(world.app)
        thief.client.set_cookie("local_crowd_sandbox", theirs.value, path="/sandbox/")
        assert thief.get("/my_work").status_code == 303
        thief.client.set_cookie(
            "local_crowd_sandbox_requester", hers.value, path="/sandbox/requester"
        )
        assert thief.get("/requester/").status_code == 303
        thief.client.set_cookie(
            "local_crowd_sandbox_requester", theirs.value, path="/sandbox/requester"
        )
        assert thief.get("/requester/").status_code == 200

    def test_the_cookie_is_for_these_pages_only(self, world: RequesterWorld) -> None:
        """The cookie goes to the requester's pages of one site, and to no script."""
        cookie = Requester(world.app).get("/requester/sign_in").headers["Set-Cookie"]

        assert cookie.startswith("local_crowd_sandbox_requester=")
        assert {"HttpOnly", "SameSite=Lax", "Path=/sandbox/requester"} <= set(cookie.split("; "))

    def test_a_sandbox_session_is_none_on_the_live_site(self, world: RequesterWorld) -> None:
        """Whoever signed in to one site is a stranger to the other."""
        lab = world.member()
        lab.root = ""

        assert lab.get("/requester/").location == "/requester/sign_in"

    @pytest.mark.parametrize("path", FORMS)
    def test_a_post_without_the_token_is_refused(
        self, world: RequesterWorld, things: dict[str, str], path: str
    ) -> None:
        """Another site's page can do nothing in a requester's name."""
        lab = world.member()
        for data in ({}, {"csrf_token": "forged"}):
            answer = lab.bare_post("/requester/" + path.format(**things), data)
            assert answer.status_code == 400
            assert "This page is out of date" in words(answer)

    @pytest.mark.parametrize(
        ("wanted", "leads_to"),
        [
            ("/requester/workers?page=2", "/sandbox/requester/workers?page=2"),
            ("//evil.example/", "/sandbox/requester/"),
            ("https://evil.example/", "/sandbox/requester/"),
            ("/requester//evil.example", "/sandbox/requester/"),
            ("/requester/\\evil", "/sandbox/requester/"),
            ("/requester/\r\nX: 1", "/sandbox/requester/"),
            ("/my_work", "/sandbox/requester/"),
        ],
    )
    def test_signing_in_leads_to_the_page_that_was_wanted(
        self, world: RequesterWorld, wanted: str, leads_to: str
    ) -> None:
        """And never to another site."""
        world.member()

        assert Requester(world.app).enter("Vision lab", PASSWORD, next=wanted).location == leads_to


class TestStrangers:
    """What is another requester's is not there."""

    @pytest.mark.parametrize("path", [path for path in PAGES if "{" in path and "?" not in path])
    def test_pages_of_another_requester_are_not_found(
        self, world: RequesterWorld, things: dict[str, str], path: str
    ) -> None:
        """Batch, answers, HIT, worker and qualification of one are a 404 to another."""
        address = "/requester/" + path.format(**things)
        assert world.member().get(address).status_code == 200
        answer = world.member("Rivals").get(address)

        assert answer.status_code == 404
        assert "Not found" in words(answer)
        assert "Name the animal" not in answer.text

    @pytest.mark.parametrize("path", ["", "workers", "qualifications"])
    def test_lists_show_nothing_of_another_requester(
        self, world: RequesterWorld, things: dict[str, str], path: str
    ) -> None:
        """The lists of somebody who has nothing are empty, whatever others have."""
        answer = world.member("Rivals").get(f"/requester/{path}")

        assert answer.status_code == 200
        for known in things.values():
            assert known not in answer.text

    def test_another_requesters_work_cannot_be_touched(
        self, world: RequesterWorld, things: dict[str, str]
    ) -> None:
        """Reviewing, paying, blocking, granting what is another's does nothing."""
        answer = world.do(world.row(1), "Eve")
        rivals = world.member("Rivals")
        chosen = {"decide": "reject", "assignment_id": answer, "confirmed": "y", "feedback": "No"}
        shown = rivals.post("/requester/review", chosen)
        assert "Nothing to reject" in words(shown)
        for path, data in (
            (f"answers/{answer}/bonus", {"amount": "1", "reason": "x"}),
            (f"workers/{things['worker']}/block", {"reason": "x"}),
            (f"workers/{things['worker']}/unblock", {}),
            (f"qualifications/{things['type']}/grant", {"worker_id": "A1", "value": "1"}),
            (f"qualification_requests/{things['request']}/grant", {"value": "1"}),
            (f"qualification_requests/{things['request']}/reject", {}),
        ):
            assert rivals.post(f"/requester/{path}", data).status_code == 404, path
        letter = {"worker": things["worker"], "subject": "Hi", "text": "Ho"}
        assert rivals.post("/requester/message", letter).status_code == 400

        assert world.status(answer) == "Submitted"
        assert world.perform("ListWorkerBlocks")["WorkerBlocks"] == []
        waiting = world.perform("ListQualificationRequests")["QualificationRequests"]
        assert [request["QualificationRequestId"] for request in waiting] == [things["request"]]


class TestBatches:
    """HITs of one batch stand together."""

    def test_batches_are_told_by_annotation_else_by_hit_type(self) -> None:
        """What launch_hits.py notes makes the batch and the row; anything else is a HIT type's."""
        assert derive_batch(f"batch={BATCH} row=7", "TYPE") == BATCH
        assert parse_input_row(f"batch={BATCH} row=7") == 7
        for other in (
            None,
            "",
            "mine",
            "batch=../x row=1",
            "batch=a row=x",
            f"batch={'a' * 65} row=1",
        ):
            assert derive_batch(other, "TYPE") == "TYPE"
            assert parse_input_row(other) is None

    def test_the_list_says_how_far_each_batch_is(self, world: RequesterWorld) -> None:
        """Title, reward, HITs, and how many assignments stand where; what others made is a batch
        by its HIT type; the newest first.
        """
        hits = [world.row(number, MaxAssignments=2) for number in range(3)]
        first, second = world.do(hits[0]), world.do(hits[0], "Ben")
        world.do(hits[1])
        world.perform("ApproveAssignment", AssignmentId=first)
        world.perform("RejectAssignment", AssignmentId=second, RequesterFeedback="No")
        world.launch(Title="By other means")
        answer = world.member().get("/requester/")
        shown = words(answer)

        assert shown.index("By other means") < shown.index("Name the animal")
        assert "$0.05 · 3 HITs · launched 2026-01-01 00:00 UTC · expires 2026-01-08" in shown
        assert "Approved 1 Rejected 1 To review 1 Available 3" in shown
        assert "Review 1 answer" in shown
        assert f'href="/sandbox/requester/batches/{BATCH}"' in answer.text

    def test_a_batch_that_expired_and_one_that_was_deleted(self, world: RequesterWorld) -> None:
        """Slots nobody took are expired after the HIT's end; deleted HITs are no longer there."""
        hit = world.row()
        world.clock.advance(8 * DAY)
        lab = world.member()
        assert "ended Expired 1" in words(lab.get("/requester/"))
        world.perform("DeleteHIT", HITId=hit["HITId"])

        assert "No HITs yet." in words(lab.get("/requester/"))
        assert lab.get(f"/requester/batches/{BATCH}").status_code == 404

    def test_a_batch_shows_its_hits_and_its_charts(self, world: RequesterWorld) -> None:
        """Each HIT with its row and status; the charts say in words and in a table what they draw."""
        hits = [world.row(number) for number in range(3)]
        for hit, name, seconds in zip(hits, ("Ada", "Ben", "Cleo"), (20, 21, 200), strict=True):
            world.do(hit, name, seconds)
        answer = world.member().get(f"/requester/batches/{BATCH}")
        shown = words(answer)

        for number, hit in enumerate(hits):
            assert f"{number} {hit['HITId']} Reviewable 1 0 0 0 1" in shown
        assert "Median working time 21 seconds" in shown
        assert answer.text.count('<svg viewBox="0 0 600 120"') == 2
        assert 'aria-labelledby="when-title when-desc"' in answer.text
        assert "15 seconds – 30 seconds 2" in shown
        assert "3 minutes 15 seconds – 3 minutes 30 seconds 1" in shown
        assert "2026-01-01 00:00 UTC – 2026-01-01 00:01 UTC 2" in shown
        assert "style=" not in answer.text

    def test_pages_can_be_turned(self, world: RequesterWorld) -> None:
        """A page has fifty HITs in the order of the rows; a page that does not exist is not found."""
        for number in range(53):
            world.row(number)
        lab = world.member()
        first = words(lab.get(f"/requester/batches/{BATCH}"))
        second = lab.get(f"/requester/batches/{BATCH}?page=2")

        assert "Page 1 of 2 Next" in first
        assert "Previous Page 2 of 2" in words(second)
        assert second.text.count('<td class="main"><a class="id"') == 3
        for page in ("0", "-1", "x", "1.5", "9" * 30, "١"):
            assert lab.get(f"/requester/batches/{BATCH}?page={page}").status_code == 404
        assert lab.get(f"/requester/batches/{BATCH}?page=99").status_code == 200


class TestWorkers:
    """Who worked, blocks, messages."""

    def test_the_list_says_who_did_what(self, world: RequesterWorld) -> None:
        """How many, how many approved and rejected, the rate, the median time; not who they are."""
        ids = [world.do(world.row(n), "Ada", seconds) for n, seconds in enumerate((10, 20, 90))]
        world.do(world.row(9), "Ben", 30)
        for assignment_id in ids[:2]:
            world.perform("ApproveAssignment", AssignmentId=assignment_id)
        world.perform("RejectAssignment", AssignmentId=ids[2], RequesterFeedback="No")
        answer = world.member().get("/requester/workers")
        shown = words(answer)

        ada, ben = world.worker("Ada"), world.worker("Ben")
        assert "2 workers submitted work." in shown
        assert f"{ada} 3 2 1 66% 20 seconds 2026-01-01 00:02 UTC" in shown
        assert f"{ben} 1 0 0 – 30 seconds" in shown
        assert "Ada" not in shown

    def test_blocking_and_unblocking(self, world: RequesterWorld) -> None:
        """A block takes a reason and is shown with it; unblocking lifts it."""
        world.do(world.row())
        lab, ada = world.member(), world.worker("Ada")
        lab.post(f"/requester/workers/{ada}/block", {"reason": "  "})
        assert "Enter why you block the worker, for your own records." in words(
            lab.get(f"/requester/workers/{ada}")
        )
        assert (
            lab.post(f"/requester/workers/{ada}/block", {"reason": "At random"}).status_code == 303
        )
        assert "Blocked: At random" in words(lab.get(f"/requester/workers/{ada}"))
        assert "Blocked" in words(lab.get("/requester/workers"))
        blocks = world.perform("ListWorkerBlocks")["WorkerBlocks"]
        assert blocks == [{"WorkerId": ada, "Reason": "At random"}]
        lab.post(f"/requester/workers/{ada}/unblock")

        assert world.perform("ListWorkerBlocks")["WorkerBlocks"] == []

    def test_a_block_without_work_can_be_found_and_lifted(self, world: RequesterWorld) -> None:
        """Whoever was blocked beforehand, by a script, stands on the page too."""
        ben = world.worker("Ben")
        world.perform("CreateWorkerBlock", WorkerId=ben, Reason="Known elsewhere")
        lab = world.member()

        assert f"{ben} : Known elsewhere" in words(lab.get("/requester/workers")).replace(
            f"{ben}:", f"{ben} :"
        )
        assert lab.get(f"/requester/workers/{ben}").status_code == 200

    def test_a_message_reaches_those_whose_work_was_reviewed(self, world: RequesterWorld) -> None:
        """The others are named, with the reason."""
        world.perform("ApproveAssignment", AssignmentId=world.do(world.row(0), "Ada"))
        world.do(world.row(1), "Ben")
        lab, ada, ben = world.member(), world.worker("Ada"), world.worker("Ben")
        form = lab.get(f"/requester/message?worker={ada}&worker={ben}&worker={UNKNOWN}")
        assert "Write to 2 workers" in words(form)
        sent = lab.post(
            "/requester/message",
            {"worker": [ada, ben], "subject": "New <HITs>", "text": "Come\r\nback"},
        )

        assert sent.status_code == 409
        assert "The message is sent to 1 worker." in words(sent)
        assert f"{ben} You have reviewed no work of worker {ben}" in words(sent)
        inbox = words(world.visitor("Ada").get("/messages"))
        assert "New <HITs> Vision lab" in inbox
        assert "Come back" in inbox

    @pytest.mark.parametrize(
        ("subject", "text", "message"),
        [
            ("", "x", "Enter a subject and a text."),
            ("x", " ", "Enter a subject and a text."),
            ("x" * 201, "x", "A subject can have 200 characters, a message 4,096."),
            ("x", "x" * 4097, "A subject can have 200 characters, a message 4,096."),
        ],
    )
    def test_an_invalid_message_is_not_sent(
        self, world: RequesterWorld, subject: str, text: str, message: str
    ) -> None:
        """It is said what is missing, and what was typed stays."""
        world.do(world.row())
        lab = world.member()
        letter = {"worker": world.worker("Ada"), "subject": subject, "text": text}
        refused = lab.post("/requester/message", letter)

        assert refused.status_code == 400
        assert message in words(refused)
        assert lab.get("/requester/message").status_code == 303


class TestQualifications:
    """Types, who has them, who waits for them."""

    def test_requests_are_granted_and_rejected(self, world: RequesterWorld) -> None:
        """The requests stand with their workers; granting gives the value, rejecting the reason."""
        danish, dutch = qualification(world), qualification(world, "Speaks Dutch")
        ada = world.worker("Ada")
        with world.sandbox.writing() as call:
            asked = [
                for_workers.request(call, ada, type_id).request_id for type_id in (danish, dutch)
            ]
        lab = world.member()
        shown = words(lab.get("/requester/qualifications"))
        assert "Speaks Danish yes you decide 0 1" in shown
        assert f"Speaks Dutch worker {ada} · requested" in shown
        address = "/requester/qualification_requests"
        lab.post(f"{address}/{asked[0]}/grant", {"value": "x"})
        assert "A qualification's value is a whole number" in words(lab.get("/requester/"))
        lab.post(f"{address}/{asked[0]}/grant", {"value": "-5"})
        lab.post(f"{address}/{asked[1]}/reject", {"reason": "Show us first"})

        score = world.perform("GetQualificationScore", QualificationTypeId=danish, WorkerId=ada)
        assert score["Qualification"]["IntegerValue"] == -5
        with world.sandbox.reading() as call:
            mine = for_workers.list_requests(call, ada, 10)
        assert {row.name: (row.status, row.reason) for row in mine} == {
            "Speaks Danish": ("Granted", None),
            "Speaks Dutch": ("Rejected", "Show us first"),
        }
        assert "No requests are waiting." in words(lab.get("/requester/qualifications"))
        again = lab.post(f"{address}/{asked[0]}/grant", {"value": "1"}, follow_redirects=True)
        assert "This QualificationRequest is currently in the state 'Granted'." in words(again)

    def test_granting_and_revoking(self, world: RequesterWorld) -> None:
        """A type's page lists who has it, gives it, and takes it back with a reason."""
        type_id, ada = qualification(world), world.worker("Ada")
        lab = world.member()
        address = f"/requester/qualifications/{type_id}"
        for form, message in (
            ({"worker_id": "", "value": "1"}, "Enter a worker ID."),
            ({"worker_id": ada, "value": "9" * 10}, "A qualification's value is a whole number"),
            ({"worker_id": "A0NOBODY", "value": "1"}, 'The value "A0NOBODY" is not valid'),
            (
                {"worker_id": ada, "value": "80"},
                f"Worker {ada} now has the qualification with the value 80.",
            ),
        ):
            answer = lab.post(f"{address}/grant", form, follow_redirects=True)
            assert message in words(answer)
        assert f"{ada} · value 80 · since 2026-01-01" in words(answer)
        assert "Speaks Danish: 80" in words(lab.get(f"/requester/workers/{ada}"))
        form = {"worker_id": ada, "reason": "Not so well"}
        revoked = lab.post(f"{address}/revoke", form, follow_redirects=True)

        assert f"Worker {ada} no longer has the qualification." in words(revoked)
        assert "No workers have it." in words(revoked)
        again = lab.post(f"{address}/revoke", form, follow_redirects=True)
        assert "This operation can be called with a status of: Granted" in words(again)

    def test_the_systems_types_are_not_a_requesters(self, world: RequesterWorld) -> None:
        """Their pages are not found."""
        lab = world.member()
        assert lab.get("/requester/qualifications/00000000000000000071").status_code == 404


def test_what_the_fixture_promises(world: RequesterWorld, things: dict[str, str]) -> None:
    """The tests of strangers are about things that are there."""
    answers = world.answers(things["hit"])
    assert [(status, fields_of(xml)) for status, xml in answers] == [
        ("Approved", [("word", "cat")])
    ]
    assert INPUT["picture"] in world.member().get(f"/requester/hits/{things['hit']}").text
    assert TOKEN.search(world.member().get("/requester/").text)
