"""Looking things up by global id, whatever their kind."""

import pytest

from domain.tenancy import Role
from models import Plan, ids
from models.catalog import plans_on
from models.walls import EVERYTHING
from tests.resolvers.operations import tenancy
from tests.world import World, gid, missing

NODE = """
query($id: ID!) { node(id: $id) { __typename id
  ... on Reseller { name } ... on Account { name } ... on Organization { name } ... on Viewer { name }
} }
"""
NODES = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"


async def test_an_id_leads_to_what_it_names(world: World) -> None:
    mine = await tenancy(world, "Northwind")
    ada = await world.admin(mine.reseller)

    found = [(await ada.query(NODE, id=mine.id(kind)))["node"] for kind in ("resl", "acct", "org", "sub")]

    assert found == [
        {"__typename": "Reseller", "id": gid(mine.reseller), "name": "Northwind"},
        {"__typename": "Account", "id": gid(mine.account), "name": mine.account.name},
        {"__typename": "Organization", "id": gid(mine.organization), "name": mine.organization.name},
        {"__typename": "Subscription", "id": gid(mine.contract)},
    ]


async def test_a_viewer_is_found_by_nobody_but_themselves(world: World) -> None:
    person, other = await world.person("ada@northwind.example"), await world.person()
    ada, id = await world.sign_in(person), ids.encode("viewer", person.id)

    found = [await client.query(NODE, id=id) for client in (ada, await world.sign_in(other))]

    assert found == [{"node": {"__typename": "Viewer", "id": id, "name": "ada"}}, {"node": None}]


async def plan_id(world: World) -> str:
    async with world.database.transaction(EVERYTHING) as transaction:
        plan: Plan | None = await transaction.scalar(plans_on(world.clock.at.date(), "USD"))
    assert plan is not None
    return ids.encode("plan", plan.id)


async def test_a_plan_is_found_by_whoever_may_see_the_partners_cost(world: World) -> None:
    mine, plan = await tenancy(world, "Northwind"), await plan_id(world)
    rita, cora = await world.member(Role.READ_ONLY, mine.reseller), await world.admin(mine.account)
    newcomer = await world.member(Role.ADMIN, mine.reseller, accepts=False)

    found = [await client.query(NODE, id=plan) for client in (rita, cora, newcomer)]

    assert found == [{"node": {"__typename": "Plan", "id": plan}}, {"node": None}, {"node": None}]


async def test_several_are_found_in_the_order_of_their_ids(world: World) -> None:
    mine, theirs = await tenancy(world, "Northwind"), await tenancy(world, "Contoso")
    ada = await world.admin(mine.reseller)
    wanted = [mine.id("sub"), theirs.id("acct"), mine.id("acct"), "nothing", mine.id("acct"), missing("org")]

    found = await ada.query(NODES, ids=wanted)

    assert found == {
        "nodes": [
            {"__typename": "Subscription", "id": mine.id("sub")},
            None,
            {"__typename": "Account", "id": mine.id("acct")},
            None,
            {"__typename": "Account", "id": mine.id("acct")},
            None,
        ]
    }


async def test_what_is_refused_among_several_costs_no_other(world: World) -> None:
    mine, other = await tenancy(world, "Northwind"), await tenancy(world, "Contoso")
    person = await world.person()
    await world.join(person, Role.ADMIN, mine.reseller)
    await world.join(person, Role.ADMIN, other.reseller, accepts=False)
    ada = await world.sign_in(person)

    answer = await ada.run(NODES, ids=[other.id("acct"), mine.id("acct")])

    assert answer.data == {"nodes": [None, {"__typename": "Account", "id": mine.id("acct")}]}
    assert [(error["path"], error["extensions"]["code"]) for error in answer.errors] == [
        (["nodes", 0], "TERMS_NOT_ACCEPTED")
    ]


@pytest.mark.parametrize(("number", "codes"), [(0, []), (100, []), (101, ["BAD_USER_INPUT"])])
async def test_a_hundred_at_once_are_enough(world: World, number: int, codes: list[str]) -> None:
    ada = await world.admin(reseller := await world.reseller())

    answer = await ada.run(NODES, ids=[gid(reseller)] * number)

    found = {"nodes": [{"__typename": "Reseller", "id": gid(reseller)}] * number}
    assert (answer.data, answer.codes) == (None if codes else found, codes)
    assert [error["extensions"]["path"] for error in answer.errors] == [["ids"] for _ in codes]
