"""The contract's term and its monthly periods: everything is counted from the anchor."""

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.terms import Period, monthly_period, months_after, term, term_on

ANCHORS = st.dates(date(1970, 1, 1), date(2300, 12, 31))
# Days around the ends of months, where calendars are awkward.
AWKWARD = st.builds(
    lambda year, month, shift: date(year, month, 1) + timedelta(days=shift),
    st.integers(1999, 2105),
    st.integers(1, 12),
    st.integers(-3, 2),
)


def period(starts_on: str, ends_on: str) -> Period:
    return Period(date.fromisoformat(starts_on), date.fromisoformat(ends_on))


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "renews_on"),
    [
        ("2024-02-29", "2025-02-27", "2025-02-28"),
        ("2024-03-01", "2025-02-28", "2025-03-01"),
        ("2023-03-01", "2024-02-29", "2024-03-01"),
        ("2023-02-28", "2024-02-27", "2024-02-28"),
        ("2024-01-01", "2024-12-31", "2025-01-01"),
        ("2025-01-31", "2026-01-30", "2026-01-31"),
        ("2025-03-05", "2026-03-04", "2026-03-05"),
        ("2025-01-22", "2026-01-21", "2026-01-22"),
    ],
)
def test_a_term_is_twelve_months_and_renews_on_the_day_after_it(starts_on: str, ends_on: str, renews_on: str) -> None:
    first = term(date.fromisoformat(starts_on))

    assert first == period(starts_on, ends_on)
    assert first.renews_on == date.fromisoformat(renews_on)


def test_an_anchor_on_a_leap_day_renews_on_the_last_of_february_and_on_the_next_leap_day() -> None:
    renewals = [term(date(2024, 2, 29), number).renews_on for number in range(5)]

    assert renewals == [
        date(2025, 2, 28),
        date(2026, 2, 28),
        date(2027, 2, 28),
        date(2028, 2, 29),
        date(2029, 2, 28),
    ]


def test_the_leap_day_of_a_century_is_there_only_every_400_years() -> None:
    assert months_after(date(2096, 2, 29), 48) == date(2100, 2, 28)
    assert months_after(date(1996, 2, 29), 48) == date(2000, 2, 29)


@pytest.mark.parametrize(
    ("anchor", "periods"),
    [
        (
            "2025-01-31",
            [
                ("2025-01-31", "2025-02-27"),
                ("2025-02-28", "2025-03-30"),
                ("2025-03-31", "2025-04-29"),
                ("2025-04-30", "2025-05-30"),
                ("2025-05-31", "2025-06-29"),
            ],
        ),
        ("2024-01-31", [("2024-01-31", "2024-02-28"), ("2024-02-29", "2024-03-30"), ("2024-03-31", "2024-04-29")]),
        ("2024-01-30", [("2024-01-30", "2024-02-28"), ("2024-02-29", "2024-03-29"), ("2024-03-30", "2024-04-29")]),
        ("2024-12-31", [("2024-12-31", "2025-01-30"), ("2025-01-31", "2025-02-27"), ("2025-02-28", "2025-03-30")]),
        ("2025-01-22", [("2025-01-22", "2025-02-21"), ("2025-02-22", "2025-03-21")]),
    ],
)
def test_monthly_periods_are_counted_from_the_anchor_and_never_from_the_period_before(
    anchor: str, periods: list[tuple[str, str]]
) -> None:
    found = [monthly_period(date.fromisoformat(anchor), number) for number in range(len(periods))]

    assert found == [period(*each) for each in periods]


@pytest.mark.parametrize(
    ("anchor", "day", "current"),
    [
        ("2024-02-29", "2025-02-27", ("2024-02-29", "2025-02-27")),
        ("2024-02-29", "2025-02-28", ("2025-02-28", "2026-02-27")),
        ("2024-02-29", "2028-02-28", ("2027-02-28", "2028-02-28")),
        ("2024-02-29", "2028-02-29", ("2028-02-29", "2029-02-27")),
        ("2024-01-01", "2024-12-31", ("2024-01-01", "2024-12-31")),
        ("2024-01-01", "2025-01-01", ("2025-01-01", "2025-12-31")),
        ("2025-01-22", "2026-01-21", ("2025-01-22", "2026-01-21")),
        ("2025-01-22", "2026-01-22", ("2026-01-22", "2027-01-21")),
        ("2025-01-22", "2025-01-10", ("2025-01-22", "2026-01-21")),  # activated early, still free
        ("2025-01-22", "2024-12-31", ("2025-01-22", "2026-01-21")),
    ],
)
def test_the_current_term_is_the_one_in_which_the_day_lies(anchor: str, day: str, current: tuple[str, str]) -> None:
    assert term_on(date.fromisoformat(anchor), date.fromisoformat(day)) == period(*current)


@given(anchor=ANCHORS | AWKWARD, number=st.integers(0, 60))
@example(anchor=date(2024, 2, 29), number=3)
def test_each_term_begins_on_the_day_after_the_one_before(anchor: date, number: int) -> None:
    assert term(anchor, number).renews_on == term(anchor, number + 1).starts_on


@given(anchor=ANCHORS | AWKWARD, number=st.integers(0, 600))
@example(anchor=date(2025, 1, 31), number=0)
def test_each_month_begins_on_the_day_after_the_one_before(anchor: date, number: int) -> None:
    assert monthly_period(anchor, number).renews_on == monthly_period(anchor, number + 1).starts_on


@given(anchor=ANCHORS | AWKWARD, number=st.integers(0, 20))
def test_twelve_months_fill_a_term(anchor: date, number: int) -> None:
    first, last = monthly_period(anchor, 12 * number), monthly_period(anchor, 12 * number + 11)

    assert Period(first.starts_on, last.ends_on) == term(anchor, number)


@given(anchor=AWKWARD, days=st.integers(0, 20_000))
@example(anchor=date(2024, 2, 29), days=365)
@example(anchor=date(2024, 2, 29), days=1461)
def test_the_term_on_a_day_contains_it(anchor: date, days: int) -> None:
    day = anchor + timedelta(days=days)

    current = term_on(anchor, day)

    assert current.starts_on <= day <= current.ends_on
    assert current in {term(anchor, number) for number in range(56)}


@given(anchor=ANCHORS, days=st.integers(1, 400))
def test_before_its_anchor_a_contract_is_in_its_first_term(anchor: date, days: int) -> None:
    assert term_on(anchor, anchor - timedelta(days=days)) == term(anchor)


@given(anchor=ANCHORS | AWKWARD, months=st.integers(0, 600))
def test_a_month_later_has_the_anchors_day_or_its_own_last_one(anchor: date, months: int) -> None:
    later = months_after(anchor, months)

    is_last_of_its_month = (later + timedelta(days=1)).day == 1
    assert later.day == anchor.day or (is_last_of_its_month and later.day < anchor.day)
    assert 12 * (later.year - anchor.year) + later.month - anchor.month == months
