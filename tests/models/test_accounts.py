"""What SQL says of accounts is what the domain says: their status, the day on which it ends, and the order by it."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from domain.lifecycle import AccountStatus, SubscriptionStatus, account_status
from domain.terms import term_on
from models import Account, Reseller, Subscription
from models.account_lists import AccountList, AccountOrderField, Kept
from models.accounts import account_rows, has_status
from models.database import Database
from models.paging import Page, write_cursor
from models.scopes import Scope
from models.status_ends import status_ends_on
from models.walls import EVERYTHING
from tests.peeking import peek
from tests.world import HUNTRESS, MONTHLY, PARTNER, World

AT = datetime(2025, 1, 1, 12, tzinfo=UTC)
PENDING, ACTIVE = SubscriptionStatus.PENDING, SubscriptionStatus.ACTIVE
COMPLETED, CANCELED = SubscriptionStatus.COMPLETED, SubscriptionStatus.CANCELED
# The anchors where calendars are awkward: around February's end in leap years and others, and at the ends of years.
ANCHORS = [
    *(date(year, 3, 1) + timedelta(days=shift) for year in (2000, 2023, 2024, 2025, 2100) for shift in range(-3, 2)),
    *(date(2024, month, 31) for month in (1, 3, 5, 7, 8, 10, 12)),
    date(2025, 1, 1),
    date(2024, 4, 30),
]
# The last free day of each account, and the first that is not.
TRIAL_EDGES = st.sampled_from([anchor + timedelta(days=days) for anchor in ANCHORS for days in (20, 21)])
AWKWARD_DAYS = st.builds(
    lambda year, month, shift: date(year, month, 1) + timedelta(days=shift),
    st.integers(1999, 2140),
    st.sampled_from([1, 2, 3, 12]),
    st.integers(-3, 2),
)


def account_with(reseller: Reseller, trial_from: date, *, is_disabled: bool = False) -> Account:
    added = Account.begun(reseller.id, name="Any", subdomain="any", support_type=PARTNER, on=trial_from, at=AT)
    added.disabled_at = AT if is_disabled else None
    return added


def contract_of(account: Account, status: SubscriptionStatus, starts_on: date | None) -> Subscription:
    added = Subscription.drafted(account.reseller_id, account.id, at=AT)
    added.support_type, added.systems, added.billing_interval = PARTNER, 1, MONTHLY
    added.plan_id, added.cost_per_system, added.currency_code = uuid7(), Decimal(1), "USD"
    added.status, added.updated_at = status, AT
    added.starts_on = starts_on if status in {ACTIVE, COMPLETED} else None
    return added


async def store(database: Database, accounts: list[Account], contracts: list[Subscription]) -> None:
    async with database.transaction(EVERYTHING) as transaction:
        transaction.add_all(accounts)
        await transaction.flush()
        transaction.add_all(contracts)


async def read(database: Database, today: date) -> list[Any]:
    statuses = [has_status(status, today).label(status.value) for status in AccountStatus]
    return list(await peek(database, account_rows().add_columns(status_ends_on(today).label("ends_on"), *statuses)))


@pytest.fixture
async def customers(world: World) -> Database:
    """Every state of the contract, with every anchor, disabled or not."""
    reseller = await world.reseller()
    accounts, contracts = [], []
    for anchor, state, is_disabled in product(ANCHORS, [None, *SubscriptionStatus], [False, True]):
        account = account_with(reseller, anchor, is_disabled=is_disabled)
        # That it is said to be under contract makes no difference where it is.
        account.is_under_contract = state is ACTIVE and anchor.day % 2 == 0
        accounts.append(account)
        if state is not None:
            contracts.append(contract_of(account, state, anchor))
        if state is PENDING:
            contracts += [contract_of(account, CANCELED, None), contract_of(account, COMPLETED, anchor)]
    await store(world.database, accounts, contracts)
    return world.database


# What the fixture stores is only read: the same rows serve every day.
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(today=TRIAL_EDGES | AWKWARD_DAYS | st.dates(date(1990, 1, 1), date(2300, 12, 31)))
@example(today=date(2024, 3, 20))  # the trial from 2024-02-29
@example(today=date(2024, 3, 21))
@example(today=date(2028, 2, 28))
@example(today=date(2028, 2, 29))
@example(today=date(2025, 2, 27))
@example(today=date(2025, 2, 28))
@example(today=date(2104, 2, 29))
async def test_sql_and_the_domain_agree_on_every_status_and_the_day_on_which_it_ends(
    customers: Database, today: date
) -> None:
    rows = await read(customers, today)

    assert len(rows) == len(ANCHORS) * 10
    assert [sql_of(row) for row in rows] == [domain_of(row, today) for row in rows]


def sql_of(row: Any) -> tuple[list[str], date]:
    return [status.value for status in AccountStatus if row._mapping[status.value]], row.ends_on


def domain_of(row: Any, today: date) -> tuple[list[str], date]:
    status = account_status(
        is_disabled=row.disabled_at is not None,
        contract=row.contract_status,
        trial_ends_on=row.trial_ends_on,
        today=today,
    )
    is_active = row.contract_status is ACTIVE
    return [status.value], term_on(row.contract_starts_on, today).ends_on if is_active else row.trial_ends_on


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    today=TRIAL_EDGES | AWKWARD_DAYS,
    kept=st.builds(Kept, st.none() | st.lists(st.sampled_from(AccountStatus), unique=True).map(tuple)),
    is_descending=st.booleans(),
    is_backward=st.booleans(),
)
@example(today=date(2027, 2, 28), kept=Kept(), is_descending=False, is_backward=False)
@example(today=date(2028, 2, 28), kept=Kept(), is_descending=False, is_backward=True)
@example(today=date(2028, 2, 29), kept=Kept(), is_descending=True, is_backward=False)
@example(today=date(2028, 3, 1), kept=Kept(), is_descending=True, is_backward=True)
@example(today=date(2024, 12, 31), kept=Kept(), is_descending=False, is_backward=False)
@example(today=date(1999, 12, 31), kept=Kept(), is_descending=False, is_backward=False)
async def test_the_order_of_status_ends_is_that_of_the_days_on_which_the_domain_says_that_it_ends(
    customers: Database,
    today: date,
    kept: Kept,
    is_descending: bool,  # noqa: FBT001
    is_backward: bool,  # noqa: FBT001
) -> None:
    told = [(domain_of(row, today), row.id) for row in await peek(customers, account_rows())]
    wanted = {status.value for status in AccountStatus if kept.may_be({status}) and kept.statuses != ()}
    ordered = [(ends_on, id) for ([status], ends_on), id in told if status in wanted]

    walked = [row async for row in walk(customers, kept, today, is_descending=is_descending, is_backward=is_backward)]

    assert [(row.sort_key, row.id) for row in walked] == sorted(ordered, reverse=is_descending != is_backward)


async def walk(
    database: Database, kept: Kept, today: date, *, is_descending: bool, is_backward: bool
) -> AsyncIterator[Any]:
    """Yield all accounts of the one reseller, page by page, in the order in which these are asked for."""
    [reseller] = await peek(database, sa.select(Reseller.id))
    order, cursor, has_more = AccountOrderField.STATUS_ENDS_ON, None, True
    while has_more:
        asked = AccountList(kept, order, is_descending, Page(60, is_backward, cursor))
        page = asked.page.cut(await peek(database, asked.paged([reseller.id], today)), asked.order_name)
        rows = page.rows[::-1] if is_backward else page.rows
        for row in rows:
            yield row
        has_more = page.has_previous if is_backward else page.has_next
        cursor = page.cursor(rows[-1]) if rows else None


@pytest.mark.parametrize("day", [date.min, date(2024, 2, 28), date(2024, 2, 29), date(2028, 2, 29), date.max])
@pytest.mark.parametrize("is_backward", [False, True])
async def test_any_day_is_a_place_in_the_order_of_status_ends(
    customers: Database,
    day: date,
    is_backward: bool,  # noqa: FBT001
) -> None:
    today, order = date(2027, 6, 1), AccountOrderField.STATUS_ENDS_ON
    [reseller] = await peek(customers, sa.select(Reseller.id))
    ends_on = [domain_of(row, today)[1] for row in await peek(customers, account_rows())]
    page = Page(100, is_backward, write_cursor("STATUS_ENDS_ON_ASC", day, UUID(int=0)))

    rows = await peek(customers, AccountList(Kept(), order, is_descending=False, page=page).paged([reseller.id], today))

    beyond = sorted(each for each in ends_on if (each < day if is_backward else each >= day))
    assert [row.sort_key for row in rows] == (beyond[::-1] if is_backward else beyond)[:101]


@pytest.mark.parametrize(
    ("today", "ends_on"),
    [
        ("2024-02-08", "2025-02-27"),
        ("2024-02-29", "2025-02-27"),
        ("2025-02-27", "2025-02-27"),
        ("2025-02-28", "2026-02-27"),
        ("2026-02-27", "2026-02-27"),
        ("2026-02-28", "2027-02-27"),
        ("2027-02-27", "2027-02-27"),
        ("2027-02-28", "2028-02-28"),
        ("2028-02-28", "2028-02-28"),
        ("2028-02-29", "2029-02-27"),
        ("2028-03-01", "2029-02-27"),
    ],
)
async def test_a_contract_from_a_leap_day_renews_on_the_last_of_february(
    world: World, today: str, ends_on: str
) -> None:
    account = account_with(await world.reseller(), date(2024, 2, 8))
    await store(world.database, [account], [contract_of(account, ACTIVE, date(2024, 2, 29))])

    [row] = await read(world.database, date.fromisoformat(today))

    assert row.ends_on == date.fromisoformat(ends_on)


async def test_an_account_is_one_row_whatever_contracts_it_had(world: World) -> None:
    account = account_with(await world.reseller(), date(2025, 1, 1))
    closed = [contract_of(account, CANCELED, None), contract_of(account, COMPLETED, date(2023, 1, 1))]
    await store(world.database, [account], [*closed, contract_of(account, PENDING, None)])

    rows = await peek(world.database, account_rows())

    assert [(row.id, row.contract_status, row.contract_starts_on) for row in rows] == [(account.id, PENDING, None)]


async def test_a_new_account_has_21_free_days(world: World) -> None:
    account = Account.begun(
        (await world.reseller()).id, name="A", subdomain="aaa", support_type=HUNTRESS, on=date(2024, 2, 9), at=AT
    )

    assert (account.trial_starts_on, account.trial_ends_on) == (date(2024, 2, 9), date(2024, 2, 29))
    assert (account.created_at, account.updated_at, account.disabled_at) == (AT, AT, None)


async def test_a_scope_sees_its_resellers_accounts_and_those_it_belongs_to_and_no_other(world: World) -> None:
    northwind, contoso = await world.reseller("Northwind"), await world.reseller("Contoso")
    mine, other = await world.account(northwind), await world.account(northwind)
    foreign = await world.account(contoso)
    scopes = {
        "nobody": Scope(),
        "reseller": Scope(resellers=frozenset({northwind.id})),
        "account": Scope(accounts={mine.id: northwind.id}),
        "both": Scope(resellers=frozenset({contoso.id}), accounts={mine.id: northwind.id}),
        "a foreign account by a wrong reseller": Scope(accounts={foreign.id: northwind.id}),
        "organization": Scope(organizations={uuid7(): northwind.id}),
    }

    seen = {
        name: {row.id for row in await peek(world.database, account_rows().where(Account.visible_to(scope)))}
        for name, scope in scopes.items()
    }

    assert seen == {
        "nobody": set(),
        "reseller": {mine.id, other.id},
        "account": {mine.id},
        "both": {mine.id, foreign.id},
        "a foreign account by a wrong reseller": set(),
        "organization": set(),
    }
