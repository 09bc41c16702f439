"""Connections: how they are opened, how a transaction begins and ends on one, and how they go back to the pool.

A transaction begins in one round trip together with its settings: PostgreSQL takes several statements in one message
of its simple protocol. Hence SQLAlchemy leaves transactions to us (AUTOCOMMIT), and whatever is left open when a
connection goes back is rolled back then. No connection is asked whether it lives before it is used: a closed one is
known without asking, and where BEGIN is the first to find out, nothing was done yet and another one is taken.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

import asyncpg
import sqlalchemy as sa
from sqlalchemy.exc import DisconnectionError, InvalidRequestError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from models.failures import ENDING, LOST, OutcomeUnknown, is_unsent
from models.pool import WatchedPool
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


def opened(url: str, *, pool_size: int, patience: Patience) -> AsyncEngine:
    """Return the engine: a pool of so many connections at most, opened when they are needed."""
    engine = create_async_engine(
        url,
        isolation_level="AUTOCOMMIT",
        poolclass=WatchedPool,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=patience.pool,
        pool_reset_on_return=None,
        hide_parameters=True,  # errors are logged, and among the parameters are addresses, names and hashes
        connect_args={
            "timeout": patience.connect,
            "command_timeout": patience.statement + GRACE_SECONDS,
            # The one parameter that PgBouncer takes; the timeouts are set with BEGIN, for its sake as well.
            "server_settings": {"application_name": "reseller-dashboard"},
        },
    )
    sa.event.listen(engine.sync_engine, "checkout", _refuse_the_closed)
    sa.event.listen(engine.sync_engine, "handle_error", _give_up_the_ending)
    sa.event.listen(engine.sync_engine, "rollback", _roll_back_now)
    sa.event.listen(engine.sync_engine, "reset", _roll_back_before_it_goes_back)
    return engine


def reading(tenants: Tenants, patience: Patience) -> str:
    """Return how a snapshot begins: one moment of these tenants' data, read only."""
    return _beginning("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", tenants, patience)


def writing(tenants: Tenants, patience: Patience) -> str:
    """Return how a write in these tenants' data begins."""
    lock = f"SET LOCAL lock_timeout = {_milliseconds(patience.lock)}"
    return f"{_beginning('BEGIN ISOLATION LEVEL READ COMMITTED', tenants, patience)}; {lock}"


def _beginning(begin: str, tenants: Tenants, patience: Patience) -> str:
    return (
        f"{begin}; {scoped(tenants)}; SET LOCAL statement_timeout = {_milliseconds(patience.statement)}; "
        f"SET LOCAL idle_in_transaction_session_timeout = {_milliseconds(patience.idle)}"
    )


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


async def begun(engine: AsyncEngine, beginning: str) -> AsyncConnection:
    """Return a connection on which a transaction has begun. Raises OperationalError, OSError or the pool's timeout."""
    try:
        return await _begun_on(await engine.connect(), beginning)
    except OperationalError as error:
        if not error.connection_invalidated:
            raise
    return await _begun_on(await engine.connect(), beginning)


async def _begun_on(connection: AsyncConnection, beginning: str) -> AsyncConnection:
    try:
        await driver(connection).execute(beginning)
    except BaseException as error:
        # Whether it has begun is unknown: nobody else gets this connection.
        await asyncio.shield(_dropped(connection, error))
        if isinstance(error, LOST) and not isinstance(error, TimeoutError):
            raise OperationalError("BEGIN", None, error, connection_invalidated=True) from error
        raise
    return connection


async def commit(connection: AsyncConnection) -> None:
    """Commit, unless it was rolled back already.

    Raises OutcomeUnknown where the connection breaks meanwhile, OperationalError where surely nothing was saved.
    """
    if driver(connection).is_closed():
        gone = asyncpg.ConnectionDoesNotExistError("closed before COMMIT was sent")
        raise OperationalError("COMMIT", None, gone, connection_invalidated=True)
    if not driver(connection).is_in_transaction():
        return
    try:
        status = await driver(connection).execute("COMMIT")
    except BaseException as error:
        await asyncio.shield(_dropped(connection, error))
        if is_unsent(error):
            raise OperationalError("COMMIT", None, error, connection_invalidated=True) from error
        # 57P01 in answer to COMMIT as well. PostgreSQL itself lets nobody interrupt it between the record of the commit
        # and the answer, so that this error means "not saved"; but a pooler between us, or a standby that was waited
        # for, says the same of what was saved.
        if isinstance(error, LOST):
            raise OutcomeUnknown(str(error)) from error
        if isinstance(error, asyncpg.PostgresError):
            raise OperationalError("COMMIT", None, error) from error
        raise
    if status != "COMMIT":
        raise InvalidRequestError("Nothing was saved: a statement of the transaction had failed.")


async def given_back(connection: AsyncConnection) -> None:
    """Give the connection back, whatever becomes of the caller meanwhile; what was not committed is rolled back."""
    await asyncio.shield(connection.close())


def driver(connection: AsyncConnection) -> Any:  # noqa: ANN401 # asyncpg ships no types
    """Return asyncpg's connection. Raises OperationalError where it was given up: SQLAlchemy would open another."""
    if connection.invalidated:
        gone = asyncpg.ConnectionDoesNotExistError("given up before")
        raise OperationalError("", None, gone, connection_invalidated=True)
    return connection.sync_connection.connection.driver_connection  # type: ignore[union-attr] # it was started


async def _dropped(connection: AsyncConnection, error: BaseException) -> None:
    if isinstance(error, ENDING):
        driver(connection).terminate()
    await connection.invalidate(error)
    await connection.close()


def _refuse_the_closed(dbapi_connection: Any, *_: object) -> None:  # noqa: ANN401 # as above
    # Known without a round trip: the event loop has seen the other end close it. The pool opens another.
    if dbapi_connection.driver_connection.is_closed():
        raise DisconnectionError


def _give_up_the_ending(context: sa.engine.ExceptionContext) -> None:
    if isinstance(getattr(context.original_exception, "__cause__", None), ENDING) and context.connection is not None:
        # Hung up at once: closed with ceremony, it would be refused once more.
        context.connection.connection.driver_connection.terminate()  # type: ignore[union-attr] # asyncpg's
        context.is_disconnect = True


def _roll_back_now(connection: sa.Connection) -> None:
    if connection.closed or connection.invalidated:
        return
    try:
        _roll_back(connection.connection.dbapi_connection)
    except (asyncpg.PostgresError, *LOST) as error:
        # PostgreSQL rolls back what loses its connection; what went wrong before it is what the caller is told.
        connection.invalidate(error)


def _roll_back_before_it_goes_back(dbapi_connection: Any, record: Any, state: Any) -> None:  # noqa: ANN401 # as above
    if state.terminate_only:
        return
    try:
        _roll_back(dbapi_connection)
    except (asyncpg.PostgresError, *LOST) as error:
        record.invalidate(error)


def _roll_back(dbapi_connection: Any) -> None:  # noqa: ANN401 # as above
    raw = dbapi_connection.driver_connection
    if not raw.is_closed() and raw.is_in_transaction():
        dbapi_connection.run_async(lambda each: each.execute("ROLLBACK"))
