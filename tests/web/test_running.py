"""Deadlines, and clients who leave: a query is given up with all that it held, a mutation that has begun is not."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import orjson
import pytest
import sqlalchemy as sa
import strawberry
from starlette.types import ASGIApp, Message, Scope

from auth.permissions import Anyone
from models import User
from models.database import Database
from models.embedded import EmbeddedDatabase
from resolvers.api import Api
from resolvers.fields import mutation, query
from resolvers.writing import writing
from schema.context import Info
from schema.viewer import SignOutPayload
from tests.clients import Client
from tests.web.conftest import Assemble
from tests.world import World
from web.limits import RequestLimits
from web.running import Operations

DEADLINE = "This took longer than 0.1 seconds and was given up; nothing was changed."
RENAME = "mutation { rename { errors { code } } }"
FOREVER = sa.select(sa.func.pg_sleep(60))


async def wait(info: Info) -> str | None:
    """Waits for a statement that takes a minute."""
    await info.context.snapshot.fetch(FOREVER)
    return None


async def wait_in_the_background(info: Info) -> str | None:
    """Waits for a statement of a task that nobody cancels, as a loader's is."""
    await asyncio.shield(asyncio.ensure_future(info.context.snapshot.fetch(FOREVER)))
    return None


async def rename(info: Info) -> SignOutPayload:
    """Renames everybody, and is in no hurry."""
    async with writing(info) as transaction:
        await transaction.execute(sa.update(User).values(name="Renamed"))
        await transaction.execute(sa.select(sa.func.pg_sleep(1)))
    return SignOutPayload(errors=[])


async def rename_later(info: Info) -> SignOutPayload:
    """Renames everybody, and takes a minute for it."""
    async with writing(info) as transaction:
        await transaction.execute(sa.update(User).values(name="Renamed"))
        await transaction.execute(FOREVER)
    return SignOutPayload(errors=[])


async def dawdle(info: Info) -> SignOutPayload:
    """Reads for a minute, and changes nothing."""
    await info.context.snapshot.fetch(FOREVER)
    return SignOutPayload(errors=[])


async def hurry(info: Info) -> str | None:
    """Takes no time."""
    return "done"


@strawberry.type
class Query:
    """Reading that takes its time."""

    wait = query(wait, permission_classes=[Anyone])
    wait_in_the_background = query(wait_in_the_background, permission_classes=[Anyone])
    hurry = query(hurry, permission_classes=[Anyone])


@strawberry.type
class Mutation:
    """Writing that takes its time."""

    rename = mutation(rename, permission_classes=[Anyone])
    rename_later = mutation(rename_later, permission_classes=[Anyone])
    dawdle = mutation(dawdle, permission_classes=[Anyone])


@pytest.fixture
async def small(postgres: EmbeddedDatabase) -> AsyncIterator[Database]:
    """A pool of two."""
    database = Database(postgres.application_url, pool_size=2)
    yield database
    await database.close()


@pytest.fixture
def slow(assemble: Assemble, small: Database) -> ASGIApp:
    """An application that takes its time, and has a tenth of a second for an operation."""
    return assemble(on=small, api=Api(query=Query, mutation=Mutation), limits=RequestLimits(operation_seconds=0.1))


class Leaving:
    """A client who sends a request and leaves when the test says so."""

    def __init__(self, app: ASGIApp, document: str) -> None:
        self.sent: list[Message] = []
        self._leaves = asyncio.Event()
        self._messages = [{"type": "http.request", "body": orjson.dumps({"query": document}), "more_body": False}]
        headers = [(b"host", b"testserver"), (b"content-type", b"application/json")]
        scope: Scope = {"type": "http", "method": "POST", "path": "/graphql", "raw_path": b"/graphql"}
        scope |= {"query_string": b"", "headers": headers, "client": ("192.0.2.1", 1), "http_version": "1.1"}
        self.answering = asyncio.ensure_future(app(scope, self._receive, self._send))

    def leave(self) -> None:
        """Close the connection."""
        self._leaves.set()

    @property
    def status(self) -> int:
        """The status of what was answered, which nobody read."""
        return int(self.sent[0]["status"])

    async def _receive(self) -> Message:
        if self._messages:
            return self._messages.pop()
        await self._leaves.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        self.sent.append(message)


def pool_of(database: Database) -> dict[str, int]:
    pool = database.pool_state()
    return {"checked out": pool.taken, "beyond": pool.overflow}


async def names(database: Database) -> list[str]:
    return [str(name) for (name,) in await database.fetch(sa.select(User.name))]


async def test_a_query_is_given_up_after_its_time(slow: ASGIApp, small: Database) -> None:
    response = await Client(slow).http.post("/graphql", json={"query": "{ wait }"})

    assert (response.status_code, response.headers["retry-after"]) == (503, "1")
    assert response.json() == {"errors": [{"message": DEADLINE, "extensions": {"code": "DEADLINE_EXCEEDED"}}]}
    assert pool_of(small) == {"checked out": 0, "beyond": 0}


async def test_a_mutation_that_has_begun_is_not(world: World, slow: ASGIApp) -> None:
    await world.person("ada@example.test")

    data = await Client(slow).query(RENAME)

    assert data == {"rename": {"errors": []}}
    assert await names(world.database) == ["Renamed"]


async def test_a_mutation_goes_on_when_its_client_has_left(world: World, slow: ASGIApp, small: Database) -> None:
    await world.person("ada@example.test")
    leaving = Leaving(slow, RENAME)
    while not await waiting(world.database) and not leaving.answering.done():
        pass

    leaving.leave()
    await leaving.answering

    assert leaving.status == 200
    assert await names(world.database) == ["Renamed"]
    assert pool_of(small) == {"checked out": 0, "beyond": 0}


async def test_a_mutation_goes_on_when_the_server_gives_its_request_up(world: World, slow: ASGIApp) -> None:
    await world.person("ada@example.test")
    leaving = Leaving(slow, RENAME)
    while not await waiting(world.database) and not leaving.answering.done():
        pass

    leaving.answering.cancel()
    await asyncio.wait({leaving.answering})
    while await waiting(world.database):
        pass

    assert (leaving.answering.cancelled(), leaving.sent) == (True, [])
    while await names(world.database) != ["Renamed"]:
        pass


def operations_of(app: ASGIApp) -> Operations:
    """Return what runs in an application, inside its middleware."""
    return cast("Operations", cast("Any", app).app.app.app.state.operations)


async def test_a_server_that_ends_takes_back_what_is_not_done(world: World, slow: ASGIApp, small: Database) -> None:
    await world.person("ada@example.test")
    asking = asyncio.ensure_future(Client(slow).run("mutation { renameLater { errors { code } } }"))
    while not await waiting(world.database) and not asking.done():
        pass

    operations_of(slow).cut_off()
    answer = await asking

    # Its transaction was rolled back, and is not tried again.
    assert (answer.status, answer.codes) == (503, ["SERVICE_UNAVAILABLE"])
    assert answer.errors[0]["message"].startswith("The server ended before this was done; look whether it was saved")
    assert await names(world.database) == ["ada"]
    assert (await waiting(world.database), pool_of(small)) == (0, {"checked out": 0, "beyond": 0})


@pytest.mark.parametrize(
    ("document", "message", "wait"),
    [
        (
            "mutation { dawdle { errors { code } } }",
            "The server ended before this was done; look whether it was saved before you repeat it.",
            None,
        ),
        ("{ wait }", "The server is restarting; try again.", "1"),
    ],
)
async def test_who_is_cut_off_is_told_whether_to_look_first(
    world: World, assemble: Assemble, small: Database, document: str, message: str, wait: str | None
) -> None:
    app = assemble(on=small, api=Api(query=Query, mutation=Mutation))
    asking = asyncio.ensure_future(Client(app).http.post("/graphql", json={"query": document}))
    while not await waiting(world.database) and not asking.done():
        pass

    operations_of(app).cut_off()
    response = await asking

    assert (response.status_code, response.headers.get("retry-after")) == (503, wait)
    assert response.json() == {"errors": [{"message": message, "extensions": {"code": "SERVICE_UNAVAILABLE"}}]}


async def waiting(database: Database) -> int:
    """Return how many connections wait in pg_sleep."""
    asleep = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"
    [(number,)] = await database.fetch(sa.text(asleep))
    return int(number)


@pytest.mark.parametrize("document", ["{ wait }", "{ waitInTheBackground }", "{ a: wait b: wait c: hurry }"])
async def test_a_query_ends_with_its_client_and_so_does_its_statement(
    slow: ASGIApp, small: Database, database: Database, document: str
) -> None:
    leaving = Leaving(slow, document)
    while not await waiting(database):
        pass

    leaving.leave()
    await leaving.answering

    assert leaving.status == 499
    assert pool_of(small) == {"checked out": 0, "beyond": 0}
    while await waiting(database):
        pass


async def test_no_connection_is_lost_by_500_clients_who_leave(slow: ASGIApp, small: Database) -> None:
    documents = ["{ wait }", "{ waitInTheBackground }", "{ hurry }", "{ a: wait b: waitInTheBackground }"]
    for number in range(500):
        leaving = Leaving(slow, documents[number % 4])
        # Each leaves at another moment: while the connection is asked for, begins, or waits for its statement.
        for _ in range(number % 23):
            await asyncio.sleep(0)
        leaving.leave()
        await leaving.answering

    answers = await asyncio.gather(*(small.fetch(sa.text("SELECT 1")) for _ in range(10)))

    assert [answer[0][0] for answer in answers] == [1] * 10
    assert await Client(slow).query("{ hurry }") == {"hurry": "done"}
    assert pool_of(small) == {"checked out": 0, "beyond": 0}


async def test_a_page_waits_no_longer_than_a_client(
    assemble: Assemble, world: World, owners_database: Database
) -> None:
    ada = await world.admin(await world.reseller())
    app = assemble(limits=RequestLimits(operation_seconds=0.1))
    browser = Client(app, ada.http.cookies["session"])
    async with owners_database.transaction() as transaction:
        await transaction.execute(sa.text("LOCK TABLE resellers IN ACCESS EXCLUSIVE MODE"))

        response = await browser.http.get("/dashboards")

    assert (response.status_code, response.json()["errors"][0]["extensions"]) == (503, {"code": "DEADLINE_EXCEEDED"})
