"""API keys: how automation acts in one dashboard, in one role."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from domain.tenancy import DashboardKind, Role
from models.base import Base, Id, Tenant, TextEnum, Versioned
from models.prepared import prepared


class ApiKey(Versioned, Base):
    """A key of a reseller's or an account's dashboard. The secret is shown once; here lie its last four characters."""

    __tablename__ = "api_keys"
    __table_args__ = (
        sa.ForeignKeyConstraint(["reseller_id"], ["resellers.id"]),
        sa.ForeignKeyConstraint(["reseller_id", "account_id"], ["accounts.reseller_id", "accounts.id"]),
        sa.Index("api_keys_of_dashboard_idx", "reseller_id", "dashboard_id", "id"),
    )

    reseller_id: Mapped[Tenant]
    id: Mapped[Id]
    kind: Mapped[DashboardKind] = mapped_column(TextEnum(DashboardKind))
    dashboard_id: Mapped[UUID]
    account_id: Mapped[UUID | None]
    name: Mapped[str]
    role: Mapped[Role] = mapped_column(TextEnum(Role))
    last_four: Mapped[str]
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    def revoke(self, *, at: datetime) -> None:
        """End it for good; revoking twice changes nothing."""
        self.revoked_at = self.revoked_at or at


class ApiKeySecret(Base):
    """Leads from a secret's hash to its key. A rotated secret lives on until `expires_at`."""

    __tablename__ = "api_key_secrets"

    secret_hash: Mapped[bytes] = mapped_column(primary_key=True)
    reseller_id: Mapped[UUID]
    api_key_id: Mapped[UUID] = mapped_column(index=True)
    expires_at: Mapped[datetime | None]


@prepared
def leads_of(secret_hash: bytes, at: datetime) -> sa.Select[*tuple[object, ...]]:
    """Select the tenant and the id of the key that a secret leads to, as long as the secret lasts."""
    lasts = sa.or_(ApiKeySecret.expires_at.is_(None), ApiKeySecret.expires_at > at)
    return sa.select(ApiKeySecret.reseller_id, ApiKeySecret.api_key_id).where(
        ApiKeySecret.secret_hash == secret_hash, lasts
    )


def api_key_rows() -> sa.Select[*tuple[object, ...]]:
    """Select keys as they are read."""
    return sa.select(*ApiKey.__table__.columns)
