"""Budgets: the points that principals have left."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0005b"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take one step forward. A lock that is not had at once is given up, so that no request waits behind it."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.create_table(
        "budgets",
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("level", sa.Double(), nullable=False),
        sa.Column("leased", sa.Double(), nullable=False),
        sa.Column("filled_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("budgets_pkey")),
        prefixes=["UNLOGGED"],
    )


def downgrade() -> None:
    """Take the step back."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_table("budgets")
