"""Organizations: looking one up, listing them, adding one, changing one."""

from typing import Any

import pytest

from domain.tenancy import Role
from models import Account
from tests.clients import Client, forbidden
from tests.world import HUNTRESS, World, gid

ORGANIZATION = "query($id: ID!) { organization(id: $id) { id name key account { name } } }"
LIST = """
query($id: ID!, $first: Int, $after: String) { account(id: $id) { organizations(first: $first, after: $after) {
  edges { cursor } nodes { name key } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount
} } }
"""
SAVED = "organization { name key account { name } }"
ENTRY = {
    "code": "PARTNER_SUPPORTED_ONLY",
    "message": "A reseller enters an account's dashboard only where its Support Type is Partner Supported.",
    "path": [],
}


def new(account: Account, **changes: str) -> dict[str, str]:
    return {"accountId": gid(account), "name": "Roastery", "key": "roastery", **changes}


async def listed(client: Client, account: Account, **arguments: Any) -> Any:
    return (await client.query(LIST, id=gid(account), **arguments))["account"]["organizations"]


@pytest.mark.parametrize("role", [Role.ADMIN, Role.PROVISIONER])
async def test_a_reseller_co_manages_the_organizations_of_a_partner_supported_account(world: World, role: Role) -> None:
    account = await world.account(reseller := await world.reseller(), "Fourth Coffee")
    provisioner = await world.member(role, reseller)

    added = await provisioner.mutate("createOrganization", new(account, name=" Roastery ", key=" Roast.1 "), SAVED)

    assert added == {
        "organization": {"name": "Roastery", "key": "Roast.1", "account": {"name": "Fourth Coffee"}},
        "errors": [],
    }
    assert (await listed(provisioner, account))["nodes"] == [{"name": "Roastery", "key": "Roast.1"}]


@pytest.mark.parametrize("role", [Role.ADMIN, Role.SECURITY_ENGINEER])
async def test_an_accounts_own_members_organize_it_whatever_its_support_type(world: World, role: Role) -> None:
    account = await world.account(await world.reseller(), "Fourth Coffee", support_type=HUNTRESS)
    member = await world.member(role, account)
    organization = await world.organization(account, "Shops", "shops")

    added = await member.mutate("createOrganization", new(account), SAVED)
    changed = await member.mutate("updateOrganization", {"id": gid(organization), "name": "Bars", "key": "bars"}, SAVED)

    assert added["organization"] == {"name": "Roastery", "key": "roastery", "account": {"name": "Fourth Coffee"}}
    assert changed["organization"] == {"name": "Bars", "key": "bars", "account": {"name": "Fourth Coffee"}}


@pytest.mark.parametrize("role", [Role.USER, Role.READ_ONLY])
async def test_members_who_only_look_organize_nothing(world: World, role: Role) -> None:
    member = await world.member(role, account := await world.account(await world.reseller()))
    organization = await world.organization(account)
    before = await world.rows()

    refusals = [
        await member.refusal("createOrganization", new(account)),
        await member.refusal("updateOrganization", {"id": gid(organization), "name": "New"}),
    ]

    assert refusals == [forbidden("organizations:edit"), forbidden("organizations:edit (name only)")]
    assert await world.rows() == before


@pytest.mark.parametrize("role", [Role.ADMIN, Role.PROVISIONER, Role.FINANCE, Role.READ_ONLY])
async def test_a_reseller_does_not_enter_a_huntress_supported_account(world: World, role: Role) -> None:
    account = await world.account(reseller := await world.reseller(), support_type=HUNTRESS)
    organization = await world.organization(account)
    member = await world.member(role, reseller)
    before = await world.rows()

    refusals = [
        await member.refusal("createOrganization", new(account)),
        await member.refusal("updateOrganization", {"id": gid(organization), "name": "New"}),
    ]
    answers = [await member.run(LIST, id=gid(account)), await member.run(ORGANIZATION, id=gid(organization))]

    assert refusals == [ENTRY] * 2
    assert [answer.codes for answer in answers] == [["PARTNER_SUPPORTED_ONLY"]] * 2
    assert [answer.data for answer in answers] == [{"account": {"organizations": None}}, {"organization": None}]
    assert await world.rows() == before


@pytest.mark.parametrize("role", [Role.FINANCE, Role.READ_ONLY])
async def test_who_may_not_enter_sees_no_organizations(world: World, role: Role) -> None:
    account = await world.account(reseller := await world.reseller())
    organization = await world.organization(account)
    member = await world.member(role, reseller)

    answers = [await member.run(LIST, id=gid(account)), await member.run(ORGANIZATION, id=gid(organization))]

    assert [answer.data for answer in answers] == [{"account": {"organizations": None}}, {"organization": None}]
    assert [answer.errors[0]["message"] for answer in answers] == [forbidden("organizations:read")["message"]] * 2


@pytest.mark.parametrize("role", [Role.ADMIN, Role.USER, Role.READ_ONLY])
async def test_an_organizations_members_see_it_and_no_account(world: World, role: Role) -> None:
    account = await world.account(await world.reseller())
    own, sibling = await world.organization(account, "Roastery", "roastery"), await world.organization(account)
    omar = await world.member(role, own)

    seen = await omar.query(ORGANIZATION, id=gid(own))

    assert seen == {"organization": {"id": gid(own), "name": "Roastery", "key": "roastery", "account": None}}
    assert await omar.query(ORGANIZATION, id=gid(sibling)) == {"organization": None}
    assert await omar.query("query($id: ID!) { account(id: $id) { id } }", id=gid(account)) == {"account": None}


async def test_an_organizations_own_admin_changes_its_name_and_nothing_else(world: World) -> None:
    organization = await world.organization(await world.account(await world.reseller()), "Roastery", "roastery")
    olga = await world.admin(organization)

    renamed = await olga.mutate("updateOrganization", {"id": gid(organization), "name": "Roasting"}, SAVED)
    before = await world.rows()
    refusal = await olga.refusal("updateOrganization", {"id": gid(organization), "name": "New", "key": "new"})

    assert renamed == {"organization": {"name": "Roasting", "key": "roastery", "account": None}, "errors": []}
    assert refusal == forbidden("organizations:edit")
    assert await world.rows() == before


@pytest.mark.parametrize("role", [Role.USER, Role.READ_ONLY])
async def test_an_organizations_other_members_change_nothing(world: World, role: Role) -> None:
    organization = await world.organization(await world.account(await world.reseller()))
    omar = await world.member(role, organization)
    before = await world.rows()

    refusal = await omar.refusal("updateOrganization", {"id": gid(organization), "name": "New"})

    assert refusal == forbidden("organizations:edit (name only)")
    assert await world.rows() == before


@pytest.mark.parametrize("key", ["roastery", "ROASTERY", " Roastery "])
async def test_a_key_is_unique_in_its_account_whatever_the_case(world: World, key: str) -> None:
    account = await world.account(reseller := await world.reseller())
    await world.organization(account, "Roastery", "Roastery")
    other = await world.organization(account)
    ada = await world.admin(reseller)
    before = await world.rows()

    refusals = [
        await ada.refusal("createOrganization", new(account, key=key)),
        await ada.refusal("updateOrganization", {"id": gid(other), "name": "New", "key": key}),
    ]

    assert [(each["code"], each["path"]) for each in refusals] == [("CONFLICT", ["input", "key"])] * 2
    assert refusals[0]["message"] == f"The account has an organization with the key {key.strip()} already."
    assert await world.rows() == before


async def test_another_account_may_have_the_same_key_and_an_organization_may_change_its_keys_case(world: World) -> None:
    reseller = await world.reseller()
    one, other = await world.account(reseller), await world.account(reseller)
    organization = await world.organization(one, "Roastery", "roastery")
    ada = await world.admin(reseller)

    added = await ada.mutate("createOrganization", new(other), "organization { key }")
    capitals = await ada.mutate(
        "updateOrganization", {"id": gid(organization), "key": "ROASTERY"}, "organization { key }"
    )

    assert added == {"organization": {"key": "roastery"}, "errors": []}
    assert capitals == {"organization": {"key": "ROASTERY"}, "errors": []}


@pytest.mark.parametrize("field", ["name", "key"])
async def test_null_is_told_from_absent(world: World, field: str) -> None:
    organization = await world.organization(await world.account(reseller := await world.reseller()))
    ada = await world.admin(reseller)
    before = await world.rows(besides="audit_events")

    refusal = await ada.refusal("updateOrganization", {"id": gid(organization), field: None})
    nothing = await ada.mutate("updateOrganization", {"id": gid(organization)})

    assert (refusal["code"], refusal["path"]) == ("BAD_USER_INPUT", ["input", field])
    assert nothing["errors"] == []
    assert await world.rows(besides="audit_events") == before


async def test_the_organizations_of_a_disabled_account_stay_as_they_are(world: World) -> None:
    account = await world.account(reseller := await world.reseller(), is_disabled=True)
    organization = await world.organization(account, "Roastery", "roastery")
    clients = [await world.admin(place) for place in (reseller, account, organization)]
    before = await world.rows()

    refusals = [await each.refused("updateOrganization", {"id": gid(organization), "name": "New"}) for each in clients]
    refusals += [await each.refused("createOrganization", new(account)) for each in clients[:2]]

    assert refusals == [("ACCOUNT_DISABLED", [])] * 5
    assert (await listed(clients[0], account))["nodes"] == [{"name": "Roastery", "key": "roastery"}]
    assert await world.rows() == before


async def test_pages_of_organizations_are_the_whole_list_once(world: World) -> None:
    account = await world.account(reseller := await world.reseller())
    for name in ("b", "A", "c", "a", "B"):
        await world.organization(account, name, f"{name}-{ord(name)}")
    ada = await world.admin(reseller)

    pages = [await listed(ada, account, first=2)]
    while pages[-1]["pageInfo"]["hasNextPage"]:
        pages.append(await listed(ada, account, first=2, after=pages[-1]["pageInfo"]["endCursor"]))

    assert [[node["name"] for node in page["nodes"]] for page in pages] == [["A", "a"], ["b", "B"], ["c"]]
    assert [page["totalCount"] for page in pages] == [5, 5, 5]
    assert [page["pageInfo"]["hasPreviousPage"] for page in pages] == [False, True, True]


@pytest.mark.parametrize(
    ("arguments", "path"),
    [({"first": 0}, "first"), ({"first": 101}, "first"), ({"after": "nothing"}, "after"), ({"after": ""}, "after")],
)
async def test_a_page_of_organizations_is_asked_for_in_measure(
    world: World, arguments: dict[str, Any], path: str
) -> None:
    account = await world.account(reseller := await world.reseller())
    ada = await world.admin(reseller)

    answer = await ada.run(LIST, id=gid(account), **arguments)

    assert answer.data == {"account": {"organizations": None}}
    assert [error["extensions"] for error in answer.errors] == [{"code": "BAD_USER_INPUT", "path": [path]}]


async def test_a_cursor_of_the_accounts_screen_is_none_of_this_list(world: World) -> None:
    account = await world.account(reseller := await world.reseller())
    ada = await world.admin(reseller)
    screen = "query($id: ID!) { reseller(id: $id) { accounts { pageInfo { endCursor } } } }"
    cursor = (await ada.query(screen, id=gid(reseller)))["reseller"]["accounts"]["pageInfo"]["endCursor"]

    answer = await ada.run(LIST, id=gid(account), after=cursor)

    assert answer.errors[0]["extensions"] == {"code": "BAD_USER_INPUT", "path": ["after"]}
