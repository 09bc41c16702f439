"""Contracts: saving, activating, withdrawing."""

from datetime import date

import pytest

from domain.tenancy import Role
from tests.world import HUNTRESS, PARTNER, World, gid

SAVED = """
created
subscription { status systems supportType plan { name } costPerSystem { amount } total { amount currencyCode } }
account { supportType status }
"""
ACTIVATED = "subscription { status startsOn endsOn renewsOn } account { status statusEndsOn }"


async def test_the_plan_and_the_total_follow_from_the_number_of_systems(world: World) -> None:
    account = await world.account(reseller := await world.reseller(), support_type=HUNTRESS)
    ada = await world.admin(reseller)

    saved = await ada.mutate(
        "upsertSubscription", {"accountId": gid(account), "systems": 10, "billingInterval": "ANNUAL"}, SAVED
    )

    assert saved == {
        "created": True,
        "subscription": {
            "status": "PENDING",
            "systems": 10,
            "supportType": "HUNTRESS_SUPPORTED",
            "plan": {"name": "H10"},
            "costPerSystem": {"amount": "4.00"},
            "total": {"amount": "480.00", "currencyCode": "USD"},
        },
        "account": {"supportType": "HUNTRESS_SUPPORTED", "status": "TRIALING"},
        "errors": [],
    }


@pytest.mark.parametrize(
    ("trial_from", "activated", "starts_on", "ends_on", "renews_on"),
    [
        ("2025-01-01", "2025-01-10", "2025-01-22", "2026-01-21", "2026-01-22"),
        ("2025-01-01", "2025-01-01", "2025-01-22", "2026-01-21", "2026-01-22"),
        ("2025-01-01", "2025-01-21", "2025-01-22", "2026-01-21", "2026-01-22"),
        ("2025-01-01", "2025-01-22", "2025-01-22", "2026-01-21", "2026-01-22"),
        ("2025-01-01", "2025-03-05", "2025-03-05", "2026-03-04", "2026-03-05"),
        ("2023-12-11", "2023-12-20", "2024-01-01", "2024-12-31", "2025-01-01"),
        ("2024-02-09", "2024-02-09", "2024-03-01", "2025-02-28", "2025-03-01"),
        ("2024-02-08", "2024-02-08", "2024-02-29", "2025-02-27", "2025-02-28"),
        ("2025-01-10", "2025-01-12", "2025-01-31", "2026-01-30", "2026-01-31"),
    ],
)
async def test_everybody_gets_the_whole_trial_whenever_they_activate(
    world: World, trial_from: str, activated: str, starts_on: str, ends_on: str, renews_on: str
) -> None:
    world.clock.on(date.fromisoformat(trial_from))
    account = await world.account(reseller := await world.reseller())
    contract = await world.contract(account)
    ada = await world.admin(reseller)
    world.clock.on(date.fromisoformat(activated))

    payload = await ada.mutate("activateSubscription", {"id": gid(contract)}, ACTIVATED)

    assert payload == {
        "subscription": {"status": "ACTIVE", "startsOn": starts_on, "endsOn": ends_on, "renewsOn": renews_on},
        "account": {"status": "ACTIVE", "statusEndsOn": ends_on},
        "errors": [],
    }


async def test_giving_another_support_type_changes_the_accounts_too(world: World) -> None:
    account = await world.account(reseller := await world.reseller(), support_type=HUNTRESS)
    ada = await world.admin(reseller)

    saved = await ada.mutate(
        "upsertSubscription",
        {"accountId": gid(account), "systems": 9, "billingInterval": "MONTHLY", "supportType": PARTNER.value},
        "account { supportType } subscription { plan { name } total { amount } }",
    )

    assert saved["account"] == {"supportType": "PARTNER_SUPPORTED"}
    assert saved["subscription"] == {"plan": {"name": "P1"}, "total": {"amount": "31.50"}}


async def test_a_provisioner_saves_but_does_not_activate(world: World) -> None:
    contract = await world.contract(await world.account(reseller := await world.reseller()))
    provisioner = await world.member(Role.PROVISIONER, reseller)

    refusal = await provisioner.refused("activateSubscription", {"id": gid(contract)})

    assert refusal == ("FORBIDDEN", [])
