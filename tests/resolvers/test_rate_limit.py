"""What an operation costs and what is left: in every answer, in rateLimit, and rehearsed."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest

from auth.budgets import Budgets
from domain.budgets import Allowance
from models.database import Database
from resolvers.api import Api, build_api
from tests.applications import assembled
from tests.clients import Client
from tests.world import Clock, World

LIMITS = "rateLimit { cost limit remaining restoreRate resetAt }"
REHEARSED = "rateLimit(dryRun: true) { cost remaining }"
DASHBOARDS = "viewer { name dashboards { id } }"
Statements = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture(params=[True, False], ids=["compiled", "interpreted"], scope="module")
def either(request: pytest.FixtureRequest) -> Api:
    """The schema, run in each of the two ways."""
    return build_api(is_compiled=request.param)


@pytest.fixture
async def ada(world: World, database: Database, clock: Clock, either: Api) -> Client:
    """Somebody with the ordinary budget of 2,000 points."""
    token = (await world.sign_in(await world.person())).http.cookies["session"]
    return Client(assembled(either, database, clock, budgets=Budgets()), token)


async def body(client: Client, document: str, **variables: Any) -> dict[str, Any]:
    """Return the whole body of an answer."""
    response = await client.http.post("/graphql", json={"query": document, "variables": variables})
    answered: dict[str, Any] = response.json()
    return answered


async def test_an_operation_tells_its_cost_and_what_is_left(ada: Client, clock: Clock) -> None:
    answer = await body(ada, f"{{ {LIMITS} viewer {{ name }} }}")

    # The viewer and the budget are an object each; 2 points are back after 20 milliseconds.
    reset_at = (clock() + timedelta(milliseconds=20)).isoformat()
    assert answer["data"]["rateLimit"] == {
        "cost": 2,
        "limit": 2_000,
        "remaining": 1_998,
        "restoreRate": 100,
        "resetAt": reset_at,
    }
    assert answer["extensions"] == {
        "cost": {
            "requestedQueryCost": 2,
            "throttleStatus": {
                "maximumAvailable": 2_000,
                "currentlyAvailable": 1_998,
                "restoreRate": 100,
                "resetAt": reset_at,
            },
        }
    }


async def test_every_answer_that_ran_tells_its_cost_refusals_too(ada: Client) -> None:
    documents = ["{ viewer { name } }", "mutation { signOut { errors { code } } }", '{ account(subdomain: "") { id } }']

    answers = [await body(ada, document) for document in documents]

    assert [answer["extensions"]["cost"]["requestedQueryCost"] for answer in answers] == [1, 10, 1]


@pytest.mark.parametrize("document", ["{", "{ nothing }", "query A { viewer { name } } query B { viewer { name } }"])
async def test_what_does_not_run_costs_nothing(ada: Client, document: str) -> None:
    refused = await body(ada, document)
    after = await body(ada, f"{{ {LIMITS} }}")

    assert "extensions" not in refused
    assert after["data"]["rateLimit"]["remaining"] == 1_999


@pytest.mark.parametrize(
    "document",
    [
        f"{{ {REHEARSED} {DASHBOARDS} }}",
        f"{{ {DASHBOARDS} {REHEARSED} }}",
        f"query($dry: Boolean!) {{ {REHEARSED.replace('true', '$dry')} {DASHBOARDS} }}",
        f"query($dry: Boolean = true) {{ {REHEARSED.replace('true', '$dry')} {DASHBOARDS} }}",
        f"{{ ...Both }} fragment Both on Query {{ ... {{ {REHEARSED} }} {DASHBOARDS} }}",
        f"{{ {DASHBOARDS} rateLimit(dryRun: true) {{ ...Told }} }} fragment Told on RateLimit {{ cost remaining }}",
    ],
)
async def test_a_rehearsal_runs_nothing_and_costs_nothing(ada: Client, statements: Statements, document: str) -> None:
    variables = {"dry": True} if "Boolean!" in document else {}
    with statements() as seen:
        answers = [await body(ada, document, **variables) for _ in range(2)]
        who_asks = len(seen)

    real = await body(ada, f"{{ {DASHBOARDS} rateLimit {{ cost remaining }} }}")
    cost = real["data"]["rateLimit"]["cost"]
    assert [answer["data"] for answer in answers] == [{"rateLimit": {"cost": cost, "remaining": 2_000}}] * 2
    assert [answer["extensions"]["cost"]["requestedQueryCost"] for answer in answers] == [cost] * 2
    assert real["data"]["rateLimit"]["remaining"] == 2_000 - cost
    # Each request asks who is signed in, and nothing else.
    assert who_asks == 2


@pytest.mark.parametrize(
    ("document", "data"),
    [
        ("{ viewer { name } rateLimit(dryRun: false) { limit } }", {"rateLimit": {"limit": 2_000}}),
        ("{ viewer { name } rateLimit(dryRun: null) { limit } }", {"rateLimit": {"limit": 2_000}}),
        ("{ viewer { name } rateLimit(dryRun: true) @skip(if: true) { limit } }", {}),
        ("{ viewer { name } ... @include(if: false) { rateLimit(dryRun: true) { limit } } }", {}),
    ],
)
async def test_what_is_no_rehearsal_runs(ada: Client, document: str, data: dict[str, Any]) -> None:
    answer = await body(ada, document)

    assert answer["data"] == {"viewer": {"name": "person-1"}, **data}
    assert answer["extensions"]["cost"]["throttleStatus"]["currentlyAvailable"] < 2_000


async def test_names_are_the_clients(ada: Client) -> None:
    answer = await body(ada, "{ a: rateLimit(dryRun: true) { cost } b: rateLimit { limit } c: viewer { name } }")

    assert answer["data"] == {"a": {"cost": 3}, "b": {"limit": 2_000}}


async def test_a_rehearsal_runs_even_where_nothing_is_left(
    world: World, database: Database, clock: Clock, api: Api
) -> None:
    token = (await world.sign_in(await world.person())).http.cookies["session"]
    ada = Client(assembled(api, database, clock, budgets=Budgets(signed_in=Allowance(3, 1))), token)
    await ada.query("{ viewer { name } a: viewer { name } b: viewer { name } }")

    refused, rehearsed = await ada.run("{ viewer { name } }"), await ada.run(f"{{ {REHEARSED} viewer {{ name }} }}")

    assert refused.codes == ["RATE_LIMITED"]
    assert rehearsed.data == {"rateLimit": {"cost": 2, "remaining": 0}}
