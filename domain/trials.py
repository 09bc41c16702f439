"""The trial: everybody gets 21 days for free, counted inclusively."""

from datetime import date, timedelta

TRIAL_DAYS = 21


def trial_ends_on(starts_on: date) -> date:
    """Return the last free day, inclusive: the start and the 20 days after it."""
    return starts_on + timedelta(days=TRIAL_DAYS - 1)


def first_paid_day(*, activated_on: date, trial_ends_on: date) -> date:
    """Return the day on which paying begins: the day after the trial, or the activation's where that is later.

    Rule: everybody gets the whole trial, whenever they activate.
    """
    return max(activated_on, trial_ends_on + timedelta(days=1))


def trial_days_honored(*, activated_on: date, trial_ends_on: date) -> int:
    """Return how many free days are still to come, the day of activation included."""
    return (first_paid_day(activated_on=activated_on, trial_ends_on=trial_ends_on) - activated_on).days
