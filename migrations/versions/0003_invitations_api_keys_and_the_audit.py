"""Invitations, API keys and the audit."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take one step forward. A lock that is not had at once is given up, so that no request waits behind it."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.create_table(
        "api_key_secrets",
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("reseller_id", sa.Uuid(), nullable=False),
        sa.Column("api_key_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("secret_hash", name=op.f("api_key_secrets_pkey")),
    )
    op.create_index(op.f("api_key_secrets_api_key_id_idx"), "api_key_secrets", ["api_key_id"], unique=False)
    op.create_table(
        "audit_events",
        sa.Column("reseller_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object_prefix", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("is_inside", sa.Boolean(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("reseller_id", "id", name=op.f("audit_events_pkey")),
    )
    op.create_index("audit_events_by_time_idx", "audit_events", ["reseller_id", "occurred_at", "id"], unique=False)
    op.create_index(
        "audit_events_of_account_idx", "audit_events", ["reseller_id", "account_id", "occurred_at", "id"], unique=False
    )
    op.create_index("audit_events_of_object_idx", "audit_events", ["reseller_id", "object_id", "id"], unique=False)
    op.create_table(
        "invitation_tokens",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("reseller_id", sa.Uuid(), nullable=False),
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("invitation_tokens_pkey")),
    )
    op.create_index(op.f("invitation_tokens_invitation_id_idx"), "invitation_tokens", ["invitation_id"], unique=False)
    op.create_table(
        "api_keys",
        sa.Column("reseller_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("dashboard_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("last_four", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["reseller_id"], ["resellers.id"], name=op.f("api_keys_reseller_id_fkey")),
        sa.PrimaryKeyConstraint("reseller_id", "id", name=op.f("api_keys_pkey")),
    )
    op.create_index("api_keys_of_dashboard_idx", "api_keys", ["reseller_id", "dashboard_id", "id"], unique=False)
    op.create_table(
        "invitations",
        sa.Column("reseller_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("dashboard_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["reseller_id"], ["resellers.id"], name=op.f("invitations_reseller_id_fkey")),
        sa.PrimaryKeyConstraint("reseller_id", "id", name=op.f("invitations_pkey")),
    )
    op.create_index("invitations_of_dashboard_idx", "invitations", ["reseller_id", "dashboard_id", "id"], unique=False)
    op.create_index(
        "invitations_one_open",
        "invitations",
        ["reseller_id", "dashboard_id", "email"],
        unique=True,
        postgresql_where=sa.text("closed_at is null"),
    )
    op.create_index(
        "invitations_waiting_idx", "invitations", ["email"], unique=False, postgresql_where=sa.text("closed_at is null")
    )


def downgrade() -> None:
    """Take the step back."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_index("invitations_waiting_idx", table_name="invitations", postgresql_where=sa.text("closed_at is null"))
    op.drop_index("invitations_one_open", table_name="invitations", postgresql_where=sa.text("closed_at is null"))
    op.drop_index("invitations_of_dashboard_idx", table_name="invitations")
    op.drop_table("invitations")
    op.drop_index("api_keys_of_dashboard_idx", table_name="api_keys")
    op.drop_table("api_keys")
    op.drop_index(op.f("invitation_tokens_invitation_id_idx"), table_name="invitation_tokens")
    op.drop_table("invitation_tokens")
    op.drop_index("audit_events_of_object_idx", table_name="audit_events")
    op.drop_index("audit_events_of_account_idx", table_name="audit_events")
    op.drop_index("audit_events_by_time_idx", table_name="audit_events")
    op.drop_table("audit_events")
    op.drop_index(op.f("api_key_secrets_api_key_id_idx"), table_name="api_key_secrets")
    op.drop_table("api_key_secrets")
