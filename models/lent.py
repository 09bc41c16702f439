"""A connection while somebody has it: SQLAlchemy's, and asyncpg's own below it, which takes the short way."""

from typing import Any

import asyncpg
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from models.failures import ENDING


class Lent:
    """One connection. `through` is SQLAlchemy's: for statements that are built each time.

    `has_rested` says that it was in the pool since it was opened, and may have been ended there.
    """

    __slots__ = ("_driver", "_is_given_up", "_sync", "has_rested", "through")

    def __init__(self, through: AsyncConnection) -> None:
        self.through = through
        # Kept: the way to it leads through six properties, and a request goes it thirty times.
        synchronous: Any = through.sync_connection
        self._sync, self._driver = synchronous, synchronous.connection.driver_connection
        self._is_given_up = self.has_rested = False

    @property
    def driver(self) -> Any:  # noqa: ANN401 # asyncpg ships no types
        """asyncpg's connection. Raises OperationalError where it was given up, or the other end has closed it."""
        if self._is_given_up or self._driver.is_closed():
            gone = asyncpg.ConnectionDoesNotExistError("given up before")
            raise OperationalError("", None, gone, connection_invalidated=True)
        return self._driver

    @property
    def is_whole(self) -> bool:
        """Whether there is anybody at the other end, as far as the event loop has seen: nothing is sent."""
        # Spelled out, here and below: it is asked whenever one is lent, and before each statement.
        return not (self._is_given_up or self._driver.is_closed() or self._sync.invalidated)

    @property
    def is_idle(self) -> bool:
        """Whether it is whole, and nothing is open on it."""
        is_gone = self._is_given_up or self._driver.is_closed() or self._sync.invalidated
        return not (is_gone or self._driver.is_in_transaction() or self._sync.in_transaction())

    @property
    def is_in_transaction(self) -> bool:
        """Whether a transaction is open at the other end."""
        return self.is_whole and bool(self._driver.is_in_transaction())

    @property
    def has_own_transaction(self) -> bool:
        """Whether a transaction is open that was begun by the driver, and SQLAlchemy knows nothing of it."""
        return self.is_in_transaction and not self._sync.in_transaction()

    async def give_up(self, error: BaseException | None = None) -> None:
        """Let nobody use it any more; what is open there, PostgreSQL takes back."""
        self._is_given_up = True
        if isinstance(error, ENDING):
            # Hung up at once: closed with ceremony, it would be refused once more.
            self._driver.terminate()
        await self.through.invalidate(error)

    async def close(self) -> None:
        """Close it, whatever has become of it."""
        if not self.is_whole and not self.through.closed:
            await self.give_up()
        await self.through.close()
