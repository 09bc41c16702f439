"""What every test can ask for: a migrated database, an empty world to fill, clients that are somebody, a clock."""

import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from models import Base
from models.database import Database
from models.embedded import EmbeddedDatabase, embedded_database
from models.migrating import migrate
from models.walls import EVERYTHING, scoped
from resolvers.api import Api, build_api
from tests.applications import assembled
from tests.clients import Client
from tests.world import Clock, World
from web.requests import RequestLog

DELETING = [f"DELETE FROM {table.name}" for table in reversed(Base.metadata.sorted_tables)]
# The walls bind the owner as well.
EMPTYING = ";".join(["BEGIN", scoped(EVERYTHING), *DELETING, "COMMIT"])


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[EmbeddedDatabase]:
    """One server for all workers of a run, one database for each; the last worker out stops it."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    with embedded_database(shared / "postgres", database=f"test_{worker_id}") as embedded:
        yield embedded


@pytest.fixture(scope="session")
async def shared_database(postgres: EmbeddedDatabase) -> AsyncIterator[Database]:
    """The migrated database of this worker, as the application's role sees it."""
    await migrate(postgres.owner_url, application_url=postgres.application_url)
    database = Database(postgres.application_url, pool_size=30)
    yield database
    await database.close()


@pytest.fixture(scope="session")
async def owners_database(postgres: EmbeddedDatabase) -> AsyncIterator[Database]:
    """The same database as the owner of the tables, who may do what the application may not."""
    database = Database(postgres.owner_url, pool_size=1)
    yield database
    await database.close()


@pytest.fixture
async def database(shared_database: Database, owners_database: Database) -> AsyncIterator[Database]:
    """The database, empty. Emptied in one round trip: much faster than TRUNCATE or a new one."""
    yield shared_database
    async with owners_database.engine.connect() as connection:
        raw = await connection.get_raw_connection()
        await raw.driver_connection.execute(EMPTYING)  # type: ignore[union-attr] # asyncpg's connection


@pytest.fixture
def clock() -> Clock:
    """Noon, UTC, on the first of January 2025, until a test says otherwise."""
    return Clock()


@pytest.fixture(scope="session")
def api() -> Api:
    """The schema, built once; with COMPILED_EXECUTION=0 the same tests run on graphql-core alone."""
    return build_api(is_compiled=os.environ.get("COMPILED_EXECUTION") != "0")


@pytest.fixture
def app(api: Api, database: Database, clock: Clock) -> RequestLog:
    """The application on the test's database and clock, without a socket."""

    return assembled(api, database, clock)


@pytest.fixture
async def world(database: Database, clock: Clock, app: RequestLog) -> World:
    """A price book and terms, and nobody yet."""
    made = World(database, clock, app)
    await made.begin()
    return made


@pytest.fixture
def stranger(app: RequestLog) -> Client:
    """Somebody who is not signed in."""
    return Client(app)


@pytest.fixture
def statements(database: Database) -> Callable[[], AbstractContextManager[list[str]]]:
    """Collect the statements that run inside a block, transaction control left out, and leases of points."""
    return lambda: _collected(database, besides="budgets")


@pytest.fixture
def every_statement(database: Database) -> Callable[[], AbstractContextManager[list[str]]]:
    """Collect the statements that run inside a block, transaction control left out."""
    return lambda: _collected(database)


@contextmanager
def _collected(database: Database, besides: str | None = None) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(*event: object) -> None:
        statement = str(event[2])
        if besides is None or besides not in statement:
            seen.append(statement)

    engine = database.engine.sync_engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return Path(__file__).parent.parent
