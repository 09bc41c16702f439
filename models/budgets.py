"""Budgets: the points that a principal has left, shared by every worker, because they are a row.

Who is meant is known by a hash. A row that is older than the time in which its bucket refills says no more than none.
The table is not logged: after a crash of PostgreSQL every bucket is full, and a lease waits for no flush to the disk.
"""

from datetime import datetime
from functools import cache

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from domain.budgets import SHARES, Allowance
from models.base import Base
from models.prepared import Prepared, Question


class Budget(Base):
    """One bucket: its `level` in points at `filled_at`, and what the latest lease has taken; 0 where it was refused."""

    __tablename__ = "budgets"
    __table_args__ = {"prefixes": ["UNLOGGED"]}  # noqa: RUF012 # as SQLAlchemy declares it

    key_hash: Mapped[bytes] = mapped_column(primary_key=True)
    level: Mapped[float] = mapped_column(sa.Double)
    leased: Mapped[float] = mapped_column(sa.Double)
    filled_at: Mapped[datetime]


def lease(key_hash: bytes, needed: float, allowance: Allowance, *, at: datetime) -> Question:
    """Return the statement that takes points out of a bucket, and returns how many it took and how many are left.

    It takes a portion of the whole, or those needed where they are more; none where the bucket has less than needed.
    One statement, so that workers take turns at the row. A worker whose clock is behind adds nothing twice.
    """
    return _leased(allowance)(key_hash, needed, allowance.portion(needed, allowance.capacity), at)


@cache
def _leased(allowance: Allowance) -> Prepared[[bytes, float, float, datetime]]:
    def build(key_hash: bytes, needed: float, of_a_full_one: float, at: datetime) -> sa.Insert:
        left = sa.literal(float(allowance.capacity)) - of_a_full_one
        first = insert(Budget).values(key_hash=key_hash, level=left, leased=of_a_full_one, filled_at=at)
        passed = sa.cast(sa.extract("epoch", sa.type_coerce(at, Budget.filled_at.type) - Budget.filled_at), sa.Double)
        level = sa.func.least(float(allowance.capacity), Budget.level + sa.func.greatest(passed, 0.0) * allowance.rate)
        portion = sa.func.least(level, sa.func.greatest(needed, allowance.capacity / SHARES))
        leased = sa.case((level >= needed, portion), else_=0.0)
        return first.on_conflict_do_update(
            index_elements=[Budget.key_hash],
            set_={"level": level - leased, "leased": leased, "filled_at": sa.func.greatest(Budget.filled_at, at)},
        ).returning(Budget.leased, Budget.level)

    return Prepared(build)


def refilled(at: datetime, allowance: Allowance, *, at_most: int) -> sa.Executable:
    """Return the statement that removes some rows of buckets that are full again, waits for nobody, returns keys."""
    old = Budget.filled_at <= at - allowance.refill_time
    some = sa.select(Budget.key_hash).where(old).limit(at_most).with_for_update(skip_locked=True)
    # A name of its own: a sub-select may be worked out once a row, and would then find others each time.
    chosen = sa.select(some.cte("some").c.key_hash)
    return sa.delete(Budget).where(Budget.key_hash.in_(chosen)).returning(Budget.key_hash)
