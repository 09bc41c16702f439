"""The two ways to the database: a snapshot to read from, a transaction to write in."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

READING = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


# SQLSTATE classes: connection lost, not let in, no such database, out of resources, shutting down or starting.
_AWAY = ("08", "28", "3D", "53", "57")


# Serialization failure, deadlock, connection lost, server shutting down.
_LOST = frozenset({"40001", "40P01", "08006", "57P01"})


def has_lost_a_race(error: DBAPIError) -> bool:
    """Tell whether the same transaction may well succeed if it is tried again."""
    return getattr(error.orig, "sqlstate", None) in _LOST


def is_unavailable(error: BaseException | None) -> bool:
    """Tell whether the database is away, or has no connection free, rather than that something is wrong with us."""
    if isinstance(error, OSError | OperationalError | InterfaceError | PoolTimeout):
        return True
    sqlstate = getattr(getattr(error, "orig", None), "sqlstate", None)
    return isinstance(error, DBAPIError) and str(sqlstate).startswith(_AWAY)


class Snapshot:
    """One moment of the database: a read-only transaction, opened by the first statement, closed with the operation.

    Resolvers and loaders run concurrently and a connection runs one statement at a time, so they take turns here. Once
    it is closed it stays closed: a branch that goes on after its operation was answered is cancelled, and takes no
    connection with it.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._connection: AsyncConnection | None = None
        self._is_closed = False
        self._turn = asyncio.Lock()

    async def fetch(self, statement: sa.Executable) -> Sequence[sa.Row[Any]]:
        """Return all rows of a statement as they were when the snapshot was opened."""
        async with self._turn:
            if self._is_closed:
                raise asyncio.CancelledError
            if self._connection is None:
                self._connection = await self._engine.connect()
                await self._connection.execution_options(**READING)
            return (await self._connection.execute(statement)).all()

    async def close(self) -> None:
        """Give the connection back."""
        self._is_closed = True
        async with self._turn:
            if self._connection is not None:
                connection, self._connection = self._connection, None
                await connection.close()


class Database:
    """A pool of connections to PostgreSQL, as the role that is neither superuser nor owner."""

    def __init__(self, url: str, *, pool_size: int = 20) -> None:
        self.engine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=0,
            pool_pre_ping=True,
            pool_timeout=5,
            hide_parameters=True,  # errors are logged, and among the parameters are addresses, names and hashes
            connect_args={"server_settings": {"application_name": "reseller-dashboard"}},
        )

    def snapshot(self) -> Snapshot:
        """Return a moment to read from, not opened yet."""
        return Snapshot(self.engine)

    async def fetch(self, statement: sa.Executable) -> Sequence[sa.Row[Any]]:
        """Return all rows of one statement that needs no moment of its own."""
        async with self.engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            return (await connection.execute(statement)).all()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Open the one transaction of a write: committed where the block ends, rolled back by any exception."""
        async with (
            AsyncSession(self.engine, expire_on_commit=False, autoflush=False) as session,
            session.begin(),
        ):
            yield session

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()
