"""Money as clients see it."""

from decimal import Decimal

import strawberry

from domain.money import Money as Amount
from domain.money import written


@strawberry.type(description="An amount in one currency. Never a float.")
class Money:
    """domain.money.Money, written out."""

    amount: Decimal = strawberry.field(description='The exact amount: "3.50".')
    currency_code: str = strawberry.field(description="ISO 4217: USD.")

    def __init__(self, amount: Decimal, currency_code: str) -> None:
        self.amount, self.currency_code = written(amount), currency_code

    @classmethod
    def of(cls, money: Amount) -> "Money":
        """Return the amount with no fewer than two decimals."""
        return cls(money.amount, money.currency_code)
