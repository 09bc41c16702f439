"""Where a request's CPU goes: the dashboard's operations from the first ASGI message to the last, area by area.

    .venv/bin/python -m bench.accounting

Everything that `serve` has is on: authentication, row level security, limits, budget, audit, log lines, compiled
execution; the socket and HTTP's parsing are left out. CPU a request is the process's, the median of rounds without a
profiler; a profiler's shares then say whose it is. It makes many short calls look dearer than they are: read the shares
as an order, not as microseconds. What C functions take is counted to whoever called them.
"""
# ruff: noqa: S101, T201 # a benchmark speaks, and checks what it is answered before it counts it

import asyncio
import cProfile
import gc
import json
import pstats
import re
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import uvloop
from starlette.types import ASGIApp, Message

from auth.sessions import ORDINARY
from bench.execution import SCREEN
from domain.tenancy import Role
from models.database import Database
from models.embedded import embedded_database
from models.migrating import migrate
from resolvers.api import build_api
from server import COLLECTED_AFTER
from tests.applications import assembled
from tests.world import Clock, World, gid
from web.cookies import SessionCookie
from web.logs import configure_logs

ROUNDS, REQUESTS = 7, 40
OPERATIONS = (
    "the switcher, 53 dashboards",
    "the accounts screen, 100 accounts",
    "saving a contract",
    "saving a contract, by an API key",
    "the people, keys and events of a reseller",
)
SWITCHER = "{ viewer { email dashboards { kind id name role } } }"
SAVE = """
mutation Save($input: UpsertSubscriptionInput!) { upsertSubscription(input: $input) {
  account { id name status subscription { plan { name } systems total { amount } status } } errors { code } } }
"""
PEOPLE = """
query People($id: ID!) { reseller(id: $id) {
  members { role user { name email } } invitations { email status } apiKeys { name role }
  auditEvents { nodes { occurredAt actorName action changes { field old new } } } } }
"""
# The first that matches a file's path is its area.
AREAS = {
    "HTTP: middleware, reading, encoding": r"/web/|/starlette/",
    "log lines": r"/structlog/",
    "who asks, and what they may": r"/auth/",
    "admission: verdict, cost, variables": r"/execution/admission/",
    "execution": r"/execution/|/graphql/|/strawberry/|<level of",
    "resolvers and types": r"/resolvers/|/schema/|/domain/|/typeid/",
    "statements and loaders": r"/models/|/aiodataloader/",
    "SQLAlchemy": r"/sqlalchemy/",
    "the driver": r"/asyncpg/",
}
Ask = Callable[[], Awaitable[dict[str, Any]]]


def asking(app: ASGIApp, credential: dict[str, str], query: str, variables: dict[str, Any]) -> Ask:
    """Return what sends one request with the headers of a credential, and reads its answer."""
    body = json.dumps({"query": query, "variables": variables}).encode()
    headers = {"host": "testserver", "content-type": "application/json", "content-length": str(len(body))}
    headers |= credential
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("testserver", 80),
    }

    async def ask() -> dict[str, Any]:
        sent: list[Message] = []
        messages = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def receive() -> Message:
            message = next(messages, None)
            return message if message is not None else await asyncio.Event().wait() and {}

        async def send(message: Message) -> None:  # ASGI's
            sent.append(message)

        await app({**scope, "state": {}}, receive, send)
        answer: dict[str, Any] = json.loads(b"".join(message.get("body", b"") for message in sent))
        assert "errors" not in answer, answer
        return answer

    return ask


async def operations(database: Database) -> dict[str, Ask]:
    """Fill a world, and return the operations in it."""
    clock = Clock()
    app = assembled(build_api(), database, clock)
    world = World(database, clock, app)
    await world.begin()
    resellers, person = [await world.reseller() for _ in range(3)], await world.person()
    accounts = []
    for number in range(100):
        accounts.append(await world.account(resellers[0]))
        await world.contract(accounts[-1], systems=1 + number)
        organizations = [await world.organization(accounts[-1]) for _ in range(3)]
        if number < 30:
            await world.join(person, Role.ADMIN, organizations[0])
        if number < 20:
            await world.join(person, Role.ADMIN, accounts[-1])
    for reseller in resellers:
        await world.join(person, Role.ADMIN, reseller)
    client = await world.sign_in(person)
    _, robot = await world.key(person, Role.ADMIN, resellers[0])
    (token,) = client.http.cookies.values()
    cookie = SessionCookie(is_secure=False, length=ORDINARY.absolute).name
    # As a page of ours would send it.
    session = {"cookie": f"{cookie}={token}", "sec-fetch-site": "same-origin"}
    key = {"authorization": robot.http.headers["authorization"]}
    saved = {"accountId": gid(accounts[0]), "systems": 120, "billingInterval": "ANNUAL"}
    asks = (
        asking(app, session, SWITCHER, {}),
        asking(app, session, SCREEN, {"id": gid(resellers[0])}),
        asking(app, session, SAVE, {"input": saved}),
        asking(app, key, SAVE, {"input": saved}),
        asking(app, session, PEOPLE, {"id": gid(resellers[0])}),
    )
    return dict(zip(OPERATIONS, asks, strict=True))


@asynccontextmanager
async def brought() -> AsyncIterator[dict[str, Ask]]:
    """Bring a database with a world in it, and give the operations; logs and garbage are as the server has them."""
    configure_logs(as_json=True, level="INFO")
    with tempfile.TemporaryDirectory() as folder, embedded_database(Path(folder) / "postgres") as embedded:
        await migrate(embedded.owner_url, application_url=embedded.application_url)
        database = Database(embedded.application_url, pool_size=2)
        try:
            asks = await operations(database)
            gc.collect()
            gc.freeze()
            gc.set_threshold(COLLECTED_AFTER)
            yield asks
        finally:
            await database.close()


async def measured(ask: Ask) -> float:
    """Return the milliseconds of CPU of a request: the median of rounds."""
    taken = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(REQUESTS):
            await ask()
        taken.append((time.process_time() - began) / REQUESTS * 1000)
    return statistics.median(taken)


async def shares(ask: Ask) -> dict[str, float]:
    """Return the part of each area, which add up to 1."""
    profile = cProfile.Profile(time.process_time)
    profile.enable()
    for _ in range(REQUESTS):
        await ask()
    profile.disable()
    spent: Counter[str] = Counter()
    for (file, _, _), (_, _, own, _, callers) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined] # it has
        if file != "~":
            spent[area(file)] += own
            continue
        for (calling, _, _), (_, _, part, _) in callers.items():
            spent[area(calling)] += part
    return {name: part / spent.total() for name, part in spent.most_common()}


def area(file: str) -> str:
    """Return whose file it is; what is left are the event loop, the standard library and this benchmark."""
    return next((name for name, pattern in AREAS.items() if re.search(pattern, file)), "the event loop and the rest")


async def main() -> None:
    """Print a table for each operation."""
    async with brought() as asks:
        for name, ask in asks.items():
            total = await measured(ask)
            print(f"\n| {name}: {total:.1f} ms | share | ms |\n|---|--:|--:|")
            for each, part in (await shares(ask)).items():
                print(f"| {each} | {part:.0%} | {part * total:.1f} |")


if __name__ == "__main__":
    uvloop.run(main())
