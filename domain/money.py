"""Money: an exact decimal amount in one currency."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount; costs per system may carry four decimals, totals are whole cents."""

    amount: Decimal
    currency_code: str

    def times(self, factor: int) -> "Money":
        """Return this amount multiplied exactly."""
        return Money(self.amount * factor, self.currency_code)

    def rounded(self) -> "Money":
        """Return the amount in whole cents, half up."""
        return Money(rounded(self.amount), self.currency_code)

    def less(self, other: "Money") -> "Money":
        """Return the difference of two amounts of one currency."""
        return Money(self.amount - other.amount, self.currency_code)

    def written(self) -> "Money":
        """Return the same amount as it is written."""
        return Money(written(self.amount), self.currency_code)


def rounded(amount: Decimal) -> Decimal:
    """Return an amount in whole cents, half up. The only place where money is rounded."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def written(amount: Decimal) -> Decimal:
    """Return the same amount with no fewer than two decimals, and no idle zeros beyond: 3.5 is 3.50."""
    if amount.same_quantum(CENT):
        return amount
    # Nothing is rounded: cents are only taken where they are the whole amount.
    cents = amount.quantize(CENT)
    return cents if cents == amount else amount.normalize()
