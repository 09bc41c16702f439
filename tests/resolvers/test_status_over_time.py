"""Status follows from dates when it is read, on the reseller's own calendar; no job has to run for it to be true."""

from datetime import date, datetime
from typing import Any

import pytest

from tests.clients import Client
from tests.resolvers.operations import NEW
from tests.world import World, gid

STATUS = "status statusEndsOn trialStartsOn trialEndsOn subscription { status startsOn endsOn renewsOn }"
READ = f"query($id: ID!) {{ account(id: $id) {{ {STATUS} }} }}"
TRIALING = "query($id: ID!) { reseller(id: $id) { accounts(where: {status: [TRIALING]}) { totalCount } } }"


async def peek(client: Client, id: str) -> Any:
    return (await client.query(READ, id=id))["account"]


@pytest.mark.parametrize(
    ("time_zone", "created", "starts_on", "ends_on", "last_instant", "midnight"),
    [
        ("UTC", "2025-01-01T23:59:59", "2025-01-01", "2025-01-21", "2025-01-21T23:59:59", "2025-01-22T00:00:00"),
        ("UTC", "2025-01-01T00:00:00", "2025-01-01", "2025-01-21", "2025-01-21T23:59:59", "2025-01-22T00:00:00"),
        (
            "Pacific/Auckland",
            "2025-01-01T10:59:59",
            "2025-01-01",
            "2025-01-21",
            "2025-01-21T10:59:59",
            "2025-01-21T11:00:00",
        ),
        (
            "Pacific/Auckland",
            "2025-01-01T11:00:00",
            "2025-01-02",
            "2025-01-22",
            "2025-01-22T10:59:59",
            "2025-01-22T11:00:00",
        ),
        # Summer time ends on the sixth of April: that midnight is an hour later in UTC.
        (
            "Pacific/Auckland",
            "2025-03-19T11:00:00",
            "2025-03-20",
            "2025-04-09",
            "2025-04-09T11:59:59",
            "2025-04-09T12:00:00",
        ),
        (
            "America/Los_Angeles",
            "2025-01-01T07:59:59",
            "2024-12-31",
            "2025-01-20",
            "2025-01-21T07:59:59",
            "2025-01-21T08:00:00",
        ),
        (
            "America/Los_Angeles",
            "2025-01-01T08:00:00",
            "2025-01-01",
            "2025-01-21",
            "2025-01-22T07:59:59",
            "2025-01-22T08:00:00",
        ),
        (
            "America/Los_Angeles",
            "2024-02-09T20:00:00",
            "2024-02-09",
            "2024-02-29",
            "2024-03-01T07:59:59",
            "2024-03-01T08:00:00",
        ),
    ],
)
async def test_the_trial_runs_through_its_last_day_in_the_resellers_time_zone(
    world: World, time_zone: str, created: str, starts_on: str, ends_on: str, last_instant: str, midnight: str
) -> None:
    ada = await world.admin(reseller := await world.reseller(time_zone=time_zone))
    at = [datetime.fromisoformat(f"{each}+00:00") for each in (created, last_instant, midnight)]
    world.clock.at = at[0]
    account = await ada.mutate("createAccount", {**NEW, "resellerId": gid(reseller)}, "account { id }")

    statuses, counts = [], []
    for world.clock.at in at:
        statuses.append(await peek(ada, account["account"]["id"]))
        counts.append((await ada.query(TRIALING, id=gid(reseller)))["reseller"]["accounts"]["totalCount"])

    dates = {"statusEndsOn": ends_on, "trialStartsOn": starts_on, "trialEndsOn": ends_on, "subscription": None}
    assert statuses == [{"status": status, **dates} for status in ("TRIALING", "TRIALING", "TRIAL_EXPIRED")]
    assert counts == [1, 1, 0]


@pytest.mark.parametrize(
    ("time_zone", "activated", "starts_on"),
    [
        ("UTC", "2025-01-21T23:59:59", "2025-01-22"),
        ("UTC", "2025-01-22T00:00:00", "2025-01-22"),
        ("UTC", "2025-01-23T00:00:00", "2025-01-23"),
        ("Pacific/Auckland", "2025-01-22T10:59:59", "2025-01-22"),
        ("Pacific/Auckland", "2025-01-22T11:00:00", "2025-01-23"),
        ("America/Los_Angeles", "2025-01-23T07:59:59", "2025-01-22"),
        ("America/Los_Angeles", "2025-01-23T08:00:00", "2025-01-23"),
    ],
)
async def test_the_day_of_activation_is_the_resellers(
    world: World, time_zone: str, activated: str, starts_on: str
) -> None:
    account = await world.account(reseller := await world.reseller(time_zone=time_zone), trial_from=date(2025, 1, 1))
    contract = await world.contract(account)
    ada = await world.admin(reseller)
    world.clock.at = datetime.fromisoformat(f"{activated}+00:00")

    payload = await ada.mutate("activateSubscription", {"id": gid(contract)}, "subscription { startsOn }")

    assert payload == {"subscription": {"startsOn": starts_on}, "errors": []}


async def test_a_pending_contract_does_not_keep_the_trial_from_expiring(world: World) -> None:
    account = await world.account(reseller := await world.reseller())
    await world.contract(account)
    ada = await world.admin(reseller)
    world.clock.on(date(2025, 1, 22))

    found = await peek(ada, gid(account))

    assert (found["status"], found["statusEndsOn"]) == ("TRIAL_EXPIRED", "2025-01-21")
    assert found["subscription"]["status"] == "PENDING"


async def test_an_expired_trial_becomes_active_at_once(world: World) -> None:
    account = await world.account(reseller := await world.reseller())
    contract = await world.contract(account)
    ada = await world.admin(reseller)
    world.clock.on(date(2025, 3, 5))

    await ada.mutate("activateSubscription", {"id": gid(contract)})

    found = await peek(ada, gid(account))
    assert (found["status"], found["statusEndsOn"]) == ("ACTIVE", "2026-03-04")


@pytest.mark.parametrize(
    ("trial_from", "today", "starts_on", "ends_on", "renews_on"),
    [
        ("2025-01-01", "2025-01-01", "2025-01-22", "2026-01-21", "2026-01-22"),
        ("2025-01-01", "2025-12-31", "2025-01-22", "2026-01-21", "2026-01-22"),
        ("2025-01-01", "2026-01-21", "2025-01-22", "2026-01-21", "2026-01-22"),
        ("2025-01-01", "2026-01-22", "2025-01-22", "2027-01-21", "2027-01-22"),
        ("2025-01-01", "2030-06-01", "2025-01-22", "2031-01-21", "2031-01-22"),
        ("2024-02-08", "2024-02-08", "2024-02-29", "2025-02-27", "2025-02-28"),
        ("2024-02-08", "2025-02-27", "2024-02-29", "2025-02-27", "2025-02-28"),
        ("2024-02-08", "2025-02-28", "2024-02-29", "2026-02-27", "2026-02-28"),
        ("2024-02-08", "2027-02-28", "2024-02-29", "2028-02-28", "2028-02-29"),
        ("2024-02-08", "2028-02-28", "2024-02-29", "2028-02-28", "2028-02-29"),
        ("2024-02-08", "2028-02-29", "2024-02-29", "2029-02-27", "2029-02-28"),
        ("2024-02-09", "2025-02-28", "2024-03-01", "2025-02-28", "2025-03-01"),
        ("2024-02-09", "2025-03-01", "2024-03-01", "2026-02-28", "2026-03-01"),
        ("2023-12-11", "2024-12-31", "2024-01-01", "2024-12-31", "2025-01-01"),
        ("2023-12-11", "2025-01-01", "2024-01-01", "2025-12-31", "2026-01-01"),
    ],
)
async def test_status_ends_with_the_current_term_through_every_renewal(
    world: World, trial_from: str, today: str, starts_on: str, ends_on: str, renews_on: str
) -> None:
    began = date.fromisoformat(trial_from)
    world.clock.on(began)
    account = await world.account(reseller := await world.reseller())
    await world.contract(account, activated_on=began)
    ada = await world.admin(reseller)
    world.clock.on(date.fromisoformat(today))

    found = await peek(ada, gid(account))

    assert (found["status"], found["statusEndsOn"]) == ("ACTIVE", ends_on)
    assert found["subscription"] == {
        "status": "ACTIVE",
        "startsOn": starts_on,
        "endsOn": ends_on,
        "renewsOn": renews_on,
    }


@pytest.mark.parametrize(
    ("time_zone", "instant", "ends_on"),
    [
        ("Pacific/Auckland", "2026-01-21T10:59:59", "2026-01-21"),
        ("Pacific/Auckland", "2026-01-21T11:00:00", "2027-01-21"),
        ("America/Los_Angeles", "2026-01-22T07:59:59", "2026-01-21"),
        ("America/Los_Angeles", "2026-01-22T08:00:00", "2027-01-21"),
    ],
)
async def test_a_contract_renews_at_the_resellers_own_midnight(
    world: World, time_zone: str, instant: str, ends_on: str
) -> None:
    account = await world.account(reseller := await world.reseller(time_zone=time_zone))
    await world.contract(account, activated_on=date(2025, 1, 1))
    ada = await world.admin(reseller)
    world.clock.at = datetime.fromisoformat(f"{instant}+00:00")

    found = await peek(ada, gid(account))

    assert found["statusEndsOn"] == ends_on


async def test_disabled_outranks_everything(world: World) -> None:
    account = await world.account(reseller := await world.reseller(), is_disabled=True)
    await world.contract(account, activated_on=account.trial_starts_on)
    ada = await world.admin(reseller)

    found = await peek(ada, gid(account))

    assert (found["status"], found["statusEndsOn"]) == ("DISABLED", "2026-01-21")
