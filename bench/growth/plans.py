"""How PostgreSQL reads each order, search and count of a reseller's accounts, told by EXPLAIN (ANALYZE, BUFFERS)."""
# ruff: noqa: T201 # a benchmark speaks

from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

from bench.growth.worlds import NOW, Loaded, uid
from domain.catalog import SupportType
from domain.lifecycle import AccountStatus
from models.account_lists import AccountList, AccountOrderField, Kept
from models.asking import Asked
from models.connections import Patience
from models.database import Database
from models.organization_lists import OrganizationList
from models.paging import Page, write_cursor
from models.scopes import Scope
from tests.models.plans import Plan, planned

TODAY = NOW.astimezone(UTC).date()
RESELLER = uid(1, 1)
# About the middle of each order.
PLACES: dict[AccountOrderField, Any] = {
    AccountOrderField.NAME: "initech legal 5",
    AccountOrderField.CREATED_AT: datetime(NOW.year, NOW.month, 1, tzinfo=UTC) - timedelta(days=231),
    AccountOrderField.STATUS_ENDS_ON: TODAY - timedelta(days=90),
}
FILTERS = {
    "search, one in 80": Kept(search="initech legal"),
    "search, nobody": Kept(search="nobody"),
    "TRIAL_EXPIRED": Kept(statuses=(AccountStatus.TRIAL_EXPIRED,)),
    "HUNTRESS_SUPPORTED, nobody": Kept(support_type=SupportType.HUNTRESS_SUPPORTED),
}
ALL = Kept()
# Whole sorts of a million take longer than a request may.
PATIENT = Patience(statement=120)


async def plans(*worlds: Loaded) -> None:
    """Print a table with the worlds side by side."""
    print("| list |" + " read by | rows, pages, ms |" * len(worlds))
    print("|---|" + "---|--:|" * len(worlds))
    databases = [Database(each.database.application_url, pool_size=1, patience=PATIENT) for each in worlds]
    for label, asked in {**pages(), **counts(), **organizations()}.items():
        told = [await _told(database, asked) for database in databases]
        print(f"| {label} | {' | '.join(f'{_way(each)} | {_figures(each)}' for each in told)} |", flush=True)
    for database in databases:
        await database.close()


def pages() -> dict[str, Asked]:
    """Return a page of 100 in each order, both ways, from the end and from the middle; and of each filter by name."""
    found = {}
    for order, is_backward, has_cursor in product(AccountOrderField, (False, True), (False, True)):
        label = f"{order.value}, {'last' if is_backward else 'first'} 100{' from the middle' if has_cursor else ''}"
        found[label] = _page(order, ALL, is_backward=is_backward, has_cursor=has_cursor)
    for label, kept in FILTERS.items():
        found[f"NAME, {label}"] = _page(AccountOrderField.NAME, kept, is_backward=False, has_cursor=False)
    return found


def counts() -> dict[str, Asked]:
    """Return totalCount of all, and of each filter."""
    return {f"count, {label}": kept.counted([RESELLER], TODAY) for label, kept in {"all": ALL, **FILTERS}.items()}


def organizations() -> dict[str, Asked]:
    """Return the first three organizations of 100 accounts."""
    accounts = [uid(2, number) for number in range(1, 101)]
    page = Page(3, is_backward=False, cursor=None)
    return {
        "organizations of 100": OrganizationList(page).paged(Scope(frozenset({RESELLER})), [RESELLER] * 100, accounts)
    }


def _page(order: AccountOrderField, kept: Kept, *, is_backward: bool, has_cursor: bool) -> Asked:
    cursor = write_cursor(f"{order.value}_ASC", _place(order), uid(2, 1)) if has_cursor else None
    return AccountList(kept, order, is_descending=False, page=Page(100, is_backward, cursor)).paged([RESELLER], TODAY)


def _place(order: AccountOrderField) -> str | date | datetime:
    place: str | date | datetime = PLACES[order]
    return place


async def _told(database: Database, asked: Asked) -> Plan:
    """Return the plan of the second run: the first one fills the cache."""
    await planned(database, asked, {RESELLER}, is_generic=False)
    return await planned(database, asked, {RESELLER}, is_generic=False)


def _way(plan: Plan) -> str:
    scan = next(each for each in plan.scans if each.table in {"accounts", "organizations"})
    # With one reseller its table is one page.
    whole = [each for each in plan.reads_whole if each != "resellers"]
    place = ", from its place" if "ROW(" in scan.asked else ""
    alone = ", alone" if scan.kind == "Index Only Scan" else ""
    return f"{scan.index or scan.kind}{alone}{place}" + (f" (from end to end: {', '.join(whole)})" if whole else "")


def _figures(plan: Plan) -> str:
    rows = sum(each.rows for each in plan.scans if each.table in {"accounts", "organizations"})
    return f"{rows:,}, {plan.pages:,}, {plan.milliseconds:.1f}"
