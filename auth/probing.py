"""Probing of subdomains: nobody finds out faster than 20 a minute which names are taken, or whose.

Counted are the calls that tell something, and not requests: a name that was refused because it is taken, a name that
was tried in a dry run, and one that leads to no account which the viewer may see. After the twentieth the viewer waits
for a minute, and then even a name that is free is not tried, for that would tell as much. A minute without any begins
the count anew, so that in no minute there are more than 20. What was under way when the twentieth came is answered.
"""

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from domain.throttling import TooManyAttempts, seconds_until
from models.database import Database
from models.throttles import Throttle, blocking, count_one

MOST, PAUSE = 20, timedelta(minutes=1)


async def require_patience(database: Database, viewer_id: UUID, *, at: datetime) -> None:
    """Raises TooManyAttempts where the viewer has to wait before they try another name."""
    for row in await database.fetch(blocking(_key_of(viewer_id), at)):
        raise TooManyAttempts(seconds_until(row.blocked_until, at))


async def count_miss(database: Database, viewer_id: UUID, *, at: datetime) -> None:
    """Count a name that tells the viewer something. Raises TooManyAttempts where it must not be told any more."""
    key, later = _key_of(viewer_id), at + PAUSE
    async with database.transaction() as transaction:
        misses = await transaction.scalar(count_one(key, at=at, forgotten_at=later))
        if misses == MOST:
            await transaction.execute(sa.update(Throttle).where(Throttle.key_hash == key).values(blocked_until=later))
    if misses is None:
        await require_patience(database, viewer_id, at=at)


def _key_of(viewer_id: UUID) -> bytes:
    return hashlib.sha256(f"subdomain\0{viewer_id}".encode()).digest()
