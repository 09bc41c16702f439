"""The price books: dated versions of what each plan costs a partner."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from domain.catalog import SupportType
from domain.errors import Conflict
from domain.money import Money
from domain.pricing import bracket_for
from models.base import Base, Id, TextEnum, among
from models.prepared import Ids, prepared
from models.scopes import Scope
from models.transactions import Transaction

AnyPlan = TypeVar("AnyPlan")


class PriceBook(Base):
    """One version, effective from a civil day until a later one of its currency is."""

    __tablename__ = "price_books"
    __table_args__ = (sa.UniqueConstraint("currency_code", "effective_on"),)

    id: Mapped[Id]
    currency_code: Mapped[str]
    effective_on: Mapped[date]
    loaded_at: Mapped[datetime]


class Plan(Base):
    """A bracket of a price book: the plan of every quantity from `min_systems` to `max_systems`, inclusive.

    Plans are never changed once loaded: contracts refer to them.
    """

    __tablename__ = "plans"
    __table_args__ = (sa.UniqueConstraint("price_book_id", "support_type", "min_systems"),)

    id: Mapped[Id]
    price_book_id: Mapped[UUID] = mapped_column(sa.ForeignKey("price_books.id"))
    support_type: Mapped[SupportType] = mapped_column(TextEnum(SupportType))
    name: Mapped[str]
    min_systems: Mapped[int]
    max_systems: Mapped[int | None]
    cost_per_system: Mapped[Decimal] = mapped_column(sa.Numeric(12, 4))
    currency_code: Mapped[str]

    @property
    def cost(self) -> Money:
        """The partner's cost of one system for one month."""
        return Money(self.cost_per_system, self.currency_code)


def plans_on(day: date, currency_code: str) -> sa.Select[Plan]:
    """Select the plans of the price book that is effective on that day, by support type and quantity."""
    book = (
        sa.select(PriceBook.id)
        .where(PriceBook.currency_code == currency_code, PriceBook.effective_on <= day)
        .order_by(PriceBook.effective_on.desc())
        .limit(1)
        .scalar_subquery()
    )
    return sa.select(Plan).where(Plan.price_book_id == book).order_by(Plan.support_type, Plan.min_systems)


async def plan_for(
    transaction: Transaction, support_type: SupportType, systems: int, *, currency_code: str, on: date
) -> Plan:
    """Return the plan that follows from the number of systems. Raises Conflict where nothing is priced yet."""
    rows = await transaction.fetch(_plans_of(on, currency_code, support_type.value))
    return Plan(**bracket_for(systems, priced(rows))._asdict())


@prepared
def price_list(day: date, currency_code: str) -> sa.Select[*tuple[object, ...]]:
    """Select what plans_on() does, as rows."""
    return _columns_of(plans_on(day, currency_code))


@prepared
def _plans_of(day: date, currency_code: str, support_type: str) -> sa.Select[*tuple[object, ...]]:
    mine = sa.type_coerce(Plan.support_type, sa.Text()) == support_type
    return _columns_of(plans_on(day, currency_code).where(mine))


def _columns_of(plans: sa.Select[Plan]) -> sa.Select[*tuple[object, ...]]:
    return plans.with_only_columns(*Plan.__table__.columns, maintain_column_froms=True)


def priced(plans: Sequence[AnyPlan]) -> Sequence[AnyPlan]:
    """Return the plans, rows or entities; raises Conflict where there are none."""
    if not plans:
        raise Conflict("No price book is effective yet for the reseller's currency.")
    return plans


@prepared
def plans_among(scope: Scope, ids: Ids) -> sa.Select[*tuple[object, ...]]:  # noqa: ARG001 # the same for every tenant
    """Select the plans with these ids, of any price book."""
    return sa.select(*Plan.__table__.columns).where(among(Plan.id, ids))
