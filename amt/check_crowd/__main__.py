"""Check that a plug-in crowd does what docs/crowds.md says, in its sandbox.

    python -m amt.check_crowd my_crowd:create

The checks create a few HITs, wait 5 seconds for answers to them (--wait=60 waits longer; what needs an
answer is not checked without one), and review, expire and delete what they created. Each prints
a line: ok, missing (a method), wrong (with what was expected), or unchecked (with the reason). The
exit code is 0 if nothing is missing or wrong, 1 if something is, and 2 if the crowd cannot be used.

crowd_settings are read from config.json in the current folder, or beside the scripts.
"""

import sys
from collections.abc import Sequence

from amt import configuration, crowd, plug_ins
from amt.check_crowd import contract
from amt.check_crowd.checks import MISSING, OK, UNCHECKED, WRONG
from amt.error_messages import describe_error
from amt.errors import Error
from amt.messages import count_of


def main(argv: Sequence[str]) -> int:
    """Run the command line, and return the exit code."""
    if "--help" in argv:
        print(__doc__)
        return 0
    try:
        return check(*parse(argv))
    except KeyboardInterrupt:
        say("Interrupted.")
        return 130
    except Exception as error:
        if (message := describe_error(error)) is None:
            raise
        say(f"check_crowd: {message}")
        return 2


def parse(argv: Sequence[str]) -> tuple[str, float]:
    """Return the name of the crowd, and how many seconds to wait. Raises Error for anything else."""
    wait = contract.WAIT_SECONDS
    names = []
    for word in argv:
        flag, _, value = word.partition("=")
        if flag == "--wait" and value.isdecimal():
            wait = float(value)
        elif flag == "--wait":
            raise Error("--wait takes a number of seconds, such as --wait=60")
        elif flag in {"--live", "--prod"}:
            raise Error(f"{flag}: the checks use the sandbox only; leave it out")
        elif word.startswith("--"):
            raise Error(f"unrecognized arguments: {word}")
        else:
            names.append(word)
    if len(names) != 1 or not crowd.is_plug_in(names[0]):
        raise Error(
            "name one crowd as module:factory, such as my_crowd:create; --help explains more"
        )
    return names[0], wait


def check(name: str, wait_seconds: float) -> int:
    """Check a crowd; print each result, and return the exit code."""
    settings = configuration.load(None, say).settings
    target = plug_ins.create(name, live=False, settings=settings["crowd_settings"])
    counts = contract.run(target, lambda result: print(result, flush=True), wait_seconds)
    parts = [f"{counts[outcome]} {outcome}" for outcome in (OK, MISSING, WRONG, UNCHECKED)]
    say(f"{count_of(counts.total(), 'check')} of {name}: {', '.join(parts)}")
    return 1 if counts[MISSING] or counts[WRONG] else 0


def say(text: str) -> None:
    """Print a message on stderr."""
    print(text, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
