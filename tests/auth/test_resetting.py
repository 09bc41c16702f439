"""Resetting a forgotten password: a link by mail, once, for half an hour."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
import sqlalchemy as sa

from models import Mail, PasswordReset
from models.tokens import hash_token, new_token
from tests.clients import Client
from tests.credentials import (
    ANOTHER,
    PASSWORD,
    client_at,
    code_of_sign_in,
    enrol,
    is_signed_in,
    signed_in,
    somebody,
)
from tests.peeking import peek
from tests.world import Clock, World

ADA = "ada@northwind.test"
UNUSABLE = {
    "code": "RESET_UNUSABLE",
    "message": "This link cannot be used. Ask for another one.",
    "path": ["input", "token"],
}


async def ask(client: Client, email: str = ADA) -> list[dict[str, object]]:
    """Ask for a link, and return the refusals."""
    errors: list[dict[str, object]] = (await client.mutate("requestPasswordReset", {"email": email}))["errors"]
    return errors


async def asked(world: World) -> str:
    """Ask for a link, and return the token in the mail."""
    assert await ask(client_at(world.app)) == []
    return await world.token(ADA)


async def test_the_mail_has_a_link_for_half_an_hour(world: World) -> None:
    await somebody(world)

    token = await asked(world)

    assert await world.letters(ADA) == [{"link": f"http://testserver/reset#{token}", "minutes": 30}]
    (mail,) = await peek(world.database, sa.select(Mail.kind, Mail.to_address))
    assert tuple(mail) == ("password-reset", ADA)


async def test_the_address_is_known_whatever_the_case(world: World) -> None:
    await somebody(world)

    assert await ask(client_at(world.app), " ADA@Northwind.test ") == []

    assert len(await world.letters(ADA)) == 1


async def test_an_unknown_address_gets_the_same_answer_and_no_mail(world: World) -> None:
    await somebody(world)
    document = (
        "mutation($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { errors { code } } }"
    )

    known = await client_at(world.app).body(document, input={"email": ADA})
    before = await world.rows()
    unknown = await client_at(world.app, "192.0.2.9").body(document, input={"email": "nobody@northwind.test"})

    assert known == unknown
    kept = [row for row in await world.rows() if row not in before]
    assert {table for table, _ in kept} == {"throttles"}


async def test_somebody_without_credentials_gets_no_mail(world: World) -> None:
    await world.person(ADA)

    assert await ask(client_at(world.app)) == []

    assert await world.letters(ADA) == []
    assert await world.events() == []


async def test_known_and_unknown_addresses_take_the_same_statements(
    world: World, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    await somebody(world)

    with statements() as known:
        await ask(client_at(world.app))
    with statements() as unknown:
        await ask(client_at(world.app, "192.0.2.9"), "nobody@northwind.test")

    assert [each for each in known if "SAVEPOINT" not in each] == [each for each in unknown if "SAVEPOINT" not in each]
    assert len(known) > 5


async def test_what_is_no_address_is_refused(world: World) -> None:
    errors = await ask(client_at(world.app), "no address")

    assert errors == [{"code": "BAD_USER_INPUT", "message": "This is no e-mail address.", "path": ["input", "email"]}]


async def test_asking_again_and_again_costs_time(world: World) -> None:
    await somebody(world)
    client = client_at(world.app)

    codes = [[error["code"] for error in await ask(client)] for _ in range(4)]

    assert codes == [[], [], [], ["TOO_MANY_ATTEMPTS"]]
    assert len(await world.letters(ADA)) == 3


async def test_the_new_password_signs_in_and_the_old_one_does_not(world: World) -> None:
    await somebody(world)
    client = client_at(world.app)

    payload = await client.mutate("resetPassword", {"token": await asked(world), "newPassword": ANOTHER})

    assert payload["errors"] == []
    assert not await is_signed_in(client)
    assert await code_of_sign_in(client, password=PASSWORD) == "INVALID_CREDENTIALS"
    assert await code_of_sign_in(client, password=ANOTHER) is None


async def test_a_new_password_ends_every_session_and_says_so_by_mail(world: World) -> None:
    ada = await signed_in(world)
    other = client_at(world.app)
    await code_of_sign_in(other)

    await ada.mutate("resetPassword", {"token": await asked(world), "newPassword": ANOTHER})

    assert [await is_signed_in(client) for client in (ada, other)] == [False, False]
    mails = await peek(world.database, sa.select(Mail.kind, Mail.to_address).order_by(Mail.id))
    assert [tuple(mail) for mail in mails] == [("password-reset", ADA), ("password-changed", ADA)]


async def test_the_second_factor_stays(world: World, clock: Clock) -> None:
    await enrol(await signed_in(world), clock)

    await client_at(world.app).mutate("resetPassword", {"token": await asked(world), "newPassword": ANOTHER})

    assert await code_of_sign_in(client_at(world.app), password=ANOTHER) == "SECOND_FACTOR_REQUIRED"


async def test_whoever_mistyped_until_now_starts_anew(world: World) -> None:
    await somebody(world)
    client = client_at(world.app)
    for _ in range(6):
        await code_of_sign_in(client, password="wrong horse battery staple")

    await client.mutate("resetPassword", {"token": await asked(world), "newPassword": ANOTHER})

    assert await code_of_sign_in(client, password=ANOTHER) is None


async def test_unknown_used_replaced_and_expired_links_answer_alike(world: World, clock: Clock) -> None:
    ada = await somebody(world)
    client = client_at(world.app)
    replaced, used = await asked(world), await asked(world)
    await client.mutate("resetPassword", {"token": used, "newPassword": ANOTHER})
    expired = await asked(world)
    clock.at += timedelta(minutes=30)
    before = await world.rows()

    links = [replaced, used, expired, new_token(ada.id), "", "é", "x" * 10_000]
    refusals = [await client.refusal("resetPassword", {"token": link, "newPassword": ANOTHER}) for link in links]

    assert refusals == [UNUSABLE] * len(links)
    assert await world.rows() == before


async def test_a_link_works_until_the_last_moment(world: World, clock: Clock) -> None:
    await somebody(world)
    token = await asked(world)
    clock.at += timedelta(minutes=30) - timedelta(microseconds=1)

    assert (await client_at(world.app).mutate("resetPassword", {"token": token, "newPassword": ANOTHER}))[
        "errors"
    ] == []


async def test_of_two_uses_of_one_link_at_once_one_wins(world: World) -> None:
    await somebody(world)
    token, client = await asked(world), client_at(world.app)

    payloads = await asyncio.gather(
        *(client.mutate("resetPassword", {"token": token, "newPassword": f"{ANOTHER} {number}"}) for number in (0, 1))
    )

    refusals = [error["code"] for payload in payloads for error in payload["errors"]]
    assert refusals == ["RESET_UNUSABLE"]
    assert [event.action for event in await world.events()] == ["requestPasswordReset", "resetPassword"]


@pytest.mark.parametrize("password", ["", "eleven char", "x" * 129, "123456789Qwerty", "aaaaaaaaaaaaaa"])
async def test_what_is_no_password_leaves_the_link_usable(world: World, password: str) -> None:
    await somebody(world)
    token, client = await asked(world), client_at(world.app)

    refused = await client.refused("resetPassword", {"token": token, "newPassword": password})

    assert refused == ("BAD_USER_INPUT", ["input", "newPassword"])
    assert (await client.mutate("resetPassword", {"token": token, "newPassword": ANOTHER}))["errors"] == []


async def test_the_token_is_known_to_the_mail_alone(world: World) -> None:
    await somebody(world)

    token = await asked(world)

    (kept,) = await peek(world.database, sa.select(PasswordReset.token_hash))
    assert kept.token_hash == hash_token(token)
    assert token not in str(await world.rows())
