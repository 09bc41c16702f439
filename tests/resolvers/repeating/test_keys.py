"""Idempotency keys: one effect however often it is sent, the same answer, and nothing kept of what was refused."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from domain.tenancy import Role
from models import IdempotencyKey, Reseller, ids
from models.walls import NOWHERE
from resolvers.api import Api
from tests.applications import assembled
from tests.clients import Client
from tests.peeking import peek
from tests.resolvers.changes import NEWCOMER, staged
from tests.resolvers.repeating.calls import ONCE, RECEIPT, REPEATABLE, SECRETS, client_of, everything, input_of, without
from tests.world import World, gid

SIXTEEN = 16
ACCOUNT = "account { id name version } " + RECEIPT
NEW = {"name": "New", "subdomain": "brand-new", "supportType": "HUNTRESS_SUPPORTED"}


async def provisioner(world: World) -> tuple[Reseller, Client]:
    """Return a reseller and automation of its."""
    reseller = await world.reseller()
    maker = await world.person()
    await world.join(maker, Role.ADMIN, reseller)
    _, robot = await world.key(maker, Role.PROVISIONER, reseller)
    return reseller, robot


async def kept(world: World) -> list[sa.Row[Any]]:
    return list(await peek(world.database, sa.select(*IdempotencyKey.__table__.columns)))


async def number_of(world: World, table: str) -> int:
    return int((await peek(world.database, sa.text(f"SELECT count(*) AS number FROM {table}")))[0].number)


@pytest.mark.parametrize("name", [name for name in REPEATABLE if name != "acceptInvitation"])
async def test_what_is_sent_again_is_done_once_and_answered_alike(world: World, api: Api, name: str) -> None:
    stage = await staged(world)
    given, client, selection = await input_of(stage, name), client_of(stage, name), everything(api, name)
    asked = {**given, "idempotencyKey": "key-1"}

    first = await client.mutate(name, asked, selection)
    before = await world.rows()
    again = await client.mutate(name, asked, selection)

    assert first["errors"] == []
    assert (first["receipt"]["replayed"], again["receipt"]["replayed"]) == (False, True)
    assert without(again, *SECRETS) == without(first, *SECRETS)
    assert {again[secret] for secret in SECRETS & set(again)} <= {None}
    assert await world.rows() == before


@pytest.mark.parametrize("name", sorted(ONCE))
@pytest.mark.parametrize("is_header", [True, False])
async def test_what_changes_who_asks_takes_no_key(world: World, name: str, is_header: bool) -> None:  # noqa: FBT001
    stage = await staged(world)
    given, client = await input_of(stage, name), client_of(stage, name)
    before = await world.rows()
    if is_header:
        client.http.headers["idempotency-key"] = "key-1"

    refused = await client.refused(name, given if is_header else {**given, "idempotencyKey": "key-1"})

    assert refused == ("BAD_USER_INPUT", [] if is_header else ["input", "idempotencyKey"])
    assert await world.rows() == before


async def test_a_stranger_has_no_keys_and_somebody_who_is_signed_in_joins_once(world: World, api: Api) -> None:
    stage = await staged(world)
    person = await world.person(NEWCOMER, password_hash="a hash")
    await stage.ada.mutate("inviteMember", {"dashboardId": gid(stage.reseller), "email": NEWCOMER, "role": "FINANCE"})
    nora, asked = await world.sign_in(person), {"token": await world.token(NEWCOMER), "idempotencyKey": "key-1"}

    refused = await Client(world.app).refused("acceptInvitation", asked)
    first = await nora.mutate("acceptInvitation", asked, everything(api, "acceptInvitation"))
    again = await nora.mutate("acceptInvitation", asked, everything(api, "acceptInvitation"))

    assert refused == ("BAD_USER_INPUT", ["input", "idempotencyKey"])
    assert (first["errors"], first["dashboard"]["id"]) == ([], gid(stage.reseller))
    assert without(again) == without(first)


async def test_sixteen_at_once_are_one_effect_and_sixteen_equal_answers(world: World) -> None:
    reseller, robot = await provisioner(world)
    asked = {"resellerId": gid(reseller), **NEW, "idempotencyKey": "key-1"}

    payloads = await asyncio.gather(*(robot.mutate("createAccount", asked, ACCOUNT) for _ in range(SIXTEEN)))

    assert {str(without(each)) for each in payloads} == {str(without(payloads[0]))}
    assert payloads[0]["errors"] == []
    assert [each["receipt"]["replayed"] for each in payloads].count(False) == 1
    assert (await number_of(world, "accounts"), await number_of(world, "audit_events")) == (1, 1)


async def test_a_key_is_kept_by_its_reseller_and_a_persons_by_none(world: World) -> None:
    stage = await staged(world)
    _, robot = await world.key(stage.person, Role.PROVISIONER, stage.reseller)
    for client in (robot, stage.ada):
        await client.mutate("updateAccount", {"id": gid(stage.account), "name": "Other", "idempotencyKey": "key-1"})

    assert {row.reseller_id for row in await kept(world)} == {stage.reseller.id, NOWHERE}


@pytest.mark.parametrize(
    ("name", "changed"),
    [("createAccount", {"name": "Other"}), ("createAccount", {"reason": "Because."}), ("updateAccount", {})],
)
async def test_a_key_stands_for_one_mutation_with_one_input(world: World, name: str, changed: dict[str, Any]) -> None:
    reseller, robot = await provisioner(world)
    account = await world.account(reseller)
    asked = {"resellerId": gid(reseller), **NEW, "idempotencyKey": "key-1"}
    assert (await robot.mutate("createAccount", asked))["errors"] == []
    before = await world.rows()

    other = {**asked, **changed} if name == "createAccount" else {"id": gid(account), "idempotencyKey": "key-1"}
    refused = await robot.refused(name, other)

    assert refused == ("IDEMPOTENCY_MISMATCH", ["input", "idempotencyKey"])
    assert await world.rows() == before


async def test_of_twins_that_say_different_things_one_is_done_and_the_others_are_refused(world: World) -> None:
    reseller, robot = await provisioner(world)
    asked = {"resellerId": gid(reseller), **NEW, "idempotencyKey": "key-1"}

    payloads = await asyncio.gather(
        *(robot.mutate("createAccount", {**asked, "name": f"Name {number}"}, ACCOUNT) for number in range(SIXTEEN))
    )

    codes = [each["errors"][0]["code"] for each in payloads if each["errors"]]
    assert codes == ["IDEMPOTENCY_MISMATCH"] * (SIXTEEN - 1)
    assert await number_of(world, "accounts") == 1


async def test_what_is_written_otherwise_is_the_same_input(world: World) -> None:
    reseller, robot = await provisioner(world)
    account = await world.account(reseller)
    asked = {"accountId": gid(account), "systems": 5, "billingInterval": "MONTHLY", "idempotencyKey": "key-1"}

    first = await robot.mutate("upsertSubscription", asked, "created " + RECEIPT)
    again = await robot.mutate(
        "upsertSubscription", {**asked, "supportType": None, "reason": None, "dryRun": False}, "created " + RECEIPT
    )

    assert (first["created"], without(again)) == (True, without(first))


async def test_the_keys_of_others_are_others(world: World) -> None:
    reseller, robot = await provisioner(world)
    ada = await world.admin(reseller)
    given = {"resellerId": gid(reseller), "idempotencyKey": "key-1"}

    mine = await robot.mutate("createAccount", {**given, **NEW}, RECEIPT)
    hers = await ada.mutate("createAccount", {**given, **NEW, "subdomain": "another"}, RECEIPT)

    assert (mine["receipt"]["replayed"], hers["receipt"]["replayed"]) == (False, False)
    assert (mine["errors"], hers["errors"]) == ([], [])


async def test_what_was_refused_leaves_the_key_free(world: World) -> None:
    reseller, robot = await provisioner(world)
    await world.account(reseller, subdomain="brand-new")
    asked = {"resellerId": gid(reseller), **NEW, "idempotencyKey": "key-1"}

    refused = await robot.refused("createAccount", asked)
    left = await kept(world)
    done = await robot.mutate("createAccount", {**asked, "subdomain": "another"}, RECEIPT)

    assert refused == ("SUBDOMAIN_TAKEN", ["input", "subdomain"])
    assert left == []
    assert (done["errors"], done["receipt"]["replayed"]) == ([], False)


async def test_another_application_on_the_same_database_replays(world: World, api: Api) -> None:
    reseller, robot = await provisioner(world)
    asked = {"resellerId": gid(reseller), **NEW, "idempotencyKey": "key-1"}
    first = await robot.mutate("createAccount", asked, ACCOUNT)

    secret = robot.http.headers["authorization"].removeprefix("Bearer ")
    other = Client.bearing(assembled(api, world.database, world.clock), secret)
    again = await other.mutate("createAccount", asked, ACCOUNT)

    assert without(again) == without(first)


async def test_a_key_is_kept_for_48_hours_and_then_swept(world: World) -> None:
    reseller, robot = await provisioner(world)
    asked = {"resellerId": gid(reseller), **NEW, "idempotencyKey": "key-1"}
    first = await robot.mutate("createAccount", asked, ACCOUNT)
    await robot.mutate("createAccount", {**asked, "subdomain": "another", "idempotencyKey": "key-2"})

    world.clock.at += timedelta(hours=48) - timedelta(microseconds=1)
    again = await robot.mutate("createAccount", asked, ACCOUNT)
    world.clock.at += timedelta(microseconds=1)
    late = await robot.refused("createAccount", asked)
    left = len(await kept(world))
    await robot.mutate("createAccount", {**asked, "subdomain": "third"})

    assert without(again) == without(first)
    assert late == ("SUBDOMAIN_TAKEN", ["input", "subdomain"])
    # The refused one took back what it had swept; the next one swept the other, and has the key now.
    assert (left, len(await kept(world))) == (2, 1)


@pytest.mark.parametrize("key", ["", "x" * 256, "naïve", "two\nlines", "tab\t"])
async def test_a_key_is_1_to_255_printable_ascii_characters(world: World, key: str) -> None:
    reseller, robot = await provisioner(world)
    given = {"resellerId": gid(reseller), **NEW}

    assert await robot.refused("createAccount", {**given, "idempotencyKey": key}) == (
        "BAD_USER_INPUT",
        ["input", "idempotencyKey"],
    )
    assert (await robot.mutate("createAccount", {**given, "idempotencyKey": " ~" + "x" * 253}))["errors"] == []


async def test_the_header_says_the_same_as_the_field(world: World) -> None:
    reseller, robot = await provisioner(world)
    given = {"resellerId": gid(reseller), **NEW}
    robot.http.headers["idempotency-key"] = "key-1"

    first = await robot.mutate("createAccount", given, ACCOUNT)
    both = await robot.mutate("createAccount", {**given, "idempotencyKey": "key-1"}, ACCOUNT)
    different = await robot.refused("createAccount", {**given, "idempotencyKey": "key-2"})
    del robot.http.headers["idempotency-key"]
    field = await robot.mutate("createAccount", {**given, "idempotencyKey": "key-1"}, ACCOUNT)

    assert without(both) == without(field) == without(first)
    assert different == ("BAD_USER_INPUT", ["input", "idempotencyKey"])


async def test_under_one_header_each_mutation_of_a_request_has_a_key_of_its_own(world: World) -> None:
    reseller, robot = await provisioner(world)
    first, second = await world.account(reseller), await world.account(reseller)
    robot.http.headers["idempotency-key"] = "key-1"
    document = f"""mutation($a: UpdateAccountInput!, $b: UpdateAccountInput!) {{
      a: updateAccount(input: $a) {{ {ACCOUNT} errors {{ code }} }}
      b: updateAccount(input: $b) {{ {ACCOUNT} errors {{ code }} }}
    }}"""
    given = {"a": {"id": gid(first), "name": "A"}, "b": {"id": gid(second), "name": "B"}}

    once, again = await robot.query(document, **given), await robot.query(document, **given)
    swapped = await robot.query(document, a=given["b"], b=given["a"])

    assert {name: without(again[name]) for name in "ab"} == {name: without(once[name]) for name in "ab"}
    assert [each["receipt"]["replayed"] for each in (*once.values(), *again.values())] == [False, False, True, True]
    assert [swapped[name]["errors"] for name in "ab"] == [[{"code": "IDEMPOTENCY_MISMATCH"}]] * 2


async def test_what_was_done_is_answered_although_it_could_no_longer_be_done(world: World) -> None:
    reseller, robot = await provisioner(world)
    asked = {"resellerId": gid(reseller), **NEW, "supportType": "PARTNER_SUPPORTED", "idempotencyKey": "key-1"}
    first = await robot.mutate("createAccount", asked, ACCOUNT)
    await world.withdraw_eligibility(reseller)

    again = await robot.mutate("createAccount", asked, ACCOUNT)

    assert (without(again), first["errors"]) == (without(first), [])


async def test_a_replay_shows_the_object_as_it_is_now(world: World) -> None:
    reseller, robot = await provisioner(world)
    asked = {"resellerId": gid(reseller), **NEW, "idempotencyKey": "key-1"}
    first = await robot.mutate("createAccount", asked, ACCOUNT)
    await robot.mutate("updateAccount", {"id": first["account"]["id"], "name": "Later"})

    again = await robot.mutate("createAccount", asked, ACCOUNT)

    assert again["account"] == {"id": first["account"]["id"], "name": "Later", "version": 2}


async def test_neither_key_nor_input_nor_secret_is_kept(world: World) -> None:
    stage = await staged(world)
    made = await stage.ada.mutate(
        "createApiKey",
        {"dashboardId": gid(stage.reseller), "name": "Robot", "role": "FINANCE", "idempotencyKey": "my-own-key"},
        "secret apiKey { id }",
    )
    rotated = await stage.ada.mutate("rotateApiKey", {"id": gid(stage.key), "idempotencyKey": "k2"}, "secret")
    begun = await stage.ada.mutate("startTwoFactor", {"idempotencyKey": "k3"}, "secret otpauthUri")

    written = str([row._asdict() for row in await kept(world)])

    key = ids.parse(made["apiKey"]["id"])
    assert key is not None and str(key[1]) in written  # noqa: PT018 # the one proves the other
    for secret in (made["secret"], rotated["secret"], begun["secret"], begun["otpauthUri"], "my-own-key", "Robot"):
        assert secret not in written
    assert len(await kept(world)) == 3


async def test_another_tenants_key_leads_nowhere(world: World) -> None:
    reseller, robot = await provisioner(world)
    _, theirs = await provisioner(world)
    asked = {"resellerId": gid(reseller), **NEW, "idempotencyKey": "key-1"}
    await robot.mutate("createAccount", asked, ACCOUNT)

    refused = await theirs.refused("createAccount", asked)

    assert refused == ("NOT_FOUND", ["input", "resellerId"])
    assert {row.reseller_id for row in await kept(world)} == {reseller.id}
