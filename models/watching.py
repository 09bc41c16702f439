"""Whoever wants to know which statements run, told before and after each."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

# Told of a statement that begins; what it returns is told of its end, and whether it failed.
Ended = Callable[[BaseException | None], None]
Began = Callable[[str], Ended]


def watch_statements(engine: AsyncEngine, began: Began) -> None:
    """Tell of every statement from now on: its text, in which parameters are $1, $2 and so on."""

    def before(*event: Any) -> None:  # noqa: ANN401 # connection, cursor, statement, parameters, context, many
        event[4].watched = began(event[2])

    def after(*event: Any) -> None:  # noqa: ANN401 # the same
        event[4].watched(None)

    def failed(context: sa.engine.ExceptionContext) -> None:
        if ended := getattr(context.execution_context, "watched", None):
            ended(context.original_exception)

    told = {"before_cursor_execute": before, "after_cursor_execute": after, "handle_error": failed}
    for event, listener in told.items():
        sa.event.listen(engine.sync_engine, event, listener)
