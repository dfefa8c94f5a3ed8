"""Results that another tool collected, as lines of results."""

import shutil
import tempfile
from pathlib import Path
from typing import TextIO

from amt import amti_batches, answers, files, web_results
from amt.errors import Error
from amt.messages import Say, join_faults, say_nothing


def convert(
    path: str, output_file: str | None, output: TextIO, say: Say = say_nothing, *, raw: bool = False
) -> int:
    """Write the results of a results CSV, or of a batch directory of amti's, to `output_file`, or
    else to `output`. Return how many there are.

    Raises Error, before anything is written, naming every line at fault. `raw`: see
    web_results.read.
    """
    faults: list[str] = []
    read = (
        amti_batches.read(path, faults, say)
        if Path(path).is_dir()
        else web_results.read(path, faults, say, raw=raw)
    )
    count = 0
    with tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n") as lines:
        for result in read:
            if not faults:
                lines.write(f"{answers.format_line(result)}\n")
            count += 1
        if faults:
            raise Error(join_faults(faults))
        lines.seek(0)
        if output_file is None:
            shutil.copyfileobj(lines, output)
        else:
            with files.replace(output_file) as file:
                shutil.copyfileobj(lines, file)
    return count
