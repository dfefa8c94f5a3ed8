"""What docs/security.md claims of requesters, workers, hosts, caches and secrets, and no other test
holds.
"""

import io
import json
import re
import time
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

import launch_hits
import serve_local_crowd
from local_crowd import hosts
from local_crowd.app import create_app
from local_crowd.operations import paging
from local_crowd.operations.call import Call
from local_crowd.operations.errors import CrowdError
from local_crowd.operations.people import access_keys
from local_crowd.operations.people.nicknames import InvalidNickname, normalize_nickname
from local_crowd.operations.questions.questions import HTMLQuestion
from local_crowd.operations.registry import OPERATIONS
from local_crowd.pages.requester import fields
from local_crowd.pages.requester.values import Text
from local_crowd.settings import SettingsError
from local_crowd.site import open_site
from local_crowd.store.engine import StoreError
from local_crowd.store.tables import requesters
from tests.support.crowds import HIT, QUESTION
from tests.support.other_requesters import SECRET, Theirs
from tests.support.qualification_samples import KEY, TESTED
from tests.support.question_forms import form, question
from tests.support.script_fixtures import PAGE, PROPERTIES, Desk
from tests.support.worker_sites import Visitor, World, serving

ROOT = Path(__file__).resolve().parents[2]


class TestRequesters:
    """What is one requester's is nothing to another."""

    @pytest.mark.parametrize("operation", sorted(OPERATIONS))
    def test_no_operation_reaches_what_is_another_s(self, world: World, operation: str) -> None:
        """Named by its true id it does not exist; lists leave it out; and nothing of it changes."""
        theirs = Theirs(world)
        before = theirs.state()
        for request, refused in theirs.requests()[operation]:
            if refused is not None:
                with pytest.raises(CrowdError) as caught:
                    world.sandbox.perform(theirs.other, operation, request)
                error_code = (caught.value.turk_error_code or "").rpartition(".")[2]
                assert refused in (error_code, caught.value.code)
                assert SECRET not in caught.value.message
                continue
            answer = str(world.sandbox.perform(theirs.other, operation, request))
            # These two repeat what they were given.
            if operation not in ("CreateConsent", "CreateQualificationType"):
                assert SECRET not in answer
            for identifier in (
                theirs.hit,
                theirs.type,
                theirs.assignment,
                theirs.request,
                theirs.layout,
                theirs.consent,
            ):
                assert identifier not in answer
            if operation == "NotifyWorkers":  # of whose work one has reviewed none
                assert "HardFailure" in answer
            else:
                assert theirs.worker not in answer
        assert theirs.state() == before

    def test_the_first_requester_reaches_all_of_it(self, world: World) -> None:
        """The same requests are good ones: what refuses them above is whose they are."""
        theirs = Theirs(world)
        done = set()
        for operation in OPERATIONS:
            if not operation.startswith(("Get", "List")) or operation == "GetFileUploadURL":
                continue
            for request, _ in theirs.requests()[operation]:
                if request.get("AssignmentId") != theirs.held:
                    world.perform(operation, **request)
                    done.add(operation)
        assert len(done) == 20
        assert SECRET in str(theirs.state())

    def test_a_page_of_another_s_list_is_not_turned(self, world: World) -> None:
        """NextToken is good for whom it was made."""
        other = world.requester("Another lab")
        for _ in range(2):
            world.launch()
            world.sandbox.perform(other, "CreateHIT", HIT)
        token = world.perform("ListHITs", MaxResults=1)["NextToken"]
        assert world.perform("ListHITs", MaxResults=1, NextToken=token)["NumResults"] == 1

        with pytest.raises(CrowdError, match="NextToken") as caught:
            world.sandbox.perform(other, "ListHITs", {"MaxResults": 1, "NextToken": token})
        assert caught.value.code == "ParameterValidationError"

    @pytest.mark.parametrize(
        ("number", "identity"),
        [
            (b"\xff" * 8, b"3A"),
            (b"\0" * 8, b"\xff\xfe"),
            (b"\0" * 8, b"A\0"),
            (b"", b""),
            (b"1", b""),
        ],
    )
    def test_a_forged_token_is_refused(
        self, world: World, number: bytes, identity: bytes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whoever makes one with a right checksum gets the refusal of a wrong one, and no fault."""
        real = paging._write_token
        monkeypatch.setattr(
            paging,
            "_write_token",
            lambda *of: (
                "p1:"
                + paging.base64.b64encode(
                    number + identity + paging._compute_checksum(number + identity, of[2])
                ).decode()
            ),
        )
        world.launch()
        token = world.perform("ListHITs")["NextToken"]
        monkeypatch.setattr(paging, "_write_token", real)

        with pytest.raises(CrowdError, match="is not valid for the parameter NextToken"):
            world.perform("ListHITs", NextToken=token)


BOMBS = {
    "entities of entities": (
        '<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">'
        + "".join(f'<!ENTITY {n}1 "{f"&{m};" * 10}">' for m, n in ("ab", "bc", "cd"))
        + "]>%s"
    ),
    "one large entity, many times": (
        f'<!DOCTYPE b [<!ENTITY a "{"a" * 20000}">]><!-- {"&a;" * 10000} -->%s'
    ),
    "a file of the server's": '<!DOCTYPE b [<!ENTITY a SYSTEM "file:///etc/passwd">]>%s',
    "a document elsewhere": '<!DOCTYPE b SYSTEM "http://127.0.0.1:1/x.dtd">%s<x>&a;</x>',
    "parameters": '<!DOCTYPE b [<!ENTITY %% a SYSTEM "http://127.0.0.1:1/"> %%a;]>%s',
    "elements in elements": "<a>" * 16000 + "%s",
    "many attributes": "<a " + " ".join(f'a{n}=""' for n in range(6000)) + ">%s</a>",
}


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize("parameter", ["Question", "Test", "AnswerKey"])
def test_xml_that_is_a_weapon_is_refused(world: World, bomb: str, parameter: str) -> None:
    """Entities, other documents, depth: refused as what cannot be read, at once."""
    good = {"Question": QUESTION, "Test": TESTED["Test"], "AnswerKey": KEY}[parameter]
    xml = BOMBS[bomb] % str(good).partition("?>")[2 if "?>" in str(good) else 0]
    began = time.perf_counter()
    operation = "CreateHIT" if parameter == "Question" else "CreateQualificationType"
    request = (HIT if parameter == "Question" else TESTED) | {parameter: xml}
    with pytest.raises(CrowdError) as caught:
        world.perform(operation, **request)

    assert time.perf_counter() - began < 30
    assert (caught.value.turk_error_code or "").endswith("XMLParseError"), caught.value.message
    assert "root:" not in caught.value.message


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        '<img src="javascript:alert(1)" alt="x"/>',
        '<img src="https://example.org/x.png" alt="x" onerror="alert(1)"/>',
        '<a href="javascript:alert(1)">x</a>',
        '<a href="JaVaScRiPt:alert(1)">x</a>',
        '<a href=" &#1;javascript:alert(1)">x</a>',
        '<a href="java&#9;script:alert(1)">x</a>',
        '<a href="data:text/html,x">x</a>',
        '<a href="vbscript:x">x</a>',
        '<a href="//example.org/">x</a>',
        '<a href="/sandbox/sign_out">x</a>',
        '<a xlink:href="javascript:1" xmlns:xlink="http://www.w3.org/1999/xlink">x</a>',
        '<p style="position: fixed">x</p>',
        '<p id="results-form">x</p>',
        '<p class="skip">x</p>',
        "<style>*{display:none}</style>",
        '<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>',
        '<p xmlns="http://www.w3.org/1999/xhtml">x</p>',
        "<math/>",
        '<iframe src="https://example.org/"/>',
        '<object data="https://example.org/"/>',
        '<form action="https://example.org/"/>',
        '<input name="assignmentId"/>',
        '<base href="https://example.org/"/>',
        '<meta http-equiv="refresh" content="0"/>',
        '<link rel="stylesheet" href="https://example.org/"/>',
        '<table background="javascript:1"/>',
        "<!--[if IE]><script>1</script><![endif]-->",
        "<?php x ?>",
        "<![CDATA[<script>alert(1)</script>]]></FormattedContent><script>1</script>",
    ],
)
def test_formatted_content_holds_no_script(world: World, html: str) -> None:
    """Of a QuestionForm's HTML only what Amazon's subset names is taken; the rest is refused."""
    content = (
        f"<FormattedContent><![CDATA[{html.replace(']]>', ']]]]><![CDATA[>')}]]></FormattedContent>"
    )
    with pytest.raises(CrowdError) as caught:
        world.perform("CreateHIT", **HIT | {"Question": form(question(content=content))})
    assert (caught.value.turk_error_code or "").endswith("XMLParseError"), caught.value.message


class TestTime:
    """Nobody makes the server take long with a small request."""

    @pytest.mark.parametrize("field", ["nickname", "name", "email"])
    def test_names_that_normalization_would_take_hours_for(self, world: World, field: str) -> None:
        """Megabytes of accents in the wrong order are refused by their length."""
        accents = "a" + "\u0301\u0327" * 150_000
        visitor = Visitor(world.app, "/sandbox" if field == "nickname" else "")
        typed = accents + ("@example.org" if field == "email" else "")
        name = "nickname" if field == "nickname" else "name"
        token = visitor.token()
        began = time.perf_counter()
        answer = visitor.bare_post(
            "/sign_in", {"csrf_token": token, name: typed, "password": accents}
        )
        assert answer.status_code == 400
        assert time.perf_counter() - began < 60

    @pytest.mark.parametrize(
        "html",
        [
            "<script " * 8000,
            "<script>" * 8000,
            "<script id=input>" * 3800,
            "<script id " + "id = " * 12000,
            "<script>a<" * 6000,
            "<script>" + "<" * 60000,
            "<script id" + " " * 60000,
        ],
    )
    def test_a_page_in_which_the_input_is_looked_for(self, html: str) -> None:
        """The requester's pages look for a HIT's input in time that grows with the page alone."""
        began = time.thread_time()  # of the CPU, which does not count how busy the machine is
        assert fields.parse_input_fields(HTMLQuestion(html, 0)) is None
        assert time.thread_time() - began < 0.5

    def test_a_deep_answer_is_not_laid_out(self) -> None:
        """A worker's answer of many brackets is not made a thousand times as long to be shown."""
        deep = "[" * 900 + "1," * 200_000 + "1" + "]" * 900

        def text_of(field: fields.Field) -> str:
            assert isinstance(field.value, Text)
            return field.value.text

        (field,) = fields.parse_answer_fields(f"<Q><A><N>output</N><V>{deep}</V></A></Q>", 10**9)
        assert len(text_of(field)) < 2 * len(deep)
        (field,) = fields.parse_answer_fields("<Q><A><N>output</N><V>[[1, 2], [3, 4]]</V></A></Q>")
        assert text_of(field) == "[[1, 2], [3, 4]]"


@pytest.mark.parametrize(
    "name",
    [
        "Ada\u202egnp.exe",
        "Ada\u200b",
        "Ada\u2066",
        "A\u00adda",
        "\ufeffAda",
        "Ada\u3164",
        "\u2800\u2800",
        "\u115f",
        "Ada\uffa0x",
        "Ada\x00",
        "Ada\x1b[31m",
        "Ada\r\nSet-Cookie: a=b",
        "Ada\ud800",
        "Ada\ue000",
    ],
)
def test_names_that_look_like_others(world: World, name: str) -> None:
    """Signs that show nothing, or turn what follows round, make no name."""
    if "\r\n" in name:
        assert normalize_nickname(name) == "Ada Set-Cookie: a=b"  # white space is a space
        return
    with pytest.raises(InvalidNickname):
        normalize_nickname(name)
    if "\ud800" not in name:
        assert world.visitor().sign_in(name).status_code == 400


def test_how_a_sign_is_drawn_makes_no_other_name() -> None:
    """With and without the sign for "in colours" it is one name."""
    assert normalize_nickname("Ada \u2764\ufe0f") == normalize_nickname("Ada \u2764")


class TestHosts:
    """By which names a server is called."""

    @pytest.mark.parametrize(
        ("host", "named"),
        [
            ("127.0.0.1:8000", True),
            ("localhost:8000", True),
            ("LOCALHOST", True),
            ("[::1]:8000", True),
            ("127.8.9.1", True),
            ("crowd.localhost", True),
            ("Crowd.Example.org.:80", True),
            ("evil.example:8000", False),
            ("127.0.0.1.evil.example", False),
            ("localhost.evil.example", False),
            ("127.0.0.1@evil.example", False),
            ("evil.example/127.0.0.1", False),
            ("2130706433", False),
            ("[::1", False),
            ("", False),
        ],
    )
    def test_names(self, host: str, named: bool) -> None:
        """Without the port, in any case, with or without the dot at the end; nothing else."""
        assert hosts.is_named(host, ["localhost", "crowd.example.org"]) is named

    @pytest.mark.parametrize(
        ("listening_on", "proxies", "names"),
        [
            ("127.0.0.1", 0, ["localhost"]),
            ("::1", 0, ["localhost"]),
            ("localhost", 0, ["localhost"]),
            ("0.0.0.0", 0, []),
            ("127.0.0.1", 1, []),
            ("192.0.2.1", 0, []),
        ],
    )
    def test_who_is_told_nothing(self, listening_on: str, proxies: int, names: list[str]) -> None:
        """A server of this machine alone answers to this machine's names; others to any."""
        assert hosts.default_names(listening_on, proxies) == names

    def test_another_name_gets_nothing(self, tmp_path: Path) -> None:
        """A page whose own name was led here reaches neither pages, nor files, nor the API."""
        app = create_app(tmp_path / "crowd", names=["localhost"])
        visitor = Visitor(app)
        for path in ("/sign_in", "/", "/static/site.css", "/hit_scripts/externalHIT_v1.js"):
            assert visitor.get(path, base_url="http://127.0.0.1:8000").status_code != 421
            answer = visitor.get(path, base_url="http://evil.example:8000")
            assert answer.status_code == 421
            assert "Set-Cookie" not in answer.headers
            assert answer.text == hosts.REFUSAL
        assert visitor.bare_post("/", base_url="http://evil.example").status_code == 421
        app.close()

    def test_crowd_json_names_them(self, tmp_path: Path) -> None:
        """What crowd.json names counts, before what the command line says; what a proxy says of the
        name is heard when it is believed.
        """
        (tmp_path / "crowd").mkdir(mode=0o700)
        (tmp_path / "crowd" / "crowd.json").write_text('{"hosts": ["crowd.example.org"]}')
        app = create_app(tmp_path / "crowd", names=["localhost"], proxies=1)
        visitor = Visitor(app)
        named = {"X-Forwarded-Host": "crowd.example.org"}
        assert visitor.get("/sign_in").status_code == 421
        assert visitor.get("/sign_in", headers=named).status_code == 200
        app.close()
        (tmp_path / "crowd" / "crowd.json").write_text('{"hosts": "crowd.example.org"}')
        with pytest.raises(SettingsError, match="hosts must be a list of strings"):
            create_app(tmp_path / "crowd")


class TestSecrets:
    """Keys and passwords stay where they belong."""

    def test_a_failed_statement_tells_no_values(self, world: World) -> None:
        """What the database refuses is logged without what was to be written."""
        row = {"name": "Lab", "secret_key": "s3cret-key", "created_time": 0}
        insert = requesters.insert().values(requester_id="A1", **row)
        with world.sandbox.writing() as call:
            call.db.execute(insert)
            with pytest.raises(IntegrityError) as caught:
                call.db.execute(insert)
        assert "s3cret-key" not in str(caught.value)

    def test_a_fault_tells_nothing(
        self, world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The page of a fault of ours has no word of it; the log has, but neither form nor cookie."""

        def fail(_call: Call, _name: str) -> str:
            raise RuntimeError("at fault")

        visitor = world.visitor()
        monkeypatch.setattr("local_crowd.operations.people.identities.ensure_worker", fail)
        answer = visitor.sign_in("typed-and-private")
        assert answer.status_code == 500
        assert "at fault" not in answer.text
        assert "Traceback" not in answer.text
        assert "at fault" in caplog.text
        cookie = visitor.client.get_cookie("local_crowd_sandbox", path="/sandbox/")
        assert cookie is not None
        assert cookie.value not in caplog.text
        assert "typed-and-private" not in caplog.text

    @pytest.mark.parametrize(
        "url", ["garbage:s3cret@", "postgresql+psycopg://crowd:s3cret@host:port/live"]
    )
    def test_a_bad_database_url_is_not_repeated(self, tmp_path: Path, url: str) -> None:
        """One line says what such a URL is, without the password that may be in this one."""
        with pytest.raises(StoreError) as caught:
            open_site(tmp_path, "live", database=url)
        assert "\n" not in str(caught.value)
        assert "s3cret" not in str(caught.value)
        assert "postgresql+psycopg://user@host/name" in str(caught.value)

    def test_no_help_shows_what_is_configured(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """--help is the same whatever keys there are."""
        (tmp_path / "config.json").write_text('{"aws_secret_key": "s3cret"}')
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cret")
        for main in (launch_hits.main, serve_local_crowd.main):
            out = io.StringIO()
            with redirect_stdout(out), redirect_stderr(out), pytest.raises(SystemExit):
                main(["--help"])
            assert "s3cret" not in out.getvalue()
            assert "--" in out.getvalue()

    def test_keys_stay_out_of_batch_records(self, world: World, desk: Desk) -> None:
        """What launching leaves in files and on the terminal holds neither key."""
        with world.sandbox.writing() as call:
            access_key, secret_key = access_keys.create(call, "Lab")
        world.clock.now = int(time.time())
        with serving(world.app) as url:
            config = {
                "crowd": url.removesuffix("/sandbox"),
                "aws_access_key": access_key,
                "aws_secret_key": secret_key,
            }
            record = launched(desk, config)
        assert "hit_id" in record
        assert access_key not in record
        assert secret_key not in record

    @pytest.mark.parametrize(("mode", "told"), [(0o755, True), (0o750, True), (0o700, False)])
    def test_a_directory_that_others_can_read_is_spoken_of(
        self, tmp_path: Path, mode: int, told: bool, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The server says so when it starts, and how to mend it."""
        directory = tmp_path / "crowd"
        directory.mkdir()
        directory.chmod(mode)
        serve_local_crowd.announce(directory, ["http://127.0.0.1:8000/"])
        assert (f"chmod 700 {directory}" in capsys.readouterr().err) is told


def launched(desk: Desk, config: dict[str, str]) -> str:
    """All that a launch with this configuration wrote and said."""
    desk.write("config.json", json.dumps(config))
    desk.write("page.html", PAGE)
    desk.write("properties.json", json.dumps(PROPERTIES))
    desk.write("input.txt", '{"word": "cat"}\n')
    done = desk.run(
        "launch_hits",
        *("--html_template", "page.html", "--hit_properties_file", "properties.json"),
        *("--input_json_file", "input.txt", "--hit_ids_file", "ids.txt", "--yes"),
    )
    assert done.code == 0, done.err
    files = [path for path in desk.folder.rglob("*") if path.is_file()]
    assert {"ids.txt", "ids.batch.jsonl"} <= {path.name for path in files}
    return (
        done.out
        + done.err
        + "".join(
            path.read_text("utf-8")
            for path in files
            if path.name != "config.json" and desk.folder / "crowd" not in path.parents
        )
    )


def test_the_document_names_tests_that_are_there() -> None:
    """Every test that docs/security.md names is one."""
    document = (ROOT / "docs" / "security.md").read_text("utf-8")
    named = set(re.findall(r"`(test_\w+)`", document))
    assert len(named) > 40
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    known = set(re.findall(r"def (test_\w+)", sources)) | {
        path.stem for path in (ROOT / "tests").rglob("test_*.py")
    }
    assert named - known == set()
