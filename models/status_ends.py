"""The order of Status Ends: accounts by the last day of their trial, or of the term in which their contract is.

Where a contract runs, that day follows from today: no column has it, and no index the order. It is made of stretches
that indexes have, each read from its place; of all their first rows a page is the first. A term ends on the eve of an
anniversary, so that contracts that run lie as the days of the year do, from tomorrow on. 29 February is no day of every
year: it lies between others in one, with one of them in the next. Contracts from there, one in 1,461, are sorted.

    trials       accounts without an active contract, by their last free day
    this year    contracts whose anniversary is still to come this year, by the day of the year
    next year    contracts whose anniversary was this year, or is today, likewise
    leap days    contracts from 29 February
    ahead        contracts that have not begun, by their first paid day
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from domain.lifecycle import AccountStatus, SubscriptionStatus
from models.accounts import Account, has_no_active_contract
from models.paging import Guide, Order
from models.subscriptions import Subscription

Day = sa.ColumnElement[date]

ACCOUNTS, CONTRACTS = Account.__table__.c, Subscription.__table__.c

LEAP_DAY = 229
# The driver takes the first and the last day of Python's calendar for infinities, which no day follows.
FIRST, LAST = date.min + timedelta(days=1), date.max - timedelta(days=2)
# What no day of a year comes before, and none after.
BEFORE, AFTER = 0, 1300
# An account under an active contract may be disabled besides.
UNDER_CONTRACT = frozenset({AccountStatus.ACTIVE, AccountStatus.DISABLED})
WITHOUT = frozenset(AccountStatus) - {AccountStatus.ACTIVE}


@dataclass(frozen=True, slots=True)
class Stretch:
    """Those of accounts with_contract() that satisfy `within`, in an order; of other `statuses` there are none."""

    within: sa.ColumnElement[bool]
    order: Order
    statuses: frozenset[AccountStatus]


def status_ends_on(today: date) -> Day:
    """Return the Status Ends column of account_rows(): the current term's last day, or the trial's."""
    return sa.case(
        (Subscription.status == SubscriptionStatus.ACTIVE, _term_ends_on(today)), else_=Account.trial_ends_on
    )


def stretches(order: Order, today: date) -> Iterator[Stretch]:
    """Yield the stretches on a civil day of the order by status_ends_on()."""
    is_active, starts_on, anniversary = Subscription.is_active(), CONTRACTS.starts_on, CONTRACTS.anniversary
    here, year = _day_of_year(_day(today)), _year(_day(today))
    runs = sa.and_(is_active, anniversary != LEAP_DAY, starts_on <= today)
    is_ahead = sa.and_(is_active, anniversary != LEAP_DAY, starts_on > today)
    by_term = replace(order, key=_term_ends_on(today))
    this_year = replace(by_term, guide=Guide(anniversary, partial(_anniversary_after, year=year)))
    next_year = replace(by_term, guide=Guide(anniversary, partial(_anniversary_after, year=year + 1)))
    by_start = replace(by_term, guide=Guide(starts_on, _first_paid_day))
    yield Stretch(has_no_active_contract(), replace(order, key=ACCOUNTS.trial_ends_on), WITHOUT)
    yield Stretch(sa.and_(runs, anniversary > here), this_year, UNDER_CONTRACT)
    yield Stretch(sa.and_(runs, anniversary <= here), next_year, UNDER_CONTRACT)
    yield Stretch(sa.and_(is_active, anniversary == LEAP_DAY), by_term, UNDER_CONTRACT)
    yield Stretch(is_ahead, by_start, UNDER_CONTRACT)


def _term_ends_on(today: date) -> Day:
    """domain.terms.term_on in SQL: PostgreSQL, too, gives a day that the month lacks its last one."""
    anchor = Subscription.starts_on
    years = sa.func.greatest(_year(_day(today)) - _year(anchor), 0)
    has_begun = _years_after(anchor, years) <= today
    number = sa.func.greatest(sa.case((has_begun, years), else_=years - 1), 0)
    return _eve(_years_after(anchor, number + 1))


def _anniversary_after(ends_on: date, *, year: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    """Return the day of the year on which terms begin that follow on this day, as it lies to the days of a year."""
    following = _morrow(ends_on)
    of_other_years = (_year(following) < year, BEFORE), (_year(following) > year, AFTER)
    return sa.cast(sa.case(*of_other_years, else_=_day_of_year(following)), sa.SmallInteger())


def _first_paid_day(ends_on: date) -> Day:
    """Return the first day of the first term that ends on this day."""
    return _years_after(_morrow(ends_on), sa.literal(-1, sa.Integer()))


def _day(day: date | Day) -> Day:
    return sa.type_coerce(day, sa.Date())


def _eve(day: Day) -> Day:
    return day - sa.literal(1, sa.Integer())


def _morrow(day: date) -> Day:
    bounded = sa.func.least(sa.func.greatest(_day(day), _day(FIRST)), _day(LAST))
    return _day(sa.type_coerce(bounded, sa.Date()) + sa.literal(1, sa.Integer()))


def _year(day: sa.SQLColumnExpression[Any]) -> sa.ColumnElement[int]:
    return sa.cast(sa.extract("year", day), sa.Integer())


def _day_of_year(day: sa.SQLColumnExpression[Any]) -> sa.ColumnElement[int]:
    return sa.cast(sa.extract("month", day) * 100 + sa.extract("day", day), sa.SmallInteger())


def _years_after(day: sa.SQLColumnExpression[Any], years: sa.ColumnElement[int]) -> Day:
    return sa.cast(day + sa.func.make_interval(years), sa.Date())
