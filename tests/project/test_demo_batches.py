"""make demo_batches: a batch, sent with curl, whose answers and label are pushed."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.support.project_copy import ROOT, clean_environment


@pytest.mark.slow
def test_demo_batches(tmp_path: Path) -> None:
    """It prints three signed answers, a signed label, and that the batch is done."""
    folder = tmp_path / "batches"

    done = subprocess.run(
        [sys.executable, ROOT / "examples/demo_batches.py", f"--folder={folder}"],
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    events = [line.removeprefix("signed ") for line in done.stdout.splitlines() if "signed" in line]
    kinds = Counter(line.partition(":")[0] for line in events)
    assert kinds == {"answer": 3, "label": 1, "done": 1}
    label = next(line for line in events if line.startswith("label"))
    assert json.loads(label.partition(": ")[2])["label"] == "yes"
    for log in folder.glob("*.log"):
        assert "Traceback" not in log.read_text("utf-8")
