"""What goes wrong between us and the database: what may be tried again, and what is only temporary.

OutcomeUnknown     the connection broke while COMMIT was on its way: what was to be saved may have been
"""

import asyncio
import re
from random import SystemRandom

import asyncpg
from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    PendingRollbackError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

# A connection that broke, or whose server is going down: as asyncpg raises it. Where the server has said that it ends
# the connection, and has not closed it yet, asyncpg sends nothing any more and calls that an internal error.
ENDING = asyncpg.InternalClientError
LOST = (asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError, asyncpg.InterfaceError, ENDING, OSError)
# SQLAlchemy's own code: of a connection that broke, a statement before this one was told so.
_BROKEN_BEFORE = "8s2b"

# Serialization failure, deadlock; no connection, connection lost, server shutting down or crashed.
_PASSING = frozenset({"40001", "40P01", "08003", "08006", "57P01", "57P02"})
# SQLSTATEs, or classes of them: connection lost, transaction idle for too long, not let in, no such database, lost a
# race, out of resources, lock not had in time, cancelled by a timeout, shutting down or starting.
_AWAY = ("08", "25P03", "28", "3D", "40", "53", "55P03", "57")

_PAUSE_SECONDS = 0.01
_chance = SystemRandom().random


class OutcomeUnknown(SQLAlchemyError):
    """Nobody knows whether it was saved: to be repeated only where repeating it does no harm."""


def has_lost_a_race(error: DBAPIError) -> bool:
    """Tell whether the same transaction may well succeed if it is tried again, and surely has not been saved."""
    return error.connection_invalidated or getattr(error.orig, "sqlstate", None) in _PASSING


def violated(error: IntegrityError) -> str:
    """Return the name of the constraint that was violated, without the digits that a shard adds to it."""
    cause = getattr(error.orig, "__cause__", None) or error.orig
    return re.sub(r"_\d+$", "", getattr(cause, "constraint_name", None) or "")


async def pause_before_attempt(attempt: int) -> None:
    """Wait up to 20 ms before the second attempt, twice as long before each other: those who met do not meet again."""
    await asyncio.sleep(_chance() * _PAUSE_SECONDS * 2.0 ** (attempt - 1))


def is_unavailable(error: BaseException | None) -> bool:
    """Tell whether the database is away, overdue or has no connection free: not that something is wrong with us."""
    if isinstance(error, OSError | OperationalError | InterfaceError | PoolTimeout | OutcomeUnknown):
        return True
    if isinstance(error, PendingRollbackError):
        return error.code == _BROKEN_BEFORE
    sqlstate = getattr(getattr(error, "orig", None), "sqlstate", None)
    return isinstance(error, DBAPIError) and (error.connection_invalidated or str(sqlstate).startswith(_AWAY))


def is_unsent(error: BaseException) -> bool:
    """Tell whether asyncpg has refused to send anything, because an earlier message has ended the connection."""
    return isinstance(error, ENDING) and str(error).startswith("cannot switch to state")


def explanation(error: BaseException | None) -> str:
    """Return what a client is told of a temporary failure."""
    if isinstance(error, OutcomeUnknown):
        return "The connection broke while this was being saved; look whether it was before you repeat it."
    return "The database does not answer; try again."
