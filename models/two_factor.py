"""The second factor of a user: the sealed secret of their authenticator, and the recovery codes that are left."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.prepared import prepared


class TwoFactor(Base):
    """The authenticator of one user; it counts once it is confirmed.

    `last_step` is the latest time step whose code was accepted: no code is accepted again, nor an older one.
    """

    __tablename__ = "two_factors"

    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    sealed: Mapped[bytes]
    last_step: Mapped[int] = mapped_column(sa.BigInteger())
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """One code that is still good, by its hash; using it removes it."""

    __tablename__ = "recovery_codes"

    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(primary_key=True)


@prepared
def authenticator_of(user_id: UUID) -> sa.Select[*tuple[object, ...]]:
    """Select the sealed secret of a user who has two-factor; no row for everybody else."""
    return sa.select(TwoFactor.sealed).where(TwoFactor.user_id == user_id, TwoFactor.confirmed_at.is_not(None))


def use_step(user_id: UUID, step: int) -> sa.Executable:
    """Return the statement that uses up a time step; it returns a row unless this or a later one was used.

    Two uses of one code wait for each other at the row, and the second finds it used.
    """
    mine = sa.update(TwoFactor).where(TwoFactor.user_id == user_id, TwoFactor.last_step < step)
    return mine.values(last_step=step).returning(TwoFactor.user_id)


def use_recovery_code(user_id: UUID, code_hash: bytes) -> sa.Executable:
    """Return the statement that uses up a recovery code; it returns a row to one of those who try at once."""
    mine = sa.delete(RecoveryCode).where(RecoveryCode.user_id == user_id, RecoveryCode.code_hash == code_hash)
    return mine.returning(RecoveryCode.user_id)
