"""What no request tells: how the pool stands, how late the mail is, whether the database answers."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from models import outbox
from models.database import Database
from models.walls import EVERYTHING
from web.metrics import Metrics

EVERY_SECONDS = 5.0
PATIENCE = 2.0


async def keep_looking(database: Database, metrics: Metrics, now: Callable[[], datetime]) -> None:
    """Look every few seconds, until it is cancelled."""
    while True:
        await look(database, metrics, at=now())
        await asyncio.sleep(EVERY_SECONDS)


async def look(database: Database, metrics: Metrics, *, at: datetime) -> None:
    """Tell once how things stand."""
    pool = database.pool_state()
    metrics.looked(size=pool.size, taken=pool.taken, overflow=pool.overflow, outbox_lag=await _lag(database, at))


async def _lag(database: Database, at: datetime) -> float | None:
    try:
        async with asyncio.timeout(PATIENCE), database.snapshot(EVERYTHING) as moment:
            (row,) = await moment.fetch(outbox.longest_due(at))
    except (SQLAlchemyError, OSError, TimeoutError):
        return None
    return 0.0 if row.due_at is None else float((at - row.due_at).total_seconds())
