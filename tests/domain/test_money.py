"""Money: exact amounts, rounded in one place."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import Money

AMOUNTS = st.decimals(min_value=0, max_value=99_999_999, places=4)


def dollars(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


@pytest.mark.parametrize(
    ("amount", "cents"),
    [
        ("0.005", "0.01"),
        ("0.0049", "0.00"),
        ("2.675", "2.68"),  # where binary floats say 2.67
        ("2.665", "2.67"),  # where half to even says 2.66
        ("2.6650", "2.67"),
        ("0.9950", "1.00"),
        ("3", "3.00"),
    ],
)
def test_an_amount_is_rounded_to_cents_half_up(amount: str, cents: str) -> None:
    rounded = dollars(amount).rounded()

    assert str(rounded.amount) == cents


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("3.5", "3.50"),
        ("3.5000", "3.50"),
        ("3.1250", "3.125"),
        ("0.0001", "0.0001"),
        ("0", "0.00"),
        ("0.0000", "0.00"),
        ("100", "100.00"),
        ("1E+2", "100.00"),
    ],
)
def test_an_amount_is_written_with_no_fewer_than_two_decimals_and_no_idle_zeros(amount: str, written: str) -> None:
    assert str(dollars(amount).written().amount) == written


def test_the_largest_sale_is_counted_to_the_cent() -> None:
    charge = dollars("99999999.9999").times(12_000_000).rounded()

    assert charge == dollars("1199999999998800.00")


def test_a_difference_is_exact_and_keeps_the_currency() -> None:
    saving = Money(Decimal("45.00"), "EUR").less(Money(Decimal("39.99"), "EUR"))

    assert saving == Money(Decimal("5.01"), "EUR")


@given(amount=AMOUNTS, factor=st.integers(1, 12_000_000))
def test_multiplying_loses_nothing(amount: Decimal, factor: int) -> None:
    product = Money(amount, "USD").times(factor)

    assert product.amount / factor == amount


@given(amount=AMOUNTS)
def test_writing_an_amount_does_not_change_it(amount: Decimal) -> None:
    assert Money(amount, "USD").written() == Money(amount, "USD")
