"""Count how much a database reads, which, unlike time, does not depend on how busy the machine is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from local_crowd.store.engine import Store


def count_reads(store: Store, action: Callable[[], object]) -> int:
    """Return how much the database reads for an action.

    On SQLite it is the steps of its virtual machine, a few for each row that it looks at; on
    PostgreSQL the rows that the nodes of all query plans have read.
    """
    total = 0

    def count_step() -> int:
        nonlocal total
        total += 1
        return 0

    def prepare(_db: Any, cursor: Any, statement: str, params: Any, *_: Any) -> None:
        nonlocal total
        if store.is_sqlite:
            cursor.connection.set_progress_handler(count_step, 1)
        elif statement.startswith("SELECT"):
            with cursor.connection.cursor() as other:
                other.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", params)
                ((plans,),) = other.fetchall()
            total += _sum_rows(plans[0]["Plan"])

    def end(_db: Any, cursor: Any, *_: Any) -> None:
        if store.is_sqlite:
            cursor.connection.set_progress_handler(None, 1)

    with _listening(store, before_cursor_execute=prepare, after_cursor_execute=end):
        action()
    return total


def _sum_rows(plan: dict[str, Any]) -> int:
    removed = sum(int(plan[name]) for name in plan if name.startswith("Rows Removed by"))
    rows = (int(plan["Actual Rows"]) + removed) * int(plan["Actual Loops"])
    return rows + sum(map(_sum_rows, plan.get("Plans", ())))


@contextmanager
def _listening(store: Store, **listeners: Callable[..., None]) -> Iterator[None]:
    for name, listener in listeners.items():
        event.listen(store.engine, name, listener)
    try:
        yield
    finally:
        for name, listener in listeners.items():
            event.remove(store.engine, name, listener)
