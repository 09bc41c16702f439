"""An application whose schema has nothing but what a test planted."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from models.database import Database
from resolvers.api import Api
from tests.clients import Client
from tests.world import Clock
from web.application import Application


@pytest.fixture
def planted(database: Database, clock: Clock) -> Callable[[Api], Client]:
    """Return how to ask another schema, as a stranger."""

    @contextmanager
    def never() -> Iterator[Database]:
        raise AssertionError("tests bring their own database")
        yield database

    def ask(api: Api) -> Client:
        assembled = Application(
            api=api,
            connect=never,  # type: ignore[arg-type] # never called: the lifespan does not run
            now=clock,
            origin="http://testserver",
            portal_url="https://{subdomain}.portal.test/",
            is_secure=False,
        ).assembled()
        assembled.app.state.database = database  # type: ignore[attr-defined] # Starlette's, inside the middleware
        return Client(assembled)

    return ask
