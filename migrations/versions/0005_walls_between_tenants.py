"""Walls between tenants: row level security, and foreign keys that carry the tenant."""

import sqlalchemy as sa
from alembic import op

from models.walls import no_wall, wall

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TENANT = {
    "accounts": "reseller_id",
    "api_keys": "reseller_id",
    "audit_events": "reseller_id",
    "invitations": "reseller_id",
    "mails": "reseller_id",
    "organizations": "reseller_id",
    "resellers": "id",
    "subscriptions": "reseller_id",
}
KEYS = {
    "api_keys_reseller_id_account_id_fkey": ("api_keys", "account_id", "accounts"),
    "invitations_reseller_id_account_id_fkey": ("invitations", "account_id", "accounts"),
    "invitations_reseller_id_organization_id_fkey": ("invitations", "organization_id", "organizations"),
}


def upgrade() -> None:
    """Take one step forward. A lock that is not had at once is given up, so that no request waits behind it."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.create_table(
        "invited_addresses",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("reseller_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("address", "reseller_id", name=op.f("invited_addresses_pkey")),
    )
    op.execute("INSERT INTO invited_addresses SELECT DISTINCT email, reseller_id FROM invitations")
    for name, (table, column, referred) in KEYS.items():
        op.create_foreign_key(
            op.f(name), table, referred, ["reseller_id", column], ["reseller_id", "id"], postgresql_not_valid=True
        )
    for table, column in TENANT.items():
        for statement in wall(table, column):
            op.execute(statement)


def downgrade() -> None:
    """Take the step back."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    for table in TENANT:
        for statement in no_wall(table):
            op.execute(statement)
    for name, (table, _, _) in KEYS.items():
        op.drop_constraint(op.f(name), table, type_="foreignkey")
    op.drop_table("invited_addresses")
