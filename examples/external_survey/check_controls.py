"""Say which assignments answered the survey's control questions right.

    python examples/external_survey/check_controls.py results.txt

Prints the id of each submitted assignment with every control right, for approve_assignments.py. The
others are said on stderr, with their answers: read them before you decide.
"""

import json
import sys
from pathlib import Path

# The survey's page is public, so the right answers are kept here.
RIGHT = {"control_word": "Sometimes", "control_sum": "12"}


def main() -> int:
    """Check the results that are named on the command line; return the exit code."""
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    return check(Path(sys.argv[1]))


def check(results_file: Path) -> int:
    """Print the ids of assignments with every control right; return 1 if there are others, else 0."""
    wrong = 0
    for line in results_file.read_text("utf-8").splitlines():
        result = json.loads(line)
        if result["status"] != "Submitted":
            continue
        output = result["output"] if isinstance(result["output"], dict) else {}
        answers = output.get("answers", {})
        given = {name: answers.get(name) for name in RIGHT}
        if given == RIGHT:
            print(result["assignment_id"])
        else:
            wrong += 1
            print(f"{result['assignment_id']}: {given}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
