"""The worlds that are compared: the same reseller of 1,000 accounts alone and among others, and one reseller of all.

Each lies in a database of its own on one embedded server, which stays for the next run.
"""

import asyncio
import base64
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
from sqlalchemy.engine import make_url

from bench.peers.ours import BOOK
from models import ids
from models.database import Database
from models.embedded import EmbeddedDatabase, embedded_database
from models.migrating import migrate
from models.price_books import load_price_book, read_price_book
from models.tokens import hash_token
from models.walls import EVERYTHING

SQL = (Path(__file__).parent / "world.sql").read_text()
NOW = datetime.now(UTC)
# By how many accounts each is a member of.
MEMBERS = {10: 2, 100: 3, 1_000: 4, 10_000: 5}
ADMIN = 1


@dataclass(frozen=True, slots=True)
class World:
    """So many resellers of so many accounts each."""

    name: str
    resellers: int
    accounts: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """A world that lies in its database."""

    world: World
    database: EmbeddedDatabase


def worlds(accounts: int) -> tuple[World, World, World]:
    """Return them for so many accounts in all, a multiple of 1,000."""
    return World("few", 1, 1_000), World("many", accounts // 1_000, 1_000), World("one", 1, accounts)


def uid(kind: int, number: int) -> UUID:
    """Return an id of the worlds; kinds are 1 for resellers, 2 for accounts, 5 for users."""
    return UUID(f"0192{kind:04x}00007000a000{number:012x}")


def reseller_id(number: int = 1) -> str:
    """Return a reseller's id as clients have it."""
    return ids.encode("resl", uid(1, number))


def session(user: int) -> str:
    """Return the token of a user's session, which is no secret here."""
    return base64.urlsafe_b64encode(uid(5, user).bytes + bytes(32)).decode()


@contextmanager
def loaded(folder: Path, wanted: tuple[World, ...]) -> Iterator[list[Loaded]]:
    """Give the worlds, made where they are not there yet."""
    with ExitStack() as stack:
        found = []
        for world in wanted:
            name = f"{world.name}_{world.resellers * world.accounts}"
            database = stack.enter_context(embedded_database(folder, database=name))
            asyncio.run(_made(world, database))
            found.append(Loaded(world, database))
        yield found


async def connected(url: str) -> asyncpg.Connection:
    """Return a connection of the driver's own."""
    return await asyncpg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))


async def _made(world: World, place: EmbeddedDatabase) -> None:
    await migrate(place.owner_url, application_url=place.application_url)
    owner = await connected(place.owner_url)
    try:
        if await owner.fetchval("SELECT count(*) FROM users") == 0:
            await _fill(world, place, owner)
        await _sign_in(owner)
    finally:
        await owner.close()


async def _fill(world: World, place: EmbeddedDatabase, owner: asyncpg.Connection) -> None:
    database = Database(place.owner_url, pool_size=1)
    async with database.transaction(EVERYTHING) as transaction:
        await load_price_book(transaction, read_price_book(BOOK), at=NOW)
    await database.close()
    sql = SQL.replace(":resellers", str(world.resellers)).replace(":accounts", str(world.accounts))
    async with owner.transaction():
        await owner.execute(sql)
    await owner.execute("VACUUM (ANALYZE, FREEZE)")


async def _sign_in(owner: asyncpg.Connection) -> None:
    rows = [(uid(5, user), hash_token(session(user))) for user in (ADMIN, *MEMBERS.values())]
    insert = "INSERT INTO sessions (user_id, token_hash, created_at, expires_at) VALUES ($1, $2, $3, $4)"
    await owner.execute("DELETE FROM sessions")
    await owner.executemany(insert, [(*row, NOW, NOW + timedelta(days=1)) for row in rows])
