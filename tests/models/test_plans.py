"""How the lists are read, as the application's own role behind the walls, in tables that give PostgreSQL a choice.

A page looks at the rows that it shows, and the one more that tells whether another follows, whatever lies before it.
"""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domain.catalog import SupportType
from domain.lifecycle import AccountStatus
from models.account_lists import AccountList, AccountOrderField, Kept
from models.asking import Asked
from models.database import Database
from models.organization_lists import OrganizationList
from models.paging import Page, write_cursor
from models.prepared import Question
from models.scopes import Scope
from models.walls import EVERYTHING, scoped
from tests.models.plans import planned

CROWD = (Path(__file__).parent / "crowd.sql").read_text()
TODAY = date(2025, 6, 1)
# The first of each has this many accounts, organizations.
RESELLER, ACCOUNT, OWN = UUID(int=1), UUID(int=1_001), 1_000
# Those of its accounts whose trial was over on that day are under contract.
OVER = 358
PAGE = 25
NAMES, CREATED = "accounts_by_name_idx", "accounts_by_creation_idx"
KEYS: dict[AccountOrderField, tuple[str, str, Any]] = {
    AccountOrderField.NAME: (NAMES, "lower_name", "customer 15000"),
    AccountOrderField.CREATED_AT: (CREATED, "created_at", datetime(2025, 1, 1, 4, tzinfo=UTC)),
}
both_ways = pytest.mark.parametrize("is_backward", [False, True], ids=["forwards", "backwards"])
either_direction = pytest.mark.parametrize("is_descending", [False, True], ids=["ascending", "descending"])
any_plan = pytest.mark.parametrize("is_generic", [False, True], ids=["these-values", "any-values"])


@pytest.fixture(scope="module")
async def crowded(shared_database: Database, owners_database: Database) -> AsyncIterator[Database]:
    """The database with many in it, and PostgreSQL's own figures about them."""
    async with owners_database.engine.connect() as connection:
        raw = await connection.get_raw_connection()
        run = raw.driver_connection.execute  # type: ignore[union-attr] # asyncpg's connection
        for statement in ("BEGIN", scoped(EVERYTHING), *CROWD.strip(";\n").split(";\n"), "COMMIT", "VACUUM (ANALYZE)"):
            await run(statement, timeout=60)
        yield shared_database
        await run("TRUNCATE resellers, price_books CASCADE", timeout=60)
        await run("ANALYZE", timeout=60)


def listed(
    order: AccountOrderField,
    kept: Kept = Kept(),  # noqa: B008 # it is frozen
    *,
    is_descending: bool,
    is_backward: bool,
    after: Any = None,
) -> Asked:
    name = f"{order.value}_{'DESC' if is_descending else 'ASC'}"
    cursor = None if after is None else write_cursor(name, after, ACCOUNT)
    return AccountList(kept, order, is_descending, Page(PAGE, is_backward, cursor)).paged([RESELLER], TODAY)


@any_plan
@both_ways
@either_direction
@pytest.mark.parametrize("has_cursor", [False, True], ids=["from-the-end", "beyond-a-cursor"])
@pytest.mark.parametrize("order", KEYS, ids=lambda each: each.value)
async def test_a_page_of_accounts_is_read_from_its_place_in_the_index_and_no_further(
    crowded: Database,
    order: AccountOrderField,
    has_cursor: bool,  # noqa: FBT001 # a row of the table
    is_descending: bool,  # noqa: FBT001
    is_backward: bool,  # noqa: FBT001
    is_generic: bool,  # noqa: FBT001
) -> None:
    index, column, key = KEYS[order]
    after = key if has_cursor else None

    asked = listed(order, is_descending=is_descending, is_backward=is_backward, after=after)
    plan = await planned(crowded, asked, {RESELLER}, is_generic=is_generic)

    scan = plan.of("accounts")
    assert (scan.index, scan.rows, plan.reads_whole) == (index, PAGE + 1, [])
    assert (f"ROW({column}, id)" in scan.asked) is has_cursor


@any_plan
@pytest.mark.parametrize(
    ("after", "is_backward"),
    [(None, False), (TODAY, False), (date(2025, 9, 1), True), (None, True)],
    ids=["from-the-start", "beyond-today", "before-autumn", "from-the-end"],
)
async def test_a_page_by_status_ends_is_read_from_its_places_and_no_further(
    crowded: Database,
    after: date | None,
    is_backward: bool,  # noqa: FBT001
    is_generic: bool,  # noqa: FBT001
) -> None:
    asked = listed(AccountOrderField.STATUS_ENDS_ON, is_descending=False, is_backward=is_backward, after=after)
    plan = await planned(crowded, asked, {RESELLER}, is_generic=is_generic)

    scans = [each for each in plan.scans if each.table in {"accounts", "subscriptions"}]
    places = {each.index for each in scans if each.index not in {"accounts_pkey", "subscriptions_one_open"}}
    assert plan.reads_whole == []
    assert places == {"accounts_by_trial_idx", "subscriptions_by_anniversary_idx", "subscriptions_by_start_idx"}
    assert max(each.rows for each in scans) == PAGE + 1


@both_ways
@pytest.mark.parametrize("has_cursor", [False, True], ids=["from-the-end", "beyond-a-cursor"])
@pytest.mark.parametrize("order", AccountOrderField, ids=lambda each: each.value)
async def test_a_search_looks_at_the_resellers_accounts_at_most_and_at_nobody_elses(
    crowded: Database,
    order: AccountOrderField,
    has_cursor: bool,  # noqa: FBT001
    is_backward: bool,  # noqa: FBT001
) -> None:
    places = {each: key for each, (_, _, key) in KEYS.items()} | {AccountOrderField.STATUS_ENDS_ON: TODAY}
    after = places[order] if has_cursor else None

    asked = listed(order, Kept(search="nobody"), is_descending=False, is_backward=is_backward, after=after)
    plan = await planned(crowded, asked, {RESELLER}, is_generic=False)

    looked, shown = [each for each in plan.scans if each.table == "accounts"]
    assert plan.reads_whole == []
    assert (looked.rows <= OWN, shown.rows) == (True, 0)
    # The index by name has all that a search by name looks at.
    assert order is not AccountOrderField.NAME or looked.kind == "Index Only Scan"
    if has_cursor and order in KEYS:
        assert f"ROW({KEYS[order][1]}, id)" in looked.asked


@any_plan
@pytest.mark.parametrize(
    ("kept", "tables", "looked_at"),
    [
        (Kept(), {"accounts"}, OWN),
        (Kept(search="customer 1"), {"accounts"}, OWN),
        (Kept(support_type=SupportType.PARTNER_SUPPORTED), {"accounts"}, OWN),
        # Those under contract are not looked at.
        (Kept(statuses=(AccountStatus.TRIALING,)), {"accounts", "subscriptions"}, OWN - OVER),
    ],
    ids=["all", "search", "support-type", "status"],
)
async def test_counting_looks_at_each_account_of_the_reseller_once_and_at_no_table_that_is_not_asked(
    crowded: Database,
    kept: Kept,
    tables: set[str],
    looked_at: int,
    is_generic: bool,  # noqa: FBT001
) -> None:
    plan = await planned(crowded, kept.counted([RESELLER], TODAY), {RESELLER}, is_generic=is_generic)

    assert (plan.of("accounts").rows, plan.reads_whole) == (looked_at, [])
    assert {scan.table for scan in plan.scans} == tables


@any_plan
@pytest.mark.parametrize("order", AccountOrderField, ids=lambda each: each.value)
async def test_a_count_beside_a_page_is_worked_out_once_and_makes_the_page_no_longer(
    crowded: Database,
    order: AccountOrderField,
    is_generic: bool,  # noqa: FBT001
) -> None:
    page = Page(PAGE, is_backward=False, cursor=None)
    carrying = AccountList(Kept(), order, False, page, carries_contracts=True, carries_number=True)  # noqa: FBT003
    plan = await planned(crowded, carrying.paged([RESELLER], TODAY), {RESELLER}, is_generic=is_generic)

    counted, *shown = sorted((scan.rows for scan in plan.scans if scan.table == "accounts"), reverse=True)
    assert (counted, plan.reads_whole) == (OWN, [])
    assert max(shown) == PAGE + 1


@any_plan
@both_ways
@pytest.mark.parametrize("after", [None, "part 15000"], ids=["from-the-end", "beyond-a-cursor"])
async def test_a_page_of_organizations_is_read_from_its_place_in_the_index_and_no_further(
    crowded: Database,
    after: str | None,
    is_backward: bool,  # noqa: FBT001
    is_generic: bool,  # noqa: FBT001
) -> None:
    page = Page(PAGE, is_backward, None if after is None else write_cursor("NAME", after, ACCOUNT))

    asked = OrganizationList(page).paged(Scope(frozenset({RESELLER})), [RESELLER], [ACCOUNT])
    plan = await planned(crowded, asked, {RESELLER}, is_generic=is_generic)

    scan = plan.of("organizations")
    assert (scan.index, scan.rows, plan.reads_whole) == ("organizations_by_name_idx", PAGE + 1, [])
    assert ("ROW(lower_name, id)" in scan.asked) is (after is not None)


@pytest.mark.parametrize(
    ("order", "kept", "needs_own_plan"),
    [
        (AccountOrderField.NAME, Kept(), False),
        (AccountOrderField.CREATED_AT, Kept(), False),
        (AccountOrderField.STATUS_ENDS_ON, Kept(), False),
        (AccountOrderField.NAME, Kept(search="nobody"), True),
        (AccountOrderField.NAME, Kept(support_type=SupportType.HUNTRESS_SUPPORTED), True),
        (AccountOrderField.NAME, Kept(statuses=(AccountStatus.DISABLED,)), True),
    ],
)
def test_only_a_list_that_may_look_at_many_accounts_to_find_few_is_planned_for_its_values(
    order: AccountOrderField,
    kept: Kept,
    needs_own_plan: bool,  # noqa: FBT001
) -> None:
    page, count = listed(order, kept, is_descending=False, is_backward=False), kept.counted([RESELLER], TODAY)

    assert isinstance(page, Question)
    assert isinstance(count, Question)
    assert (page.needs_own_plan, count.needs_own_plan) == (needs_own_plan, kept != Kept())
