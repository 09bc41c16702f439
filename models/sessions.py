"""Sessions: an opaque token in the browser, its hash here."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.memberships import Membership
from models.terms import TermsAcceptance, TermsVersion
from models.users import User


class Session(Base):
    """One browser in which a user is signed in, until it signs out or the session expires."""

    __tablename__ = "sessions"

    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


def signed_in(user_id: UUID, token_hash: bytes, at: datetime) -> sa.Select[*tuple[object, ...]]:
    """Select who holds a live session: a row a membership, or one row without membership; none if it is not live.

    One statement, because every request asks it.
    """
    return (
        _memberships()
        .join(Session, Session.user_id == User.id)
        .where(Session.user_id == user_id, Session.token_hash == token_hash, Session.expires_at > at)
    )


def user_with_memberships(user_id: UUID) -> sa.Select[*tuple[object, ...]]:
    """Select the same rows for a user known by id."""
    return _memberships().where(User.id == user_id)


def _memberships() -> sa.Select[*tuple[object, ...]]:
    current = sa.select(TermsVersion.version).order_by(TermsVersion.published_at.desc()).limit(1).scalar_subquery()
    accepted = sa.and_(
        TermsAcceptance.user_id == Membership.user_id,
        TermsAcceptance.reseller_id == Membership.reseller_id,
        TermsAcceptance.version == current,
    )
    return (
        sa.select(
            User.id.label("user_id"),
            User.name,
            User.email,
            Membership.kind,
            Membership.role,
            Membership.reseller_id,
            Membership.account_id,
            Membership.organization_id,
            sa.or_(TermsAcceptance.version.is_not(None), current.is_(None)).label("has_accepted_terms"),
        )
        .select_from(User)
        .outerjoin(Membership, Membership.user_id == User.id)
        .outerjoin(TermsAcceptance, accepted)
    )
