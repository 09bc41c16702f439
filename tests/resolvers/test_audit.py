"""The audit: one event a mutation, in its transaction; who may read what of it; and nobody changes it."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

from domain.tenancy import Role
from models import ids
from models.walls import EVERYTHING
from resolvers.api import Api
from tests.clients import ERRORS, Client
from tests.credentials import PASSWORD
from tests.resolvers.changes import ANOTHER, CHANGES, NEWCOMER, Stage, staged
from tests.world import HUNTRESS, PARTNER, Place, World, gid

LONGEST_REASON = 500
# What is counted of attempts in vain is no change that somebody made.
UNCOUNTED = {"throttles"}


def test_every_mutation_is_among_those_that_are_proved(api: Api) -> None:
    mutations = api._schema.mutation_type  # graphql-core's schema inside Strawberry's

    assert mutations is not None
    assert sorted(CHANGES) == sorted(mutations.fields)


async def sent(stage: Stage, name: str, given: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Send a mutation under a request id, and return its errors."""
    change = CHANGES[name]
    client = stage.ada if change.client is None else change.client(stage)
    client.http.headers["x-request-id"] = "the-request"
    if given is None:
        errors = (await client.query(f"mutation {{ {name} {{ {ERRORS} }} }}"))[name]["errors"]
    else:
        errors = (await client.mutate(name, given))["errors"]
    found: list[dict[str, Any]] = errors
    return found


async def rows(world: World) -> list[tuple[str, ...]]:
    return [row for row in await world.rows() if row[0] not in UNCOUNTED]


@pytest.mark.parametrize("name", CHANGES)
async def test_a_mutation_writes_one_event_and_one_that_is_refused_writes_none(world: World, name: str) -> None:
    stage = await staged(world)
    change = CHANGES[name]
    given = None if change.given is None else await change.given(stage)
    world.clock.at += timedelta(seconds=1)
    if given is not None:
        before = await rows(world)
        refused = await sent(stage, name, {**given, "reason": "x" * (LONGEST_REASON + 1)})
        assert [(error["code"], error["path"]) for error in refused] == [("BAD_USER_INPUT", ["input", "reason"])]
        assert await rows(world) == before
    known = {event.id for event in await world.events()}
    reason = None if given is None else "x" * LONGEST_REASON

    assert await sent(stage, name, given and {**given, "reason": reason}) == []

    (event,) = [event for event in await world.events() if event.id not in known]
    is_newcomer = name == "acceptInvitation"
    assert (event.action, event.reason, event.request_id) == (name, reason, "the-request")
    assert event.occurred_at == world.clock.at
    assert event.actor_kind.value == "USER"
    assert event.actor_name == ("Nora" if is_newcomer else stage.person.name)
    assert (event.actor_id == stage.person.id) is not is_newcomer
    object_id = ids.encode(event.object_prefix, event.object_id)
    if isinstance(change.about, str):
        assert object_id.startswith(f"{change.about}_")
    else:
        assert object_id == change.about(stage)
    assert change.fields <= set(event.changes)
    assert all(old != new for old, new in event.changes.values())


async def test_old_and_new_values_are_kept(world: World) -> None:
    stage = await staged(world)
    await sent(stage, "changeRole", {"membershipId": gid(stage.member), "role": "FINANCE"})
    await sent(stage, "updateAccount", {"id": gid(stage.account), "supportType": "HUNTRESS_SUPPORTED"})
    await sent(stage, "activateSubscription", {"id": gid(stage.contract)})

    *_, role, account, contract = [event.changes for event in await world.events()]

    assert role == {"role": ["READ_ONLY", "FINANCE"]}
    assert account["supportType"] == ["PARTNER_SUPPORTED", "HUNTRESS_SUPPORTED"]
    assert account["costPerSystem"] == ["2.5000", "4.0000"]
    assert contract == {
        "status": ["PENDING", "ACTIVE"],
        "startsOn": [None, "2025-01-22"],
        "activatedAt": [None, "2025-01-01T12:00:00+00:00"],
    }


async def test_keys_that_end_with_a_role_are_in_its_event(world: World) -> None:
    stage = await staged(world)
    maker = await world.person()
    membership = await world.join(maker, Role.ADMIN, stage.reseller)
    await world.key(maker, Role.ADMIN, stage.reseller)

    await sent(stage, "changeRole", {"membershipId": gid(membership), "role": "FINANCE"})

    assert (await world.events())[-1].changes == {
        "role": ["ADMIN", "FINANCE"],
        "revokedAt": [None, "2025-01-01T12:00:00+00:00"],
    }


async def test_a_key_is_who_did_it(world: World) -> None:
    stage = await staged(world)
    key, robot = await world.key(stage.person, Role.PROVISIONER, stage.reseller)

    await robot.mutate("updateAccount", {"id": gid(stage.account), "name": "Other"})

    event = (await page(stage.ada, stage.reseller))["nodes"][0]
    assert event["actorKind"] == "API_KEY"
    assert (event["actorId"], event["actorName"]) == (gid(key), key.name)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_events SET reason = 'another'", "DELETE FROM audit_events", "TRUNCATE audit_events"],
)
async def test_the_application_itself_cannot_change_the_audit(world: World, statement: str) -> None:
    stage = await staged(world)
    await sent(stage, "updateAccount", {"id": gid(stage.account), "name": "Other"})
    before = await world.events()

    with pytest.raises(ProgrammingError, match="permission denied for table audit_events"):
        async with world.database.transaction(EVERYTHING) as transaction:
            await transaction.execute(sa.text(statement))

    assert await world.events() == before


PAGE = """
query($id: ID!, $first: Int, $after: String, $where: AuditFilter) { node(id: $id) {
  ... on Reseller { auditEvents(first: $first, after: $after, where: $where) { ...page } }
  ... on Account { auditEvents(first: $first, after: $after, where: $where) { ...page } }
} }
fragment page on AuditEventConnection {
  nodes { id occurredAt actorKind actorId actorName action objectId requestId reason changes { field old new } }
  edges { cursor node { id } }
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
}
"""


async def page(client: Client, place: Place, **arguments: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await client.query(PAGE, id=gid(place), **arguments))["node"]["auditEvents"]
    return found


async def test_events_are_told_as_they_happened(world: World) -> None:
    stage = await staged(world)
    await sent(stage, "updateAccount", {"id": gid(stage.account), "name": "Other", "reason": " They merged. "})

    (event,) = (await page(stage.ada, stage.reseller))["nodes"]

    assert event.pop("id").startswith("event_")
    assert event == {
        "occurredAt": "2025-01-01T12:00:00+00:00",
        "actorKind": "USER",
        "actorId": gid(stage.person),
        "actorName": "ada",
        "action": "updateAccount",
        "objectId": gid(stage.account),
        "requestId": "the-request",
        "reason": "They merged.",
        "changes": [{"field": "name", "old": stage.account.name, "new": "Other"}],
    }


async def test_the_newest_event_comes_first_page_by_page(world: World) -> None:
    stage = await staged(world)
    # Two at each instant, so that a page ends between equals.
    for number in range(6):
        world.clock.at += timedelta(seconds=number % 2)
        await sent(stage, "updateAccount", {"id": gid(stage.account), "name": f"Name {number}"})
    seen, after = list[str](), None
    while True:
        found = await page(stage.ada, stage.reseller, first=1 if after is None else 2, after=after)
        seen += [each["changes"][0]["new"] for each in found["nodes"]]
        assert found["pageInfo"]["hasPreviousPage"] is (after is not None)
        after = found["pageInfo"]["endCursor"]
        if not found["pageInfo"]["hasNextPage"]:
            break

    assert seen == [f"Name {number}" for number in (5, 4, 3, 2, 1, 0)]


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ({}, ["D", "C", "B", "A"]),
        ({"action": "updateAccount"}, ["C", "B", "A"]),
        ({"action": "updateaccount"}, []),
        ({"actorId": "other"}, ["B"]),
        ({"actorId": "ada", "action": "updateAccount"}, ["C", "A"]),
        ({"actorId": "nonsense"}, []),
        ({"objectId": "account"}, ["C", "B", "A"]),
        ({"objectId": "organization"}, []),
        ({"since": "2025-01-01T12:00:02+00:00"}, ["D", "C", "B"]),
        ({"until": "2025-01-01T12:00:02+00:00"}, ["A"]),
        ({"since": "2025-01-01T13:00:02+01:00", "until": "2025-01-01T12:00:03Z"}, ["B"]),
        ({"actorId": None, "action": None, "objectId": None, "since": None, "until": None}, ["D", "C", "B", "A"]),
    ],
)
async def test_events_are_filtered(world: World, where: dict[str, str], names: list[str]) -> None:
    stage = await staged(world)
    other = await world.person()
    await world.join(other, Role.PROVISIONER, stage.reseller)
    eve = await world.sign_in(other)
    named = {"ada": gid(stage.person), "other": gid(other), "account": gid(stage.account)}
    named["organization"] = gid(stage.organization)
    for client, name in ((stage.ada, "A"), (eve, "B"), (stage.ada, "C")):
        world.clock.at += timedelta(seconds=1)
        await client.mutate("updateAccount", {"id": gid(stage.account), "name": name})
    world.clock.at += timedelta(seconds=1)
    new = {"name": "D", "subdomain": "brand-new", "supportType": "HUNTRESS_SUPPORTED"}
    await stage.ada.mutate("createAccount", {"resellerId": gid(stage.reseller), **new})

    asked = {key: named.get(value, value) for key, value in where.items()}
    found = await page(stage.ada, stage.reseller, where=asked)

    told = [{change["field"]: change["new"] for change in each["changes"]}["name"] for each in found["nodes"]]
    assert told == names


@pytest.mark.parametrize("written", ["2025-01-01T12:00:00", "9999-12-31T23:59:59-14:00"])
@pytest.mark.parametrize("field", ["since", "until"])
async def test_a_bound_is_an_instant_with_its_offset(world: World, field: str, written: str) -> None:
    stage = await staged(world)

    answer = await stage.ada.run(PAGE, id=gid(stage.reseller), where={field: written})

    assert answer.codes == ["BAD_USER_INPUT"]
    assert answer.errors[0]["extensions"]["path"] == ["where", field]


@pytest.mark.parametrize(
    ("kind", "role", "code"),
    [
        ("reseller", Role.FINANCE, None),
        ("reseller", Role.PROVISIONER, "FORBIDDEN"),
        ("reseller", Role.READ_ONLY, "FORBIDDEN"),
        ("account", Role.ADMIN, None),
        ("account", Role.SECURITY_ENGINEER, "FORBIDDEN"),
        ("account", Role.USER, "FORBIDDEN"),
        ("account", Role.READ_ONLY, "FORBIDDEN"),
    ],
)
async def test_who_reads_the_audit(world: World, kind: str, role: Role, code: str | None) -> None:
    reseller = await world.reseller()
    account = await world.account(reseller)
    place: Place = reseller if kind == "reseller" else account

    answer = await (await world.member(role, place)).run(PAGE, id=gid(place))

    assert answer.codes == ([] if code is None else [code])


@pytest.mark.parametrize("support_type", [HUNTRESS, PARTNER])
async def test_what_belongs_inside_an_account_is_in_the_accounts_audit_alone(world: World, support_type: Any) -> None:
    reseller = await world.reseller()
    account = await world.account(reseller, support_type=support_type)
    organization, contract = await world.organization(account), await world.contract(account)
    ada, cora = await world.admin(reseller), await world.admin(account)
    maker = (await world.join(await world.person(), Role.READ_ONLY, account), cora)
    inside: list[tuple[str, dict[str, Any]]] = [
        ("inviteMember", {"dashboardId": gid(account), "email": "a@example.test", "role": "USER"}),
        ("inviteMember", {"dashboardId": gid(organization), "email": "o@example.test", "role": "USER"}),
        ("updateOrganization", {"id": gid(organization), "name": "Other"}),
        ("changeRole", {"membershipId": gid(maker[0]), "role": "USER"}),
        ("createApiKey", {"dashboardId": gid(account), "name": "Robot", "role": "USER"}),
    ]
    for name, given in inside:
        assert (await cora.mutate(name, given))["errors"] == []
    assert (await cora.mutate("updateAccount", {"id": gid(account), "name": "Other"}))["errors"] == []
    assert (await ada.mutate("activateSubscription", {"id": gid(contract)}))["errors"] == []

    of_reseller = [each["action"] for each in (await page(ada, reseller))["nodes"]]
    of_account = [each["action"] for each in (await page(cora, account))["nodes"]]
    entered = await ada.run(PAGE, id=gid(account))

    assert sorted(of_reseller) == ["activateSubscription", "updateAccount"]
    assert sorted(of_account) == sorted(["activateSubscription", "updateAccount", *(name for name, _ in inside)])
    assert entered.codes == (["PARTNER_SUPPORTED_ONLY"] if support_type is HUNTRESS else [])


async def test_members_of_an_account_see_no_amounts(world: World) -> None:
    stage = await staged(world)
    cora = await world.admin(stage.account)
    await sent(
        stage, "upsertSubscription", {"accountId": gid(stage.account), "systems": 5, "billingInterval": "ANNUAL"}
    )

    (seen,), (whole,) = [(await page(client, stage.account))["nodes"] for client in (cora, stage.ada)]

    assert {each["field"] for each in whole["changes"]} - {each["field"] for each in seen["changes"]} == {
        "costPerSystem"
    }
    assert {"systems", "billingInterval", "planId"} <= {each["field"] for each in seen["changes"]}


async def test_another_tenants_audit_is_nobodys(world: World) -> None:
    stage = await staged(world)
    await sent(stage, "updateAccount", {"id": gid(stage.account), "name": "Other"})
    ben = await world.admin(other := await world.reseller("Contoso"))

    assert (await page(ben, other, where={"objectId": gid(stage.account)}))["nodes"] == []
    assert await ben.query(PAGE, id=gid(stage.reseller)) == {"node": None}


async def test_nothing_secret_is_in_the_audit(world: World) -> None:
    stage = await staged(world)
    made = await stage.ada.mutate(
        "createApiKey", {"dashboardId": gid(stage.reseller), "name": "Robot", "role": "FINANCE"}, "secret"
    )
    rotated = await stage.ada.mutate("rotateApiKey", {"id": gid(stage.key)}, "secret")
    begun = (await stage.ada.query("mutation { startTwoFactor { secret } }"))["startTwoFactor"]
    changed = {"currentPassword": PASSWORD, "newPassword": ANOTHER}
    assert (await stage.ada.mutate("changePassword", changed))["errors"] == []
    await stage.ada.mutate("inviteMember", {"dashboardId": gid(stage.reseller), "email": NEWCOMER, "role": "FINANCE"})
    cookie, token = stage.ada.http.cookies["session"], await world.token(NEWCOMER)

    written = str([event._asdict() for event in await world.events()])

    for secret in (made["secret"], rotated["secret"], begun["secret"], PASSWORD, ANOTHER, cookie, token):
        assert secret not in written
