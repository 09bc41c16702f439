"""What dashboards and automation ask again and again is put to the database in statements that were built before."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from domain.tenancy import Role
from models.database import Database
from tests.clients import Client
from tests.resolvers.test_statements import NODES, SCREEN, SWITCHER
from tests.world import World, gid

RESELLER = """
query($id: ID!, $search: String!) { reseller(id: $id) {
  terms { version isAccepted } plans { name } supportTypes { supportType }
  members { user { name } availableActions { action } }
  invitations { dashboardName availableActions { action } }
  apiKeys { name }
  auditEvents(first: 2, where: {action: "createAccount", since: "2020-01-01T00:00:00Z"}) { nodes { action } }
  accounts(first: 2, where: {search: $search, status: [TRIALING]}, orderBy: {field: STATUS_ENDS_ON}) {
    totalCount nodes { name members { role } organizations(first: 1) { totalCount } }
  }
} }
"""
PERSON = '{ viewer { name sessions { id } invitations { dashboardName } dashboards(search: "a") { name } } }'
QUOTE = "query($input: QuoteInput!) { quote(input: $input) { total { amount } } }"


@pytest.fixture
def built(database: Database) -> Iterator[list[str]]:
    """Collect the statements that SQLAlchemy has to build, compile and run."""
    seen: list[str] = []
    engine = database.engine.sync_engine

    def note(_: object, statement: object, *__: object) -> None:
        seen.append(str(statement))

    sa.event.listen(engine, "before_execute", note)
    yield seen
    sa.event.remove(engine, "before_execute", note)


async def test_no_statement_of_what_is_read_is_built_anew(world: World, built: list[str]) -> None:
    reseller, person = await world.reseller(), await world.person()
    account = await world.account(reseller)
    organization = await world.organization(account)
    await world.contract(account)
    for place in (reseller, account, organization):
        await world.join(person, Role.ADMIN, place)
    await world.invitation(reseller)
    _, robot = await world.key(person, Role.ADMIN, reseller)
    ada, asked = await world.sign_in(person), {"systems": 7, "billingInterval": "ANNUAL"}
    quote = {"resellerId": gid(reseller), "supportType": account.support_type.value, **asked}
    del built[:]

    await ada.query(PERSON)
    for client in (ada, robot):
        await client.query(SWITCHER)
        await client.query(SCREEN, id=gid(reseller))
        await client.query(RESELLER, id=gid(reseller), search="a")
        await client.query(NODES, ids=[gid(account), gid(organization)])
        await client.query(QUOTE, input=quote)

    assert built == []


async def test_no_statement_of_what_automation_changes_is_built_anew(world: World, built: list[str]) -> None:
    reseller, person = await world.reseller(), await world.person()
    await world.join(person, Role.ADMIN, reseller)
    _, robot = await world.key(person, Role.ADMIN, reseller)
    ada = await world.sign_in(person)
    del built[:]

    for number, client in enumerate((robot, ada)):
        await sell(client, gid(reseller), number)

    assert built == []


async def sell(client: Client, reseller: str, number: int) -> None:
    """Add an account, change it, and sell to it, each call under a key of its own."""
    given = {"name": "Fourth Coffee", "subdomain": f"coffee-{number}", "supportType": "PARTNER_SUPPORTED"}
    named = {"externalId": f"coffee-{number}", "resellerId": reseller}
    calls = {
        "createAccount": {"resellerId": reseller, **given, "externalId": named["externalId"]},
        "updateAccount": {"account": named, "name": "Coffee"},
        "upsertSubscription": {"account": named, "systems": 7, "billingInterval": "ANNUAL"},
        "createOrganization": {"account": {"subdomain": given["subdomain"]}, "name": "Roastery", "key": "roastery"},
    }
    for name, input in calls.items():
        done = await client.mutate(name, {**input, "idempotencyKey": f"{name} {number}"})
        assert done["errors"] == [], name
