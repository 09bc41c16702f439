"""Throttling: the pauses, and what is said of them."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.throttling import pause_after, seconds_until

NOON = datetime(2025, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("attempts", "seconds"),
    [(0, 0), (1, 0), (4, 0), (5, 1), (6, 2), (7, 4), (10, 32), (14, 512), (15, 900), (16, 900), (2_000_000_000, 900)],
)
def test_the_pause_doubles_after_five_attempts_up_to_a_quarter_of_an_hour(attempts: int, seconds: int) -> None:
    assert pause_after(attempts, free=5) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("until", "seconds"), [(timedelta(microseconds=1), 1), (timedelta(seconds=1), 1), (timedelta(seconds=1.5), 2)]
)
def test_who_waits_the_seconds_that_are_said_does_not_wait_in_vain(until: timedelta, seconds: int) -> None:
    assert seconds_until(NOON + until, NOON) == seconds
