"""The contract's term: twelve months from its anchor, and the monthly periods inside it.

Every date is counted from the anchor, the contract's first paid day, never from the period before: a day that a month
lacks becomes its last day, and the next month has the anchor's day again.
"""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

TERM_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Period:
    """Civil days from `starts_on` to `ends_on`, both inclusive."""

    starts_on: date
    ends_on: date

    @property
    def renews_on(self) -> date:
        """The day after the last."""
        return self.ends_on + timedelta(days=1)


def months_after(anchor: date, months: int) -> date:
    """Return the anchor's day that many months later, or the last day of a month that lacks it."""
    years, month = divmod(anchor.month - 1 + months, 12)
    year, month = anchor.year + years, month + 1
    return date(year, month, min(anchor.day, calendar.monthrange(year, month)[1]))


def term(anchor: date, number: int = 0) -> Period:
    """Return a contract's term, counted from 0: twelve months at either billing interval."""
    return _period(anchor, TERM_MONTHS * number, TERM_MONTHS)


def term_on(anchor: date, day: date) -> Period:
    """Return the term in which the day lies; the first one where the contract has not begun.

    A contract renews for another twelve months at the end of each term.
    """
    number = max(0, day.year - anchor.year)
    if number and months_after(anchor, TERM_MONTHS * number) > day:
        number -= 1
    return term(anchor, number)


def monthly_period(anchor: date, number: int) -> Period:
    """Return the contract's month, counted from 0."""
    return _period(anchor, number, 1)


def _period(anchor: date, months: int, length: int) -> Period:
    return Period(months_after(anchor, months), months_after(anchor, months + length) - timedelta(days=1))
