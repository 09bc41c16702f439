"""API keys' secrets: recognisable, checked before anything is looked up, and good for exactly as long as they say."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import sqlalchemy as sa

from auth.keys import hash_secret, is_well_formed, new_secret
from domain.tenancy import Role
from models import ApiKey, ApiKeySecret
from models.walls import EVERYTHING
from tests.clients import Client, told
from tests.peeking import peek
from tests.world import World

Statements = Callable[[], AbstractContextManager[list[str]]]
MOMENT = timedelta(microseconds=1)
WHO = "{ viewer { name } }"


def test_a_secret_is_256_random_bits_that_scanners_recognise() -> None:
    made = {new_secret() for _ in range(100)}

    assert len(made) == 100
    assert all(re.fullmatch("rdk_[A-Za-z0-9_-]{43}[0-9a-z]{7}", secret) for secret in made)
    assert all(map(is_well_formed, made))


@pytest.mark.parametrize(
    "mistype",
    [
        pytest.param(lambda secret: secret[:-1], id="cut off"),
        pytest.param(lambda secret: secret + "0", id="too long"),
        pytest.param(lambda secret: secret[1:], id="without its beginning"),
        pytest.param(lambda secret: secret.replace("rdk_", "rdx_"), id="of another prefix"),
        pytest.param(lambda secret: secret.upper(), id="in capitals"),
        pytest.param(lambda secret: secret[:9] + ("a" if secret[9] != "a" else "b") + secret[10:], id="one letter off"),
        pytest.param(lambda secret: secret[:-1] + ("a" if secret[-1] != "a" else "b"), id="another checksum"),
        pytest.param(lambda secret: secret[:-1] + "é", id="beyond ASCII"),
        pytest.param(lambda secret: "", id="empty"),  # noqa: ARG005 # whatever the secret is
        pytest.param(lambda secret: secret * 100, id="over-long"),
    ],
)
async def test_a_mistyped_secret_is_refused_without_asking_the_database(
    world: World, statements: Statements, mistype: Callable[[str], str]
) -> None:
    secret = mistype(new_secret())

    with statements() as ran:
        answer = await asked(world, f"Bearer {secret}".encode())

    assert not is_well_formed(secret)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json() == {
        "errors": [
            {"message": "The Authorization header is not valid.", "extensions": {"code": "UNAUTHENTICATED"}},
        ]
    }
    assert ran == []


async def asked(world: World, authorization: bytes) -> httpx.Response:
    transport = httpx.ASGITransport(app=world.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as http:
        return await http.post("/graphql", json={"query": WHO}, headers={b"authorization": authorization})


@pytest.mark.parametrize("header", ["", "Bearer", "Basic YTpi", "Token {secret}", "{secret}", "Bearer  ", "Bearer x y"])
async def test_another_header_is_no_credential(world: World, header: str) -> None:
    ada = await world.person()
    reseller = await world.reseller()
    await world.join(ada, Role.ADMIN, reseller)
    _, robot = await world.key(ada, Role.ADMIN, reseller)
    secret = robot.http.headers["authorization"].removeprefix("Bearer ")

    answer = await asked(world, header.replace("{secret}", secret).encode())

    assert answer.status_code == 401


async def test_a_well_formed_secret_that_nobody_has_is_refused_alike(world: World) -> None:
    unknown, mistyped = await asked(world, f"Bearer {new_secret()}".encode()), await asked(world, b"Bearer x")

    assert (unknown.status_code, unknown.content) == (mistyped.status_code, mistyped.content)


async def test_the_scheme_is_read_whatever_its_case(world: World) -> None:
    _, robot, _ = await a_key(world)
    secret = robot.http.headers["authorization"].removeprefix("Bearer ")

    answer = await asked(world, f"bearer {secret}".encode())

    assert told(answer) == {"data": {"viewer": {"name": "Robot 2"}}}


async def a_key(world: World, *, expires_at: datetime | None = None) -> tuple[ApiKey, Client, str]:
    ada, reseller = await world.person(), await world.reseller()
    await world.join(ada, Role.ADMIN, reseller)
    key, robot = await world.key(ada, Role.READ_ONLY, reseller, expires_at=expires_at)
    return key, robot, key.name


async def works(robot: Client) -> bool:
    return (await robot.http.post("/graphql", json={"query": WHO})).status_code == 200


async def test_the_database_knows_a_secret_by_its_hash_alone(world: World) -> None:
    _, robot, _ = await a_key(world)
    secret = robot.http.headers["authorization"].removeprefix("Bearer ")

    rows = str(await world.rows())

    assert secret not in rows
    assert secret[4:47] not in rows
    assert hash_secret(secret).hex() in rows


async def test_a_key_works_until_the_moment_at_which_it_expires(world: World) -> None:
    ends = world.clock.at + timedelta(days=30)
    _, robot, _ = await a_key(world, expires_at=ends)

    world.clock.at = ends - MOMENT
    assert await works(robot)
    world.clock.at = ends
    assert not await works(robot)


async def test_a_rotated_secret_works_until_the_moment_at_which_its_overlap_ends(world: World) -> None:
    key, robot, _ = await a_key(world)
    ends = world.clock.at + timedelta(hours=1)
    async with world.database.transaction(EVERYTHING) as transaction:
        rotated = sa.update(ApiKeySecret).where(ApiKeySecret.api_key_id == key.id)
        await transaction.execute(rotated.values(expires_at=ends))

    world.clock.at = ends - MOMENT
    assert await works(robot)
    world.clock.at = ends
    assert not await works(robot)


async def test_the_last_use_is_kept_to_the_minute(world: World, statements: Statements) -> None:
    key, robot, _ = await a_key(world)
    kept = sa.select(ApiKey.last_used_at).where(ApiKey.id == key.id)
    noted = []
    for second in (5, 59, 60, 119, 3600):
        world.clock.at = datetime(2025, 1, 1, 12, 0, tzinfo=UTC) + timedelta(seconds=second)
        with statements() as ran:
            assert await works(robot)
        ((at,),) = await peek(world.database, kept)
        noted.append((at.strftime("%H:%M:%S"), any("UPDATE" in statement for statement in ran)))

    assert noted == [
        ("12:00:00", True),
        ("12:00:00", False),
        ("12:01:00", True),
        ("12:01:00", False),
        ("13:00:00", True),
    ]
