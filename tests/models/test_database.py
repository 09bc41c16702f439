"""The two ways to the database: a snapshot is one moment that changes nothing, a transaction is all or nothing."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, InvalidRequestError
from uuid_utils.compat import uuid7

from models import Reseller
from models.database import Database, Snapshot
from models.prepared import Question
from models.walls import EVERYTHING
from tests.peeking import peek
from tests.world import World

NAMES = sa.select(Reseller.name).order_by(Reseller.name)


@pytest.fixture
async def snapshot(database: Database) -> AsyncIterator[Snapshot]:
    """A moment, closed whatever happens: what it holds would keep the database from being emptied."""
    opened = database.snapshot(EVERYTHING)
    yield opened
    await opened.close()


def scalars(rows: object) -> list[object]:
    return [row[0] for row in rows]  # type: ignore[attr-defined] # rows


async def test_a_commit_between_two_fetches_is_not_seen(world: World, snapshot: Snapshot) -> None:
    await world.reseller("Before")
    first = scalars(await snapshot.fetch(NAMES))

    await world.reseller("Between")
    second = scalars(await snapshot.fetch(NAMES))

    assert first == second == ["Before"]
    assert scalars(await peek(world.database, NAMES)) == ["Before", "Between"]


async def test_the_moment_is_that_of_the_first_fetch(world: World, snapshot: Snapshot) -> None:
    await world.reseller("Before")

    names = scalars(await snapshot.fetch(NAMES))

    assert names == ["Before"]


async def test_what_goes_on_after_a_snapshot_was_closed_is_cancelled_and_takes_no_connection(narrow: Database) -> None:
    snapshot = narrow.snapshot()
    await snapshot.fetch(NAMES)
    await snapshot.close()

    with pytest.raises(asyncio.CancelledError):
        await snapshot.fetch(NAMES)

    assert narrow.pool_state().taken == 0


async def test_a_snapshot_that_was_closed_unread_stays_closed(database: Database) -> None:
    snapshot = database.snapshot()
    await snapshot.close()

    with pytest.raises(asyncio.CancelledError):
        await snapshot.fetch(NAMES)


@pytest.mark.parametrize(
    "statement",
    [
        sa.update(Reseller).values(name="Changed").returning(Reseller.id),
        sa.delete(Reseller).returning(Reseller.id),
        sa.insert(Reseller)
        .values(
            id=uuid7(),
            name="New",
            is_eligible=True,
            time_zone="UTC",
            currency_code="USD",
            created_at=sa.func.now(),
            updated_at=sa.func.now(),
        )
        .returning(Reseller.id),
        sa.select(Reseller.id).with_for_update(),
    ],
    ids=["update", "delete", "insert", "lock"],
)
async def test_nothing_is_written_through_a_snapshot(
    world: World, snapshot: Snapshot, statement: sa.Executable
) -> None:
    await world.reseller("Northwind")

    with pytest.raises(DBAPIError, match="in a read-only transaction"):
        await snapshot.fetch(statement)

    assert scalars(await peek(world.database, NAMES)) == ["Northwind"]


async def test_a_snapshot_holds_no_connection_before_its_first_fetch_and_none_after_closing(narrow: Database) -> None:
    snapshots = [narrow.snapshot() for _ in range(3)]

    for snapshot in snapshots:
        assert scalars(await snapshot.fetch(sa.select(sa.literal(1)))) == [1]
        await snapshot.close()
        await snapshot.close()

    assert narrow.pool_state().taken == 0


async def test_a_connection_that_was_read_from_can_be_written_on(narrow: Database) -> None:
    snapshot = narrow.snapshot()
    await snapshot.fetch(NAMES)
    await snapshot.close()

    async with narrow.transaction() as transaction:
        level = await transaction.scalar(sa.text("SHOW transaction_isolation"))
        changed = await transaction.execute(sa.update(Reseller).values(name="Changed"))

    assert (level, changed.rowcount) == ("read committed", 0)  # type: ignore[attr-defined] # a CursorResult


async def test_many_fetches_at_once_take_turns_on_one_connection(narrow: Database) -> None:
    snapshot = narrow.snapshot()
    backend = sa.select(sa.func.pg_backend_pid(), sa.func.now())

    seen = await asyncio.gather(*(snapshot.fetch(backend) for _ in range(20)))
    await snapshot.close()

    assert len({tuple(rows[0]) for rows in seen}) == 1


@pytest.mark.parametrize(("needs_own_plan", "mode"), [(False, "force_generic_plan"), (True, "auto")])
async def test_a_statement_is_planned_once_for_all_values_unless_it_depends_on_them(
    snapshot: Snapshot,
    needs_own_plan: bool,  # noqa: FBT001
    mode: str,
) -> None:
    await snapshot.fetch(Question("SELECT 1", [], list, needs_own_plan))

    assert scalars(await snapshot.fetch(Question("SHOW plan_cache_mode", [], list))) == [mode]


async def test_a_failed_snapshot_leaves_a_connection_that_works(narrow: Database) -> None:
    snapshot = narrow.snapshot()
    with pytest.raises(DBAPIError, match="division by zero"):
        await snapshot.fetch(sa.text("SELECT 1 / 0"))

    await snapshot.close()

    assert scalars(await narrow.fetch(sa.select(sa.literal(1)))) == [1]


async def test_what_a_block_leaves_by_an_exception_is_rolled_back(world: World) -> None:
    await world.reseller("Northwind")

    async def fail() -> None:
        async with world.database.transaction(EVERYTHING) as transaction:
            await transaction.execute(sa.update(Reseller).values(name="Changed"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()

    assert scalars(await peek(world.database, NAMES)) == ["Northwind"]


async def test_what_a_block_wrote_is_seen_where_it_ends_and_not_before(world: World) -> None:
    await world.reseller("Northwind")

    async with world.database.transaction(EVERYTHING) as transaction:
        await transaction.execute(sa.update(Reseller).values(name="Changed"))
        inside = scalars(await peek(world.database, NAMES))

    assert inside == ["Northwind"]
    assert scalars(await peek(world.database, NAMES)) == ["Changed"]


async def test_the_application_changes_rows_and_never_tables(database: Database) -> None:
    with pytest.raises(DBAPIError, match="permission denied for schema public"):
        await database.fetch(sa.text("CREATE TABLE public.own (id int)"))
    with pytest.raises(DBAPIError, match="must be owner of table resellers"):
        await database.fetch(sa.text("DROP TABLE resellers"))


async def test_a_transaction_that_is_over_does_nothing_to_whoever_has_its_connection_now(
    world: World, narrow: Database
) -> None:
    await world.reseller()
    async with narrow.transaction(EVERYTHING) as over:
        pass
    async with narrow.transaction(EVERYTHING) as transaction:
        await transaction.execute(sa.update(Reseller).values(name="Renamed"))
        await over.rollback()
        with pytest.raises(InvalidRequestError):
            await over.execute(NAMES)

    async with narrow.snapshot(EVERYTHING) as moment:
        assert await moment.fetch(NAMES) == [("Renamed",)]
