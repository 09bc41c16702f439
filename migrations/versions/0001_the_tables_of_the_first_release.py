"""The tables of the first release."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take one step forward. A lock that is not had at once is given up, so that no request waits behind it."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.create_table(
        "price_books",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("currency_code", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("price_books_pkey")),
        sa.UniqueConstraint("currency_code", "effective_on", name=op.f("price_books_currency_code_effective_on_key")),
    )
    op.create_table(
        "resellers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_eligible", sa.Boolean(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("currency_code", sa.Text(), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("resellers_pkey")),
    )
    op.create_table(
        "subdomains",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("reseller_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("subdomains_pkey")),
    )
    op.create_table(
        "terms_versions",
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("terms_versions_pkey")),
    )
    op.create_table(
        "user_emails",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("user_emails_pkey")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("users_pkey")),
    )
    op.create_table(
        "accounts",
        sa.Column("reseller_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("subdomain", sa.Text(), nullable=False),
        sa.Column(
            "support_type",
            sa.Text(),
            nullable=False,
        ),
        sa.Column("trial_starts_on", sa.Date(), nullable=False),
        sa.Column("trial_ends_on", sa.Date(), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["reseller_id"], ["resellers.id"], name=op.f("accounts_reseller_id_fkey")),
        sa.PrimaryKeyConstraint("reseller_id", "id", name=op.f("accounts_pkey")),
    )
    op.create_index("accounts_by_creation_idx", "accounts", ["reseller_id", "created_at", "id"], unique=False)
    op.create_index(
        "accounts_by_name_idx", "accounts", ["reseller_id", sa.literal_column("lower(name)"), "id"], unique=False
    )
    op.create_table(
        "memberships",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Text(),
            nullable=False,
        ),
        sa.Column("dashboard_id", sa.Uuid(), nullable=False),
        sa.Column("reseller_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column(
            "role",
            sa.Text(),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("memberships_user_id_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("memberships_pkey")),
        sa.UniqueConstraint("user_id", "dashboard_id", name=op.f("memberships_user_id_dashboard_id_key")),
    )
    op.create_index(op.f("memberships_dashboard_id_id_idx"), "memberships", ["dashboard_id", "id"], unique=False)
    op.create_table(
        "plans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("price_book_id", sa.Uuid(), nullable=False),
        sa.Column(
            "support_type",
            sa.Text(),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("min_systems", sa.Integer(), nullable=False),
        sa.Column("max_systems", sa.Integer(), nullable=True),
        sa.Column("cost_per_system", sa.Numeric(precision=12, scale=4), nullable=False),
        sa.Column("currency_code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["price_book_id"], ["price_books.id"], name=op.f("plans_price_book_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("plans_pkey")),
        sa.UniqueConstraint(
            "price_book_id",
            "support_type",
            "min_systems",
            name=op.f("plans_price_book_id_support_type_min_systems_key"),
        ),
    )
    op.create_table(
        "sessions",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("sessions_user_id_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "token_hash", name=op.f("sessions_pkey")),
    )
    op.create_table(
        "terms_acceptances",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("reseller_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("terms_acceptances_user_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "reseller_id", "version", name=op.f("terms_acceptances_pkey")),
    )
    op.create_table(
        "organizations",
        sa.Column("reseller_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["reseller_id", "account_id"],
            ["accounts.reseller_id", "accounts.id"],
            name=op.f("organizations_reseller_id_account_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("reseller_id", "id", name=op.f("organizations_pkey")),
    )
    op.create_index(
        "organizations_by_name_idx",
        "organizations",
        ["reseller_id", "account_id", sa.literal_column("lower(name)"), "id"],
        unique=False,
    )
    op.create_index(
        "organizations_unique_key",
        "organizations",
        ["reseller_id", "account_id", sa.literal_column("lower(key)")],
        unique=True,
    )
    op.create_table(
        "subscriptions",
        sa.Column("reseller_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column(
            "status",
            sa.Text(),
            nullable=False,
        ),
        sa.Column(
            "support_type",
            sa.Text(),
            nullable=False,
        ),
        sa.Column("systems", sa.Integer(), nullable=False),
        sa.Column(
            "billing_interval",
            sa.Text(),
            nullable=False,
        ),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("cost_per_system", sa.Numeric(precision=12, scale=4), nullable=False),
        sa.Column("currency_code", sa.Text(), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(status in ('ACTIVE', 'COMPLETED')) = (starts_on is not null)",
            name=op.f("subscriptions_starts_when_activated_check"),
        ),
        sa.CheckConstraint("systems between 1 and 1000000", name=op.f("subscriptions_systems_in_range_check")),
        sa.ForeignKeyConstraint(
            ["reseller_id", "account_id"],
            ["accounts.reseller_id", "accounts.id"],
            name=op.f("subscriptions_reseller_id_account_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("reseller_id", "id", name=op.f("subscriptions_pkey")),
    )
    op.create_index(
        "subscriptions_one_open",
        "subscriptions",
        ["reseller_id", "account_id"],
        unique=True,
        postgresql_where=sa.text("status in ('PENDING', 'ACTIVE')"),
    )


def downgrade() -> None:
    """Take the step back."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_index(
        "subscriptions_one_open",
        table_name="subscriptions",
        postgresql_where=sa.text("status in ('PENDING', 'ACTIVE')"),
    )
    op.drop_table("subscriptions")
    op.drop_index("organizations_unique_key", table_name="organizations")
    op.drop_index("organizations_by_name_idx", table_name="organizations")
    op.drop_table("organizations")
    op.drop_table("terms_acceptances")
    op.drop_table("sessions")
    op.drop_table("plans")
    op.drop_index(op.f("memberships_dashboard_id_id_idx"), table_name="memberships")
    op.drop_table("memberships")
    op.drop_index("accounts_by_name_idx", table_name="accounts")
    op.drop_index("accounts_by_creation_idx", table_name="accounts")
    op.drop_table("accounts")
    op.drop_table("users")
    op.drop_table("user_emails")
    op.drop_table("terms_versions")
    op.drop_table("subdomains")
    op.drop_table("resellers")
    op.drop_table("price_books")
