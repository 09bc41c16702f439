"""Who is shown the schema: by asking for it, by mistakes that suggest names, and in GraphiQL."""

import pytest
from graphql import get_introspection_query

from resolvers.introspection import Introspection
from tests.clients import Client
from tests.web.conftest import Assemble
from tests.web.reading import require_a_good_page
from tests.world import World

SCHEMA, TYPENAME = "{ __schema { queryType { name } } }", "{ __typename viewer { __typename } }"
REFUSAL = {
    "message": "The schema is not shown to you: see schema.graphql, or the setting INTROSPECTION.",
    "extensions": {"code": "GRAPHQL_VALIDATION_FAILED", "validationErrorCode": "INTROSPECTION_DISABLED"},
}


async def clients(world: World, assemble: Assemble, policy: Introspection) -> tuple[Client, Client]:
    """Return a stranger and somebody who is signed in, where the policy is this one."""
    app = assemble(introspection=policy)
    token = (await world.sign_in(await world.person())).http.cookies["session"]
    return Client(app), Client(app, token)


@pytest.mark.parametrize(
    ("policy", "is_shown"),
    [
        (Introspection.ON, (True, True)),
        (Introspection.SIGNED_IN, (False, True)),
        (Introspection.OFF, (False, False)),
    ],
)
async def test_the_schema_is_shown_to_whom_the_setting_says(
    world: World, assemble: Assemble, policy: Introspection, is_shown: tuple[bool, bool]
) -> None:
    answers = [await client.run(SCHEMA) for client in await clients(world, assemble, policy)]

    assert [(answer.data is not None, answer.errors) for answer in answers] == [
        (shown, [] if shown else [REFUSAL]) for shown in is_shown
    ]


@pytest.mark.parametrize(
    ("document", "variables", "message"),
    [
        ("{ viewer { nme } }", {}, "Cannot query field 'nme' on type 'Viewer'."),
        ("{ viewr { name } }", {}, "Cannot query field 'viewr' on type 'Query'."),
        ('{ node(di: "x") { id } }', {}, "Unknown argument 'di' on field 'Query.node'."),
    ],
)
async def test_nothing_is_suggested_to_whom_the_schema_is_not_shown(
    world: World, assemble: Assemble, document: str, variables: dict[str, str], message: str
) -> None:
    stranger, signed_in = await clients(world, assemble, Introspection.SIGNED_IN)

    hidden, shown = await stranger.run(document, **variables), await signed_in.run(document, **variables)

    assert hidden.errors[0]["message"] == message
    assert shown.errors[0]["message"].startswith(f"{message} Did you mean ")


async def test_the_type_of_an_object_is_no_secret(world: World, assemble: Assemble) -> None:
    stranger, _ = await clients(world, assemble, Introspection.OFF)

    assert (await stranger.run(TYPENAME)).errors == []


async def test_graphiql_gets_the_whole_schema_without_introspection(world: World, assemble: Assemble) -> None:
    stranger, signed_in = await clients(world, assemble, Introspection.OFF)
    _, shown = await clients(world, assemble, Introspection.ON)

    led, given = await stranger.http.get("/graphiql/schema"), await signed_in.http.get("/graphiql/schema")

    assert (led.status_code, led.headers["location"]) == (303, "/sign-in?next=%2Fgraphiql%2Fschema")
    assert given.json()["data"] == await shown.query(get_introspection_query())


async def test_without_graphiql_nothing_is_there_and_nothing_leads_there(world: World, assemble: Assemble) -> None:
    token = (await world.sign_in(await world.person())).http.cookies["session"]
    client = Client(assemble(has_graphiql=False), token)

    page = require_a_good_page(await client.http.get("/dashboards"))

    assert [(await client.http.get(path)).status_code for path in ("/graphiql", "/graphiql/schema")] == [404, 404]
    assert [link["href"] for link in page.all("a")][:2] == ["/dashboards", "/security"]
