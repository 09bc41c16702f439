"""Idempotency keys: what a client's key stands for, claimed in the transaction of the effect.

Of simultaneous claims one takes the key; the others wait at its row until that transaction ends, and then find what it
has left: the row, or nothing. Neither the key nor the input is kept, and no secret of the answer.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Tenant
from models.prepared import Question, prepared
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

    @property
    def named(self) -> tuple[UUID, UUID, bytes]:
        """What the row of the key is found by."""
        return self.reseller_id, self.principal_id, self.key_hash

    def is_of(self, kept: sa.Row[Any]) -> bool:
        """Tell whether a key was kept for the same mutation with the same input."""
        return (kept.mutation, bytes(kept.fingerprint)) == (self.mutation, self.fingerprint)


def kept(use: Use, *, at: datetime) -> Question:
    """Select what is kept under the key; no row where it is free."""
    return _kept(*use.named, at - KEPT_FOR)


async def claim(transaction: Transaction, use: Use, *, request_id: str, at: datetime) -> sa.Row[Any] | None:
    """Take the key; where somebody has it, return what they keep under it. Waits for whoever is about to take it."""
    taken = _taken(*use.named, use.mutation, use.fingerprint, request_id, at, at - KEPT_FOR)
    if await transaction.scalar(taken) is None:
        rows: Sequence[sa.Row[Any]] = await transaction.fetch(kept(use, at=at))
        return rows[0]
    await transaction.fetch(_swept(use.reseller_id, at - KEPT_FOR))
    return None


async def keep(transaction: Transaction, use: Use, *, event_id: UUID | None, answer: dict[str, Any]) -> None:
    """Note what a replay answers from."""
    await transaction.fetch(_answered(*use.named, event_id, json.dumps(answer)))


def _is_named(reseller_id: UUID, principal_id: UUID, key_hash: bytes) -> sa.ColumnElement[bool]:
    return sa.and_(
        IdempotencyKey.reseller_id == reseller_id,
        IdempotencyKey.principal_id == principal_id,
        IdempotencyKey.key_hash == key_hash,
    )


@prepared
def _kept(
    reseller_id: UUID, principal_id: UUID, key_hash: bytes, forgotten_at: datetime
) -> sa.Select[*tuple[object, ...]]:
    mine = sa.select(*IdempotencyKey.__table__.columns).where(_is_named(reseller_id, principal_id, key_hash))
    return mine.where(IdempotencyKey.created_at > forgotten_at)


@prepared
def _taken(
    reseller_id: UUID,
    principal_id: UUID,
    key_hash: bytes,
    mutation: str,
    fingerprint: bytes,
    request_id: str,
    at: datetime,
    forgotten_at: datetime,
) -> sa.Insert:
    named = {"reseller_id": reseller_id, "principal_id": principal_id, "key_hash": key_hash}
    values: dict[str, Any] = {
        "mutation": mutation,
        "fingerprint": fingerprint,
        "request_id": request_id,
        "event_id": None,
        "answer": {},
        "created_at": at,
    }
    taken = insert(IdempotencyKey).values(**named, **values)
    is_old = IdempotencyKey.created_at <= forgotten_at
    taken = taken.on_conflict_do_update(index_elements=list(named), set_=values, where=is_old)
    return taken.returning(IdempotencyKey.key_hash)


@prepared
def _answered(reseller_id: UUID, principal_id: UUID, key_hash: bytes, event_id: UUID | None, answer: str) -> sa.Update:
    mine = sa.update(IdempotencyKey).where(_is_named(reseller_id, principal_id, key_hash))
    return mine.values(event_id=event_id, answer=sa.cast(answer, JSONB))


@prepared
def _swept(reseller_id: UUID, forgotten_at: datetime) -> sa.Delete:
    mine, is_old = IdempotencyKey.reseller_id == reseller_id, IdempotencyKey.created_at <= forgotten_at
    old = sa.select(IdempotencyKey.principal_id, IdempotencyKey.key_hash).where(mine, is_old)
    # Found once: as a mere subquery it may be asked again for each row, and then finds ten others each time.
    some = old.limit(SWEPT).with_for_update(skip_locked=True).cte("some")
    named = sa.tuple_(IdempotencyKey.principal_id, IdempotencyKey.key_hash).in_(sa.select(*some.c))
    return sa.delete(IdempotencyKey).where(mine, named)
