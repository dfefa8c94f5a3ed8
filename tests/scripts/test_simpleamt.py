"""The kit: command line, configuration, errors, files; and the connection to a crowd."""

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

import simpleamt
from amt import configuration
from amt.crowd import Crowd
from amt.errors import Error
from amt.id_files import read_ids
from local_crowd.operations.people import access_keys
from tests.support.crowd_fixtures import _server
from tests.support.crowds import Clock
from tests.support.ports import free_port
from tests.support.script_fixtures import Desk, Done

QUICK = 60  # seconds, on a busy machine too; what would be retried takes minutes


def balance(desk: Desk, *argv: str) -> str:
    """The one line that the simplest script says of why it cannot be done."""
    return desk.fails("show_account_balance", *argv)


def arguments(**flags: Any) -> argparse.Namespace:
    return argparse.Namespace(crowd=None, prod=None, config=None, concurrency=48, **flags)


# --- config.json


def test_without_a_config_the_defaults_hold(desk: Desk) -> None:
    """The crowd is the local one, in its folder beside the scripts."""
    (desk.folder / "config.json").unlink()

    settings = simpleamt.config(arguments())

    assert settings == configuration.DEFAULTS
    assert settings["local_crowd"] == str(configuration.PROJECT / "local_crowd_data")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"crowds": "local"}', "config.json: unknown key crowds; the keys are crowd, local_crowd"),
        ('{"crowd": ', "config.json:1: not JSON: Expecting value"),
        ("[]", "config.json: not a JSON object; the keys are crowd"),
        ('{"crowd": 5}', "config.json: crowd must be a string"),
        ('{"local_crowd": ["x"]}', "config.json: local_crowd must be a string"),
        ('{"aws_secret_key": 5}', "config.json: aws_secret_key must be a string"),
        (
            '{"template_directories": "hit_templates"}',
            "config.json: template_directories must be a list of strings",
        ),
        (
            '{"template_directories": [5]}',
            "config.json: template_directories must be a list of strings",
        ),
        ('{"crowd": "mechanical"}', "crowd mechanical: it must be local, mturk, the URL of a"),
        ('{"crowd": "http://"}', "crowd http:: it must be local, mturk, the URL of a crowd"),
        ('{"crowd": "http://a b"}', "crowd http://a b: it must be local, mturk, the URL of a"),
        ('{"crowd": "http://a:b"}', "crowd http://a:b: it must be local, mturk, the URL of a"),
        (
            '{"crowd": "http://crowd.example/sandbox/"}',
            "crowd http://crowd.example/sandbox: leave out /sandbox; a server's sandbox is used",
        ),
    ],
)
def test_what_is_wrong_with_the_config_is_one_line(desk: Desk, text: str, message: str) -> None:
    """A mistake in config.json is named before anything is sent."""
    desk.write("config.json", text)

    assert balance(desk).startswith(message)
    assert desk.calls == []


def test_a_config_that_is_not_utf_8_is_reported(desk: Desk) -> None:
    """A config in another encoding is one line, too."""
    (desk.folder / "config.json").write_bytes(b'{"crowd": "\xff"}')

    assert balance(desk).startswith("config.json: not UTF-8 text (byte 12)")


def test_a_named_config_must_be_there(desk: Desk) -> None:
    """A missing config.json does not matter; a missing file that --config names does."""
    assert balance(desk, "--config=mine.json") == "mine.json: No such file or directory"
    assert balance(desk, "--config=.") == ".: Is a directory"


def test_a_config_may_begin_with_a_byte_order_mark(desk: Desk) -> None:
    """Editors on Windows write one."""
    (desk.folder / "config.json").write_bytes(b'\xef\xbb\xbf{"local_crowd": "crowd"}')

    assert desk.run("show_account_balance") == Done(0, "10000.00\n", "")


def test_null_in_the_config_means_the_default(desk: Desk) -> None:
    """config.json.example, copied, is the same as none."""
    example = json.loads((configuration.PROJECT / "config.json.example").read_text())
    desk.write("config.json", json.dumps(dict.fromkeys(example)))

    assert simpleamt.config(arguments()) == configuration.DEFAULTS


def test_paths_in_the_config_count_from_its_folder(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same config means the same from wherever a script is started."""
    (desk.folder / "lab" / "here").mkdir(parents=True)
    desk.write("lab/config.json", '{"local_crowd": "data", "template_directories": ["pages"]}')
    monkeypatch.chdir(desk.folder / "lab" / "here")

    settings = simpleamt.config(_named("../config.json"))

    assert settings["local_crowd"] == str(desk.folder / "lab" / "data")
    assert settings["template_directories"] == [str(desk.folder / "lab" / "pages")]


def _named(config: str) -> argparse.Namespace:
    args = arguments()
    args.config = config
    return args


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_keys_that_others_can_read_are_warned_of(desk: Desk) -> None:
    """A config with keys that anybody can read is said on stderr, and works."""
    text = '{"local_crowd": "crowd", "aws_access_key": "AKIA", "aws_secret_key": "s3cr3t"}'
    desk.write("config.json", text)
    (desk.folder / "config.json").chmod(0o644)

    done = desk.run("show_account_balance")
    (desk.folder / "config.json").chmod(0o600)

    assert done == Done(
        0,
        "10000.00\n",
        "config.json contains keys that others can read; run chmod 600 config.json\n",
    )
    assert desk.run("show_account_balance").err == ""


def test_an_incomplete_key_pair_is_reported(desk: Desk) -> None:
    """One key without the other is one line; the local crowd does not mind it."""
    desk.write("config.json", '{"local_crowd": "crowd", "aws_access_key": "AKIA"}')

    assert desk.run("show_account_balance").code == 0
    assert balance(desk, "--crowd=mturk").startswith("no keys: put aws_access_key and")


# --- which crowd, which site


@pytest.mark.parametrize(
    ("name", "live", "worker_site", "spoken"),
    [
        ("local", False, "http://127.0.0.1:8000/sandbox/", "the sandbox of the local crowd"),
        ("local", True, "http://127.0.0.1:8000/", "the LIVE SITE of the local crowd"),
        ("mturk", False, "https://workersandbox.mturk.com/", "the sandbox of Mechanical Turk"),
        ("mturk", True, "https://worker.mturk.com/", "the LIVE SITE of Mechanical Turk"),
        ("http://x:1", False, "http://x:1/sandbox/", "the sandbox of http://x:1"),
        ("http://x:1", True, "http://x:1/", "the LIVE SITE of http://x:1"),
    ],
)
def test_a_crowd_has_two_sites(name: str, live: bool, worker_site: str, spoken: str) -> None:
    """The site is in the words that people read and in the address that workers go to."""
    crowd = Crowd(name, live, configuration.DEFAULTS)

    assert crowd.worker_site == worker_site
    assert str(crowd) == spoken


@pytest.mark.parametrize(
    ("name", "live", "url"),
    [
        ("mturk", False, "https://mturk-requester-sandbox.us-east-1.amazonaws.com"),
        ("mturk", True, "https://mturk-requester.us-east-1.amazonaws.com"),
        ("http://x:1/", False, "http://x:1/sandbox/"),
        ("http://[::1]:80", True, "http://[::1]:80/"),
    ],
)
def test_the_client_speaks_to_the_crowds_endpoint(name: str, live: bool, url: str) -> None:
    """Each crowd and site has its own endpoint, in one region."""
    settings = configuration.DEFAULTS | {"aws_access_key": "AKIA", "aws_secret_key": "secret"}
    client = Crowd(name, live, settings).connect()

    assert client.meta.endpoint_url == url
    assert client.meta.region_name == "us-east-1"
    client.close()


def test_the_sandbox_is_the_default_and_prod_the_live_site(desk: Desk) -> None:
    """Only --prod reaches the live site, and a flag goes before config.json."""
    desk.write("config.json", '{"crowd": "http://nowhere.invalid", "local_crowd": "crowd"}')
    sandbox = desk.crowd().make_hit()
    live = desk.crowd(live=True).make_hit()

    done = desk.run("delete_hit", "--crowd=local", f"--hit_id={live}", "--yes")
    assert (done.code, "does not exist" in done.err) == (1, True)
    done = desk.run("delete_hit", "--crowd=local", "--prod", f"--hit_id={sandbox}", "--yes")
    assert (done.code, "does not exist" in done.err) == (1, True)
    assert desk.run("delete_hit", "--crowd=local", "--prod", f"--hit_id={live}", "--yes").code == 0


def test_the_local_crowd_needs_nothing_of_aws(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose AWS settings are broken runs the local crowd all the same."""
    monkeypatch.setenv("AWS_PROFILE", "gone")
    monkeypatch.setenv("AWS_CONFIG_FILE", desk.write("aws", "[broken"))

    assert desk.run("show_account_balance") == Done(0, "10000.00\n", "")
    assert "aws" in balance(desk, "--crowd=mturk")


# --- crowds that cannot be reached


@pytest.fixture
def with_keys(desk: Desk) -> Desk:
    """A desk whose config has keys that no crowd knows."""
    values = {"local_crowd": "crowd", "aws_access_key": "AKIANOBODY", "aws_secret_key": "wrong"}
    desk.write("config.json", json.dumps(values))
    (desk.folder / "config.json").chmod(0o600)
    return desk


def test_an_unreachable_server_is_reported_at_once(with_keys: Desk) -> None:
    """A refused connection is not tried again for minutes before any call has succeeded."""
    url = f"http://127.0.0.1:{free_port()}"
    began = monotonic()

    assert balance(with_keys, f"--crowd={url}") == (
        f'Could not connect to the endpoint URL: "{url}/sandbox/" '
        "(is the crowd's server running there?)"
    )
    assert monotonic() - began < QUICK


def test_an_endpoint_of_amazons_that_does_not_answer_is_explained(
    with_keys: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where Mechanical Turk was, nobody may answer; the line says why."""
    there = f"https://127.0.0.1:{free_port()}/mturk-requester{{}}.us-east-1"  # never Amazon itself
    monkeypatch.setattr("amt.connection.MTURK", there)
    began = monotonic()

    line = balance(with_keys, "--crowd=mturk")

    assert line.startswith("Could not connect to the endpoint URL: ")
    assert "mturk-requester-sandbox" in line
    assert line.endswith(
        "(Amazon announced that Mechanical Turk closes for good on September 30, 2026)"
    )
    assert monotonic() - began < QUICK


def test_an_unreachable_proxy_is_reported(with_keys: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a proxy is at fault, neither Amazon nor the crowd is suspected."""
    proxy = f"http://127.0.0.1:{free_port()}"
    monkeypatch.setenv("HTTPS_PROXY", proxy)

    assert balance(with_keys, "--crowd=mturk") == f'Failed to connect to proxy URL: "{proxy}"'


def test_mturk_without_keys_is_one_line(desk: Desk) -> None:
    """Without keys anywhere the line says where to put them."""
    assert balance(desk, "--crowd=mturk") == (
        "no keys: put aws_access_key and aws_secret_key into config.json, or set "
        "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    )


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[Any, str]]:
    """A crowd server: the application and its URL."""
    with _server(tmp_path / "served", Clock()) as served:
        yield served


def test_keys_of_another_crowd_are_one_line(with_keys: Desk, server: tuple[Any, str]) -> None:
    """A crowd that does not know the keys is asked once, and the line says what to look at."""
    line = balance(with_keys, f"--crowd={server[1]}")

    assert line.startswith("UnrecognizedClientException: ")
    assert line.endswith(
        "(do aws_access_key and aws_secret_key in config.json belong to this crowd?)"
    )


def test_a_wrong_secret_is_one_line(with_keys: Desk, server: tuple[Any, str]) -> None:
    """The right access key with another secret is distinguished."""
    with server[0].sites["sandbox"].writing() as call:
        access_key, _ = access_keys.create(call, "me")
    values = {"aws_access_key": access_key, "aws_secret_key": "wrong"}
    with_keys.write("config.json", json.dumps(values))

    assert balance(with_keys, f"--crowd={server[1]}").startswith("InvalidSignatureException: ")


def test_a_crowd_server_answers_with_the_right_keys(
    with_keys: Desk, server: tuple[Any, str]
) -> None:
    """The same scripts work against a server; its URL may end in a slash or not."""
    with server[0].sites["sandbox"].writing() as call:
        access_key, secret = access_keys.create(call, "me")
    values = {"crowd": server[1], "aws_access_key": access_key, "aws_secret_key": secret}
    with_keys.write("config.json", json.dumps(values))

    assert with_keys.run("show_account_balance") == Done(0, "10000.00\n", "")
    bare = f"--crowd={server[1].rstrip('/')}"
    assert with_keys.run("show_account_balance", bare) == Done(0, "10000.00\n", "")


class Elsewhere(BaseHTTPRequestHandler):
    """A web server that is not a crowd: sends `replies` in turn, then the last one again."""

    replies: list[tuple[int, str, bytes]]

    def do_POST(self) -> None:
        """Answer with the next of the replies."""
        self.rfile.read(int(self.headers["Content-Length"]))
        replies = self.server.replies  # type: ignore[attr-defined]
        status, kind, body = replies.pop(0) if len(replies) > 1 else replies[0]
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def elsewhere() -> Iterator[Callable[..., str]]:
    """Starts a web server with its replies; its URL."""
    servers = []

    def start(*replies: tuple[int, str, bytes]) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
        server.replies = list(replies)  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("status", [200, 302, 404, 405])
def test_a_web_server_that_is_not_a_crowd_is_reported(
    with_keys: Desk, elsewhere: Callable[..., str], status: int
) -> None:
    """A server that responds with a web page is not a crowd, whatever the status."""
    url = elsewhere((status, "text/html", b"<h1>Hello</h1>"))

    assert balance(with_keys, f"--crowd={url}") == (
        f"{url}/sandbox/ is not a crowd server; check --crowd"
    )


def test_a_crowd_that_was_reached_once_is_waited_for(
    with_keys: Desk, elsewhere: Callable[..., str]
) -> None:
    """A throttled call, or a bad gateway, is tried again and succeeds."""
    throttled = json.dumps({"__type": "ThrottlingException", "Message": "Rate exceeded"}).encode()
    url = elsewhere(
        (502, "text/html", b"<h1>Bad gateway</h1>"),
        (400, "application/x-amz-json-1.1", throttled),
        (200, "application/x-amz-json-1.1", b'{"AvailableBalance": "1.25"}'),
    )

    assert with_keys.run("show_account_balance", f"--crowd={url}") == Done(0, "1.25\n", "")


# --- how a script ends


def test_data_of_a_newer_version_is_one_line(desk: Desk) -> None:
    """A crowd's data that only a newer simple-amt can read is left alone, and said."""
    with desk.crowd().site.store.writing() as db:
        db.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    assert "schema 9999, which this version of simple-amt does not know" in balance(desk)


def test_a_crowd_that_is_not_a_database_is_one_line(desk: Desk) -> None:
    """Another file in the place of the crowd's data is named, not overwritten."""
    text = "not a database, and long enough to be taken for one" * 99
    desk.write("crowd/sandbox.sqlite3", text)

    line = balance(desk)

    assert "sandbox.sqlite3" in line
    assert desk.read("crowd/sandbox.sqlite3") == text


def test_a_local_crowd_that_is_a_file_is_one_line(desk: Desk) -> None:
    """local_crowd must be a directory."""
    shutil.rmtree(desk.folder / "crowd")
    desk.write("crowd", "")

    assert str(desk.folder / "crowd") in balance(desk)


def test_a_bug_keeps_its_traceback(desk: Desk) -> None:
    """What nobody can mend but us is not made one line of."""

    def command(_: argparse.Namespace) -> int:
        raise KeyError("a bug")

    with pytest.raises(KeyError, match="a bug"):
        simpleamt.run(simpleamt.parser("x"), command, [])


def test_concurrency_has_to_be_a_number_of_calls(desk: Desk) -> None:
    """None at once is not possible; one is."""
    assert balance(desk, "--concurrency=0") == "--concurrency must be at least 1"
    assert desk.run("show_account_balance", "--concurrency=x").code == 2
    assert desk.run("show_account_balance", "--concurrency=1").code == 0


def test_unknown_and_shortened_flags_are_refused(desk: Desk) -> None:
    """--pro is not --prod: a shortened flag must not choose the site."""
    for flag in ("--pro", "--sandbox", "x"):
        assert desk.run("show_account_balance", flag).code == 2


def test_stdout_is_utf_8_whatever_the_terminal_is(desk: Desk) -> None:
    """Data is UTF-8 also where Python would print another encoding."""
    code = (
        "import sys, simpleamt\n"
        "sys.exit(simpleamt.run(simpleamt.parser('x'), "
        "lambda _: print('\\u017b\\u2605') or 0, []))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=configuration.PROJECT,
        env={**os.environ, "PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"},
        capture_output=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, "\u017b\u2605\n".encode())


def test_head_is_not_an_error(desk: Desk) -> None:
    """A reader that has seen enough ends the script quietly, with 0."""
    code = (
        "import sys, simpleamt\n"
        "def command(_):\n"
        "    for n in range(100_000): print(n)\n"
        "    return 1\n"
        "sys.exit(simpleamt.run(simpleamt.parser('x'), command, []))"
    )
    done = subprocess.run(
        ["bash", "-c", f'{sys.executable} -c "$0" | head -n 1; exit ${{PIPESTATUS[0]}}', code],
        cwd=configuration.PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "0\n", "")


# --- files


def test_ids_are_read_one_a_line(tmp_path: Path) -> None:
    """Blank lines, comments, spaces, repetitions, CRLF and a byte order mark do no harm."""
    path = tmp_path / "ids.txt"
    path.write_bytes(b"\xef\xbb\xbf3AAA\r\n\r\n# earlier\n  3BBB  # good\n3AAA\n3CCC")

    assert read_ids(path) == ["3AAA", "3BBB", "3CCC"]


@pytest.mark.parametrize("line", ["3A 3B", "3A,3B", "3-A", "\u0663", '["3A"]', "A" * 65, "a\x00"])
def test_what_cannot_be_an_id_is_reported_with_its_line(tmp_path: Path, line: str) -> None:
    """A file of something else is refused before any of it is used."""
    path = tmp_path / "ids.txt"
    path.write_text(f"3A\n{line}\n", "utf-8")

    with pytest.raises(Error, match=r"ids\.txt:2: .* is not an id$"):
        read_ids(path)


def test_a_file_that_is_not_text_is_reported(tmp_path: Path) -> None:
    """UTF-16, as some spreadsheets write it, is named with its line as well."""
    path = tmp_path / "ids.txt"
    path.write_bytes("3AAA\n".encode("utf-16"))

    with pytest.raises(Error, match=r"ids\.txt:1: .* is not an id$"):
        read_ids(path)


def test_a_missing_ids_file_is_one_line(desk: Desk) -> None:
    """The file is named with the system's words."""
    for script in ("show_hit_progress", "approve_hits", "get_results"):
        assert desk.fails(script, "--hit_ids_file=no.txt") == "no.txt: No such file or directory"
    assert desk.calls == []


def test_a_file_that_cannot_be_written_is_one_line(desk: Desk) -> None:
    """The folder that is missing is named."""
    line = desk.fails("get_results", "--output_file=nowhere/results.txt")

    assert line == "nowhere/results.txt: No such file or directory"


# --- many calls


def test_insufficient_funds_stop_the_rest(desk: Desk) -> None:
    """A refusal that the next call would meet as well is the end; others are not."""
    crowd = desk.crowd(live=True)
    worker = crowd.make_worker()
    done = [crowd.do(worker, crowd.make_hit()) for _ in range(60)]
    crowd.give_budget(0)
    desk.write("ids.txt", "\n".join(done))

    result = desk.run("approve_assignments", "--assignment_ids_file=ids.txt", "--yes", "--prod")

    assert (result.code, result.out) == (2, "")
    assert "RequestError: This Requester has insufficient funds" in result.err
    assert result.err.count("\n") == 1
    assert desk.calls.count("ApproveAssignment") < 60


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_ctrl_c_while_waiting_for_the_server_ends_with_130(
    with_keys: Desk,
) -> None:
    """A script that waits for a server that hangs says Interrupted, and its exit code is 130."""
    with socket.socket() as hanging:
        hanging.bind(("127.0.0.1", 0))
        hanging.listen()
        url = f"http://127.0.0.1:{hanging.getsockname()[1]}"
        with subprocess.Popen(
            with_keys.command("show_account_balance", f"--crowd={url}"),
            cwd=with_keys.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
        ) as process:
            connection, _ = hanging.accept()
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
            connection.close()

    assert (process.returncode, out, err) == (130, "", "Interrupted.\n")
