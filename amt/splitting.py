"""Split HITs of many assignments into HITs of at most nine, which cost less on Mechanical Turk.

The HITs of a row are launched one after another: all first parts, then all second parts. Before a
part, everybody who answered an earlier one gets a qualification that excludes them. It is exact
only because nobody holds an assignment of an earlier part then: a qualification reaches a worker
after they submitted, and the API does not say who is working.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from amt import fees, hit_workers, qualifications
from amt.batches import Batch
from amt.crowd import Crowd
from amt.errors import Error
from amt.messages import Say, count_of, say_nothing
from amt.properties import REQUIREMENTS, Properties

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient

LARGEST = fees.MANY_FROM - 1  # assignments of a HIT without Amazon's fee for many
DESCRIPTION = "You have done this task. Each worker can do it once."


class Parts(NamedTuple):
    """The HITs of each row: `sizes` are their assignments, `current` is the part to launch now.

    `missing` is the number of HITs that each part lacks.
    """

    sizes: list[int]
    current: int
    missing: list[int]

    @property
    def is_split(self) -> bool:
        """Whether rows have several HITs."""
        return len(self.sizes) > 1

    def describe(self) -> str:
        """Name the current part: part 1 of 4."""
        return f"part {self.current + 1} of {len(self.sizes)}"


def split_evenly(assignments: int) -> list[int]:
    """Return the sizes of the fewest parts of at most LARGEST assignments, the larger ones first."""
    count = -(-assignments // LARGEST)
    return [assignments // count + (part < assignments % count) for part in range(count)]


def find_parts(batch: Batch, rows: int, sizes: list[int]) -> Parts:
    """Return which HITs are missing; the current part is the first that lacks some, or the last."""
    created = [number % len(sizes) for number in batch.ids]
    missing = [rows - created.count(part) for part in range(len(sizes))]
    current = next((part for part, count in enumerate(missing) if count), len(sizes) - 1)
    return Parts(sizes, current, missing)


def choose_sizes(
    crowd: Crowd,
    properties: Properties,
    batch: Batch,
    *,
    split: bool,
    say: Say = say_nothing,
) -> list[int]:
    """Return the assignments of each HIT of a row: those of the record, if the batch is begun.

    `split` is whether the user wants to split, which is said not to be needed where it saves
    nothing. Raises Error when the batch cannot be split.
    """
    whole = [properties.max_assignments]
    if batch.header:
        if "parts" in batch.header:
            return list(batch.header["parts"])
        if split and crowd.charges_fees and properties.max_assignments > LARGEST:
            raise Error(f"{batch.path}: this batch was begun without --split; leave it out")
    if not split:
        return whole
    if not crowd.charges_fees:
        say(f"--split is not needed on {crowd}, which charges no fees; HITs are launched whole.")
        return whole
    if properties.max_assignments <= LARGEST:
        say(f"--split is not needed: MaxAssignments is {properties.max_assignments}.")
        return whole
    if "HITReviewPolicy" in properties.hit:
        raise Error(
            "--split: HITReviewPolicy compares the answers to one HIT, and a row would have several; "
            "leave out one of the two"
        )
    if len(properties.hit_type.get("QualificationRequirements", [])) >= REQUIREMENTS:
        raise Error(
            f"--split needs a qualification requirement, and there are {REQUIREMENTS} already; "
            "remove one"
        )
    return split_evenly(properties.max_assignments)


def refuse_extension(batch: Batch, hit_ids: Iterable[str]) -> None:
    """Raise Error when a HIT is of a part that a later one follows.

    The workers of the later part are not excluded from it, so they could answer a row twice.
    """
    numbers = {hit_id: number % batch.hits_per_row for number, hit_id in batch.ids.items()}
    newest = max(numbers.values(), default=0)
    if any(numbers.get(hit_id, newest) < newest for hit_id in hit_ids):
        raise Error(
            f"{batch.path}: this batch is split, and workers of part {newest + 1} could accept HITs of "
            "earlier parts if these were extended; launch another batch for more answers"
        )


def require_exclusion(
    crowd: Crowd, client: "MTurkClient", batch_name: str, hit_type: dict[str, Any]
) -> tuple[str, dict[str, Any]]:
    """Create the qualification that excludes workers from a batch.

    Return its id, and the parameters of CreateHITType with the requirement that workers lack it.
    """
    name = f"Task done ({batch_name[:12]})"
    type_id = qualifications.ensure_type(crowd, client, name, DESCRIPTION).type_id
    requirement = {"QualificationTypeId": type_id, "Comparator": "DoesNotExist"}
    requirements = [*hit_type.get("QualificationRequirements", []), requirement]
    return type_id, hit_type | {"QualificationRequirements": requirements}


def exclude_workers(
    crowd: Crowd, client: "MTurkClient", batch: Batch, parts: Parts, say: Say = say_nothing
) -> bool:
    """Exclude the workers of all earlier parts from the current one; return whether it may begin.

    It may not while an assignment of an earlier part can be accepted or is being worked on, nor when
    the crowd refused to show a HIT or to assign the qualification, which is said.
    """
    earlier = [
        hit_id
        for number, hit_id in sorted(batch.ids.items())
        if number % len(parts.sizes) < parts.current
    ]
    workers = hit_workers.find_workers(crowd, client, earlier, say=say)
    if workers.refused:
        say(f"{parts.describe()} is not launched: it is not known who worked on earlier parts")
        return False
    if workers.available or workers.pending:
        say(
            f"{parts.describe()} is not launched yet: of earlier parts, "
            f"{count_of(workers.available, 'assignment')} can be accepted and {workers.pending:,} "
            f"{'is' if workers.pending == 1 else 'are'} in progress. Run the same command again when "
            "they are submitted or expired."
        )
        return False
    values = dict.fromkeys(workers.worker_ids, 1)
    changes = qualifications.assign(crowd, client, batch.header["exclusion"], values, say=say)
    if changes.refused:
        say(f"{parts.describe()} is not launched: not everybody could be excluded from it")
    return not changes.refused
