"""The page of a HIT, and what submitting it does."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from werkzeug.test import Client

from tests.support.crowds import MINUTE
from tests.support.worker_sites import UNKNOWN, World, fields_of, multipart, words

PREVIEW = "ASSIGNMENT_ID_NOT_AVAILABLE"


SUBMIT = "/mturk/externalSubmit"


@pytest.fixture
def new_world(tmp_path: Path) -> Iterator[Callable[..., World]]:
    """Opens the test's crowd."""
    opened: list[World] = []

    def new_world(**more: int) -> World:
        opened.append(World(tmp_path / "crowd", **more))
        return opened[-1]

    yield new_world
    for world in opened:
        world.app.close()


@pytest.fixture
def world(new_world: Callable[..., World]) -> World:
    """A crowd in which nothing has happened yet."""
    return new_world()


class TestTheHitPage:
    """The requester's page in its frame."""

    def source(self, page: str) -> str:
        """The address of the page's frame."""
        return page.partition('<iframe src="')[2].partition('"')[0].replace("&amp;", "&")

    def test_the_parameters_stand_in_amazons_order(self, world: World) -> None:
        """assignmentId, hitId, workerId, turkSubmitTo, the last without a slash at its end."""
        ada, hit, assignment_id = world.holder()
        source = self.source(ada.get(f"/work/{assignment_id}").text)
        worker_id = words(ada.get("/my_work")).partition("worker ID is ")[2].split()[0].strip(".")

        assert source.endswith("&turkSubmitTo=http%3A%2F%2Flocalhost%2Fsandbox")
        assert parse_qsl(urlsplit(source).query) == [
            ("assignmentId", assignment_id),
            ("hitId", hit["HITId"]),
            ("workerId", worker_id),
            ("turkSubmitTo", "http://localhost/sandbox"),
        ]

    def test_a_preview_has_no_assignment_and_no_worker(self, world: World) -> None:
        """In a preview the assignment is Amazon's stand-in, and who looks is not told."""
        hit = world.launch()
        page = world.visitor("Ada").get(f"/groups/{hit['HITTypeId']}").text

        assert parse_qsl(urlsplit(self.source(page)).query) == [
            ("assignmentId", PREVIEW),
            ("hitId", hit["HITId"]),
            ("turkSubmitTo", "http://localhost/sandbox"),
        ]

    def test_proxies_are_believed_only_when_told(self, new_world: Callable[..., World]) -> None:
        """turkSubmitTo says where the browser came to; forwarded headers count when expected."""
        headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "crowd.example"}
        seen = []
        for proxies in (0, 1):
            world = new_world(proxies=proxies)
            _, hit, assignment_id = world.holder(
                f"Ada {proxies}", html="<form action=//www.mturk.com/mturk/externalSubmit>"
            )
            path = f"/hit_page/{hit['HITId']}?assignmentId={assignment_id}"
            page = world.visitor().get(path, headers=headers).text
            seen.append(page.rpartition("</script>")[2])

        assert seen == [
            "<form action=http://localhost/sandbox/mturk/externalSubmit>",
            "<form action=https://crowd.example/sandbox/mturk/externalSubmit>",
        ]

    def test_an_assignment_id_admits_and_a_preview_needs_a_session(self, world: World) -> None:
        """The frame of accepted work needs no cookie; the preview is for who signed in."""
        asked = "<form action='https://example.com/'>Which animal?"
        ada, hit, assignment_id = world.holder(html=asked, MaxAssignments=2)
        stranger = world.visitor()
        path = f"/hit_page/{hit['HITId']}?assignmentId="

        admitted = stranger.get(path + assignment_id)
        assert admitted.status_code == 200
        assert admitted.text.endswith(f"</script>{asked}")
        refused = stranger.get(path + PREVIEW)
        assert refused.status_code == 403
        assert "Sign in first" in words(refused)
        assert ada.get(path + PREVIEW).text == asked

    @pytest.mark.parametrize(
        ("query", "status"),
        [("", 404), (f"?assignmentId={UNKNOWN}", 404), ("?assignmentId=%00%ff", 404)],
    )
    def test_no_assignment_no_page(self, world: World, query: str, status: int) -> None:
        """Without the id of an assignment of this very HIT there is no page."""
        ada, hit, _ = world.holder(html="<p>Secret")
        other = ada.accept(world.launch(Title="Another")["HITTypeId"])

        for tried in (query, f"?assignmentId={other}"):
            answer = ada.get(f"/hit_page/{hit['HITId']}{tried}")
            assert answer.status_code == status
            assert "This assignment does not exist." in words(answer)
            assert "Secret" not in answer.text

    def test_amazons_addresses_in_a_template_become_ours(self, world: World) -> None:
        """A form whose action names Amazon's site posts to this one."""
        _, hit, assignment_id = world.holder(
            html='<form action="https://www.mturk.com/mturk/externalSubmit">'
            "<form action='//workersandbox.mturk.com/mturk/externalSubmit'>"
            "<a href=https://www.mturk.com/worker/help>"
        )
        page = world.visitor().get(f"/hit_page/{hit['HITId']}?assignmentId={assignment_id}").text

        shown = page.rpartition("</script>")[2]
        assert shown.count("http://localhost/sandbox/mturk/externalSubmit") == 2
        assert "https://www.mturk.com/worker/help" in page

    @pytest.mark.parametrize(("asked", "height"), [(0, None), (450, 450), (20, 200)])
    def test_the_frame_is_as_high_as_asked(
        self, world: World, asked: int, height: int | None
    ) -> None:
        """FrameHeight 0 fills the window; a height too small to use is made larger."""
        ada, _, assignment_id = world.holder(height=asked)
        page = ada.get(f"/work/{assignment_id}").text
        frame = page.partition("<iframe")[2].partition(">")[0]

        assert ("fills" in page.partition("<body")[2].partition(">")[0]) is (height is None)
        assert (f'height="{height}"' in frame) if height else ("height" not in frame)
        assert "allow-same-origin" not in page
        assert (
            'sandbox="allow-scripts allow-forms allow-popups allow-popups-to-escape-sandbox '
            'allow-modals allow-downloads"'
        ) in frame


class TestHandingIn:
    """externalSubmit: thanks after the commit, and a clear page for everything else."""

    def test_an_answer_is_kept_as_it_was_sent(self, world: World) -> None:
        """The fields come back from the API; the ids among them do not."""
        ada, hit, assignment_id = world.holder()
        answer = ada.submit(
            assignmentId=assignment_id, word="<é>\n", empty="", hitId="x", workerId="y"
        )

        assert (answer.status_code, words(answer)) == (200, "Thank you Your answer is submitted.")
        ((status, xml),) = world.answers(hit["HITId"])
        assert status == "Submitted"
        assert fields_of(xml) == [("word", "&lt;&#233;&gt;\n")]
        assert "<QuestionIdentifier>empty</QuestionIdentifier><FreeText />" in xml

    def test_fields_of_the_address_count(self, world: World) -> None:
        """A form sent by GET is an answer; so are fields in the address a form posts to."""
        ada, hit, assignment_id = world.holder(MaxAssignments=2)
        got = ada.get(f"{SUBMIT}?assignmentId={assignment_id}&word=cat&word=dog")
        ben = world.visitor("Ben")
        second = ben.accept(hit["HITTypeId"])
        posted = ben.bare_post(f"{SUBMIT}?assignmentId={second}&from=url", {"word": "cow"})

        assert (got.status_code, posted.status_code) == (200, 200)
        read = [fields_of(xml) for _, xml in world.answers(hit["HITId"])]
        assert sorted(read) == [[("from", "url"), ("word", "cow")], [("word", "cat|dog")]]

    def test_a_form_with_files_in_it_is_read(self, world: World) -> None:
        """multipart/form-data is as good as the other form."""
        ada, hit, assignment_id = world.holder()
        answer = ada.bare_post(SUBMIT, **multipart({"assignmentId": assignment_id, "word": "cat"}))

        assert answer.status_code == 200
        assert fields_of(world.answers(hit["HITId"])[0][1]) == [("word", "cat")]

    def test_a_part_without_a_name_is_left_out(self, world: World) -> None:
        """The other fields of a multipart form are stored."""
        ada, hit, assignment_id = world.holder()
        form = multipart({"assignmentId": assignment_id, "word": "cat", "nameless": "x"})
        form["data"] = form["data"].replace(b'; name="nameless"', b"")

        assert ada.bare_post(SUBMIT, **form).status_code == 200
        assert fields_of(world.answers(hit["HITId"])[0][1]) == [("word", "cat")]

    @pytest.mark.parametrize("value", ["", "x", "\r\n--"])
    def test_no_field_of_a_large_form_is_lost(self, world: World, value: str) -> None:
        """Thousands of parts, empty or not, arrive each by itself and unchanged."""
        ada, hit, assignment_id = world.holder()
        fields = {f"a{number}": value for number in range(9000)}
        answer = ada.bare_post(SUBMIT, **multipart({"assignmentId": assignment_id} | fields))

        assert answer.status_code == 200
        xml = world.answers(hit["HITId"])[0][1].replace("<FreeText />", "<FreeText></FreeText>")
        assert fields_of(xml) == list(
            {k: v.replace("\r", "&#13;") for k, v in fields.items()}.items()
        )

    def test_a_megabyte_fits(self, world: World) -> None:
        """An answer of a megabyte that needs encoding throughout is taken whole."""
        ada, hit, assignment_id = world.holder()

        assert ada.submit(assignmentId=assignment_id, text="[]" * 500_000).status_code == 200
        assert fields_of(world.answers(hit["HITId"])[0][1]) == [("text", "[]" * 500_000)]

    def test_late_returned_and_repeated_answers_change_nothing(self, world: World) -> None:
        """What comes too late is refused with a page that says why, and 409."""
        hit = world.launch(MaxAssignments=3)
        ada, ben, cy = (world.visitor(name) for name in ("Ada", "Ben", "Cy"))
        done, returned, late = (worker.accept(hit["HITTypeId"]) for worker in (ada, ben, cy))
        ada.submit(assignmentId=done, word="first")
        ben.post(f"/work/{returned}/return")
        world.clock.advance(10 * MINUTE)

        for assignment_id, message in (
            (done, "Already submitted You already submitted this work. Nothing has changed."),
            (returned, "Not submitted You returned this HIT, so your answer cannot be submitted."),
            (
                late,
                "Not submitted The time allowed for this HIT is over, so your answer was not accepted.",
            ),
        ):
            answer = ada.submit(assignmentId=assignment_id, word="second")
            assert (answer.status_code, words(answer)) == (409, message)
            page = ada.get(f"/hit_page/{hit['HITId']}?assignmentId={assignment_id}")
            assert page.status_code == 409
        assert [fields_of(xml) for _, xml in world.answers(hit["HITId"])] == [[("word", "first")]]
        assert world.slots(hit["HITId"]) == (2, 0)

    @pytest.mark.parametrize(
        ("fields", "status", "message"),
        [
            ({"assignmentId": PREVIEW}, 400, "This is a preview. Accept the HIT to work on it."),
            ({"word": "cat"}, 400, "The page did not say which assignment it answers."),
            ({"assignmentId": ""}, 400, "The page did not say which assignment it answers."),
            ({"assignmentId": UNKNOWN}, 404, "This assignment does not exist. Accept the HIT"),
            ({"assignmentId": "\x00"}, 404, "This assignment does not exist. Accept the HIT"),
            ({"assignmentId": "3" * 9999}, 404, "This assignment does not exist. Accept the HIT"),
        ],
    )
    def test_without_an_assignment_nothing_is_submitted(
        self, world: World, fields: dict[str, str], status: int, message: str
    ) -> None:
        """A preview or an unknown assignment gets a page that says so."""
        ada, hit, _ = world.holder()
        answer = ada.submit(**fields)

        assert answer.status_code == status
        assert words(answer).startswith("Not submitted")
        assert message in words(answer)
        assert world.answers(hit["HITId"]) == []

    @pytest.mark.parametrize(
        ("body", "kind", "status", "message"),
        [
            (b"&a=1" * 10_001, "application/x-www-form-urlencoded", 413, "At most 10,000 fields"),
            (b"&a=\xff\xfe", "application/x-www-form-urlencoded", 400, "not sent as UTF-8"),
            (b"&a=" + b"x" * 5_000_000, "application/x-www-form-urlencoded", 413, "Too large"),
            (b"\x00\x01", "multipart/form-data", 400, "did not say which assignment"),
            (b"{}", "application/json", 400, "did not say which assignment"),
        ],
    )
    def test_what_cannot_be_read_is_refused(
        self, world: World, body: bytes, kind: str, status: int, message: str
    ) -> None:
        """Hostile bodies are refused before they cost anything; the assignment stays open."""
        ada, _, assignment_id = world.holder()
        sent = f"assignmentId={assignment_id}".encode() + body if b"&" in body else body
        answer = Client(world.app).post(f"/sandbox{SUBMIT}", data=sent, content_type=kind)

        assert answer.status_code == status
        assert message in words(answer)
        assert ada.submit(assignmentId=assignment_id).status_code == 200

    def test_ten_thousand_parts_and_one_are_refused(self, world: World) -> None:
        """The limit on fields holds for multipart forms too."""
        ada, _, assignment_id = world.holder()
        fields = {f"a{number}": "" for number in range(10_000)}
        answer = ada.bare_post(SUBMIT, **multipart({"assignmentId": assignment_id} | fields))

        assert answer.status_code == 413

    def test_thanks_are_not_said_before_the_commit(self, world: World) -> None:
        """When the database fails the worker reads so, and the same answer can be sent again."""
        ada, hit, assignment_id = world.holder()
        file = sqlite3.connect(world.directory / "sandbox.sqlite3")
        file.execute(
            "CREATE TRIGGER broken BEFORE UPDATE ON hits BEGIN SELECT RAISE(ABORT, 'disk'); END"
        )
        failed = ada.submit(assignmentId=assignment_id, word="cat")

        assert failed.status_code == 500
        assert "Thank you" not in words(failed)
        assert "Work you already submitted is safe." in words(failed)
        file.execute("DROP TRIGGER broken")
        file.close()
        assert ada.submit(assignmentId=assignment_id, word="cat").status_code == 200
        assert len(world.answers(hit["HITId"])) == 1
