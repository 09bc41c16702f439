"""Subdomains: names unique across all resellers, claimed before the account that carries them is written."""

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from domain.naming import SubdomainTaken
from models.base import Base
from models.prepared import prepared
from models.transactions import Transaction

# A freed name rests, so that links and mail of the old customer never reach a new one.
REST = timedelta(days=90)


class Subdomain(Base):
    """Leads from a name in lower case to its account; `released_at` is set once the account has left it."""

    __tablename__ = "subdomains"

    name: Mapped[str] = mapped_column(primary_key=True)
    reseller_id: Mapped[UUID]
    account_id: Mapped[UUID]
    released_at: Mapped[datetime | None]


async def claim(transaction: Transaction, name: str, *, reseller_id: UUID, account_id: UUID, at: datetime) -> None:
    """Give the name to the account. Raises SubdomainTaken while another has it, or left it less than 90 days ago."""
    if await transaction.scalar(_claimed(name, reseller_id, account_id, at - REST)) is None:
        raise SubdomainTaken(name)


async def release(transaction: Transaction, name: str, *, at: datetime) -> None:
    """Let the name rest."""
    await transaction.fetch(_released(name, at))


@prepared
def account_of(name: str) -> sa.Select[*tuple[object, ...]]:
    """Select the id of the account that has the name now."""
    return sa.select(Subdomain.account_id).where(Subdomain.name == name, Subdomain.released_at.is_(None))


@prepared
def _claimed(name: str, reseller_id: UUID, account_id: UUID, rested_at: datetime) -> sa.Insert:
    owner = {"reseller_id": reseller_id, "account_id": account_id, "released_at": None}
    has_rested = sa.or_(Subdomain.released_at <= rested_at, Subdomain.account_id == account_id)
    claimed = insert(Subdomain).values(name=name, **owner)
    claimed = claimed.on_conflict_do_update(index_elements=[Subdomain.name], set_=owner, where=has_rested)
    return claimed.returning(Subdomain.name)


@prepared
def _released(name: str, at: datetime) -> sa.Update:
    return sa.update(Subdomain).where(Subdomain.name == name).values(released_at=at)
