"""The trial: 21 free days, counted inclusively, whenever somebody activates."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.trials import first_paid_day, trial_days_honored, trial_ends_on

DAYS = st.dates(date(1970, 1, 1), date(2400, 12, 31))


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        ("2024-02-08", "2024-02-28"),
        ("2024-02-09", "2024-02-29"),
        ("2024-02-10", "2024-03-01"),
        ("2025-02-08", "2025-02-28"),
        ("2025-02-09", "2025-03-01"),
        ("2023-12-11", "2023-12-31"),
        ("2023-12-12", "2024-01-01"),
        ("2025-01-10", "2025-01-30"),
        ("2025-01-01", "2025-01-21"),
    ],
)
def test_the_trial_ends_on_its_21st_day(starts: str, ends: str) -> None:
    assert trial_ends_on(date.fromisoformat(starts)) == date.fromisoformat(ends)


@pytest.mark.parametrize(
    ("trial_from", "activated", "starts_on", "still_free"),
    [
        ("2024-02-08", "2024-02-08", "2024-02-29", 21),
        ("2024-02-09", "2024-02-09", "2024-03-01", 21),
        ("2023-12-11", "2023-12-20", "2024-01-01", 12),
        ("2025-01-10", "2025-01-12", "2025-01-31", 19),
        ("2025-01-01", "2025-01-01", "2025-01-22", 21),
        ("2025-01-01", "2025-01-10", "2025-01-22", 12),
        ("2025-01-01", "2025-01-21", "2025-01-22", 1),
        ("2025-01-01", "2025-01-22", "2025-01-22", 0),
        ("2025-01-01", "2025-03-05", "2025-03-05", 0),
    ],
)
def test_paying_begins_after_the_trial_or_on_the_day_of_a_later_activation(
    trial_from: str, activated: str, starts_on: str, still_free: int
) -> None:
    ends = trial_ends_on(date.fromisoformat(trial_from))
    activated_on = date.fromisoformat(activated)

    assert first_paid_day(activated_on=activated_on, trial_ends_on=ends) == date.fromisoformat(starts_on)
    assert trial_days_honored(activated_on=activated_on, trial_ends_on=ends) == still_free


@given(began=DAYS)
def test_everybody_gets_21_days(began: date) -> None:
    days = [began + timedelta(days=number) for number in range(40)]

    assert [day <= trial_ends_on(began) for day in days] == 21 * [True] + 19 * [False]


@given(began=DAYS, waited=st.integers(0, 60))
def test_no_day_of_the_trial_is_ever_paid(began: date, waited: int) -> None:
    ends = trial_ends_on(began)

    starts = first_paid_day(activated_on=began + timedelta(days=waited), trial_ends_on=ends)

    assert starts == began + timedelta(days=max(21, waited))


@given(began=DAYS, waited=st.integers(0, 60))
def test_free_days_used_and_free_days_honored_are_21(began: date, waited: int) -> None:
    honored = trial_days_honored(activated_on=began + timedelta(days=waited), trial_ends_on=trial_ends_on(began))

    assert honored == (21 - waited if waited < 21 else 0)
