"""Versions: every change counts one, and nothing is changed that is not what the caller has read."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from domain.tenancy import Role
from tests.resolvers.changes import CHANGES, staged
from tests.resolvers.repeating.calls import client_of, input_of
from tests.schema.test_sdl import CHANGING
from tests.world import World, gid

# Which of the payload's objects is the one that is changed.
OBJECTS = {
    "updateReseller": "reseller",
    "updateAccount": "account",
    "upsertSubscription": "subscription",
    "activateSubscription": "subscription",
    "cancelSubscription": "subscription",
    "resendInvitation": "invitation",
    "revokeInvitation": "invitation",
    "changeRole": "membership",
    "removeMember": "membership",
    "rotateApiKey": "apiKey",
    "revokeApiKey": "apiKey",
    "updateOrganization": "organization",
}
TWELVE = 12
CONTRACT = {"systems": 5, "billingInterval": "MONTHLY"}
STALE = ("STALE_VERSION", ["input", "expectedVersion"])


def told(payload: dict[str, Any]) -> tuple[str, list[str]]:
    (error,) = payload["errors"]
    return error["code"], error["path"]


def test_every_mutation_that_expects_a_version_is_proved() -> None:
    assert set(OBJECTS) == CHANGING


@pytest.mark.parametrize("name", OBJECTS)
@pytest.mark.parametrize("expected", [0, 2, -1])
async def test_what_was_changed_meanwhile_is_left_alone_and_shown(world: World, name: str, expected: int) -> None:
    stage = await staged(world)
    given, about = await input_of(stage, name), CHANGES[name].about
    before = await world.rows()

    payload = await client_of(stage, name).mutate(
        name, {**given, "expectedVersion": expected}, f"{OBJECTS[name]} {{ id version }}"
    )

    assert told(payload) == STALE
    assert not isinstance(about, str)
    assert payload[OBJECTS[name]] == {"id": about(stage), "version": 1}
    assert await world.rows() == before


@pytest.mark.parametrize("name", OBJECTS)
async def test_a_change_of_what_was_read_is_made_and_counts_one(world: World, name: str) -> None:
    stage = await staged(world)
    given = await input_of(stage, name)

    payload = await client_of(stage, name).mutate(
        name, {**given, "expectedVersion": 1}, f"{OBJECTS[name]} {{ version }}"
    )

    assert payload == {OBJECTS[name]: None if name == "removeMember" else {"version": 2}, "errors": []}


async def test_what_changes_nothing_counts_nothing(world: World) -> None:
    stage = await staged(world)
    for name, attribute, given in (
        ("updateAccount", "account", {"name": stage.account.name}),
        ("updateOrganization", "organization", {"key": stage.organization.key}),
        ("updateReseller", "reseller", {"requiresTwoFactor": False}),
    ):
        asked = {"id": gid(getattr(stage, attribute)), **given}
        payload = await stage.ada.mutate(name, asked, f"{attribute} {{ version }}")

        assert payload == {attribute: {"version": 1}, "errors": []}


async def test_the_version_of_a_contract_that_is_not_there_is_0(world: World) -> None:
    account = await world.account(reseller := await world.reseller())
    ada, asked = await world.admin(reseller), {"accountId": gid(account), **CONTRACT}
    selection = "created subscription { version } account { id }"

    early = await ada.mutate("upsertSubscription", {**asked, "expectedVersion": 1}, selection)
    made = await ada.mutate("upsertSubscription", {**asked, "expectedVersion": 0}, selection)
    late = await ada.mutate("upsertSubscription", {**asked, "expectedVersion": 0}, selection)

    assert (told(early), early["subscription"], early["account"]) == (STALE, None, {"id": gid(account)})
    assert (made["errors"], made["created"], made["subscription"]) == ([], True, {"version": 1})
    assert (told(late), late["created"], late["subscription"]) == (STALE, None, {"version": 1})


async def test_who_has_read_another_state_learns_that_before_what_the_state_forbids(world: World) -> None:
    account = await world.account(reseller := await world.reseller())
    contract = await world.contract(account)
    ada, asked = await world.admin(reseller), {"id": gid(contract)}
    await ada.mutate("activateSubscription", asked)

    codes = [
        (await ada.refused("activateSubscription", {**asked, **expected}))[0]
        for expected in ({"expectedVersion": 1}, {"expectedVersion": 2}, {"expectedVersion": None}, {})
    ]

    assert codes == ["STALE_VERSION", *["SUBSCRIPTION_ALREADY_ACTIVE"] * 3]


async def test_who_may_not_change_it_learns_nothing_of_its_version(world: World) -> None:
    account = await world.account(reseller := await world.reseller())
    rita, ben = await world.member(Role.READ_ONLY, reseller), await world.admin(await world.reseller("Contoso"))
    asked = {"id": gid(account), "name": "Other", "expectedVersion": 7}

    assert await rita.refused("updateAccount", asked) == ("FORBIDDEN", [])
    assert await ben.refused("updateAccount", asked) == ("NOT_FOUND", ["input", "id"])


async def test_of_twelve_who_have_read_the_same_one_changes_it(world: World) -> None:
    account = await world.account(reseller := await world.reseller())
    ada = await world.admin(reseller)

    payloads = await asyncio.gather(
        *(
            ada.mutate("updateAccount", {"id": gid(account), "name": f"Name {number}", "expectedVersion": 1})
            for number in range(TWELVE)
        )
    )

    codes = Counter(each["errors"][0]["code"] if each["errors"] else "done" for each in payloads)
    assert codes == {"done": 1, "STALE_VERSION": TWELVE - 1}


async def test_the_contract_and_its_account_count_their_own_changes(world: World) -> None:
    account = await world.account(reseller := await world.reseller())
    contract = await world.contract(account)
    ada, selection = await world.admin(reseller), "subscription { version } account { version }"

    saved = await ada.mutate("upsertSubscription", {"accountId": gid(account), **CONTRACT}, selection)
    both = await ada.mutate(
        "upsertSubscription", {"accountId": gid(account), **CONTRACT, "supportType": "HUNTRESS_SUPPORTED"}, selection
    )
    activated = await ada.mutate("activateSubscription", {"id": gid(contract)}, selection)

    versions = [(each["subscription"]["version"], each["account"]["version"]) for each in (saved, both, activated)]
    assert versions == [(2, 1), (3, 2), (4, 2)]
