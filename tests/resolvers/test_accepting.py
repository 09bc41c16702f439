"""Accepting an invitation: joining as who one is, or setting oneself up; and everything that must not get in."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from auth.passwords import hash_password
from domain.tenancy import Role
from models import Membership, Reseller
from tests.clients import Client
from tests.peeking import peek
from tests.world import World, gid

NEW = "new@example.test"
SET_UP = {"name": " Nora New ", "password": "a horse with a hat"}
JOINED = """
viewer { name email dashboards { name role } }
dashboard { id kind name role isCurrent ... on ResellerDashboard { reseller { name } } }
"""
UNUSABLE = {
    "code": "INVITATION_UNUSABLE",
    "message": "This invitation cannot be used.",
    "path": ["input", "token"],
}
Invite = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
async def reseller(world: World) -> Reseller:
    return await world.reseller("Northwind")


@pytest.fixture
async def ada(world: World, reseller: Reseller) -> Client:
    return await world.admin(reseller)


@pytest.fixture
def invite(ada: Client, reseller: Reseller) -> Invite:
    """Invite somebody to the reseller, and return the invitation."""

    async def invited(email: str = NEW, role: str = "FINANCE") -> dict[str, Any]:
        given = {"dashboardId": gid(reseller), "email": email, "role": role}
        payload = await ada.mutate("inviteMember", given, "invitation { id }")
        invitation: dict[str, Any] = payload["invitation"]
        return invitation

    return invited


async def memberships(world: World) -> int:
    ((number,),) = await peek(world.database, sa.select(sa.func.count()).select_from(Membership))
    return int(number)


async def test_who_is_new_sets_up_a_name_and_a_password_and_is_signed_in(
    world: World, stranger: Client, invite: Invite, reseller: Reseller
) -> None:
    await invite("New@Example.test")

    payload = await stranger.mutate("acceptInvitation", {"token": await world.token(NEW), **SET_UP}, JOINED)

    assert payload == {
        "viewer": {"name": "Nora New", "email": NEW, "dashboards": [{"name": "Northwind", "role": "FINANCE"}]},
        "dashboard": {
            "id": gid(reseller),
            "kind": "RESELLER",
            "name": "Northwind",
            "role": "FINANCE",
            "isCurrent": False,
            "reseller": {"name": "Northwind"},
        },
        "errors": [],
    }
    # The cookie came with the answer; the terms still come before the rest.
    assert await stranger.query("{ viewer { email invitations { id } } }") == {
        "viewer": {"email": NEW, "invitations": []}
    }
    answer = await stranger.run("query($id: ID!) { reseller(id: $id) { members { id } } }", id=gid(reseller))
    assert answer.codes == ["TERMS_NOT_ACCEPTED"]
    elsewhere = Client(world.app)
    signed_in = await elsewhere.mutate(
        "signIn", {"email": "NEW@example.test", "password": SET_UP["password"]}, "viewer { name }"
    )
    assert signed_in["viewer"] == {"name": "Nora New"}


async def test_who_is_signed_in_joins_as_who_they_are(world: World, invite: Invite) -> None:
    account = await world.account(await world.reseller("Contoso"))
    person = await world.person("New@example.test", password_hash="a hash")
    await world.join(person, Role.USER, account)
    nora = await world.sign_in(person)
    await invite()

    payload = await nora.mutate("acceptInvitation", {"token": await world.token(NEW)}, JOINED)

    assert payload["errors"] == []
    assert payload["viewer"]["dashboards"] == [
        {"name": "Northwind", "role": "FINANCE"},
        {"name": account.name, "role": "USER"},
    ]
    assert payload["dashboard"]["name"] == "Northwind"


async def test_who_was_added_without_a_password_sets_it_up(world: World, stranger: Client, invite: Invite) -> None:
    person = await world.person(NEW)
    await invite()

    payload = await stranger.mutate("acceptInvitation", {"token": await world.token(NEW), **SET_UP}, "viewer { name }")

    assert payload == {"viewer": {"name": "Nora New"}, "errors": []}
    ((user_id,),) = await peek(world.database, sa.select(Membership.user_id).where(Membership.role == Role.FINANCE))
    assert user_id == person.id


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"password": None}, ["input", "password"]),
        ({"password": "eleven sign"}, ["input", "password"]),
        ({"password": "x" * 128 + "y"}, ["input", "password"]),
        ({"password": "aaaaaaaaaaaa"}, ["input", "password"]),
        ({"password": "1q2w3e4r5t6y"}, ["input", "password"]),
        ({"name": None}, ["input", "name"]),
        ({"name": "  "}, ["input", "name"]),
        ({"name": "x" * 257}, ["input", "name"]),
        ({"reason": "x" * 501}, ["input", "reason"]),
    ],
)
async def test_a_set_up_that_is_refused_leaves_the_link_as_it_was(
    world: World, stranger: Client, invite: Invite, change: dict[str, Any], path: list[str]
) -> None:
    await invite()
    token, before = await world.token(NEW), await world.rows()

    refused = await stranger.refused("acceptInvitation", {"token": token, **SET_UP, **change})

    assert refused == ("BAD_USER_INPUT", path)
    assert await world.rows() == before
    assert (await stranger.mutate("acceptInvitation", {"token": token, **SET_UP}))["errors"] == []


async def test_the_link_alone_does_not_sign_in_whoever_has_credentials(
    world: World, stranger: Client, invite: Invite
) -> None:
    await world.person(NEW, password_hash=await hash_password("another long password"))
    await invite()
    token, before = await world.token(NEW), await world.rows()

    for given in ({"token": token}, {"token": token, **SET_UP}):
        assert await stranger.refused("acceptInvitation", given) == ("UNAUTHENTICATED", [])

    assert await world.rows() == before
    assert await stranger.query("{ viewer { id } }") == {"viewer": None}


async def ended(kind: str, world: World, invite: Invite, ada: Client) -> str:
    """Return a link that somebody could have used once, if ever."""
    invitation = await invite()
    token = await world.token(NEW)
    if kind == "used":
        await Client(world.app).mutate("acceptInvitation", {"token": token, **SET_UP})
    if kind == "revoked":
        await ada.mutate("revokeInvitation", {"id": invitation["id"]})
    if kind == "rotated":
        await ada.mutate("resendInvitation", {"id": invitation["id"]})
    if kind in {"expired", "superseded"}:
        world.clock.at += timedelta(days=7)
    if kind == "superseded":
        await invite()
    return {"unknown": "A" * 43, "empty": "", "lengthened": f"{token}A"}.get(kind, token)


@pytest.mark.parametrize(
    "kind", ["used", "revoked", "rotated", "expired", "superseded", "unknown", "empty", "lengthened"]
)
async def test_whatever_is_wrong_with_a_link_it_answers_alike(
    world: World, stranger: Client, invite: Invite, ada: Client, kind: str
) -> None:
    token = await ended(kind, world, invite, ada)
    before = await world.rows()

    for client in (stranger, ada):
        for given in ({"token": token}, {"token": token, **SET_UP}):
            assert await client.refusal("acceptInvitation", given) == UNUSABLE

    assert await world.rows() == before


async def test_nobody_but_the_invited_address_joins(world: World, invite: Invite) -> None:
    await world.person(NEW, password_hash="a hash")
    await invite()
    await invite("nobody.yet@example.test")
    somebody = await world.sign_in(await world.person("other@example.test", password_hash="a hash"))
    before = await world.rows()

    for address in (NEW, "nobody.yet@example.test"):
        token = await world.token(address)
        assert await somebody.refusal("acceptInvitation", {"token": token}) == UNUSABLE
        assert await somebody.refusal("acceptInvitation", {"token": token, **SET_UP}) == UNUSABLE

    assert await world.rows() == before


async def test_at_the_last_moment_a_link_still_works(world: World, stranger: Client, invite: Invite) -> None:
    await invite()
    world.clock.at += timedelta(days=7) - timedelta(microseconds=1)

    payload = await stranger.mutate("acceptInvitation", {"token": await world.token(NEW), **SET_UP})

    assert payload["errors"] == []


async def test_accepting_against_revoking_has_one_winner(world: World, ada: Client, invite: Invite) -> None:
    for number in range(8):
        address = f"racer{number}@example.test"
        invitation, before = await invite(address), await memberships(world)
        nora = await world.sign_in(await world.person(address, password_hash="a hash"))

        accepted, revoked = await asyncio.gather(
            nora.mutate("acceptInvitation", {"token": await world.token(address)}),
            ada.mutate("revokeInvitation", {"id": invitation["id"]}),
        )

        codes = ([error["code"] for error in accepted["errors"]], [error["code"] for error in revoked["errors"]])
        assert codes in (([], ["CONFLICT"]), (["INVITATION_UNUSABLE"], []))
        assert await memberships(world) - before == (0 if accepted["errors"] else 1)


async def test_a_link_is_used_once_even_by_two_at_once(world: World, invite: Invite) -> None:
    await invite()
    token, before = await world.token(NEW), await memberships(world)
    clients = [Client(world.app) for _ in range(4)]

    payloads = await asyncio.gather(
        *(client.mutate("acceptInvitation", {"token": token, **SET_UP}, "viewer { email }") for client in clients)
    )

    assert sorted(error["code"] for each in payloads for error in each["errors"]) == ["INVITATION_UNUSABLE"] * 3
    assert await memberships(world) == before + 1
    # The cookie is the winner's alone.
    seen = [(await client.query("{ viewer { email } }"))["viewer"] for client in clients]
    assert [viewer for viewer in seen if viewer is not None] == [{"email": NEW}]


async def test_two_links_of_one_new_address_at_once_make_one_person(
    world: World, invite: Invite, ada: Client, reseller: Reseller
) -> None:
    account = await world.account(reseller)
    await invite()
    tokens = [await world.token(NEW)]
    await ada.mutate("inviteMember", {"dashboardId": gid(account), "email": NEW, "role": "USER"})
    tokens.append(await world.token(NEW))

    payloads = await asyncio.gather(
        *(Client(world.app).mutate("acceptInvitation", {"token": token, **SET_UP}) for token in tokens)
    )

    assert [error["code"] for each in payloads for error in each["errors"]] == ["UNAUTHENTICATED"]
    ((people,),) = await peek(world.database, sa.text("SELECT count(*) FROM users WHERE email = 'new@example.test'"))
    assert people == 1


async def test_no_token_and_no_password_is_stored_or_logged_in_clear(
    world: World, stranger: Client, invite: Invite, ada: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with capture_logs() as logged:
        invitation = await invite()
        tokens = [await world.token(NEW)]
        await ada.mutate("resendInvitation", {"id": invitation["id"]})
        tokens.append(await world.token(NEW))
        for token in tokens:
            await stranger.run("query($token: String!) { invitation(token: $token) { email } }", token=token)
        dumps = [str(await world.rows())]
        for token in tokens:
            await stranger.mutate("acceptInvitation", {"token": token, **SET_UP})
        dumps += [str(await world.rows()), str(logged), caplog.text]

    cookie = stranger.http.cookies["session"]
    for secret in [*tokens, SET_UP["password"], cookie]:
        for dump in dumps:
            assert secret not in dump
            assert secret.encode().hex() not in dump
