"""Invitations: somebody is asked to join a dashboard; the membership exists only once they accept."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from domain.invitations import VALID_FOR, InvitationStatus, InvitationUnusable, invitation_status
from domain.tenancy import DashboardKind, Role
from models.base import Base, Id, Tenant, TextEnum, Versioned
from models.prepared import prepared


class Invitation(Versioned, Base):
    """One address, one dashboard, one role. It stays listed when it was accepted, revoked or has expired.

    `closed_at` is set as soon as nobody can ever accept it: then the address may be invited anew.
    """

    __tablename__ = "invitations"
    __table_args__ = (
        sa.ForeignKeyConstraint(["reseller_id"], ["resellers.id"]),
        sa.ForeignKeyConstraint(["reseller_id", "account_id"], ["accounts.reseller_id", "accounts.id"]),
        sa.ForeignKeyConstraint(["reseller_id", "organization_id"], ["organizations.reseller_id", "organizations.id"]),
        sa.Index(
            "invitations_one_open",
            "reseller_id",
            "dashboard_id",
            "email",
            unique=True,
            postgresql_where=sa.text("closed_at is null"),
        ),
        sa.Index("invitations_waiting_idx", "email", postgresql_where=sa.text("closed_at is null")),
        sa.Index("invitations_of_dashboard_idx", "reseller_id", "dashboard_id", "id"),
    )

    reseller_id: Mapped[Tenant]
    id: Mapped[Id]
    kind: Mapped[DashboardKind] = mapped_column(TextEnum(DashboardKind))
    dashboard_id: Mapped[UUID]
    account_id: Mapped[UUID | None]
    organization_id: Mapped[UUID | None]
    email: Mapped[str]
    role: Mapped[Role] = mapped_column(TextEnum(Role))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    def status(self, now: datetime) -> InvitationStatus:
        """Return where it stands."""
        return invitation_status(
            accepted_at=self.accepted_at, revoked_at=self.revoked_at, expires_at=self.expires_at, now=now
        )

    def extend(self, *, at: datetime) -> None:
        """Restart the clock: valid for another seven days. Raises InvitationUnusable where it is closed."""
        if self.closed_at is not None:
            raise InvitationUnusable
        self.expires_at = at + VALID_FOR

    def accept(self, *, at: datetime) -> None:
        """Use it up. Raises InvitationUnusable unless it is pending."""
        if self.status(at) is not InvitationStatus.PENDING:
            raise InvitationUnusable
        self.accepted_at = self.closed_at = at

    def revoke(self, *, at: datetime) -> None:
        """Take it back. Raises InvitationUnusable where it was accepted or revoked; an expired one can be revoked."""
        if self.closed_at is not None:
            raise InvitationUnusable
        self.revoked_at = self.closed_at = at

    def supersede(self, *, at: datetime) -> None:
        """Close an expired one, which stays listed as such, so that its address can be invited anew."""
        self.closed_at = at


class InvitationToken(Base):
    """Leads from a token's hash to its invitation; resending replaces it, accepting and revoking remove it."""

    __tablename__ = "invitation_tokens"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    reseller_id: Mapped[UUID]
    invitation_id: Mapped[UUID] = mapped_column(index=True)


class InvitedAddress(Base):
    """Leads from an address, in lower case, to the tenants that have ever invited it: an index over all of them."""

    __tablename__ = "invited_addresses"

    address: Mapped[str] = mapped_column(primary_key=True)
    reseller_id: Mapped[UUID] = mapped_column(primary_key=True)


@prepared
def note_address(address: str, reseller_id: UUID) -> sa.Insert:
    """Return the statement after which an invited address leads to the tenant that has invited it."""
    return insert(InvitedAddress).values(address=address, reseller_id=reseller_id).on_conflict_do_nothing()


@prepared
def links_ended(invitation_id: UUID) -> sa.Delete:
    """Return the statement after which no link leads to the invitation."""
    return sa.delete(InvitationToken).where(InvitationToken.invitation_id == invitation_id)


@prepared
def tenants_inviting(address: str) -> sa.Select[*tuple[object, ...]]:
    """Select the tenants that have ever invited an address, in lower case."""
    return sa.select(InvitedAddress.reseller_id).where(InvitedAddress.address == address)


def invitation_rows() -> sa.Select[*tuple[object, ...]]:
    """Select invitations as they are read."""
    return sa.select(
        Invitation.reseller_id,
        Invitation.id,
        Invitation.kind,
        Invitation.dashboard_id,
        Invitation.account_id,
        Invitation.organization_id,
        Invitation.email,
        Invitation.role,
        Invitation.created_at,
        Invitation.expires_at,
        Invitation.accepted_at,
        Invitation.revoked_at,
        Invitation.closed_at,
        Invitation.version,
    )


@prepared
def invitation_behind(token_hash: bytes) -> sa.Select[*tuple[object, ...]]:
    """Select the tenant and the id of the invitation that a token leads to."""
    return sa.select(InvitationToken.reseller_id, InvitationToken.invitation_id).where(
        InvitationToken.token_hash == token_hash
    )


@prepared
def open_invitation(reseller_id: UUID, dashboard_id: UUID, email: str) -> sa.Select[*tuple[Any, ...]]:
    """Select the open invitation of an address to a dashboard, and hold it; there is one at most."""
    mine = sa.and_(Invitation.reseller_id == reseller_id, Invitation.dashboard_id == dashboard_id)
    open_one = sa.select(Invitation).where(mine, Invitation.email == email, Invitation.closed_at.is_(None))
    return open_one.with_for_update()


@prepared
def waiting_for(email: str, now: datetime) -> sa.Select[*tuple[object, ...]]:
    """Select the pending invitations to an address, newest first, of every reseller in whose data one looks."""
    return (
        invitation_rows()
        .where(Invitation.email == email, Invitation.closed_at.is_(None), Invitation.expires_at > now)
        .order_by(Invitation.id.desc())
    )
