"""The suite as `make test &` runs it: the shell has SIGINT ignored, and children inherit that."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INTERRUPTED = "tests/scripts/test_launch_hits.py::test_ctrl_c_finishes_what_is_in_flight_and_says_how_to_go_on"


def test_a_test_of_ctrl_c_passes_where_sigint_is_ignored() -> None:
    """The tests set the default handler, so that what they start can be interrupted."""
    pytest_command = f"exec {sys.executable} -m pytest -p no:cacheprovider {INTERRUPTED}"

    done = subprocess.run(
        ["sh", "-c", f"trap '' INT; {pytest_command}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout
