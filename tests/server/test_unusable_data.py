"""Data that cannot be used: a full disk, a limit of file sizes, another user's files, damage.

Each is one line that names the file and the cause, with exit code 2; a running server answers, and
goes on when the cause is gone.
"""

import json
import resource
import signal
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from benchmarks.load_site import find_family
from local_crowd.operations.people import access_keys
from local_crowd.site import open_site
from tests.support.crowds import HIT
from tests.support.file_modes import (
    obey_modes,
)
from tests.support.quick_setup import new_crowd

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 1024 * 1024  # bytes; a new database has 540 KB
Start = Callable[..., "subprocess.Popen[str]"]


def limit_files() -> None:
    """Let this process write no file beyond LIMIT."""
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, hard))


def damage(file: Path) -> None:
    """Overwrite all of a database but its first page."""
    size = file.stat().st_size
    with file.open("r+b") as opened:
        opened.seek(4096)
        opened.write(b"\xa5" * (size - 4096))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data of a crowd, and a config.json that names it."""
    (tmp_path / "config.json").write_text(json.dumps({"local_crowd": "data"}))
    return new_crowd(tmp_path / "data")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a script in a process of its own, after `prepare` there; it is ended with the test."""
    started: list[subprocess.Popen[str]] = []

    def start(*command: str, prepare: Callable[[], None] | None = None) -> "subprocess.Popen[str]":
        started.append(
            subprocess.Popen(
                [sys.executable, "-W", "error", ROOT / command[0], *command[1:]],
                cwd=tmp_path,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                preexec_fn=prepare,  # noqa: PLW1509 - no thread of the tests holds a lock that it takes
            )
        )
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def refusal(process: "subprocess.Popen[str]") -> str:
    """The one line that a script says before it ends with 2."""
    out, stderr = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, ""), stderr
    assert stderr.count("\n") == 1, stderr
    return stderr


COMMANDS = (
    ("serve_local_crowd.py", "--port", "0"),
    ("manage_crowd.py", "add_requester", "Vision lab"),
    ("show_account_balance.py",),
)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_damaged_database_is_one_line(start: Start, data: Path, command: list[str]) -> None:
    """The file is named, and what to do."""
    damage(data / "sandbox.sqlite3")

    message = refusal(start(*command))

    assert f": {data / 'sandbox.sqlite3'}: the database is damaged; restore a backup (" in message


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_file_that_is_not_a_database_is_one_line(
    start: Start, data: Path, command: list[str]
) -> None:
    """So is a file that something else was written over."""
    (data / "sandbox.sqlite3").write_text("Dear all,\n" * 1000)

    message = refusal(start(*command))

    assert f"{data / 'sandbox.sqlite3'}: not a SQLite database, or a damaged one" in message


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
@pytest.mark.parametrize("kind", ["file", "directory", "crowd.json"])
def test_files_of_another_user_are_one_line(
    start: Start, data: Path, command: list[str], kind: str
) -> None:
    """Whoever may not open or write the data is told which file it is."""
    file = data / "sandbox.sqlite3"
    if kind == "file":
        file.chmod(0o400)
    elif kind == "directory":
        data.chmod(0o500)
    else:
        file = data / "crowd.json"
        file.write_text("{}")
        file.chmod(0)

    message = refusal(start(*command, prepare=obey_modes))
    data.chmod(0o700)

    assert f"{file}: " in message
    assert "another user?" in message or "Permission denied" in message


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_no_room_for_a_new_crowd_is_one_line(
    start: Start, tmp_path: Path, command: list[str]
) -> None:
    """A new crowd that does not fit leaves nothing behind that a later start would stumble over."""
    (tmp_path / "config.json").write_text(json.dumps({"local_crowd": "data"}))

    def leave_no_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))

    message = refusal(start(*command, prepare=leave_no_room))

    assert f"{tmp_path / 'data' / 'sandbox.sqlite3'}" in message
    assert "file size limit reached" in message
    assert list((tmp_path / "data").iterdir()) == []


def copy_of(tmp_path: Path) -> tuple[str, ...]:
    """The command that backs the crowd up."""
    return ("manage_crowd.py", "backup", str(tmp_path / "copy"))


@pytest.mark.parametrize("where", ["everywhere", "in one table"])
def test_a_backup_of_a_damaged_database_is_refused(
    start: Start, data: Path, tmp_path: Path, where: str
) -> None:
    """No copy is left that would be taken for a backup."""
    file = data / "live.sqlite3"
    if where == "everywhere":
        damage(file)
    else:
        content = file.read_bytes()
        file.write_bytes(content[:-4096] + b"\xa5" * 4096)

    message = refusal(start(*copy_of(tmp_path)))

    assert f": {file}: the database is damaged; restore a backup (" in message
    assert not (tmp_path / "copy").exists()


def test_a_backup_without_room_is_refused(start: Start, data: Path, tmp_path: Path) -> None:
    """The file that could not be written is named, and nothing is left of the copy."""
    (data / "files").mkdir()
    (data / "files" / "film.mp4").write_bytes(b"0" * 2 * LIMIT)

    message = refusal(start(*copy_of(tmp_path), prepare=limit_files))

    assert "film.mp4: " in message
    assert "File too large" in message
    assert not (tmp_path / "copy").exists()


def test_a_database_that_does_not_fit_into_a_backup(
    start: Start, data: Path, tmp_path: Path
) -> None:
    """So is a database's copy."""
    site = open_site(data, "sandbox")
    for _ in range(3):
        site.perform(site.ensure_owner(), "CreateHIT", HIT | {"RequesterAnnotation": "x" * 200})
    with site.writing() as call:
        call.db.exec_driver_sql("CREATE TABLE large (content)")
        call.db.exec_driver_sql("INSERT INTO large VALUES (zeroblob(1000000))")
    site.close()

    message = refusal(start(*copy_of(tmp_path), prepare=limit_files))

    assert f": {tmp_path / 'copy' / 'sandbox.sqlite3'}: " in message
    assert "file size limit reached" in message
    assert not (tmp_path / "copy").exists()


def test_a_server_whose_disk_is_full(start: Start, data: Path) -> None:
    """Callers get Amazon's form of a fault, workers a page that says that nothing was saved, the log
    one line each; and when there is room again, all goes on.
    """
    site = open_site(data, "sandbox")
    with site.writing() as call:
        pair = access_keys.create(call, "Vision lab")
    site.close()
    server = start("serve_local_crowd.py", "--port", "0", prepare=limit_files)
    sandbox = addresses(server)[0]
    client = client_of(sandbox, *pair)

    hit_ids, fault = fill(client)
    signed_in = (sign_in(sandbox, f"Ada {number}") for number in range(1000))
    status, page = next(result for result in signed_in if result[0] != 200)
    no_limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    for pid in find_family(server.pid):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, no_limit)
    after = client.create_hit(**HIT)["HIT"]["HITId"]
    listed = {hit["HITId"] for hit in pages_of(client)}
    client.close()
    server.send_signal(signal.SIGTERM)
    _, stderr = server.communicate(timeout=60)

    assert fault["Error"] == {
        "Code": "ServiceFault",
        "Message": "The crowd cannot use its data at the moment. Try again later.",
    }
    assert fault["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert status == 503
    assert "Nothing was saved" in page
    assert listed == {*hit_ids, after}
    assert "Traceback" not in stderr
    [_, *lines] = stderr.splitlines()
    assert len(lines) == 2
    assert all(line.startswith(f"{data / 'sandbox.sqlite3'}: ") for line in lines)
    assert all("file size limit reached" in line for line in lines)


def addresses(server: "subprocess.Popen[str]") -> tuple[str, str]:
    """The sandbox's URL and the live site's."""
    assert server.stdout is not None
    sandbox, live = (server.stdout.readline().rsplit(maxsplit=1)[-1] for _ in range(2))
    return sandbox, live


def client_of(url: str, access_key: str, secret_key: str) -> Any:
    """A client that says at once what it is told."""
    return boto3.client(
        "mturk",
        "us-east-1",
        endpoint_url=url,
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
        config=Config(retries={"total_max_attempts": 1}),
    )


def fill(client: Any) -> tuple[list[str], dict[str, Any]]:
    """Make HITs until the crowd cannot: their ids, and what it says."""
    hit_ids: list[str] = []
    while True:
        try:
            hit_ids.append(client.create_hit(**HIT)["HIT"]["HITId"])
        except ClientError as error:
            return hit_ids, dict(error.response)


def pages_of(client: Any) -> Iterator[Any]:
    """Every HIT of the client's requester."""
    for page in client.get_paginator("list_hits").paginate(MaxResults=100):
        yield from page["HITs"]


def sign_in(sandbox: str, nickname: str) -> tuple[int, str]:
    """Sign in as a new worker, as a browser does: the status and the page that follows."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with opener.open(f"{sandbox}sign_in") as response:
        token = response.read().decode().split('name="csrf_token" value="')[1].partition('"')[0]
    form = urllib.parse.urlencode({"csrf_token": token, "nickname": nickname}).encode()
    try:
        with opener.open(f"{sandbox}sign_in", form) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()
