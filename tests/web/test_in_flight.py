"""How many requests are worked on at once, and what those that are too many are told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import sqlalchemy as sa

from models.database import Database
from tests.clients import Client
from tests.web.conftest import Assemble
from tests.world import World
from web.limits import RequestLimits

WHO = {"query": "{ viewer { name } }"}
BUSY = ("SERVICE_UNAVAILABLE", "The server is busy; try again.")
YOURS = ("TOO_MANY_REQUESTS", "Too many of your requests are under way; wait for one.")


@asynccontextmanager
async def waiting(owner: Database, *clients: Client) -> AsyncIterator[list["asyncio.Task[httpx.Response]"]]:
    """Let each client ask for its dashboards, and begin when all of them wait for a table, until the block ends."""
    document = {"query": "{ viewer { dashboards { name } } }"}
    blocked = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'resellers'::regclass")
    async with owner.transaction() as transaction:
        await transaction.execute(sa.text("LOCK TABLE resellers IN ACCESS EXCLUSIVE MODE"))
        asking = [asyncio.create_task(client.http.post("/graphql", json=document)) for client in clients]
        while await transaction.scalar(blocked) != len(clients):
            pass
        yield asking
    await asyncio.wait(asking)


def told(response: httpx.Response) -> tuple[int, str, tuple[str, str]]:
    [error] = response.json()["errors"]
    return response.status_code, response.headers["retry-after"], (error["extensions"]["code"], error["message"])


async def test_a_worker_that_is_busy_says_so_at_once_and_works_on(
    world: World, assemble: Assemble, owners_database: Database
) -> None:
    tokens = [(await world.admin(await world.reseller())).http.cookies["session"] for _ in range(2)]
    app = assemble(limits=RequestLimits(in_flight=2))
    stranger = Client(app)

    async with waiting(owners_database, *(Client(app, token) for token in tokens)) as asking:
        refused = [await stranger.http.post("/graphql", content=b"x"), await stranger.http.get("/")]
        alive = [(await stranger.http.get(path)).status_code for path in ("/livez", "/readyz")]
    again = await stranger.http.post("/graphql", json=WHO)

    assert [told(each) for each in refused] == [(503, "1", BUSY)] * 2
    assert alive == [200, 200]
    assert [each.result().status_code for each in asking] == [200, 200]
    assert again.status_code == 200


async def test_a_principal_has_its_share_whatever_it_signs_in_with(
    world: World, assemble: Assemble, owners_database: Database
) -> None:
    ada, ben = await world.person("ada@example.test"), await world.person("ben@example.test")
    sessions = [(await world.sign_in(person)).http.cookies["session"] for person in (ada, ada, ada, ben)]
    app = assemble(limits=RequestLimits(in_flight_each=2))
    first, second, third, other = (Client(app, token) for token in sessions)

    async with waiting(owners_database, first, second) as asking:
        refused = await third.http.post("/graphql", json=WHO)
        others = [(await client.http.post("/graphql", json=WHO)).status_code for client in (other, Client(app))]
    again = await third.http.post("/graphql", json=WHO)

    assert told(refused) == (429, "1", YOURS)
    assert others == [200, 200]
    assert ([each.result().status_code for each in asking], again.status_code) == ([200, 200], 200)
