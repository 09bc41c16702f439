"""Memberships: who was explicitly added to which dashboard, and in which role."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from domain.tenancy import DashboardKind, Role
from models.base import Base, Id, TextEnum, Versioned


class Membership(Versioned, Base):
    """A user's place in one dashboard; exactly these are the user's account switcher.

    Distributed by the user, not by the tenant: who am I, and where, is asked by every request.
    """

    __tablename__ = "memberships"
    __table_args__ = (
        sa.UniqueConstraint("user_id", "dashboard_id"),
        sa.Index(None, "dashboard_id", "id"),
    )

    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[Id]
    kind: Mapped[DashboardKind] = mapped_column(TextEnum(DashboardKind))
    dashboard_id: Mapped[UUID]
    reseller_id: Mapped[UUID]
    account_id: Mapped[UUID | None]
    organization_id: Mapped[UUID | None]
    role: Mapped[Role] = mapped_column(TextEnum(Role))
    created_at: Mapped[datetime]
