"""Bringing the tables up to what the code expects, by one process at a time.

MigrationError     the database cannot be reached, or does not let us
"""

from collections.abc import Callable
from pathlib import Path

import asyncpg
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
# Any constant: whoever migrates this schema takes the same lock.
LOCK = 7_291_554_013
# What the application's role may do. The audit it only adds to: nobody but the owner of the tables changes it.
GRANTS = (
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {grantee}",
    "REVOKE UPDATE, DELETE, TRUNCATE ON audit_events FROM {grantee}",
)


def configured(connection: sa.Connection | None = None) -> Config:
    """Return alembic's configuration for a connection."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


class MigrationError(Exception):
    """The tables are not what the code expects; the message says why."""


async def migrate(owner_url: str, *, application_url: str = "", revision: str = "head") -> None:
    """Upgrade to a revision as the owner of the tables, and let the application's role use them.

    Several processes may do it at once: one works, all are done. Raises MigrationError.
    """
    role = make_url(application_url).username if application_url else None
    is_other = role is not None and role != make_url(owner_url).username

    def step(connection: sa.Connection) -> None:
        command.upgrade(configured(connection), revision)
        if is_other:
            grantee = connection.dialect.identifier_preparer.quote(str(role))
            for statement in GRANTS:
                connection.exec_driver_sql(statement.format(grantee=grantee))

    try:
        await _run(owner_url, step)
    except (SQLAlchemyError, OSError, TypeError, CommandError, asyncpg.PostgresError) as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise MigrationError(f"DATABASE_URL: the database cannot be used: {reason}") from error


async def downgrade(owner_url: str, revision: str) -> None:
    """Take steps back: "-1" is one."""
    await _run(owner_url, lambda connection: command.downgrade(configured(connection), revision))


async def is_migrated(connection: AsyncConnection) -> bool:
    """Tell whether the tables are what this code expects."""
    newest = ScriptDirectory.from_config(configured()).get_current_head()
    current = await connection.run_sync(lambda each: MigrationContext.configure(each).get_current_revision())
    return current == newest


async def _run(owner_url: str, step: Callable[[sa.Connection], None]) -> None:
    engine = create_async_engine(owner_url)
    try:
        async with engine.connect() as connection:
            await connection.execute(sa.select(sa.func.pg_advisory_lock(LOCK)))
            await connection.commit()
            # Closing the connection gives the lock back, whatever happened.
            await connection.run_sync(step)
            await connection.commit()
    finally:
        await engine.dispose()
