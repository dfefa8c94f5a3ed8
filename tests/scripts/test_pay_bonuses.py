import json
import random
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.faulty_crowd import FaultyCrowd
from tests.support.forked_scripts import forked_scripts, kill_at_random_moments
from tests.support.script_fixtures import Desk

PAY = ("pay_bonuses", "--bonuses_file=bonuses.csv", "--yes")
RECORD = "bonuses.csv.paid.jsonl"


def done_work(desk: Desk, count: int = 3, *, live: bool = False) -> list[str]:
    """A HIT, and so many assignments of it that were submitted."""
    crowd = desk.crowd(live=live)
    hit_id = crowd.make_hit(MaxAssignments=count)
    return [crowd.do(crowd.make_worker(f"worker {n}"), hit_id) for n in range(count)]


def paid(desk: Desk, *assignments: str, live: bool = False) -> list[tuple[str, str, str]]:
    """The bonuses of assignments: id, amount, reason."""
    client = desk.crowd(live=live).client
    return [
        (bonus["AssignmentId"], bonus["BonusAmount"], bonus["Reason"])
        for assignment_id in assignments
        for bonus in client.list_bonus_payments(AssignmentId=assignment_id)["BonusPayments"]
    ]


@pytest.fixture
def wanted(desk: Desk) -> list[tuple[str, str, str]]:
    """Three bonuses, in bonuses.csv."""
    first_id, second_id, third_id = done_work(desk)
    bonuses = [
        (first_id, "0.50", "quick"),
        (first_id, "1.00", "good, too"),
        (second_id, "0.07", "«fine»"),
    ]
    rows = [f'{name},{amount},"{reason}"' for name, amount, reason in bonuses]
    desk.write("bonuses.csv", "\n".join(["assignment_id,amount,reason", *rows]) + "\n")
    desk.calls.clear()
    assert third_id
    return bonuses


def refused(desk: Desk, *argv: str) -> str:
    """The line with which a script ends that had something to say before."""
    done = desk.run(*argv)
    assert (done.code, done.out) == (2, "")
    return done.err.splitlines()[-1].partition(": ")[2]


def age(desk: Desk, hours: int) -> None:
    """Let the crowd's clock advance, and the record be as much older."""
    first, _, rest = desk.read(RECORD).partition("\n")
    then = time.gmtime(time.time() - hours * 3600)
    header = json.loads(first) | {"time": time.strftime("%Y-%m-%dT%H:%M:%S+00:00", then)}
    desk.write(RECORD, json.dumps(header) + "\n" + rest)
    desk.clock.advance(hours * 3600)


def test_each_bonus_is_paid_to_the_works_worker(desk: Desk, wanted: Any) -> None:
    """Every row is paid, with its reason; cost and result are said."""
    done = desk.run(*PAY)

    assert (done.code, done.out) == (0, "")
    assert "3 bonuses: $1.57 ($1.57 in bonuses, $0.00 in fees), on the sandbox of the" in done.err
    assert "3 of 3 bonuses are paid." in done.err
    assert sorted(paid(desk, *{name for name, _, _ in wanted})) == sorted(wanted)


def test_again_pays_nothing(desk: Desk, wanted: Any) -> None:
    """The same command once more makes no call."""
    desk.run(*PAY)
    desk.calls.clear()

    done = desk.run(*PAY)

    assert (done.code, desk.calls) == (0, [])
    assert "3 bonuses are paid already, so nothing was done." in done.err


@pytest.mark.parametrize("hours", [0, 25])
@pytest.mark.parametrize("kept", [1, 2, 3])
def test_what_was_paid_and_not_noted_is_found(
    desk: Desk, wanted: Any, kept: int, hours: int
) -> None:
    """Killed between the payment and our line: the token tells, and after its day the listing."""
    desk.run(*PAY)
    desk.write(RECORD, "".join(desk.read(RECORD).splitlines(keepends=True)[:kept]) + '{"row": ')
    if hours:
        age(desk, hours)
    desk.calls.clear()

    assert desk.run(*PAY).code == 0
    assert len(json.loads(f"[{','.join(desk.read(RECORD).splitlines())}]")) == 4
    assert ("SendBonus" in desk.calls) == (not hours)
    assert sorted(paid(desk, *{name for name, _, _ in wanted})) == sorted(wanted)


def test_even_without_the_record_a_token_keeps_from_paying_twice(desk: Desk, wanted: Any) -> None:
    """The token is made from the file itself: a lost record costs nothing within the day."""
    desk.run(*PAY)
    Path(RECORD).unlink()

    assert desk.run(*PAY).code == 0
    assert sorted(paid(desk, *{name for name, _, _ in wanted})) == sorted(wanted)


def test_an_equal_bonus_paid_earlier_does_not_count_as_paid(desk: Desk, wanted: Any) -> None:
    """After the token's day, a payment like it from before this file was begun does not count."""
    name, amount, reason = wanted[0]
    crowd = desk.crowd()
    crowd.client.send_bonus(
        AssignmentId=name,
        WorkerId=crowd.assignment(name)["WorkerId"],
        BonusAmount=amount,
        Reason=reason,
    )
    desk.clock.advance(100 * 3600)
    desk.run(*PAY)
    desk.write(RECORD, desk.read(RECORD).splitlines(keepends=True)[0])
    age(desk, 25)

    assert desk.run(*PAY).code == 0
    assert sorted(paid(desk, *{name for name, _, _ in wanted})) == sorted([*wanted, wanted[0]])


def test_json_lines_and_a_named_worker(desk: Desk) -> None:
    """A file of JSON Lines does as well; a worker that is named needs no look-up."""
    (assignment_id,) = done_work(desk, 1)
    worker = desk.crowd().assignment(assignment_id)["WorkerId"]
    row = {"assignment_id": assignment_id, "worker_id": worker, "amount": 0.1, "reason": "good"}
    desk.write("bonuses.jsonl", json.dumps(row) + "\n\n")
    desk.calls.clear()

    assert desk.run("pay_bonuses", "--bonuses_file=bonuses.jsonl", "--yes").code == 0
    assert desk.calls == ["SendBonus"]
    assert paid(desk, assignment_id) == [(assignment_id, "0.10", "good")]


def test_a_refused_bonus_does_not_stop_the_rest(desk: Desk) -> None:
    """It is named with its line and the crowd's words, exit 1; later it is tried again."""
    first_id, second_id = done_work(desk, 2)
    desk.write(
        "bonuses.csv",
        "assignment_id,worker_id,amount,reason\n"
        f"3NONE,,1,a\n{first_id},ANOBODY,1,b\n{second_id},,10000.01,c\n{second_id},,1,d\n",
    )

    done = desk.run(*PAY)

    assert done.code == 1
    assert "bonuses.csv:2: Assignment 3NONE does not exist." in done.err
    assert 'bonuses.csv:3: The value "ANOBODY" is not valid for the parameter WorkerId.' in done.err
    assert "bonuses.csv:4: The value 10000.01 is invalid for BonusAmount." in done.err
    assert "1 of 4 bonuses are paid." in done.err
    assert paid(desk, first_id, second_id) == [(second_id, "1.00", "d")]
    assert desk.run(*PAY).code == 1
    assert paid(desk, first_id, second_id) == [(second_id, "1.00", "d")]


def test_every_fault_of_a_file_is_told_at_once(desk: Desk) -> None:
    """Each with its line, before any call."""
    desk.write(
        "bonuses.csv",
        "assignment_id,amount,reason,worker_id\n"
        "3A,1.234,a,\n3A,0,a,\n3A,-1,a,\n,1,a,\n3A,1,,\n3A,1,a,bad\n3B,1,a,\n3B,1.0,a,\n",
    )

    done = desk.run(*PAY)

    assert (done.code, desk.calls) == (2, [])
    assert done.err.partition(": ")[2].splitlines() == [
        "bonuses.csv:2: amount: '1.234' is not an amount such as 1.50",
        "bonuses.csv:3: amount: '0' is not an amount such as 1.50",
        "bonuses.csv:4: amount: '-1' is not an amount such as 1.50",
        "bonuses.csv:5: assignment_id: '' is not an assignment's id",
        "bonuses.csv:6: reason: empty; the worker reads it, so say what the bonus is for",
        "bonuses.csv:7: worker_id: 'bad' is not a worker's id",
        "bonuses.csv:9: same as line 8; if you mean to pay both, give them different reasons",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "bonuses.csv: no rows, so no bonuses"),
        ("assignment_id,amount,reason\n", "bonuses.csv: no rows, so no bonuses"),
        (
            "assignment_id,money\n3A,1\n",
            (
                "bonuses.csv:1: unknown column 'money'; "
                "the columns are assignment_id, worker_id, amount, reason"
            ),
        ),
        ("[1]\n", "bonuses.csv:1: not a JSON object"),
        (
            '{"assignment_id": "3A", "amount": 1, "reason": ["Thanks"]}\n',
            "bonuses.csv:1: reason: ['Thanks'] is neither text nor a number",
        ),
        ('{"assignment_id": \n', "bonuses.csv:1: not JSON: Expecting value (column 18)"),
        (
            '{"assignment_id": "3A", "amonut": 1}\n',
            "bonuses.csv:1: amonut: not one of assignment_id, worker_id, amount, reason",
        ),
        (
            '{"assignment_id": "3A",\t"amount": 1, "amount": 100, "reason": "x"}\n',
            'bonuses.csv:1: the key "amount" is there twice in one object (column 38)',
        ),
        (
            'assignment_id,amount,reason\n3A,1.00,"nice\n3B,2.00,good\n3C,3.00,fine\n',
            "bonuses.csv:2: the quotation mark that opens here (column 9) is never closed",
        ),
        (
            'assignment_id,amount,reason\n3A,1.00,"nice\n3B,2.00,good\n3C,3.00,"fine"\n',
            (
                "bonuses.csv:2: the quotation mark that opens here (column 9) is closed on line 4 "
                "before 'f'; double a quotation mark within a cell"
            ),
        ),
        (
            f'assignment_id,amount,reason\n3A,1.00,"nice\n{"3B" * 15},2.00,nice"\n',
            (
                "bonuses.csv:2: a quotation mark that opens here also encloses line 3, which "
                "looks like another bonus"
            ),
        ),
        (
            "assignment_id,amount,reason\n3A,1.00,quick, too\n",
            (
                "bonuses.csv:2: 4 cells, but line 1 names 3 columns; a text with a comma in it "
                "needs quotation marks around it"
            ),
        ),
        (
            "assignment_id,amount,reason\n3A,1.00\n",
            "bonuses.csv:2: 2 cells, but line 1 names 3 columns; there is none for 'reason'",
        ),
        (
            "assignment_id,amount,reason,amount\n3A,1.00,x,100\n",
            "bonuses.csv:1: the column 'amount' is named twice",
        ),
        (
            "assignment_id,reason\n3A,x\n",
            (
                "bonuses.csv:1: no column 'amount'; the columns are assignment_id, worker_id, "
                "amount, reason"
            ),
        ),
        (
            f'assignment_id,amount,reason\n3A,1.00,"{"x" * 200_000}\n',
            "bonuses.csv:2: the quotation mark that opens here (column 9) is never closed",
        ),
    ],
)
def test_an_invalid_file_is_refused(desk: Desk, text: str, message: str) -> None:
    """One line says what is wrong with it."""
    desk.write("bonuses.csv", text)

    assert desk.fails(*PAY) == message
    assert desk.calls == []


def test_a_reason_may_have_lines_and_commas(desk: Desk) -> None:
    """In quotation marks, as every spreadsheet writes it."""
    (assignment_id,) = done_work(desk, 1)
    reason = 'Thank you, said "A",\nand so say we.'
    quoted = reason.replace('"', '""')
    desk.write("bonuses.csv", f'assignment_id, amount, reason\n{assignment_id},1.00,"{quoted}"\n')

    assert desk.run(*PAY).code == 0
    assert paid(desk, assignment_id) == [(assignment_id, "1.00", reason)]


def test_a_changed_file_is_not_paid_by_the_old_record(desk: Desk, wanted: Any) -> None:
    """New bonuses belong in a new file: rows could not be told apart any more."""
    desk.run(*PAY)
    desk.write("bonuses.csv", desk.read("bonuses.csv") + f"{wanted[0][0]},9,more\n")
    desk.calls.clear()

    assert desk.fails(*PAY) == (
        f"bonuses.csv: changed since its bonuses were paid ({RECORD}); "
        "put new bonuses into a new file"
    )
    assert desk.calls == []


def test_bonuses_are_asked_about(desk: Desk, wanted: Any) -> None:
    """Without --yes and a terminal nothing is paid, on the sandbox too; no record is left."""
    assert refused(desk, *PAY[:2]) == (
        "Pay them for at most $1.57 on the sandbox of the local crowd? There is no terminal to "
        "ask on; add --yes to go ahead."
    )
    assert desk.calls == []
    assert not Path(RECORD).exists()


def test_a_balance_that_does_not_suffice(desk: Desk) -> None:
    """On a live site the balance is looked at first; nothing is paid when it is short."""
    (assignment_id,) = done_work(desk, 1, live=True)
    desk.crowd(live=True).give_budget(99)
    desk.write("bonuses.csv", f"assignment_id,amount,reason\n{assignment_id},0.95,a\n")
    desk.calls.clear()

    assert refused(desk, *PAY, "--prod") == (
        "this can cost $0.95, but the balance on the LIVE SITE of the local crowd is $0.94; "
        "nothing was done"
    )
    assert desk.calls == ["GetAccountBalance"]


def test_the_record_remembers_the_site(desk: Desk, wanted: Any) -> None:
    """A file that was begun on one site is not paid on the other."""
    desk.run(*PAY)

    assert desk.fails(*PAY, "--prod") == (
        f"{RECORD}: this payment is on the sandbox site of local; leave out --prod"
    )


@pytest.mark.slow
def test_killed_at_any_moment_it_never_pays_twice(desk: Desk) -> None:
    """pay_bonuses.py killed again and again on a faulty crowd: each row is paid once."""
    assignments = done_work(desk, 60)
    faults = {"break": 0.04, "reset before": 0.04, "reset after": 0.06}
    chance = random.Random(3)
    moments: list[int] = []
    with (
        FaultyCrowd(desk.folder / "crowd", faults, seed=3, clock=desk.clock) as crowd,
        forked_scripts(desk.folder) as scripts,
    ):
        crowd.config(desk.folder).chmod(0o600)
        for number in range(4):
            name = f"bonuses{number}.csv"
            rows = [
                f"{assignment_id},0.0{number + 1},for {n}"
                for n, assignment_id in enumerate(assignments)
            ]
            desk.write(name, "\n".join(["assignment_id,amount,reason", *rows]))
            argv = ("pay_bonuses", f"--bonuses_file={name}", "--yes")
            record = desk.folder / f"{name}.paid.jsonl"
            moments += kill_at_random_moments(scripts, argv, record, 5, chance, growth=15)
            code, messages = scripts.run(*argv)
            assert code == 0, messages

    assert len(moments) >= 8
    assert sum(0 < moment < 61 for moment in moments) >= 3
    assert sorted(paid(desk, *assignments)) == sorted(
        (assignment_id, f"0.0{number + 1}", f"for {n}")
        for number in range(4)
        for n, assignment_id in enumerate(assignments)
    )


def test_one_bonus_is_one(desk: Desk) -> None:
    """What costs money is said as people say it."""
    (assignment_id,) = done_work(desk, 1)
    desk.write("bonuses.csv", f"assignment_id,amount,reason\n{assignment_id},1.00,nice\n")

    done = desk.run(*PAY)

    assert "1 bonus: $1.00 ($1.00 in bonuses, $0.00 in fees)" in done.err
    assert "1 of 1 bonus is paid." in done.err
    assert "1 bonus is paid already, so nothing was done." in desk.run(*PAY).err
