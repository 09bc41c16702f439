"""Committing: what is read next begins in the same round trip, and what goes wrong there is told apart."""

from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, InvalidRequestError, OperationalError

from models import Reseller, connections
from models.database import Database
from models.failures import OutcomeUnknown, has_lost_a_race
from models.transactions import Transaction
from models.walls import EVERYTHING, NOTHING
from tests.peeking import peek
from tests.world import World

NAMES = sa.select(Reseller.name)
RENAMED = sa.update(Reseller).values(name="New")


@pytest.fixture
async def writing(world: World, narrow: Database) -> AsyncIterator[Transaction]:
    """A transaction in which the one reseller got a new name."""
    await world.reseller("Old")
    transaction = await narrow.begin(EVERYTHING)
    await transaction.execute(RENAMED)
    yield transaction
    await narrow.end(transaction)


async def names(world: World) -> list[str]:
    """The names as everybody sees them."""
    return [row.name for row in await peek(world.database, NAMES)]


async def test_what_was_saved_is_read_next_and_what_others_save_then_is_not(
    world: World, narrow: Database, writing: Transaction
) -> None:
    async with await narrow.commit(writing, reading=EVERYTHING) as moment:
        seen = [row.name for row in await moment.fetch(NAMES)]
        await world.reseller("Another")
        seen += [row.name for row in await moment.fetch(NAMES)]

    assert (seen, sorted(await names(world))) == (["New", "New"], ["Another", "New"])


async def test_what_is_read_next_is_within_its_own_tenants(narrow: Database, writing: Transaction) -> None:
    async with await narrow.commit(writing, reading=NOTHING) as moment:
        seen = await moment.fetch(NAMES)

    assert seen == []


async def test_nothing_can_be_written_through_what_is_read_next(narrow: Database, writing: Transaction) -> None:
    async with await narrow.commit(writing, reading=EVERYTHING) as moment:
        with pytest.raises(DBAPIError, match="read-only transaction"):
            await moment.fetch(RENAMED)


async def test_what_is_read_next_gives_its_connection_back_read_or_not(narrow: Database, writing: Transaction) -> None:
    moment = await narrow.commit(writing, reading=EVERYTHING)
    before = narrow.pool_state().taken
    await moment.close()

    assert (before, moment.is_unread, narrow.pool_state().taken) == (1, False, 0)
    assert await narrow.fetch(sa.select(sa.literal(1))) == [(1,)]


async def test_where_a_statement_had_failed_nothing_is_saved_and_nothing_begins(
    world: World, narrow: Database, writing: Transaction
) -> None:
    with pytest.raises(DBAPIError, match="division by zero"):
        await writing.execute(sa.text("SELECT 1 / 0"))

    with pytest.raises(InvalidRequestError, match="Nothing was saved"):
        await narrow.commit(writing, reading=EVERYTHING)

    await narrow.end(writing)
    assert (await names(world), narrow.pool_state().taken) == (["Old"], 0)


async def test_what_was_rolled_back_is_not_saved_and_what_is_read_next_begins_by_itself(
    narrow: Database, writing: Transaction
) -> None:
    await writing.rollback()

    moment = await narrow.commit(writing, reading=EVERYTHING)
    await narrow.end(writing)

    async with moment:
        assert await moment.fetch(NAMES) == [("Old",)]


async def test_what_commit_itself_refuses_was_surely_not_saved(world: World, narrow: Database) -> None:
    # Each reads what the other writes: one of them cannot have been the first.
    resellers = [await world.reseller("Old"), await world.reseller("Old")]
    both = [await narrow.begin(EVERYTHING), await world.database.begin(EVERYTHING)]
    for transaction in both:
        await transaction.execute(sa.text("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"))
        await transaction.execute(NAMES)
    for transaction, reseller in zip(both, resellers, strict=True):
        await transaction.execute(RENAMED.where(Reseller.id == reseller.id))
    await connections.commit(both[1].connection)

    with pytest.raises(OperationalError) as raised:
        await narrow.commit(both[0], reading=EVERYTHING)

    for database, transaction in zip((narrow, world.database), both, strict=True):
        await database.end(transaction)
    assert (has_lost_a_race(raised.value), sorted(await names(world))) == (True, ["New", "Old"])


async def test_what_goes_wrong_once_it_was_saved_leaves_it_open(world: World, writing: Transaction) -> None:
    with pytest.raises(OutcomeUnknown, match="division by zero"):
        await connections.commit(writing.connection, then="SELECT 1 / 0")

    assert await names(world) == ["New"]
