"""A qualification type of the system whose value is how many HITs of a HIT type a worker has."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Insert the type."""
    types = sa.table(
        "qualification_types",
        *[
            sa.column(name)
            for name in ("qualification_type_id", "name", "description", "status", "created_time")
        ],
        sa.column("auto_granted", sa.Boolean()),
        sa.column("deleted", sa.Boolean()),
    )
    op.bulk_insert(
        types,
        [
            {
                "qualification_type_id": "000000HITSOFHITTYPE0",
                "name": "Worker_NumberHITsOfHITType",
                "description": "How many HITs of the HIT type the worker holds or has submitted.",
                "status": "Active",
                "created_time": 0,
                "auto_granted": False,
                "deleted": False,
            }
        ],
    )
