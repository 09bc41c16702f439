"""Applications that differ from the usual one in one thing."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from models.database import Database
from resolvers.api import Api
from tests.applications import assembled
from tests.clients import Client
from tests.world import Clock
from web.requests import RequestLog

Assemble = Callable[..., RequestLog]


@pytest.fixture
def assemble(api: Api, database: Database, clock: Clock) -> Assemble:
    """Returns the application with whatever a test replaces, on the test's database or another."""

    def made(*, on: Database = database, **replaced: Any) -> RequestLog:
        return assembled(replaced.pop("api", api), on, replaced.pop("now", clock), **replaced)

    return made


@pytest.fixture
async def gone(assemble: Assemble) -> Client:
    """A client of an application whose database does not answer: nothing listens on port 1."""
    return Client(assemble(on=Database("postgresql+asyncpg://nobody:geheim@127.0.0.1:1/gone", pool_size=1)))


@pytest.fixture
def logged() -> Iterator[list[Any]]:
    """Every event of the test, with what is bound to its request."""
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as events:
        yield events
