"""Bonuses: a file that says who gets how much and why, and the record of what was paid of it.

`bonuses.csv` has its record beside it in `bonuses.csv.paid.jsonl`. The token of each payment is
made from the file's content and the row, so a row is paid once even if the record is lost.
"""

import hashlib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from amt import calls, records, rows
from amt.crowd import Crowd
from amt.errors import Error
from amt.messages import join_faults
from amt.parallel import Outcome
from amt.records import DamageError, Record
from formats.csv_table import Table

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient

ENDING = ".paid.jsonl"
REQUIRED = ("assignment_id", "amount", "reason")
FIELDS = ("assignment_id", "worker_id", "amount", "reason")
AMOUNT = re.compile(r"[0-9]{1,7}(\.[0-9]{1,2})?")
SURELY_AN_ID = re.compile("(?=[A-Z]*[0-9])[A-Z0-9]{20,64}")
CLOCKS = timedelta(hours=1)  # by which the crowd's clock and ours may differ


class Bonus(NamedTuple):
    """A row of the file: `number` counts from 0, `line` the file's lines from 1."""

    number: int
    line: int
    assignment_id: str
    worker_id: str  # empty: the worker of the assignment
    amount: Decimal
    reason: str


class Payments(Record):
    """What was paid of a file. `header`: payment (a hash of the file), crowd, site, time, rows."""

    kind = "payment"
    fields = {"rows": int}  # noqa: RUF012 - never changed

    def __init__(self, path: Path) -> None:
        """Read the file. Raises Error when it is not a payment record."""
        self.paid: dict[int, str] = {}  # row -> assignment id
        super().__init__(path)

    def note(self, line: dict[str, Any]) -> None:
        """Add the line of a bonus. Raises DamageError for a line of another file."""
        row, assignment_id = line["row"], line["assignment_id"]
        if row not in range(self.header["rows"]):
            raise DamageError(f"row {row} is not one of the file's {self.header['rows']} rows")
        if self.paid.setdefault(row, assignment_id) != assignment_id:
            raise DamageError(f"row {row} was paid for two assignments")

    def check(self, bonuses: Sequence[Bonus]) -> None:
        """Raise Error when the record says of a row that another assignment was paid."""
        for bonus in bonuses:
            if self.paid.get(bonus.number, bonus.assignment_id) != bonus.assignment_id:
                raise Error(
                    f"{self.path}: says that row {bonus.number} was paid for "
                    f"{self.paid[bonus.number]}, not for {bonus.assignment_id}; restore this "
                    "payment record from a copy"
                )


def read(path: str) -> tuple[list[Bonus], str]:
    """Return the bonuses in a file, JSON Lines or CSV with a header, and a hash of the file.

    Raises Error with every fault, a line each. A duplicate row is a fault too: paying
    it would look like a double payment.
    """
    content = Path(path).read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Error(f"{path}: not UTF-8 text (byte {error.start + 1})") from error
    faults: list[str] = []
    bonuses: list[Bonus] = []
    seen: dict[tuple[str, Decimal, str], int] = {}
    for line, row in _read_rows(path, text, faults):
        try:
            bonus = _parse_bonus(len(bonuses), line, row)
            first = seen.setdefault((bonus.assignment_id, bonus.amount, bonus.reason), line)
            if first != line:
                raise ValueError(
                    f"same as line {first}; if you mean to pay both, give them different reasons"
                )
            bonuses.append(bonus)
        except ValueError as error:
            faults.append(f"{path}:{line}: {error}")
    if not bonuses and not faults:
        faults.append(f"{path}: no rows, so no bonuses")
    if faults:
        raise Error(join_faults(faults))
    return bonuses, hashlib.sha256(content).hexdigest()[:40]


def _read_rows(path: str, text: str, faults: list[str]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield the line number and the cells of each row; add what is wrong to `faults`."""
    if text.lstrip()[:1] in ("{", "["):
        for row in rows.parse_rows(path, io.BytesIO(text.encode()), faults):
            if isinstance(row.value, dict):
                yield row.line, row.value
            else:
                faults.append(f"{path}:{row.line}: not a JSON object")
        return
    table = Table(
        io.StringIO(text, newline=""),
        lambda line, fault: faults.append(f"{path}:{line}: {fault}"),
    )
    if unknown := set(table.columns) - {*FIELDS, ""}:
        faults.append(
            f"{path}:1: unknown column {', '.join(sorted(map(repr, unknown)))}; "
            f"the columns are {', '.join(FIELDS)}"
        )
    elif missing := [name for name in REQUIRED if table.columns and name not in table.columns]:
        faults.append(f"{path}:1: no column {missing[0]!r}; the columns are {', '.join(FIELDS)}")
    if faults:
        return
    for line, cells in table.rows():
        if (within := _find_swallowed_row(line, cells["reason"])) is None:
            yield line, cells
        else:
            faults.append(
                f"{path}:{line}: a quotation mark that opens here also encloses line {within}, "
                "which looks like another bonus"
            )


def _parse_bonus(number: int, line: int, row: Mapping[str, Any]) -> Bonus:
    """Parse a row of the file. Raises ValueError with what is wrong."""
    if unknown := [str(name) for name in row if name not in FIELDS]:
        raise ValueError(f"{', '.join(unknown)}: not one of {', '.join(FIELDS)}")
    for name, value in row.items():
        if isinstance(value, bool) or not isinstance(value, str | int | float | None):
            raise ValueError(f"{name}: {value!r} is neither text nor a number")  # noqa: TRY004 - a fault in the file
    texts = {name: str(row.get(name) or "").strip() for name in FIELDS}
    if not re.fullmatch("[A-Z0-9]{1,64}", texts["assignment_id"]):
        raise ValueError(f"assignment_id: {texts['assignment_id']!r} is not an assignment's id")
    if texts["worker_id"] and not re.fullmatch("A[A-Z0-9]{1,63}", texts["worker_id"]):
        raise ValueError(f"worker_id: {texts['worker_id']!r} is not a worker's id")
    if not AMOUNT.fullmatch(texts["amount"]) or not (amount := Decimal(texts["amount"])):
        raise ValueError(f"amount: {texts['amount']!r} is not an amount such as 1.50")
    if not texts["reason"]:
        raise ValueError("reason: empty; the worker reads it, so say what the bonus is for")
    return Bonus(number, line, texts["assignment_id"], texts["worker_id"], amount, texts["reason"])


def _find_swallowed_row(line: int, reason: str) -> int | None:
    """Return the line of a bonus that stray quotation marks made a part of another's reason.

    Its worker would not be paid, and the other worker would read its amount.
    """
    for number, text in enumerate(reason.splitlines()[1:], line + 1):
        if any(SURELY_AN_ID.fullmatch(cell.strip()) for cell in text.split(",")):
            return number
    return None


def begin(payments: Payments, crowd: Crowd, content: str, bonuses: list[Bonus]) -> None:
    """Write the record's first line; nothing is paid before it."""
    payments.begin(
        {
            "payment": content,
            **records.describe_place(crowd),
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "rows": len(bonuses),
        }
    )


def pay(
    crowd: Crowd, client: "MTurkClient", payments: Payments, bonuses: list[Bonus]
) -> Iterator[Outcome]:
    """Pay these bonuses, and record each payment. Yield an outcome each, in order."""
    forgotten = payments.tokens_forgotten()
    if forgotten:
        crowd.require(
            "list_bonus_payments",
            f"{payments.path} was begun over 23 hours ago; find out what was paid since, and put the "
            "rest into a new file",
        )
    begun = datetime.fromisoformat(payments.header["time"])

    def pay_one(bonus: Bonus) -> None:
        if not (forgotten and is_listed(client, bonus, begun)):
            send(client, f"{payments.header['payment']}-{bonus.number}", bonus)
        payments.append({"row": bonus.number, "assignment_id": bonus.assignment_id})

    return calls.gather(crowd, pay_one, bonuses, doing="paying", total=len(bonuses))


def send(client: "MTurkClient", token: str, bonus: Bonus) -> None:
    """Pay a bonus; a call whose token the crowd knows was carried out before.

    Asks the crowd for the worker if the bonus does not name one.
    """
    worker_id = bonus.worker_id
    if not worker_id:
        response = client.get_assignment(AssignmentId=bonus.assignment_id)
        worker_id = response["Assignment"]["WorkerId"]
    try:
        client.send_bonus(
            WorkerId=worker_id,
            AssignmentId=bonus.assignment_id,
            BonusAmount=f"{bonus.amount:.2f}",
            Reason=bonus.reason,
            UniqueRequestToken=token,
        )
    except client.exceptions.RequestError as error:
        if token not in str(error):  # it was paid, and the response was lost
            raise


def is_listed(client: "MTurkClient", bonus: Bonus, since: datetime) -> bool:
    """Return whether the crowd lists this payment, made after `since`."""
    listed = calls.list_pages(
        client.list_bonus_payments, "BonusPayments", AssignmentId=bonus.assignment_id
    )
    return any(
        Decimal(payment["BonusAmount"]) == bonus.amount
        and payment["Reason"] == bonus.reason
        and payment["GrantTime"] >= since - CLOCKS
        for payment in listed
    )
