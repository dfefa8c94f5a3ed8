"""Run a command, and write its seconds, CPU seconds and memory into a file, as JSON.

    python benchmarks/measured.py FILE COMMAND...

On Linux, a process counts what its parent used as its own memory. This program is a small parent,
however large the program is that measures.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path


def main() -> int:
    """Run the command; return its exit code."""
    began = time.perf_counter()
    process = subprocess.Popen(sys.argv[2:])
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    scale = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss
    figures = [seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * scale]
    Path(sys.argv[1]).write_text(json.dumps(figures))
    return process.returncode


if __name__ == "__main__":
    sys.exit(main())
