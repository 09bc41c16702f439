"""Connections: how they are opened, how a transaction begins and ends on one, and how they go back to the pool.

A transaction begins in one round trip together with its settings: PostgreSQL takes several statements in one message
of its simple protocol, so that the same message also ends what was read or written before on this connection. Hence
SQLAlchemy leaves transactions to us (AUTOCOMMIT), and whatever else is open when a connection goes back is rolled back
then. No connection is asked whether it lives before it is used: where BEGIN is the first to find out that it does not,
nothing was done yet, and another one is taken: all that rested may have been ended at once, and each is found out by
whoever takes it.
"""

import asyncio
from dataclasses import dataclass
from functools import cache
from typing import Any

import asyncpg
import sqlalchemy as sa
from sqlalchemy.exc import InvalidRequestError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from models.failures import ENDING, LOST, OutcomeUnknown, is_unsent
from models.lent import Lent
from models.pool import Pool
from models.walls import Tenants, scoped

# Beyond the server's own timeout of a statement: then it is the server that does not answer.
GRACE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How many seconds anything may take before it is given up; what waits behind it gets its turn.

    `statement` bounds one statement, `lock` the wait for a row of another transaction, `idle` a transaction in which
    nothing happens, `pool` the wait for a free connection, `connect` the opening of one.
    """

    statement: float = 5
    lock: float = 2
    idle: float = 10
    pool: float = 2
    connect: float = 5


ORDINARY = Patience()

# Our statements look rows up by their keys, so that one plan is as good for all values; left to itself, PostgreSQL made
# another one each time, which took longer than half of them run (0.4 ms for a page of accounts, measured).
FOR_ANY_VALUES = "SET LOCAL plan_cache_mode = force_generic_plan"
# Where a reseller has a million accounts and a filter keeps none, it is not: 4 s instead of 0.2.
FOR_THESE_VALUES = "SET LOCAL plan_cache_mode = auto"

# What is said of a transaction that ends, and of none that begins: nothing was saved.
_OF_COMMIT = (asyncpg.IntegrityConstraintViolationError, asyncpg.TransactionRollbackError)


def opened(url: str, patience: Patience) -> AsyncEngine:
    """Return the engine, which opens connections; models/pool.py keeps them."""
    engine = create_async_engine(
        url,
        isolation_level="AUTOCOMMIT",
        poolclass=NullPool,
        pool_reset_on_return=None,
        hide_parameters=True,  # errors are logged, and among the parameters are addresses, names and hashes
        connect_args={
            "timeout": patience.connect,
            "command_timeout": patience.statement + GRACE_SECONDS,
            # Ours are few, and the longest of them takes the longest to plan.
            "max_cacheable_statement_size": 0,
            # The one parameter that PgBouncer takes; the timeouts are set with BEGIN, for its sake as well.
            "server_settings": {"application_name": "reseller-dashboard"},
        },
    )
    sa.event.listen(engine.sync_engine, "handle_error", _give_up_the_ending)
    sa.event.listen(engine.sync_engine, "rollback", _roll_back_now)
    return engine


def reading(tenants: Tenants, patience: Patience) -> str:
    """Return how a snapshot begins: one moment of these tenants' data, read only."""
    return _beginning("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", tenants, patience)


def writing(tenants: Tenants, patience: Patience) -> str:
    """Return how a write in these tenants' data begins."""
    _, lock = _timeouts(patience)
    return f"{_beginning('BEGIN ISOLATION LEVEL READ COMMITTED', tenants, patience)}; {lock}"


def _beginning(begin: str, tenants: Tenants, patience: Patience) -> str:
    timeouts, _ = _timeouts(patience)
    return f"{begin}; {scoped(tenants)}; {timeouts}; {FOR_ANY_VALUES}"


@cache
def _timeouts(patience: Patience) -> tuple[str, str]:
    """Return what bounds any transaction, and what bounds the wait for a row."""
    statement, idle, lock = [round(each * 1000) for each in (patience.statement, patience.idle, patience.lock)]
    any_ones = f"SET LOCAL statement_timeout = {statement}; SET LOCAL idle_in_transaction_session_timeout = {idle}"
    return any_ones, f"SET LOCAL lock_timeout = {lock}"


async def begun(pool: Pool, beginning: str) -> Lent:
    """Return a connection on which a transaction has begun. Raises OperationalError, OSError or the pool's timeout."""
    while True:
        connection = await pool.take(to_begin=True)
        try:
            return await _begun_on(pool, connection, beginning)
        except OperationalError as error:
            if not (error.connection_invalidated and connection.has_rested):
                raise


async def _begun_on(pool: Pool, connection: Lent, beginning: str) -> Lent:
    try:
        await connection.driver.execute(f"ROLLBACK; {beginning}" if connection.is_in_transaction else beginning)
    except BaseException as error:
        # Whether it has begun is unknown: nobody else gets this connection.
        await asyncio.shield(_given_up(pool, connection, error))
        if isinstance(error, LOST) and not isinstance(error, TimeoutError):
            raise OperationalError("BEGIN", None, error, connection_invalidated=True) from error
        raise
    return connection


async def commit(connection: Lent, *, then: str = "") -> bool:
    """Commit, and return True; False where it was rolled back already.

    `then` is how another transaction begins in the same round trip. Raises OutcomeUnknown where the connection breaks
    meanwhile, OperationalError where surely nothing was saved.
    """
    if not connection.driver.is_in_transaction():
        return False
    # Where a statement has failed COMMIT only rolls back, and says so in a status that the statements after it replace.
    # Any other statement is refused there: hence the first one.
    said = f"{FOR_ANY_VALUES}; COMMIT; {then}" if then else f"{FOR_ANY_VALUES}; COMMIT"
    try:
        await connection.driver.execute(said)
    except asyncpg.InFailedSQLTransactionError as error:
        raise InvalidRequestError("Nothing was saved: a statement of the transaction had failed.") from error
    except BaseException as error:
        await asyncio.shield(connection.give_up(error))
        if is_unsent(error):
            raise OperationalError("COMMIT", None, error, connection_invalidated=True) from error
        if isinstance(error, _OF_COMMIT):
            raise OperationalError("COMMIT", None, error) from error
        # 57P01 in answer to COMMIT as well. PostgreSQL itself lets nobody interrupt it between the record of the commit
        # and the answer, so that this error means "not saved"; but a pooler between us, or a standby that was waited
        # for, says the same of what was saved, and so does what began after it.
        if isinstance(error, (asyncpg.PostgresError, *LOST)):
            raise OutcomeUnknown(str(error)) from error
        raise
    return True


async def _given_up(pool: Pool, connection: Lent, error: BaseException) -> None:
    try:
        await connection.give_up(error)
    finally:
        await pool.give_back(connection)


def _give_up_the_ending(context: sa.engine.ExceptionContext) -> None:
    if isinstance(getattr(context.original_exception, "__cause__", None), ENDING) and context.connection is not None:
        # Hung up at once: closed with ceremony, it would be refused once more.
        context.connection.connection.driver_connection.terminate()  # type: ignore[union-attr] # asyncpg's
        context.is_disconnect = True


def _roll_back_now(connection: sa.Connection) -> None:
    if connection.closed or connection.invalidated:
        return
    raw: Any = connection.connection.dbapi_connection
    if raw.driver_connection.is_closed() or not raw.driver_connection.is_in_transaction():
        return
    try:
        raw.run_async(lambda each: each.execute("ROLLBACK"))
    except (asyncpg.PostgresError, *LOST) as error:
        # PostgreSQL rolls back what loses its connection; what went wrong before it is what the caller is told.
        connection.invalidate(error)
