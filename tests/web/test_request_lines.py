"""The line that the log gets of a request: who, which operation, how long, at what cost, and what came of it."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from auth.passwords import hash_password
from domain.tenancy import Role
from tests.clients import Client
from tests.world import World, gid, missing

PASSWORD = "correct horse battery staple"
VIEWER = "query Whoever { viewer { id } }"
RESELLER = "query One($id: ID!) { reseller(id: $id) { name } }"
RENAME = "mutation Rename($i: UpdateAccountInput!) { updateAccount(input: $i) { errors { code } } }"
SIGN_IN = "mutation($i: SignInInput!) { signIn(input: $i) { errors { code } } }"


def hashed(document: str) -> str:
    return hashlib.sha256(document.encode()).hexdigest()[:16]


def told(line: dict[str, Any]) -> dict[str, Any]:
    """Return what a line says besides what the line of any request says."""
    ordinary = {"event", "log_level", "request_id", "method", "path", "status", "ms", "cost"}
    return {name: value for name, value in line.items() if name not in ordinary}


async def test_a_line_names_the_person_and_the_operation(world: World, logged: list[Any]) -> None:
    person = await world.person("ada@example.test")
    ada = await world.sign_in(person)

    await ada.run(VIEWER)

    [line] = logged
    assert told(line) == {
        "principal_kind": "USER",
        "principal": gid(person),
        "operation": "Whoever",
        "type": "query",
        "field": "viewer",
        "document": hashed(VIEWER),
        "outcome": "ok",
    }


async def test_a_line_names_the_key_that_acted(world: World, logged: list[Any]) -> None:
    maker, reseller = await world.person(), await world.reseller()
    await world.join(maker, Role.ADMIN, reseller)
    key, robot = await world.key(maker, Role.READ_ONLY, reseller)

    await robot.run("{ viewer { id } reseller: viewer { name } }")

    [line] = logged
    assert (line["principal_kind"], line["principal"]) == ("API_KEY", gid(key))
    assert (line["type"], line["field"], "operation" in line) == ("query", "several", False)


Asking = Callable[[Client, Client], Awaitable[Any]]


@pytest.mark.parametrize(
    ("ask", "outcome", "codes"),
    [
        (lambda _, stranger: stranger.run(RESELLER, id=missing("resl")), "refused", ["UNAUTHENTICATED"]),
        (lambda ada, _: ada.run(RENAME, i={"id": missing("acct"), "name": "New"}), "refused", ["NOT_FOUND"]),
        (lambda ada, _: ada.run(RESELLER, id=[]), "refused", ["BAD_USER_INPUT"]),
        (lambda ada, _: ada.run("{ nothing }"), "refused", ["GRAPHQL_VALIDATION_FAILED"]),
        (lambda ada, _: ada.run("{"), "refused", ["GRAPHQL_PARSE_FAILED"]),
        (lambda _, stranger: stranger.http.get("/graphql?query={__typename}"), "refused", ["BAD_REQUEST"]),
    ],
    ids=["a query's refusal", "a payload's refusal", "a variable", "an unknown field", "no GraphQL", "a link"],
)
async def test_a_line_tells_the_codes_of_what_was_refused_wherever_they_stand(
    world: World, stranger: Client, logged: list[Any], ask: Asking, outcome: str, codes: list[str]
) -> None:
    await ask(await world.admin(await world.reseller()), stranger)

    [line] = logged
    assert (line["status"], line["outcome"], line["codes"]) == (200, outcome, codes)


async def test_a_line_tells_at_most_ten_codes(stranger: Client, logged: list[Any]) -> None:
    fields = " ".join(f"a{number}: reseller(id: $id) {{ id }}" for number in range(12))

    await stranger.run(f"query($id: ID!) {{ {fields} }}", id=missing("resl"))

    assert logged[-1]["codes"] == ["UNAUTHENTICATED"] * 9 + ["MORE_ERRORS"]


async def test_whoever_signs_in_or_out_is_named_in_that_line(world: World, stranger: Client, logged: list[Any]) -> None:
    person = await world.person("ada@example.test", password_hash=await hash_password(PASSWORD))

    await stranger.run(VIEWER)
    await stranger.run(SIGN_IN, i={"email": "ada@example.test", "password": PASSWORD})
    await stranger.run("mutation { signOut { errors { code } } }")
    await stranger.run(VIEWER)

    ada = ("USER", gid(person))
    nobody = ("STRANGER", None)
    assert [(line["principal_kind"], line["principal"]) for line in logged] == [nobody, ada, ada, nobody]


async def test_a_page_that_asks_several_questions_has_one_line(world: World, logged: list[Any]) -> None:
    ada = await world.admin(reseller := await world.reseller())

    response = await ada.http.get("/accounts", params={"reseller": gid(reseller)})

    [line] = logged
    assert (response.status_code, line["path"]) == (200, "/accounts")
    assert set(line["outcome"].split(",")) == {"ok"}


async def test_no_name_address_or_input_is_in_a_line(world: World, logged: list[Any]) -> None:
    ada = await world.admin(await world.reseller("Northwind"))

    await ada.run('{ __typename viewer { name email } reseller(id: "geheim") { name } }')
    await ada.run(SIGN_IN, i={"email": "geheim@example.test", "password": "geheim-geheim"})

    said = repr(logged)
    assert len(logged) == 2
    assert [word for word in ("geheim", "Northwind", "person-", "example.test") if word in said] == []
