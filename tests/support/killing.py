"""Kill a script with SIGKILL at random moments, again and again, until it ends by itself."""

import random
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BLINK = 0.002  # seconds between two looks


def run(folder: Path, argv: Sequence[str]) -> subprocess.Popen[str]:
    """Start a script in `folder`."""
    return subprocess.Popen(
        [sys.executable, str(ROOT / argv[0]), *argv[1:]],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def run_and_kill(
    folder: Path, argv: Sequence[str], record: Path, chance: random.Random, lines: int
) -> int | None:
    """Run a script in `folder` and kill it; return how many lines its record had then, or None when
    it ended by itself, which it must with 0.

    The moment is random: mostly shortly after its record has grown to a random number of `lines`,
    else within the first second.
    """
    by_time = chance.random() < 0.3
    wanted = chance.randrange(_lines(record), lines + 2)
    delay = chance.random() * (1.0 if by_time else 0.02)
    process = run(folder, argv)
    while not by_time and process.poll() is None and _lines(record) < wanted:
        time.sleep(BLINK)
    try:
        stderr = process.communicate(timeout=delay)[1]
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return _lines(record) if process.returncode == -9 else None
    assert process.returncode == 0, stderr
    return None


def _lines(record: Path) -> int:
    try:
        return record.read_bytes().count(b"\n")
    except FileNotFoundError:
        return 0
