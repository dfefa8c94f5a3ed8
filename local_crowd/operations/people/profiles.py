"""What workers say about themselves, which some HITs require."""

from typing import NamedTuple

from sqlalchemy import select, update

import places
from local_crowd.operations.call import Call
from local_crowd.operations.errors import WorkerError
from local_crowd.operations.texts import Text
from local_crowd.store.tables import workers


class InvalidPlace(WorkerError, ValueError):
    """A text that is not a code of a country or US state. The message is for the worker."""


class Profile(NamedTuple):
    """What a worker has said about themselves."""

    country: str | None  # ISO 3166, such as "US"
    subdivision: str | None  # ISO 3166-2 without the country, such as "PA"
    adult: bool  # whether the worker is of age and accepts content that may offend


def get(call: Call, worker_id: str) -> Profile:
    """Return the worker's profile."""
    columns = (workers.c.country, workers.c.subdivision, workers.c.adult)
    row = call.db.execute(select(*columns).where(workers.c.worker_id == worker_id)).one()
    return Profile(row.country, row.subdivision, bool(row.adult))


def put(call: Call, worker_id: str, profile: Profile) -> None:
    """Store the worker's profile; raise InvalidPlace for an unknown country or US state."""
    country, part = (
        (text or "").strip().upper() or None for text in (profile.country, profile.subdivision)
    )
    if (country or part) and not places.is_place(country or "", part):
        raise InvalidPlace(
            Text("%(code)s is not the code of a country or of a US state.", code=part or country)
        )
    call.db.execute(
        update(workers)
        .where(workers.c.worker_id == worker_id)
        .values(country=country, subdivision=part, adult=profile.adult)
    )
