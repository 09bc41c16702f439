"""Putting a statement to a connection: through SQLAlchemy, or straight to the driver where it was prepared.

Both ways raise the same, and tell the same to whoever listens to the engine's statements.
"""

import asyncio
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import asyncpg
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from models.failures import LOST
from models.lent import Lent
from models.prepared import Question

Asked = sa.Executable | Question


async def rows_of(connection: Lent, asked: Asked) -> Sequence[Any]:
    """Return all rows. Raises DBAPIError; a connection that broke, or whose caller has left, is used no more."""
    if not isinstance(asked, Question):
        return (await connection.through.execute(asked)).all()
    telling = _telling(connection, asked)
    try:
        records = await connection.driver.fetch(asked.sql, *asked.values)
    except BaseException as error:
        if telling:
            telling.failed(error)
        await _fail(connection, asked.sql, error)
        raise
    if telling:
        telling.ended()
    rows = asked.read(records)
    # What woke this task up holds them until it waits again, and that may be when the answer is sent.
    records.clear()
    return rows


async def run(connection: Lent, statement: str) -> None:
    """Run a statement of ours that has no values and no rows; raises as rows_of() does."""
    try:
        await connection.driver.execute(statement)
    except BaseException as error:
        await _fail(connection, statement, error)
        raise


async def _fail(connection: Lent, sql: str, error: BaseException) -> None:
    """Raise DBAPIError where it is the database's error; give the connection up where nobody knows how it stands."""
    if not isinstance(error, (asyncpg.PostgresError, *LOST)):
        await asyncio.shield(connection.give_up(error))
        return
    is_lost = isinstance(error, LOST)
    if is_lost:
        await connection.give_up(error)
    kind = IntegrityError if isinstance(error, asyncpg.IntegrityConstraintViolationError) else DBAPIError
    raise kind(sql, None, error, hide_parameters=True, connection_invalidated=is_lost) from error


def _telling(connection: Lent, asked: Question) -> "_Telling | None":
    # Hardly ever does anybody listen.
    has_listeners = connection.through.engine.sync_engine.dispatch.before_cursor_execute
    return _Telling(connection, asked) if has_listeners else None


class _Telling:
    """What SQLAlchemy would tell the engine's listeners; each may keep what it likes in the statement's context."""

    def __init__(self, connection: Lent, asked: Question) -> None:
        self._engine = connection.through.engine.sync_engine
        self._context = SimpleNamespace()
        self._event = (connection.through.sync_connection, None, asked.sql, asked.values, self._context, False)
        for listener in self._engine.dispatch.before_cursor_execute:
            listener(*self._event)

    def ended(self) -> None:
        for listener in self._engine.dispatch.after_cursor_execute:
            listener(*self._event)

    def failed(self, error: BaseException) -> None:
        for listener in self._engine.dialect.dispatch.handle_error:
            listener(SimpleNamespace(execution_context=self._context, original_exception=error))
