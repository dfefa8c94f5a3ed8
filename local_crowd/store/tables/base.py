"""What the tables share: naming of constraints, column types, conditions of partial indexes.

Times are whole epoch seconds, money is whole US cents: both compare and add the same on SQLite and
PostgreSQL, and Amazon's API knows nothing finer.
"""

from sqlalchemy import BigInteger, Index, Integer, MetaData, String, text

# Every constraint has a name, so that a migration can drop it on either database.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Number = BigInteger().with_variant(Integer(), "sqlite")  # SQLite increments INTEGER keys only
Seconds = BigInteger
Cents = BigInteger
Id = String(64)


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """Return an index, on either database, of only the rows for which `where` is true."""
    condition = text(where)
    return Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)
