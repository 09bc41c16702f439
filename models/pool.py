"""The pool: connections that stay open between those who use them, so many at most, and how long one is waited for.

SQLAlchemy opens them and speaks on them. What it would make anew each time one is lent costs as much as two statements
(0.19 ms, measured): here a connection stays the same object for as long as it lives. None is asked whether it lives
before it is lent: a closed one is known without asking.

What has only read is not rolled back by itself: whoever begins next on that connection does both in one round trip. If
nobody does for a while, it is rolled back after all.

sqlalchemy.exc.TimeoutError      none was free in time
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import asyncpg
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine

from models.failures import LOST
from models.lent import Lent

Waited = Callable[[float], None]

# So long a moment that was read may stay open after its reader: PostgreSQL keeps for it what others replace meanwhile.
LEFT_OPEN_SECONDS = 0.01


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
        # Those on which a moment was left open, and when.
        self._left: list[tuple[float, Lent]] = []
        self._ending_left: asyncio.Task[None] | None = None
        self._taken = 0
        self._is_closed = False
        self.waited: Waited | None = None

    def state(self) -> PoolState:
        """Return how many connections there are."""
        return PoolState(self._size, self._taken, max(0, self._taken - self._size))

    async def take(self, *, to_begin: bool = False) -> Lent:
        """Return the one that was given back last, as soon as there is one, or a new one. Raises TimeoutError.

        Nothing is open on it, except that a moment may be where it is taken `to_begin`: that has to be rolled back.
        """
        await self._wait()
        self._taken += 1
        try:
            while (last := self._last(may_be_open=to_begin)) is not None:
                connection, is_open = last
                if is_open and not to_begin:
                    await roll_back(connection)
                if connection.is_whole:
                    return connection
                await connection.close()
            return Lent(await self._engine.connect())
        except BaseException:
            self._leave()
            raise

    def _last(self, *, may_be_open: bool) -> tuple[Lent, bool] | None:
        """Return the connection that was given back last, and whether a moment is open on it."""
        if self._left and may_be_open:
            return self._left.pop()[1], True
        if self._free:
            return self._free.pop(), False
        # One that is left open is for whoever begins, as long as there may be others.
        is_full = self._taken + len(self._left) > self._size
        return (self._left.pop()[1], True) if self._left and is_full else None

    def leave_open(self, connection: Lent) -> bool:
        """Keep a connection with the moment that is open on it, and tell whether that could be done."""
        if self._is_closed or not connection.has_own_transaction:
            return False
        connection.has_rested = True
        self._left.append((asyncio.get_running_loop().time(), connection))
        self._leave()
        if self._ending_left is None or self._ending_left.done():
            self._ending_left = asyncio.create_task(self._end_left())
        return True

    async def give_back(self, connection: Lent) -> None:
        """Roll back what is open, and keep the connection if it is whole then. Who is cut off meanwhile loses it."""
        try:
            if not connection.is_idle:
                await roll_back(connection)
        finally:
            if connection.is_whole and not self._is_closed:
                connection.has_rested = True
                self._free.append(connection)
                self._leave()
            else:
                await asyncio.shield(self._drop(connection))

    async def close(self) -> None:
        """Close every connection; those in use are when they are given back."""
        self._is_closed = True
        if self._ending_left is not None:
            self._ending_left.cancel()
            with suppress(asyncio.CancelledError):
                await self._ending_left
        while self._free or self._left:
            await (self._free.pop() if self._free else self._left.pop()[1]).close()

    async def _end_left(self) -> None:
        loop = asyncio.get_running_loop()
        while self._left:
            since, connection = self._left[0]
            wait = since + LEFT_OPEN_SECONDS - loop.time()
            if wait > 0 or self._places.locked():
                # Whoever waits for a place takes one of them.
                await asyncio.sleep(max(wait, LEFT_OPEN_SECONDS / 2))
                continue
            del self._left[0]
            self._taken += 1
            await self._places.acquire()
            await self.give_back(connection)

    async def _wait(self) -> None:
        if not self._places.locked():
            await self._places.acquire()
            self._tell(0.0)
            return
        began = time.perf_counter()
        try:
            async with asyncio.timeout(self._patience):
                await self._places.acquire()
        except TimeoutError:
            raise PoolTimeout(f"No connection was free within {self._patience:g} seconds.") from None
        finally:
            self._tell(time.perf_counter() - began)

    def _tell(self, seconds: float) -> None:
        if self.waited is not None:
            self.waited(seconds)

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
