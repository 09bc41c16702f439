"""What the tests of what is stored share: one connection to it, and generated examples that take their time."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import settings

from models.database import Database
from models.embedded import EmbeddedDatabase

# The machine may be busy.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture
async def narrow(postgres: EmbeddedDatabase, database: Database) -> AsyncIterator[Database]:  # emptied after it
    """The same database through a single connection: whoever needs two waits in vain."""
    opened = Database(postgres.application_url, pool_size=1)
    yield opened
    await opened.close()
