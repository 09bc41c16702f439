"""The invitation's pages: what a link leads to, both ways of accepting it, and everything that leads nowhere."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from domain.invitations import VALID_FOR
from domain.tenancy import Role
from models import Account, Membership, Reseller, User
from tests.clients import Client
from tests.credentials import PASSWORD, Authenticator, client_at, enrol, signed_in, somebody
from tests.peeking import peek
from tests.web.reading import Page, require_a_good_page
from tests.world import World, gid

NEW, NAME = "nora@example.test", "Nora <New>"


@pytest.fixture
async def reseller(world: World) -> Reseller:
    return await world.reseller("Northwind")


@pytest.fixture
async def admin(world: World, reseller: Reseller) -> Client:
    return await world.admin(reseller)


@pytest.fixture
async def account(world: World, reseller: Reseller) -> Account:
    return await world.account(reseller, "Alpine Ski House")


@pytest.fixture
async def token(world: World, admin: Client, reseller: Reseller) -> str:
    """The code of an invitation to the reseller, as FINANCE."""
    await invite(admin, reseller)
    return await world.token(NEW)


async def invite(admin: Client, place: Reseller | Account, role: str = "FINANCE") -> str:
    given = {"dashboardId": gid(place), "email": NEW, "role": role}
    payload = await admin.mutate("inviteMember", given, "invitation { id }")
    assert payload["errors"] == []
    return str(payload["invitation"]["id"])


async def look(client: Client, token: str) -> httpx.Response:
    return await client.http.post("/invitation", data={"token": token})


async def accept(client: Client, page: Page, **typed: str) -> httpx.Response:
    """Send the form of the page as a person does who has typed this."""
    fields = page.fields("/invitation/accept")
    assert set(typed) <= set(fields)
    return await client.http.post("/invitation/accept", data={**fields, **typed})


async def memberships(world: World) -> list[tuple[Any, ...]]:
    rows = sa.select(User.email, Membership.role).join(Membership, Membership.user_id == User.id)
    return [tuple(row) for row in await peek(world.database, rows.where(User.email == NEW))]


async def test_the_link_leads_to_a_form_for_the_code_that_works_without_the_script(stranger: Client) -> None:
    response = await stranger.http.get("/invitation")

    page = require_a_good_page(response)
    assert (response.status_code, page.texts("h1")) == (200, ["Your invitation"])
    assert page.all("form") == [{"method": "post", "action": "/invitation", "data-takes-fragment": None}]
    assert page.all("script") == [{"type": "module", "src": "/assets/fragment.js"}]
    assert (page.fields("/invitation"), page.texts("button")) == ({"token": ""}, ["Go on"])


async def test_the_script_is_served_by_us(stranger: Client) -> None:
    response = await stranger.http.get("/assets/fragment.js")

    assert (response.status_code, response.headers["content-type"]) == (200, "text/javascript; charset=utf-8")


async def test_whoever_is_new_is_asked_for_a_name_and_a_password(world: World, stranger: Client, token: str) -> None:
    before = await world.rows()

    response = await look(stranger, token)

    page = require_a_good_page(response)
    assert (response.status_code, page.texts("h1")) == (200, ["Join Northwind"])
    assert " ".join(page.texts("p")[0].split()) == (
        "nora@example.test is invited to the reseller dashboard Northwind as Finance."
    )
    assert page.fields("/invitation/accept") == {"token": token, "name": "", "password": ""}
    assert page.texts("label") == ["Your name", "Choose a password, 12 to 128 characters"]
    assert page.field("password")["autocomplete"] == "new-password"
    # Mail scanners open links, and a person may look twice.
    assert await world.rows() == before


async def test_setting_up_joins_signs_in_and_leads_to_the_terms(
    world: World, stranger: Client, token: str, reseller: Reseller
) -> None:
    page = Page((await look(stranger, token)).text)

    response = await accept(stranger, page, name=NAME, password=PASSWORD)

    assert (response.status_code, response.headers["location"]) == (303, f"/terms?reseller={gid(reseller)}")
    assert await stranger.query("{ viewer { name email } }") == {"viewer": {"name": NAME, "email": NEW}}
    assert await memberships(world) == [(NEW, Role.FINANCE)]


async def test_joining_an_account_leads_to_the_dashboards(
    world: World, stranger: Client, admin: Client, account: Account
) -> None:
    owner = await world.admin(account)
    await invite(owner, account, "USER")
    page = Page((await look(stranger, await world.token(NEW))).text)

    response = await accept(stranger, page, name=NAME, password=PASSWORD)

    assert page.texts("h1") == ["Join Alpine Ski House"]
    assert (response.status_code, response.headers["location"]) == (303, "/dashboards")


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("short", "A password has 12 to 128 characters."),
        ("", "A password has 12 to 128 characters."),
        ("aaaaaaaaaaaaaa", "This password is among the first that everybody tries; choose another."),
    ],
)
async def test_a_weak_password_is_refused_and_the_name_stays(
    world: World, stranger: Client, token: str, password: str, problem: str
) -> None:
    page, before = Page((await look(stranger, token)).text), await world.rows()

    response = await accept(stranger, page, name=NAME, password=password)

    again = require_a_good_page(response)
    assert (response.status_code, again.problem) == (422, problem)
    assert again.fields("/invitation/accept") == {"token": token, "name": NAME, "password": ""}
    assert (again.field("password")["aria-describedby"], "value" in again.field("password")) == ("problem", False)
    assert await world.rows() == before


@pytest.mark.parametrize("name", ["", "  ", "x" * 257, "a\nb"])
async def test_a_name_that_is_none_is_refused(world: World, stranger: Client, token: str, name: str) -> None:
    page = Page((await look(stranger, token)).text)

    response = await accept(stranger, page, name=name, password=PASSWORD)

    assert (response.status_code, "set-cookie" in response.headers) == (422, False)
    assert require_a_good_page(response).problem is not None
    assert PASSWORD not in response.text
    assert await memberships(world) == []


async def test_whoever_is_signed_in_already_needs_one_button(world: World, token: str, reseller: Reseller) -> None:
    nora = await signed_in(world, NEW)
    page = require_a_good_page(await look(nora, token))

    response = await accept(nora, page)

    assert (page.fields("/invitation/accept"), page.texts("button")[-1]) == ({"token": token}, "Join")
    assert (response.status_code, response.headers["location"]) == (303, f"/terms?reseller={gid(reseller)}")
    assert await memberships(world) == [(NEW, Role.FINANCE)]


async def test_an_address_is_the_same_whatever_its_case(world: World, token: str) -> None:
    nora = await signed_in(world, "Nora@Example.test")

    page = Page((await look(nora, token)).text)

    assert page.texts("button")[-1] == "Join"


@pytest.mark.parametrize("is_known", [True, False])
async def test_somebody_else_who_is_signed_in_is_told_so_and_cannot_join(
    world: World,
    token: str,
    is_known: bool,  # noqa: FBT001 # a table
) -> None:
    if is_known:
        await somebody(world, NEW)
    eve, before = await signed_in(world, "eve@example.test"), await world.rows()

    page = require_a_good_page(await look(eve, token))
    forced = await eve.http.post("/invitation/accept", data={"token": token})

    assert page.problem == "You are signed in as eve@example.test. Sign out, then open the link again."
    assert page.all("form") == [{"method": "post", "action": "/sign-out"}]
    assert (forced.status_code, require_a_good_page(forced).problem) == (422, "This invitation cannot be used.")
    assert await world.rows() == before


async def test_whoever_has_a_password_signs_in_there_and_joins(
    world: World, stranger: Client, token: str, reseller: Reseller
) -> None:
    await somebody(world, NEW)
    page = require_a_good_page(await look(stranger, token))

    response = await accept(stranger, page, password=PASSWORD)

    assert page.fields("/invitation/accept") == {"token": token, "email": NEW, "password": ""}
    assert page.field("password")["autocomplete"] == "current-password"
    assert (response.status_code, response.headers["location"]) == (303, f"/terms?reseller={gid(reseller)}")
    assert (await stranger.query("{ viewer { email } }"))["viewer"] == {"email": NEW}
    assert await memberships(world) == [(NEW, Role.FINANCE)]


async def test_a_wrong_password_joins_nobody(world: World, stranger: Client, token: str) -> None:
    await somebody(world, NEW)
    page = Page((await look(stranger, token)).text)

    response = await accept(stranger, page, password="wrong horse battery staple")

    again = require_a_good_page(response)
    assert (response.status_code, again.problem) == (422, "The e-mail address or the password is wrong.")
    assert again.fields("/invitation/accept") == {"token": token, "email": NEW, "password": ""}
    assert "wrong horse" not in response.text
    assert ("session" in stranger.http.cookies, await memberships(world)) == (False, [])


async def test_signing_in_there_as_somebody_else_joins_nobody(world: World, stranger: Client, token: str) -> None:
    await somebody(world, NEW)
    await somebody(world, "eve@example.test")
    page = Page((await look(stranger, token)).text)

    response = await accept(stranger, page, email="eve@example.test", password=PASSWORD)

    # It was Eve's password: she is signed in, and sees whom the invitation is for.
    assert (response.status_code, await memberships(world)) == (422, [])
    assert "You are signed in as eve@example.test." in response.text


@pytest.fixture
async def phone(world: World) -> Authenticator:
    """The invited person's authenticator: they have a password and two-factor."""
    return await enrol(await signed_in(world, NEW), world.clock)


async def test_two_factor_is_asked_for_there_too(
    world: World, phone: Authenticator, stranger: Client, token: str, reseller: Reseller
) -> None:
    first = Page((await look(stranger, token)).text)
    response = await accept(stranger, first, password=PASSWORD)
    second = require_a_good_page(response)

    joined = await accept(stranger, second, password=PASSWORD, code=phone.code())

    assert (response.status_code, second.problem) == (
        422,
        "Give a code of your authenticator, or a recovery code, as well.",
    )
    assert second.fields("/invitation/accept") == {"token": token, "email": NEW, "password": "", "code": ""}
    assert (joined.status_code, joined.headers["location"]) == (303, f"/terms?reseller={gid(reseller)}")
    assert await memberships(world) == [(NEW, Role.FINANCE)]


async def test_a_wrong_code_is_asked_for_again_and_not_shown(
    world: World, phone: Authenticator, stranger: Client, token: str
) -> None:
    first = Page((await look(stranger, token)).text)
    second = Page((await accept(stranger, first, password=PASSWORD)).text)

    response = await accept(stranger, second, password=PASSWORD, code="wrong-code-1")

    again = require_a_good_page(response)
    assert (response.status_code, again.problem) == (422, "The e-mail address, the password or the code is wrong.")
    assert again.fields("/invitation/accept") == {"token": token, "email": NEW, "password": "", "code": ""}
    assert (PASSWORD in response.text, "wrong-code-1" in response.text) == (False, False)
    assert (await accept(stranger, again, password=PASSWORD, code=phone.recovery_codes[0])).status_code == 303
    assert await memberships(world) == [(NEW, Role.FINANCE)]


async def unknown(world: World, admin: Client, reseller: Reseller) -> str:
    return "A" * 43


async def expired(world: World, admin: Client, reseller: Reseller) -> str:
    await invite(admin, reseller)
    world.clock.at += VALID_FOR
    return await world.token(NEW)


async def used(world: World, admin: Client, reseller: Reseller) -> str:
    await invite(admin, reseller)
    token, somewhere = await world.token(NEW), client_at(world.app)
    page = Page((await look(somewhere, token)).text)
    assert (await accept(somewhere, page, name=NAME, password=PASSWORD)).status_code == 303
    return token


async def revoked(world: World, admin: Client, reseller: Reseller) -> str:
    id = await invite(admin, reseller)
    assert (await admin.mutate("revokeInvitation", {"id": id}))["errors"] == []
    return await world.token(NEW)


async def replaced(world: World, admin: Client, reseller: Reseller) -> str:
    id, token = await invite(admin, reseller), await world.token(NEW)
    assert (await admin.mutate("resendInvitation", {"id": id}))["errors"] == []
    return token


@pytest.mark.parametrize("ended", [unknown, expired, used, revoked, replaced])
async def test_whatever_is_wrong_with_a_code_the_page_is_the_same(
    world: World, stranger: Client, admin: Client, reseller: Reseller, ended: Any
) -> None:
    token = await ended(world, admin, reseller)
    before = await world.rows()

    shown = await look(stranger, token)
    set_up = await stranger.http.post("/invitation/accept", data={"token": token, "name": NAME, "password": PASSWORD})

    page = require_a_good_page(shown)
    assert (shown.status_code, set_up.status_code, shown.text) == (410, 410, set_up.text)
    assert (page.texts("h1"), page.texts("p")) == (
        ["This link cannot be used"],
        ["Ask whoever invited you to send another one."],
    )
    assert [secret for secret in (token, NEW, "Northwind") if secret in shown.text] == []
    assert "set-cookie" not in set_up.headers
    assert await world.rows() == before


@pytest.mark.parametrize("token", ["", " ", "é", "x" * 10_000, "'; DROP TABLE users; --"])
async def test_what_is_no_code_leads_nowhere(stranger: Client, token: str) -> None:
    shown, accepted = await look(stranger, token), await stranger.http.post("/invitation/accept", data={"token": token})

    assert (shown.status_code, accepted.status_code) == (410, 410)


async def test_a_code_that_ends_while_somebody_types_leads_nowhere(world: World, stranger: Client, token: str) -> None:
    page = Page((await look(stranger, token)).text)
    world.clock.at += VALID_FOR + timedelta(seconds=1)

    response = await accept(stranger, page, name=NAME, password=PASSWORD)

    assert (response.status_code, await memberships(world)) == (410, [])


@pytest.mark.parametrize(("path", "status"), [("/invitation/accept", 405), ("/invitation", 200)])
async def test_opening_a_link_accepts_nothing(
    world: World, stranger: Client, token: str, path: str, status: int
) -> None:
    before = await world.rows()

    response = await stranger.http.get(path, params={"token": token, "name": NAME, "password": PASSWORD})

    assert (response.status_code, token in response.text) == (status, False)
    assert await world.rows() == before
