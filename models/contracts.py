"""Open contracts in one statement with their accounts: beside one with its plan, or carried by a list of them."""

from collections import namedtuple
from collections.abc import Iterator, Sequence
from functools import cache, partial
from typing import Any, NamedTuple

import sqlalchemy as sa

from models.accounts import Account, account_rows
from models.base import among
from models.catalog import Plan
from models.prepared import Ids, prepared
from models.scopes import Scope
from models.subscriptions import SHOWN, Subscription, subscription_rows

WIDTH = len(SHOWN)
_shown = partial(tuple.__new__, namedtuple("row", [column.key for column in SHOWN]))


class Beside(NamedTuple):
    """Rows as account_rows(), subscription_rows() and plans_among() have them; None where there is no open contract."""

    account: Any
    contract: Any
    plan: Any


@prepared
def contracts_beside_accounts(scope: Scope, ids: Ids) -> sa.Select[*tuple[object, ...]]:
    """Select the accounts with these ids that lie in the scope, for beside(): their contracts lie in it as well."""
    accounts = account_rows().where(Account.visible_to(scope), among(Account.id, ids))
    both = accounts.add_columns(*subscription_rows().selected_columns, *Plan.__table__.columns)
    return both.outerjoin(Plan, Plan.id == Subscription.plan_id)


def beside(row: Any) -> Beside:  # noqa: ANN401 # of contracts_beside_accounts()
    """Return the three rows that lie in one."""
    account, contract, plan = (make(row[part]) for make, part in _parts())
    return Beside(account, contract, plan) if contract.id is not None else Beside(account, None, None)


def carried() -> list[sa.ColumnElement[Any]]:
    """Return the columns with which accounts with_contract() carry their contracts, where these come first."""
    return [column.label(f"carried_{column.key}") for column in SHOWN]


def carried_by(rows: Sequence[Any]) -> Iterator[Any]:
    """Yield the contract that each account of a list carries, as subscriptions are shown; None where it has none."""
    for row in rows:
        yield None if row.contract_status is None else _shown(row[:WIDTH])


@cache
def _parts() -> list[tuple[Any, slice]]:
    return list(_sliced(account_rows().selected_columns, subscription_rows().selected_columns, Plan.__table__.columns))


def _sliced(*parts: Any) -> Iterator[tuple[Any, slice]]:  # noqa: ANN401 # collections of columns
    place = 0
    for columns in parts:
        names = columns.keys()
        row = namedtuple("row", names)  # type: ignore[misc] # names of columns
        yield partial(tuple.__new__, row), slice(place, place + len(names))
        place += len(names)
