"""Budgets: what is taken at once, and what flows back."""

from datetime import timedelta

import pytest

from domain.budgets import Allowance

SIGNED_IN = Allowance(2_000, 100)


@pytest.mark.parametrize(
    ("needed", "level", "taken"),
    [(1, 2_000, 200), (200, 2_000, 200), (201, 2_000, 201), (1, 150, 150), (150, 150, 150), (1_000, 2_000, 1_000)],
)
def test_a_tenth_is_taken_or_what_is_needed_or_what_is_left(needed: int, level: int, taken: int) -> None:
    assert SIGNED_IN.portion(needed, level) == taken


@pytest.mark.parametrize(
    ("level", "seconds", "then"),
    [(0, 0, 0), (0, 0.5, 50), (0, 20, 2_000), (0, 3_600, 2_000), (1_999, 1, 2_000), (500, -3, 500)],
)
def test_points_flow_back_until_the_bucket_is_full_and_never_out(level: int, seconds: float, then: int) -> None:
    assert SIGNED_IN.refilled(level, timedelta(seconds=seconds)) == then


@pytest.mark.parametrize(("wanted", "level", "seconds"), [(10, 10, 0), (10, 11, 0), (10, 9, 0.01), (2_000, 0, 20)])
def test_how_long_a_level_takes_to_come(wanted: int, level: int, seconds: float) -> None:
    assert SIGNED_IN.time_until(wanted, level) == timedelta(seconds=seconds)


@pytest.mark.parametrize(("allowance", "seconds"), [(SIGNED_IN, 20), (Allowance(200, 10), 20), (Allowance(1, 2), 0.5)])
def test_a_bucket_refills_in_its_capacity_over_its_rate(allowance: Allowance, seconds: float) -> None:
    assert allowance.refill_time == timedelta(seconds=seconds)
