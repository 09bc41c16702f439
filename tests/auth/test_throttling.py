"""Throttling: whoever guesses waits, and makes nobody else wait."""

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from auth.throttling import FREE_AT_CLIENT, admit, client_of, forget, give_back, signing_in_at, signing_in_from
from domain.throttling import TooManyAttempts
from models import Throttle
from models.database import Database
from models.walls import EVERYTHING
from tests.credentials import HERE, PASSWORD, client_at, code_of_sign_in, enrol, sign_in, signed_in, somebody
from tests.peeking import peek
from tests.world import Clock, World

ELSEWHERE = "198.51.100.7"
WRONG = "wrong horse battery staple"
ADA, BEN = "ada@northwind.test", "ben@northwind.test"


async def attempt(database: Database, clock: Clock, address: str = ADA, client: str = HERE) -> int:
    """Return 0 where the attempt is admitted, else the seconds to wait."""
    try:
        await admit(database, signing_in_from(client), signing_in_at(address, client), at=clock())
    except TooManyAttempts as refusal:
        return refusal.seconds
    return 0


async def test_the_sixth_attempt_waits_and_each_one_after_it_twice_as_long(database: Database, clock: Clock) -> None:
    assert [await attempt(database, clock) for _ in range(6)] == [0, 0, 0, 0, 0, 1]

    waited = []
    for _ in range(4):
        waited.append(await attempt(database, clock))
        clock.at += timedelta(seconds=waited[-1])
        assert await attempt(database, clock) == 0

    assert waited == [1, 2, 4, 8]


async def test_what_was_refused_is_not_counted_so_that_waiting_helps(database: Database, clock: Clock) -> None:
    for _ in range(50):
        await attempt(database, clock)

    clock.at += timedelta(seconds=1)

    assert await attempt(database, clock) == 0


async def test_a_stranger_who_hammers_an_address_keeps_nobody_else_out(database: Database, clock: Clock) -> None:
    for _ in range(50):
        await attempt(database, clock, ADA, ELSEWHERE)

    assert await attempt(database, clock, ADA, ELSEWHERE) == 1
    assert await attempt(database, clock, ADA, HERE) == 0
    assert await attempt(database, clock, BEN, ELSEWHERE) == 0


async def test_who_tries_many_addresses_waits_at_all_of_them(database: Database, clock: Clock) -> None:
    for number in range(FREE_AT_CLIENT):
        assert await attempt(database, clock, f"person-{number}@northwind.test") == 0

    assert await attempt(database, clock, "one-more@northwind.test") == 1
    assert await attempt(database, clock, "one-more@northwind.test", ELSEWHERE) == 0


async def test_simultaneous_attempts_are_all_counted(database: Database, clock: Clock) -> None:
    waits = await asyncio.gather(*(attempt(database, clock) for _ in range(16)))

    assert sorted(waits) == [0] * 5 + [1] * 11


async def test_a_day_without_an_attempt_is_a_new_beginning(database: Database, clock: Clock) -> None:
    for _ in range(5):
        await attempt(database, clock)

    clock.at += timedelta(days=1)

    assert [await attempt(database, clock) for _ in range(6)] == [0, 0, 0, 0, 0, 1]


async def test_what_was_given_back_has_cost_nothing(database: Database, clock: Clock) -> None:
    counter = signing_in_from(HERE)
    for _ in range(100):
        await admit(database, counter, at=clock())
        await give_back(database, counter, at=clock())

    attempts = [row.attempts for row in await peek(database, sa.select(Throttle.attempts))]

    assert attempts == [0]


async def test_old_counts_are_swept_away_by_the_next_success(database: Database, clock: Clock) -> None:
    for number in range(3):
        await attempt(database, clock, f"person-{number}@northwind.test", f"192.0.2.{number}")
    clock.at += timedelta(days=1)

    async with database.transaction(EVERYTHING) as transaction:
        await forget(transaction, at=clock())

    assert await peek(database, sa.select(Throttle.attempts)) == []


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::1", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("testclient", "unknown"),
        (None, "unknown"),
    ],
)
def test_a_network_of_64_bits_is_one_client(address: str | None, client: str) -> None:
    assert client_of(address) == client


async def test_known_and_unknown_addresses_wait_alike(world: World) -> None:
    await somebody(world, ADA)
    client = client_at(world.app)

    known = [(await sign_in(client, ADA, WRONG))["errors"] for _ in range(6)]
    unknown = [(await sign_in(client, BEN, WRONG))["errors"] for _ in range(6)]

    wrong = [{"code": "INVALID_CREDENTIALS", "message": "The e-mail address or the password is wrong.", "path": []}]
    wait = [{"code": "TOO_MANY_ATTEMPTS", "message": "Too many attempts: try again in 1 second.", "path": []}]
    assert known == unknown == [wrong] * 5 + [wait]


async def test_the_right_password_waits_as_well(world: World, clock: Clock) -> None:
    await somebody(world)
    client = client_at(world.app)
    for _ in range(5):
        await sign_in(client, ADA, WRONG)

    assert await code_of_sign_in(client) == "TOO_MANY_ATTEMPTS"
    clock.at += timedelta(seconds=1)
    assert await code_of_sign_in(client) is None


async def test_aliases_are_so_many_attempts(world: World) -> None:
    await somebody(world)
    guesses = " ".join(
        f'guess{number}: signIn(input: {{email: "{ADA}", password: "{WRONG}"}}) {{ errors {{ code }} }}'
        for number in range(8)
    )

    answer = await client_at(world.app).query(f"mutation {{ {guesses} }}")

    codes = [payload["errors"][0]["code"] for payload in answer.values()]
    assert codes == ["INVALID_CREDENTIALS"] * 5 + ["TOO_MANY_ATTEMPTS"] * 3


async def test_success_clears_the_address_and_gives_the_client_back_its_attempt_only(world: World) -> None:
    await somebody(world)
    client = client_at(world.app)
    for _ in range(4):
        await sign_in(client, ADA, WRONG)

    assert await code_of_sign_in(client) is None

    assert [row.attempts for row in await peek(world.database, sa.select(Throttle.attempts))] == [4]


async def test_somebodys_own_account_buys_no_new_guesses(world: World) -> None:
    await somebody(world, ADA)
    client = client_at(world.app)
    codes = []
    for number in range(FREE_AT_CLIENT + 1):
        codes.append(await code_of_sign_in(client, f"victim-{number}@northwind.test", WRONG))
        codes.append(await code_of_sign_in(client, ADA))

    assert codes[:-3] == ["INVALID_CREDENTIALS", None] * (FREE_AT_CLIENT - 1) + ["INVALID_CREDENTIALS"]
    assert codes[-3:] == ["TOO_MANY_ATTEMPTS"] * 3


async def test_codes_are_counted_for_the_user_from_wherever(world: World, clock: Clock) -> None:
    await enrol(await signed_in(world), clock)

    codes = [
        await code_of_sign_in(client_at(world.app, f"192.0.2.{number}"), code="wrong", password=PASSWORD)
        for number in range(6)
    ]

    assert codes == ["INVALID_CREDENTIALS"] * 5 + ["TOO_MANY_ATTEMPTS"]


async def test_no_address_is_kept_for_having_been_tried(world: World) -> None:
    await sign_in(client_at(world.app), "nobody@northwind.test", WRONG)

    assert "nobody" not in str(await world.rows())
