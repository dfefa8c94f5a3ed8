"""Where a local crowd is served: the scripts print that address."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from amt import serving
from tests.support.script_fixtures import Desk

ROOT = Path(__file__).resolve().parents[2]
GROUP = re.compile(r"(http://\S+)mturk/preview\?groupId=")


@contextmanager
def server(
    directory: Path, host: str = "127.0.0.1"
) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """Serve the crowd in `directory` on a free port; its address, and the process."""
    process = subprocess.Popen(
        [
            *(sys.executable, ROOT / "serve_local_crowd.py", "--port=0", f"--host={host}"),
            f"--local_crowd={directory}",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            yield process.stdout.readline().removeprefix("Live site: ").strip(), process
        finally:
            process.kill()


def test_a_launch_names_the_port_that_is_served(desk: Desk) -> None:
    """Another port than 8000 is in the address; without a server it says how to serve."""
    directory = desk.folder / "crowd"
    with server(directory) as (url, process):
        served = launched(desk, "first.txt")
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
        assert not (directory / serving.NOTE).exists()
    alone = launched(desk, "second.txt")

    assert GROUP.findall(served) == [f"{url}sandbox/"]
    assert "serve_local_crowd.py" not in served
    assert GROUP.findall(alone) == ["http://127.0.0.1:8000/sandbox/"]
    assert "after you start the server: python serve_local_crowd.py" in alone


def launched(desk: Desk, name: str) -> str:
    """What is said of a launch into the ids file `name`."""
    desk.launch(1, name=f"before_{name}")
    done = desk.run(
        "launch_hits",
        "--html_template=page.html",
        "--hit_properties_file=properties.json",
        "--input_json_file=input.jsonl",
        f"--hit_ids_file={name}",
    )
    assert done.code == 0, done.err
    return done.err


def test_the_note_of_a_killed_server_is_ignored(tmp_path: Path) -> None:
    """Its lock ended with it, whoever has its port or its process id now."""
    with server(tmp_path) as (url, process):
        assert serving.find_address(tmp_path) == url
        process.kill()
        process.wait()

        assert (tmp_path / serving.NOTE).exists()
        assert serving.find_address(tmp_path) is None


def test_a_server_after_a_killed_one_has_its_own_note(tmp_path: Path) -> None:
    """The old note is replaced, however long it was."""
    (tmp_path / serving.NOTE).write_text("http://127.0.0.1:1/" + "x" * 50)
    with serving.note_address(tmp_path, "http://127.0.0.1:2/"):
        assert serving.find_address(tmp_path) == "http://127.0.0.1:2/"


def test_a_second_server_leaves_the_firsts_note(tmp_path: Path) -> None:
    """Both serve the same data; the first one's address stays true."""
    with serving.note_address(tmp_path, "http://127.0.0.1:1/"):
        with serving.note_address(tmp_path, "http://127.0.0.1:2/"):
            pass
        assert serving.find_address(tmp_path) == "http://127.0.0.1:1/"
    assert serving.find_address(tmp_path) is None


@pytest.mark.parametrize(
    ("noted", "shown"),
    [("http://0.0.0.0:80/", "http://127.0.0.1:80/"), ("http://[::]:80/", "http://[::1]:80/")],
)
def test_a_server_on_every_address_prints_this_machines(
    tmp_path: Path, noted: str, shown: str
) -> None:
    """The URL can be opened: no browser opens 0.0.0.0."""
    with serving.note_address(tmp_path, noted):
        assert serving.find_address(tmp_path) == shown


def test_a_directory_that_is_not_there_is_served_nowhere(tmp_path: Path) -> None:
    """Nothing is made by looking, and a note that cannot be written is left out."""
    assert serving.find_address(tmp_path / "none") is None
    with serving.note_address(tmp_path / "none", "http://127.0.0.1:1/"):
        assert not (tmp_path / "none").exists()
