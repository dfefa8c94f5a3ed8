"""Where the figures go: the machine they were measured on, and docs/performance.md."""

import os
import platform
import time
from pathlib import Path

from benchmarks.desk import ROOT


def machine() -> str:
    """What the figures depend on: the processor, its cores, Python's version; and the day."""
    python, today = platform.python_version(), time.strftime("%Y-%m-%d")
    return f"{cpu()}, {os.cpu_count()} cores, Python {python}, {today}"


def cpu() -> str:
    """The processor's name."""
    try:
        said = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(": ")[2] for line in said.splitlines() if line.startswith("model name")]
    return names[0] if names else platform.machine()


def write_table(name: str, text: str) -> None:
    """Let docs/performance.md show this table between `<!-- name -->` and `<!-- end of name -->`."""
    path = ROOT / "docs" / "performance.md"
    before, begin, rest = path.read_text(encoding="utf-8").partition(f"<!-- {name} -->\n")
    _, end, after = rest.partition(f"<!-- end of {name} -->\n")
    assert end, path  # else there is nowhere to put it
    path.write_text(f"{before}{begin}{text}\n{end}{after}", encoding="utf-8")
