"""Putting a statement to a connection: through SQLAlchemy, or straight to the driver where it was prepared.

Both ways raise the same, and tell the same to whoever listens to the engine's statements.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import asyncpg
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from models.connections import driver
from models.failures import LOST
from models.prepared import Question

Asked = sa.Executable | Question


async def rows_of(connection: AsyncConnection, asked: Asked) -> Sequence[Any]:
    """Return all rows. Raises DBAPIError; a connection that broke, or whose caller has left, is used no more."""
    if not isinstance(asked, Question):
        return (await connection.execute(asked)).all()
    _tell("before_cursor_execute", connection, asked)
    try:
        records = await driver(connection).fetch(asked.sql, *asked.values)
    except (asyncpg.PostgresError, *LOST) as error:
        is_lost = isinstance(error, LOST)
        if is_lost:
            await connection.invalidate(error)
        raise DBAPIError(asked.sql, None, error, hide_parameters=True, connection_invalidated=is_lost) from error
    except BaseException as error:
        await asyncio.shield(connection.invalidate(error))
        raise
    _tell("after_cursor_execute", connection, asked)
    return asked.read(records)


def _tell(event: str, connection: AsyncConnection, asked: Question) -> None:
    for listener in getattr(connection.engine.sync_engine.dispatch, event):
        listener(connection.sync_connection, None, asked.sql, asked.values, None, False)  # noqa: FBT003 # as SQLAlchemy calls it
