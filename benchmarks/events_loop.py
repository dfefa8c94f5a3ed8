"""run_batch.py, whose pauses between attempts to push are shorter.

    python -m benchmarks.events_loop SPEED ARGUMENT...

The clock of the pushes goes SPEED times as fast as the machine's; everything else is as it is.
"""

import functools
import sys
import time

import run_batch
from amt.declared import pushing


def main() -> int:
    """Run the script."""
    speed = float(sys.argv[1])
    pushing.LOOK_SECONDS = max(0.02, pushing.LOOK_SECONDS / speed)
    pushing.Pushing = functools.partial(  # type: ignore[misc,assignment]  # the script calls it
        pushing.Pushing, clock=lambda: time.time() * speed
    )
    return run_batch.main(sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
