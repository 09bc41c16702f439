"""Our own schema over a filled world: the same bytes, whatever is asked, from the compiler and from graphql-core."""

from datetime import datetime
from typing import Any

import graphql
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.backend import authenticate
from auth.budgets import Budgets
from auth.viewer import Viewer
from domain.budgets import Standing
from domain.tenancy import Role
from mail.inviting import Postman
from models.database import Database
from resolvers.api import Api, build_api
from schema.context import Context
from tests.applications import PLENTY
from tests.clients import Client
from tests.execution.compiler.operations import Operation, operations
from tests.execution.compiler.test_same_answers import EXAMPLES, generated
from tests.world import HUNTRESS, PARTNER, SEALER, World, gid


class Unspent(Budgets):
    """Nothing is taken from it: what is left in a budget is part of an answer, and two answers are compared."""

    async def spend(
        self, database: Database, viewer: Viewer | None, client_address: str | None, cost: int, *, at: datetime
    ) -> Standing:
        del database
        return self.standing(viewer, client_address, cost, at=at)


AMPLE = Unspent(PLENTY, PLENTY)
COMPILED, PLAIN = build_api(is_compiled=True), build_api(is_compiled=False)
REFUSED_IN_PART = """
query($id: ID!) { reseller(id: $id) { accounts(first: 100) { totalCount nodes {
  name organizations(first: 3) { nodes { name } } subscription { status }
} } } }
"""
WORDS = {name: st.just(graphql.StringValueNode(value="2025-01-01")) for name in ("Date", "DateTime")}
SCALARS = {**WORDS, "Decimal": st.just(graphql.StringValueNode(value="3.50"))}


async def filled(world: World) -> tuple[list[Client], list[str]]:
    """Two resellers with a bit of everything; return who may ask, and ids of all kinds."""
    person, reseller, other = await world.person(), await world.reseller(), await world.reseller("Elsewhere")
    await world.join(person, Role.ADMIN, reseller)
    ids = [gid(reseller), gid(other), gid(person), gid(await world.account(other)), "nonsense"]
    for number in range(3):
        account = await world.account(reseller, support_type=HUNTRESS) if number == 1 else await world.account(reseller)
        ids.append(gid(account))
        organization = await world.organization(account)
        activated_on = world.clock().date() if number == 2 else None
        ids += [gid(organization), gid(await world.contract(account, activated_on=activated_on))]
        await world.join(await world.person(), Role.ADMIN, account)
        await world.join(await world.person(), Role.USER, organization)
    ids += [gid(await world.invitation(reseller)), gid((await world.key(person, Role.READ_ONLY, reseller))[0])]
    keys = [(await world.key(person, role, reseller))[1] for role in (Role.ADMIN, Role.READ_ONLY)]
    return keys, ids


async def viewers(world: World, clients: list[Client]) -> list[Viewer | None]:
    """Return who the clients are, and nobody."""
    found: list[Viewer | None] = [None]
    for client in clients:
        bearing = client.http.headers["authorization"]
        at = world.clock()
        found.append(await authenticate(world.database, authorization=bearing, session_token=None, at=at))
    return found


async def answer(api: Api, database: Database, world: World, viewer: Viewer | None, operation: Operation) -> bytes:
    """Return the answer of one request; its errors in the order of their places, because they run concurrently."""
    document, variables = operation
    body = await body_of(api, database, world, viewer, graphql.print_ast(document), variables)
    body.get("errors", []).sort(key=lambda error: str(error.get("path")))
    return orjson.dumps(body)


async def body_of(
    api: Api, database: Database, world: World, viewer: Viewer | None, text: str, variables: dict[str, Any]
) -> dict[str, Any]:
    """Return the body of the answer of one request."""
    postman, portal = Postman("http://testserver", SEALER), "https://{subdomain}.portal.test/"
    context = Context(
        database=database,
        now=world.clock(),
        viewer=viewer,
        portal_url=portal,
        postman=postman,
        budgets=AMPLE,
    )
    return await api.answer(text, context, variables=variables)


async def test_generated_queries_answer_the_same(world: World, database: Database) -> None:
    clients, ids = await filled(world)
    people = await viewers(world, clients)
    examples: list[tuple[Operation, int]] = []

    @generated(EXAMPLES // 10)
    @given(operation=operations(PLAIN._schema, ids=ids, custom_scalars=SCALARS), who=st.integers(0, 2))
    def generate(operation: Operation, who: int) -> None:
        examples.append((operation, who))

    generate()

    for operation, who in examples:
        expected = await answer(PLAIN, database, world, people[who], operation)
        assert await answer(COMPILED, database, world, people[who], operation) == expected, operation


@pytest.mark.parametrize("customers", [3, 30], ids=["few", "more errors than are told"])
async def test_a_list_that_is_refused_in_part_answers_the_same(
    world: World, database: Database, customers: int
) -> None:
    reseller, person = await world.reseller(), await world.person()
    await world.join(person, Role.ADMIN, reseller)
    for number in range(customers):
        account = await world.account(reseller, support_type=HUNTRESS if number % 2 else PARTNER)
        await world.organization(account)
    _, robot = await world.key(person, Role.ADMIN, reseller)
    _, viewer = await viewers(world, [robot])
    asked = (database, world, viewer, REFUSED_IN_PART, {"id": gid(reseller)})

    plain = await body_of(PLAIN, *asked)
    # At first the plan finds out that something is refused; then it has noted where.
    answers = [await body_of(COMPILED, *asked) for _ in range(3)]

    assert [orjson.dumps(each) for each in answers] == [orjson.dumps(plain)] * 3
    assert plain["errors"][0]["extensions"]["code"] == "PARTNER_SUPPORTED_ONLY"
