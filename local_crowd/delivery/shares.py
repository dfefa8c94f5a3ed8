"""Share the courier's threads: decide how many messages of each lane are sent next.

A receiver that takes 15 seconds per message occupies at most AT_ONE_DESTINATION threads, and a
requester with several such receivers OF_ONE_REQUESTER. The other threads serve everybody else.
"""

from collections import Counter, deque
from collections.abc import Iterable, Mapping

from local_crowd.operations.notifications.outbox import Lane

AT_ONCE = 128
OF_ONE_REQUESTER = 32
AT_ONE_DESTINATION = 8


def share_threads(due: Mapping[Lane, int], busy: Iterable[Lane]) -> Counter[Lane]:
    """Return how many messages of each lane to start sending now.

    `due`: messages that wait, by lane. `busy`: the lane of each message that is being sent. Each free
    thread goes to the requester with the fewest, and to its destinations in turn.
    """
    of_lane = Counter(busy)
    of_requester: Counter[str] = Counter()
    for lane, count in of_lane.items():
        of_requester[lane.requester_id] += count
    waiting: dict[str, deque[Lane]] = {}
    for lane, count in due.items():
        if count and of_lane[lane] < AT_ONE_DESTINATION:
            waiting.setdefault(lane.requester_id, deque()).append(lane)
    to_begin: Counter[Lane] = Counter()
    for _ in range(AT_ONCE - of_lane.total()):
        requester_id = min(waiting, key=of_requester.__getitem__, default="")
        if not requester_id or of_requester[requester_id] >= OF_ONE_REQUESTER:
            break  # the requester with the fewest is at the limit, so all are
        lane = waiting[requester_id].popleft()
        to_begin[lane] += 1
        of_requester[requester_id] += 1
        if to_begin[lane] < due[lane] and of_lane[lane] + to_begin[lane] < AT_ONE_DESTINATION:
            waiting[requester_id].append(lane)
        elif not waiting[requester_id]:
            del waiting[requester_id]
    return to_begin
