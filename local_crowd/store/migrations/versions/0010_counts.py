"""The worker's list of HITs and the requester's list of batches read counts, kept by triggers.

What triggers count is right whichever statement changes a HIT, and it costs no statement. SQLite
has one writer, so a trigger changes a row in place. On PostgreSQL that row would be locked until the
commit, by everybody who accepts a HIT of the group: there a trigger inserts a row with the change.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

OPEN = "available > 0 AND NOT disposed AND due_time IS NOT NULL"
LISTED = "NOT disposed"
HELD = "status NOT IN ('Returned', 'Abandoned')"
FINISHED = "status IN ('Submitted', 'Approved', 'Rejected')"
GROUP = ("open", "done", "passed")
SLOTS = ("pending", "submitted", "approved", "rejected")
BATCH = ("hits", "available", "expired", *SLOTS)
COMPACTED = 20  # rows of a count, more or less, before they become one


def upgrade() -> None:
    """Create the tables, count what there is, and create the triggers."""
    _create_table("group_counts", ("worker_id", "hit_type_id"), GROUP)
    _create_table("batch_counts", ("requester_id", "batch"), (*BATCH, "newest", "launched"))
    op.drop_index("ix_hits_open", "hits")
    _create_index("ix_hits_open", ["hit_type_id", "number"], OPEN)
    _create_index("ix_hits_expiration_of_batch", ["requester_id", "batch", "expiration"], LISTED)
    for statement in _fill():
        op.execute(statement)
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _sqlite_triggers() if sqlite else _postgresql_triggers():
        op.get_bind().exec_driver_sql(statement)


def _create_table(name: str, key: tuple[str, str], counts: tuple[str, ...]) -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        name,
        sa.Column("number", number, autoincrement=True, nullable=False),
        *(sa.Column(column, sa.String(length=64), nullable=False) for column in key),
        *(
            sa.Column(column, sa.BigInteger() if column == "launched" else number, nullable=False)
            for column in counts
        ),
        sa.PrimaryKeyConstraint("number", name=op.f(f"pk_{name}")),
    )
    op.create_index(op.f(f"ix_{name}_{'_'.join(key)}"), name, list(key))


def _create_index(name: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, "hits", columns, sqlite_where=where, postgresql_where=where)


def _fill() -> list[str]:
    held = f"""
        SELECT a.worker_id, h.hit_type_id,
            sum(CASE WHEN {_open("h")} THEN 1 ELSE 0 END),
            sum(CASE WHEN a.{FINISHED} THEN 1 ELSE 0 END), 0
        FROM assignments a JOIN hits h ON h.hit_id = a.hit_id
        WHERE a.{HELD} GROUP BY a.worker_id, h.hit_type_id"""
    sums = ", ".join(f"sum({_slots('hits', column)})" for column in BATCH)
    return [
        f"""INSERT INTO group_counts (worker_id, hit_type_id, {", ".join(GROUP)})
        SELECT '', hit_type_id, count(*), 0, 0 FROM hits WHERE {OPEN} GROUP BY hit_type_id""",
        f"INSERT INTO group_counts (worker_id, hit_type_id, {', '.join(GROUP)}) {held}",
        f"""INSERT INTO batch_counts (requester_id, batch, {", ".join(BATCH)}, newest, launched)
        SELECT requester_id, batch, {sums}, max(number), min(creation_time) FROM hits
        WHERE NOT disposed AND batch IS NOT NULL GROUP BY requester_id, batch""",
    ]


def _open(row: str) -> str:
    return f"({row}.available > 0 AND NOT {row}.disposed AND {row}.due_time IS NOT NULL)"


def _slots(row: str, column: str) -> str:
    """What a HIT adds to a count of its batch."""
    if column == "hits":
        return f"CASE WHEN {row}.disposed THEN 0 ELSE 1 END"
    if column in SLOTS:
        return f"CASE WHEN {row}.disposed THEN 0 ELSE {row}.{column} END"
    elsewhere = "IS NULL" if column == "available" else "IS NOT NULL"
    return f"CASE WHEN {row}.disposed OR {row}.due_time {elsewhere} THEN 0 ELSE {row}.available END"


def _is(condition: str) -> str:
    return f"(CASE WHEN {condition} THEN 1 ELSE 0 END)"


MOVED = f"""({_open("OLD")}) <> ({_open("NEW")}) OR OLD.hit_type_id <> NEW.hit_type_id"""
CHANGED = f"""(OLD.{HELD}) <> (NEW.{HELD}) OR (OLD.{FINISHED}) <> (NEW.{FINISHED})"""
COUNTED = " OR ".join(
    f"OLD.{column} IS DISTINCT FROM NEW.{column}"
    for column in ("available", *SLOTS, "disposed", "due_time")
)
OF_BATCH = "requester_id = NEW.requester_id AND batch = NEW.batch"
OF_HOLDERS = f"SELECT worker_id FROM assignments WHERE hit_id = NEW.hit_id AND {HELD}"


def _sqlite_triggers() -> list[str]:
    def add_group(worker: str, hit_type: str, opened: str, done: str = "0") -> str:
        return f"""
            UPDATE group_counts SET open = open + {opened}, done = done + {done}
            WHERE worker_id = {worker} AND hit_type_id = {hit_type};
            INSERT INTO group_counts (worker_id, hit_type_id, open, done, passed)
            SELECT {worker}, {hit_type}, {opened}, {done}, 0 WHERE changes() = 0;"""

    hit_type = "(SELECT hit_type_id FROM hits WHERE hit_id = NEW.hit_id)"
    is_open = f"(SELECT {_is(_open('hits'))} FROM hits WHERE hit_id = NEW.hit_id)"
    differences = ", ".join(
        f"{column} = {column} + ({_slots('NEW', column)}) - ({_slots('OLD', column)})"
        for column in BATCH
    )
    sums = ", ".join(f"{column} = {column} + ({_slots('NEW', column)})" for column in BATCH)
    values = ", ".join(_slots("NEW", column) for column in BATCH)
    return [
        f"""CREATE TRIGGER hits_inserted AFTER INSERT ON hits WHEN NOT NEW.disposed BEGIN
            {add_group("''", "NEW.hit_type_id", _is(_open("NEW")))}
            UPDATE batch_counts SET {sums}, newest = max(newest, NEW.number) WHERE {OF_BATCH};
            INSERT INTO batch_counts (requester_id, batch, {", ".join(BATCH)}, newest, launched)
            SELECT NEW.requester_id, NEW.batch, {values}, NEW.number, NEW.creation_time
            WHERE changes() = 0 AND NEW.batch IS NOT NULL;
        END""",
        f"""CREATE TRIGGER hits_opened_or_closed
        AFTER UPDATE OF available, disposed, due_time, hit_type_id ON hits WHEN {MOVED} BEGIN
            {add_group("''", "OLD.hit_type_id", "-" + _is(_open("OLD")))}
            {add_group("''", "NEW.hit_type_id", _is(_open("NEW")))}
            UPDATE group_counts SET open = open + {_is(_open("NEW"))} - {_is(_open("OLD"))}
            WHERE hit_type_id = NEW.hit_type_id AND worker_id IN ({OF_HOLDERS});
        END""",
        f"""CREATE TRIGGER hits_of_batch
        AFTER UPDATE OF available, {", ".join(SLOTS)}, disposed, due_time ON hits BEGIN
            UPDATE batch_counts SET {differences} WHERE {OF_BATCH};
        END""",
        f"""CREATE TRIGGER assignments_inserted
        AFTER INSERT ON assignments WHEN NEW.{HELD} BEGIN
            {add_group("NEW.worker_id", hit_type, is_open, _is(f"NEW.{FINISHED}"))}
        END""",
        f"""CREATE TRIGGER assignments_changed
        AFTER UPDATE OF status ON assignments WHEN {CHANGED} BEGIN
            UPDATE group_counts
            SET open = open + ({_is(f"NEW.{HELD}")} - {_is(f"OLD.{HELD}")}) * {is_open},
                done = done + {_is(f"NEW.{FINISHED}")} - {_is(f"OLD.{FINISHED}")}
            WHERE worker_id = NEW.worker_id AND hit_type_id = {hit_type};
        END""",
    ]


def _postgresql_triggers() -> list[str]:
    group, batch = ", ".join(GROUP), ", ".join(BATCH)
    differences = ", ".join(
        f"({_slots('NEW', column)}) - ({_slots('OLD', column)})" for column in BATCH
    )
    values = ", ".join(_slots("NEW", column) for column in BATCH)
    group_sums = "sum(open), sum(done), max(passed)"
    batch_sums = ", ".join(f"sum({column})" for column in BATCH)
    # SKIP LOCKED: rows that another transaction is adding up are none of ours.
    compact = """
        IF mod(NEW.number, {every}) = 0 THEN
            WITH taken AS (
                DELETE FROM {table} WHERE number IN (
                    SELECT number FROM {table} WHERE {key} FOR UPDATE SKIP LOCKED
                ) RETURNING *
            )
            INSERT INTO {table} ({names}) SELECT {sums} FROM taken HAVING count(*) > 0;
        END IF;
        RETURN NULL;"""

    def function(name: str, body: str) -> str:
        return f"""CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$
        DECLARE hit hits;
        BEGIN {body} END $body$"""

    def trigger(name: str, when: str, table: str, condition: str = "TRUE") -> str:
        return f"""CREATE TRIGGER {name} AFTER {when} ON {table} FOR EACH ROW
        WHEN ({condition}) EXECUTE FUNCTION {name}()"""

    return [
        function(
            "group_counts_inserted",
            compact.format(
                every=COMPACTED,
                table="group_counts",
                key="worker_id = NEW.worker_id AND hit_type_id = NEW.hit_type_id",
                names=f"worker_id, hit_type_id, {group}",
                sums=f"NEW.worker_id, NEW.hit_type_id, {group_sums}",
            ),
        ),
        function(
            "batch_counts_inserted",
            compact.format(
                every=COMPACTED,
                table="batch_counts",
                key=OF_BATCH,
                names=f"requester_id, batch, {batch}, newest, launched",
                sums=f"NEW.requester_id, NEW.batch, {batch_sums}, max(newest), min(launched)",
            ),
        ),
        function(
            "hits_inserted",
            f"""IF {_open("NEW")} THEN
                INSERT INTO group_counts (worker_id, hit_type_id, {group})
                VALUES ('', NEW.hit_type_id, 1, 0, 0);
            END IF;
            IF NEW.batch IS NOT NULL THEN
                INSERT INTO batch_counts (requester_id, batch, {batch}, newest, launched)
                VALUES (NEW.requester_id, NEW.batch, {values}, NEW.number, NEW.creation_time);
            END IF;
            RETURN NULL;""",
        ),
        function(
            "hits_opened_or_closed",
            f"""INSERT INTO group_counts (worker_id, hit_type_id, {group})
            SELECT '', hit_type_id, change, 0, 0 FROM (VALUES
                (OLD.hit_type_id, -{_is(_open("OLD"))}), (NEW.hit_type_id, {_is(_open("NEW"))})
            ) AS moved (hit_type_id, change) WHERE change <> 0;
            INSERT INTO group_counts (worker_id, hit_type_id, {group})
            SELECT worker_id, NEW.hit_type_id, {_is(_open("NEW"))} - {_is(_open("OLD"))}, 0, 0
            FROM ({OF_HOLDERS}) AS holders;
            RETURN NULL;""",
        ),
        function(
            "hits_of_batch",
            f"""INSERT INTO batch_counts (requester_id, batch, {batch}, newest, launched)
            VALUES (NEW.requester_id, NEW.batch, {differences}, NEW.number, NEW.creation_time);
            RETURN NULL;""",
        ),
        # The HIT is locked, so that a transaction which opens or closes it comes before or after.
        function(
            "assignments_counted",
            f"""SELECT * INTO hit FROM hits WHERE hit_id = NEW.hit_id FOR NO KEY UPDATE;
            INSERT INTO group_counts (worker_id, hit_type_id, {group}) VALUES (
                NEW.worker_id, hit.hit_type_id,
                CASE WHEN {_open("hit")} THEN {_is(f"NEW.{HELD}")} ELSE 0 END,
                {_is(f"NEW.{FINISHED}")}, 0
            );
            RETURN NULL;""",
        ),
        function(
            "assignments_changed",
            f"""SELECT * INTO hit FROM hits WHERE hit_id = NEW.hit_id FOR NO KEY UPDATE;
            INSERT INTO group_counts (worker_id, hit_type_id, {group}) VALUES (
                NEW.worker_id, hit.hit_type_id,
                CASE WHEN {_open("hit")} THEN {_is(f"NEW.{HELD}")} - {_is(f"OLD.{HELD}")} ELSE 0 END,
                {_is(f"NEW.{FINISHED}")} - {_is(f"OLD.{FINISHED}")}, 0
            );
            RETURN NULL;""",
        ),
        trigger("group_counts_inserted", "INSERT", "group_counts"),
        trigger("batch_counts_inserted", "INSERT", "batch_counts"),
        trigger("hits_inserted", "INSERT", "hits", "NOT NEW.disposed"),
        trigger("hits_opened_or_closed", "UPDATE", "hits", MOVED),
        trigger("hits_of_batch", "UPDATE", "hits", f"NEW.batch IS NOT NULL AND ({COUNTED})"),
        trigger("assignments_counted", "INSERT", "assignments", f"NEW.{HELD}"),
        trigger("assignments_changed", "UPDATE", "assignments", CHANGED),
    ]
