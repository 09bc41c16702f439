"""The outbox: mails that a transaction wants sent, until a worker has sent them or given up.

A claim moves `due_at` on by a lease, in a transaction of its own: no other worker takes the mail meanwhile, and if this
one dies the mail is due again. What a worker reports about a claim that another has taken over since changes nothing,
unless it is that the mail has left.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from models.base import Base, Id, Tenant
from models.transactions import Transaction

# Longer than any attempt takes, so that a mail is never with two workers in the ordinary case.
LEASE = timedelta(minutes=5)
MOST_ATTEMPTS = 10
BACKOFF_BASE = timedelta(minutes=1)
BACKOFF_CAP = timedelta(hours=4)
REASON_LENGTH = 300


class Mail(Base):
    """One mail to one address. What its letter says is sealed, and forgotten once it was sent."""

    __tablename__ = "mails"
    __table_args__ = (
        sa.Index("mails_due_idx", "due_at", "id", postgresql_where=sa.text("sent_at is null and failed_at is null")),
        sa.CheckConstraint("(sent_at is null) = (sealed is not null)", name="sealed_until_sent"),
    )

    reseller_id: Mapped[Tenant]
    id: Mapped[Id]
    kind: Mapped[str]
    to_address: Mapped[str]
    sealed: Mapped[bytes | None]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    attempts: Mapped[int]
    sent_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    last_error: Mapped[str | None]


async def claim(transaction: Transaction, *, at: datetime) -> Mail | None:
    """Take the mail that has been due longest and that nobody else takes, for the time of the lease; None if none is.

    The attempt counts from now on, so that a mail which kills its worker does not do so for ever.
    """
    due = (
        sa.select(Mail.reseller_id, Mail.id)
        .where(Mail.due_at <= at, *_waiting())
        .order_by(Mail.due_at, Mail.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    leased = (
        sa.update(Mail)
        .where(Mail.reseller_id == due.c.reseller_id, Mail.id == due.c.id)
        .values(due_at=at + LEASE, attempts=Mail.attempts + 1)
        .returning(*Mail.__table__.columns)
    )
    row = (await transaction.execute(leased)).one_or_none()
    return None if row is None else Mail(**row._mapping)


async def mark_sent(transaction: Transaction, mail: Mail, *, at: datetime) -> None:
    """Note that the mail has left, and forget what was in it; so, too, where it was taken for dead meanwhile."""
    done = {"sent_at": at, "sealed": None, "failed_at": None, "last_error": None}
    await transaction.execute(_change(mail).where(Mail.sent_at.is_(None)).values(done))


async def put_off(transaction: Transaction, mail: Mail, *, reason: str, until: datetime) -> None:
    """Let the mail be due again at an instant, and keep why it did not leave."""
    await transaction.execute(_still_claimed(mail).values(due_at=until, last_error=reason[:REASON_LENGTH]))


async def give_up(transaction: Transaction, mail: Mail, *, reason: str, at: datetime) -> None:
    """Make the mail a dead letter: kept with the reason, never tried again."""
    await transaction.execute(_still_claimed(mail).values(failed_at=at, last_error=reason[:REASON_LENGTH]))


def pause_after(attempts: int, chance: float) -> timedelta:
    """Return how long to wait after so many attempts: `chance`, from 0 to 1, of a time that doubles up to a cap.

    Anything between nothing and the whole ("full jitter"), so that what failed together does not come back together.
    """
    doubled: timedelta = BACKOFF_BASE * 2 ** (attempts - 1)
    return chance * min(BACKOFF_CAP, doubled)


def longest_due(at: datetime) -> sa.Select[*tuple[object, ...]]:
    """Select since when the mail has been due that is due longest: one row, None where none is due."""
    return sa.select(sa.func.min(Mail.due_at).label("due_at")).where(Mail.due_at <= at, *_waiting())


def dead_letters() -> sa.Select[*tuple[object, ...]]:
    """Select what the operator should see of the mails that never left, the latest first."""
    return (
        sa.select(
            Mail.reseller_id,
            Mail.id,
            Mail.kind,
            Mail.to_address,
            Mail.created_at,
            Mail.attempts,
            Mail.failed_at,
            Mail.last_error,
        )
        .where(Mail.failed_at.is_not(None))
        .order_by(Mail.failed_at.desc(), Mail.id.desc())
    )


def _waiting() -> Sequence[sa.ColumnElement[bool]]:
    return Mail.sent_at.is_(None), Mail.failed_at.is_(None)


def _change(mail: Mail) -> sa.Update:
    return sa.update(Mail).where(Mail.reseller_id == mail.reseller_id, Mail.id == mail.id)


def _still_claimed(mail: Mail) -> sa.Update:
    return _change(mail).where(Mail.attempts == mail.attempts, *_waiting())
