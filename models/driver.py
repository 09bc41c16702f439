"""asyncpg's own connection below SQLAlchemy's: whose statements take the short way."""

from typing import Any

import asyncpg
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection


def driver(connection: AsyncConnection) -> Any:  # noqa: ANN401 # asyncpg ships no types
    """Return asyncpg's connection. Raises OperationalError where it was given up: SQLAlchemy would open another."""
    if connection.invalidated:
        gone = asyncpg.ConnectionDoesNotExistError("given up before")
        raise OperationalError("", None, gone, connection_invalidated=True)
    return connection.sync_connection.connection.driver_connection  # type: ignore[union-attr] # it was started


def is_whole(connection: AsyncConnection) -> bool:
    """Tell whether there is anybody at the other end, as far as the event loop has seen: nothing is sent."""
    return not connection.closed and not connection.invalidated and not driver(connection).is_closed()
