"""Throttles: how often something was tried without success, and until when it is not to be tried again.

Shared by every worker, because it is a row. What is counted is known by a hash: nobody's address is kept here for
having been tried.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.prepared import prepared


class Throttle(Base):
    """One thing that is counted. `blocked_until` is exclusive: at that instant the next attempt is admitted."""

    __tablename__ = "throttles"

    key_hash: Mapped[bytes] = mapped_column(primary_key=True)
    attempts: Mapped[int]
    blocked_until: Mapped[datetime]
    forgotten_at: Mapped[datetime] = mapped_column(index=True)


@prepared
def blocking(key_hash: bytes, at: datetime) -> sa.Select[*tuple[object, ...]]:
    """Select until when it is not to be tried; no row where it may be."""
    return sa.select(Throttle.blocked_until).where(Throttle.key_hash == key_hash, Throttle.blocked_until > at)


def count_one(key_hash: bytes, *, at: datetime, forgotten_at: datetime) -> sa.Executable:
    """Return the statement that counts one more attempt, unless it is blocked, and returns how many there are now.

    One statement, so that simultaneous attempts take turns at the row: each sees what the one before has left. It
    returns no row where the attempt is blocked.
    """
    is_forgotten = Throttle.forgotten_at <= at
    added = insert(Throttle).values(key_hash=key_hash, attempts=1, blocked_until=at, forgotten_at=forgotten_at)
    return added.on_conflict_do_update(
        index_elements=[Throttle.key_hash],
        set_={
            "attempts": sa.case((is_forgotten, 1), else_=Throttle.attempts + 1),
            "blocked_until": at,
            "forgotten_at": forgotten_at,
        },
        where=Throttle.blocked_until <= at,
    ).returning(Throttle.attempts)


def forgotten(at: datetime, *, at_most: int) -> sa.Delete:
    """Return the statement that removes some of those that no longer count, and waits for nobody."""
    old = (
        sa.select(Throttle.key_hash).where(Throttle.forgotten_at <= at).limit(at_most).with_for_update(skip_locked=True)
    )
    # A name of its own: a sub-select may be worked out once a row, and would then find others each time.
    some = sa.select(old.cte("old").c.key_hash)
    return sa.delete(Throttle).where(Throttle.key_hash.in_(some))
