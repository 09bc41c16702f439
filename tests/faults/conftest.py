"""A database and a post office for a test, and hosts that it may start and kill."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.faults.hosts import Postgres
from tests.mail.office import Office


@pytest.fixture
async def stored(tmp_path: Path) -> AsyncIterator[Postgres]:
    """An empty database, alone on its server."""
    postgres = Postgres(tmp_path / "database")
    await postgres.start()
    yield postgres
    await postgres.stop()


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    """A mail server that takes everything."""
    opened = Office()
    server = await opened.open()
    yield opened
    server.close()
