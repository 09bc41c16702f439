"""People: one user an e-mail address, whatever the case."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id
from models.prepared import prepared


class User(Base):
    """A person who signs in; what they may do lies in their memberships."""

    __tablename__ = "users"

    id: Mapped[Id]
    name: Mapped[str]
    email: Mapped[str]
    password_hash: Mapped[str | None]
    created_at: Mapped[datetime]


class UserEmail(Base):
    """Leads from an address in lower case to its user: the primary key makes addresses unique."""

    __tablename__ = "user_emails"

    address: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]


@prepared
def credentials_of(address: str) -> sa.Select[*tuple[object, ...]]:
    """Select the id, name, address and password hash of the user with this address, in lower case."""
    owner = sa.select(UserEmail.user_id).where(UserEmail.address == address).scalar_subquery()
    return sa.select(User.id, User.name, User.email, User.password_hash).where(User.id == owner)
