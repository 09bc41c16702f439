"""The two ways to the database: a snapshot to read from, a transaction to write in; each says in whose data."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from models import connections
from models.asking import Asked, rows_of, run
from models.connections import ORDINARY, Patience
from models.failures import has_lost_a_race
from models.lent import Lent
from models.pool import Pool, PoolState, Waited
from models.prepared import Question
from models.transactions import Transaction
from models.walls import NOTHING, Tenants, scoped


class Snapshot:
    """One moment of the database: a read-only transaction, opened by the first statement, closed with the operation.

    Or it was begun already, on a connection on which something was committed.

    Resolvers and loaders run concurrently and a connection runs one statement at a time, so they take turns here. Once
    it is closed it stays closed: a branch that goes on after its operation was answered is cancelled, with the
    statement that it waits for, and takes no connection with it.
    """

    def __init__(self, pool: Pool, tenants: Tenants, patience: Patience, begun_on: Lent | None = None) -> None:
        self._pool, self._tenants, self._patience = pool, tenants, patience
        self._connection = begun_on
        self._is_closed = self._plans_for_values = False
        self._turn = asyncio.Lock()
        self._whose_turn: asyncio.Task[Any] | None = None

    @property
    def is_unread(self) -> bool:
        """Tell whether it may still be any moment, and holds no connection."""
        return self._connection is None and not self._is_closed and not self._turn.locked()

    async def __aenter__(self) -> Self:
        """Let a block read from it."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close it."""
        await self.close()

    async def fetch(self, statement: Asked, *, within: Tenants | None = None) -> Sequence[sa.Row[Any]]:
        """Return all rows of a statement as they were when the snapshot was opened.

        `within` are other tenants for this one statement: those to whom a secret or an address has led.
        """
        async with self._turn:
            if self._is_closed:
                raise asyncio.CancelledError
            self._whose_turn = asyncio.current_task()
            try:
                if self._connection is None:
                    beginning = connections.reading(self._tenants, self._patience)
                    self._connection = await connections.begun(self._pool, beginning)
                if isinstance(statement, Question) and statement.needs_own_plan:
                    await self._plan_for_values(self._connection)
                if within is None:
                    return await rows_of(self._connection, statement)
                return await self._fetch_within(self._connection, statement, within)
            finally:
                self._whose_turn = None

    async def _plan_for_values(self, connection: Lent) -> None:
        if not self._plans_for_values:
            self._plans_for_values = True
            await run(connection, connections.FOR_THESE_VALUES)

    async def _fetch_within(self, connection: Lent, statement: Asked, tenants: Tenants) -> Sequence[sa.Row[Any]]:
        try:
            await run(connection, scoped(tenants))
            rows = await rows_of(connection, statement)
        except BaseException:
            # A statement that PostgreSQL refused has ended the transaction: then there is no scope to go back to.
            with suppress(Exception):
                await run(connection, scoped(self._tenants))
            raise
        await run(connection, scoped(self._tenants))
        return rows

    async def close(self) -> None:
        """Give the connection back, whatever becomes of the caller meanwhile; a statement still running is given up."""
        self._is_closed = True
        if self._whose_turn is not None:
            # A loader's task: nobody waits for it any more, and its statement would keep the connection.
            self._whose_turn.cancel()
        if self._turn.locked():
            await asyncio.shield(self._give_back_in_turn())
        else:
            await self._give_back()

    async def _give_back_in_turn(self) -> None:
        async with self._turn:
            await self._give_back()

    async def _give_back(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            if not self._pool.leave_open(connection):
                await self._pool.give_back(connection)


class Database:
    """A pool of connections to PostgreSQL, as the role that is neither superuser nor owner."""

    def __init__(self, url: str, *, pool_size: int = 20, patience: Patience = ORDINARY) -> None:
        self.engine = connections.opened(url, patience)
        self._pool = Pool(self.engine, size=pool_size, patience=patience.pool)
        self._patience = patience

    def snapshot(self, tenants: Tenants = NOTHING) -> Snapshot:
        """Return a moment of these tenants' data to read from, not opened yet."""
        return Snapshot(self._pool, tenants, self._patience)

    async def fetch(self, statement: Asked) -> Sequence[sa.Row[Any]]:
        """Return all rows of one statement that needs no moment and no tenant: it finds out who somebody is.

        Asked once more where a connection has ended while it rested: nobody has to be told that the database was
        restarted.
        """
        while True:
            connection = await self._pool.take()
            try:
                return await rows_of(connection, statement)
            except DBAPIError as error:
                if not (has_lost_a_race(error) and connection.has_rested):
                    raise
            finally:
                await self._pool.give_back(connection)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        """Lend SQLAlchemy's connection to a block that needs no transaction."""
        connection = await self._pool.take()
        try:
            yield connection.through
        finally:
            await self._pool.give_back(connection)

    @asynccontextmanager
    async def transaction(self, tenants: Tenants = NOTHING) -> AsyncIterator[Transaction]:
        """Open the one transaction of a write in these tenants' data, where a block begins.

        Committed where the block ends, rolled back by any exception. Raises OutcomeUnknown where nobody can tell.
        """
        transaction = await self.begin(tenants)
        try:
            yield transaction
            await transaction.flush()
            await connections.commit(transaction.connection)
        finally:
            await self.end(transaction)

    async def begin(self, tenants: Tenants) -> Transaction:
        """Open the transaction of a write for whoever ends it, whatever happens."""
        return Transaction(await connections.begun(self._pool, connections.writing(tenants, self._patience)))

    async def commit(self, transaction: Transaction, *, reading: Tenants) -> Snapshot:
        """Commit, and return the moment after it in these tenants' data, begun in the same round trip.

        Raises OutcomeUnknown where nobody can tell.
        """
        await transaction.flush()
        then = connections.reading(reading, self._patience)
        if await connections.commit(transaction.connection, then=then):
            return Snapshot(self._pool, reading, self._patience, begun_on=transaction.end())
        return self.snapshot(reading)

    async def end(self, transaction: Transaction) -> None:
        """End a transaction: rolled back, unless it was committed."""
        connection = transaction.end()
        if connection is not None:
            await self._pool.give_back(connection)

    def watch_pool(self, waited: Waited) -> None:
        """Tell of every wait for a connection from now on."""
        self._pool.waited = waited

    def pool_state(self) -> PoolState:
        """Return how many connections there are."""
        return self._pool.state()

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.close()
