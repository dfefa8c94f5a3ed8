"""Measure whether every event of a batch arrives, and how soon.

    python -m benchmarks events

A crowd server, run_batch.py --follow and the receiver are processes of their own. For the first
figure, the receiver fails and is dead for a while, and the crowd server and run_batch.py are killed
with SIGKILL, in turn. The pauses between attempts to push are --speed times shorter than they are,
and so is the time for which the receiver is dead. For the others nothing fails. Exit code 1 when a
bar is missed.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from amt.declared.pushing import AT_ONCE
from benchmarks.events_site import ASSIGNMENTS, Answerer, EventSite, Killed, event_site
from benchmarks.load_runs import quantile
from benchmarks.load_workers import together
from benchmarks.tables import machine, write_table

WORKERS = 20
DELIVERED = 204
ANSWER_BAR = (0.5, 2.0)  # seconds from submit to the receiver: median, and 99 of 100
LABEL_BAR = 2.0  # seconds from the last answer to a row


class Row(NamedTuple):
    """A line of the table."""

    figure: str
    measured: str
    bar: str
    met: bool


@dataclass(frozen=True)
class Trouble:
    """What goes wrong: kills of each process, the share of failed requests, and dead seconds."""

    kills: int = 20
    failing: float = 0.3
    dead_seconds: float = 300
    speed: float = 100


class Findings(NamedTuple):
    """What arrived: how many events there are, and which of them did what none may."""

    events: int
    missing: set[str]  # never delivered
    foreign: set[str]  # of an answer that the crowd does not have
    mixed: set[str]  # of several ids, or with the id or another body of another event
    unsigned: int
    requests: int
    repeats: int  # deliveries of what had been delivered, and was killed before it was noted
    done: dict[str, Any]


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks events",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--answers", type=int, default=10_000, help="default: 10000")
    parser.add_argument("--kills", type=int, default=20, help="of each process; default: 20")
    parser.add_argument("--speed", type=float, default=100, help="default: 100")
    parser.add_argument("--rate", type=int, default=50, help="answers a second; default: 50")
    parser.add_argument("--seconds", type=int, default=100, help="of that rate; default: 100")
    parser.add_argument(
        "--write", action="store_true", help="put the table into docs/performance.md, too"
    )
    args = parser.parse_args(argv)
    rows = [
        measure_trouble(args.answers, Trouble(kills=args.kills, speed=args.speed)),
        *measure_times(args.rate, args.seconds),
    ]
    text = format_table(rows)
    print(text)
    if args.write:
        write_table("events", text)
    return 0 if all(row.met for row in rows) else 1


def measure_trouble(answers: int, trouble: Trouble) -> Row:
    """Return the figure of a run in which everything fails."""
    with tempfile.TemporaryDirectory() as folder:
        found = run_in_trouble(Path(folder), answers, trouble)
    most = AT_ONCE * trouble.kills
    figure = (
        f"events of {answers:,} answers; receiver failing {trouble.failing:.0%}, dead for "
        f"{trouble.dead_seconds:.0f} s; {trouble.kills} SIGKILLs of run_batch.py, "
        f"{trouble.kills} of the crowd"
    )
    arrived = found.events - len(found.missing)
    measured = (
        f"{arrived:,} of {found.events:,} arrived in {found.requests:,} requests; of no answer: "
        f"{len(found.foreign)}; wrong ids: {len(found.mixed)}; delivered again: {found.repeats}"
    )
    met = is_right(found, most)
    return Row(figure, measured, f"all; 0; 0; at most {AT_ONCE} for each SIGKILL", met)


def is_right(found: Findings, most_repeats: int) -> bool:
    """Return whether each event arrived, none was wrong, and repeats are of killed runs only."""
    wrong = found.missing or found.foreign or found.mixed or found.unsigned
    return not wrong and found.repeats <= most_repeats


def run_in_trouble(folder: Path, answers: int, trouble: Trouble) -> Findings:
    """Let workers give so many answers while everything fails; return what arrived."""
    with event_site(folder, answers, trouble.failing) as site:
        script = site.run_script("batch.json", "--follow", speed=trouble.speed)
        try:
            asyncio.run(_work_in_trouble(site, script, answers, trouble))
            site.submit_held()
            script.wait()
        finally:
            script.end()
        return find(site)


async def _work_in_trouble(site: EventSite, script: Killed, answers: int, trouble: Trouble) -> None:
    workers = await _hire(site)
    gate = asyncio.Event()
    gate.set()
    working = asyncio.create_task(together(workers, partial(_answer_all, gate=gate), WORKERS))

    async def wait_for(share: float) -> None:
        wanted = share * answers
        while not working.done() and sum(len(w.thanked) for w in workers) < wanted:  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    async def kill() -> None:
        pushed = 0
        for number in range(2 * trouble.kills):
            await wait_for((number + 1) / (2 * trouble.kills + 1))
            if number % 2:
                await site.kill_crowd()
                continue
            gate.clear()  # else all answers are in before the script has started again
            while site.received.stat().st_size <= pushed:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            assert script.kill(), "run_batch.py ended before it was killed"
            pushed = site.received.stat().st_size
            gate.set()

    async def let_receiver_die() -> None:
        await wait_for(0.4)
        site.receiver.tell("dead")
        await asyncio.sleep(trouble.dead_seconds / trouble.speed)
        site.receiver.tell("alive")

    await asyncio.gather(kill(), let_receiver_die(), working)
    for worker in workers:
        worker.browser.close()


async def _hire(site: EventSite) -> list[Answerer]:
    workers = [Answerer(site, f"worker {n}") for n in range(WORKERS)]
    await together(workers, lambda worker: worker.sign_in())
    return workers


async def _answer_all(worker: Answerer, *, gate: asyncio.Event) -> None:
    """Answer HITs, while the gate is open, until there are none left, whatever happens to the server."""
    assignment_id: str | None = ""
    answer: dict[str, str] = {}
    while assignment_id is not None:
        try:
            if not assignment_id:
                answer = {}
                await gate.wait()
                assignment_id = await worker.accept(worker.hit_type_id)
                continue
            answer = answer or await worker.find_answer(assignment_id)
            await worker.submit(assignment_id, answer)
            assignment_id = ""
        except OSError:  # it is asked again: the same answer twice is one
            worker.browser.close()


def find(site: EventSite) -> Findings:
    """Compare what the receiver got with what the crowd has."""
    rows = site.list_assignments()
    expected = {f"answer {one}" for one in rows} | {f"label {row}" for row in rows.values()}
    expected.add("done ")
    received = site.read_received()
    ids_of: dict[str, set[str]] = defaultdict(set)
    of_id: dict[str, set[str]] = defaultdict(set)
    for line in received:
        ids_of[_name(line)].add(line["id"])
        of_id[line["id"]].add(f"{_name(line)} {line['hash']}")
    mixed = {name for name, ids in ids_of.items() if len(ids) > 1}
    mixed |= {one for one, names in of_id.items() if len(names) > 1}
    delivered = Counter(_name(line) for line in received if line["status"] == DELIVERED)
    return Findings(
        len(expected),
        expected - delivered.keys(),
        ids_of.keys() - expected,
        mixed,
        sum(not line["is_signed"] for line in received),
        len(received),
        delivered.total() - len(delivered),
        next((line for line in received if line["type"] == "done"), {}),
    )


def _name(line: dict[str, Any]) -> str:
    """Return what an event tells of."""
    kind = line["type"]
    subject = {"answer": line["assignment_id"], "label": line["row"]}.get(kind, "")
    return f"{kind} {subject}"


def measure_times(rate: int, seconds: int) -> Iterator[Row]:
    """Yield how soon events arrive, at so many answers a second."""
    with tempfile.TemporaryDirectory() as folder:
        answers, labels = time_events(Path(folder), rate, seconds)
    median, most = quantile(answers, 0.5), quantile(answers, 0.99)
    yield Row(
        f"submit to `answer` at the receiver, {rate} answers a second",
        f"p50 {median:.2f} s, p99 {most:.2f} s",
        f"p50 {ANSWER_BAR[0]:g} s, p99 {ANSWER_BAR[1]:g} s",
        median < ANSWER_BAR[0] and most < ANSWER_BAR[1],
    )
    yield Row(
        f"last answer to `label` at the receiver, {len(labels):,} rows",
        f"p50 {quantile(labels, 0.5):.2f} s, p99 {quantile(labels, 0.99):.2f} s, "
        f"slowest {max(labels):.2f} s",
        f"p99 {LABEL_BAR:g} s",
        quantile(labels, 0.99) < LABEL_BAR,
    )


def time_events(folder: Path, rate: int, seconds: int) -> tuple[list[float], list[float]]:
    """Return the seconds from each answer to its event, and from each row's last to its label."""
    with event_site(folder, rate * seconds, 0) as site:
        script = site.run_script("batch.json", "--follow")
        try:
            submitted = asyncio.run(_work_steadily(site, rate))
            script.wait()
        finally:
            script.end()
        return measure_delays(site.list_assignments(), submitted, site.read_received())


def measure_delays(
    rows: dict[str, str], submitted: dict[str, float], received: Iterable[dict[str, Any]]
) -> tuple[list[float], list[float]]:
    """Return the seconds from each answer to its event, and from each row's last to its label.

    `rows` and `submitted` have the row of each assignment, and when its answer was sent.
    """
    last: dict[str, float] = defaultdict(float)
    for assignment_id, row in rows.items():
        last[row] = max(last[row], submitted[assignment_id])
    answers, labels = [], []
    for line in received:
        if line["type"] == "answer":
            answers.append(line["time"] - submitted[line["assignment_id"]])
        elif line["type"] == "label":
            labels.append(line["time"] - last[line["row"]])
    assert (len(answers), len(labels)) == (len(rows), len(last))
    return answers, labels


async def _work_steadily(site: EventSite, rate: int) -> dict[str, float]:
    """Let workers submit one answer after the other at a rate; return when each was sent."""
    workers = await _hire(site)
    start = time.monotonic()
    turns = iter(range(ASSIGNMENTS * len(site.rows)))

    async def work(worker: Answerer) -> None:
        while (assignment_id := await worker.accept(site.hit_type_id)) is not None:
            answer = await worker.find_answer(assignment_id)
            await asyncio.sleep(start + next(turns) / rate - time.monotonic())
            assert await worker.submit(assignment_id, answer)

    await together(workers, work, WORKERS)
    for worker in workers:
        worker.browser.close()
    return {one: at for worker in workers for one, at in worker.submitted.items()}


def format_table(rows: Iterable[Row]) -> str:
    """Return the table, under the machine it was measured on."""
    lines = [f"{machine()}:", "", "| figure | measured | bar | met |", "|---|---|---|---|"]
    lines += [f"| {r.figure} | {r.measured} | {r.bar} | {'yes' if r.met else 'NO'} |" for r in rows]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
