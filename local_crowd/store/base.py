"""What every table is made with."""

from sqlalchemy import BigInteger, Integer, MetaData, String

# Names for every constraint, so that a migration can drop one on both databases.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Number = BigInteger().with_variant(Integer(), "sqlite")  # SQLite counts up INTEGER keys only
Seconds = BigInteger
Cents = BigInteger
Id = String(64)
