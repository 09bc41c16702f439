"""Idempotency keys: what a client's key stands for, claimed in the transaction of the effect.

Of simultaneous claims one takes the key; the others wait at its row until that transaction ends, and then find what it
has left: the row, or nothing. Neither the key nor the input is kept, and no secret of the answer.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Tenant
from models.transactions import Transaction

KEPT_FOR = timedelta(hours=48)
# How many of those that are too old are removed with each claim.
SWEPT = 10


class IdempotencyKey(Base):
    """One key of one principal, the mutation and input it was used for, and what a replay answers from.

    The tenant of an API key's is its reseller. People act for many, and before anything was read nobody knows for
    which: theirs belong to no reseller.
    """

    __tablename__ = "idempotency_keys"
    __table_args__ = (sa.Index("idempotency_keys_by_age_idx", "reseller_id", "created_at"),)

    reseller_id: Mapped[Tenant]
    principal_id: Mapped[UUID] = mapped_column(primary_key=True)
    key_hash: Mapped[bytes] = mapped_column(primary_key=True)
    mutation: Mapped[str]
    fingerprint: Mapped[bytes]
    request_id: Mapped[str]
    event_id: Mapped[UUID | None]
    answer: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Use:
    """The use of a key: whose it is, and for what."""

    reseller_id: UUID
    principal_id: UUID
    key_hash: bytes
    mutation: str
    fingerprint: bytes

    def is_of(self, kept: sa.Row[Any]) -> bool:
        """Tell whether a key was kept for the same mutation with the same input."""
        return (kept.mutation, bytes(kept.fingerprint)) == (self.mutation, self.fingerprint)


def kept(use: Use, *, at: datetime) -> sa.Select[*tuple[Any, ...]]:
    """Select what is kept under the key; no row where it is free."""
    return sa.select(*IdempotencyKey.__table__.columns).where(*_named(use), IdempotencyKey.created_at > at - KEPT_FOR)


async def claim(transaction: Transaction, use: Use, *, request_id: str, at: datetime) -> sa.Row[Any] | None:
    """Take the key; where somebody has it, return what they keep under it. Waits for whoever is about to take it."""
    values: dict[str, Any] = {
        "mutation": use.mutation,
        "fingerprint": use.fingerprint,
        "request_id": request_id,
        "event_id": None,
        "answer": {},
        "created_at": at,
    }
    identity = {"reseller_id": use.reseller_id, "principal_id": use.principal_id, "key_hash": use.key_hash}
    taken = insert(IdempotencyKey).values(**identity, **values)
    taken = taken.on_conflict_do_update(
        index_elements=list(identity), set_=values, where=IdempotencyKey.created_at <= at - KEPT_FOR
    )
    if await transaction.scalar(taken.returning(IdempotencyKey.key_hash)) is None:
        return (await transaction.execute(kept(use, at=at))).one()
    await transaction.execute(_sweeping(use, at=at))
    return None


async def keep(transaction: Transaction, use: Use, *, event_id: UUID | None, answer: dict[str, Any]) -> None:
    """Note what a replay answers from."""
    await transaction.execute(sa.update(IdempotencyKey).where(*_named(use)).values(event_id=event_id, answer=answer))


def _named(use: Use) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        IdempotencyKey.reseller_id == use.reseller_id,
        IdempotencyKey.principal_id == use.principal_id,
        IdempotencyKey.key_hash == use.key_hash,
    )


def _sweeping(use: Use, *, at: datetime) -> sa.Delete:
    mine, is_old = IdempotencyKey.reseller_id == use.reseller_id, IdempotencyKey.created_at <= at - KEPT_FOR
    old = sa.select(IdempotencyKey.principal_id, IdempotencyKey.key_hash).where(mine, is_old)
    # Found once: as a mere subquery it may be asked again for each row, and then finds ten others each time.
    some = old.limit(SWEPT).with_for_update(skip_locked=True).cte("some")
    named = sa.tuple_(IdempotencyKey.principal_id, IdempotencyKey.key_hash).in_(sa.select(*some.c))
    return sa.delete(IdempotencyKey).where(mine, named)
