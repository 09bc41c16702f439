"""An application whose schema has nothing but what a test planted."""

from collections.abc import Callable

import pytest

from models.database import Database
from resolvers.api import Api
from tests.applications import assembled
from tests.clients import Client
from tests.world import Clock


@pytest.fixture
def planted(database: Database, clock: Clock) -> Callable[[Api], Client]:
    """Return how to ask another schema, as a stranger."""
    return lambda api: Client(assembled(api, database, clock))
