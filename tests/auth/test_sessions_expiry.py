"""Sessions: how long they live, and what ends them or gives them another token."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
import sqlalchemy as sa
from uuid_utils.compat import uuid7

from auth.passwords import HASHER, verify_password
from auth.proving import hold, prove
from auth.sessions import Lengths, sign_in, viewer_of
from domain.credentials import InvalidCredentials
from models import Session, User
from models.walls import EVERYTHING
from tests.clients import Client
from tests.credentials import (
    ANOTHER,
    HERE,
    PASSWORD,
    client_at,
    code_of_sign_in,
    enrol,
    is_signed_in,
    signed_in,
    somebody,
)
from tests.peeking import peek
from tests.world import SEALER, Clock, World

ADA = "ada@northwind.test"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def token_of(client: Client) -> str:
    """Return the token that the browser holds."""
    token: str = client.http.cookies["session"]
    return token


async def last_seen(world: World) -> list[object]:
    rows = await peek(world.database, sa.select(Session.last_seen_at))
    return [row.last_seen_at for row in rows]


async def test_a_session_that_is_not_used_for_a_day_ends(world: World, clock: Clock) -> None:
    ada = await signed_in(world)

    clock.at += DAY - timedelta(microseconds=1)
    assert await is_signed_in(ada)
    clock.at += DAY

    assert not await is_signed_in(ada)


async def test_a_session_that_is_used_every_day_ends_after_fourteen(world: World, clock: Clock) -> None:
    ada, began = await signed_in(world), clock()
    seen = []
    while clock.at < began + 14 * DAY:
        seen.append(await is_signed_in(ada))
        clock.at += DAY / 2

    assert seen == [True] * 28
    assert not await is_signed_in(ada)


async def test_a_session_keeps_the_lengths_with_which_it_was_opened(world: World, clock: Clock) -> None:
    await somebody(world)
    lengths = Lengths(absolute=2 * DAY, idle=DAY / 24)

    opened = await sign_in(
        world.database,
        SEALER,
        email=ADA,
        password=PASSWORD,
        lengths=lengths,
        at=clock(),
        request_id="",
        event_id=uuid7(),
    )

    live = [
        await viewer_of(world.database, opened.token, at=clock() + after) is not None
        for after in (DAY / 24 - MINUTE, DAY / 24)
    ]
    assert live == [True, True]
    assert await viewer_of(world.database, opened.token, at=clock() + 2 * DAY) is None


async def test_the_last_use_is_kept_to_the_minute_by_the_statement_that_asks_who_it_is(
    world: World, clock: Clock, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    ada, noon = await signed_in(world), clock()

    clock.at = noon + timedelta(seconds=59)
    await is_signed_in(ada)
    within = await last_seen(world)
    clock.at = noon + timedelta(seconds=150)
    with statements() as asked:
        await is_signed_in(ada)

    assert within == [noon]
    assert await last_seen(world) == [noon + 2 * MINUTE]
    assert len(asked) == 1


async def test_simultaneous_requests_do_not_hinder_each_other(world: World, clock: Clock) -> None:
    ada = await signed_in(world)
    clock.at += 5 * MINUTE

    assert await asyncio.gather(*(is_signed_in(ada) for _ in range(16))) == [True] * 16


async def test_signing_in_gives_another_token_and_ends_the_session_before(world: World) -> None:
    ada = await signed_in(world)
    before = token_of(ada)

    assert await code_of_sign_in(ada) is None

    assert token_of(ada) != before
    assert await is_signed_in(ada)
    assert not await is_signed_in(Client(world.app, before))


async def test_signing_in_as_somebody_else_ends_the_session_before_as_well(world: World) -> None:
    ada = await signed_in(world)
    before = token_of(ada)
    await somebody(world, "ben@northwind.test")

    await code_of_sign_in(ada, "ben@northwind.test")

    assert not await is_signed_in(Client(world.app, before))
    assert len(await last_seen(world)) == 1


@pytest.mark.parametrize("change", ["password", "two-factor", "no two-factor"])
async def test_a_change_of_credentials_ends_the_other_sessions_and_renews_this_one(
    world: World, clock: Clock, change: str
) -> None:
    ada = await signed_in(world)
    other = client_at(world.app)
    if change == "no two-factor":
        authenticator = await enrol(ada, clock)
        await code_of_sign_in(other, code=authenticator.recovery_codes[0])
        before = token_of(ada)
        await ada.mutate("disableTwoFactor", {"password": PASSWORD, "code": authenticator.code()})
    else:
        await code_of_sign_in(other)
        before = token_of(ada)
        if change == "password":
            await ada.mutate("changePassword", {"currentPassword": PASSWORD, "newPassword": ANOTHER})
        else:
            await enrol(ada, clock)

    assert token_of(ada) != before
    assert [await is_signed_in(each) for each in (ada, other, Client(world.app, before))] == [True, False, False]


async def test_a_renewed_session_lives_no_longer_for_it(world: World, clock: Clock) -> None:
    ada, began = await signed_in(world), clock()
    clock.at += DAY / 2
    await ada.mutate("changePassword", {"currentPassword": PASSWORD, "newPassword": ANOTHER})

    (kept,) = await peek(world.database, sa.select(Session.created_at, Session.expires_at))

    assert tuple(kept) == (began, began + 14 * DAY)


async def test_of_two_changes_at_once_one_wins(world: World) -> None:
    ada = await signed_in(world)
    payloads = await asyncio.gather(
        *(
            ada.mutate("changePassword", {"currentPassword": PASSWORD, "newPassword": f"{ANOTHER} {number}"})
            for number in (0, 1)
        )
    )

    assert sorted(len(payload["errors"]) for payload in payloads) == [0, 1]
    actions = [event.action for event in await world.events()]
    assert actions == ["signIn", "changePassword"]


async def test_a_password_that_was_replaced_meanwhile_opens_nothing(world: World, clock: Clock) -> None:
    ada = await somebody(world)
    proof = await prove(world.database, email=ADA, password=PASSWORD, client_address=HERE, at=clock())
    async with world.database.transaction(EVERYTHING) as transaction:
        await transaction.execute(sa.update(User).where(User.id == ada.id).values(password_hash=HASHER.hash(ANOTHER)))

    async with world.database.transaction(EVERYTHING) as transaction:
        with pytest.raises(InvalidCredentials):
            await hold(transaction, proof)


async def test_a_hash_with_old_parameters_is_renewed_at_the_next_sign_in(world: World) -> None:
    old = type(HASHER)(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    ada = await world.person(ADA, password_hash=old)

    codes = await asyncio.gather(*(code_of_sign_in(client_at(world.app)) for _ in range(2)))

    assert codes == [None, None]
    (kept,) = await peek(world.database, sa.select(User.password_hash).where(User.id == ada.id))
    assert kept.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await verify_password(kept.password_hash, PASSWORD)


async def test_a_hash_with_todays_parameters_stays(world: World) -> None:
    ada = await somebody(world)

    await code_of_sign_in(client_at(world.app))

    (kept,) = await peek(world.database, sa.select(User.password_hash).where(User.id == ada.id))
    assert kept.password_hash == ada.password_hash


async def test_what_has_expired_is_removed_at_the_next_sign_in(world: World, clock: Clock) -> None:
    await signed_in(world)
    clock.at += DAY

    await code_of_sign_in(client_at(world.app))

    assert await last_seen(world) == [clock()]
