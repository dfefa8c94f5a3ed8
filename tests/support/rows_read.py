"""Count how much a database reads, which, unlike time, does not depend on how busy the machine is."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import event

from local_crowd.store.engine import Store


def count_reads(store: Store, action: Callable[[], object]) -> int:
    """Return how much the database reads for an action.

    On SQLite it is the steps of its virtual machine, a few for each row that it looks at; on
    PostgreSQL the rows that the nodes of all query plans have read. The store opens new connections
    for the action, so that each statement is counted, whether SQLAlchemy or the driver runs it.
    """
    total = 0

    def add(count: int) -> None:
        nonlocal total
        total += count

    def count_step() -> int:
        add(1)
        return 0

    def prepare(connection: Any, _record: Any) -> None:
        if store.is_sqlite:
            connection.set_progress_handler(count_step, 1)
        else:
            connection.cursor_factory = _make_counting_cursor(add)

    store.close()
    event.listen(store.engine, "connect", prepare)
    try:
        action()
    finally:
        event.remove(store.engine, "connect", prepare)
        store.close()
    return total


def _make_counting_cursor(add: Callable[[int], None]) -> Any:
    """Return a class of psycopg cursors that pass the rows read by each SELECT to `add`."""
    import psycopg  # with PostgreSQL only

    class CountingCursor(psycopg.Cursor[Any]):
        def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
            if str(query).startswith("SELECT"):
                with psycopg.Cursor(self.connection) as other:
                    other.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}", params)
                    row: Any = other.fetchone()
                add(_sum_rows(row[0][0]["Plan"]))
            return super().execute(query, params, **options)

    return CountingCursor


def _sum_rows(plan: dict[str, Any]) -> int:
    removed = sum(int(plan[name]) for name in plan if name.startswith("Rows Removed by"))
    rows = (int(plan["Actual Rows"]) + removed) * int(plan["Actual Loops"])
    return rows + sum(map(_sum_rows, plan.get("Plans", ())))
