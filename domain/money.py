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
        """Return the amount in whole cents, half up. The only place where money is rounded."""
        if self.amount.same_quantum(CENT):
            return self
        return Money(self.amount.quantize(CENT, rounding=ROUND_HALF_UP), self.currency_code)

    def less(self, other: "Money") -> "Money":
        """Return the difference of two amounts of one currency."""
        return Money(self.amount - other.amount, self.currency_code)

    def written(self) -> "Money":
        """Return the same amount with no fewer than two decimals, and no idle zeros beyond: 3.5 is 3.50."""
        if self.amount.same_quantum(CENT):
            return self
        cents = self.amount.quantize(CENT, rounding=ROUND_HALF_UP)
        return Money(cents if cents == self.amount else self.amount.normalize(), self.currency_code)
