"""Measure a waiting room: how soon people who wait have a HIT, and whether their pay is right.

    python -m benchmarks waiting

Each of them sends what the page's script sends: a look for a HIT every second, a beat every five. After
some seconds as many HITs are launched, or sent to the server of batches. Exit code 1 when a bar is missed.
"""

import argparse
import asyncio
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from sqlalchemy import select

from benchmarks.desk import ROOT
from benchmarks.load_site import HIT_TYPE, QUESTION, WEEK, Grounds, Server, run_server
from benchmarks.load_workers import TOKEN, Browser
from benchmarks.tables import machine, write_table
from local_crowd.operations.registry import OPERATIONS
from local_crowd.store.tables import bonuses, waits

BEAT_SECONDS = 5
REWARD = 10  # cents a minute
PEOPLE = (20, 100)
BAR_SECONDS = 2.0  # for 95 % of those who wait
LONGEST_SECONDS = 60  # for anybody


class Row(NamedTuple):
    """What was measured with so many people."""

    people: int
    how: str  # their HITs are launched
    median: float  # seconds from the launch's begin to the page around the HIT
    slowest: float  # of 95 % of them
    cpu: float  # of the server while they wait, in cores
    difference: int  # between the seconds counted and those that passed, at most
    wrong_pay: int  # bonuses that are not the cents for the seconds counted

    @property
    def met(self) -> bool:
        """Whether the bar was met."""
        return self.slowest < BAR_SECONDS and not self.wrong_pay and self.difference <= 2


class Waiter:
    """A panel's participant, who found nothing and waits."""

    def __init__(self, url: str, join: str, number: int) -> None:
        self.browser = Browser(url)
        self.join = f"{join}?PROLIFIC_PID=p{number}"
        self.began = self.ended = 0.0
        self._token = b""

    async def start(self) -> None:
        """Come by the link, find nothing, and begin to wait."""
        assert (await self.browser.ask("GET", self.join)).status == 303
        await self._see("/panel")
        assert (await self.post("/panel/next")).status == 303
        await self._see("/panel")
        answer = await self.post("/wait/start")
        assert answer.location.endswith("/wait"), answer
        self.began = time.time()
        await self._see("/wait")

    async def wait(self) -> None:
        """Wait until there is a HIT, and open it."""
        poll_seconds, beat_due = 1.0, time.monotonic() + BEAT_SECONDS * random.random()
        await asyncio.sleep(poll_seconds * random.random())
        while not await self._open():
            if time.monotonic() >= beat_due:
                beat_due += BEAT_SECONDS
                state = json.loads((await self.post("/wait/beat", action="beat")).body)
                poll_seconds = state["poll_ms"] / 1000
            await asyncio.sleep(poll_seconds)

    async def _open(self) -> bool:
        if not json.loads((await self.browser.ask("GET", "/wait/state")).body)["ready"]:
            return False
        url = json.loads((await self.post("/wait/take")).body)["url"]
        if url is None:
            return False
        assert (await self.browser.ask("GET", "/work/" + url.rpartition("/")[2])).status == 200
        self.ended = time.time()
        return True

    async def _see(self, path: str) -> None:
        found = TOKEN.search((await self.browser.ask("GET", path)).body)
        assert found is not None, path
        self._token = found[1]

    async def post(self, path: str, **fields: str) -> Any:
        """Post a form as the page's script does."""
        form = urlencode({"csrf_token": self._token, **fields}).encode()
        return await self.browser.ask("POST", path, form, is_script=path != "/wait/start")


class Invited(Waiter):
    """Somebody who makes an account by an invitation, and waits."""

    async def start(self) -> None:
        """Make the account, and begin to wait."""
        path, _, query = self.join.partition("?")
        await self._see(path)
        fields = {"name": query, "password": "a few good words"}
        assert (await self.post(path, **fields)).status == 303
        await self._see("/")
        assert (await self.post("/wait/start")).location.endswith("/wait")
        self.began = time.time()
        await self._see("/wait")


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks waiting",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seconds", type=int, default=20, help="before the launch; default: 20")
    parser.add_argument(
        "--write", action="store_true", help="put the table into docs/performance.md, too"
    )
    args = parser.parse_args(argv)
    rows = [measure(people, args.seconds) for people in PEOPLE]
    rows.append(measure_put(PEOPLE[0], args.seconds))
    text = format_table(rows)
    print(text)
    if args.write:
        write_table("waiting", text)
    return 0 if all(row.met for row in rows) else 1


def measure(people: int, seconds: int) -> Row:
    """Let a panel's participants wait, and create HITs one after the other, as launch_hits.py does."""
    with tempfile.TemporaryDirectory() as folder:
        ground = Grounds(Path(folder, "crowd"))
        with ground.site() as site, site.writing(ground.requester_id) as call:
            hit_type_id = OPERATIONS["CreateHITType"](call, HIT_TYPE)["HITTypeId"]
        join = add_link(ground, hit_type_id)
        with ground.serving() as server:
            waiters = [Waiter(server.url, join, number) for number in range(people)]
            room = Room(ground, server, waiters)
            return room.measure("created", seconds, lambda: _create(ground, hit_type_id, people))


def measure_put(people: int, seconds: int) -> Row:
    """Let invited workers wait, and send a batch of as many rows to the server of batches."""
    with tempfile.TemporaryDirectory() as folder:
        ground = Grounds(Path(folder, "crowd"))
        Path(folder, "crowd", "crowd.json").write_text('{"sandbox_sign_in": "account"}')
        Path(folder, "config.json").write_text(json.dumps({"local_crowd": str(ground.directory)}))
        with ground.site() as site:
            site.ensure_owner()
        invite = ("add_link", "--uses", str(people), "--requester", "local")
        join = _create_link(ground, *invite)
        files = ("--config", f"{folder}/config.json", "--directory", f"{folder}/batches")
        with ground.serving() as server:
            door = run_server("serve_batches.py", "--open", "--port", "0", *files)
            try:
                waiters = [Invited(server.url, join, number) for number in range(people)]
                room = Room(ground, server, list(waiters))
                return room.measure("sent by PUT", seconds, lambda: _put(door.url, people))
            finally:
                door.stop()


class Room(NamedTuple):
    """People who wait at a crowd's server."""

    ground: Grounds
    server: Server
    waiters: list[Waiter]

    def measure(self, how: str, seconds: int, launch: Callable[[], None]) -> Row:
        """Let people wait for so many seconds, launch a HIT for each, and add up what they were paid."""
        launched, cpu = asyncio.run(self._wait(seconds, launch))
        times = sorted(waiter.ended - launched for waiter in self.waiters)
        counted, wrong_pay = check_pay(self.ground)
        passed = sorted(waiter.ended - waiter.began for waiter in self.waiters)
        pairs = zip(passed, sorted(counted), strict=True)
        return Row(
            len(times),
            how,
            statistics.median(times),
            times[int(0.95 * (len(times) - 1) + 0.5)],
            cpu,
            max(abs(round(real) - seconds) for real, seconds in pairs),
            wrong_pay,
        )

    async def _wait(self, seconds: int, launch: Callable[[], None]) -> tuple[float, float]:
        """Return when the launch began (epoch seconds), and the server's CPU for a second of waiting."""
        for waiter in self.waiters:
            await waiter.start()
        async with asyncio.timeout(seconds + LONGEST_SECONDS), asyncio.TaskGroup() as group:
            for waiter in self.waiters:
                group.create_task(waiter.wait())
            used = self.server.cpu_seconds()
            await asyncio.sleep(seconds)
            cpu = (self.server.cpu_seconds() - used) / seconds
            launched = time.time()
            await asyncio.to_thread(launch)
        for waiter in self.waiters:
            waiter.browser.close()
        await asyncio.sleep(0)  # in which the connections are closed
        return launched, cpu


def add_link(ground: Grounds, hit_type_id: str) -> str:
    """Create the panel's link; return its path."""
    options = ("--completion_url", "https://panel.example/{code}", "--code_done", "A")
    codes = ("--code_screened_out", "B", "--code_nothing_left", "C")
    return _create_link(ground, "add_panel_link", "--hit_type_id", hit_type_id, *options, *codes)


def _create_link(ground: Grounds, *command: str) -> str:
    """Create a link that pays for waiting; return its path."""
    waiting = ("--wait", "15m", "--wait_reward", f"{REWARD / 100:.2f}")
    where = ("--site", "sandbox", "--local_crowd", str(ground.directory))
    ran = subprocess.run(
        [sys.executable, "manage_crowd.py", *command, *waiting, *where],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    url: str = json.loads(ran.stdout)["url"]
    return urlsplit(url).path.removeprefix("/sandbox")


def _create(ground: Grounds, hit_type_id: str, count: int) -> None:
    hit = {"HITTypeId": hit_type_id, "Question": QUESTION, "LifetimeInSeconds": WEEK}
    with ground.site() as site:
        for _ in range(count):
            request = hit | {"MaxAssignments": 1}
            site.perform(ground.requester_id, "CreateHITWithHITType", request)


def _put(url: str, count: int) -> None:
    batch = {
        "task": "same",
        "title": "Are these two the same?",
        "reward": 0.05,
        "assignments": 1,
        "rows": {f"p{number}": [["Air 90"], [f"Air {number}"]] for number in range(count)},
        "rows_per_hit": 1,
    }
    parts = urlsplit(f"{url}/b1")
    connection = HTTPConnection(parts.netloc)
    kind = {"Content-Type": "application/json"}
    connection.request("PUT", parts.path, json.dumps(batch).encode(), kind)
    assert connection.getresponse().status == 201
    connection.close()


def check_pay(ground: Grounds) -> tuple[list[int], int]:
    """Return the seconds counted for each worker, and how many of them have other pay than that."""
    wrong, counted = 0, []
    with ground.site() as site, site.reading() as call:
        for wait in call.db.execute(select(waits)).all():
            counted.append(wait.seconds)
            of_worker = bonuses.c.worker_id == wait.worker_id
            paid = sum(call.db.scalars(select(bonuses.c.amount).where(of_worker)))
            wrong += paid != -(-wait.seconds * REWARD // 60)
    return counted, wrong


def format_table(rows: list[Row]) -> str:
    """The table, under the machine it was measured on."""
    lines = [
        f"{machine()}:",
        "",
        "| people | HITs | half have their HIT after | 95 % after | bar | CPU | seconds off | wrong pay | met |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        met = "yes" if row.met else "NO"
        lines.append(
            f"| {row.people} | {row.how} | {row.median:.2f} s | {row.slowest:.2f} s | {BAR_SECONDS:.0f} s "
            f"| {100 * row.cpu:.0f} % of a core | at most {row.difference} | {row.wrong_pay} | {met} |"
        )
    return "\n".join(lines)
