"""How many statements a list takes: the same for one row and for many."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from domain.tenancy import Role
from models import Reseller
from tests.clients import Client
from tests.world import HUNTRESS, PARTNER, World, gid

Statements = Callable[[], AbstractContextManager[list[str]]]
SCREEN = """
query($id: ID!) { reseller(id: $id) { name terms { isAccepted } plans { name } accounts(first: 80) {
  nodes {
    name status statusEndsOn dashboardUrl reseller { name } availableActions { action isAllowed }
    subscription { status total { amount } plan { name } account { name } activationPreview { startsOn } }
    organizations(first: 2) { nodes { name account { name } } totalCount }
  }
  totalCount
} } }
"""
SWITCHER = """
{ viewer { dashboards { name role
  ... on ResellerDashboard { reseller { name terms { isAccepted } accounts { totalCount } } }
  ... on AccountDashboard { account { name subscription { plan { name } } organizations { totalCount } } }
  ... on OrganizationDashboard { organization { name account { name } } }
} } }
"""
NAMES = "{ viewer { dashboards { name role } } }"
NODES = """
query($ids: [ID!]!) { nodes(ids: $ids) {
  ... on Account { name subscription { plan { name } } organizations { totalCount } } ... on Organization { name }
} }
"""


async def customers(world: World, number: int) -> tuple[Client, Reseller, list[str]]:
    """A reseller with some customers, each with two organizations and a contract."""
    reseller, ids = await world.reseller(), []
    for _ in range(number):
        account = await world.account(reseller)
        await world.contract(account)
        ids += [gid(account), gid(await world.organization(account)), gid(await world.organization(account))]
    return await world.admin(reseller), reseller, ids


@pytest.mark.parametrize("number", [1, 80])
async def test_the_accounts_screen_takes_ten_statements(world: World, statements: Statements, number: int) -> None:
    ada, reseller, _ = await customers(world, number)

    with statements() as seen:
        screen = (await ada.query(SCREEN, id=gid(reseller)))["reseller"]["accounts"]

    assert len(seen) == 10
    assert (len(screen["nodes"]), screen["totalCount"]) == (number, number)
    assert [len(node["organizations"]["nodes"]) for node in screen["nodes"]] == [2] * number


@pytest.mark.parametrize("number", [1, 60])
async def test_the_switcher_takes_two_statements(world: World, statements: Statements, number: int) -> None:
    ada = await everywhere(world, number)

    with statements() as seen:
        found = (await ada.query(NAMES))["viewer"]["dashboards"]

    assert len(seen) == 2
    assert len(found) == 2 * number + 1


@pytest.mark.parametrize("number", [1, 60])
async def test_what_the_switchers_entries_lead_to_takes_no_more_for_more_entries(
    world: World, statements: Statements, number: int
) -> None:
    ada = await everywhere(world, number)

    with statements() as seen:
        found = (await ada.query(SWITCHER))["viewer"]["dashboards"]

    assert len(seen) == 12
    assert len(found) == 2 * number + 1


@pytest.mark.parametrize("number", [1, 33])
async def test_many_nodes_take_as_many_statements_as_one_of_each_kind(
    world: World, statements: Statements, number: int
) -> None:
    ada, _, ids = await customers(world, number)

    with statements() as seen:
        found = (await ada.query(NODES, ids=ids))["nodes"]

    assert len(seen) == 7
    assert None not in found


async def test_nothing_is_counted_that_nobody_asks_for(world: World, statements: Statements) -> None:
    ada, reseller, _ = await customers(world, 1)
    document = "query($id: ID!) { reseller(id: $id) { accounts { nodes { name organizations { nodes { name } } } } } }"

    with statements() as seen:
        await ada.query(document, id=gid(reseller))

    assert [statement for statement in seen if "count(" in statement] == []
    assert len(seen) == 4


async def everywhere(world: World, number: int) -> Client:
    """Somebody in one reseller and many accounts and organizations."""
    person = await world.person()
    reseller = await world.reseller()
    await world.join(person, Role.ADMIN, reseller)
    for index in range(number):
        account = await world.account(reseller, support_type=HUNTRESS if index % 2 else PARTNER)
        await world.contract(account)
        await world.join(person, Role.ADMIN, account)
        await world.join(person, Role.USER, await world.organization(account))
    return await world.sign_in(person)


@pytest.mark.parametrize("number", [1, 10])
async def test_the_accounts_of_many_resellers_are_read_together(
    world: World, statements: Statements, number: int
) -> None:
    resellers = [await world.reseller(time_zone="Pacific/Auckland" if each % 2 else "UTC") for each in range(number)]
    for reseller in resellers:
        await world.account(reseller)
    ada = await world.admin(*resellers)
    asked = (
        "{ viewer { dashboards { ... on ResellerDashboard { reseller { accounts { totalCount nodes { name } } } } } } }"
    )

    with statements() as seen:
        dashboards = (await ada.query(asked))["viewer"]["dashboards"]

    # Who asks, the switcher, the resellers; then pages with their counts, once for each civil day that it is.
    assert len(seen) == 3 + min(number, 2)
    assert [each["reseller"]["accounts"]["totalCount"] for each in dashboards] == [1] * number


async def test_saving_a_contract_takes_six_statements(world: World, statements: Statements) -> None:
    reseller = await world.reseller()
    account = await world.account(reseller)
    await world.contract(account)
    ada = await world.admin(reseller)
    given = {"accountId": gid(account), "systems": 7, "billingInterval": "ANNUAL"}

    with statements() as seen:
        saved = await ada.mutate("upsertSubscription", given, "account { subscription { systems plan { name } } }")

    # Who asks; the account, its contract, the plans, the change with its event; the account with its contract and plan.
    assert len(seen) == 6
    assert saved["account"]["subscription"]["systems"] == 7


async def test_whose_an_account_is_is_asked_once_of_somebody_of_many_resellers(
    world: World, statements: Statements
) -> None:
    reseller, other = await world.reseller(), await world.reseller()
    account = await world.account(reseller)
    ada = await world.admin(reseller, other)
    taken = []
    for systems in (7, 8, 9):
        with statements() as seen:
            given = {"accountId": gid(account), "systems": systems, "billingInterval": "ANNUAL"}
            await ada.mutate("upsertSubscription", given, "account { subscription { systems plan { name } } }")
        taken.append(len(seen))

    assert taken == [7, 6, 6]
