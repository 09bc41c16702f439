"""Pages for people: where each leads, what the form says, and what no other site can do with them."""

from urllib.parse import urlencode

import httpx
import pytest

from auth.passwords import hash_password
from models import User
from tests.clients import Client
from tests.web.conftest import Assemble
from tests.web.reading import LENIENT, STRICT, Page, directives
from tests.world import World

EMAIL, PASSWORD, WRONG = "ada@example.test", "correct horse battery staple", "incorrect <horse> battery"
WHO = "{ viewer { email } }"


@pytest.fixture(scope="session")
async def password_hash() -> str:
    """PASSWORD's, made once: hashing is meant to be slow."""
    return await hash_password(PASSWORD)


@pytest.fixture
async def ada(world: World, password_hash: str) -> User:
    """Somebody with a password."""
    return await world.person(EMAIL, password_hash=password_hash)


async def submit(client: Client, *, origin: str | None = None, **fields: str) -> httpx.Response:
    headers = {} if origin is None else {"origin": origin}
    return await client.http.post("/sign-in", data={"email": EMAIL, "password": PASSWORD, **fields}, headers=headers)


async def who(client: Client) -> str | None:
    viewer = (await client.query(WHO))["viewer"]
    return viewer and str(viewer["email"])


async def test_a_stranger_is_led_to_the_sign_in_page(stranger: Client) -> None:
    home, graphiql = await stranger.http.get("/"), await stranger.http.get("/graphiql")

    assert (home.status_code, home.headers["location"]) == (303, "/sign-in")
    assert (graphiql.status_code, graphiql.headers["location"]) == (303, "/sign-in?next=%2Fgraphiql")


async def test_somebody_signed_in_is_led_to_their_dashboards_and_finds_graphiql(world: World, ada: User) -> None:
    client = await world.sign_in(ada)

    home, graphiql = await client.http.get("/"), await client.http.get("/graphiql")

    assert (home.status_code, home.headers["location"]) == (303, "/dashboards")
    assert (graphiql.status_code, graphiql.headers["content-type"]) == (200, "text/html; charset=utf-8")


async def test_the_form_can_be_used_without_seeing_it(stranger: Client) -> None:
    page = Page((await stranger.http.get("/sign-in")).text)

    visible = [field for field in page.all("input") if field["type"] != "hidden"]
    assert page.all("html") == [{"lang": "en"}]
    assert page.texts("title") == ["Sign in · Reseller dashboard"]
    assert (len(page.all("main")), page.texts("h1")) == (1, ["Sign in"])
    assert [label["for"] for label in page.all("label")] == [field["id"] for field in visible]
    assert page.texts("label") == ["E-mail address", "Password"]
    assert page.texts("button") == ["Sign in"]
    assert [field["autocomplete"] for field in visible] == ["username", "current-password"]


async def test_the_form_works_without_scripts_and_sends_the_password_in_the_body_to_us(stranger: Client) -> None:
    page = Page((await stranger.http.get("/sign-in")).text)

    assert page.all("script") == []
    assert page.all("form") == [{"method": "post", "action": "/sign-in"}]
    assert page.field("password")["type"] == "password"


async def test_signing_in_leads_to_where_the_person_wanted_to_go(ada: User, stranger: Client) -> None:
    page = Page((await stranger.http.get("/sign-in", params={"next": "/graphiql?tab=2"})).text)

    response = await submit(stranger, next=str(page.field("next")["value"]))

    assert (response.status_code, response.headers["location"]) == (303, "/graphiql?tab=2")
    assert await who(stranger) == EMAIL


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.test"])
async def test_whatever_is_wrong_the_page_says_the_same_and_keeps_the_address(
    ada: User, stranger: Client, email: str
) -> None:
    response = await submit(stranger, email=email, password=WRONG, next="/graphiql")

    page = Page(response.text)
    assert (response.status_code, "set-cookie" in response.headers) == (401, False)
    assert page.problem == "The e-mail address or the password is wrong."
    assert page.field("email")["aria-describedby"] == "problem"
    assert (page.field("email")["value"], page.field("next")["value"]) == (email, "/graphiql")


@pytest.mark.parametrize("password", [WRONG, "x" * 129, "'\"><script>"])
async def test_the_password_is_never_sent_back(ada: User, stranger: Client, password: str) -> None:
    response = await submit(stranger, password=password)

    page = Page(response.text)
    assert "value" not in page.field("password")
    assert password not in response.text


async def test_an_address_cannot_write_into_the_page(stranger: Client) -> None:
    response = await submit(stranger, email='"><script>alert(1)</script>')

    page = Page(response.text)
    assert page.all("script") == []
    assert page.field("email")["value"] == '"><script>alert(1)</script>'


@pytest.mark.parametrize("goal", ["/", "/graphiql", "/graphiql?a=1&b=%20", "/a//b", "/%2F%2Fevil.test", "/@evil.test"])
async def test_a_path_of_ours_is_kept(ada: User, stranger: Client, goal: str) -> None:
    response = await submit(stranger, next=goal)

    assert response.headers["location"] == goal


@pytest.mark.parametrize(
    "goal",
    [
        "",
        "graphiql",
        "evil.test",
        "//evil.test",
        "///evil.test",
        "////evil.test",
        "https://evil.test",
        "https:evil.test",
        "http:///evil.test",
        "HTTPS://testserver.evil.test",
        "\\\\evil.test",
        "/\\evil.test",
        "/\\/\\evil.test",
        "\\/evil.test",
        "/\t/evil.test",
        "\t//evil.test",
        "/\n/evil.test",
        " //evil.test",
        "javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "//[",
        "//evil.test:port",
        "/a\r\nset-cookie: a=b",
        "/é",
        "\0/",
    ],
)
async def test_any_other_goal_leads_home(ada: User, stranger: Client, goal: str) -> None:
    page = Page((await stranger.http.get("/sign-in", params={"next": goal})).text)

    response = await submit(stranger, next=goal)

    assert page.field("next")["value"] == "/"
    assert (response.status_code, response.headers["location"]) == (303, "/")


@pytest.mark.parametrize("origin", ["https://evil.test", "http://testserver.evil.test", "https://testserver", "null"])
async def test_a_form_of_another_site_signs_nobody_in(ada: User, stranger: Client, origin: str) -> None:
    response = await submit(stranger, origin=origin)

    assert (response.status_code, "set-cookie" in response.headers) == (403, False)
    assert Page(response.text).texts("p")[0] == "This form was sent from a page of another site."
    assert EMAIL not in response.text


async def test_our_own_form_signs_in(ada: User, stranger: Client) -> None:
    response = await submit(stranger, origin="http://testserver")

    assert (response.status_code, await who(stranger)) == (303, EMAIL)


async def test_behind_https_the_form_is_ours_by_its_public_address_and_sets_a_cookie_of_this_host(
    assemble: Assemble, ada: User
) -> None:
    browser = Client(assemble(origin="https://dashboard.test", is_secure=True))

    response = await submit(browser, origin="https://dashboard.test")

    assert response.status_code == 303
    assert response.headers["set-cookie"].startswith("__Host-session=")
    assert "; Secure" in response.headers["set-cookie"]


async def test_signing_out_ends_the_session_and_leads_to_the_form(world: World, ada: User) -> None:
    client = await world.sign_in(ada)
    other = Client(world.app, client.http.cookies["session"])

    response = await client.http.post("/sign-out")

    assert (response.status_code, response.headers["location"]) == (303, "/sign-in")
    assert response.headers["set-cookie"].startswith('session=""; ')
    assert await who(other) is None


async def test_another_site_signs_nobody_out(world: World, ada: User) -> None:
    client = await world.sign_in(ada)

    response = await client.http.post("/sign-out", headers={"origin": "https://evil.test"})

    assert (response.status_code, "set-cookie" in response.headers) == (403, False)
    assert await who(client) == EMAIL


async def test_a_link_signs_nobody_out(world: World, ada: User) -> None:
    client = await world.sign_in(ada)

    response = await client.http.get("/sign-out")

    assert response.status_code == 405
    assert await who(client) == EMAIL


async def test_signing_out_without_a_session_is_no_error(stranger: Client) -> None:
    response = await stranger.http.post("/sign-out")

    assert (response.status_code, response.headers["location"]) == (303, "/sign-in")


@pytest.mark.parametrize(
    "body",
    [
        urlencode({"email": EMAIL}),
        urlencode({"password": PASSWORD}),
        "",
        "email=%ED%A0%80&password=%FF",
        "%",
        urlencode({"email": "a" * 10_000, "password": PASSWORD}),
    ],
)
async def test_a_form_that_is_not_filled_in_is_answered_with_the_form(ada: User, stranger: Client, body: str) -> None:
    response = await stranger.http.post(
        "/sign-in", content=body, headers={"content-type": "application/x-www-form-urlencoded"}
    )

    assert (response.status_code, Page(response.text).texts("h1")) == (401, ["Sign in"])


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (urlencode({"email": "a" * 17_000}), "application/x-www-form-urlencoded"),
        ("a=1&" * 21, "application/x-www-form-urlencoded"),
        ("x", "multipart/form-data"),
        (
            '--x\r\ncontent-disposition: form-data; name="email"; filename="f"\r\n\r\nx\r\n--x--',
            "multipart/form-data; boundary=x",
        ),
    ],
)
async def test_a_form_that_is_not_ours_is_a_400(stranger: Client, body: str, media_type: str) -> None:
    response = await stranger.http.post("/sign-in", content=body, headers={"content-type": media_type})

    assert response.status_code == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/"), ("GET", "/sign-in"), ("POST", "/sign-in"), ("POST", "/sign-out"), ("GET", "/graphiql")],
)
@pytest.mark.parametrize("is_signed_in", [True, False])
async def test_no_page_loads_runs_or_is_framed_by_anything_foreign(
    world: World,
    ada: User,
    stranger: Client,
    method: str,
    path: str,
    is_signed_in: bool,  # noqa: FBT001 # a table
) -> None:
    client = await world.sign_in(ada) if is_signed_in else stranger

    response = await client.http.request(method, path)

    given = directives(response)
    assert {name: sources for name, sources in given.items() if name not in LENIENT} == STRICT
    assert [name for name, allowed in LENIENT.items() if not set(given[name]) <= allowed] == []
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "same-origin"
    assert response.headers["cache-control"] == "no-store"


async def test_no_page_has_an_inline_script_style_or_handler(world: World, ada: User) -> None:
    client = await world.sign_in(ada)

    pages = [Page((await client.http.get(path)).text) for path in ("/sign-in", "/graphiql")]

    attributes = {name for page in pages for _, given, _ in page.elements for name in given}
    scripts = [script for page in pages for script in page.all("script")]
    assert [script for script in scripts if "src" not in script and script["type"] != "application/json"] == []
    assert [text for page in pages for text in page.texts("style")] == []
    assert {name for name in attributes if name.startswith("on") or name == "style"} == set()


async def test_every_address_in_a_page_is_ours(world: World, ada: User) -> None:
    client = await world.sign_in(ada)

    pages = [Page((await client.http.get(path)).text) for path in ("/sign-in", "/graphiql")]

    addresses = {
        str(given[name])
        for page in pages
        for _, given, _ in page.elements
        for name in ("src", "href", "action")
        if name in given
    }
    assert {address for address in addresses if not address.startswith("/") or address.startswith("//")} <= {"data:,"}


async def test_the_styles_are_served_by_us(stranger: Client) -> None:
    page = Page((await stranger.http.get("/sign-in")).text)
    [sheet] = [link["href"] for link in page.all("link") if link["rel"] == "stylesheet"]

    response = await stranger.http.get(str(sheet))

    assert (response.status_code, response.headers["content-type"]) == (200, "text/css; charset=utf-8")


@pytest.mark.parametrize(
    "path", ["/assets/../pages.py", "/assets/..%2fpages.py", "/assets/%2e%2e/pages.py", "/assets/"]
)
async def test_nothing_else_is_served(stranger: Client, path: str) -> None:
    response = await stranger.http.get(path)

    assert response.status_code == 404


@pytest.mark.parametrize("path", ["/livez", "/sign-in", "/assets/pages.css", "/graphql", "/nowhere"])
@pytest.mark.parametrize("is_secure", [True, False])
async def test_every_answer_is_taken_as_it_says_and_behind_https_for_https_only(
    assemble: Assemble, path: str, *, is_secure: bool
) -> None:
    client = Client(assemble(is_secure=is_secure))

    headers = (await client.http.get(path)).headers

    expected = "max-age=31536000" if is_secure else None
    assert (headers["x-content-type-options"], headers.get("strict-transport-security")) == ("nosniff", expected)
