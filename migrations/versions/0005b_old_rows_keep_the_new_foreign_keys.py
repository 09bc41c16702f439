"""Old rows keep the new foreign keys: looked at in a step of their own, while others go on writing."""

from alembic import op

revision = "0005b"
down_revision = "0005"
branch_labels = None
depends_on = None

KEYS = {
    "api_keys_reseller_id_account_id_fkey": ("api_keys", "account_id", "accounts"),
    "invitations_reseller_id_account_id_fkey": ("invitations", "account_id", "accounts"),
    "invitations_reseller_id_organization_id_fkey": ("invitations", "organization_id", "organizations"),
}


def upgrade() -> None:
    """Take one step forward. A lock that is not had at once is given up, so that no request waits behind it."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    for name, (table, _, _) in KEYS.items():
        op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")


def downgrade() -> None:
    """Take the step back."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    for name, (table, column, referred) in KEYS.items():
        op.drop_constraint(op.f(name), table, type_="foreignkey")
        op.create_foreign_key(
            op.f(name), table, referred, ["reseller_id", column], ["reseller_id", "id"], postgresql_not_valid=True
        )
