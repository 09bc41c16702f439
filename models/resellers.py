"""Resellers: the tenants, billed for every account under them."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from domain.catalog import SupportType, is_sellable
from models.base import Base, Id, Versioned, among
from models.prepared import Ids, prepared
from models.scopes import Scope
from models.sign_in_rules import SignInRule


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

    def may_sell(self, support_type: SupportType) -> bool:
        """Decide whether it may sell the support type: the one place below every way in (create, update, upsert).

        Whoever decides by it holds the row, in share mode at least: then a withdrawal of the eligibility and a choice
        cannot pass each other.
        """
        return is_sellable(support_type, is_eligible=self.is_eligible)

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
