"""The server is killed while people wait: nothing that was counted is lost, or paid twice."""

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path

from sqlalchemy import select

from benchmarks.load_site import HIT_TYPE, Grounds
from benchmarks.waiting import Waiter, add_link, check_pay
from local_crowd.operations.registry import OPERATIONS
from local_crowd.site import open_site
from local_crowd.store.tables import waits
from tests.support.own_thread import apart

KILLS = 3
SERVER = Path(__file__).resolve().parents[1] / "support" / "killed_server.py"


async def wait_until(waiter: Waiter, killing: "asyncio.Task[None]") -> str:
    """Send beats until the last kill; return what the newest response says is earned."""
    earned = "$0.00"
    while not killing.done():
        try:
            response = await waiter.post("/wait/beat", action="beat")
            earned = json.loads(response.body)["earned"]
        except OSError:  # the server is being killed
            waiter.browser.close()
        await asyncio.sleep(0.05)
    waiter.browser.close()
    return earned


async def kill(process: "subprocess.Popen[str]") -> None:
    """Kill the server, each time after a second of waiting."""
    assert process.stdin is not None
    assert process.stdout is not None
    for _ in range(KILLS):
        await asyncio.sleep(1.1)
        process.stdin.write("\n")
        process.stdin.flush()
        await asyncio.to_thread(process.stdout.readline)


async def wait_together(process: "subprocess.Popen[str]", waiters: list[Waiter]) -> list[str]:
    """Let people wait while the server is killed; return what each was last told to have earned."""
    for waiter in waiters:
        await waiter.start()
    killing = asyncio.create_task(kill(process))
    return await asyncio.gather(*(wait_until(waiter, killing) for waiter in waiters))


def test_a_killed_server_loses_and_repeats_no_pay(tmp_path: Path) -> None:
    """Each is paid at least what a response said, and exactly what the seconds counted earn."""
    ground = Grounds(tmp_path / "crowd")
    with ground.site() as site, site.writing(ground.requester_id) as call:
        hit_type_id = OPERATIONS["CreateHITType"](call, HIT_TYPE)["HITTypeId"]
    join = add_link(ground, hit_type_id)
    process = subprocess.Popen(
        [sys.executable, SERVER, ground.directory],
        env={"PYTHONPATH": str(SERVER.parents[2])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    try:
        waiters = [Waiter(url, join, number) for number in range(3)]
        told = apart(asyncio.run, wait_together(process, waiters))
    finally:
        process.communicate()

    for _ in range(2):  # the second pays nothing more
        later = open_site(ground.directory, "sandbox", lambda: time.time() + 600)
        with later.reading() as call:
            paid = sorted(call.db.scalars(select(waits.c.paid)))
        later.close()
    assert check_pay(ground)[1] == 0
    cents = sorted(round(float(earned.removeprefix("$")) * 100) for earned in told)
    assert all(least <= amount for least, amount in zip(cents, paid, strict=True))
    assert paid[0] > 0
