"""The price book: contiguous brackets of the number of systems, and what a quantity costs.

The whole quantity is priced at its bracket's cost (volume pricing, not graduated). Brackets with holes, overlaps or a
falling order are refused when a book is loaded (PriceBookError), so a quantity always has exactly one bracket.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol, TypeVar

from domain.catalog import BillingInterval
from domain.errors import BadInput
from domain.money import Money, rounded

MAX_SYSTEMS = 1_000_000
MONTHS_BILLED = {BillingInterval.MONTHLY: 1, BillingInterval.ANNUAL: 12}


class PriceBookError(ValueError):
    """A price book that cannot be used; the message names the row."""


class Bracket(Protocol):
    """A plan: every quantity from `min_systems` to `max_systems`, inclusive; None is open upwards."""

    @property
    def min_systems(self) -> int:
        """The smallest quantity, inclusive."""
        ...

    @property
    def max_systems(self) -> int | None:
        """The largest quantity, inclusive."""
        ...

    @property
    def cost(self) -> Money:
        """The partner's cost of one system for one month."""
        ...


AnyBracket = TypeVar("AnyBracket", bound=Bracket)


@dataclass(frozen=True, slots=True)
class PriceBreak:
    """A larger quantity that costs no more in total."""

    systems: int
    total: Money
    saving: Money


def systems_in_range(systems: int) -> int:
    """Return the number of systems where it can be sold: 1 to 1,000,000, both inclusive. Raises BadInput."""
    if not 1 <= systems <= MAX_SYSTEMS:
        raise BadInput("systems", f"The number of systems must lie between 1 and {MAX_SYSTEMS:,}.")
    return systems


def bracket_for(systems: int, brackets: Sequence[AnyBracket]) -> AnyBracket:
    """Return the bracket in which a quantity from 1 to 1,000,000 lies; `brackets` ascend without a hole."""
    return next(bracket for bracket in reversed(brackets) if bracket.min_systems <= systems)


def total(systems: int, cost: Money, interval: BillingInterval) -> Money:
    """Return what one billing interval costs: systems x cost, x 12 where annual and paid up front."""
    return Money(charge(systems, cost.amount, interval), cost.currency_code)


def charge(systems: int, cost: Decimal, interval: BillingInterval) -> Decimal:
    """Return the total's amount, in the currency of the cost."""
    return rounded(cost * (systems * MONTHS_BILLED[interval]))


def cheaper_at(systems: int, brackets: Sequence[Bracket], interval: BillingInterval) -> PriceBreak | None:
    """Return the smallest larger quantity that costs no more in total, where a price break makes one."""
    mine = total(systems, bracket_for(systems, brackets).cost, interval)
    for bracket in brackets:
        if systems < bracket.min_systems <= MAX_SYSTEMS:
            larger = total(bracket.min_systems, bracket.cost, interval)
            if larger.amount <= mine.amount:
                return PriceBreak(bracket.min_systems, larger, mine.less(larger))
    return None


def require_contiguous(brackets: Sequence[Bracket]) -> None:
    """Return where the brackets cover 1 to infinity once, in rising order. Raises PriceBookError naming the row.

    Rows are counted from 1 in the order given.
    """
    expected: int | None = 1
    for row, bracket in enumerate(brackets, 1):
        if expected is None:
            raise PriceBookError(f"row {row}: the row before is open upwards; nothing can follow it")
        if bracket.min_systems != expected:
            kind = "an overlap" if bracket.min_systems < expected else "a hole"
            raise PriceBookError(f"row {row}: min_systems must be {expected}, not {bracket.min_systems}: {kind}")
        if bracket.max_systems is not None and bracket.max_systems < bracket.min_systems:
            raise PriceBookError(f"row {row}: max_systems lies below min_systems")
        expected = None if bracket.max_systems is None else bracket.max_systems + 1
    if expected is not None:
        raise PriceBookError("the last row must be open upwards: leave out its max_systems")
