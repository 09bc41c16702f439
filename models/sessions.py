"""Sessions: an opaque token in the browser, its hash here."""

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.memberships import Membership
from models.prepared import prepared
from models.sign_in_rules import SignInRule
from models.terms import TermsAcceptance, TermsVersion
from models.two_factor import TwoFactor
from models.users import User

# Of the token's hash, which is random enough to name the session, and leads back to no token.
ID_BYTES = 16


class Session(Base):
    """One browser in which a user is signed in, until it signs out or the session expires.

    It expires at `expires_at`, or `idle_for` after `last_seen_at`, which is kept to the minute. Those two are null in
    sessions from before they were kept: these expire at `expires_at` only.
    """

    __tablename__ = "sessions"

    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    idle_for: Mapped[timedelta | None]
    last_seen_at: Mapped[datetime | None]
    client_address: Mapped[str | None]
    user_agent: Mapped[str | None]

    @classmethod
    def live(cls, at: datetime) -> sa.ColumnElement[bool]:
        """Restrict to the sessions that have not expired."""
        is_awake = sa.or_(cls.idle_for.is_(None), cls.last_seen_at + cls.idle_for > at)
        return sa.and_(cls.expires_at > at, is_awake)


@prepared
def signed_in(user_id: UUID, token_hash: bytes, at: datetime) -> sa.Select[*tuple[object, ...]]:
    """Select who holds a live session, with their memberships; nobody if it is not live.

    One statement, because every request asks it; once a minute the same statement notes that the session was seen.
    """
    mine = sa.and_(Session.user_id == user_id, Session.token_hash == token_hash, Session.live(at))
    minute = sa.func.date_trunc("minute", at)
    seen = sa.update(Session).where(mine, Session.last_seen_at < minute).values(last_seen_at=minute)
    found = _memberships().join(Session, Session.user_id == User.id).where(mine)
    return found.add_cte(seen.cte("seen"))


@prepared
def sessions_of(user_id: UUID, at: datetime) -> sa.Select[*tuple[object, ...]]:
    """Select a user's live sessions, the one that was seen last first."""
    seen_at = sa.func.coalesce(Session.last_seen_at, Session.created_at)
    return (
        sa.select(
            Session.token_hash,
            Session.created_at,
            seen_at.label("last_seen_at"),
            Session.client_address,
            Session.user_agent,
        )
        .where(Session.user_id == user_id, Session.live(at))
        .order_by(seen_at.desc(), Session.created_at.desc(), Session.token_hash)
    )


def session_id(token_hash: bytes) -> UUID:
    """Return the id by which a user knows one of their sessions."""
    return UUID(bytes=token_hash[:ID_BYTES])


def with_id(id: UUID) -> sa.ColumnElement[bool]:
    """Restrict to the session with this id."""
    return sa.func.substring(Session.token_hash, 1, ID_BYTES) == id.bytes


@prepared
def user_with_memberships(user_id: UUID) -> sa.Select[*tuple[object, ...]]:
    """Select the same of a user known by id."""
    return _memberships().where(User.id == user_id)


def _memberships() -> sa.Select[*tuple[object, ...]]:
    # One row, and of what there are many a column in an array: a row a membership costs the server twice as much. What
    # stands before few of them is told of those few.
    seats = _seats()
    confirmed = sa.exists().where(TwoFactor.user_id == User.id, TwoFactor.confirmed_at.is_not(None))
    current = sa.select(TermsVersion.version).order_by(TermsVersion.published_at.desc()).limit(1).scalar_subquery()
    accepted = sa.select(TermsAcceptance.reseller_id).where(
        TermsAcceptance.user_id == User.id, TermsAcceptance.version == current
    )
    ruled = sa.select(SignInRule.reseller_id).where(
        SignInRule.requires_two_factor, SignInRule.reseller_id == sa.func.any(seats.c.reseller_ids)
    )
    return (
        sa.select(
            User.id.label("user_id"),
            User.name,
            User.email,
            confirmed.label("has_two_factor"),
            *seats.c,
            sa.case((current.is_not(None), _array(accepted))).label("accepted_terms_of"),
            _array(ruled).label("two_factor_required_by"),
        )
        .select_from(User)
        .join(seats, sa.true())
    )


def _seats() -> sa.FromClause:
    columns = {
        "roles": sa.type_coerce(Membership.role, sa.Text),
        "reseller_ids": Membership.reseller_id,
        "account_ids": Membership.account_id,
        "organization_ids": Membership.organization_id,
    }
    return (
        sa.select(*(sa.func.array_agg(column).label(name) for name, column in columns.items()))
        .where(Membership.user_id == User.id)
        .correlate(User)
        .lateral("seats")
    )


def _array(ids: sa.Select[UUID]) -> sa.ColumnElement[list[UUID]]:
    return sa.func.array(ids.scalar_subquery(), type_=sa.ARRAY(sa.Uuid()))
