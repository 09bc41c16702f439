"""API keys: made, rotated and revoked by people; what a key is, what it may, and with what it ends."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from auth.keys import is_well_formed
from domain.tenancy import Role
from models import Account, ApiKey, Reseller, User
from models.walls import EVERYTHING
from tests.clients import Client, forbidden
from tests.peeking import peek
from tests.world import HUNTRESS, PARTNER, Place, World, gid, missing

KEY = "apiKey { id name role lastFour createdAt expiresAt lastUsedAt revokedAt }"
PEOPLE_ONLY = {"code": "FORBIDDEN", "message": "This is for people; an API key cannot do it.", "path": []}
WHO = "{ viewer { name } }"


async def person_in(world: World, role: Role, *places: Place) -> tuple[User, Client]:
    person = await world.person()
    for place in places:
        await world.join(person, role, place)
    return person, await world.sign_in(person)


async def works(robot: Client) -> bool:
    return (await robot.http.post("/graphql", json={"query": WHO})).status_code == 200


async def made(client: Client, place: Place, role: str = "ADMIN", **rest: Any) -> dict[str, Any]:
    given = {"dashboardId": gid(place), "name": " Night shift ", "role": role, **rest}
    payload = await client.mutate("createApiKey", given, f"secret {KEY}")
    assert payload["errors"] == []
    return payload


async def revoked(world: World, key: ApiKey) -> datetime | None:
    ((at,),) = await peek(world.database, sa.select(ApiKey.revoked_at).where(ApiKey.id == key.id))
    found: datetime | None = at
    return found


async def test_a_key_is_made_with_its_secret_shown_this_once(world: World) -> None:
    reseller = await world.reseller("Northwind")
    ada = await world.admin(reseller)

    payload = await made(ada, reseller, "READ_ONLY", expiresAt="2025-02-01T01:00:00+01:00")

    secret, key = payload["secret"], payload["apiKey"]
    assert is_well_formed(secret)
    assert key == {
        "id": key["id"],
        "name": "Night shift",
        "role": "READ_ONLY",
        "lastFour": secret[-4:],
        "createdAt": "2025-01-01T12:00:00+00:00",
        "expiresAt": "2025-02-01T00:00:00+00:00",
        "lastUsedAt": None,
        "revokedAt": None,
    }
    robot = Client.bearing(world.app, secret)
    assert await robot.query("{ viewer { name email dashboards { name role } invitations { id } } }") == {
        "viewer": {
            "name": "Night shift",
            "email": None,
            "dashboards": [{"name": "Northwind", "role": "READ_ONLY"}],
            "invitations": [],
        }
    }
    document = "query($id: ID!) { reseller(id: $id) { apiKeys { id lastUsedAt } } }"
    listed = (await ada.query(document, id=gid(reseller)))["reseller"]
    assert listed == {"apiKeys": [{"id": key["id"], "lastUsedAt": "2025-01-01T12:00:00+00:00"}]}


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        ({"name": " "}, "BAD_USER_INPUT", ["input", "name"]),
        ({"name": "x" * 257}, "BAD_USER_INPUT", ["input", "name"]),
        ({"role": "SECURITY_ENGINEER"}, "BAD_USER_INPUT", ["input", "role"]),
        ({"expiresAt": "2025-01-01T12:00:00+00:00"}, "BAD_USER_INPUT", ["input", "expiresAt"]),
        ({"expiresAt": "2025-02-01T12:00:00"}, "BAD_USER_INPUT", ["input", "expiresAt"]),
        ({"expiresAt": "9999-12-31T23:59:59-14:00"}, "BAD_USER_INPUT", ["input", "expiresAt"]),
        ({"dashboardId": missing("acct")}, "NOT_FOUND", ["input", "dashboardId"]),
        ({"reason": "x" * 501}, "BAD_USER_INPUT", ["input", "reason"]),
    ],
)
async def test_no_key_is_made_where_it_is_refused(
    world: World, change: dict[str, str], code: str, path: list[str]
) -> None:
    reseller = await world.reseller()
    ada = await world.admin(reseller)
    before = await world.rows()

    given = {"dashboardId": gid(reseller), "name": "Night shift", "role": "READ_ONLY", **change}

    assert await ada.refused("createApiKey", given) == (code, path)
    assert await world.rows() == before


async def test_an_organization_has_no_keys(world: World) -> None:
    account = await world.account(await world.reseller())
    organization, cora = await world.organization(account), await world.admin(account)

    refusal = await cora.refused(
        "createApiKey", {"dashboardId": gid(organization), "name": "Night shift", "role": "USER"}
    )

    assert refusal == ("BAD_USER_INPUT", ["input", "dashboardId"])


@pytest.mark.parametrize(
    ("kind", "role", "refusal"),
    [
        ("reseller", Role.PROVISIONER, "FORBIDDEN"),
        ("reseller", Role.FINANCE, "FORBIDDEN"),
        ("reseller", Role.READ_ONLY, "FORBIDDEN"),
        ("account", Role.SECURITY_ENGINEER, "FORBIDDEN"),
        ("account", Role.USER, "FORBIDDEN"),
        ("account", Role.READ_ONLY, "FORBIDDEN"),
        ("other", Role.ADMIN, "NOT_FOUND"),
    ],
)
async def test_only_admins_have_to_do_with_keys(world: World, kind: str, role: Role, refusal: str) -> None:
    reseller = await world.reseller()
    account = await world.account(reseller, support_type=PARTNER)
    place: Account | Reseller = reseller if kind == "reseller" else account
    maker, _ = await person_in(world, Role.ADMIN, place)
    key, _ = await world.key(maker, Role.READ_ONLY, place)
    joins = await world.reseller() if kind == "other" else place
    _, somebody = await person_in(world, role, joins)
    before = await world.rows()

    codes = [
        await somebody.refused("createApiKey", {"dashboardId": gid(place), "name": "Mine", "role": "READ_ONLY"}),
        await somebody.refused("rotateApiKey", {"id": gid(key)}),
        await somebody.refused("revokeApiKey", {"id": gid(key)}),
    ]

    assert [code for code, _ in codes] == [refusal] * 3
    assert await somebody.query("query($id: ID!) { node(id: $id) { id } }", id=gid(key)) == {"node": None}
    assert await world.rows() == before


async def test_rotation_gives_another_secret_and_lets_the_old_one_live_on(world: World) -> None:
    reseller = await world.reseller()
    maker, ada = await person_in(world, Role.ADMIN, reseller)
    key, old = await world.key(maker, Role.FINANCE, reseller)
    selection = f"secret oldSecretWorksUntil {KEY}"

    payload = await ada.mutate("rotateApiKey", {"id": gid(key), "overlapMinutes": 90}, selection)

    new = Client.bearing(world.app, payload["secret"])
    assert payload["oldSecretWorksUntil"] == "2025-01-01T13:30:00+00:00"
    assert payload["apiKey"]["lastFour"] == payload["secret"][-4:] != key.last_four
    assert [await works(old), await works(new)] == [True, True]
    world.clock.at += timedelta(minutes=90)
    assert [await works(old), await works(new)] == [False, True]


async def test_without_overlap_the_old_secret_ends_at_once(world: World) -> None:
    reseller = await world.reseller()
    maker, ada = await person_in(world, Role.ADMIN, reseller)
    key, old = await world.key(maker, Role.FINANCE, reseller)
    await ada.mutate("rotateApiKey", {"id": gid(key), "overlapMinutes": 10_080})

    payload = await ada.mutate("rotateApiKey", {"id": gid(key), "overlapMinutes": 0}, "secret")

    assert not await works(old)
    assert await works(Client.bearing(world.app, payload["secret"]))


@pytest.mark.parametrize("minutes", [-1, 10_081, 2**31 - 1])
async def test_an_overlap_is_at_most_seven_days(world: World, minutes: int) -> None:
    reseller = await world.reseller()
    maker, ada = await person_in(world, Role.ADMIN, reseller)
    key, robot = await world.key(maker, Role.FINANCE, reseller)

    refusal = await ada.refused("rotateApiKey", {"id": gid(key), "overlapMinutes": minutes})

    assert refusal == ("BAD_USER_INPUT", ["input", "overlapMinutes"])
    assert await works(robot)


async def test_a_revoked_key_ends_at_once_and_stays_listed(world: World) -> None:
    account = await world.account(await world.reseller(), support_type=HUNTRESS)
    maker, cora = await person_in(world, Role.ADMIN, account)
    key, robot = await world.key(maker, Role.USER, account)
    assert await works(robot)

    payload = await cora.mutate("revokeApiKey", {"id": gid(key)}, KEY)

    assert payload["apiKey"]["revokedAt"] == "2025-01-01T12:00:00+00:00"
    assert not await works(robot)
    world.clock.at += timedelta(days=1)
    again = await cora.mutate("revokeApiKey", {"id": gid(key)}, KEY)
    assert again["apiKey"] == payload["apiKey"]
    assert await cora.refused("rotateApiKey", {"id": gid(key)}) == ("CONFLICT", ["input", "id"])
    document = "query($id: ID!) { account(id: $id) { apiKeys { id } } }"
    assert await cora.query(document, id=gid(account)) == {"account": {"apiKeys": [{"id": gid(key)}]}}


async def test_a_key_acts_in_its_one_dashboard_in_its_role(world: World) -> None:
    reseller, other = await world.reseller(), await world.reseller()
    maker, _ = await person_in(world, Role.ADMIN, reseller, other)
    account = await world.account(reseller, support_type=HUNTRESS)
    _, provisioner = await world.key(maker, Role.PROVISIONER, reseller)
    _, user = await world.key((await person_in(world, Role.ADMIN, account))[0], Role.USER, account)
    new = {"name": "New", "subdomain": "brand-new", "supportType": "HUNTRESS_SUPPORTED"}

    created = await provisioner.mutate("createAccount", {"resellerId": gid(reseller), **new}, "account { name }")

    assert created == {"account": {"name": "New"}, "errors": []}
    foreign = await provisioner.refused("createAccount", {"resellerId": gid(other), **new, "subdomain": "other-one"})
    assert foreign == ("NOT_FOUND", ["input", "resellerId"])
    contract = await world.contract(account)
    activation = await provisioner.refusal("activateSubscription", {"id": gid(contract)})
    assert activation == forbidden("subscriptions:activate")
    assert await user.query("query($id: ID!) { account(id: $id) { name } }", id=gid(account)) == {
        "account": {"name": account.name}
    }
    assert await user.refusal("updateAccount", {"id": gid(account), "name": "Other"}) == forbidden(
        "accounts:edit (name only)"
    )


async def test_what_only_people_do_is_refused_to_a_key(world: World) -> None:
    reseller = await world.reseller()
    maker, _ = await person_in(world, Role.ADMIN, reseller)
    _, robot = await world.key(maker, Role.ADMIN, reseller)
    attempts: dict[str, dict[str, Any]] = {
        "createApiKey": {"dashboardId": gid(reseller), "name": "Another", "role": "READ_ONLY"},
        "acceptTerms": {"resellerId": gid(reseller), "version": "t1"},
        "acceptInvitation": {"token": "x", "name": "Robot", "password": "a horse with a hat"},
        "signIn": {"email": maker.email, "password": "whatever it may be"},
    }
    assert await works(robot)
    before = await world.rows()

    refusals = {name: await robot.refusal(name, given) for name, given in attempts.items()}
    out = await robot.query("mutation { signOut { errors { code message path } } }")

    assert refusals == dict.fromkeys(attempts, PEOPLE_ONLY)
    assert out == {"signOut": {"errors": [PEOPLE_ONLY]}}
    assert await world.rows() == before
    document = "query($id: ID!) { reseller(id: $id) { availableActions { action reason { message } } } }"
    told = (await robot.query(document, id=gid(reseller)))["reseller"]["availableActions"]
    assert {"action": "acceptTerms", "reason": {"message": PEOPLE_ONLY["message"]}} in told


async def test_a_key_replaces_its_own_secret_and_no_other(world: World) -> None:
    reseller = await world.reseller()
    maker, _ = await person_in(world, Role.ADMIN, reseller)
    (key, robot), (other, _) = [await world.key(maker, Role.ADMIN, reseller) for _ in range(2)]

    payload = await robot.mutate("rotateApiKey", {"id": gid(key)}, "secret")

    assert await works(Client.bearing(world.app, payload["secret"]))
    assert await robot.refusal("rotateApiKey", {"id": gid(other)}) == PEOPLE_ONLY


@pytest.mark.parametrize(
    ("role", "becomes", "survives"),
    [
        (Role.READ_ONLY, None, False),
        (Role.ADMIN, Role.PROVISIONER, False),
        (Role.READ_ONLY, Role.READ_ONLY, False),
        (Role.ADMIN, Role.ADMIN, True),
    ],
)
async def test_a_key_ends_with_its_makers_right_to_make_it(
    world: World, role: Role, becomes: Role | None, *, survives: bool
) -> None:
    reseller, other = await world.reseller(), await world.reseller()
    ada = await world.admin(reseller)
    maker, _ = await person_in(world, Role.ADMIN, reseller, other)
    key, robot = await world.key(maker, role, reseller)
    elsewhere, other_robot = await world.key(maker, role, other)
    document = "query($id: ID!) { reseller(id: $id) { members { id user { id } } } }"
    listed = (await ada.query(document, id=gid(reseller)))["reseller"]["members"]
    membership = next(each["id"] for each in listed if each["user"]["id"] == gid(maker))

    if becomes is None:
        await ada.mutate("removeMember", {"membershipId": membership})
    else:
        await ada.mutate("changeRole", {"membershipId": membership, "role": becomes.value})

    assert await works(robot) is survives
    assert (await revoked(world, key) is None) is survives
    assert await works(other_robot)
    assert await revoked(world, elsewhere) is None


async def test_what_a_reseller_made_in_an_account_ends_with_its_maker_as_well(world: World) -> None:
    reseller = await world.reseller()
    account = await world.account(reseller, support_type=PARTNER)
    ada = await world.admin(reseller)
    maker, _ = await person_in(world, Role.ADMIN)
    membership = await world.join(maker, Role.ADMIN, reseller)
    key, robot = await world.key(maker, Role.USER, account)
    assert await works(robot)

    await ada.mutate("removeMember", {"membershipId": gid(membership)})

    assert not await works(robot)
    assert await revoked(world, key) == world.clock.at


async def test_what_a_reseller_made_in_an_account_ends_where_it_enters_no_more(world: World) -> None:
    reseller = await world.reseller()
    account = await world.account(reseller, support_type=PARTNER)
    maker, ada = await person_in(world, Role.ADMIN, reseller)
    _, robot = await world.key(maker, Role.USER, account)
    assert await works(robot)

    await ada.mutate("updateAccount", {"id": gid(account), "supportType": "HUNTRESS_SUPPORTED"})

    assert not await works(robot)


async def test_terms_published_since_do_not_stop_a_key(world: World) -> None:
    reseller = await world.reseller()
    maker, _ = await person_in(world, Role.ADMIN, reseller)
    _, robot = await world.key(maker, Role.READ_ONLY, reseller)
    world.clock.at += timedelta(days=1)
    await world.publish("Version: t2\nBe kinder.\n")

    answer = await robot.run("query($id: ID!) { reseller(id: $id) { accounts { totalCount } } }", id=gid(reseller))

    assert (answer.data, answer.errors) == ({"reseller": {"accounts": {"totalCount": 0}}}, [])


async def test_disabling_a_dashboard_disables_its_keys(world: World) -> None:
    reseller = await world.reseller()
    account, other = await world.account(reseller), await world.account(reseller)
    maker, _ = await person_in(world, Role.ADMIN, reseller, account, other)
    robots = [(await world.key(maker, Role.READ_ONLY, place))[1] for place in (reseller, account, other)]
    before = [await works(robot) for robot in robots]
    at = datetime(2025, 1, 1, tzinfo=UTC)

    async with world.database.transaction(EVERYTHING) as transaction:
        await transaction.execute(sa.update(Account).where(Account.id == account.id).values(disabled_at=at))
    one_account = [await works(robot) for robot in robots]
    async with world.database.transaction(EVERYTHING) as transaction:
        await transaction.execute(sa.update(Reseller).where(Reseller.id == reseller.id).values(disabled_at=at))

    assert before == [True, True, True]
    assert one_account == [True, False, True]
    assert [await works(robot) for robot in robots] == [False, False, False]
