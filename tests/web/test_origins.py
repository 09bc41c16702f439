"""Whose pages may act with somebody's cookie: ours and those of ALLOWED_ORIGINS; and what CORS tells browsers."""

from typing import Any

import httpx
import pytest

from auth.passwords import hash_password
from domain.tenancy import Role
from tests.clients import Client, told
from tests.web.conftest import Assemble
from tests.web.reading import require_a_good_page
from tests.world import World

OURS, ALLOWED, FOREIGN = "http://testserver", "https://front.test", "https://evil.test"
EMAIL, PASSWORD = "ada@example.test", "correct horse battery staple"
WHO = "{ viewer { email } }"
END = "mutation { endOtherSessions { errors { code } } }"
REFUSED = {
    "errors": [
        {"message": "This was sent from a page of another site.", "extensions": {"code": "FORBIDDEN"}},
    ]
}
# What a browser says of a request: Sec-Fetch-Site, and Origin. Where it says nothing, the client's own header counts.
ACTS: list[dict[str, str]] = [
    {},
    {"sec-fetch-site": "same-origin"},
    {"sec-fetch-site": "same-origin", "origin": OURS},
    {"sec-fetch-site": "none"},
    {"origin": OURS},
    {"origin": ALLOWED},
    {"sec-fetch-site": "same-site", "origin": ALLOWED},
    {"sec-fetch-site": "cross-site", "origin": ALLOWED},
]
DOES_NOT_ACT: list[dict[str, str]] = [
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": ""},
    {"sec-fetch-site": "Same-Origin"},
    {"sec-fetch-site": "same-site", "origin": "http://customer.testserver"},
    {"sec-fetch-site": "cross-site", "origin": FOREIGN},
    {"sec-fetch-site": "cross-site", "origin": "null"},
    {"origin": FOREIGN},
    {"origin": "null"},
    {"origin": ""},
    {"origin": "https://testserver"},
    {"origin": "http://testserver:8000"},
    {"origin": "http://testserver.evil.test"},
    {"origin": "https://front.test.evil.test"},
    {"origin": "http://front.test"},
    {"origin": "https://FRONT.test"},
    {"origin": f"{OURS}, {FOREIGN}"},
]
# Headers that are ours to ask for, and others that a proxy adds on its own.
ON_PURPOSE = [
    "X-Requested-With",
    "Apollo-Require-Preflight",
    "GraphQL-Require-Preflight",
    "X-Apollo-Operation-Name",
    "X-CSRF-Token",
]
BY_THE_WAY = ["X-Forwarded-For", "X-Request-Id", "User-Agent", "Accept-Language"]
FORMS = [
    "/sign-in",
    "/sign-out",
    "/invitation",
    "/invitation/accept",
    "/terms",
    "/forgotten",
    "/reset",
    "/security/password",
    "/security/two-factor",
    "/security/two-factor/confirm",
    "/security/two-factor/disable",
    "/security/sessions/end",
    "/security/sessions/end-others",
]


@pytest.fixture
async def ada(world: World, assemble: Assemble) -> Client:
    """Somebody who is signed in twice, at a server that allows one more origin."""
    person = await world.person(EMAIL)
    await world.sign_in(person)
    token = (await world.sign_in(person)).http.cookies["session"]
    return Client(assemble(allowed_origins=(ALLOWED,)), token)


async def post(client: Client, document: str, headers: dict[str, str]) -> httpx.Response:
    return await client.http.post("/graphql", json={"query": document}, headers=headers)


@pytest.mark.parametrize("headers", ACTS)
async def test_a_page_of_ours_acts_with_the_cookie(ada: Client, headers: dict[str, str]) -> None:
    read, written = await post(ada, WHO, headers), await post(ada, END, headers)

    assert (read.status_code, told(read)) == (200, {"data": {"viewer": {"email": EMAIL}}})
    assert (written.status_code, told(written)) == (200, {"data": {"endOtherSessions": {"errors": []}}})


@pytest.mark.parametrize("headers", DOES_NOT_ACT)
async def test_any_other_page_neither_reads_nor_writes_with_it(
    world: World, ada: Client, headers: dict[str, str]
) -> None:
    before = await world.rows()

    read, written = await post(ada, WHO, headers), await post(ada, END, headers)

    assert (read.status_code, read.json()) == (403, REFUSED)
    assert (written.status_code, written.json()) == (403, REFUSED)
    assert await world.rows() == before


@pytest.mark.parametrize("said", [{}, {"sec-fetch-site": "none"}])
async def test_what_says_nothing_of_a_page_acts_with_a_header_on_purpose(ada: Client, said: dict[str, str]) -> None:
    del ada.http.headers["x-requested-with"]

    with_one = [(await post(ada, WHO, {name: "", **said})).status_code for name in ON_PURPOSE]
    without = [(await post(ada, WHO, {name: "1", **said})).status_code for name in BY_THE_WAY]
    form = await ada.http.post("/security/sessions/end-others", headers=said)

    assert (with_one, without, form.status_code) == ([200] * 5, [403] * 4, 403)


HEADERS_THAT_COUNT = ["origin", "sec-fetch-site", "authorization", "content-type", "host", "idempotency-key"]


@pytest.mark.parametrize("name", HEADERS_THAT_COUNT)
async def test_a_header_that_counts_is_not_there_twice(ada: Client, name: str) -> None:
    given = {"origin": OURS, "sec-fetch-site": "same-site", "authorization": "Bearer x", "host": "testserver"}
    given["idempotency-key"] = "key-1"
    pairs = [*given.items(), ("content-type", "application/json"), (name, given.get(name, "application/json"))]
    wanted = [(key, value) for key, value in pairs if key in {name, "content-type", "host", "origin", "sec-fetch-site"}]

    response = await ada.http.post("/graphql", content=b'{"query":"{ __typename }"}', headers=wanted)

    message = f"The header {name} is there twice."
    assert response.status_code == 400
    assert response.json() == {"errors": [{"message": message, "extensions": {"code": "BAD_REQUEST"}}]}


@pytest.mark.parametrize("headers", DOES_NOT_ACT)
async def test_without_a_cookie_there_is_nothing_to_act_with(
    world: World, assemble: Assemble, headers: dict[str, str]
) -> None:
    await world.person(EMAIL)
    stranger = Client(assemble(allowed_origins=(ALLOWED,)))

    response = await post(stranger, WHO, headers)

    assert (response.status_code, told(response)) == (200, {"data": {"viewer": None}})


@pytest.mark.parametrize("headers", DOES_NOT_ACT)
async def test_a_key_is_put_there_on_purpose_and_acts_from_anywhere(world: World, headers: dict[str, str]) -> None:
    reseller, maker = await world.reseller(), await world.person(EMAIL)
    await world.join(maker, Role.ADMIN, reseller)
    key, robot = await world.key(maker, Role.READ_ONLY, reseller)

    response = await post(robot, "{ viewer { name } }", headers)

    assert (response.status_code, told(response)) == (200, {"data": {"viewer": {"name": key.name}}})


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("headers", DOES_NOT_ACT)
async def test_no_form_of_another_page_does_anything(
    world: World, ada: Client, form: str, headers: dict[str, str]
) -> None:
    before = await world.rows()
    given = {"email": EMAIL, "password": PASSWORD, "token": "a token", "id": "sess_1", "code": "123456"}

    response = await ada.http.post(form, data=given, headers=headers)

    page = require_a_good_page(response)
    assert (response.status_code, "set-cookie" in response.headers) == (403, False)
    assert (page.texts("h1"), page.texts("p")[0]) == (
        ["Nothing was done"],
        "This form was sent from a page of another site.",
    )
    assert [secret for secret in (EMAIL, PASSWORD, "a token") if secret in response.text] == []
    assert await world.rows() == before


async def test_every_form_is_in_the_list(ada: Client) -> None:
    routes = ada.http._transport.app.app.app.app.routes  # type: ignore[attr-defined] # Starlette's, within
    posted = {route.path for route in routes if "POST" in (getattr(route, "methods", None) or ())}

    assert posted - {"/graphql"} == set(FORMS)


@pytest.mark.parametrize("headers", ACTS)
async def test_a_form_of_ours_acts(world: World, assemble: Assemble, headers: dict[str, str]) -> None:
    await world.person(EMAIL, password_hash=await hash_password(PASSWORD))
    stranger = Client(assemble(allowed_origins=(ALLOWED,)))

    response = await stranger.http.post("/sign-in", data={"email": EMAIL, "password": PASSWORD}, headers=headers)

    assert (response.status_code, "session" in stranger.http.cookies) == (303, True)


@pytest.mark.parametrize("site", ["same-site", "cross-site"])
async def test_a_link_from_elsewhere_still_opens_our_pages(ada: Client, site: str) -> None:
    response = await ada.http.get("/dashboards", headers={"sec-fetch-site": site})

    assert response.status_code == 200


def preflight(origin: str, method: str = "POST", headers: str = "content-type") -> dict[str, Any]:
    return {
        "origin": origin,
        "access-control-request-method": method,
        "access-control-request-headers": headers,
    }


async def test_a_browser_may_ask_for_an_allowed_origin(ada: Client) -> None:
    asked = preflight(ALLOWED, headers="authorization,content-type,x-request-id")

    response = await ada.http.options("/graphql", headers=asked)

    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == ALLOWED
    assert response.headers["access-control-allow-credentials"] == "true"
    assert response.headers["access-control-allow-methods"] == "GET, POST"
    assert response.headers["vary"].split(", ")[0] == "Origin"


@pytest.mark.parametrize(
    "asked",
    [preflight(FOREIGN), preflight("null"), preflight(OURS), preflight(f"{ALLOWED}.evil.test")],
)
async def test_a_foreign_origin_is_told_no(ada: Client, asked: dict[str, Any]) -> None:
    response = await ada.http.options("/graphql", headers=asked)

    assert (response.status_code, response.headers.get("access-control-allow-origin")) == (400, None)
    assert response.headers["vary"].split(", ")[0] == "Origin"


@pytest.mark.parametrize("asked", [preflight(ALLOWED, "DELETE"), preflight(ALLOWED, headers="x-else")])
async def test_an_allowed_origin_does_what_we_offer_and_no_more(ada: Client, asked: dict[str, Any]) -> None:
    response = await ada.http.options("/graphql", headers=asked)

    assert response.status_code == 400


async def test_the_answer_to_an_allowed_origin_can_be_read_by_it(ada: Client) -> None:
    response = await post(ada, WHO, {"sec-fetch-site": "cross-site", "origin": ALLOWED})

    assert told(response) == {"data": {"viewer": {"email": EMAIL}}}
    assert response.headers["access-control-allow-origin"] == ALLOWED
    assert response.headers["access-control-allow-credentials"] == "true"
    assert response.headers["access-control-expose-headers"] == "retry-after, x-request-id"
    assert response.headers["vary"] == "Origin"


async def test_the_answer_to_a_foreign_origin_cannot(ada: Client) -> None:
    response = await post(ada, WHO, {"sec-fetch-site": "cross-site", "origin": FOREIGN})

    assert "access-control-allow-origin" not in response.headers
    # No cache keeps it for somebody else.
    assert response.headers["cache-control"] == "no-store"


async def test_where_none_is_allowed_no_other_origin_acts(world: World, assemble: Assemble) -> None:
    token = (await world.sign_in(await world.person(EMAIL))).http.cookies["session"]
    ada = Client(assemble(), token)

    asked = await ada.http.options("/graphql", headers=preflight(ALLOWED))
    sent = await post(ada, WHO, {"origin": ALLOWED})

    assert (asked.status_code, "access-control-allow-origin" in asked.headers) == (400, False)
    assert (sent.status_code, "access-control-allow-origin" in sent.headers) == (403, False)
