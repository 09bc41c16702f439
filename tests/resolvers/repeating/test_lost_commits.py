"""The answer to a COMMIT is lost: with a key it is done once and told, without one nobody guesses."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from domain.tenancy import Role
from models.database import Database
from models.embedded import EmbeddedDatabase
from resolvers.api import Api
from tests.applications import assembled
from tests.clients import Client
from tests.peeking import peek
from tests.resolvers.repeating.calls import RECEIPT
from tests.world import World, gid

NEW = {"name": "New", "subdomain": "brand-new", "supportType": "HUNTRESS_SUPPORTED"}
ADDING = b"INSERT INTO accounts"


class Way:
    """Between us and PostgreSQL: the connection that first adds an account is cut once its COMMIT is done."""

    def __init__(self, socket: str) -> None:
        self.socket, self.cuts = socket, 0

    async def carry(self, ours: asyncio.StreamReader, our_end: asyncio.StreamWriter) -> None:
        """Carry one connection until either end closes it."""
        theirs, their_end = await asyncio.open_unix_connection(self.socket)
        adds, answering = False, asyncio.create_task(_pour(theirs, our_end))
        with suppress(OSError):
            while said := await ours.read(2**16):
                adds = adds or ADDING in said
                if adds and b"COMMIT" in said and not self.cuts:
                    self.cuts += 1
                    answering.cancel()
                    await asyncio.wait({answering})
                    their_end.write(said)
                    # Its end is known only to who reads on.
                    while b"COMMIT" not in await theirs.read(2**16):
                        pass
                    break
                their_end.write(said)
        answering.cancel()
        their_end.close()
        our_end.close()


async def _pour(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(2**16):
            sink.write(data)
    sink.close()


@asynccontextmanager
async def cut_off(postgres: EmbeddedDatabase, folder: Path) -> AsyncIterator[tuple[Database, Way]]:
    url = make_url(postgres.application_url)
    name = f".s.PGSQL.{url.query['port']}"
    way = Way(f"{url.query['host']}/{name}")
    server = await asyncio.start_unix_server(way.carry, folder / name)
    through = url.set(query={**url.query, "host": str(folder)}).render_as_string(hide_password=False)
    database = Database(through, pool_size=3)
    try:
        yield database, way
    finally:
        await database.close()
        server.close()


async def robot_at(world: World, api: Api, database: Database) -> tuple[Client, str]:
    reseller, maker = await world.reseller(), await world.person()
    await world.join(maker, Role.ADMIN, reseller)
    _, robot = await world.key(maker, Role.PROVISIONER, reseller)
    secret = robot.http.headers["authorization"].removeprefix("Bearer ")
    return Client.bearing(assembled(api, database, world.clock), secret), gid(reseller)


async def number_of_accounts(world: World) -> int:
    return int((await peek(world.database, sa.text("SELECT count(*) AS number FROM accounts")))[0].number)


async def test_with_a_key_it_is_done_once_and_told(
    world: World, api: Api, postgres: EmbeddedDatabase, tmp_path: Path
) -> None:
    async with cut_off(postgres, tmp_path) as (database, way):
        robot, reseller = await robot_at(world, api, database)

        payload = await robot.mutate(
            "createAccount", {"resellerId": reseller, **NEW, "idempotencyKey": "key-1"}, "account { name } " + RECEIPT
        )

    assert (payload["errors"], payload["account"], way.cuts) == ([], {"name": "New"}, 1)
    assert payload["receipt"]["replayed"] is True
    assert await number_of_accounts(world) == 1


async def test_without_a_key_nobody_guesses(world: World, api: Api, postgres: EmbeddedDatabase, tmp_path: Path) -> None:
    document = "mutation($input: CreateAccountInput!) { createAccount(input: $input) { errors { code } } }"
    async with cut_off(postgres, tmp_path) as (database, way):
        robot, reseller = await robot_at(world, api, database)

        answer = await robot.run(document, input={"resellerId": reseller, **NEW})

    assert (answer.codes, way.cuts) == (["SERVICE_UNAVAILABLE"], 1)
    assert await number_of_accounts(world) == 1
