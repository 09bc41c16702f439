"""Resets of forgotten passwords: at most one link a user, known here by its token's hash."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.prepared import prepared


class PasswordReset(Base):
    """The one link that is open for a user, until it is used or `expires_at`, which is exclusive.

    Without a foreign key: for an address that nobody has the same row is written, and taken back.
    """

    __tablename__ = "password_resets"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes]
    expires_at: Mapped[datetime]


def open_reset(user_id: UUID, token_hash: bytes, expires_at: datetime) -> sa.Executable:
    """Return the statement that opens a link, in place of the one before."""
    opened = insert(PasswordReset).values(user_id=user_id, token_hash=token_hash, expires_at=expires_at)
    return opened.on_conflict_do_update(
        index_elements=[PasswordReset.user_id], set_={"token_hash": token_hash, "expires_at": expires_at}
    )


@prepared
def usable_reset(user_id: UUID, token_hash: bytes, at: datetime) -> sa.Select[*tuple[object, ...]]:
    """Select the user of a link that can be used; no row where it cannot."""
    return sa.select(PasswordReset.user_id).where(*_usable(user_id, token_hash, at))


def use_reset(user_id: UUID, token_hash: bytes, at: datetime) -> sa.Executable:
    """Return the statement that uses up a link; it returns a row to one of those who try at once."""
    return sa.delete(PasswordReset).where(*_usable(user_id, token_hash, at)).returning(PasswordReset.user_id)


def end_resets(user_id: UUID) -> sa.Delete:
    """Return the statement that ends the link of a user, if there is one."""
    return sa.delete(PasswordReset).where(PasswordReset.user_id == user_id)


def _usable(user_id: UUID, token_hash: bytes, at: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return PasswordReset.user_id == user_id, PasswordReset.token_hash == token_hash, PasswordReset.expires_at > at
