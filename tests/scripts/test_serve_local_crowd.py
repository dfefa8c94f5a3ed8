"""serve_local_crowd.py as people start it: a process of its own, on a free port."""

import json
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
import pytest

import serve_local_crowd
from local_crowd.operations.people import access_keys
from local_crowd.site import open_site
from tests.support.crowds import HIT
from tests.support.postgres import Databases
from tests.support.server_process import SCRIPT, Start, addresses


def test_it_prints_addresses_that_answer(start: Start, tmp_path: Path) -> None:
    """Both sites answer a browser at the addresses printed; the data directory is its owner's."""
    sandbox, live = addresses(start("--port", "0"))

    assert sandbox == f"{live}sandbox/"
    assert sandbox.startswith("http://127.0.0.1:")
    for url, heading in ((sandbox, "Sign in to the sandbox"), (live, "for invited workers")):
        with urllib.request.urlopen(url) as answer:
            assert heading in answer.read().decode()
    assert (tmp_path / "crowd").stat().st_mode & 0o777 == 0o700


def test_boto3_is_answered_and_the_data_stays(start: Start, tmp_path: Path) -> None:
    """A client with keys makes a HIT at the address without its last slash; the next server has it."""
    site = open_site(tmp_path / "crowd", "sandbox")
    with site.writing() as call:
        access_key, secret_key = access_keys.create(call, "Vision lab")
    site.close()
    hits = []
    for _ in range(2):
        process = start("--port", "0")
        client = boto3.client(
            "mturk",
            "us-east-1",
            endpoint_url=addresses(process)[0].rstrip("/"),
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
        )
        if not hits:
            hits.append(client.create_hit(**HIT)["HIT"]["HITId"])
        assert [hit["HITId"] for hit in client.list_hits()["HITs"]] == hits
        client.close()
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_signals_end_it_cleanly(start: Start, number: signal.Signals, code: int) -> None:
    """SIGTERM ends it with 0, Ctrl-C with 130, both without a traceback."""
    process = start("--port", "0")
    addresses(process)
    process.send_signal(number)
    _, stderr = process.communicate(timeout=60)

    assert process.returncode == code
    assert "Traceback" not in stderr
    assert "Ctrl-C stops the server." in stderr


def test_a_busy_port_is_one_clear_line(start: Start) -> None:
    """Who cannot listen says where, why, and what to do, and ends with 2."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = start("--port", str(port))
        out, stderr = process.communicate(timeout=60)

    assert (process.returncode, out) == (2, "")
    assert stderr == (
        f"serve_local_crowd.py: cannot listen on 127.0.0.1:{port}: Address already in use; "
        "choose another --host or --port\n"
    )


@pytest.mark.parametrize(
    ("flags", "text"),
    [
        (["--port", "70000"], "--port 70000: a port is a number from 0 to 65535"),
        (["--port", "-1"], "--port -1: a port is a number from 0 to 65535"),
        (["--host", "no.such.host.invalid"], "cannot listen on no.such.host.invalid:8000: "),
    ],
)
def test_an_invalid_address_is_one_clear_line(start: Start, flags: list[str], text: str) -> None:
    """A port out of range or an invalid host is reported in one line."""
    process = start(*flags)
    out, stderr = process.communicate(timeout=60)

    assert (process.returncode, out) == (2, "")
    assert stderr.count("\n") == 1
    assert stderr.startswith(f"serve_local_crowd.py: {text}")


def test_data_that_cannot_be_opened_is_one_clear_line(start: Start, tmp_path: Path) -> None:
    """A data directory that is a file, or holds the data of a newer version, is named."""
    (tmp_path / "file").touch()
    open_site(tmp_path / "newer", "sandbox").close()
    with sqlite3.connect(tmp_path / "newer" / "sandbox.sqlite3") as file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")
    file.close()
    refused = {
        "file": ": not a directory",
        "newer": "/sandbox.sqlite3: the data has schema 9999",
    }
    for name, why in refused.items():
        process = start("--port", "0", data=tmp_path / name)
        out, stderr = process.communicate(timeout=60)
        assert (process.returncode, out) == (2, "")
        assert stderr.count("\n") == 1
        assert stderr.startswith(f"serve_local_crowd.py: {tmp_path / name}{why}")


def test_the_data_directory_comes_from_config_json(start: Start, tmp_path: Path) -> None:
    """Without --local_crowd the directory is the one the scripts use."""
    (tmp_path / "config.json").write_text(json.dumps({"local_crowd": "from_config"}))
    process = subprocess.Popen(
        [sys.executable, SCRIPT, "--port", "0"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
        stderr=subprocess.PIPE,
    )
    addresses(process)
    process.terminate()
    process.communicate()

    assert (tmp_path / "from_config" / "sandbox.sqlite3").exists()


def test_many_at_once_are_answered_without_a_word(start: Start) -> None:
    """More requests than threads wait their turn; the log stays empty."""
    process = start("--port", "0")
    sandbox, _ = addresses(process)

    def ask(_: int) -> int:
        with urllib.request.urlopen(sandbox) as answer:
            return int(answer.status)

    with ThreadPoolExecutor(48) as pool:
        assert set(pool.map(ask, range(300))) == {200}
    process.send_signal(signal.SIGTERM)
    _, stderr = process.communicate(timeout=60)
    assert stderr.count("\n") == 1


def test_answers_do_not_wait_for_confirmation() -> None:
    """A connection sends each part of an answer at once: with Nagle's algorithm the second part
    would wait for the client's confirmation of the first, 40 ms.
    """
    listening = serve_local_crowd.open_socket("127.0.0.1", 0, "--port")
    with listening, socket.create_connection(listening.getsockname()):
        connection, _ = listening.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1


@pytest.mark.postgresql
def test_several_processes(start: Start, databases: Databases, tmp_path: Path) -> None:
    """Two processes on PostgreSQL answer one client at one address, and SIGTERM ends both."""
    databases.empty()
    site = open_site(tmp_path / "crowd", "sandbox", database=databases.urls["sandbox"])
    with site.writing() as call:
        access_key, secret_key = access_keys.create(call, "Vision lab")
    site.close()
    named = [f"--{name}_database={url}" for name, url in databases.urls.items()]
    process = start("--port", "0", "--processes", "2", *named)
    client = boto3.client(
        "mturk",
        "us-east-1",
        endpoint_url=addresses(process)[0],
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
    )
    with ThreadPoolExecutor(8) as pool:
        hit_ids = list(pool.map(lambda _: client.create_hit(**HIT)["HIT"]["HITId"], range(24)))
    listed = client.list_hits(MaxResults=100)["HITs"]
    assert sorted(hit["HITId"] for hit in listed) == sorted(hit_ids)
    assert len({hit["HITTypeId"] for hit in listed}) == 1
    client.close()
    children = subprocess.run(
        ["ps", "--ppid", str(process.pid), "-o", "pid="], capture_output=True, text=True, check=True
    )
    assert len(children.stdout.split()) == 2
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    databases.empty()


@pytest.mark.foreign
def test_gunicorn_serves_sqlite_too(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """--processes 1 needs no PostgreSQL, and SIGTERM ends it politely. It leaves nothing at home."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    process = start("--port", "0", "--processes", "1")
    with urllib.request.urlopen(addresses(process)[0]) as answer:
        assert "Sign in to the sandbox" in answer.read().decode()
    process.send_signal(signal.SIGTERM)

    assert process.wait(60) == 0
    assert not (tmp_path / "home").exists()


@pytest.mark.foreign
def test_several_processes_need_postgresql(start: Start) -> None:
    """With the data in SQLite, several processes are refused in one line that says what to do."""
    process = start("--port", "0", "--processes", "2")
    _, stderr = process.communicate(timeout=60)

    assert process.returncode == 2
    assert stderr.splitlines()[-1] == (
        "serve_local_crowd.py: --processes 2 needs PostgreSQL, but the data of sandbox and live is "
        "in SQLite; give a postgresql+psycopg:// URL in crowd.json or with --sandbox_database and "
        "--live_database"
    )


@pytest.mark.postgresql
def test_a_database_that_does_not_answer_is_one_line(start: Start, tmp_path: Path) -> None:
    """A PostgreSQL server that is not there is named, without its password."""
    url = f"postgresql+psycopg://user:secret@/crowd?host={tmp_path}"
    process = start("--port", "0", "--sandbox_database", url)
    out, stderr = process.communicate(timeout=60)

    assert (process.returncode, out) == (2, "")
    assert "Traceback" not in stderr
    assert "secret" not in stderr
    assert "connection" in stderr


@pytest.mark.parametrize(("flags", "secure"), [((), False), (("--proxies", "1"), True)])
def test_a_proxy_is_believed_only_when_told(
    start: Start, flags: tuple[str, ...], secure: bool
) -> None:
    """Behind a proxy that speaks https the cookie is for https alone; nobody else can say so."""
    sandbox, _ = addresses(start("--port", "0", *flags))
    asked = urllib.request.Request(f"{sandbox}sign_in", headers={"X-Forwarded-Proto": "https"})
    with urllib.request.urlopen(asked) as answer:
        assert ("Secure" in answer.headers["Set-Cookie"].split("; ")) == secure
