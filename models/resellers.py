"""Resellers: the tenants, billed for every account under them."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from domain.catalog import SupportType, is_sellable
from models.base import Base, Id, Versioned, among
from models.prepared import Ids, prepared
from models.scopes import Scope
from models.sign_in_rules import SignInRule
from models.transactions import Transaction


class Reseller(Versioned, Base):
    """A tenant: its civil days, its currency, and whether it may sell Partner Supported."""

    __tablename__ = "resellers"

    id: Mapped[Id]
    name: Mapped[str]
    is_eligible: Mapped[bool]
    time_zone: Mapped[str]
    currency_code: Mapped[str]
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    @classmethod
    def named_to(cls, scope: Scope) -> sa.ColumnElement[bool]:
        """Restrict to the resellers whose name the scope may know: its own, and its accounts'."""
        return among(cls.id, scope.named)


def reseller_rows() -> sa.Select[*tuple[object, ...]]:
    """Select resellers as they are read."""
    return sa.select(
        Reseller.id,
        Reseller.id.label("reseller_id"),
        Reseller.name,
        Reseller.is_eligible,
        Reseller.time_zone,
        Reseller.currency_code,
        Reseller.disabled_at,
        Reseller.version,
        sa.func.coalesce(SignInRule.requires_two_factor, sa.false()).label("requires_two_factor"),
    ).outerjoin_from(Reseller, SignInRule, SignInRule.reseller_id == Reseller.id)


@prepared
def resellers_named(scope: Scope, ids: Ids) -> sa.Select[*tuple[object, ...]]:
    """Select the resellers with these ids whose name the scope may know."""
    return reseller_rows().where(Reseller.named_to(scope), among(Reseller.id, ids))


async def may_sell(session: Transaction, reseller_id: UUID, support_type: SupportType) -> bool:
    """Decide whether the reseller may sell the support type, and hold that decision until the transaction ends.

    The one place below every way in (create, update, upsert). For Partner Supported the reseller's row is locked in
    share mode, so that a withdrawal of the eligibility and a choice cannot pass each other.
    """
    if is_sellable(support_type, is_eligible=False):
        return True
    held = sa.select(Reseller.is_eligible).where(Reseller.id == reseller_id).with_for_update(read=True)
    return is_sellable(support_type, is_eligible=bool(await session.scalar(held)))
