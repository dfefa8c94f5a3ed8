"""Write to counts that are one row on SQLite, and several on PostgreSQL (tables.count_tables)."""

from sqlalchemy import Connection, insert, update

from local_crowd.store.tables import group_counts


def note_passed(db: Connection, worker_id: str, hit_type_id: str, number: int) -> None:
    """Note up to which number the worker has passed the HITs of a group.

    The worker holds, or has held, a HIT of the group.
    """
    key = {"worker_id": worker_id, "hit_type_id": hit_type_id}
    if db.dialect.name == "sqlite":
        db.execute(update(group_counts).filter_by(**key).values(passed=number))
    else:
        db.execute(insert(group_counts).values(**key, open=0, done=0, passed=number))
