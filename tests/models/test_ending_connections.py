"""PostgreSQL says that it ends a connection, and has not closed it yet: temporary, and nobody gets it again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager, nullcontext, suppress
from urllib.parse import parse_qs, urlsplit, urlunsplit

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from models.database import Database
from models.drafts import drafted
from models.embedded import EmbeddedDatabase
from models.failures import OutcomeUnknown, has_lost_a_race, is_unavailable
from models.walls import NOTHING

FIELDS = b"SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0"
NEWS = b"E" + (len(FIELDS) + 4).to_bytes(4) + FIELDS
ONE = sa.text("SELECT 1")


class Messenger:
    """Between us and PostgreSQL: passes everything on until it brings the news, and no answer after that."""

    def __init__(self, socket: str) -> None:
        self._socket = socket
        self._clients: list[tuple[asyncio.StreamWriter, asyncio.Task[None]]] = []
        self._ended: list[asyncio.Event] = []
        self.answers_commit = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Stand between the two ends of one connection."""
        behind = await asyncio.open_unix_connection(self._socket)
        ended = asyncio.Event()
        answers = asyncio.create_task(_pass_on(behind[0], writer))
        self._clients.append((writer, answers))
        self._ended.append(ended)
        await self._ask(reader, writer, behind[1])
        await asyncio.wait({answers})
        await _close(behind[1])
        await _close(writer)
        ended.set()

    async def _ask(self, ours: asyncio.StreamReader, us: asyncio.StreamWriter, them: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while said := await ours.read(2**16):
                if self.answers_commit and b"COMMIT\0" in said:
                    us.write(NEWS)
                    us.write_eof()
                    break
                them.write(said)
            them.write_eof()

    async def bring_the_news(self) -> None:
        """Tell everybody that their connection ends."""
        for client, answers in self._clients:
            answers.cancel()
            await asyncio.wait({answers})
            client.write(NEWS)
        # Turns of the loop, in which the other end reads it: on loopback it is there at once.
        for _ in range(10):
            await asyncio.sleep(0)

    async def end(self) -> None:
        """Return when both ends of every connection are closed: one that was never given up would hold this up."""
        for ended in self._ended:
            await ended.wait()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while passed := await reader.read(2**16):
            writer.write(passed)
        writer.write_eof()


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


@asynccontextmanager
async def through_a_messenger(
    postgres: EmbeddedDatabase, *, pool_size: int = 1
) -> AsyncIterator[tuple[Database, Messenger]]:
    parts = urlsplit(postgres.application_url)
    query = parse_qs(parts.query)
    messenger = Messenger(f"{query['host'][0]}/.s.PGSQL.{query['port'][0]}")
    server = await asyncio.start_server(messenger.serve, "127.0.0.1", 0)
    place = f"{parts.netloc.rpartition('@')[0]}@127.0.0.1:{server.sockets[0].getsockname()[1]}"
    database = Database(urlunsplit(parts._replace(netloc=place, query="ssl=disable")), pool_size=pool_size)
    try:
        yield database, messenger
    finally:
        await database.close()
        await messenger.end()
        server.close()


def as_it_is(_: type[Exception]) -> AbstractContextManager[None]:
    """Suppress nothing."""
    return nullcontext()


async def write_on(
    database: Database,
    messenger: Messenger,
    fails: Callable[[type[Exception]], AbstractContextManager[None]] = as_it_is,
) -> None:
    """Go on in a transaction after the news was brought."""
    async with database.transaction() as transaction:
        await transaction.execute(ONE)
        await messenger.bring_the_news()
        with fails(DBAPIError):
            await transaction.execute(ONE)


async def test_a_transaction_that_meets_it_may_be_tried_again_and_finds_another_connection(
    postgres: EmbeddedDatabase,
) -> None:
    async with through_a_messenger(postgres) as (database, messenger):
        with pytest.raises(DBAPIError) as raised:
            await write_on(database, messenger)
        async with database.transaction() as transaction:
            again = await transaction.scalar(ONE)

    assert (has_lost_a_race(raised.value), is_unavailable(raised.value), again) == (True, True, 1)


async def test_a_transaction_that_goes_on_regardless_is_told_that_nothing_was_saved(postgres: EmbeddedDatabase) -> None:
    async with through_a_messenger(postgres) as (database, messenger):
        with pytest.raises(SQLAlchemyError) as raised:
            await write_on(database, messenger, fails=suppress)

    assert is_unavailable(raised.value)


async def test_a_dry_run_that_meets_it_may_be_tried_again(postgres: EmbeddedDatabase) -> None:
    async def nothing() -> None: ...

    async with through_a_messenger(postgres) as (database, messenger):
        transaction = await database.begin(NOTHING)
        await transaction.execute(ONE)
        await messenger.bring_the_news()
        with pytest.raises(DBAPIError) as raised:
            await drafted(transaction, NOTHING, end=nothing)
        await database.end(transaction)

    assert (has_lost_a_race(raised.value), is_unavailable(raised.value)) == (True, True)


async def one_look_up(database: Database) -> object:
    return [tuple(row) for row in await database.fetch(ONE)]


async def one_moment(database: Database) -> object:
    async with database.snapshot() as snapshot:
        return [tuple(row) for row in await snapshot.fetch(ONE)]


async def one_write(database: Database) -> object:
    async with database.transaction() as transaction:
        return [tuple(row) for row in (await transaction.execute(ONE)).all()]


@pytest.mark.parametrize("ask", [one_look_up, one_moment, one_write])
async def test_where_all_that_rest_have_met_it_whoever_asks_next_does_not_notice(
    postgres: EmbeddedDatabase, ask: Callable[[Database], Awaitable[object]]
) -> None:
    async with through_a_messenger(postgres, pool_size=4) as (database, messenger):
        async with AsyncExitStack() as stack:
            for _ in range(4):
                await stack.enter_async_context(database.connection())
        await messenger.bring_the_news()

        assert await ask(database) == [(1,)]


async def test_a_statement_in_others_data_that_meets_it_is_unavailable(postgres: EmbeddedDatabase) -> None:
    async with through_a_messenger(postgres) as (database, messenger), database.snapshot() as snapshot:
        await snapshot.fetch(ONE)
        await messenger.bring_the_news()
        with pytest.raises(DBAPIError) as raised:
            await snapshot.fetch(ONE, within=NOTHING)

    assert is_unavailable(raised.value)


async def test_a_snapshot_that_meets_it_is_unavailable_to_every_reader(postgres: EmbeddedDatabase) -> None:
    async with through_a_messenger(postgres) as (database, messenger):
        snapshot = database.snapshot()
        await snapshot.fetch(ONE)
        await messenger.bring_the_news()
        with pytest.raises(SQLAlchemyError) as first:
            await snapshot.fetch(ONE)
        with pytest.raises(SQLAlchemyError) as second:
            await snapshot.fetch(ONE)
        await snapshot.close()
        rows = await database.fetch(ONE)

    assert (is_unavailable(first.value), is_unavailable(second.value), len(rows)) == (True, True, 1)


async def read_in_a_write(database: Database, *steps: Callable[[], Awaitable[None]]) -> None:
    """Ask one thing in a transaction, do the steps, and commit."""
    async with database.transaction() as transaction:
        await transaction.execute(ONE)
        for step in steps:
            await step()


async def test_news_before_commit_is_sent_mean_that_nothing_was_saved(postgres: EmbeddedDatabase) -> None:
    async with through_a_messenger(postgres) as (database, messenger):
        with pytest.raises(OperationalError) as raised:
            await read_in_a_write(database, messenger.bring_the_news)

    assert (has_lost_a_race(raised.value), isinstance(raised.value, OutcomeUnknown)) == (True, False)


async def test_news_in_answer_to_commit_leave_it_open_whether_it_was_saved(postgres: EmbeddedDatabase) -> None:
    async with through_a_messenger(postgres) as (database, messenger):
        messenger.answers_commit = True
        with pytest.raises(OutcomeUnknown, match="terminating connection due to administrator command"):
            await read_in_a_write(database)
        messenger.answers_commit = False
        again = await database.fetch(ONE)

    assert len(again) == 1
