"""Waiting for HITs: the offer, counting by the server's clock, the end.

Lock order is the worker's rows of `waits`, then the requester. What holds a HIT's lock takes neither.
"""

from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, or_, select, update

from local_crowd.operations.call import Call
from local_crowd.operations.errors import NotPossible, RequestError
from local_crowd.operations.money.balance import compute_balance, require_funds
from local_crowd.operations.people import invitation_links
from local_crowd.operations.review import waiting_pay
from local_crowd.operations.texts import Text
from local_crowd.operations.waiting import availability, rules
from local_crowd.store.inserts import insert_new
from local_crowd.store.statements import fetch_row, fetch_value
from local_crowd.store.tables import assignments, links, requesters, waits, worker_blocks

# What the worker's page says of itself: the worker begins, is there, has answered the question, has
# another page in front, leaves.
START, BEAT, CONFIRM, PAUSE, STOP = ACTIONS = ("start", "beat", "confirm", "pause", "stop")
# What becomes of it. Only COUNTING is paid; after the last five the worker no longer waits.
COUNTING, PAUSED, ASKED, READY = "counting", "paused", "asked", "ready"
STOPPED, WORKING, FULL, NO_BUDGET, CLOSED = ENDED = (
    "stopped",
    "working",
    "full",
    "no_budget",
    "closed",
)
PAY_AFTER_SECONDS = 60  # after the last that was heard of the worker
NOT_OFFERED = Text("Waiting is not paid here at the moment.")

IS_BLOCKED = select(worker_blocks.c.worker_id).where(
    worker_blocks.c.requester_id == bindparam("requester_id"),
    worker_blocks.c.worker_id == bindparam("worker_id"),
)
# When the worker accepted the first HIT since `since`, or one that is still in progress.
FIRST_ACCEPTED: Select[Any] = select(func.min(assignments.c.accept_time)).where(
    assignments.c.worker_id == bindparam("worker_id"),
    or_(assignments.c.accept_time >= bindparam("since"), assignments.c.status == "Accepted"),
)
# What one link has counted, no other link of the worker counts again.
PASS_OVER = (
    update(waits)
    .where(
        waits.c.worker_id == bindparam("of"),
        waits.c.link_id != bindparam("by"),
        waits.c.beat_time < bindparam("until"),
    )
    .values(beat_time=bindparam("until"))
)
COUNT_WAITING = select(func.count()).where(waits.c.beat_time >= bindparam("since"))


class Offer(NamedTuple):
    """What a worker is told before they wait."""

    terms: rules.Terms
    requester: str  # who pays; a name
    seconds: int  # that they have waited so far
    earned: int  # cents for it
    is_waiting: bool

    @property
    def seconds_left(self) -> int:
        """How long they can still wait."""
        return self.terms.wait_seconds - self.seconds


class State(NamedTuple):
    """Where a worker's waiting stands."""

    status: str
    seconds: int  # counted
    earned: int  # cents


def find_invitation(call: Call, worker_id: str) -> invitation_links.Link | None:
    """Return the invitation by which the worker has an account, if it pays for waiting, or None."""
    link_id = call.db.scalar(
        select(waits.c.link_id)
        .join(links, links.c.link_id == waits.c.link_id)
        .where(waits.c.worker_id == worker_id, links.c.kind == invitation_links.ACCOUNT)
        .where(links.c.wait_seconds.is_not(None))
        .order_by(links.c.created_time)
        .limit(1)
    )
    return None if link_id is None else invitation_links.get(call, link_id)


def invite(call: Call, link: invitation_links.Link, worker_id: str) -> None:
    """Note that the worker has an account by this link, if it pays for waiting."""
    if link.wait_seconds is not None:
        _ensure(call, link, worker_id)


def find_offer(call: Call, link: invitation_links.Link, worker_id: str) -> Offer | None:
    """Return what the worker is paid for waiting by this link, or None when that is nothing now.

    It is nothing when the link pays nothing, the bound is reached, the requester's budget is used up
    or the requester has blocked the worker, or when there is no HIT that the worker could be given.
    """
    terms = _find_terms(link)
    if terms is None or _is_blocked(call, link, worker_id):
        return None
    wait = call.db.execute(_query(link, worker_id)).one_or_none()
    seconds, earned = (wait.seconds, wait.earned) if wait else (0, 0)
    if seconds >= terms.wait_seconds or compute_balance(_as_payer(call, link)) < 1:
        return None
    if not availability.may_get_hits(call, link, worker_id):
        return None
    requester = call.db.scalar(
        select(requesters.c.name).where(requesters.c.requester_id == link.requester_id)
    )
    is_waiting = wait is not None and wait.confirmed_time is not None
    return Offer(terms, str(requester), seconds, earned, is_waiting)


def find_state(call: Call, link: invitation_links.Link, worker_id: str) -> State | None:
    """Return what the worker has waited by this link, or None for somebody who never did."""
    wait = call.db.execute(_query(link, worker_id)).one_or_none()
    if wait is None or wait.begin_time is None:
        return None
    status = STOPPED if wait.confirmed_time is None else PAUSED
    return State(COUNTING if wait.beat_time is not None else status, wait.seconds, wait.earned)


def count_waiting(call: Call) -> int:
    """Return how many workers wait on the site now."""
    since = call.now - rules.LONGEST_BEAT_SECONDS
    return int(fetch_value(call.db, COUNT_WAITING, {"since": since}))


def note(call: Call, link: invitation_links.Link, worker_id: str, action: str) -> State:
    """Count the time since the last beat and do what the page says, one of ACTIONS.

    What is counted is reserved from the requester's budget at once, and paid when the worker stops,
    or a minute after the last beat. Raises NotPossible("wait") for START when nothing is offered, and
    "gone" for somebody who never started. Locks the worker's rows of `waits`, and the requester.
    """
    if action == START:
        if find_offer(call, link, worker_id) is None:
            raise NotPossible("wait", NOT_OFFERED)
        _ensure(call, link, worker_id)
    wait = _lock(call, link, worker_id)
    since = call.now + 1 if wait.beat_time is None else wait.beat_time
    accepted = fetch_value(call.db, FIRST_ACCEPTED, {"worker_id": worker_id, "since": since})
    terms = _find_terms(link)
    seconds, earned = wait.seconds, wait.earned
    until = call.now if accepted is None else min(call.now, accepted)
    ended = CLOSED
    if terms is not None:
        clock = rules.Count(wait.seconds, wait.beat_time, wait.confirmed_time)
        seconds = rules.count(clock, terms, until)
        earned = terms.compute_earned(seconds)
        ended = FULL if seconds >= terms.wait_seconds else ""
        if not _reserve(call, link, earned - wait.earned):
            seconds, earned, ended = wait.seconds, wait.earned, NO_BUDGET
        elif _is_blocked(call, link, worker_id) or not availability.may_get_hits(
            call, link, worker_id
        ):
            ended = CLOSED
    status = ended or _choose_status(call, link, wait, action, is_working=accepted is not None)
    if seconds > wait.seconds:
        until = min(until, wait.confirmed_time + rules.ASK_SECONDS)
        call.db.execute(PASS_OVER, {"of": worker_id, "by": link.link_id, "until": until})
    _save(call, wait, action, State(status, seconds, earned))
    return State(status, seconds, earned)


def _choose_status(
    call: Call, link: invitation_links.Link, wait: Row[Any], action: str, *, is_working: bool
) -> str:
    """Return what becomes of somebody who may wait on."""
    if action == STOP or (wait.confirmed_time is None and action != START):
        return STOPPED
    if is_working:
        return WORKING
    if action == PAUSE:
        return PAUSED
    clock = rules.Count(wait.seconds, wait.beat_time, wait.confirmed_time)
    if clock.is_asked(call.now) and action not in (START, CONFIRM):
        return ASKED
    has_hit = availability.find_open_type(call, link, wait.worker_id) is not None
    return READY if has_hit else COUNTING


def _save(call: Call, wait: Row[Any], action: str, state: State) -> None:
    """Store the state, and pay somebody who no longer waits."""
    confirmed_time = wait.confirmed_time
    clock = rules.Count(wait.seconds, wait.beat_time, confirmed_time)
    # Nobody can answer the question before it is asked.
    if action == START or (action == CONFIRM and clock.is_asked(call.now)):
        confirmed_time = call.now
    has_ended = state.status in ENDED
    call.db.execute(
        update(waits)
        .where(_is_of(wait.link_id, wait.worker_id))
        .values(
            begin_time=wait.begin_time or call.now,
            confirmed_time=None if has_ended else confirmed_time,
            beat_time=call.now if state.status == COUNTING else None,
            seconds=state.seconds,
            earned=state.earned,
            due_time=call.now + PAY_AFTER_SECONDS if state.earned > wait.paid else None,
        )
    )
    if has_ended:
        waiting_pay.pay(call, wait.link_id, wait.worker_id)


def _reserve(call: Call, link: invitation_links.Link, amount: int) -> bool:
    """Reserve cents of the requester's budget; return False when it does not cover them."""
    try:
        require_funds(_as_payer(call, link), amount)
    except RequestError:
        return False
    return True


def _lock(call: Call, link: invitation_links.Link, worker_id: str) -> Row[Any]:
    """Lock the worker's rows, and return the link's. Raises NotPossible("gone") without it."""
    query = select(waits).where(waits.c.worker_id == worker_id).order_by(waits.c.link_id)
    rows = call.db.execute(query.with_for_update()).all()
    own = [row for row in rows if row.link_id == link.link_id]
    if not own:
        raise NotPossible("gone", NOT_OFFERED)
    return own[0]


def _ensure(call: Call, link: invitation_links.Link, worker_id: str) -> None:
    counts = dict.fromkeys(("seconds", "earned", "paid_seconds", "paid"), 0)
    insert_new(
        call.db,
        waits,
        link_id=link.link_id,
        worker_id=worker_id,
        requester_id=link.requester_id,
        **counts,
    )


def _find_terms(link: invitation_links.Link) -> rules.Terms | None:
    if link.wait_seconds is None or link.wait_reward is None:
        return None
    return rules.Terms(link.wait_seconds, link.wait_reward)


def _as_payer(call: Call, link: invitation_links.Link) -> Call:
    return replace(call, requester_id=str(link.requester_id))


def _is_blocked(call: Call, link: invitation_links.Link, worker_id: str) -> bool:
    key = {"requester_id": link.requester_id, "worker_id": worker_id}
    return fetch_row(call.db, IS_BLOCKED, key) is not None


def _is_of(link_id: str, worker_id: str) -> ColumnElement[bool]:
    return (waits.c.link_id == link_id) & (waits.c.worker_id == worker_id)


def _query(link: invitation_links.Link, worker_id: str) -> Select[Any]:
    return select(waits).where(_is_of(link.link_id, worker_id))
