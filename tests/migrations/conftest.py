"""A database for migrations, with nothing in it at the beginning of each test."""

from collections.abc import AsyncIterator, Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from models.embedded import EmbeddedDatabase, embedded_database


@pytest.fixture(scope="package")
def own(postgres: EmbeddedDatabase, worker_id: str) -> Iterator[EmbeddedDatabase]:
    """One database on the server of this run: a database a test costs the server 20 s when it stops."""
    with embedded_database(postgres.data_dir, database=f"migrations_{worker_id}") as embedded:
        yield embedded


@pytest.fixture
async def nothing(own: EmbeddedDatabase) -> AsyncIterator[EmbeddedDatabase]:
    """The database, without a table."""
    yield own
    engine = create_async_engine(own.owner_url)
    async with engine.begin() as connection:
        for table in await connection.run_sync(lambda each: sa.inspect(each).get_table_names()):
            await connection.execute(sa.text(f"DROP TABLE {table} CASCADE"))
    await engine.dispose()
