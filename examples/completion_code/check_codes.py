r"""Check the completion codes in results, and write the ids of right and wrong assignments.

    python examples/completion_code/check_codes.py --results_file=results.txt \
        --right_file=right.txt --wrong_file=wrong.txt

Only assignments that wait for review are checked. Then approve those in right.txt with
approve_assignments.py. Ask the workers of those in wrong.txt before you reject them with
reject_assignments.py: somebody may have answered the survey and lost the code.
"""

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import codes


def main(argv: list[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, text in (
        ("results_file", "results of get_results.py"),
        ("right_file", "file for the ids of assignments with their right code"),
        ("wrong_file", "file for the ids of the others"),
    ):
        parser.add_argument(f"--{name}", type=Path, required=True, metavar="FILE", help=text)
    parser.add_argument(
        "--secret_file",
        type=Path,
        default=Path(__file__).resolve().parent / "secret.txt",
        metavar="FILE",
        help="the survey site's secret; default: secret.txt beside this script",
    )
    args = parser.parse_args(argv)
    try:
        right, wrong = check(args.results_file, codes.read_secret(args.secret_file))
        for path, ids in ((args.right_file, right), (args.wrong_file, wrong)):
            path.write_text("".join(f"{assignment_id}\n" for assignment_id in ids), "utf-8")
    except OSError as error:
        print(f"check_codes.py: {error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    except ValueError as error:
        print(f"check_codes.py: {args.results_file}: not JSON Lines: {error}", file=sys.stderr)
        return 2
    print(f"{len(right)} right, {len(wrong)} wrong", file=sys.stderr)
    return 1 if wrong else 0


def check(results_file: Path, secret: bytes) -> tuple[list[str], list[str]]:
    """Return the ids of the submitted assignments with the right code, and of the others."""
    right: list[str] = []
    wrong: list[str] = []
    for line in results_file.read_text("utf-8").splitlines():
        result = json.loads(line)
        if result["status"] != "Submitted":
            continue
        output = result["output"] if isinstance(result["output"], dict) else {}
        is_right = codes.is_code(secret, result["assignment_id"], str(output.get("code", "")))
        (right if is_right else wrong).append(result["assignment_id"])
    return right, wrong


if __name__ == "__main__":
    sys.exit(main())
