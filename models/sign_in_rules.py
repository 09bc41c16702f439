"""What a reseller asks of the way in which its members sign in."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.transactions import Transaction


class SignInRule(Base):
    """One reseller's rule; a reseller without a row asks for nothing.

    A reference table, like the terms: small and seldom written, and every request asks it of the resellers to whom a
    user belongs, who lie with the user and not with a tenant.
    """

    __tablename__ = "sign_in_rules"

    reseller_id: Mapped[UUID] = mapped_column(primary_key=True)
    requires_two_factor: Mapped[bool]
    updated_at: Mapped[datetime]


async def lock_rule(transaction: Transaction, reseller_id: UUID, *, at: datetime) -> SignInRule:
    """Return a reseller's rule, held until the transaction ends; a new one asks for nothing."""
    added = insert(SignInRule).values(reseller_id=reseller_id, requires_two_factor=False, updated_at=at)
    await transaction.execute(added.on_conflict_do_nothing())
    mine = sa.select(SignInRule).where(SignInRule.reseller_id == reseller_id)
    return (await transaction.scalars(mine.with_for_update())).one()
