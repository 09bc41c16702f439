"""The request's id: taken from the caller or made, in every answer and in every line of the log."""

import re
from typing import Any

import pytest

from auth.passwords import hash_password
from tests.clients import Client
from tests.world import World

EMAIL, PASSWORD, WRONG = "ada@example.test", "correct horse battery staple", "incorrect horse battery"
SIGN_IN = "mutation($input: SignInInput!) { signIn(input: $input) { errors { code } } }"
MADE = re.compile("[0-9a-f]{32}")


@pytest.mark.parametrize(
    "given", ["1", "request-1", "Root=1-67891233-abcdef012345678912345678", "a.b_c:d/e+f=", "x" * 128]
)
async def test_the_callers_id_is_taken(stranger: Client, logged: list[Any], given: str) -> None:
    response = await stranger.http.get("/livez", headers={"x-request-id": given})

    assert response.headers.get_list("x-request-id") == [given]
    assert [event["request_id"] for event in logged] == [given]


@pytest.mark.parametrize("given", ["", " ", "a b", "a\tb", "x" * 129, "{}", "é", "\x1b[31m", '"', "a,b"])
async def test_an_id_that_could_break_a_line_of_the_log_is_replaced(
    stranger: Client, logged: list[Any], given: str
) -> None:
    response = await stranger.http.get("/livez", headers=[(b"x-request-id", given.encode())])

    made = response.headers["x-request-id"]
    assert MADE.fullmatch(made)
    assert [event["request_id"] for event in logged] == [made]


async def test_every_request_gets_an_id_of_its_own(stranger: Client) -> None:
    ids = {(await stranger.http.get("/livez")).headers["x-request-id"] for _ in range(10)}

    assert len(ids) == 10


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "besides"),
    [
        ("GET", "/livez", {}, 200, {}),
        ("GET", "/nowhere", {}, 404, {}),
        ("DELETE", "/livez", {}, 405, {}),
        ("GET", "/", {}, 303, {"principal_kind": "STRANGER", "principal": None}),
        ("POST", "/graphql", {}, 415, {"codes": ["BAD_REQUEST"]}),
        ("POST", "/graphql", {"authorization": "Bearer x", "content-type": "application/json"}, 401, {}),
        ("GET", "/graphql", {"accept": "text/html"}, 406, {"codes": ["BAD_REQUEST"]}),
        ("GET", "/assets/pages.css", {}, 200, {}),
    ],
)
async def test_every_answer_has_the_id_and_is_logged_in_one_line(
    stranger: Client,
    logged: list[Any],
    method: str,
    path: str,
    headers: dict[str, str],
    status: int,
    besides: dict[str, Any],
) -> None:
    response = await stranger.http.request(
        method, path, content=b'{"query":"{ a }"}', headers={**headers, "x-request-id": "mine"}
    )

    assert (response.status_code, response.headers["x-request-id"]) == (status, "mine")
    [line] = logged
    assert line.pop("ms") >= 0
    assert line == {
        "event": "answered",
        "log_level": "info",
        "request_id": "mine",
        "method": method,
        "path": path,
        "status": status,
        **besides,
    }


async def test_a_database_that_is_gone_is_answered_with_the_id(gone: Client) -> None:
    response = await gone.http.get("/readyz", headers={"x-request-id": "mine"})

    assert (response.status_code, response.headers["x-request-id"]) == (503, "mine")


async def test_no_password_token_or_cookie_is_ever_logged(
    world: World, stranger: Client, logged: list[Any], capfd: pytest.CaptureFixture[str]
) -> None:
    await world.person(EMAIL, password_hash=await hash_password(PASSWORD))

    for password in (WRONG, PASSWORD):
        await stranger.run(SIGN_IN, input={"email": EMAIL, "password": password})
        await stranger.http.post("/sign-in", data={"email": EMAIL, "password": password})
    token = stranger.http.cookies["session"]
    await stranger.http.get("/graphql", params={"query": "{ viewer { id } }", "variables": f'{{"t": "{token}"}}'})
    await stranger.http.post("/graphql", content=b"{}", headers={"authorization": f"Bearer {token}"})
    await stranger.run("mutation { signOut { errors { code } } }")

    everything = repr(logged) + "".join(capfd.readouterr())
    assert len(logged) > 5
    assert [secret for secret in (WRONG, PASSWORD, token, token[:20]) if secret in everything] == []
