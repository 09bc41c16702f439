"""How long keys are kept, and what for: swept a few at a time, readable whatever the server's own key is by now."""

from datetime import timedelta

import sqlalchemy as sa

from models import IdempotencyKey
from models.idempotency import KEPT_FOR, SWEPT
from models.sealing import Sealer
from resolvers.api import Api
from tests.applications import assembled
from tests.clients import Client
from tests.peeking import peek
from tests.resolvers.repeating.test_keys import NEW, provisioner
from tests.world import World, gid


async def number_kept(world: World) -> int:
    return len(await peek(world.database, sa.select(IdempotencyKey.key_hash)))


async def test_each_claim_sweeps_ten_keys_that_are_too_old(world: World) -> None:
    reseller, robot = await provisioner(world)
    for number in range(SWEPT + 2):
        given = {"resellerId": gid(reseller), **NEW, "subdomain": f"old-{number}", "idempotencyKey": f"old-{number}"}
        assert (await robot.mutate("createAccount", given))["errors"] == []
    world.clock.at += KEPT_FOR - timedelta(seconds=1)
    counted = [await number_kept(world)]

    for number, wait in enumerate((timedelta(0), timedelta(seconds=1), timedelta(0), timedelta(0))):
        world.clock.at += wait
        given = {"resellerId": gid(reseller), **NEW, "subdomain": f"new-{number}", "idempotencyKey": f"new-{number}"}
        assert (await robot.mutate("createAccount", given))["errors"] == []
        counted.append(await number_kept(world))

    # A second before nobody is swept; then ten, then the two that are left, then nobody.
    assert (SWEPT, counted) == (10, [12, 13, 4, 3, 4])


async def test_what_is_swept_is_ones_own(world: World) -> None:
    reseller, robot = await provisioner(world)
    other, another = await provisioner(world)
    old = {"resellerId": gid(other), **NEW, "subdomain": "theirs", "idempotencyKey": "old"}
    assert (await another.mutate("createAccount", old))["errors"] == []
    world.clock.at += KEPT_FOR

    given = {"resellerId": gid(reseller), **NEW, "idempotencyKey": "new"}
    assert (await robot.mutate("createAccount", given))["errors"] == []

    assert await number_kept(world) == 2


async def test_a_key_is_good_when_the_server_has_another_secret_key(world: World, api: Api) -> None:
    reseller, robot = await provisioner(world)
    secret = robot.http.headers["authorization"].removeprefix("Bearer ")
    other = Client.bearing(assembled(api, world.database, world.clock, sealer=Sealer(b"k" * 32)), secret)
    asked = {"resellerId": gid(reseller), **NEW, "idempotencyKey": "key-1"}

    first = await robot.mutate("createAccount", asked, "account { id } receipt { replayed }")
    again = await other.mutate("createAccount", asked, "account { id } receipt { replayed }")

    assert (first["account"], again["receipt"]["replayed"]) == (again["account"], True)
    assert await other.refused("createAccount", {**asked, "name": "Another"}) == (
        "IDEMPOTENCY_MISMATCH",
        ["input", "idempotencyKey"],
    )


async def test_equal_inputs_under_two_keys_are_kept_as_unlike_ones(world: World) -> None:
    reseller, robot = await provisioner(world)
    given = {"resellerId": gid(reseller), **NEW}
    _, second = await provisioner(world)

    for client, key in ((robot, "key-1"), (second, "key-2")):
        await client.mutate("createAccount", {**given, "idempotencyKey": key, "dryRun": False})
    account = await world.account(reseller)
    for key in ("key-3", "key-4"):
        await robot.mutate("updateAccount", {"id": gid(account), "name": "Other", "idempotencyKey": key})

    rows = await peek(world.database, sa.select(IdempotencyKey.fingerprint))
    assert len({bytes(row.fingerprint) for row in rows}) == len(rows) == 3
