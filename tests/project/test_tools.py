"""The helpers of make and CI."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]

SKIPPING = {
    "test_reason.py": "import pytest\n@pytest.mark.skip(reason='too cold')\ndef test_it(): pass\n",
    "test_import.py": "import pytest\npytest.importorskip('no_such_library')\n",
    "test_within.py": "import pytest\ndef test_it(): pytest.skip('too wet')\n",
}
SKIPPING_REASONS = {
    "test_reason.py": "too cold",
    "test_import.py": "could not import 'no_such_library'",
    "test_within.py": "too wet",
}
PASSING = {
    "test_pass.py": "def test_it(): pass\n",
    "test_xfail.py": "import pytest\n@pytest.mark.xfail\ndef test_it(): assert False\n",
}


def run(*command: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command],
        env={**os.environ, **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def run_pytest(
    directory: Path, files: dict[str, str], *options: str, ci: str
) -> subprocess.CompletedProcess[str]:
    for name, text in files.items():
        (directory / name).write_text(text)
    (directory / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text("utf-8"))
    command = [sys.executable, "-m", "pytest", "-c", os.devnull, *options, directory]
    # conftest.py takes fixtures from the modules beside it, and these the project's from the root
    return run(*command, CI=ci, PYTHONPATH=f"{ROOT}")


@pytest.mark.parametrize("options", [(), ("--numprocesses=1",)], ids=["alone", "xdist"])
def test_ci_fails_where_a_test_is_skipped(options: tuple[str, ...], tmp_path: Path) -> None:
    """In CI a test, or a file, that skips itself is a failure that gives its name and its reason."""
    done = run_pytest(
        tmp_path, {**SKIPPING, **PASSING}, *options, "--continue-on-collection-errors", ci="true"
    )

    assert done.returncode != 0
    assert "1 passed, 1 xfailed" in done.stdout
    for file, reason in SKIPPING_REASONS.items():
        pattern = rf"{file}\S* was skipped, which CI does not allow: .*{re.escape(reason)}"
        assert re.search(pattern, done.stdout), done.stdout


def test_elsewhere_skipping_is_allowed(tmp_path: Path) -> None:
    """Without CI, skipped tests are skipped."""
    done = run_pytest(tmp_path, {**SKIPPING, **PASSING}, ci="")

    assert done.returncode == 0, done.stdout
    assert "1 passed, 3 skipped, 1 xfailed" in done.stdout


def test_ci_passes_where_nothing_is_skipped(tmp_path: Path) -> None:
    """In CI a test that is expected to fail, and does, fails nothing."""
    done = run_pytest(tmp_path, PASSING, ci="true")

    assert done.returncode == 0, done.stdout
    assert "1 passed, 1 xfailed" in done.stdout


def lowest_bounds(requirements: str, directory: Path) -> subprocess.CompletedProcess[str]:
    file = directory / "requirements.txt"
    file.write_text(requirements)
    return run(sys.executable, ROOT / "tools" / "lowest_bounds.py", file)


def test_lowest_bounds_become_exact_versions(tmp_path: Path) -> None:
    """Each lower bound becomes the one version to install; extras stay, upper bounds go."""
    done = lowest_bounds(
        "# a\n\nFlask>=3.0.0\npsycopg[binary]>=3.2 # why\nA-b>=2.0.1,<3\n", tmp_path
    )

    assert done.returncode == 0
    assert done.stdout == "Flask==3.0.0\npsycopg[binary]==3.2\nA-b==2.0.1\n"


@pytest.mark.parametrize("requirement", ["Flask", "Flask<3", "Flask==3.0", "-r other.txt"])
def test_a_requirement_without_a_lower_bound_is_refused(requirement: str, tmp_path: Path) -> None:
    """A requirement that promises no lowest version is named with its line."""
    done = lowest_bounds(f"tqdm>=4\n{requirement}\n", tmp_path)

    assert done.returncode == 2
    assert done.stderr.endswith(
        f"requirements.txt:2: '{requirement}' is not of the form NAME>=VERSION\n"
    )


def test_make_venv_says_in_one_line_that_there_is_no_python(tmp_path: Path) -> None:
    """Without a Python that is recent enough there is one line, and no directory."""
    (tmp_path / "old").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "old").chmod(0o755)

    done = run(ROOT / "tools" / "make_venv.sh", tmp_path / "venv", PYTHON=str(tmp_path / "old"))

    assert done.returncode == 2
    assert done.stderr.startswith("make_venv.sh: no Python 3.11 or newer among: ")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "venv").exists()


def test_make_venv_says_in_one_line_that_venv_is_missing(tmp_path: Path) -> None:
    """A Python whose venv is packaged apart, as Debian's is, gets one line that says what to install."""
    (tmp_path / "bare").write_text(
        f'#!/bin/sh\ncase $2 in *ensurepip*) exit 1;; esac\nexec {sys.executable} "$@"\n'
    )
    (tmp_path / "bare").chmod(0o755)

    done = run(ROOT / "tools" / "make_venv.sh", tmp_path / "venv", PYTHON=str(tmp_path / "bare"))

    assert done.returncode == 2
    assert "apt-get install python3-venv" in done.stderr
    assert done.stderr.count("\n") == 1


def ensure(*arguments: object, path: Path) -> subprocess.CompletedProcess[str]:
    return run("/bin/sh", ROOT / "tools" / "ensure_debian_package.sh", *arguments, PATH=str(path))


def test_a_package_whose_command_is_there_is_not_installed(tmp_path: Path) -> None:
    """One of the commands is enough, on PATH or by a path with wildcards."""
    for directory in ("bin", "15"):
        (tmp_path / directory).mkdir()
        (tmp_path / directory / "initdb").write_text("")
        (tmp_path / directory / "initdb").chmod(0o755)

    assert ensure("postgresql", "other", "initdb", path=tmp_path / "bin").returncode == 0
    assert ensure("postgresql", f"{tmp_path}/*5/initdb", path=tmp_path).returncode == 0


def test_a_package_that_cannot_be_installed_is_reported_in_one_line(tmp_path: Path) -> None:
    """Where there is no apt-get, one line says which package is wanted."""
    done = ensure("chromium", "chromium", "google-chrome", path=tmp_path)

    assert done.returncode == 2
    assert done.stderr == (
        "ensure_debian_package.sh: none of these commands was found: chromium google-chrome. "
        "Install your system's package for chromium and run this again.\n"
    )


def test_the_browser_reaches_this_machine_only(page: "Page") -> None:
    """No page under test loads anything from elsewhere, so that no test depends on a network."""
    from playwright.sync_api import Error

    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("http://www.example.com/")


@pytest.mark.browser
def test_an_error_on_a_page_fails_the_test(tmp_path: Path) -> None:
    """An exception in a page's script that nothing catches is a failure of the test."""
    opens = "def test_it(page): page.set_content('<script>notThere()</script>x')\n"

    done = run_pytest(tmp_path, {"test_page.py": opens}, ci="true")

    assert done.returncode == 1
    assert "notThere is not defined" in done.stdout
