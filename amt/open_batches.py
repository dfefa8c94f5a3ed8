"""A batch opened for work: its record followed, its ids read, and its crowd connected."""

from typing import TYPE_CHECKING, NamedTuple

from amt import batches, records
from amt.batches import Batch
from amt.configuration import Choice, choose_crowd
from amt.crowd import Crowd
from amt.messages import Say, say_nothing

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient


class OpenBatch(NamedTuple):
    """HITs, the crowd that they are on, and a client of it.

    `ids` is None for every HIT of the account. `record` is None for ids that this program did not
    write. `hint` is what to say when the crowd does not know a HIT.
    """

    crowd: Crowd
    client: "MTurkClient"
    ids: list[str] | None
    record: Batch | None
    hint: str | None


def open_batch(hit_ids_file: str | None, choice: Choice, say: Say = say_nothing) -> OpenBatch:
    """Follow the record of an ids file, read the ids, and connect; None: all HITs of the account.

    Raises Error for ids that are not the record's, and as `choose_crowd` does.
    """
    record = batches.find(hit_ids_file) if hit_ids_file else None
    crowd = choose_crowd(choice, [record], say)
    ids = batches.read_hit_ids(hit_ids_file, record, say) if hit_ids_file else None
    hint = records.describe_other_place(record, crowd)
    return OpenBatch(crowd, crowd.connect(), ids, record, hint)
