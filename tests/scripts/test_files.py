"""Files that are replaced as a whole, and by one run at a time."""

import errno
import os
import resource
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from amt import files
from amt.configuration import PROJECT


def test_a_file_is_replaced_when_all_of_it_is_written(tmp_path: Path) -> None:
    """Until then, and when something goes wrong, the old one stays; nothing else is left."""
    path = tmp_path / "file.txt"
    path.write_text("old")
    with pytest.raises(TypeError), files.replace(path) as file:
        file.writelines(["half", None])  # type: ignore[list-item]

    assert path.read_text() == "old"
    with files.replace(path) as file:
        file.write("new\n")
        assert path.read_text() == "old"
    assert path.read_bytes() == b"new\n"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.name != "posix", reason="modes and links are POSIX's")
def test_a_replaced_file_keeps_its_mode_and_its_link(tmp_path: Path) -> None:
    """What only its owner could read stays so, and a link still points at the file."""
    path, link = tmp_path / "file.txt", tmp_path / "link.txt"
    path.write_text("old")
    path.chmod(0o600)
    link.symlink_to(path)

    with files.replace(link) as file:
        file.write("new")

    assert link.is_symlink()
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.fixture
def fifo(tmp_path: Path) -> Path:
    """A FIFO."""
    path = tmp_path / "fifo"
    os.mkfifo(path)
    return path


def test_a_pipe_is_written_to_and_stays(fifo: Path) -> None:
    """So is a device: a file in its place would break whatever else uses it."""
    with ThreadPoolExecutor() as pool:
        reading = pool.submit(fifo.read_text)
        with files.replace(fifo) as file:
            file.write("new\n")
        assert reading.result(timeout=60) == "new\n"

    assert stat.S_ISFIFO(fifo.stat().st_mode)
    assert list(fifo.parent.iterdir()) == [fifo]


def test_a_link_to_a_pipe_stays_a_link_to_a_pipe(fifo: Path) -> None:
    """What is meant is behind the link."""
    link = fifo.with_name("link")
    link.symlink_to(fifo)
    with ThreadPoolExecutor() as pool:
        reading = pool.submit(fifo.read_text)
        with files.replace(link) as file:
            file.write("new\n")
        assert reading.result(timeout=60) == "new\n"

    assert link.is_symlink()
    assert stat.S_ISFIFO(fifo.stat().st_mode)


WRITE = """
import sys
from amt import files
with files.replace(sys.argv[1]) as file:
    file.write("page\\n")
"""


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_what_is_open_already_is_written_to(tmp_path: Path, name: str) -> None:
    """`>> log` goes on behind what the log has; a pipe gets it too."""
    log = tmp_path / "log"
    log.write_text("before\n")
    command = [sys.executable, "-c", WRITE, name]
    with log.open("a") as output:
        subprocess.run(command, cwd=PROJECT, stdout=output, check=True, timeout=60)

    assert log.read_text() == "before\npage\n"
    assert [*tmp_path.iterdir()] == [log]
    piped = subprocess.run(
        command, cwd=PROJECT, capture_output=True, text=True, check=True, timeout=60
    )
    assert (piped.stdout, piped.stderr) == ("page\n", "")


def test_a_directory_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    """A file cannot take its place."""
    with pytest.raises(IsADirectoryError) as caught, files.replace(tmp_path) as file:
        file.write("new")

    assert caught.value.filename == str(tmp_path)
    assert list(tmp_path.parent.glob(f"{tmp_path.name}.new*")) == []


@pytest.fixture
def small_files() -> Callable[[], None]:
    """Files may have 10 kB until the end of the test, as on a disk that is nearly full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    signal.signal(signal.SIGXFSZ, handler)


def test_a_full_disk_names_the_file_and_leaves_the_old_one(
    tmp_path: Path, small_files: None
) -> None:
    """By the name that the caller used, wherever in the writing it is noticed."""
    path = tmp_path / "file.txt"
    path.write_text("old")
    for size in (10_001, 1_000_000):
        with pytest.raises(OSError) as caught, files.replace(path) as file:
            file.write("x" * size)

        assert (caught.value.errno, caught.value.filename) == (errno.EFBIG, str(path))
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def nobody() -> None:
    pytest.fail("nobody else has the file")


def test_one_run_at_a_time_has_a_file(tmp_path: Path) -> None:
    """The second waits until the first has replaced it, says so, and then has the new one."""
    path = tmp_path / "file.txt"
    path.write_text("0")
    waiting = Event()

    def add_one() -> None:
        with files.lock(path, waiting.set):
            number = int(path.read_text())
            with files.replace(path) as file:
                file.write(str(number + 1))

    with ThreadPoolExecutor() as pool:
        with files.lock(path, nobody):
            second = pool.submit(add_one)
            assert waiting.wait(60)
            with files.replace(path) as file:
                file.write("10")
        second.result(timeout=60)
    assert path.read_text() == "11"

    with ThreadPoolExecutor(8) as pool:
        for future in [pool.submit(add_one) for _ in range(100)]:
            future.result(timeout=60)
    assert path.read_text() == "111"


def test_a_new_file_to_which_nothing_was_written_goes_again(tmp_path: Path) -> None:
    """A run that failed leaves none; one that was empty before stays."""
    path = tmp_path / "file.txt"
    with files.lock(path, nobody):
        assert path.exists()
    assert not path.exists()

    path.touch()
    with files.lock(path, nobody):
        pass
    assert path.exists()


def test_a_folder_that_is_missing_names_the_file(tmp_path: Path) -> None:
    """Before anything is read."""
    with pytest.raises(FileNotFoundError) as caught, files.lock(tmp_path / "a" / "b", nobody):
        pass

    assert caught.value.filename == str(tmp_path / "a" / "b")
