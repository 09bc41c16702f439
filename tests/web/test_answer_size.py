"""An answer has an end: what would be larger is told, and of a mutation that it was done."""

from typing import Any

import pytest

from tests.clients import Client
from tests.web.conftest import Assemble
from tests.world import World, gid
from web.limits import RequestLimits

SMALL = RequestLimits(answer_bytes=2_000)
TOO_LARGE = "answer would be larger than 2000 bytes; ask for less."
NAMES = "{ viewer { dashboards { name } } }"
RENAME = """mutation($i: UpdateAccountInput!) {
  updateAccount(input: $i) { account { name a: name b: name c: name d: name e: name f: name g: name } errors { code } }
}"""


def refused(message: str) -> dict[str, Any]:
    return {"errors": [{"message": message, "extensions": {"code": "ANSWER_TOO_LARGE"}}]}


@pytest.mark.parametrize(
    ("media_type", "status"), [("application/json", 200), ("application/graphql-response+json", 400)]
)
async def test_a_large_answer_is_not_sent(world: World, assemble: Assemble, media_type: str, status: int) -> None:
    world.app = assemble(limits=SMALL)
    few, many = [await world.reseller("N" * 200) for _ in range(5)], [await world.reseller("N" * 200) for _ in range(9)]
    headers = {"accept": media_type}

    answers = [
        await (await world.admin(*places)).http.post("/graphql", json={"query": NAMES}, headers=headers)
        for places in (few, many)
    ]

    assert [each.status_code for each in answers] == [200, status]
    assert len(answers[0].json()["data"]["viewer"]["dashboards"]) == 5
    assert answers[1].json() == refused(f"The {TOO_LARGE}")
    assert answers[1].headers["content-type"] == f"{media_type}; charset=utf-8"


async def test_of_a_mutation_is_told_that_it_was_done(world: World, assemble: Assemble) -> None:
    world.app = assemble(limits=SMALL)
    account = await world.account(reseller := await world.reseller())
    ada, name = await world.admin(reseller), "N" * 250

    response = await ada.http.post(
        "/graphql", json={"query": RENAME, "variables": {"i": {"id": gid(account), "name": name}}}
    )

    assert response.json() == refused(f"The mutation was done, but its {TOO_LARGE}")
    kept = "query($id: ID!) { account(id: $id) { name } }"
    assert await Client(world.app, ada.http.cookies["session"]).query(kept, id=gid(account)) == {
        "account": {"name": name}
    }
