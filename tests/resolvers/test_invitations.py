"""Invitations: asking somebody, asking once more, taking it back, and who sees what became of it."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain.tenancy import Role
from tests.clients import Client, forbidden
from tests.world import HUNTRESS, PARTNER, Place, World, gid, missing

INVITATION = "invitation { id kind dashboardName email role status expiresAt }"
PREVIEW = """
query($token: String!) { invitation(token: $token) { kind dashboardName email role status needsSetup } }
"""
LISTED = "query($id: ID!) { reseller(id: $id) { invitations { id email status } } }"
CLOSED = {"code": "CONFLICT", "message": "The invitation was accepted or revoked.", "path": []}


async def invited(
    client: Client, place: Place, email: str = "new@example.test", role: str = "READ_ONLY"
) -> dict[str, Any]:
    payload = await client.mutate("inviteMember", {"dashboardId": gid(place), "email": email, "role": role}, INVITATION)
    assert payload["errors"] == []
    invitation: dict[str, Any] = payload["invitation"]
    return invitation


async def statuses(client: Client, place: Place) -> list[tuple[str, str]]:
    listed = await client.query(LISTED, id=gid(place))
    return [(each["email"], each["status"]) for each in listed["reseller"]["invitations"]]


async def test_an_invitation_goes_out_by_mail(world: World) -> None:
    reseller = await world.reseller("Northwind")
    ada = await world.admin(reseller)

    invitation = await invited(ada, reseller, " New@Example.TEST ", "FINANCE")

    (letter,) = await world.letters("new@example.test")
    token = letter.pop("link").removeprefix("http://testserver/invitation#")
    assert letter == {
        "dashboard_kind": "RESELLER",
        "dashboard_name": "Northwind",
        "role": "FINANCE",
        "inviter": "person-1",
        "last_day": "2025-01-08",
    }
    assert len(token) == 43
    assert invitation == {
        "id": invitation["id"],
        "kind": "RESELLER",
        "dashboardName": "Northwind",
        "email": "new@example.test",
        "role": "FINANCE",
        "status": "PENDING",
        "expiresAt": "2025-01-08T12:00:00+00:00",
    }
    assert await statuses(ada, reseller) == [("new@example.test", "PENDING")]


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        ({"email": "nobody"}, "BAD_USER_INPUT", ["input", "email"]),
        ({"email": f"{'x' * 250}@example.test"}, "BAD_USER_INPUT", ["input", "email"]),
        ({"email": "member@EXAMPLE.test"}, "CONFLICT", ["input", "email"]),
        ({"email": "PENDING@example.test"}, "CONFLICT", ["input", "email"]),
        ({"role": "USER"}, "BAD_USER_INPUT", ["input", "role"]),
        ({"role": "SECURITY_ENGINEER"}, "BAD_USER_INPUT", ["input", "role"]),
        ({"dashboardId": missing("resl")}, "NOT_FOUND", ["input", "dashboardId"]),
        ({"dashboardId": missing("sub")}, "NOT_FOUND", ["input", "dashboardId"]),
        ({"dashboardId": ""}, "NOT_FOUND", ["input", "dashboardId"]),
        ({"reason": "x" * 501}, "BAD_USER_INPUT", ["input", "reason"]),
        ({"reason": "two\nlines"}, "BAD_USER_INPUT", ["input", "reason"]),
    ],
)
async def test_nothing_is_sent_where_an_invitation_is_refused(
    world: World, change: dict[str, str], code: str, path: list[str]
) -> None:
    reseller = await world.reseller()
    ada = await world.admin(reseller)
    await world.join(await world.person("Member@example.test"), Role.FINANCE, reseller)
    await invited(ada, reseller, "pending@example.test")
    before = await world.rows()

    given = {"dashboardId": gid(reseller), "email": "new@example.test", "role": "READ_ONLY", **change}

    assert await ada.refused("inviteMember", given) == (code, path)
    assert await world.rows() == before


async def test_one_address_may_be_invited_to_many_dashboards(world: World) -> None:
    reseller = await world.reseller()
    account = await world.account(reseller, support_type=PARTNER)
    organization = await world.organization(account)
    ada = await world.admin(reseller)

    kinds = [(await invited(ada, place))["kind"] for place in (reseller, account, organization)]

    assert kinds == ["RESELLER", "ACCOUNT", "ORGANIZATION"]
    assert len(await world.letters("new@example.test")) == 3


async def test_looking_at_a_link_changes_nothing(world: World, stranger: Client) -> None:
    account = await world.account(await world.reseller(), "Fourth Coffee", support_type=HUNTRESS)
    await invited(await world.admin(account), account, role="SECURITY_ENGINEER")
    token, before = await world.token("new@example.test"), await world.rows()

    seen = await stranger.query(PREVIEW, token=token)

    assert seen["invitation"] == {
        "kind": "ACCOUNT",
        "dashboardName": "Fourth Coffee",
        "email": "new@example.test",
        "role": "SECURITY_ENGINEER",
        "status": "PENDING",
        "needsSetup": True,
    }
    assert await stranger.query(PREVIEW, token=token) == seen
    assert await world.rows() == before


async def test_whoever_has_credentials_needs_no_set_up(world: World, stranger: Client) -> None:
    reseller = await world.reseller()
    await world.person("New@example.test", password_hash="a hash")
    await invited(await world.admin(reseller), reseller)

    seen = await stranger.query(PREVIEW, token=await world.token("new@example.test"))

    assert seen["invitation"]["needsSetup"] is False


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "é", "x" * 10_000])
async def test_an_unknown_link_leads_nowhere(stranger: Client, world: World, token: str) -> None:
    assert await stranger.query(PREVIEW, token=token) == {"invitation": None}


async def test_resending_replaces_the_link_and_restarts_the_seven_days(world: World, stranger: Client) -> None:
    reseller = await world.reseller()
    ada = await world.admin(reseller)
    first = await invited(ada, reseller)
    old = await world.token("new@example.test")
    world.clock.at += timedelta(days=5)

    again = await ada.mutate("resendInvitation", {"id": first["id"]}, INVITATION)

    assert again["invitation"] == {**first, "expiresAt": "2025-01-13T12:00:00+00:00"}
    assert await stranger.query(PREVIEW, token=old) == {"invitation": None}
    fresh = await stranger.query(PREVIEW, token=await world.token("new@example.test"))
    assert fresh["invitation"]["status"] == "PENDING"
    assert [letter["last_day"] for letter in await world.letters("new@example.test")] == ["2025-01-08", "2025-01-13"]
    assert await statuses(ada, reseller) == [("new@example.test", "PENDING")]


async def test_an_expired_invitation_can_be_sent_once_more(world: World) -> None:
    reseller = await world.reseller()
    ada = await world.admin(reseller)
    first = await invited(ada, reseller)
    world.clock.at += timedelta(days=7)
    listed = await statuses(ada, reseller)

    again = await ada.mutate("resendInvitation", {"id": first["id"]}, INVITATION)

    assert listed == [("new@example.test", "EXPIRED")]
    assert (again["invitation"]["status"], again["errors"]) == ("PENDING", [])


async def test_who_let_an_invitation_expire_can_be_invited_anew(world: World) -> None:
    reseller = await world.reseller()
    ada = await world.admin(reseller)
    first = await invited(ada, reseller)
    world.clock.at += timedelta(days=7)

    second = await invited(ada, reseller)

    assert second["id"] != first["id"]
    assert await statuses(ada, reseller) == [("new@example.test", "PENDING"), ("new@example.test", "EXPIRED")]
    assert await ada.refusal("resendInvitation", {"id": first["id"]}) == CLOSED


async def test_a_revoked_invitation_stays_listed_and_its_address_can_be_invited_anew(
    world: World, stranger: Client
) -> None:
    reseller = await world.reseller()
    ada = await world.admin(reseller)
    first = await invited(ada, reseller)
    token = await world.token("new@example.test")

    revoked = await ada.mutate("revokeInvitation", {"id": first["id"]}, INVITATION)

    assert revoked["invitation"] == {**first, "status": "REVOKED"}
    assert await stranger.query(PREVIEW, token=token) == {"invitation": None}
    await invited(ada, reseller)
    assert await statuses(ada, reseller) == [("new@example.test", "PENDING"), ("new@example.test", "REVOKED")]


ACTIONS = """
query($id: ID!) { node(id: $id) { ... on Invitation { status availableActions { action isAllowed reason
{ code message path } } } } }
"""


@pytest.mark.parametrize("became", ["PENDING", "EXPIRED", "superseded", "REVOKED", "ACCEPTED"])
async def test_what_may_be_done_to_an_invitation_is_what_happens(world: World, became: str) -> None:
    reseller = await world.reseller()
    ada, person = await world.admin(reseller), await world.person("new@example.test", password_hash="a hash")
    first = await invited(ada, reseller)
    if became == "ACCEPTED":
        token = await world.token("new@example.test")
        await (await world.sign_in(person)).mutate("acceptInvitation", {"token": token})
    if became == "REVOKED":
        await ada.mutate("revokeInvitation", {"id": first["id"]})
    if became in {"EXPIRED", "superseded"}:
        world.clock.at += timedelta(days=7)
    if became == "superseded":
        await invited(ada, reseller)

    told = (await ada.query(ACTIONS, id=first["id"]))["node"]
    happened = {
        each["action"]: (await ada.mutate(each["action"], {"id": first["id"]}))["errors"]
        for each in told["availableActions"]
    }

    assert told["status"] == ("EXPIRED" if became == "superseded" else became)
    is_open = became in {"PENDING", "EXPIRED"}
    assert happened == {name: [] if is_open else [CLOSED] for name in ("resendInvitation", "revokeInvitation")}
    assert [each["reason"] for each in told["availableActions"]] == [None if is_open else CLOSED] * 2
    assert [each["isAllowed"] for each in told["availableActions"]] == [is_open] * 2


async def test_a_disabled_dashboard_invites_nobody(world: World) -> None:
    account = await world.account(await world.reseller(), is_disabled=True)
    cora = await world.admin(account)

    refusal = await cora.refused(
        "inviteMember", {"dashboardId": gid(account), "email": "new@example.test", "role": "USER"}
    )

    assert refusal == ("ACCOUNT_DISABLED", [])
    assert await world.letters("new@example.test") == []


WAITING = "{ viewer { invitations { dashboardName email role status availableActions { isAllowed } } } }"


async def test_people_see_which_invitations_wait_for_them(world: World) -> None:
    northwind, contoso = await world.reseller("Northwind"), await world.reseller("Contoso")
    ada, ben = await world.admin(northwind), await world.admin(contoso)
    new = await world.sign_in(await world.person("New@Example.test"))
    await invited(ada, northwind, role="FINANCE")
    revoked = await invited(ben, contoso)
    await ben.mutate("revokeInvitation", {"id": revoked["id"]})
    await invited(ada, northwind, "somebody.else@example.test")

    waiting = (await new.query(WAITING))["viewer"]["invitations"]
    world.clock.at += timedelta(days=7)

    assert waiting == [
        {
            "dashboardName": "Northwind",
            "email": "new@example.test",
            "role": "FINANCE",
            "status": "PENDING",
            "availableActions": [],
        }
    ]
    assert (await new.query(WAITING))["viewer"]["invitations"] == []


async def test_accounts_and_organizations_list_their_own_invitations(world: World) -> None:
    account = await world.account(await world.reseller(), support_type=HUNTRESS)
    organization = await world.organization(account)
    cora = await world.admin(account)
    await invited(cora, account, "a@example.test")
    await invited(cora, organization, "o@example.test")
    document = """query($a: ID!, $o: ID!) {
      account(id: $a) { invitations { email } }
      organization(id: $o) { invitations { email dashboardName } }
    }"""

    listed = await cora.query(document, a=gid(account), o=gid(organization))

    assert listed == {
        "account": {"invitations": [{"email": "a@example.test"}]},
        "organization": {"invitations": [{"email": "o@example.test", "dashboardName": organization.name}]},
    }


@pytest.mark.parametrize("role", [Role.PROVISIONER, Role.FINANCE, Role.READ_ONLY])
async def test_only_who_manages_members_sees_invitations(world: World, role: Role) -> None:
    reseller = await world.reseller()
    invitation = await invited(await world.admin(reseller), reseller)
    reader = await world.member(role, reseller)

    answer = await reader.run(LISTED, id=gid(reseller))

    assert answer.data == {"reseller": {"invitations": None}}
    assert [error["message"] for error in answer.errors] == [forbidden("members:manage")["message"]]
    assert await reader.query(ACTIONS, id=invitation["id"]) == {"node": None}
    assert await reader.refusal("revokeInvitation", {"id": invitation["id"]}) == forbidden("members:manage")


@pytest.mark.parametrize("name", ["resendInvitation", "revokeInvitation"])
async def test_somebody_elses_invitation_answers_as_one_that_does_not_exist(world: World, name: str) -> None:
    northwind, contoso = await world.reseller("Northwind"), await world.reseller("Contoso")
    invitation = await invited(await world.admin(northwind), northwind)
    ben = await world.admin(contoso)
    before = await world.rows()

    foreign = await ben.refusal(name, {"id": invitation["id"]})

    assert foreign == await ben.refusal(name, {"id": missing("invt")})
    assert (foreign["code"], foreign["path"]) == ("NOT_FOUND", ["input", "id"])
    assert await ben.query(ACTIONS, id=invitation["id"]) == {"node": None}
    assert await world.rows() == before


async def test_twelve_invitations_of_one_address_at_once_send_one(world: World) -> None:
    reseller = await world.reseller()
    clients = [await world.admin(reseller) for _ in range(12)]
    asked = [
        {"dashboardId": gid(reseller), "email": address, "role": "READ_ONLY"}
        for address in ("new@example.test", "NEW@example.test", "New@Example.Test") * 4
    ]

    payloads = await asyncio.gather(
        *(client.mutate("inviteMember", each) for client, each in zip(clients, asked, strict=True))
    )

    codes = sorted(error["code"] for payload in payloads for error in payload["errors"])
    assert codes == ["CONFLICT"] * 11
    assert len(await world.letters("new@example.test")) == 1
    assert await statuses(clients[0], reseller) == [("new@example.test", "PENDING")]


async def test_a_list_of_dashboards_reads_its_invitations_at_once(world: World, statements: Any) -> None:
    reseller = await world.reseller()
    ada = await world.admin(reseller)
    for number in range(3):
        await invited(ada, await world.account(reseller), f"a{number}@example.test")
    document = "query($id: ID!) { reseller(id: $id) { accounts { nodes { invitations { email dashboardName } } } } }"

    with statements() as seen:
        listed = await ada.query(document, id=gid(reseller))

    assert len(listed["reseller"]["accounts"]["nodes"]) == 3
    # Who asks, the reseller, its accounts, their invitations, the names of the dashboards.
    assert len(seen) == 5
