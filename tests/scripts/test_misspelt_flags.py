"""A flag or a command that is nearly right: every script says which one is meant."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.project_copy import ROOT, SCRIPTS


def complaint(folder: Path, script: str, *argv: str) -> str:
    """The last line of a command line that cannot be parsed."""
    done = subprocess.run(
        [sys.executable, ROOT / f"{script}.py", *argv],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    return done.stderr.splitlines()[-1]


WITH_COMMANDS = {"manage_crowd", "manage_qualifications"}  # their flags follow the command


@pytest.mark.parametrize("script", sorted(set(SCRIPTS) - WITH_COMMANDS))
def test_every_script_suggests_a_flag(tmp_path: Path, script: str) -> None:
    """Before it asks for flags that are missing: the misspelt one may be the one."""
    assert complaint(tmp_path, script, "--confg=c.json") == (
        f"{script}.py: error: unrecognized arguments: --confg; did you mean --config?"
    )


@pytest.mark.parametrize(
    ("script", "argv", "suggestion"),
    [
        ("get_results", ["--hit-ids-file=x"], "--hit-ids-file; did you mean --hit_ids_file?"),
        ("approve_hits", ["--hit_id_file", "x"], "--hit_id_file; did you mean --hit_ids_file?"),
        ("approve_hits", ["--hit_ids=x"], "--hit_ids; did you mean --hit_ids_file?"),
        ("delete_hits", ["--YES"], "--YES"),
        ("manage_crowd", ["add_link", "--email=x"], "--email; did you mean --emails?"),
        ("manage_crowd", ["list_workers", "--sit", "live"], "--sit; did you mean --site?"),
        ("manage_crowd", ["--cofig"], "--cofig"),
        ("manage_qualifications", ["show", "--confg=c"], "--confg; did you mean --config?"),
    ],
)
def test_flags(tmp_path: Path, script: str, argv: list[str], suggestion: str) -> None:
    """Hyphens, a missing letter, a part of the name; nothing is suggested that is far away."""
    assert complaint(tmp_path, script, *argv).endswith(f"unrecognized arguments: {suggestion}")


def test_commands(tmp_path: Path) -> None:
    """manage_crowd.py suggests a command."""
    assert complaint(tmp_path, "manage_crowd", "add_requestor", "Ada").endswith(
        "; did you mean add_requester?"
    )


def test_a_value_may_look_like_a_flag(tmp_path: Path) -> None:
    """After = and with a space in it a text is a value."""
    (tmp_path / "ids.txt").write_text("")
    for feedback in (["--feedback=--hit_id_file"], ["--feedback", "--no such flag"]):
        done = subprocess.run(
            [sys.executable, ROOT / "reject_hits.py", "--hit_ids_file=ids.txt", *feedback],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert "unrecognized" not in done.stderr
