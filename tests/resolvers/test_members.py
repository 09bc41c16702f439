"""What members of accounts and organizations never see, and which dashboards are entered."""

import pytest

from domain.catalog import SupportType
from domain.tenancy import Role
from tests.clients import forbidden
from tests.world import HUNTRESS, PARTNER, World, gid

ACCOUNT_ROLES = [Role.ADMIN, Role.SECURITY_ENGINEER, Role.USER, Role.READ_ONLY]
RESELLER_ROLES = [Role.ADMIN, Role.PROVISIONER, Role.FINANCE, Role.READ_ONLY]
CONTRACT = """
query($id: ID!) { account(id: $id) { subscription {
  status supportType systems billingInterval plan { name minSystems maxSystems } startsOn endsOn renewsOn activatedAt
  costPerSystem { amount } total { amount } activationPreview { firstCharge { amount } startsOn }
} } }
"""
COST_OF_PLAN = "query($id: ID!) { account(id: $id) { name subscription { plan { costPerSystem { amount } } } } }"
RESELLER = """
query($id: ID!) { account(id: $id) { reseller { id name supportTypes { title } plans { name }
  accounts { nodes { name } totalCount } } } }
"""
DOOR = "query($id: ID!) { account(id: $id) { dashboardUrl organizations { nodes { name } } } }"
COST = forbidden("subscriptions:read (with the partner's cost)")["message"]


@pytest.mark.parametrize("role", ACCOUNT_ROLES)
async def test_members_see_their_contract_and_no_money(world: World, role: Role) -> None:
    account = await world.account(await world.reseller(), support_type=HUNTRESS)
    await world.contract(account, 10)
    member = await world.member(role, account)

    seen = await member.query(CONTRACT, id=gid(account))

    assert seen["account"]["subscription"] == {
        "status": "PENDING",
        "supportType": "HUNTRESS_SUPPORTED",
        "systems": 10,
        "billingInterval": "MONTHLY",
        "plan": {"name": "H10", "minSystems": 10, "maxSystems": 99},
        "startsOn": None,
        "endsOn": None,
        "renewsOn": None,
        "activatedAt": None,
        "costPerSystem": None,
        "total": None,
        "activationPreview": None,
    }


@pytest.mark.parametrize("role", ACCOUNT_ROLES)
async def test_the_cost_of_a_plan_is_refused_to_members_by_every_way(world: World, role: Role) -> None:
    account = await world.account(await world.reseller(), "Fourth Coffee")
    contract = await world.contract(account, activated_on=account.trial_starts_on)
    member = await world.member(role, account)
    by_node = "query($id: ID!) { node(id: $id) { ... on Subscription { plan { costPerSystem { amount } } } } }"

    answers = [await member.run(COST_OF_PLAN, id=gid(account)), await member.run(by_node, id=gid(contract))]

    assert [answer.data for answer in answers] == [
        {"account": {"name": "Fourth Coffee", "subscription": None}},
        {"node": None},
    ]
    assert [[error["message"] for error in answer.errors] for answer in answers] == [[COST], [COST]]


@pytest.mark.parametrize("role", RESELLER_ROLES)
async def test_everybody_of_the_reseller_sees_the_partners_cost(world: World, role: Role) -> None:
    account = await world.account(reseller := await world.reseller(), support_type=HUNTRESS)
    await world.contract(account, 10)
    member = await world.member(role, reseller)

    seen = (await member.query(CONTRACT, id=gid(account)))["account"]["subscription"]

    assert (seen["costPerSystem"], seen["total"]) == ({"amount": "4.00"}, {"amount": "40.00"})
    assert seen["activationPreview"] == {"firstCharge": {"amount": "40.00"}, "startsOn": "2025-01-22"}


async def test_the_cost_is_hidden_from_who_belongs_to_the_account_and_another_reseller(world: World) -> None:
    account = await world.account(await world.reseller("Northwind"))
    await world.contract(account)
    person = await world.person()
    await world.join(person, Role.ADMIN, account)
    await world.join(person, Role.ADMIN, await world.reseller("Contoso"))
    both = await world.sign_in(person)

    seen = (await both.query(CONTRACT, id=gid(account)))["account"]["subscription"]

    assert (seen["costPerSystem"], seen["total"], seen["activationPreview"]) == (None, None, None)


@pytest.mark.parametrize("role", ACCOUNT_ROLES)
async def test_members_see_nothing_of_the_reseller_but_its_name(world: World, role: Role) -> None:
    account = await world.account(reseller := await world.reseller(), "Fourth Coffee")
    await world.account(reseller, "Sibling")
    member = await world.member(role, account)

    answer = await member.run(RESELLER, id=gid(account))

    assert answer.data["account"]["reseller"] == {
        "id": gid(reseller),
        "name": "Northwind",
        "supportTypes": None,
        "plans": None,
        "accounts": None,
    }
    assert answer.codes == ["FORBIDDEN"] * 3


@pytest.mark.parametrize("role", ACCOUNT_ROLES)
async def test_members_see_no_sibling_by_any_way(world: World, role: Role) -> None:
    account = await world.account(reseller := await world.reseller())
    sibling = await world.account(reseller, subdomain="sibling")
    contract, part = await world.contract(sibling), await world.organization(sibling)
    member = await world.member(role, account)
    document = """
    query($account: ID!, $organization: ID!, $ids: [ID!]!) {
      account(id: $account) { id } bySubdomain: account(subdomain: "sibling") { id }
      organization(id: $organization) { id } nodes(ids: $ids) { id }
    }
    """

    seen = await member.query(
        document,
        account=gid(sibling),
        organization=gid(part),
        ids=[gid(sibling), gid(contract), gid(part)],
    )

    assert seen == {"account": None, "bySubdomain": None, "organization": None, "nodes": [None, None, None]}


@pytest.mark.parametrize("role", [Role.ADMIN, Role.USER, Role.READ_ONLY])
async def test_an_organizations_members_see_neither_account_nor_contract_nor_reseller(world: World, role: Role) -> None:
    account = await world.account(reseller := await world.reseller(), subdomain="fourth-coffee")
    contract, part = await world.contract(account), await world.organization(account, "Roastery")
    omar = await world.member(role, part)
    document = """
    query($ids: [ID!]!, $reseller: ID!) {
      account(subdomain: "fourth-coffee") { id } nodes(ids: $ids) { id } reseller(id: $reseller) { name }
    }
    """

    seen = await omar.query(document, ids=[gid(account), gid(contract), gid(part)], reseller=gid(reseller))

    assert seen == {"account": None, "nodes": [None, None, {"id": gid(part)}], "reseller": None}


URL = "https://fourth-coffee.portal.test/"


@pytest.mark.parametrize(
    ("support_type", "role", "url", "codes"),
    [
        (PARTNER, Role.ADMIN, URL, []),
        (PARTNER, Role.PROVISIONER, URL, []),
        (PARTNER, Role.FINANCE, None, ["FORBIDDEN"]),
        (PARTNER, Role.READ_ONLY, None, ["FORBIDDEN"]),
        (HUNTRESS, Role.ADMIN, None, ["PARTNER_SUPPORTED_ONLY"]),
        (HUNTRESS, Role.PROVISIONER, None, ["PARTNER_SUPPORTED_ONLY"]),
        (HUNTRESS, Role.FINANCE, None, ["PARTNER_SUPPORTED_ONLY"]),
        (HUNTRESS, Role.READ_ONLY, None, ["PARTNER_SUPPORTED_ONLY"]),
    ],
)
async def test_a_reseller_enters_where_it_is_partner_supported(
    world: World, support_type: SupportType, role: Role, url: str | None, codes: list[str]
) -> None:
    account = await world.account(
        reseller := await world.reseller(), subdomain="fourth-coffee", support_type=support_type
    )
    await world.organization(account, "Roastery")
    member = await world.member(role, reseller)

    answer = await member.run(DOOR, id=gid(account))

    organizations = None if codes else {"nodes": [{"name": "Roastery"}]}
    assert answer.data == {"account": {"dashboardUrl": url, "organizations": organizations}}
    assert answer.codes == codes


@pytest.mark.parametrize("support_type", [HUNTRESS, PARTNER])
@pytest.mark.parametrize("role", ACCOUNT_ROLES)
async def test_members_enter_their_account_whatever_its_support_type(
    world: World, role: Role, support_type: SupportType
) -> None:
    account = await world.account(await world.reseller(), subdomain="fourth-coffee", support_type=support_type)
    await world.organization(account, "Roastery")
    member = await world.member(role, account)

    seen = await member.query(DOOR, id=gid(account))

    assert seen == {"account": {"dashboardUrl": URL, "organizations": {"nodes": [{"name": "Roastery"}]}}}


async def test_changing_the_support_type_opens_and_closes_the_door(world: World) -> None:
    account = await world.account(reseller := await world.reseller(), subdomain="fourth-coffee", support_type=HUNTRESS)
    ada = await world.admin(reseller)

    opened = await ada.mutate(
        "updateAccount", {"id": gid(account), "supportType": "PARTNER_SUPPORTED"}, "account { dashboardUrl }"
    )
    closed = await ada.mutate(
        "updateAccount", {"id": gid(account), "supportType": "HUNTRESS_SUPPORTED"}, "account { dashboardUrl }"
    )

    assert [each["account"]["dashboardUrl"] for each in (opened, closed)] == [URL, None]
