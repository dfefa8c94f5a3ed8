"""make demo_study: a study from its price to its report, in one command."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from amt.id_files import read_ids
from tests.support.project_copy import ROOT, clean_environment

FLAGS = ("--rows=9", "--seconds=0")
SCRIPTS = [
    "simulate_workers",
    "launch_hits",
    "simulate_workers",
    "show_hit_progress",
    "get_results",
    "aggregate_results",
    "extend_hits",
    "simulate_workers",
    "approve_hits",
    "get_results",
    "aggregate_results",
    "report_results",
]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_demo_study(tmp_path: Path) -> None:
    """It prints each command, and ends with the path of a report on approved answers to all rows;
    rows in doubt have more answers than the others.
    """
    folder = tmp_path / "study"

    done = subprocess.run(
        [sys.executable, ROOT / "examples/demo_study.py", *FLAGS, f"--folder={folder}"],
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert re.findall(r"^\$ python (\w+)\.py", done.stdout, re.MULTILINE) == SCRIPTS
    assert done.stdout.splitlines()[-1] == f"The report: {folder / 'report.html'}"
    assert "Animal, plant or mineral?" in (folder / "report.html").read_text("utf-8")
    figures = json.loads((folder / "summary.json").read_text("utf-8"))["figures"]
    values = {name: figure["value"] for name, figure in figures.items()}
    assert values["rows"] == values["complete_rows"] == 9
    assert values["approved"] == values["received"] == values["planned"]
    assert values["received"] == 27 + len(read_ids(folder / "unsure.txt"))
