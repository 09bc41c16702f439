"""Idempotency keys, versions, and the ids that automation gives."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from models.walls import wall

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

VERSIONED = ("resellers", "accounts", "organizations", "subscriptions", "memberships", "invitations", "api_keys")
NAMED_BY_CLIENTS = ("accounts", "subscriptions")


def upgrade() -> None:
    """Take one step forward. A lock that is not had at once is given up, so that no request waits behind it."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.create_table(
        "idempotency_keys",
        sa.Column("reseller_id", sa.Uuid(), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("mutation", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("reseller_id", "principal_id", "key_hash", name=op.f("idempotency_keys_pkey")),
    )
    op.create_index("idempotency_keys_by_age_idx", "idempotency_keys", ["reseller_id", "created_at"], unique=False)
    for statement in wall("idempotency_keys"):
        op.execute(statement)
    for table in VERSIONED:
        op.add_column(table, sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False))
    for table in NAMED_BY_CLIENTS:
        op.add_column(table, sa.Column("external_id", sa.Text(), nullable=True))
        # Built at once, while nothing is written: one that is built beside running writes waits for every transaction
        # of other processes that migrate, and they wait for this one.
        op.execute(
            "-- squawk-ignore require-concurrent-index-creation\n"
            f"CREATE UNIQUE INDEX {table}_external_id_key ON {table} (reseller_id, external_id)"
        )


def downgrade() -> None:
    """Take the step back."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    for table in NAMED_BY_CLIENTS:
        op.drop_index(f"{table}_external_id_key", table_name=table)
        op.drop_column(table, "external_id")
    for table in VERSIONED:
        op.drop_column(table, "version")
    op.drop_index("idempotency_keys_by_age_idx", table_name="idempotency_keys")
    op.drop_table("idempotency_keys")
