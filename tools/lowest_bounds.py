"""Print the lowest versions that a requirements file promises to work with.

    python tools/lowest_bounds.py requirements.txt

Each `NAME>=VERSION` becomes `NAME==VERSION`. A requirement without a lower bound is an error: it
would promise every version that ever was.
"""

import argparse
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

REQUIREMENT = re.compile(r"(?P<name>[\w.-]+(?:\[[\w,-]+\])?)>=(?P<version>[\w.]+)(?:,<[\w.]+)?")


def lowest_bounds(lines: Iterable[str], name: str) -> Iterator[str]:
    """Yield `NAME==VERSION` for each requirement; `name` is the file's, for messages.

    Raises ValueError for a line that is not `NAME>=VERSION`, `NAME>=VERSION,<VERSION`, a comment
    or blank.
    """
    for number, line in enumerate(lines, 1):
        requirement = line.partition("#")[0].strip()
        if not requirement:
            continue
        match = REQUIREMENT.fullmatch(requirement)
        if match is None:
            raise ValueError(f"{name}:{number}: {requirement!r} is not of the form NAME>=VERSION")
        yield f"{match['name']}=={match['version']}"


def main(argv: list[str] | None = None) -> int:
    """Print the lower bounds of the files named on the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path)
    for path in parser.parse_args(argv).files:
        try:
            for requirement in lowest_bounds(path.read_text("utf-8").splitlines(), str(path)):
                print(requirement)
        except (OSError, ValueError) as error:
            print(f"lowest_bounds.py: {error}", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
