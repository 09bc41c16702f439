"""Prepared statements: built once, answered as SQLAlchemy would answer them, and failing alike."""

import gc
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from uuid_utils.compat import uuid7

from domain.lifecycle import AccountStatus
from models.account_lists import AccountList, AccountOrderField, Kept
from models.accounts import Account, account_rows, accounts_among
from models.base import among, pairs
from models.database import Database
from models.paging import Page, write_cursor
from models.prepared import Ids, Question, prepared, unnamed
from models.resellers import Reseller
from models.scopes import Scope
from models.walls import EVERYTHING
from tests.world import World

FIRST = Page(25, is_backward=False, cursor=None)


async def test_the_rows_are_those_of_sqlalchemy(world: World) -> None:
    reseller = await world.reseller()
    account, _ = await world.account(reseller), await world.account(await world.reseller("Contoso"))
    await world.contract(account)
    scope, ids = Scope(frozenset({reseller.id})), [account.id]
    async with world.database.snapshot([reseller.id]) as snapshot:
        wanted = await snapshot.fetch(account_rows().where(Account.visible_to(scope), among(Account.id, ids)))
        got = await snapshot.fetch(accounts_among(scope, ids))

    assert [row._asdict() for row in got] == [dict(row._mapping) for row in wanted]
    assert [row.id for row in got] == [account.id]


async def test_a_statement_is_built_once() -> None:
    built = []

    @prepared
    def one(number: int) -> sa.Select[*tuple[object, ...]]:
        built.append(number)
        return sa.select((number + sa.literal(1)).label("next"))

    first, second = one(1), one(2)

    assert (first.sql, len(built)) == (second.sql, 1)
    assert (first.values, second.values) == ([1, 1], [2, 1])


async def test_any_number_of_ids_makes_the_same_statement() -> None:
    none, some = (
        accounts_among(Scope(), []),
        accounts_among(Scope(frozenset({UUID(int=1)})), {UUID(int=2), UUID(int=3)}),
    )

    assert none.sql == some.sql


async def test_what_changes_rows_is_prepared_as_well(world: World) -> None:
    @prepared
    def renamed(id: UUID, name: str) -> sa.Update:
        return sa.update(Reseller).where(Reseller.id == id).values(name=name)

    reseller = await world.reseller()
    async with world.database.transaction({reseller.id}) as transaction:
        rows = await transaction.fetch(renamed(reseller.id, "Renamed"))

    async with world.database.snapshot(EVERYTHING) as snapshot:
        assert (rows, await snapshot.fetch(sa.select(Reseller.name))) == ([], [("Renamed",)])


@pytest.mark.parametrize("field", AccountOrderField)
@pytest.mark.parametrize("statuses", [None, tuple(AccountStatus)])
def test_every_list_without_a_cursor_is_prepared_for_any_day(
    field: AccountOrderField, statuses: tuple[AccountStatus, ...] | None
) -> None:
    asked = AccountList(Kept(statuses), field, is_descending=False, page=FIRST)
    today, tomorrow = (asked.paged([UUID(int=1)], day) for day in (date(2024, 2, 29), date(2025, 3, 1)))

    assert today.sql == tomorrow.sql  # type: ignore[union-attr] # prepared


PLACES = {
    AccountOrderField.NAME: ("a", "b"),
    AccountOrderField.CREATED_AT: (datetime(2024, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)),
    AccountOrderField.STATUS_ENDS_ON: (date(2024, 2, 29), date(2025, 1, 1)),
}


@pytest.mark.parametrize("search", [("", ""), ("northwind", "100 %")], ids=["all", "found"])
@pytest.mark.parametrize("field", AccountOrderField)
def test_pages_from_different_places_and_of_different_searches_are_of_one_form(
    field: AccountOrderField, search: tuple[str, str]
) -> None:
    cursors = [write_cursor(f"{field.value}_ASC", place, UUID(int=1)) for place in PLACES[field]]
    one, other = [
        AccountList(Kept(search=text), field, is_descending=False, page=Page(25, is_backward=False, cursor=cursor))
        for cursor, text in zip(cursors, search, strict=True)
    ]

    this, that = (each.paged([UUID(int=1)], date(2025, 1, 1)) for each in (one, other))

    assert isinstance(this, Question)
    assert isinstance(that, Question)
    # How rows are read is made with the form.
    assert (this.sql, this.read) == (that.sql, that.read)
    assert this.values != that.values


@pytest.mark.parametrize("search", ["", "northwind"])
@pytest.mark.parametrize("field", AccountOrderField)
async def test_a_list_does_not_carry_what_nobody_reads(world: World, field: AccountOrderField, search: str) -> None:
    account = await world.account(await world.reseller(), "Northwind")
    asked = AccountList(Kept(search=search), field, is_descending=False, page=FIRST)
    unread = replace(asked, unread=frozenset({"created_at", "trial_starts_on"}))

    async with world.database.snapshot(EVERYTHING) as snapshot:
        (whole,), (row,) = [
            await snapshot.fetch(each.paged([account.reseller_id], date(2025, 1, 1))) for each in (asked, unread)
        ]

    kept = {name: value for name, value in whole._asdict().items() if name not in unread.unread}
    assert (row._asdict(), len(kept)) == (kept, len(whole) - 2)


async def test_what_postgresql_refuses_is_raised_as_ever(world: World) -> None:
    @prepared
    def impossible(number: int) -> sa.Select[*tuple[object, ...]]:
        return sa.select((number / sa.literal(0)).label("quotient"))

    async with world.database.snapshot(EVERYTHING) as snapshot:
        with pytest.raises(DBAPIError) as caught:
            await snapshot.fetch(impossible(1))

    assert caught.value.orig.sqlstate == "22012"  # type: ignore[union-attr] # asyncpg's
    assert await world.database.fetch(sa.select(sa.literal(1))) == [(1,)]


async def test_a_connection_that_breaks_is_used_no_more(database: Database) -> None:
    @prepared
    def ending(times: int) -> sa.Select[*tuple[object, ...]]:
        return sa.select(sa.func.pg_terminate_backend(sa.func.pg_backend_pid()), sa.literal(1) + times)

    async with database.snapshot() as snapshot:
        with pytest.raises(DBAPIError) as caught:
            await snapshot.fetch(ending(1))

    assert caught.value.connection_invalidated
    assert await database.fetch(sa.select(sa.literal(1))) == [(1,)]


@prepared
def counted(ids: Ids) -> sa.Select[*tuple[object, ...]]:
    return sa.select(sa.func.cardinality(ids).label("number"))


async def test_ids_may_be_none_at_all(database: Database) -> None:
    async with database.snapshot() as snapshot:
        rows = await snapshot.fetch(counted([]))

    assert [row.number for row in rows] == [0]


@prepared
def numbered(tenants: Ids, ids: Ids) -> sa.Select[*tuple[object, ...]]:
    return sa.select(pairs(tenants, ids))


@pytest.mark.parametrize("number", [0, 1, 300])
async def test_pairs_of_ids_come_back_with_their_number(database: Database, number: int) -> None:
    tenants, ids = [UUID(int=1)] * number, [uuid7() for _ in range(number)]

    async with database.snapshot() as snapshot:
        rows = await snapshot.fetch(numbered(tenants, ids))

    assert list(map(tuple, rows)) == list(zip(tenants, ids, range(1, number + 1), strict=True))


async def test_what_the_driver_has_read_is_let_go_of_before_its_reader_waits_again(database: Database) -> None:
    @unnamed
    def numbers(most: int) -> sa.Select[*tuple[object, ...]]:
        return sa.select(sa.func.generate_series(1, most).label("let_go_of"))

    def records() -> list[Any]:
        alive = (each for each in gc.get_objects() if isinstance(each, asyncpg.Record))
        return [each for each in alive if "let_go_of" in each.keys()]  # noqa: SIM118 # a record contains its values

    async with database.snapshot() as snapshot:
        rows = await snapshot.fetch(numbers(3))
        assert [number for (number,) in rows] == [1, 2, 3]
        del rows
        assert records() == []
