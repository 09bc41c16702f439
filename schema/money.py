"""Money as clients see it."""

from decimal import Decimal

import strawberry

from domain.money import Money as Amount


@strawberry.type(description="An amount in one currency. Never a float.")
class Money:
    """domain.money.Money, written out."""

    amount: Decimal = strawberry.field(description='The exact amount: "3.50".')
    currency_code: str = strawberry.field(description="ISO 4217: USD.")

    @classmethod
    def of(cls, money: Amount) -> "Money":
        """Return the amount with no fewer than two decimals."""
        written = money.written()
        return cls(amount=written.amount, currency_code=written.currency_code)
