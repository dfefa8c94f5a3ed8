"""What workers say of themselves, which some HITs ask for."""

from typing import NamedTuple

from sqlalchemy import select, update

import places
from local_crowd.operations.call import Call
from local_crowd.store.tables import workers


class InvalidPlace(ValueError):
    """A text that is no code of a country or of a part of one. The message is for the worker."""


class Profile(NamedTuple):
    """A country of ISO 3166 ("US") and a part of it of ISO 3166-2 ("PA"), both if said; and whether
    the worker is of age and accepts content that may offend.
    """

    country: str | None
    subdivision: str | None
    adult: bool


def get(call: Call, worker_id: str) -> Profile:
    """What the worker said."""
    columns = (workers.c.country, workers.c.subdivision, workers.c.adult)
    row = call.db.execute(select(*columns).where(workers.c.worker_id == worker_id)).one()
    return Profile(row.country, row.subdivision, bool(row.adult))


def put(call: Call, worker_id: str, profile: Profile) -> None:
    """Keep what the worker says. Raises InvalidPlace for codes that are none."""
    country, part = (
        (text or "").strip().upper() or None for text in (profile.country, profile.subdivision)
    )
    if (country or part) and not places.is_place(country or "", part):
        raise InvalidPlace(f"{part or country} is not the code of a country or of a US state.")
    call.db.execute(
        update(workers)
        .where(workers.c.worker_id == worker_id)
        .values(country=country, subdivision=part, adult=profile.adult)
    )
