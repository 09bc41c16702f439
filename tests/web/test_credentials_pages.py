"""The pages of a person's credentials: forgotten passwords, another one, two-factor, and where one is signed in."""

from datetime import timedelta

import httpx
import pytest

from tests.clients import Client
from tests.credentials import ANOTHER, PASSWORD, STEP, Authenticator, client_at, enrol, is_signed_in, signed_in
from tests.web.reading import Page, require_a_good_page
from tests.world import World

EMAIL, WRONG = "ada@northwind.test", "wrong horse battery staple"
SENT = "If somebody signs in with this address, a link is on its way to it. It works for 30 minutes."
UNUSABLE = "This link cannot be used. Ask for another one."


@pytest.fixture
async def ada(world: World) -> Client:
    """Somebody who has signed in with her password."""
    return await signed_in(world, EMAIL)


async def post(client: Client, path: str, **typed: str) -> httpx.Response:
    return await client.http.post(path, data=typed)


async def sign_in(world: World, password: str = PASSWORD, **more: str) -> httpx.Response:
    """Send the sign-in form from a browser that was never here."""
    return await post(client_at(world.app), "/sign-in", email=EMAIL, password=password, **more)


async def overview(client: Client) -> Page:
    return require_a_good_page(await client.http.get("/security"))


async def set_up(client: Client, world: World) -> tuple[Authenticator, Page]:
    """Set two-factor up on the pages, and return the authenticator and the page with the recovery codes."""
    secret = _secret(require_a_good_page(await post(client, "/security/two-factor")))
    authenticator = Authenticator(world.clock, secret, [])
    page = require_a_good_page(await post(client, "/security/two-factor/confirm", code=authenticator.code()))
    authenticator.recovery_codes = page.texts("code")
    world.clock.at += STEP
    return authenticator, page


def _secret(page: Page) -> str:
    [secret] = [text for tag, given, text in page.elements if given.get("class") == "secret"]
    return secret


async def test_the_sign_in_page_leads_to_a_forgotten_password(stranger: Client) -> None:
    page = require_a_good_page(await stranger.http.get("/sign-in"))

    assert [link["href"] for link in page.all("a")] == ["/forgotten"]


@pytest.mark.parametrize("path", ["/forgotten", "/reset", "/invitation", "/sign-in"])
async def test_asking_for_the_head_of_a_page_does_nothing(stranger: Client, path: str) -> None:
    response = await stranger.http.head(path)

    assert (response.status_code, response.text) == (200, "")


async def test_the_answer_is_the_same_whoever_has_the_address(world: World, ada: Client, stranger: Client) -> None:
    require_a_good_page(await stranger.http.get("/forgotten"))

    known = await post(stranger, "/forgotten", email=EMAIL.upper())
    unknown = await post(stranger, "/forgotten", email="nobody@northwind.test")

    page = require_a_good_page(known)
    assert (known.status_code, page.texts("p")) == (200, [SENT])
    assert (unknown.status_code, unknown.text) == (200, known.text)
    assert [len(await world.letters(each)) for each in (EMAIL, "nobody@northwind.test")] == [1, 0]


@pytest.mark.parametrize("address", ["", "nobody", '"><script>@x'])
async def test_what_is_no_address_is_refused_and_stays_in_the_form(stranger: Client, address: str) -> None:
    response = await post(stranger, "/forgotten", email=address)

    page = require_a_good_page(response)
    assert (response.status_code, page.problem) == (422, "This is no e-mail address.")
    assert page.fields("/forgotten") == {"email": address}


async def test_asking_over_and_over_has_to_wait(ada: Client, stranger: Client) -> None:
    for _ in range(3):
        await post(stranger, "/forgotten", email=EMAIL)

    response = await post(stranger, "/forgotten", email=EMAIL)

    assert response.status_code == 422
    assert str(require_a_good_page(response).problem).startswith("Too many attempts: try again in ")


async def test_the_code_of_the_mail_gives_another_password(world: World, ada: Client, stranger: Client) -> None:
    await post(stranger, "/forgotten", email=EMAIL)
    form = require_a_good_page(await stranger.http.get("/reset"))

    response = await post(stranger, "/reset", token=await world.token(EMAIL), password=ANOTHER)

    page = require_a_good_page(response)
    assert form.fields("/reset") == {"token": "", "password": ""}
    assert form.all("form")[0]["data-takes-fragment"] == "fill"
    assert (response.status_code, page.texts("h1")) == (200, ["Your password is another one"])
    assert page.all("a")[-1]["href"] == "/sign-in"
    assert "set-cookie" not in response.headers
    assert await is_signed_in(ada) is False
    assert [(await sign_in(world, each)).status_code for each in (PASSWORD, ANOTHER)] == [401, 303]


async def test_whoever_resets_it_where_they_are_signed_in_is_signed_out_there(world: World, ada: Client) -> None:
    await post(ada, "/forgotten", email=EMAIL)

    response = await post(ada, "/reset", token=await world.token(EMAIL), password=ANOTHER)

    page = require_a_good_page(response)
    assert response.headers["set-cookie"].startswith('session=""; ')
    assert [form for form in page.all("form") if form["action"] == "/sign-out"] == []


async def test_a_weak_password_keeps_the_code_and_the_link(world: World, ada: Client, stranger: Client) -> None:
    await post(stranger, "/forgotten", email=EMAIL)
    token = await world.token(EMAIL)

    response = await post(stranger, "/reset", token=token, password="too short")
    again = require_a_good_page(response)
    second = await post(stranger, "/reset", **{**again.fields("/reset"), "password": ANOTHER})

    assert (response.status_code, again.problem) == (422, "A password has 12 to 128 characters.")
    assert (again.fields("/reset"), "too short" in response.text) == ({"token": token, "password": ""}, False)
    assert second.status_code == 200


@pytest.mark.parametrize("ended", ["unknown", "used", "expired", "replaced"])
async def test_whatever_is_wrong_with_the_code_the_page_says_the_same(
    world: World, ada: Client, stranger: Client, ended: str
) -> None:
    await post(stranger, "/forgotten", email=EMAIL)
    token = "A" * 65 if ended == "unknown" else await world.token(EMAIL)
    if ended == "used":
        await post(stranger, "/reset", token=token, password=ANOTHER)
    if ended == "expired":
        world.clock.at += timedelta(minutes=30)
    if ended == "replaced":
        await post(stranger, "/forgotten", email=EMAIL)
    before = await world.rows()

    response = await post(stranger, "/reset", token=token, password="yet another horse battery")

    page = require_a_good_page(response)
    assert (response.status_code, page.problem) == (422, UNUSABLE)
    assert (EMAIL in response.text, "yet another" in response.text) == (False, False)
    assert await world.rows() == before


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/security"),
        ("POST", "/security/password"),
        ("POST", "/security/two-factor"),
        ("POST", "/security/two-factor/confirm"),
        ("POST", "/security/two-factor/disable"),
        ("POST", "/security/sessions/end"),
        ("POST", "/security/sessions/end-others"),
    ],
)
async def test_a_stranger_signs_in_first(stranger: Client, method: str, path: str) -> None:
    response = await stranger.http.request(method, path)

    goal = "/sign-in?next=%2Fsecurity" if method == "GET" else "/sign-in"
    assert (response.status_code, response.headers["location"]) == (303, goal)


async def test_another_password_ends_every_other_session(world: World, ada: Client) -> None:
    elsewhere = client_at(world.app)
    await post(elsewhere, "/sign-in", email=EMAIL, password=PASSWORD)

    response = await post(ada, "/security/password", current=PASSWORD, new=ANOTHER)

    assert (response.status_code, response.headers["location"]) == (303, "/security")
    assert (await is_signed_in(ada), await is_signed_in(elsewhere)) == (True, False)
    assert [(await sign_in(world, each)).status_code for each in (PASSWORD, ANOTHER)] == [401, 303]


@pytest.mark.parametrize(
    ("current", "new", "problem"),
    [
        (WRONG, ANOTHER, "This is not your password."),
        (PASSWORD, "too short", "A password has 12 to 128 characters."),
        ("", "", "A password has 12 to 128 characters."),
    ],
)
async def test_a_password_that_cannot_be_changed_is_said_so_and_not_shown(
    world: World, ada: Client, current: str, new: str, problem: str
) -> None:
    response = await post(ada, "/security/password", current=current, new=new)

    page = require_a_good_page(response)
    assert (response.status_code, page.problem) == (422, problem)
    assert page.fields("/security/password") == {"current": "", "new": ""}
    assert [each for each in (current, new) if each and each in response.text] == []
    assert (await sign_in(world)).status_code == 303


async def test_two_factor_is_set_up_with_a_picture_a_secret_and_a_code(world: World, ada: Client) -> None:
    before = await overview(ada)

    shown = await post(ada, "/security/two-factor")
    page = require_a_good_page(shown)
    authenticator, codes = await set_up(ada, world)
    after = await overview(ada)

    assert (before.fields("/security/two-factor/disable"), "Set it up" in before.texts("button")) == ({}, True)
    assert (len(page.all("svg")), len(_secret(page))) == (1, 32)
    assert page.fields("/security/two-factor/confirm") == {"code": ""}
    assert (len(set(authenticator.recovery_codes)), codes.texts("h1")) == (10, ["Your recovery codes"])
    assert after.fields("/security/two-factor/disable") == {"password": "", "code": ""}
    # The recovery codes are shown once, and the secret never again.
    overview_text = (await ada.http.get("/security")).text
    secrets = [authenticator.secret, *authenticator.recovery_codes]
    assert [each for each in secrets if each in overview_text] == []


async def test_a_mistyped_code_leaves_the_secret_that_was_scanned(world: World, ada: Client) -> None:
    secret = _secret(Page((await post(ada, "/security/two-factor")).text))
    authenticator = Authenticator(world.clock, secret, [])

    response = await post(ada, "/security/two-factor/confirm", code="not-a-code")
    page = require_a_good_page(response)
    confirmed = await post(ada, "/security/two-factor/confirm", code=authenticator.code())

    assert (response.status_code, page.problem) == (422, "The code is wrong, or was used already.")
    assert page.fields("/security/two-factor/confirm") == {"code": ""}
    assert (secret in response.text, "not-a-code" in response.text) == (False, False)
    assert page.texts("button")[-1] == "Start again with another secret"
    assert require_a_good_page(confirmed).texts("h1") == ["Your recovery codes"]


async def test_a_code_for_nothing_leads_back(ada: Client) -> None:
    response = await post(ada, "/security/two-factor/confirm", code="123456")

    page = require_a_good_page(response)
    assert (response.status_code, page.texts("h1")) == (422, ["Sign-in and security"])
    assert page.problem == "There is nothing to confirm: start setting up two-factor first."


async def test_setting_it_up_twice_is_refused(world: World, ada: Client) -> None:
    await enrol(ada, world.clock)

    response = await post(ada, "/security/two-factor")

    assert (response.status_code, require_a_good_page(response).problem) == (
        422,
        "Two-factor is set up already; disable it first.",
    )


async def test_the_sign_in_page_asks_for_the_code_and_takes_it(world: World, ada: Client, stranger: Client) -> None:
    phone = await enrol(ada, world.clock)

    first = await post(stranger, "/sign-in", email=EMAIL, password=PASSWORD, next="/security")
    page = require_a_good_page(first)
    wrong = await post(stranger, "/sign-in", email=EMAIL, password=PASSWORD, next="/security", code="nonsense-1")
    again = require_a_good_page(wrong)
    right = await post(stranger, "/sign-in", email=EMAIL, password=PASSWORD, next="/security", code=phone.code())

    asked = {"next": "/security", "email": EMAIL, "password": "", "code": ""}
    assert (first.status_code, page.fields("/sign-in")) == (401, asked)
    assert page.problem == "Give a code of your authenticator, or a recovery code, as well."
    assert (wrong.status_code, again.fields("/sign-in")) == (401, asked)
    assert again.problem == "The e-mail address, the password or the code is wrong."
    assert ("nonsense-1" in wrong.text, PASSWORD in wrong.text) == (False, False)
    assert (right.status_code, right.headers["location"]) == (303, "/security")


async def test_whether_there_is_a_second_factor_is_for_those_with_the_password(world: World, ada: Client) -> None:
    await enrol(ada, world.clock)

    response = await sign_in(world, WRONG)

    assert "code" not in Page(response.text).fields("/sign-in")


async def test_a_recovery_code_signs_in_once(world: World, ada: Client) -> None:
    phone, _ = await set_up(ada, world)

    tries = [await sign_in(world, code=phone.recovery_codes[0].upper()) for _ in range(2)]

    assert [each.status_code for each in tries] == [303, 401]


@pytest.mark.parametrize(("password", "has_code"), [(WRONG, True), (PASSWORD, False)])
async def test_giving_it_up_takes_both_factors(
    world: World,
    ada: Client,
    password: str,
    has_code: bool,  # noqa: FBT001 # a table
) -> None:
    phone = await enrol(ada, world.clock)
    code = phone.code() if has_code else "nonsense-1"

    response = await post(ada, "/security/two-factor/disable", password=password, code=code)

    page = require_a_good_page(response)
    problem = "This is not your password." if has_code else "The code is wrong, or was used already."
    assert (response.status_code, page.problem) == (422, problem)
    assert (password in response.text, code in response.text) == (False, False)
    assert (await sign_in(world)).status_code == 401


async def test_given_up_it_is_not_asked_for(world: World, ada: Client) -> None:
    phone = await enrol(ada, world.clock)

    response = await post(ada, "/security/two-factor/disable", password=PASSWORD, code=phone.code())

    assert (response.status_code, response.headers["location"]) == (303, "/security")
    assert "Set it up" in (await overview(ada)).texts("button")
    assert (await sign_in(world)).status_code == 303


async def test_sessions_are_listed_and_ended_one_by_one(world: World, ada: Client) -> None:
    phone = client_at(world.app, "198.51.100.7", "Telephone <1>")
    await post(phone, "/sign-in", email=EMAIL, password=PASSWORD)
    page = await overview(ada)
    others = page.fields("/security/sessions/end")

    response = await post(ada, "/security/sessions/end", **others)

    after = await overview(ada)
    assert (response.status_code, response.headers["location"]) == (303, "/security")
    assert {text for text in page.texts("span") if "Telephone" in text or "Test" in text} == {
        "Telephone <1>",
        "Test/1.0 (this one)",
    }
    assert page.texts("button").count("End it") == 1
    assert "from 198.51.100.7, last seen 2025-01-01 12:00 UTC" in page.texts("span")
    assert (await is_signed_in(phone), await is_signed_in(ada)) == (False, True)
    assert (after.texts("button").count("End it"), "End all others" in after.texts("button")) == (0, False)


async def test_all_others_end_at_once(world: World, ada: Client) -> None:
    others = [client_at(world.app) for _ in range(2)]
    for each in others:
        await post(each, "/sign-in", email=EMAIL, password=PASSWORD)

    response = await post(ada, "/security/sessions/end-others")

    assert (response.status_code, response.headers["location"]) == (303, "/security")
    assert [await is_signed_in(each) for each in (ada, *others)] == [True, False, False]


@pytest.mark.parametrize("id", ["", "sess_1", "x" * 5000])
async def test_a_session_that_is_none_of_theirs_is_said_so(world: World, ada: Client, id: str) -> None:
    before = await world.rows()

    response = await post(ada, "/security/sessions/end", id=id)

    assert (response.status_code, require_a_good_page(response).problem) == (
        422,
        "There is no such session, or you may not see it.",
    )
    assert await world.rows() == before


async def test_nobody_ends_the_session_of_somebody_else(world: World, ada: Client) -> None:
    eve = await signed_in(world, "eve@northwind.test")
    sessions = (await ada.query("{ viewer { sessions { id } } }"))["viewer"]["sessions"]

    response = await post(eve, "/security/sessions/end", id=sessions[0]["id"])

    assert response.status_code == 422
    assert await is_signed_in(ada) is True
