r"""Simulate workers: what a study will cost, and how a batch in a sandbox gets its answers.

    python simulate_workers.py --truth_file=truth.jsonl --field=output.label --reward=0.05

prints how right the labels are and what the answers cost, for 1 to 7 answers to each row, and for
the adaptive policies that ask again only where answers are in doubt. With --hit_ids_file, the workers
answer that batch instead:

    python simulate_workers.py --truth_file=truth.jsonl --field=output.label --hit_ids_file=hit_ids.txt

They sign in to the sandbox's worker site by a nickname, accept HITs and post the forms as browsers
do. The local crowd is served for that time, unless serve_local_crowd.py serves it already.

--truth_file has a line for each row of the batch with its right answer: in the field of --field, or
in its last part, here label.
"""

import argparse
import contextlib
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path

import simpleamt
from amt.crowd import Crowd
from amt.errors import Error
from amt.fees import Rates
from amt.messages import count_of
from amt.quality import simulation
from amt.simulated_workers import crews, prices, shifts, truths
from amt.simulated_workers.crews import Crew
from amt.simulated_workers.truths import Truths

SERVER = Path(__file__).resolve().parent / "serve_local_crowd.py"


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = simpleamt.parser(__doc__)
    parser.add_argument(
        "--truth_file", required=True, metavar="FILE", help="right answers, one line per row"
    )
    parser.add_argument(
        "--field", required=True, metavar="NAME", help="field of the answers, such as output.label"
    )
    parser.add_argument(
        "--hit_ids_file", metavar="FILE", help="HIT ids of the batch to answer, in a sandbox"
    )
    crew = parser.add_argument_group("the workers")
    crew.add_argument(
        "--workers", type=int, default=simulation.WORKERS, metavar="N", help="default: %(default)s"
    )
    crew.add_argument(
        "--accuracy",
        default=",".join(map(str, simulation.ACCURACIES)),
        metavar="LOW,HIGH",
        help="range of the shares that workers have right; default: %(default)s",
    )
    crew.add_argument(
        "--spammers",
        type=float,
        default=simulation.SPAMMERS,
        metavar="P",
        help="share of workers who answer at random, and fast; default: %(default)s",
    )
    crew.add_argument(
        "--seconds",
        type=float,
        default=0,
        metavar="S",
        help="median time of an answer, which workers really wait for; default: 0",
    )
    crew.add_argument("--seed", type=int, default=0, metavar="N", help="default: %(default)s")
    _add_price_flags(parser)
    return simpleamt.run(parser, simulate, argv)


def simulate(args: argparse.Namespace) -> int:
    """Print the prices, or answer the batch. Return 1 if assignments are left."""
    crew = Crew(args.workers, _parse_range(args.accuracy), args.spammers, args.seconds, args.seed)
    crews.validate(crew)
    crews.to_fields(args.field, "")  # a field that no form has is refused before anything is done
    if args.hit_ids_file:
        return _answer(args, crew)
    known = truths.read_truths(args.truth_file, args.field)
    _print_prices(args, crew, known)
    return 0


def _add_price_flags(parser: argparse.ArgumentParser) -> None:
    """Add the flags of the table of prices."""
    group = parser.add_argument_group("the table of prices")
    group.add_argument("--reward", metavar="USD", help="reward of an answer; required")
    group.add_argument("--fees", action="store_true", help="add Mechanical Turk's fees")
    group.add_argument(
        "--most",
        type=int,
        default=simulation.MOST_ANSWERS,
        metavar="N",
        help="most answers to a row; default: %(default)s",
    )
    group.add_argument(
        "--confidence",
        type=float,
        default=simulation.SURE,
        metavar="P",
        help="adaptive: rows less sure than this are asked again; default: %(default)s",
    )
    group.add_argument(
        "--machine_accuracy",
        type=float,
        metavar="P",
        help="add a machine that answers every row, has this share right, and errs always alike",
    )


def _parse_range(text: str) -> tuple[float, float]:
    """Return two numbers; one stands for both ends."""
    try:
        low, high = [float(part) for part in (text.split(",") if "," in text else [text, text])]
    except ValueError as error:
        message = f"--accuracy: {text!r} is not two numbers such as 0.7,0.95"
        raise Error(message) from error
    return low, high


def _print_prices(args: argparse.Namespace, crew: Crew, known: Truths) -> None:
    """Print the table of prices."""
    try:
        reward = Decimal(args.reward or "")
    except InvalidOperation:
        reward = Decimal(-1)
    if not (reward.is_finite() and 0 <= reward < 1000):
        raise Error("--reward must be an amount of US dollars, such as 0.05")
    if not 1 <= args.most <= 30:
        raise Error("--most must be from 1 to 30")
    for name in ("confidence", "machine_accuracy"):
        value = getattr(args, name)
        if value is not None and not 0 <= value <= 1:
            raise Error(f"--{name} must be from 0 to 1")
    table = prices.list_prices(
        known,
        crew,
        reward,
        Rates(charged=args.fees),
        confidence=args.confidence,
        most=args.most,
        machine_accuracy=args.machine_accuracy,
    )
    print(prices.format_table(list(table)))
    hourly = prices.compute_hourly(reward, crew.seconds)
    if hourly:
        print(f"${reward} for {crew.seconds:g} s is ${hourly} an hour.")


def _answer(args: argparse.Namespace, crew: Crew) -> int:
    """Let the workers answer the batch."""
    from amt import survey  # imports boto3, which --help must not wait for

    if args.prod:
        raise Error("simulated workers answer a sandbox only; leave out --prod")
    crowd, client, ids, batch, hint = simpleamt.open_batch(args)
    _require_sandbox(crowd)
    if batch is None:
        raise Error(f"{args.hit_ids_file}: has no batch record, which says what row each HIT is of")
    known = truths.read_truths(args.truth_file, args.field)
    if len(known.rows) != batch.header["rows"]:
        raise Error(
            f"{args.truth_file}: has {count_of(len(known.rows), 'row')}, and the batch has "
            f"{batch.header['rows']:,}"
        )
    counters, unknown = survey.fetch_counters(crowd, client, ids, say=simpleamt.say, hint=hint)
    rows = {hit_id: number // batch.hits_per_row for number, hit_id in batch.ids.items()}
    slots = shifts.Slots({hit.hit_id: hit.available for hit in counters})
    found = {hit.hit_id: rows[hit.hit_id] for hit in counters}
    first: list[int] = batch.header.get("practice", [])
    practice = sorted((id_ for id_ in found if rows[id_] in first), key=lambda id_: rows[id_])
    with _serve(crowd) as url:
        task = shifts.Work(
            url, batch.header["hit_type_id"], found, known, args.field, tuple(practice)
        )
        answered = shifts.work(task, crew, slots)
    simpleamt.say(f"{count_of(crew.workers, 'worker')} gave {count_of(answered, 'answer')}.")
    left = slots.count
    if left:
        simpleamt.say(
            f"{count_of(left, 'assignment')} left: every worker who may do these HITs has; add --workers"
        )
    return 1 if left or unknown else 0


def _require_sandbox(crowd: Crowd) -> None:
    """Raise Error for a live site, and for Mechanical Turk."""
    if crowd.name == "mturk":
        raise Error("simulated workers answer a local crowd or a crowd server, not Mechanical Turk")
    if crowd.is_plug_in:
        raise Error(f"simulated workers answer a local crowd or a crowd server, not {crowd.name}")
    if crowd.live:
        raise Error(f"simulated workers answer a sandbox only, and this batch is on {crowd}")


@contextlib.contextmanager
def _serve(crowd: Crowd) -> Iterator[str]:
    """Yield the URL of the crowd's worker site, which is served meanwhile if it is not yet."""
    if crowd.name != "local" or crowd.find_served_address():
        yield crowd.worker_site
        return
    command = [sys.executable, str(SERVER), "--port=0"]
    command.append(f"--local_crowd={crowd.settings['local_crowd']}")
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None  # noqa: S101 - it is a pipe
        assert server.stderr is not None  # noqa: S101 - likewise
        try:
            line = server.stdout.readline()
            if not line:
                reason = server.stderr.read().strip().rpartition("\n")[2]
                raise Error(f"the local crowd cannot be served: {reason}")
            yield line.split()[-1]
        finally:
            server.terminate()
            server.communicate()


if __name__ == "__main__":
    sys.exit(main())
