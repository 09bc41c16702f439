"""The audit: who changed what, when and why. Rows are added, and by the application never changed or removed."""

from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from uuid_utils.compat import uuid7

from models.base import Base, Id, Tenant, TextEnum
from models.walls import NOWHERE


class ActorKind(Enum):
    """Who can change something."""

    USER = "USER"
    API_KEY = "API_KEY"
    OPERATOR = "OPERATOR"


class AuditEvent(Base):
    """One change, written in its transaction.

    `is_inside` marks what belongs to an account's own dashboard: its reseller reads that only where it may enter.
    """

    __tablename__ = "audit_events"
    __table_args__ = (
        sa.Index("audit_events_by_time_idx", "reseller_id", "occurred_at", "id"),
        sa.Index("audit_events_of_account_idx", "reseller_id", "account_id", "occurred_at", "id"),
        sa.Index("audit_events_of_object_idx", "reseller_id", "object_id", "id"),
    )

    reseller_id: Mapped[Tenant]
    id: Mapped[Id]
    occurred_at: Mapped[datetime]
    actor_kind: Mapped[ActorKind] = mapped_column(TextEnum(ActorKind))
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    action: Mapped[str]
    object_prefix: Mapped[str]
    object_id: Mapped[UUID]
    account_id: Mapped[UUID | None]
    is_inside: Mapped[bool]
    request_id: Mapped[str]
    changes: Mapped[dict[str, Any]] = mapped_column(JSONB)
    reason: Mapped[str | None]


def audit_rows() -> sa.Select[*tuple[object, ...]]:
    """Select events as they are read."""
    return sa.select(*AuditEvent.__table__.columns)


def personal_event(
    action: str,
    user_id: UUID,
    name: str,
    *,
    at: datetime,
    request_id: str,
    event_id: UUID,
    reason: str | None = None,
) -> AuditEvent:
    """Return the event of something that concerns the person alone, and no reseller."""
    return AuditEvent(
        reseller_id=NOWHERE,
        id=event_id,
        occurred_at=at,
        actor_kind=ActorKind.USER,
        actor_id=user_id,
        actor_name=name,
        action=action,
        object_prefix="user",
        object_id=user_id,
        is_inside=False,
        request_id=request_id,
        changes={},
        reason=reason,
    )


def operator_event(
    action: str,
    object_prefix: str,
    object_id: UUID,
    *,
    reseller_id: UUID = NOWHERE,
    changes: dict[str, Any] | None = None,
    at: datetime,
) -> AuditEvent:
    """Return the event of a command of the operator."""
    return AuditEvent(
        reseller_id=reseller_id,
        id=uuid7(),
        occurred_at=at,
        actor_kind=ActorKind.OPERATOR,
        actor_name="operator",
        action=action,
        object_prefix=object_prefix,
        object_id=object_id,
        is_inside=False,
        request_id="",
        changes=changes or {},
    )
