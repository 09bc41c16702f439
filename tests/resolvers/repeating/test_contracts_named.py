"""Contracts by the ids that automation gave them: activated and withdrawn without knowing ours."""

import pytest

from domain.tenancy import Role
from models import Account, Reseller
from tests.clients import Client
from tests.world import World, gid, missing

CONTRACT = {"systems": 5, "billingInterval": "MONTHLY"}
BECOMES = {"activateSubscription": "ACTIVE", "cancelSubscription": "CANCELED"}
SHOWN = "subscription { id status externalId } receipt { replayed }"


async def saved(world: World, reseller: Reseller, external_id: str = "one") -> tuple[Account, str]:
    """Save a contract under an external id, and return its account and its own id."""
    account, admin = await world.account(reseller), await world.admin(reseller)
    given = {"accountId": gid(account), **CONTRACT, "externalId": external_id}
    payload = await admin.mutate("upsertSubscription", given, "subscription { id }")
    assert payload["errors"] == []
    return account, payload["subscription"]["id"]


@pytest.mark.parametrize("name", BECOMES)
@pytest.mark.parametrize("by", ["id", "externalId", "externalId and resellerId"])
async def test_a_contract_is_named_by_any_of_its_names(world: World, name: str, by: str) -> None:
    reseller = await world.reseller()
    _, id = await saved(world, reseller)
    ada, names = await world.admin(reseller), {"id": id, "externalId": "one", "resellerId": gid(reseller)}

    payload = await ada.mutate(name, {"subscription": {key: names[key] for key in by.split(" and ")}}, SHOWN)

    assert payload["errors"] == []
    assert payload["subscription"] == {"id": id, "status": BECOMES[name], "externalId": "one"}


@pytest.mark.parametrize("name", BECOMES)
async def test_a_foreign_contract_is_not_told_from_a_missing_one(world: World, name: str) -> None:
    other = await world.reseller("Contoso")
    account, _ = await saved(world, other)
    ada, cora = await world.admin(await world.reseller()), await world.admin(account)
    before = await world.rows()
    foreign = [{"externalId": "one", "resellerId": gid(other)}, {"externalId": "one"}]
    absent = [{"externalId": "two", "resellerId": missing("resl")}, {"externalId": "one", "resellerId": "nonsense"}]

    for named in (*foreign, *absent, {"externalId": "\n"}):
        assert await ada.refused(name, {"subscription": named}) == ("NOT_FOUND", ["input", "subscription"]), named
    # External ids are the reseller's own.
    assert await cora.refused(name, {"subscription": foreign[0]}) == ("NOT_FOUND", ["input", "subscription"])
    assert await ada.refused(name, {"subscription": {"id": missing("sub")}}) == ("NOT_FOUND", ["input", "id"])
    assert await world.rows() == before


@pytest.mark.parametrize("name", BECOMES)
async def test_a_contract_is_named_once(world: World, name: str) -> None:
    reseller = await world.reseller()
    _, id = await saved(world, reseller)
    ada = await world.admin(reseller)

    for named, path in (
        ({}, ["id"]),
        ({"id": None, "subscription": None}, ["id"]),
        ({"id": id, "subscription": {"id": id}}, ["id"]),
        ({"subscription": {}}, ["subscription"]),
        ({"subscription": {"id": id, "externalId": "one"}}, ["subscription"]),
        ({"subscription": {"id": id, "resellerId": gid(reseller)}}, ["subscription"]),
        ({"subscription": {"resellerId": gid(reseller)}}, ["subscription"]),
    ):
        assert await ada.refused(name, named) == ("BAD_USER_INPUT", ["input", *path]), named


async def test_who_belongs_to_many_resellers_says_whose_contract_it_is(world: World) -> None:
    first, second = await world.reseller(), await world.reseller("Contoso")
    _, id = await saved(world, first)
    ada, named = await world.admin(first, second), {"externalId": "one"}

    refused = await ada.refused("activateSubscription", {"subscription": named})
    payload = await ada.mutate("activateSubscription", {"subscription": {**named, "resellerId": gid(first)}}, SHOWN)

    assert refused == ("BAD_USER_INPUT", ["input", "subscription", "resellerId"])
    assert payload["subscription"]["id"] == id


async def test_who_may_not_activate_may_not_by_another_name(world: World, stranger: Client) -> None:
    reseller = await world.reseller()
    await saved(world, reseller)
    rita = await world.member(Role.READ_ONLY, reseller)
    named = {"subscription": {"externalId": "one"}}

    assert await rita.refused("activateSubscription", named) == ("FORBIDDEN", [])
    assert await stranger.refused("activateSubscription", named) == ("UNAUTHENTICATED", [])


async def test_what_was_activated_is_found_again_by_the_name_it_had(world: World) -> None:
    reseller = await world.reseller()
    _, id = await saved(world, reseller)
    ada, asked = await world.admin(reseller), {"subscription": {"externalId": "one"}, "idempotencyKey": "key-1"}

    first, again = [await ada.mutate("activateSubscription", asked, SHOWN) for _ in range(2)]

    assert [each["subscription"]["id"] for each in (first, again)] == [id] * 2
    assert [each["receipt"]["replayed"] for each in (first, again)] == [False, True]
