"""Follow a batch until all answers are in: by new answers where the crowd lists them, else by rounds.

The crowds of this project list the answers to a HIT type that were submitted since a time, in one
call. Notifications would need an address that the crowd can reach, and a public one at that, so
they are not used.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from amt import connection
from amt.declared.rounds import Loop, Progress

POLL_SECONDS = 10.0  # between rounds, if the crowd does not list new answers
ROUND_SECONDS = 60.0  # between rounds, if it does: they find out what has expired
FIRST_PAUSE_SECONDS = 0.2  # between calls for new answers; longer while none come
LONGEST_PAUSE_SECONDS = 1.0
# An answer that is committed after a later one has been listed is found by the next call.
OVERLAP = timedelta(seconds=2)
PAGE = 100
CLOCK_DIFFERENCE = timedelta(hours=1)  # at most, between this machine and the crowd's

Pause = Callable[[float], object]


def follow(loop: Loop, pause: Pause = time.sleep) -> Progress:
    """Run rounds until all answers are in. An outage of the crowd is waited for."""
    follower = Follower(loop)
    is_out = False
    while True:
        try:
            progress = follower.step()
            is_out = False
        except Exception as error:
            if not connection.is_outage(error):
                raise
            if not is_out:
                loop.say(f"{connection.describe_error(error)}; waiting until it responds")
            is_out = True
            pause(POLL_SECONDS)
            continue
        if progress.is_done:
            return progress
        pause(follower.pause_seconds)


class Follower:
    """Follows a batch one step at a time; pause for `pause_seconds` between two steps."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._lists_new = loop.crowd.lists_new_answers
        self._since = loop.work.newest_submit_time or loop.batch.begin_time - CLOCK_DIFFERENCE
        self._next_round = 0.0
        self._has_begun = False
        self._full: dict[str, None] = {}  # HITs that may have all their answers
        self._next_merge = 0.0
        self.pause_seconds = FIRST_PAUSE_SECONDS

    def step(self) -> Progress:
        """Fetch what is new, in a round or by the list of new answers.

        Raises what a call raises; after an outage of the crowd, another step continues.
        """
        if time.monotonic() < self._next_round and self._lists_new:
            self._fetch_new()
        if time.monotonic() >= self._next_round or not self._lists_new:
            self._full.clear()
            # What came before the start is fetched at once; then each poll makes few calls.
            progress = self._loop.run_round(is_poll=self._has_begun and not self._lists_new)
            self._has_begun = True
            self._since = self._loop.work.newest_submit_time or self._since
            wait = ROUND_SECONDS if self._lists_new else POLL_SECONDS
            self._next_round = time.monotonic() + wait
            self.pause_seconds = FIRST_PAUSE_SECONDS if self._lists_new else POLL_SECONDS
            return progress
        return self._loop.measure()

    def _fetch_new(self) -> None:
        """Write new answers, and finish HITs. What a round has to see makes the next one due."""
        listed = self._list_new()
        changed = self._loop.add_assignments(listed)
        self._full |= dict.fromkeys(changed)
        longer = min(self.pause_seconds * 1.2, LONGEST_PAUSE_SECONDS)
        self.pause_seconds = FIRST_PAUSE_SECONDS if self._full else longer
        if not all(map(self._loop.is_counted, changed)):
            self._next_round = 0.0  # they are of a new wave
        start = time.monotonic()
        if self._full and start >= self._next_merge:
            finished = self._loop.finish_full(self._full)
            self._full.clear()
            if finished and not self._loop.batch.is_complete:
                self._next_round = 0.0  # there is room for more HITs
            end = time.monotonic()
            # Merging takes the longer the more answers there are; it gets half of the time.
            self._next_merge = end + (end - start)

    def _list_new(self) -> list[Any]:
        client: Any = self._loop.client  # its type has Amazon's operations only
        request = {
            "HITTypeId": self._loop.batch.header["hit_type_id"],
            "SubmittedSince": self._since,
            "MaxResults": PAGE,
        }
        found: list[Any] = []
        while True:
            try:
                page = client.list_assignments_for_hit_type(**request)
            except Exception as error:
                if not connection.is_unknown_operation(error):
                    raise
                self._lists_new = False  # a crowd server of an older version
                return []
            found += page["Assignments"]
            if len(page["Assignments"]) < PAGE:
                break
            request["NextToken"] = page["NextToken"]
        if found:
            self._since = max(self._since, found[-1]["SubmitTime"] - OVERLAP)
        return found
