"""Migrations are whole: up from nothing, exactly what the code expects, down one and up again, by one at a time."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from models import Base
from models.database import Database
from models.embedded import EmbeddedDatabase
from models.migrating import LOCK, MigrationError, configured, downgrade, is_migrated, migrate

T = TypeVar("T")
SCRIPTS = list(ScriptDirectory.from_config(configured()).walk_revisions("base", "heads"))
REVISIONS = [script.revision for script in reversed(SCRIPTS)]
TIMEOUTS = ["SET LOCAL lock_timeout = '3s'", "SET LOCAL statement_timeout = '60s'"]
TABLES = {table.name for table in Base.metadata.sorted_tables}
BEFORE = {revision: ("base", *REVISIONS)[REVISIONS.index(revision)] for revision in REVISIONS}


async def asked(url: str, question: Callable[[sa.Connection], T]) -> T:
    """Ask on a connection of the moment."""
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(question)
    finally:
        await engine.dispose()


async def tables_of(database: EmbeddedDatabase) -> set[str]:
    return await asked(database.owner_url, lambda connection: set(sa.inspect(connection).get_table_names()))


async def differences(database: EmbeddedDatabase) -> list[Any]:
    def compared(connection: sa.Connection) -> list[Any]:
        return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))

    return await asked(database.owner_url, compared)


async def shape_of(database: EmbeddedDatabase) -> list[tuple[Any, ...]]:
    """Return every column, index and constraint of our tables, as PostgreSQL writes them."""
    written = sa.text("""
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull::text
          FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
        UNION ALL SELECT tablename, indexname, indexdef, '' FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), ''
          FROM pg_constraint WHERE connamespace = 'public'::regnamespace
         ORDER BY 1, 2, 3
    """)
    return await asked(database.owner_url, lambda connection: [tuple(row) for row in connection.execute(written)])


async def statements_of(url: str, step: Callable[[sa.Connection], None]) -> list[str]:
    """Take a step, and return the statements that it ran, alembic's own bookkeeping left out."""
    seen: list[str] = []
    engine = create_async_engine(url)
    sa.event.listen(engine.sync_engine, "before_cursor_execute", lambda *event: seen.append(str(event[2]).strip()))
    try:
        async with engine.connect() as connection:
            await connection.run_sync(step)
    finally:
        await engine.dispose()
    ours = [each for each in seen if re.match("SET|CREATE|ALTER|DROP|INSERT|UPDATE|DELETE|SELECT", each)]
    return [each for each in ours if "alembic_version" not in each and "pg_catalog" not in each]


async def test_the_tables_are_made_from_nothing(nothing: EmbeddedDatabase) -> None:
    before = await tables_of(nothing)

    await migrate(nothing.owner_url)

    assert before == set()
    assert await tables_of(nothing) == TABLES | {"alembic_version"}


async def test_the_tables_are_what_the_code_expects(nothing: EmbeddedDatabase) -> None:
    await migrate(nothing.owner_url)

    assert await differences(nothing) == []


async def test_the_constraints_are_what_the_code_expects(nothing: EmbeddedDatabase, postgres: EmbeddedDatabase) -> None:
    async def made(database: EmbeddedDatabase) -> None:
        engine = create_async_engine(database.owner_url)
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        await engine.dispose()

    await migrate(postgres.owner_url)
    await made(nothing)

    migrated = [row for row in await shape_of(postgres) if row[0] != "alembic_version"]
    assert migrated == await shape_of(nothing)


async def test_migrating_again_changes_nothing(nothing: EmbeddedDatabase) -> None:
    await migrate(nothing.owner_url)
    first = await shape_of(nothing)

    await migrate(nothing.owner_url)

    assert await shape_of(nothing) == first


@pytest.mark.parametrize("revision", REVISIONS)
async def test_every_step_can_be_taken_back_and_taken_again(nothing: EmbeddedDatabase, revision: str) -> None:
    if BEFORE[revision] != "base":
        await migrate(nothing.owner_url, revision=BEFORE[revision])
    before = await shape_of(nothing)
    await migrate(nothing.owner_url, revision=revision)
    after = await shape_of(nothing)

    await downgrade(nothing.owner_url, "-1")
    down = [row for row in await shape_of(nothing) if row[0] != "alembic_version"]
    await migrate(nothing.owner_url, revision=revision)

    assert down == [row for row in before if row[0] != "alembic_version"]
    assert await shape_of(nothing) == after


@pytest.mark.parametrize("revision", REVISIONS)
async def test_every_step_sets_its_timeouts_before_anything_else(nothing: EmbeddedDatabase, revision: str) -> None:
    if BEFORE[revision] != "base":
        await migrate(nothing.owner_url, revision=BEFORE[revision])

    up = await statements_of(nothing.owner_url, lambda each: command.upgrade(configured(each), revision))
    down = await statements_of(nothing.owner_url, lambda each: command.downgrade(configured(each), "-1"))

    assert (up[:2], down[:2]) == (TIMEOUTS, TIMEOUTS)


def test_a_new_migration_begins_with_the_timeouts(root: Path) -> None:
    template = (root / "migrations" / "script.py.mako").read_text()

    assert [template.count(f'op.execute("{statement}")') for statement in TIMEOUTS] == [2, 2]


def test_the_migrations_are_one_line_of_descent() -> None:
    script = ScriptDirectory.from_config(configured())

    assert script.get_heads() == REVISIONS[-1:]
    assert [each.down_revision for each in reversed(SCRIPTS)] == [None, *REVISIONS[:-1]]


async def test_many_who_migrate_at_once_all_find_it_done(nothing: EmbeddedDatabase) -> None:
    await asyncio.gather(*(migrate(nothing.owner_url, application_url=nothing.application_url) for _ in range(6)))

    assert await differences(nothing) == []


async def test_who_migrates_waits_for_whoever_does_already(nothing: EmbeddedDatabase) -> None:
    engine = create_async_engine(nothing.owner_url)
    waiting = sa.text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    async with engine.connect() as first:
        await first.execute(sa.select(sa.func.pg_advisory_lock(LOCK)))
        second = asyncio.create_task(migrate(nothing.owner_url))
        async with asyncio.timeout(30):
            while not await first.scalar(waiting):
                pass
        made_meanwhile = await tables_of(nothing)
        await first.execute(sa.select(sa.func.pg_advisory_unlock(LOCK)))
        await second
    await engine.dispose()

    assert made_meanwhile == set()
    assert await tables_of(nothing) == TABLES | {"alembic_version"}


async def test_the_application_uses_the_tables_and_does_not_change_them(nothing: EmbeddedDatabase) -> None:
    await migrate(nothing.owner_url, application_url=nothing.application_url)
    database = Database(nothing.application_url, pool_size=1)

    counted = await database.fetch(sa.text("DELETE FROM accounts RETURNING id"))
    with pytest.raises(DBAPIError, match="must be owner of table accounts"):
        await database.fetch(sa.text("ALTER TABLE accounts ADD COLUMN own int"))
    await database.close()

    assert counted == []


@pytest.mark.parametrize("revision", [None, *REVISIONS])
async def test_only_the_newest_tables_are_what_the_code_expects(
    nothing: EmbeddedDatabase, revision: str | None
) -> None:
    if revision is not None:
        await migrate(nothing.owner_url, revision=revision)
    engine = create_async_engine(nothing.owner_url)

    async with engine.connect() as connection:
        answer = await is_migrated(connection)
    await engine.dispose()

    assert answer is (revision == REVISIONS[-1])


async def test_a_database_that_is_not_there_is_one_sentence(nothing: EmbeddedDatabase) -> None:
    elsewhere = re.sub("migrations_[a-z0-9]+", "nowhere", nothing.owner_url)

    with pytest.raises(MigrationError) as refused:
        await migrate(elsewhere)

    assert str(refused.value) == 'DATABASE_URL: the database cannot be used: database "nowhere" does not exist'


async def test_a_revision_that_this_code_does_not_know_is_one_sentence(nothing: EmbeddedDatabase) -> None:
    with pytest.raises(MigrationError) as refused:
        await migrate(nothing.owner_url, revision="9999")

    assert str(refused.value) == "DATABASE_URL: the database cannot be used: Can't locate revision identified by '9999'"
