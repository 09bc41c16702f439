"""Dear operations wait for their turn, within the time that they have; cheap ones pass."""

from typing import Any

import pytest
import strawberry

from auth.permissions import Anyone
from execution.turns import Turns
from models.database import Database
from resolvers import api as module
from resolvers.api import Api
from resolvers.fields import query
from schema.context import Info
from tests.applications import assembled
from tests.clients import Client
from tests.world import Clock
from web.limits import RequestLimits

LIMITS = RequestLimits(operation_seconds=0.1)


async def hurry(info: Info) -> str | None:
    """Takes no time."""
    return "done"


@strawberry.type
class Query:
    """Something to ask."""

    hurry = query(hurry, permission_classes=[Anyone])


async def _asked(database: Database, clock: Clock, turns: Turns) -> tuple[int, Any]:
    app = assembled(Api(query=Query, turns=turns), database, clock, limits=LIMITS)
    response = await Client(app).http.post("/graphql", json={"query": "{ hurry }"})
    return response.status_code, response.json()


@pytest.fixture
def turns() -> Turns:
    """One at once, and nobody looks whether the worker is idle."""
    return Turns(1, look_seconds=3600)


async def test_a_dear_operation_waits_as_long_as_it_may_take(
    database: Database, clock: Clock, turns: Turns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "DEAR", 0)

    async with turns:
        status, body = await _asked(database, clock, turns)

    assert (status, body["errors"][0]["extensions"]) == (503, {"code": "DEADLINE_EXCEEDED"})
    status, body = await _asked(database, clock, turns)
    assert (status, body["data"]) == (200, {"hurry": "done"})


async def test_a_cheap_operation_passes(database: Database, clock: Clock, turns: Turns) -> None:
    async with turns:
        status, body = await _asked(database, clock, turns)

    assert (status, body["data"]) == (200, {"hurry": "done"})
