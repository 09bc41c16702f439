"""A request leaves nothing to the garbage collector: whatever was made for it goes when it is answered."""

import asyncio
import gc
import json
import os
from collections.abc import Callable, Iterator

import pytest
from starlette.types import ASGIApp, Message, Scope

from domain.tenancy import Role
from models import User
from schema.context import Context
from tests.clients import Client
from tests.web.conftest import Assemble
from tests.world import HUNTRESS, World, gid

pytestmark = pytest.mark.skipif(
    os.environ.get("COMPILED_EXECUTION") == "0", reason="graphql-core's executor refers to itself"
)
SWITCHER = "{ viewer { dashboards { name role } } }"
SCREEN = """
query($id: ID!) { reseller(id: $id) { accounts(first: 10) { totalCount edges { cursor node {
  name status organizations { nodes { name } } subscription { plan { name } total { amount } }
} } } } }
"""
SAVE = """
mutation($input: UpsertSubscriptionInput!) { upsertSubscription(input: $input) {
  account { name subscription { systems plan { name } } } errors { code }
} }
"""


@pytest.fixture
def garbage() -> Iterator[Callable[[], list[Context]]]:
    """Let nothing be collected but where it is asked for; then tell which requests were left to it.

    All that is made for a request hangs on its context. Others leave garbage as well, tests above all.
    """

    def collected() -> list[Context]:
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        gc.set_debug(0)
        found = [each for each in gc.garbage if isinstance(each, Context)]
        gc.garbage.clear()
        return found

    gc.disable()
    yield collected
    gc.enable()


async def ask(app: ASGIApp, client: Client, document: str, variables: dict[str, object]) -> list[str]:
    """Send one request as a server would, and return its errors: a client of a library's makes garbage of its own."""
    body = json.dumps({"query": document, "variables": variables}).encode()
    (token,) = client.http.cookies.values()
    headers = {"host": "testserver", "content-type": "application/json", "cookie": f"session={token}"}
    scope: Scope = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": b"",
        "headers": [
            (name.encode(), value.encode()) for name, value in {**headers, "sec-fetch-site": "same-origin"}.items()
        ],
        "client": ("127.0.0.1", 1),
        "state": {},
    }
    sent: list[Message] = []

    messages: list[Message] = [{"type": "http.request", "body": body}]

    async def receive() -> Message:
        return messages.pop() if messages else await asyncio.Event().wait() and {}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return [error["extensions"]["code"] for error in json.loads(sent[1]["body"]).get("errors", ())]


def left_of(person: User, left: list[Context]) -> list[Context]:
    """Return those of somebody's; joining and signing in were requests of a client of a library's."""
    mine = [each for each in left if each.viewer is not None and each.viewer.id == person.id]
    return [each for each in mine if each.user_agent is None]


@pytest.mark.parametrize(("document", "names"), [(SWITCHER, ""), (SCREEN, "reseller"), (SAVE, "account")])
async def test_a_request_leaves_nothing_behind(
    world: World, assemble: Assemble, garbage: Callable[[], list[Context]], document: str, names: str
) -> None:
    reseller, person = await world.reseller(), await world.person()
    accounts = [await world.account(reseller) for _ in range(3)]
    await world.organization(accounts[1])
    await world.contract(accounts[1])
    await world.join(person, Role.ADMIN, reseller)
    client, app = await world.sign_in(person), assemble()
    saved = {"accountId": gid(accounts[0]), "systems": 12, "billingInterval": "ANNUAL"}
    variables = {"": {}, "reseller": {"id": gid(reseller)}, "account": {"input": saved}}[names]

    for _ in range(3):
        assert await ask(app, client, document, variables) == []

    assert left_of(person, garbage()) == []


async def test_a_list_that_is_refused_in_part_leaves_nothing_behind(
    world: World, assemble: Assemble, garbage: Callable[[], list[Context]]
) -> None:
    reseller, person = await world.reseller(), await world.person()
    await world.account(reseller)
    await world.account(reseller, support_type=HUNTRESS)
    await world.join(person, Role.ADMIN, reseller)
    client, app = await world.sign_in(person), assemble()

    for _ in range(3):
        assert await ask(app, client, SCREEN, {"id": gid(reseller)}) == ["PARTNER_SUPPORTED_ONLY"]

    assert left_of(person, garbage()) == []
