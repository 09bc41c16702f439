"""Loaders: one statement for many keys, in the order of the keys, and nothing from outside the scope."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from domain.lifecycle import AccountStatus
from models import Account, Organization, Reseller, Subscription, ids
from models.account_lists import AccountList, AccountOrderField, Kept
from models.database import Database, Snapshot
from models.loaders import Loaders
from models.loading import Batch
from models.organization_lists import OrganizationList
from models.organizations import OwningAccount
from models.paging import Page
from models.scopes import Scope
from models.walls import EVERYTHING
from tests.world import PARTNER, World, gid

Statements = Callable[[], AbstractContextManager[list[str]]]
FIRST_TWO = Page(2, is_backward=False, cursor=None)


class Northwind:
    """A reseller with three accounts, each with a contract and organizations, beside a stranger's."""

    reseller: Reseller
    accounts: list[Account]
    contracts: list[Subscription]
    organizations: list[Organization]
    foreign: Account

    @classmethod
    async def made(cls, world: World) -> "Northwind":
        made = cls()
        made.reseller = await world.reseller("Northwind")
        made.accounts = [await world.account(made.reseller) for _ in range(3)]
        made.contracts = [await world.contract(account) for account in made.accounts]
        made.organizations = [
            await world.organization(account, name)
            for account, names in zip(made.accounts, ["cab", "a", ""], strict=True)
            for name in names
        ]
        made.foreign = await world.account(await world.reseller("Contoso"))
        return made

    @property
    def scope(self) -> Scope:
        return Scope(resellers=frozenset({self.reseller.id}))

    @property
    def keys(self) -> list[tuple[UUID, UUID]]:
        return [(account.reseller_id, account.id) for account in self.accounts]


@pytest.fixture
async def northwind(world: World) -> Northwind:
    return await Northwind.made(world)


@pytest.fixture
async def snapshot(database: Database) -> AsyncIterator[Snapshot]:
    opened = database.snapshot(EVERYTHING)
    yield opened
    await opened.close()


async def ids_of(loading: Any) -> list[UUID | None]:
    return [row and row.id for row in await loading]


@pytest.mark.parametrize("name", ["resellers", "accounts", "organizations", "subscriptions"])
async def test_many_rows_are_one_statement_in_the_order_of_their_keys(
    northwind: Northwind, snapshot: Snapshot, statements: Statements, name: str
) -> None:
    wanted: dict[str, list[Any]] = {
        "resellers": [northwind.reseller],
        "accounts": northwind.accounts,
        "organizations": northwind.organizations,
        "subscriptions": northwind.contracts,
    }
    entities = wanted[name][::-1]
    keys = [each.id for each in entities]
    loader = getattr(Loaders(snapshot, northwind.scope), name)

    with statements() as seen:
        found = await ids_of(asyncio.gather(*(loader.load(key) for key in [uuid7(), *keys])))

    assert found == [None, *(each.id for each in entities)]
    assert len(seen) == 1


async def test_open_contracts_are_one_statement_in_the_order_of_their_accounts(
    northwind: Northwind, snapshot: Snapshot, statements: Statements
) -> None:
    contracts = northwind.contracts[::-1]
    keys = [(contract.reseller_id, contract.account_id) for contract in contracts]
    strangers = [(northwind.reseller.id, uuid7()), (northwind.foreign.reseller_id, contracts[0].account_id)]

    with statements() as seen:
        found = await ids_of(Loaders(snapshot, northwind.scope).open_subscriptions.load_many([*strangers, *keys]))

    assert found == [None, None, *(contract.id for contract in contracts)]
    assert len(seen) == 1


async def test_what_was_read_once_is_not_read_again(
    northwind: Northwind, snapshot: Snapshot, statements: Statements
) -> None:
    loaders = Loaders(snapshot, northwind.scope)
    await loaders.accounts.load_many([account.id for account in northwind.accounts])

    with statements() as seen:
        found = await ids_of(loaders.accounts.load_many([account.id for account in northwind.accounts]))

    assert (found, seen) == ([account.id for account in northwind.accounts], [])


async def test_a_foreign_id_leads_to_nothing(northwind: Northwind, world: World, snapshot: Snapshot) -> None:
    foreign = northwind.foreign
    contract, organization = await world.contract(foreign), await world.organization(foreign)
    loaders = Loaders(snapshot, northwind.scope)

    found = [
        await loaders.resellers.load(foreign.reseller_id),
        await loaders.accounts.load(foreign.id),
        await loaders.organizations.load(organization.id),
        await loaders.subscriptions.load(contract.id),
        await loaders.open_subscriptions.load((foreign.reseller_id, foreign.id)),
        *[await loaders.behind(gid(each)) for each in (foreign, contract, organization)],
        await loaders.behind(ids.encode("resl", foreign.reseller_id)),
    ]

    assert found == [None] * 9


async def test_every_id_leads_to_the_account_behind_it(northwind: Northwind, snapshot: Snapshot) -> None:
    account, loaders = northwind.accounts[0], Loaders(snapshot, northwind.scope)

    behind = [
        await loaders.behind(gid(each))
        for each in (northwind.reseller, account, northwind.contracts[0], northwind.organizations[0])
    ]

    assert [row.id for row in behind if row is not None] == [northwind.reseller.id, account.id, account.id, account.id]
    assert behind[3] == OwningAccount(account.reseller_id, account.id, PARTNER, None)


@pytest.mark.parametrize("id", ["", "acct_", "plan_01h455vb4pex5vsknk084sn02q", "01h455vb4pex5vsknk084sn02q", "\0"])
async def test_no_account_is_behind_another_text(
    northwind: Northwind, snapshot: Snapshot, statements: Statements, id: str
) -> None:
    with statements() as seen:
        behind = await Loaders(snapshot, northwind.scope).behind(id)

    assert (behind, seen) == (None, [])


async def test_the_first_organizations_of_many_accounts_are_one_statement(
    northwind: Northwind, snapshot: Snapshot, statements: Statements
) -> None:
    loader = Loaders(snapshot, northwind.scope).organizations_of(OrganizationList(FIRST_TWO))

    with statements() as seen:
        pages = await loader.load_many(northwind.keys)

    assert [[row.name for row in page.rows] for page in pages] == [["a", "b"], ["a"], []]
    assert [page.has_next for page in pages] == [True, False, False]
    assert len(seen) == 1


async def test_the_next_organizations_go_on_after_the_cursor(northwind: Northwind, snapshot: Snapshot) -> None:
    loaders = Loaders(snapshot, northwind.scope)
    first = await loaders.organizations_of(OrganizationList(FIRST_TWO)).load(northwind.keys[0])

    after = OrganizationList(Page(2, is_backward=False, cursor=first.end_cursor))
    second = await loaders.organizations_of(after).load(northwind.keys[0])

    assert [row.name for row in second.rows] == ["c"]
    assert (second.has_previous, second.has_next) == (True, False)


async def test_organizations_of_many_accounts_are_counted_in_one_statement(
    northwind: Northwind, snapshot: Snapshot, statements: Statements
) -> None:
    loader = Loaders(snapshot, northwind.scope).organization_counts

    with statements() as seen:
        counts = await loader.load_many(northwind.keys)

    assert (counts, len(seen)) == ([3, 1, 0], 1)


@pytest.mark.parametrize("order", AccountOrderField)
@pytest.mark.parametrize("search", ["", "c"], ids=["all", "found"])
async def test_contracts_that_a_list_of_accounts_carries_are_as_if_they_were_asked_for(
    northwind: Northwind,
    world: World,
    snapshot: Snapshot,
    statements: Statements,
    order: AccountOrderField,
    search: str,
) -> None:
    bare, here = await world.account(northwind.reseller), (northwind.reseller.id, date(2025, 1, 1))
    keys = [*northwind.keys, (bare.reseller_id, bare.id)]
    asked = await Loaders(snapshot, northwind.scope).open_subscriptions.load_many(keys)
    page = Page(4, is_backward=False, cursor=None)
    carrying = AccountList(Kept(search=search), order, is_descending=False, page=page, carries_contracts=True)

    loaders = Loaders(snapshot, northwind.scope)
    listed = await loaders.accounts_of(carrying).load(here)
    with statements() as seen:
        carried = await loaders.contracts_of(listed.rows)

    found = {row.id: contract and contract._asdict() for row, contract in zip(listed.rows, carried, strict=True)}
    wanted = [row and {name: value for name, value in row._asdict().items() if name != "number"} for row in asked]
    assert (seen, found) == ([], dict(zip((id for _, id in keys), wanted, strict=True)))


@pytest.mark.parametrize("order", AccountOrderField)
@pytest.mark.parametrize(
    "kept",
    [Kept(), Kept(search="c"), Kept(statuses=(AccountStatus.TRIALING,)), Kept(statuses=(AccountStatus.DISABLED,))],
    ids=["all", "found", "on-trial", "none"],
)
async def test_the_number_that_a_list_of_accounts_carries_is_as_if_it_were_asked_for(
    northwind: Northwind, world: World, snapshot: Snapshot, statements: Statements, order: AccountOrderField, kept: Kept
) -> None:
    today, other = date(2025, 1, 1), await world.reseller("Fabrikam")
    keys = [(northwind.reseller.id, today), (northwind.foreign.reseller_id, today), (other.id, today)]
    scope = Scope(resellers=frozenset(reseller for reseller, _ in keys))
    asked = await Loaders(snapshot, scope).account_counts(kept).load_many(keys)
    carrying = AccountList(kept, order, is_descending=False, page=FIRST_TWO, carries_number=True)

    loaders = Loaders(snapshot, scope)
    pages = await loaders.accounts_of(carrying).load_many(keys)
    known = [key for key, page in zip(keys, pages, strict=True) if page.rows]
    with statements() as seen:
        await loaders.account_counts(kept).load_many(known)
    carried = await loaders.account_counts(kept).load_many(keys)

    assert (seen, carried) == ([], asked)
    assert [len(page.rows) for page in pages] == [min(number, 2) for number in asked]


async def test_plans_of_any_price_book_are_one_statement(
    northwind: Northwind, snapshot: Snapshot, statements: Statements
) -> None:
    loader = Loaders(snapshot, northwind.scope).plans

    with statements() as seen:
        rows = await loader.load_many([northwind.contracts[0].plan_id, uuid7()])

    assert [row and row.name for row in rows] == ["P10", None]
    assert len(seen) == 1


async def test_a_plan_is_read_once_and_one_that_was_not_there_again(
    northwind: Northwind, world: World, statements: Statements
) -> None:
    ids = [northwind.contracts[0].plan_id, uuid7()]
    numbers = []
    for asked in (ids, ids[:1], ids):
        async with world.database.snapshot(EVERYTHING) as moment:
            with statements() as seen:
                found = await Loaders(moment, northwind.scope).plans.load_many(asked)
        numbers.append((len(seen), [row and row.name for row in found]))

    assert numbers == [(1, ["P10", None]), (0, ["P10"]), (1, ["P10", None])]


async def test_a_price_list_is_that_of_its_day(northwind: Northwind, world: World, snapshot: Snapshot) -> None:
    row = '[{name = "All", min_systems = 1, cost_per_system = "1.00"}]'
    await world.load_prices(
        f'currency = "USD"\neffective_on = 2025-03-01\nhuntress_supported = {row}\npartner_supported = {row}\n'
    )
    days = [date(2019, 12, 31), date(2025, 2, 28), date(2025, 3, 1)]

    lists = await Loaders(snapshot, Scope()).price_lists.load_many([("USD", day) for day in days])

    assert [[plan.cost_per_system for plan in plans] for plans in lists] == [
        [],
        [Decimal(cost) for cost in (5, 4, 3, "3.5", "2.5")],
        [Decimal(1), Decimal(1)],
    ]


async def test_the_terms_are_one_statement_whoever_asks(
    northwind: Northwind, world: World, snapshot: Snapshot, statements: Statements
) -> None:
    loader = Loaders(snapshot, Scope()).terms

    with statements() as seen:
        rows = await loader.load_many(["one", "another"])

    assert [tuple(row) for row in rows if row is not None] == [("t1", "Be kind.")] * 2
    assert len(seen) == 1


async def test_acceptances_are_those_of_one_person(northwind: Northwind, world: World, snapshot: Snapshot) -> None:
    ada, ben = await world.person(), await world.person()
    await world.accept(ada, northwind.reseller)

    found = await Loaders(snapshot, Scope()).acceptances.load_many([(ben.id, "t1"), (ada.id, "t1"), (ada.id, "t2")])

    assert [[row.reseller_id for row in rows] for rows in found] == [[], [northwind.reseller.id], []]


async def test_all_loaders_read_one_moment(northwind: Northwind, world: World, snapshot: Snapshot) -> None:
    loaders = Loaders(snapshot, northwind.scope)
    await loaders.resellers.load(northwind.reseller.id)

    added = await world.account(northwind.reseller)

    assert await loaders.accounts.load(added.id) is None


class Doubling:
    """Reads the double of each key, when it may."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.is_asked, self.may_answer = asyncio.Event(), asyncio.Event()

    async def read(self, keys: list[int]) -> list[int]:
        self.asked.append(keys)
        self.is_asked.set()
        await self.may_answer.wait()
        return [2 * key for key in keys]


async def test_whoever_waits_no_longer_takes_nothing_from_who_waits_for_the_same() -> None:
    doubling = Doubling()
    loader = Batch(doubling.read)
    first, second, other = (asyncio.ensure_future(loader.load(key)) for key in (1, 1, 2))
    await doubling.is_asked.wait()
    first.cancel()
    doubling.may_answer.set()

    assert (await second, await other, await loader.load(1)) == (2, 4, 2)
    assert doubling.asked == [[1, 2]]


async def test_what_is_being_read_is_not_read_again_for_who_comes_later() -> None:
    doubling = Doubling()
    loader = Batch(doubling.read)
    first = asyncio.ensure_future(loader.load_many([1, 2]))
    await doubling.is_asked.wait()
    second = asyncio.ensure_future(loader.load_many([2, 3, 2]))
    doubling.may_answer.set()

    assert (await first, await second) == ([2, 4], [4, 6, 4])
    assert doubling.asked == [[1, 2], [3]]


async def test_what_fails_fails_for_all_who_wait_for_it() -> None:
    async def failing(keys: list[int]) -> list[int]:
        raise LookupError(keys)

    loader = Batch(failing)
    waiting = [loader.load(1), loader.load(1), loader.load(2)]

    failed = await asyncio.gather(*waiting, return_exceptions=True)
    assert [repr(each) for each in failed] == ["LookupError([1, 2])"] * 3
