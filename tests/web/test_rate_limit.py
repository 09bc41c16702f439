"""A budget over HTTP: 429 when it is spent, for a user, a key and a stranger's address, whichever worker is asked."""

from typing import Any

import pytest

from auth.budgets import Budgets
from domain.budgets import Allowance
from tests.clients import Client
from tests.web.conftest import Assemble
from tests.world import Clock, World

VIEWER, TWO = "{ viewer { name } }", "{ a: viewer { name } b: viewer { name } }"
SMALL = Allowance(4, 1)


def spent(cost: int, remaining: int, wait: str) -> dict[str, Any]:
    """Return the error of an operation that was not run at noon."""
    extensions = {
        "code": "RATE_LIMITED",
        "cost": cost,
        "limit": 4,
        "remaining": remaining,
        "resetAt": f"2025-01-01T12:00:0{4 - remaining}+00:00",
    }
    return {"message": f"This costs {cost} points, and {remaining} of 4 are left: {wait}", "extensions": extensions}


@pytest.fixture
def workers(assemble: Assemble) -> list[Any]:
    """Two workers with one database, and little to spend."""
    return [assemble(budgets=Budgets(SMALL, SMALL)) for _ in range(2)]


@pytest.mark.parametrize("media_type", ["application/json", "application/graphql-response+json"])
async def test_a_spent_budget_is_429_with_when_to_come_again(workers: list[Any], media_type: str) -> None:
    stranger = Client(workers[0])
    await stranger.query("{ a: viewer { name } b: viewer { name } c: viewer { name } }")

    response = await stranger.http.post("/graphql", json={"query": TWO}, headers={"accept": media_type})

    assert (response.status_code, response.headers["retry-after"]) == (429, "1")
    assert response.headers["content-type"] == f"{media_type}; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    body = response.json()
    assert body["errors"] == [spent(2, 1, "try again in 1 second.")]
    assert body["extensions"]["cost"]["requestedQueryCost"] == 2
    assert "data" not in body


async def test_what_costs_more_than_the_bucket_holds_is_not_to_be_tried_again(workers: list[Any]) -> None:
    document = "{ a: viewer { name } b: viewer { name } c: viewer { name } d: viewer { name } e: viewer { name } }"

    response = await Client(workers[0]).http.post("/graphql", json={"query": document})

    assert (response.status_code, "retry-after" in response.headers) == (429, False)
    assert response.json()["errors"] == [spent(5, 4, "ask for less.")]


async def test_workers_share_a_budget(workers: list[Any]) -> None:
    first, second = (Client(worker) for worker in workers)

    statuses = [(await client.run(VIEWER)).status for _ in range(3) for client in (first, second)]

    assert statuses == [200, 200, 200, 200, 429, 429]


async def test_waiting_helps(workers: list[Any], clock: Clock) -> None:
    stranger = Client(workers[0])
    await stranger.query(TWO)
    await stranger.query(TWO)

    refused = await stranger.run(TWO)
    clock.at += clock.at.resolution * 2_000_000
    admitted = await stranger.run(TWO)

    assert (refused.status, admitted.status) == (429, 200)


async def test_a_stranger_spends_nothing_of_somebody_who_is_signed_in(workers: list[Any], world: World) -> None:
    token = (await world.sign_in(await world.person())).http.cookies["session"]
    stranger, ada = Client(workers[0]), Client(workers[0], token)
    for _ in range(2):
        await stranger.query(TWO)

    statuses = [(await client.run(TWO)).status for client in (stranger, ada, ada, ada)]

    assert statuses == [429, 200, 200, 429]


async def test_a_page_says_so_to_a_person(workers: list[Any], world: World) -> None:
    token = (await world.sign_in(await world.person())).http.cookies["session"]
    ada = Client(workers[0], token)
    for _ in range(2):
        await ada.query(TWO)

    response = await ada.http.get("/dashboards")

    assert (response.status_code, response.headers["content-type"]) == (429, "text/html; charset=utf-8")
    assert "Not so fast" in response.text
