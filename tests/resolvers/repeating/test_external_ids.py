"""External ids: automation names its accounts and contracts by its own ids, inside its reseller."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from domain.tenancy import Role
from tests.clients import Client
from tests.resolvers.test_audit import page
from tests.world import PARTNER, World, gid, missing

NEW = {"name": "New", "supportType": "HUNTRESS_SUPPORTED"}
TAKEN = ("EXTERNAL_ID_TAKEN", ["input", "externalId"])
CONTRACT = {"systems": 5, "billingInterval": "MONTHLY"}
LOOKED_UP = """query($externalId: String, $resellerId: ID) {
  account(externalId: $externalId, resellerId: $resellerId) { id externalId }
}"""
# Every mutation whose input names an account: the field that takes its id, and the rest of a good input.
NAMING: dict[str, tuple[str, dict[str, Any]]] = {
    "updateAccount": ("id", {"name": "Other"}),
    "upsertSubscription": ("accountId", CONTRACT),
    "createOrganization": ("accountId", {"name": "Part", "key": "part"}),
    "inviteMember": ("dashboardId", {"email": "new@example.test", "role": "USER"}),
    "createApiKey": ("dashboardId", {"name": "Robot", "role": "USER"}),
}


async def set_id(client: Client, account: Any, external_id: str | None) -> None:
    payload = await client.mutate("updateAccount", {"id": gid(account), "externalId": external_id})
    assert payload["errors"] == []


async def test_an_account_is_added_and_looked_up_by_its_external_id(world: World) -> None:
    reseller = await world.reseller()
    ada = await world.admin(reseller)
    asked = {"resellerId": gid(reseller), **NEW, "subdomain": "brand-new", "externalId": " CRM/42 "}

    made = (await ada.mutate("createAccount", asked, "account { id externalId }"))["account"]

    assert made["externalId"] == "CRM/42"
    assert await ada.query(LOOKED_UP, externalId="CRM/42", resellerId=gid(reseller)) == {"account": made}
    assert await ada.query(LOOKED_UP, externalId="CRM/42") == {"account": made}
    assert await ada.query(LOOKED_UP, externalId="crm/42") == {"account": None}
    assert await ada.query(LOOKED_UP, externalId="CRM/\t") == {"account": None}


async def test_an_external_id_is_changed_kept_and_cleared(world: World) -> None:
    account = await world.account(reseller := await world.reseller())
    ada, id = await world.admin(reseller), gid(account)
    seen = []

    for given in ({"externalId": "one"}, {"name": "Other"}, {"externalId": "two"}, {"externalId": None}):
        payload = await ada.mutate("updateAccount", {"id": id, **given}, "account { externalId version }")
        seen.append((payload["account"]["externalId"], payload["account"]["version"]))

    assert seen == [("one", 2), ("one", 3), ("two", 4), (None, 5)]


async def test_an_external_id_names_one_account_of_a_reseller_and_is_free_in_another(world: World) -> None:
    reseller, other = await world.reseller(), await world.reseller("Contoso")
    first, second, theirs = await world.account(reseller), await world.account(reseller), await world.account(other)
    ada, ben = await world.admin(reseller), await world.admin(other)
    await set_id(ada, first, "one")
    before = await world.rows()

    new = {"resellerId": gid(reseller), **NEW, "subdomain": "brand-new", "externalId": "one"}
    assert await ada.refused("createAccount", new) == TAKEN
    assert await ada.refused("updateAccount", {"id": gid(second), "externalId": "one"}) == TAKEN
    assert await world.rows() == before
    await set_id(ben, theirs, "one")
    assert await ben.query(LOOKED_UP, externalId="one") == {"account": {"id": gid(theirs), "externalId": "one"}}


async def test_of_twelve_accounts_with_one_external_id_one_is_added(world: World) -> None:
    reseller = await world.reseller()
    ada = await world.admin(reseller)
    new = {"resellerId": gid(reseller), **NEW, "externalId": "one"}

    payloads = await asyncio.gather(
        *(ada.mutate("createAccount", {**new, "subdomain": f"name-{number}"}) for number in range(12))
    )

    codes = Counter(each["errors"][0]["code"] if each["errors"] else "done" for each in payloads)
    assert codes == {"done": 1, "EXTERNAL_ID_TAKEN": 11}


async def test_a_contract_has_an_external_id_as_well(world: World) -> None:
    reseller = await world.reseller()
    first, second = await world.account(reseller), await world.account(reseller)
    ada, selection = await world.admin(reseller), "subscription { externalId }"
    await set_id(ada, second, "one")

    async def save(account: Any, **given: Any) -> dict[str, Any]:
        return await ada.mutate("upsertSubscription", {"accountId": gid(account), **CONTRACT, **given}, selection)

    saved = [await save(first, externalId="one"), await save(first), await save(first, externalId=None)]
    await save(first, externalId="one")

    assert [each["subscription"]["externalId"] for each in saved] == ["one", "one", None]
    asked = {"accountId": gid(second), **CONTRACT, "externalId": "one"}
    assert await ada.refused("upsertSubscription", asked) == TAKEN


@pytest.mark.parametrize("written", ["", "  ", "x" * 256, "one\ntwo", "zero\u200bwidth"])
async def test_an_external_id_is_a_line_of_1_to_255_characters(world: World, written: str) -> None:
    account = await world.account(reseller := await world.reseller())
    ada, refused = await world.admin(reseller), ("BAD_USER_INPUT", ["input", "externalId"])
    new = {"resellerId": gid(reseller), **NEW, "subdomain": "brand-new"}

    assert await ada.refused("createAccount", {**new, "externalId": written}) == refused
    assert await ada.refused("updateAccount", {"id": gid(account), "externalId": written}) == refused
    contract = {"accountId": gid(account), **CONTRACT, "externalId": written}
    assert await ada.refused("upsertSubscription", contract) == refused
    await set_id(ada, account, "x" * 255)


async def test_an_external_id_is_the_resellers_own(world: World) -> None:
    account = await world.account(reseller := await world.reseller(), support_type=PARTNER)
    ada, cora, rita = (
        await world.admin(reseller),
        await world.admin(account),
        await world.member(Role.READ_ONLY, reseller),
    )
    await set_id(ada, account, "one")
    await ada.mutate("upsertSubscription", {"accountId": gid(account), **CONTRACT, "externalId": "two"})
    selected = "query($id: ID!) { account(id: $id) { externalId subscription { externalId } } }"

    shown = [(await client.query(selected, id=gid(account)))["account"] for client in (ada, rita, cora)]

    mine = {"externalId": "one", "subscription": {"externalId": "two"}}
    assert shown == [mine, mine, {"externalId": None, "subscription": {"externalId": None}}]
    assert await cora.query(LOOKED_UP, externalId="one", resellerId=gid(reseller)) == {"account": None}
    assert await cora.refused("updateAccount", {"id": gid(account), "externalId": "x"}) == ("FORBIDDEN", [])
    changed = [
        {change["field"] for event in (await page(client, account))["nodes"] for change in event["changes"]}
        for client in (ada, cora)
    ]
    assert ["externalId" in fields for fields in changed] == [True, False]


@pytest.mark.parametrize("name", NAMING)
@pytest.mark.parametrize("by", ["id", "subdomain", "externalId", "externalId and resellerId"])
async def test_an_account_is_named_by_any_of_its_names(world: World, name: str, by: str) -> None:
    account = await world.account(reseller := await world.reseller(), support_type=PARTNER)
    ada = await world.admin(reseller)
    await set_id(ada, account, "one")
    names = {"id": gid(account), "subdomain": account.subdomain.upper(), "externalId": "one"}
    names["resellerId"] = gid(reseller)
    named = {key: names[key] for key in by.split(" and ")}

    payload = await ada.mutate(name, {"account": named, **NAMING[name][1]}, "receipt { auditEventId }")

    assert payload["errors"] == []
    assert (await world.events())[-1].account_id == account.id


@pytest.mark.parametrize("name", NAMING)
async def test_a_foreign_account_is_not_told_from_a_missing_one_by_any_name(world: World, name: str) -> None:
    theirs = await world.account(other := await world.reseller("Contoso"), support_type=PARTNER)
    await set_id(await world.admin(other), theirs, "one")
    ada = await world.admin(await world.reseller())
    before = await world.rows(besides="throttles")
    foreign = [{"subdomain": theirs.subdomain}, {"externalId": "one"}, {"externalId": "one", "resellerId": gid(other)}]
    absent = [{"subdomain": "nobody"}, {"externalId": "two"}, {"externalId": "two", "resellerId": missing("resl")}]

    for named in (*foreign, *absent, {"subdomain": "no name"}, {"externalId": "one", "resellerId": "nonsense"}):
        refused = await ada.refused(name, {"account": named, **NAMING[name][1]})

        assert refused == ("NOT_FOUND", ["input", "account"]), named
    assert await world.rows(besides="throttles") == before


@pytest.mark.parametrize("name", NAMING)
async def test_an_account_is_named_once(world: World, name: str) -> None:
    account = await world.account(reseller := await world.reseller())
    ada, (field, rest) = await world.admin(reseller), NAMING[name]
    id = gid(account)

    for named, path in (
        ({}, [field]),
        ({field: None, "account": None}, [field]),
        ({field: id, "account": {"id": id}}, [field]),
        ({"account": {}}, ["account"]),
        ({"account": {"id": id, "subdomain": account.subdomain}}, ["account"]),
        ({"account": {"id": id, "resellerId": gid(reseller)}}, ["account"]),
    ):
        assert await ada.refused(name, {**named, **rest}) == ("BAD_USER_INPUT", ["input", *path])


async def test_who_belongs_to_many_resellers_says_whose_account_it_is(world: World) -> None:
    first, second = await world.reseller(), await world.reseller("Contoso")
    account = await world.account(first)
    ada = await world.admin(first, second)
    await set_id(ada, account, "one")

    answer = await ada.run(LOOKED_UP, externalId="one")
    asked = {"account": {"externalId": "one"}, "name": "Other"}

    assert (answer.codes, answer.errors[0]["extensions"]["path"]) == (["BAD_USER_INPUT"], ["resellerId"])
    assert await ada.refused("updateAccount", asked) == ("BAD_USER_INPUT", ["input", "account", "resellerId"])
    assert (await ada.query(LOOKED_UP, externalId="one", resellerId=gid(first)))["account"]["id"] == gid(account)


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        ("""(id: "acct_1", externalId: "one")""", ["externalId"]),
        ("""(id: "acct_1", resellerId: "resl_1")""", ["resellerId"]),
        ("""(resellerId: "resl_1")""", ["id"]),
    ],
)
async def test_a_look_up_has_one_name(world: World, arguments: str, path: list[str]) -> None:
    ada = await world.admin(await world.reseller())

    answer = await ada.run(f"{{ account{arguments} {{ id }} }}")

    assert (answer.codes, answer.errors[0]["extensions"]["path"]) == (["BAD_USER_INPUT"], path)


async def test_a_stranger_names_nothing(world: World, stranger: Client) -> None:
    account = await world.account(await world.reseller())

    named = {"account": {"subdomain": account.subdomain}, "name": "Other"}

    assert await stranger.refused("updateAccount", named) == ("UNAUTHENTICATED", [])


async def test_what_was_done_is_found_again_by_the_name_it_had(world: World) -> None:
    account = await world.account(reseller := await world.reseller())
    ada, selection = await world.admin(reseller), "account { externalId } receipt { replayed }"
    await set_id(ada, account, "one")
    asked = {"account": {"externalId": "one"}, "externalId": "two", "idempotencyKey": "key-1"}

    first, again = [await ada.mutate("updateAccount", asked, selection) for _ in range(2)]

    assert [each["account"] for each in (first, again)] == [{"externalId": "two"}] * 2
    assert [each["receipt"]["replayed"] for each in (first, again)] == [False, True]
