"""What is left of a budget is kept, not counted at every call."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what is left is counted at the next call."""
    op.add_column("requesters", sa.Column("surely_left", sa.BigInteger(), nullable=True))
