import json
import random
import time
from pathlib import Path

import pytest

from tests.support.crowds import DAY
from tests.support.faulty_crowd import FaultyCrowd
from tests.support.forked_scripts import forked_scripts, kill_at_random_moments
from tests.support.script_fixtures import Desk

EXTEND = ("extend_hits", "--hit_ids_file=hit_ids.txt")
RECORD = "hit_ids.extension.jsonl"


def refused(desk: Desk, *argv: str) -> str:
    """The line with which a script ends that had something to say before."""
    done = desk.run(*argv)
    assert (done.code, done.out) == (2, "")
    return done.err.splitlines()[-1].partition(": ")[2]


def sizes(desk: Desk, ids: list[str]) -> list[int]:
    return [desk.crowd().hit(hit_id)["MaxAssignments"] for hit_id in ids]


def expirations(desk: Desk, ids: list[str]) -> list[float]:
    return [desk.crowd().hit(hit_id)["Expiration"].timestamp() for hit_id in ids]


def forget(desk: Desk, kept: int, hours: int = 0) -> None:
    """Let the record lose what came after `kept` lines, and so many hours pass."""
    first, *rest = desk.read(RECORD).splitlines(keepends=True)[:kept]
    then = time.gmtime(time.time() - hours * 3600)
    header = json.loads(first) | {"time": time.strftime("%Y-%m-%dT%H:%M:%S+00:00", then)}
    desk.write(RECORD, "".join([json.dumps(header) + "\n", *rest, '{"hit_id": ']))
    desk.clock.advance(hours * 3600)


def test_more_assignments(desk: Desk) -> None:
    """Each HIT of the batch gets so many more; what that can cost is said."""
    ids = desk.launch(1, 2, 3)

    done = desk.run(*EXTEND, "--assignments=2")

    assert (done.code, done.out) == (0, "")
    assert "3 HITs, 2 more assignments and 0 more seconds each: at most $0.30" in done.err
    assert "3 of 3 HITs are extended." in done.err
    assert sizes(desk, ids) == [4, 4, 4]


def test_more_time(desk: Desk) -> None:
    """Time is counted from each HIT's expiration, or from now when that is over."""
    ids = desk.launch(1, 2)
    over = desk.clock.now
    desk.crowd().client.update_expiration_for_hit(HITId=ids[0], ExpireAt=0)
    before = expirations(desk, ids)
    assert before[0] == over

    assert desk.run(*EXTEND, f"--seconds={DAY}").code == 0

    after = expirations(desk, ids)
    assert over + DAY <= after[0] < over + DAY + 60
    assert after[1] == before[1] + DAY
    assert sizes(desk, ids) == [2, 2]


def test_both_at_once(desk: Desk) -> None:
    """Assignments and time, with one command."""
    ids = desk.launch(1)
    before = expirations(desk, ids)

    assert desk.run(*EXTEND, "--assignments=1", "--seconds=60").code == 0
    assert (sizes(desk, ids), expirations(desk, ids)) == ([3], [before[0] + 60])


def test_again_is_done_only_when_said(desk: Desk) -> None:
    """The same command extends nothing twice; --again does; another extension is another."""
    ids = desk.launch(1, 2)
    desk.run(*EXTEND, "--assignments=1")
    desk.calls.clear()

    done = desk.run(*EXTEND, "--assignments=1")
    assert (done.code, desk.calls) == (0, [])
    assert "2 HITs already got this extension, on 20" in done.err
    assert sizes(desk, ids) == [3, 3]

    assert desk.run(*EXTEND, "--assignments=1", "--again").code == 0
    assert sizes(desk, ids) == [4, 4]
    assert desk.run(*EXTEND, "--assignments=2").code == 0
    assert sizes(desk, ids) == [6, 6]


@pytest.mark.parametrize("hours", [0, 25])
@pytest.mark.parametrize("kept", [1, 2])
@pytest.mark.parametrize("flags", [(), ("--again",)])
def test_what_was_done_and_not_noted_is_found(
    desk: Desk, kept: int, hours: int, flags: tuple[str, ...]
) -> None:
    """Killed between the crowd's commit and our line: the token tells, and after its day the
    number of assignments. --again too finishes first what was begun.
    """
    ids = desk.launch(1, 2)
    command = (*EXTEND, "--assignments=3", "--seconds=60")
    before = expirations(desk, ids)
    desk.run(*command)
    forget(desk, kept, hours)

    assert desk.run(*command, *flags).code == 0
    assert sizes(desk, ids) == [5, 5]
    assert len(desk.read(RECORD).splitlines()) == 3
    assert desk.run(*command).code == 0
    assert sizes(desk, ids) == [5, 5]
    assert expirations(desk, ids) == [expiration + 60 for expiration in before]


def test_what_nobody_can_tell_any_more_is_reported(desk: Desk) -> None:
    """After the token's day, a HIT with neither the old nor the new number is left alone."""
    first, second = desk.launch(1, 2)
    desk.run(*EXTEND, "--assignments=3")
    forget(desk, 1, 25)
    desk.crowd().client.create_additional_assignments_for_hit(
        HITId=first, NumberOfAdditionalAssignments=1
    )

    done = desk.run(*EXTEND, "--assignments=3")

    assert done.code == 1
    assert (
        f"{first}: had 2 assignments and now has 6, so it is unclear what to add; check this HIT"
        in done.err
    )
    assert sizes(desk, [first, second]) == [6, 5]


def test_another_extension_waits_for_the_first(desk: Desk) -> None:
    """While one is not complete, another is refused: which HITs had it could not be told."""
    desk.launch(1, 2)
    desk.run(*EXTEND, "--assignments=1")
    forget(desk, 2)
    desk.calls.clear()

    assert desk.fails(*EXTEND, "--assignments=2") == (
        f"{RECORD}: the extension with --assignments=1 --seconds=0 is not complete; "
        "run that again first"
    )
    assert desk.calls == []


def test_refused_hits_are_reported_and_tried_again(desk: Desk) -> None:
    """A HIT made for fewer than 10 cannot have 10: it is named, exit 1, and blocks nothing."""
    small = desk.launch(1, MaxAssignments=9)
    large = desk.launch(1, MaxAssignments=10, name="large.txt")
    desk.write("both.txt", "\n".join([*small, *large, "3NONE"]))
    both = ("extend_hits", "--hit_ids_file=both.txt")

    for _ in range(2):
        done = desk.run(*both, "--assignments=1")
        assert done.code == 1
        assert f"{small[0]}: This HIT was created with 9 assignments." in done.err
        assert sizes(desk, [*small, *large]) == [9, 11]
    assert "3NONE: Hit 3NONE does not exist." in desk.run(*both, "--seconds=60").err


@pytest.mark.parametrize(
    "flags", [(), ("--assignments=-1",), ("--seconds=-5", "--assignments=1"), ("--assignments=0",)]
)
def test_by_how_much_must_be_said(desk: Desk, flags: tuple[str, ...]) -> None:
    """An extension adds something; zero and negative numbers are refused."""
    desk.launch(1)

    assert desk.fails(*EXTEND, *flags) == ("give --assignments or --seconds, more than 0")


def test_assignments_nobody_can_take_are_mentioned(desk: Desk) -> None:
    """More assignments of expired HITs, without more time, are pointed out."""
    ids = desk.launch(1, 2)
    desk.crowd().client.update_expiration_for_hit(HITId=ids[0], ExpireAt=0)

    stderr = desk.run(*EXTEND, "--assignments=1").err

    assert "1 of them has expired: without --seconds nobody can accept them." in stderr


def test_a_live_extension_asks_and_is_affordable(desk: Desk) -> None:
    """On a live site the balance must suffice, and the question be answered."""
    desk.crowd(live=True).give_budget(30)
    desk.launch(1, 2, flags=("--prod", "--yes"))

    assert refused(desk, *EXTEND, "--assignments=2", "--yes") == (
        "this can cost $0.20, but the balance on the LIVE SITE of the local crowd is $0.10; "
        "nothing was done"
    )
    assert refused(desk, *EXTEND, "--assignments=1") == (
        "Extend them for at most $0.10 on the LIVE SITE of the local crowd? The balance is $0.10. "
        "There is no terminal to ask on; add --yes to go ahead."
    )
    assert not Path(RECORD).exists()
    assert desk.run(*EXTEND, "--assignments=1", "--yes").code == 0


@pytest.mark.slow
def test_killed_at_any_moment_no_hit_is_extended_twice(desk: Desk) -> None:
    """extend_hits.py killed again and again on a faulty crowd: each HIT gets what it should."""
    faults = {"break": 0.04, "reset before": 0.04, "reset after": 0.06}
    chance = random.Random(5)
    moments: list[int] = []
    with (
        FaultyCrowd(desk.folder / "crowd", faults, seed=5, clock=desk.clock) as crowd,
        forked_scripts(desk.folder) as scripts,
    ):
        crowd.config(desk.folder).chmod(0o600)
        ids = desk.launch(*range(60))
        for number in range(1, 5):
            argv = ("extend_hits", EXTEND[1], f"--assignments={number % 2 + 1}")
            record = desk.folder / RECORD
            moments += kill_at_random_moments(scripts, argv, record, 5, chance, growth=15, full=61)
            code, messages = scripts.run(*argv)
            assert code == 0, messages

    assert len(moments) >= 8
    assert len(set(moments)) >= 5
    assert sizes(desk, ids) == [8] * 60


def test_hits_that_are_not_there_leave_no_record(desk: Desk) -> None:
    """A record of no HIT would make the same command in the right folder say that all is done."""
    ids = desk.launch(1)
    desk.write("config.json", json.dumps({"local_crowd": "another"}))
    wrong = desk.run(*EXTEND, "--assignments=2")
    desk.write("config.json", json.dumps({"local_crowd": "crowd"}))

    right = desk.run(*EXTEND, "--assignments=2")

    assert wrong.code == 1
    assert "There are no HITs to extend." in wrong.err
    assert (right.code, sizes(desk, ids)) == (0, [4])


def submit(desk: Desk, hit_id: str, name: str) -> None:
    crowd = desk.crowd()
    crowd.do(crowd.make_worker(name), hit_id)


def test_at_most_so_many_assignments(desk: Desk) -> None:
    """--most: full HITs get none, nor do those with an assignment that nobody has submitted."""
    ids = desk.launch(1, 2, 3)
    for name in ("Ada", "Ben"):
        for hit_id in ids[:2]:
            submit(desk, hit_id, name)
    desk.write("unsure.txt", "# 4 answers\n" + "".join(f"{hit_id}\n" for hit_id in ids))
    unsure = ("extend_hits", "--hit_ids_file=unsure.txt", "--assignments=2", "--most=3")

    first = desk.run(*unsure)
    again = desk.run(*unsure)
    forced = desk.run(*unsure, "--again")

    assert (first.code, again.code, forced.code) == (0, 0, 0)
    assert "2 HITs, 1 more assignment and 0 more seconds each: at most $0.10" in first.err
    assert "1 HIT has an assignment that nobody has submitted yet; no other is added." in first.err
    assert "2 HITs already got this extension" in again.err
    assert "2 HITs have as many assignments as --most allows." in forced.err
    assert sizes(desk, ids) == [3, 3, 2]

    submit(desk, ids[2], "Ada")
    submit(desk, ids[2], "Ben")
    desk.write("unsure.txt", f"# 6 answers\n{ids[2]}\n")  # another list, as after more answers

    assert desk.run(*unsure).code == 0
    assert sizes(desk, ids) == [3, 3, 3]


def test_an_extension_with_a_limit_is_finished_or_replaced(desk: Desk) -> None:
    """With the same ids file it goes on; with another, open assignments say what was done."""
    ids = desk.launch(1, 2)
    for hit_id in ids:
        submit(desk, hit_id, "Ada")
        submit(desk, hit_id, "Ben")
    limited = (*EXTEND, "--assignments=1", "--most=5")
    assert desk.run(*limited).code == 0
    forget(desk, 2)

    finished = desk.run(*limited)

    assert "2 of 2 HITs are extended." in finished.err
    forget(desk, 2)
    desk.write("hit_ids.txt", "# more answers\n" + "".join(f"{hit_id}\n" for hit_id in ids))
    replaced = desk.run(*limited)
    assert (replaced.code, sizes(desk, ids)) == (0, [3, 3])
    assert "2 HITs have an assignment that nobody has submitted yet" in replaced.err
    assert "There are no HITs to extend." in replaced.err


def test_hits_of_few_assignments_never_get_ten(desk: Desk) -> None:
    """Mechanical Turk refuses that for a HIT that was created with fewer than 10."""
    (hit_id,) = desk.launch(1, MaxAssignments=1)
    submit(desk, hit_id, "Ada")

    done = desk.run(*EXTEND, "--assignments=20", "--most=12")

    assert (done.code, sizes(desk, [hit_id])) == (0, [9])
    assert refused(desk, *EXTEND, "--seconds=60", "--most=3").startswith("--most must be")


def test_assignments_of_an_expired_hit_are_counted(desk: Desk) -> None:
    """Its counters do not tell submitted assignments from those that nobody accepted."""
    ids = desk.launch(1, 2)
    submit(desk, ids[0], "Ada")
    submit(desk, ids[0], "Ben")
    submit(desk, ids[1], "Ada")
    for hit_id in ids:
        desk.crowd().client.update_expiration_for_hit(HITId=hit_id, ExpireAt=0)

    done = desk.run(*EXTEND, "--assignments=1", "--most=5", "--seconds=3600")

    assert (done.code, sizes(desk, ids)) == (0, [3, 2])
    assert (
        "2 HITs, at most 1 more assignment and 3,600 more seconds each: at most $0.05" in done.err
    )
