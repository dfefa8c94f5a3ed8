"""No page shows or changes what is somebody else's."""

import re

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from local_crowd.operations.people import access_keys
from tests.support.other_requesters import SECRET, Theirs
from tests.support.qualification_samples import SKILL
from tests.support.site_routes import OPEN, pages_of
from tests.support.worker_sites import Visitor, World, words


class TestPages:
    """Every page, those that will be written too."""

    def filled(self, rule: str, theirs: Theirs) -> str:
        """A rule's path, with ids that are there."""
        values = {
            "hit_id": theirs.hit,
            "hit_type_id": theirs.hit_type,
            "assignment_id": theirs.held,
            "worker_id": theirs.worker,
            "type_id": theirs.type,
            "request_id": theirs.request,
            "batch": "x",
        }
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda match: values.get(match[1], "x"), rule)

    def test_no_page_is_open_to_nobody(self, world: World) -> None:
        """Who did not sign in is led to sign in, by GET and by a form with a token of their own;
        nothing changes, and nothing of anybody's is shown.
        """
        theirs = Theirs(world)
        before = theirs.state()
        pages = pages_of(world.app._apps["sandbox"])
        assert {endpoint for endpoint, _ in pages} > OPEN
        asked = 0
        for endpoint, rule in pages:
            method, _, path = rule.partition(" ")
            if endpoint in OPEN:
                continue
            visitor = world.visitor()
            path = self.filled(path, theirs)
            token = visitor.token()
            if path.startswith("/requester"):
                token = re.findall(
                    'csrf_token" value="([^"]+)', visitor.get("/requester/sign_in").text
                )[0]
            answer = (
                visitor.get(path)
                if method == "GET"
                else visitor.bare_post(path, {"csrf_token": token})
            )
            assert answer.status_code == 303, (rule, answer.status)
            assert re.match("/sandbox/(requester/)?sign_in", answer.location), rule
            assert SECRET not in answer.text
            asked += 1
        assert asked > 40
        assert theirs.state() == before

    def test_no_page_shows_another_worker_s(self, world: World) -> None:
        """Who is signed in as a worker sees neither what another holds, nor any requester's page."""
        theirs = Theirs(world)
        before = theirs.state()
        for endpoint, rule in pages_of(world.app._apps["sandbox"]):
            method, _, path = rule.partition(" ")
            if endpoint in OPEN or endpoint in ("hit_list.accept", "hit_list.preview"):
                continue  # which are of HITs for everybody
            path = self.filled(path, theirs)
            eve = world.visitor("Eve")
            answer = eve.get(path) if method == "GET" else eve.post(path)
            assert answer.status_code < 500, rule
            assert theirs.worker not in answer.text.replace(path, "").replace(
                path.replace("/", "%2F"), ""
            ), rule
            assert theirs.request not in answer.text.replace(path, ""), rule
            assert "Ada" not in words(answer), rule
            if path.startswith("/requester"):
                assert answer.status_code in (303, 400), rule
                if answer.status_code == 303:
                    assert answer.location.startswith("/sandbox/requester/sign_in"), rule
            elif theirs.held in path:
                assert answer.status_code == 404, rule
        assert theirs.state() == before

    def test_nothing_private_is_kept_by_a_cache(self, world: World) -> None:
        """Pages, states, redirects and refusals say no-store; files and scripts may be kept."""
        ada, hit, assignment_id = world.holder()
        (world.directory / "files").mkdir()
        (world.directory / "files" / "a.txt").write_text("a")
        private = [
            ada.get(path)
            for path in (
                *("/", "/my_work", "/account", "/earnings", "/messages", "/nothing", "/sign_in"),
                *(f"/work/{assignment_id}", f"/work/{assignment_id}/state"),
                f"/hit_page/{hit['HITId']}?assignmentId={assignment_id}",
                *("/requester/", "/requester/sign_in", "/mturk/findhits"),
            )
        ]
        private += [ada.bare_post("/"), ada.submit(), ada.post("/sign_out"), ada.get("/my_work")]
        for answer in private:
            assert answer.headers["Cache-Control"] == "no-store", answer.request.path
        assert ada.get("/files/a.txt").headers["Cache-Control"] == "no-cache"

    def test_our_windows_are_our_own(self, world: World) -> None:
        """Every page of ours cuts the tie to whoever opened it; HIT pages keep theirs."""
        ada, hit, assignment_id = world.holder()
        for path in ("/", "/my_work", f"/work/{assignment_id}", "/sign_in", "/requester/sign_in"):
            policy = ada.get(path).headers["Cross-Origin-Opener-Policy"]
            assert policy == "same-origin-allow-popups"
        hit_page = ada.get(f"/hit_page/{hit['HITId']}?assignmentId={assignment_id}")
        assert "Cross-Origin-Opener-Policy" not in hit_page.headers

    def test_a_preview_is_for_who_may_preview(self, world: World) -> None:
        """Its frame asks the same as the page around it: a HIT's id alone opens nothing."""
        qualification_type = world.perform("CreateQualificationType", **SKILL)["QualificationType"]
        requirement = {
            "QualificationTypeId": qualification_type["QualificationTypeId"],
            "Comparator": "Exists",
            "ActionsGuarded": "PreviewAndAccept",
        }
        hit = world.launch(SECRET, QualificationRequirements=[requirement])
        eve = world.visitor("Eve")
        path = f"/hit_page/{hit['HITId']}?assignmentId=ASSIGNMENT_ID_NOT_AVAILABLE"
        refused = eve.get(path)
        assert refused.status_code == 403
        assert SECRET not in refused.text
        (worker,) = re.findall("<code>(A[A-Z0-9]+)</code>", eve.get("/my_work").text)
        world.perform(
            "AssociateQualificationWithWorker",
            QualificationTypeId=qualification_type["QualificationTypeId"],
            WorkerId=worker,
        )
        assert SECRET in eve.get(path).text

    @pytest.mark.parametrize(
        "wanted",
        [
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/requester/\\..\\..\\evil.example",
            "/requester//evil.example",
            "/requester/\t/evil.example",
            "/requesterevil.example",
            "javascript:alert(1)",
            "/requester/\r\nSet-Cookie: a=b",
        ],
    )
    def test_a_requester_is_not_led_elsewhere(self, world: World, wanted: str) -> None:
        """Signing in goes on to the requester's pages, whatever a forged link says."""
        with world.sandbox.writing() as call:
            access_key, secret_key = access_keys.create(call, "Lab")
        visitor = world.visitor()
        (token,) = re.findall('csrf_token" value="([^"]+)', visitor.get("/requester/sign_in").text)
        typed = {"csrf_token": token, "name": access_key, "secret": secret_key, "next": wanted}
        answer = visitor.bare_post("/requester/sign_in", typed)
        assert (answer.status_code, answer.location) == (303, "/sandbox/requester/")

    def test_a_session_is_good_where_it_was_made(self, world: World) -> None:
        """A worker's cookie under the requester's name, or at the other site, or made with another
        secret, is nobody's.
        """
        with world.sandbox.writing() as call:
            access_keys.create(call, "Lab")
        ada = world.visitor("Ada")
        cookie = ada.client.get_cookie("local_crowd_sandbox", path="/sandbox/")
        assert cookie is not None
        thief = world.visitor()
        thief.client.set_cookie(
            "local_crowd_sandbox_requester", cookie.value, path="/sandbox/requester"
        )
        assert thief.get("/requester/").status_code == 303
        live = Visitor(world.app, "")
        live.client.set_cookie("local_crowd_live", cookie.value, path="/")
        assert live.get("/my_work").status_code == 303
        app = Flask("forger")
        app.secret_key = "guessed"
        signer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert signer is not None
        thief.client.set_cookie(
            "local_crowd_sandbox", str(signer.dumps({"worker_id": "A1"})), path="/sandbox/"
        )
        assert thief.get("/my_work").status_code == 303
        thief.client.set_cookie("local_crowd_sandbox", cookie.value, path="/sandbox/")
        assert thief.get("/my_work").status_code == 200  # the cookie itself is a good one
