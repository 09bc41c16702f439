"""Peeking at what is stored, whosever it is: tests look over every wall."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from models.database import Database
from models.walls import EVERYTHING


async def peek(database: Database, statement: sa.Executable) -> Sequence[sa.Row[Any]]:
    """Return all rows of one statement."""
    async with database.snapshot(EVERYTHING) as snapshot:
        return await snapshot.fetch(statement)
