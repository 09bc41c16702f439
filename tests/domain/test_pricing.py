"""The price book's brackets, and what a quantity costs."""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.catalog import BillingInterval
from domain.errors import BadInput
from domain.money import Money
from domain.pricing import (
    MAX_SYSTEMS,
    PriceBookError,
    PriceBreak,
    bracket_for,
    cheaper_at,
    require_contiguous,
    systems_in_range,
    total,
)

MONTHLY, ANNUAL = BillingInterval.MONTHLY, BillingInterval.ANNUAL


@dataclass(frozen=True, slots=True)
class Plan:
    """A bracket, in cents."""

    min_systems: int
    max_systems: int | None
    cents: int = 100

    @property
    def cost(self) -> Money:
        return Money(Decimal(self.cents) / 100, "USD")


BOOK = (Plan(1, 9, 500), Plan(10, 99, 400), Plan(100, None, 300))


def dollars(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


@st.composite
def books(draw: st.DrawFn) -> tuple[Plan, ...]:
    """Contiguous brackets, narrow enough that every break can be tried."""
    starts = [1, *sorted(draw(st.sets(st.integers(2, 60), max_size=4)))]
    ends = [*(start - 1 for start in starts[1:]), None]
    return tuple(Plan(start, end, draw(st.integers(1, 1000))) for start, end in zip(starts, ends, strict=True))


@pytest.mark.parametrize(
    ("systems", "row"), [(9, 0), (10, 1), (99, 1), (100, 2), (1, 0), (MAX_SYSTEMS, 2), (2, 0), (101, 2)]
)
def test_a_quantity_lies_in_exactly_one_bracket_on_both_sides_of_each_break(systems: int, row: int) -> None:
    assert bracket_for(systems, BOOK) is BOOK[row]


@given(book=books(), systems=st.integers(1, 100))
def test_the_bracket_of_a_quantity_holds_it(book: tuple[Plan, ...], systems: int) -> None:
    holding = [plan for plan in book if plan.min_systems <= systems <= (plan.max_systems or MAX_SYSTEMS)]

    assert holding == [bracket_for(systems, book)]


@pytest.mark.parametrize(
    ("systems", "cost", "monthly", "annual"),
    [
        (1, "0.0001", "0.00", "0.00"),
        (1, "0.0050", "0.01", "0.06"),  # a year is rounded once, not month by month
        (333, "3.3333", "1109.99", "13319.87"),
        (9, "5.00", "45.00", "540.00"),
        (10, "4.00", "40.00", "480.00"),
        (250, "3.00", "750.00", "9000.00"),
        (MAX_SYSTEMS, "99999999.9999", "99999999999900.00", "1199999999998800.00"),
    ],
)
def test_the_whole_quantity_is_priced_at_one_cost_and_a_year_is_twelve_months(
    systems: int, cost: str, monthly: str, annual: str
) -> None:
    assert total(systems, dollars(cost), MONTHLY) == dollars(monthly)
    assert total(systems, dollars(cost), ANNUAL) == dollars(annual)


@pytest.mark.parametrize("systems", [1, 2, 999_999, 1_000_000])
def test_one_to_a_million_systems_can_be_sold(systems: int) -> None:
    assert systems_in_range(systems) == systems


@pytest.mark.parametrize("systems", [0, -1, 1_000_001, 2**31, -(2**63), 10**30])
def test_no_other_number_of_systems_is_sold(systems: int) -> None:
    with pytest.raises(BadInput) as refused:
        systems_in_range(systems)

    assert refused.value.path == ("systems",)
    assert refused.value.message == "The number of systems must lie between 1 and 1,000,000."


@pytest.mark.parametrize(
    ("brackets", "message"),
    [
        ([Plan(1, 9), Plan(11, None)], "row 2: min_systems must be 10, not 11: a hole"),
        ([Plan(1, 9), Plan(9, None)], "row 2: min_systems must be 10, not 9: an overlap"),
        ([Plan(1, 9), Plan(10, 99), Plan(10, None)], "row 3: min_systems must be 100, not 10: an overlap"),
        ([Plan(100, None), Plan(10, 99), Plan(1, 9)], "row 1: min_systems must be 1, not 100: a hole"),
        ([Plan(1, 9), Plan(100, 199), Plan(10, 99)], "row 2: min_systems must be 10, not 100: a hole"),
        ([Plan(1, None), Plan(10, None)], "row 2: the row before is open upwards; nothing can follow it"),
        ([Plan(1, 9), Plan(10, 9)], "row 2: max_systems lies below min_systems"),
        ([Plan(1, 0), Plan(1, None)], "row 1: max_systems lies below min_systems"),
        ([Plan(2, None)], "row 1: min_systems must be 1, not 2: a hole"),
        ([Plan(0, None)], "row 1: min_systems must be 1, not 0: an overlap"),
        ([Plan(1, 9), Plan(10, 99)], "the last row must be open upwards: leave out its max_systems"),
        ([Plan(1, MAX_SYSTEMS)], "the last row must be open upwards: leave out its max_systems"),
        ([], "the last row must be open upwards: leave out its max_systems"),
    ],
)
def test_brackets_with_holes_overlaps_or_a_falling_order_are_refused_and_the_row_is_named(
    brackets: list[Plan], message: str
) -> None:
    with pytest.raises(PriceBookError) as refused:
        require_contiguous(brackets)

    assert str(refused.value) == message


@pytest.mark.parametrize("brackets", [[Plan(1, None)], [Plan(1, 1), Plan(2, 2), Plan(3, None)], list(BOOK)])
def test_brackets_that_cover_everything_once_are_accepted(brackets: list[Plan]) -> None:
    require_contiguous(brackets)


@given(book=books())
def test_every_contiguous_book_is_accepted(book: tuple[Plan, ...]) -> None:
    require_contiguous(book)


@given(book=books().filter(lambda book: len(book) > 1), data=st.data())
def test_no_row_can_be_left_out(book: tuple[Plan, ...], data: st.DataObject) -> None:
    left_out = data.draw(st.integers(0, len(book) - 1))

    with pytest.raises(PriceBookError):
        require_contiguous(book[:left_out] + book[left_out + 1 :])


@pytest.mark.parametrize(
    ("systems", "cheaper"),
    [
        (7, None),
        (8, PriceBreak(10, dollars("40.00"), dollars("0.00"))),
        (9, PriceBreak(10, dollars("40.00"), dollars("5.00"))),
        (10, None),
        (74, None),
        (75, PriceBreak(100, dollars("300.00"), dollars("0.00"))),
        (99, PriceBreak(100, dollars("300.00"), dollars("96.00"))),
        (100, None),
        (MAX_SYSTEMS, None),
    ],
)
def test_a_larger_quantity_that_costs_no_more_is_named(systems: int, cheaper: PriceBreak | None) -> None:
    assert cheaper_at(systems, BOOK, MONTHLY) == cheaper


def test_a_year_saves_twelve_times_as_much() -> None:
    assert cheaper_at(9, BOOK, ANNUAL) == PriceBreak(10, dollars("480.00"), dollars("60.00"))


def test_the_nearest_break_is_named_and_not_the_one_that_saves_most() -> None:
    brackets = [Plan(1, 9, 500), Plan(10, 11, 400), Plan(12, None, 1)]

    assert cheaper_at(9, brackets, MONTHLY) == PriceBreak(10, dollars("40.00"), dollars("5.00"))


def test_a_break_beyond_a_million_systems_is_not_named() -> None:
    brackets = [Plan(1, MAX_SYSTEMS, 500), Plan(MAX_SYSTEMS + 1, None, 1)]

    assert cheaper_at(MAX_SYSTEMS, brackets, MONTHLY) is None


@given(book=books(), systems=st.integers(1, 70), interval=st.sampled_from(BillingInterval))
def test_the_price_break_is_the_first_larger_quantity_of_all_that_costs_no_more(
    book: tuple[Plan, ...], systems: int, interval: BillingInterval
) -> None:
    def charged(quantity: int) -> Decimal:
        return total(quantity, bracket_for(quantity, book).cost, interval).amount

    no_dearer = [quantity for quantity in range(systems + 1, 71) if charged(quantity) <= charged(systems)]

    found = cheaper_at(systems, book, interval)

    assert (None if found is None else found.systems) == next(iter(no_dearer), None)
    if found is not None:
        assert found.total.amount == charged(found.systems)
        assert found.saving.amount == charged(systems) - charged(found.systems)
