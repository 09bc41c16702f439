"""Credentials through the API: another password, who may ask, what is written down and what never is."""

import logging

import pytest
import structlog

from domain.tenancy import Role
from tests.clients import Client
from tests.credentials import ANOTHER, PASSWORD, client_at, code_of_sign_in, enrol, signed_in, start
from tests.world import Clock, World, missing

CHANGE = {"currentPassword": PASSWORD, "newPassword": ANOTHER}
PEOPLE_ONLY = {"code": "FORBIDDEN", "message": "This is for people; an API key cannot do it.", "path": []}
WITH_INPUT = {
    "changePassword": CHANGE,
    "confirmTwoFactor": {"code": "123456"},
    "disableTwoFactor": {"password": PASSWORD, "code": "123456"},
    "endSession": {"id": missing("sess")},
}
FOR_ANYBODY = {
    "requestPasswordReset": {"email": "ada@northwind.test"},
    "resetPassword": {"token": "x", "newPassword": ANOTHER},
}
WITHOUT_INPUT = ["startTwoFactor", "endOtherSessions"]


async def errors_of(client: Client, name: str) -> object:
    """Run a mutation without an input, and return its refusals."""
    return (await client.query(f"mutation {{ {name} {{ errors {{ code message path }} }} }}"))[name]["errors"]


async def test_the_new_password_signs_in_and_the_old_one_does_not(world: World) -> None:
    ada = await signed_in(world)

    assert (await ada.mutate("changePassword", CHANGE))["errors"] == []

    assert await code_of_sign_in(client_at(world.app), password=PASSWORD) == "INVALID_CREDENTIALS"
    assert await code_of_sign_in(client_at(world.app), password=ANOTHER) is None


async def test_a_changed_password_is_told_by_mail_and_ends_the_link_that_was_asked_for(world: World) -> None:
    ada = await signed_in(world)
    await ada.mutate("requestPasswordReset", {"email": "ada@northwind.test"})
    token = await world.token("ada@northwind.test")

    await ada.mutate("changePassword", CHANGE)

    assert (await world.letters("ada@northwind.test"))[-1] == {}
    refused = await ada.refused("resetPassword", {"token": token, "newPassword": PASSWORD})
    assert refused == ("RESET_UNUSABLE", ["input", "token"])


async def test_whoever_does_not_know_the_password_does_not_change_it(world: World) -> None:
    ada = await signed_in(world)

    refusals = [
        await ada.refusal("changePassword", {"currentPassword": "wrong", "newPassword": ANOTHER}) for _ in range(6)
    ]

    wrong = {
        "code": "INVALID_CREDENTIALS",
        "message": "This is not your password.",
        "path": ["input", "currentPassword"],
    }
    wait = {"code": "TOO_MANY_ATTEMPTS", "message": "Too many attempts: try again in 1 second.", "path": []}
    assert refusals == [wrong] * 5 + [wait]
    assert [event.action for event in await world.events()] == ["signIn"]


@pytest.mark.parametrize(
    ("password", "message"),
    [
        ("x1" * 5 + "x", "A password has 12 to 128 characters."),
        ("x1" * 64 + "x", "A password has 12 to 128 characters."),
        ("123456789Qwerty", "This password is among the first that everybody tries; choose another."),
    ],
)
async def test_a_new_password_is_long_and_uncommon(world: World, password: str, message: str) -> None:
    ada = await signed_in(world)

    refusal = await ada.refusal("changePassword", {**CHANGE, "newPassword": password})

    assert refusal == {"code": "BAD_USER_INPUT", "message": message, "path": ["input", "newPassword"]}


@pytest.mark.parametrize("length", [12, 128])
async def test_12_and_128_characters_are_a_password(world: World, length: int) -> None:
    ada, password = await signed_in(world), "é" + "".join(map(str, range(100)))[: length - 1]

    await ada.mutate("changePassword", {**CHANGE, "newPassword": password})

    assert await code_of_sign_in(client_at(world.app), password=password) is None


async def test_an_api_key_has_no_password_no_second_factor_and_no_sessions(world: World) -> None:
    maker, reseller = await world.person(), await world.reseller()
    await world.join(maker, Role.ADMIN, reseller)
    _, key = await world.key(maker, Role.ADMIN, reseller)

    answer = await key.run("{ viewer { twoFactor sessions { id } } }")

    assert answer.data == {"viewer": {"twoFactor": False, "sessions": None}}
    assert answer.codes == ["FORBIDDEN"]
    given = {**WITH_INPUT, **FOR_ANYBODY}
    assert [await key.refusal(name, input) for name, input in given.items()] == [PEOPLE_ONLY] * 6
    assert [await errors_of(key, name) for name in WITHOUT_INPUT] == [[PEOPLE_ONLY]] * 2


async def test_a_stranger_has_to_sign_in_first(world: World, stranger: Client) -> None:
    refusals = [await stranger.refused(name, input) for name, input in WITH_INPUT.items()]

    assert refusals == [("UNAUTHENTICATED", [])] * 4
    assert [await errors_of(stranger, name) for name in WITHOUT_INPUT] == [
        [{"code": "UNAUTHENTICATED", "message": "Sign in first.", "path": []}]
    ] * 2


async def test_every_change_of_credentials_is_written_down_once(world: World, clock: Clock) -> None:
    ada = await signed_in(world)
    authenticator = await enrol(ada, clock)
    disabling = {"password": PASSWORD, "code": authenticator.code(), "reason": "A new telephone"}
    await ada.mutate("disableTwoFactor", disabling)
    await ada.mutate("changePassword", CHANGE)
    await errors_of(ada, "endOtherSessions")
    await ada.mutate("requestPasswordReset", {"email": "ada@northwind.test"})
    token = await world.token("ada@northwind.test")
    await ada.mutate("resetPassword", {"token": token, "newPassword": PASSWORD})

    events = await world.events()

    assert [event.action for event in events] == [
        "signIn",
        "startTwoFactor",
        "confirmTwoFactor",
        "disableTwoFactor",
        "changePassword",
        "endOtherSessions",
        "requestPasswordReset",
        "resetPassword",
    ]
    assert {(event.actor_name, event.object_prefix, event.object_id == event.actor_id) for event in events} == {
        ("ada", "user", True)
    }
    assert [event.reason for event in events if event.reason] == ["A new telephone"]
    assert all(event.changes == {} for event in events)


async def test_no_secret_is_logged_or_stored_in_clear(
    world: World, clock: Clock, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    structlog.reset_defaults()
    ada = await signed_in(world)
    authenticator = await enrol(ada, clock)
    code = authenticator.code()
    await code_of_sign_in(client_at(world.app), code=code)
    await ada.mutate("requestPasswordReset", {"email": "ada@northwind.test"})
    reset = await world.token("ada@northwind.test")
    await ada.mutate("resetPassword", {"token": reset, "newPassword": ANOTHER})

    said = "".join([caplog.text, *capsys.readouterr(), str(await world.rows())])

    secrets = [PASSWORD, ANOTHER, authenticator.secret, code, reset, *authenticator.recovery_codes]
    assert [secret for secret in secrets if secret in said] == []
    assert "answered" in said


async def test_what_was_started_is_shown_to_nobody_else(world: World) -> None:
    ada, ben = await signed_in(world), await signed_in(world, "ben@northwind.test")

    secrets = {(await start(client))["secret"] for client in (ada, ben)}

    assert len(secrets) == 2
