"""The project's folder and scripts, and a copy of it like a fresh clone."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted(path.stem for path in ROOT.glob("*_*.py"))


def copy_project(target: Path) -> Path:
    """Copy the files that Git tracks into `target`, with this Python's environment as its .venv."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file() and not name.startswith("tests/"):
            copied = target / name
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copied)
    (target / ".venv").symlink_to(sys.prefix)
    return target


def clean_environment() -> dict[str, str]:
    """Return the environment without variables that name another crowd or other keys."""
    return {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
