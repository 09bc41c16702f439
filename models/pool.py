"""The pool: connections that stay open between those who use them, so many at most, and how long one is waited for.

SQLAlchemy opens them and speaks on them. What it would make anew each time one is lent costs as much as two statements
(0.19 ms, measured): here a connection stays the same object for as long as it lives. None is asked whether it lives
before it is lent: a closed one is known without asking.

sqlalchemy.exc.TimeoutError      none was free in time
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

import asyncpg
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine

from models.failures import LOST
from models.lent import Lent

Waited = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class PoolState:
    """Connections: as many as the pool may hold, in use, and in use above its size."""

    size: int
    taken: int
    overflow: int


class Pool:
    """The connections of an engine. Who takes one gives it back, whatever has become of it."""

    def __init__(self, engine: AsyncEngine, *, size: int, patience: float) -> None:
        """`patience` is how many seconds a free connection is waited for."""
        self._engine, self._size, self._patience = engine, size, patience
        self._places = asyncio.Semaphore(size)
        self._free: list[Lent] = []
        self._taken = 0
        self._is_closed = False
        self.waited: Waited | None = None

    def state(self) -> PoolState:
        """Return how many connections there are."""
        return PoolState(self._size, self._taken, max(0, self._taken - self._size))

    async def take(self) -> Lent:
        """Return the one that was given back last, as soon as there is one, or a new one. Raises TimeoutError."""
        await self._wait()
        self._taken += 1
        try:
            while self._free:
                connection = self._free.pop()
                if connection.is_whole:
                    return connection
                await connection.close()
            return Lent(await self._engine.connect())
        except BaseException:
            self._leave()
            raise

    async def give_back(self, connection: Lent) -> None:
        """Roll back what is open, and keep the connection if it is whole then. Who is cut off meanwhile loses it."""
        try:
            await roll_back(connection)
        finally:
            if connection.is_whole and not self._is_closed:
                self._free.append(connection)
                self._leave()
            else:
                await asyncio.shield(self._drop(connection))

    async def close(self) -> None:
        """Close every connection; those in use are when they are given back."""
        self._is_closed = True
        while self._free:
            await self._free.pop().close()

    async def _wait(self) -> None:
        if self.waited is None and not self._places.locked():
            await self._places.acquire()
            return
        began = time.perf_counter()
        try:
            async with asyncio.timeout(self._patience):
                await self._places.acquire()
        except TimeoutError:
            raise PoolTimeout(f"No connection was free within {self._patience:g} seconds.") from None
        finally:
            if self.waited is not None:
                self.waited(time.perf_counter() - began)

    def _leave(self) -> None:
        self._taken -= 1
        self._places.release()

    async def _drop(self, connection: Lent) -> None:
        try:
            await connection.close()
        finally:
            self._leave()


async def roll_back(connection: Lent) -> None:
    """Take back what is open; a connection that breaks meanwhile is used no more: then PostgreSQL takes it back."""
    try:
        if connection.through.in_transaction():
            await connection.through.rollback()
        if connection.is_in_transaction:
            await connection.driver.execute("ROLLBACK")
    except (asyncpg.PostgresError, SQLAlchemyError, *LOST) as error:
        await asyncio.shield(connection.give_up(error))
    except BaseException:
        await asyncio.shield(connection.give_up())
        raise
