"""Somebody who waits for HITs, as the page's script does, without a browser."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from local_crowd.store.tables import bonuses, waits
from tests.support.crowds import DAY
from tests.support.live_site import PID, People
from tests.support.panel_participants import go_on
from tests.support.worker_sites import Visitor

JSON = {"Accept": "application/json"}


@dataclass
class Waiter:
    """A visitor who waits; time passes by beats of 5 seconds, as in a browser."""

    people: People
    visitor: Visitor

    def start(self) -> str:
        """Begin to wait; return the path that it leads to."""
        return str(self.visitor.post("/wait/start").location).removeprefix(self.visitor.root)

    def beat(self, action: str = "beat", after: int = 0) -> Any:
        """Send a beat, so many seconds after the last; return the response's fields."""
        self.people.clock.advance(after)
        response = self.visitor.post("/wait/beat", {"action": action})
        assert response.status_code == 200, response.text
        return response.json

    def wait(self, seconds: int) -> Any:
        """Wait with a beat every 5 seconds, and answer each question at once."""
        state: Any = None
        for _ in range(seconds // 5):
            state = self.beat(after=5)
            if state["status"] == "asked":
                state = self.beat("confirm")
        return state

    def is_ready(self) -> bool:
        """Return whether there is a HIT, as the page asks every second."""
        response: Any = self.visitor.get("/wait/state").json
        return bool(response["ready"])

    def take(self) -> str | None:
        """Take the next HIT; return its path, or None when there is none."""
        response: Any = self.visitor.post("/wait/take", headers=JSON).json
        return None if response["url"] is None else response["url"].removeprefix(self.visitor.root)

    def stop(self) -> None:
        """Stop waiting."""
        assert self.visitor.post("/wait/stop").status_code == 303


def launch_hit(people: People) -> Any:
    """Create a HIT for one worker, always of the same HIT type."""
    return people.launch(Title="Name it", MaxAssignments=1, AssignmentDurationInSeconds=DAY)


def waiting_link(people: People, **more: str) -> tuple[Any, str, str]:
    """Create a HIT, and a panel link that pays for waiting; return the HIT, the link's id and path.

    Somebody else has taken the HIT.
    """
    hit = launch_hit(people)
    options = {"wait": "15m", "wait_reward": "0.10", "limit": "5"} | more
    link_id, path = people.panel_link(hit["HITTypeId"], **options)
    assert go_on(people.participant(path, "taker")).startswith("/work/")
    return hit, link_id, path


def waiter(people: People, path: str, pid: str = PID) -> Waiter:
    """Return a participant who found nothing left."""
    visitor = people.participant(path, pid)
    assert go_on(visitor) == "/panel"
    return Waiter(people, visitor)


def list_pay(people: People) -> list[tuple[int, str]]:
    """Return the amount in cents and the reason of each bonus, oldest first."""
    with people.sandbox.reading() as call:
        query = select(bonuses.c.amount, bonuses.c.reason)
        rows = call.db.execute(query.order_by(bonuses.c.grant_time, bonuses.c.bonus_id))
        return [(row.amount, row.reason) for row in rows]


def list_counted(people: People) -> list[int]:
    """Return the seconds that are counted, for each worker and link."""
    with people.sandbox.reading() as call:
        return sorted(call.db.scalars(select(waits.c.seconds)))
