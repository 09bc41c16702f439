"""Contracts: saving, activating, withdrawing."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from domain.tenancy import Role
from models import Account
from tests.clients import forbidden
from tests.peeking import peek
from tests.world import ANNUAL, HUNTRESS, PARTNER, World, gid

SAVED = """
created
subscription { status systems supportType plan { name } costPerSystem { amount } total { amount currencyCode } }
account { supportType status }
"""
PREVIEW = """
query($id: ID!) { node(id: $id) { ... on Subscription {
  activationPreview { startsOn endsOn renewsOn trialDaysHonored firstCharge { amount currencyCode } }
} } }
"""
WHOLE = """
query($id: ID!) { node(id: $id) { ... on Subscription {
  status supportType systems plan { name minSystems maxSystems costPerSystem { amount } } billingInterval
  costPerSystem { amount currencyCode } total { amount currencyCode } activatedAt startsOn endsOn renewsOn
  activationPreview { startsOn } account { name }
} } }
"""
DATES = "subscription { startsOn endsOn renewsOn activatedAt activationPreview { startsOn } }"
ACTIVATED = "subscription { status startsOn endsOn renewsOn } account { status statusEndsOn }"


def contract_of(account: Account, **changes: Any) -> dict[str, Any]:
    return {"accountId": gid(account), "systems": 10, "billingInterval": "MONTHLY", **changes}


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


@pytest.mark.parametrize(
    ("mutation", "options", "is_under_contract"),
    [
        ("activateSubscription", {}, True),
        ("activateSubscription", {"dryRun": True}, False),
        ("cancelSubscription", {}, False),
    ],
)
async def test_an_account_is_under_contract_once_one_is_active_and_counts_no_change_of_its_own(
    world: World,
    mutation: str,
    options: dict[str, bool],
    is_under_contract: bool,  # noqa: FBT001 # a row of the table
) -> None:
    account, other = await world.account(reseller := await world.reseller()), await world.account(reseller)
    contract, _ = await world.contract(account), await world.contract(other)
    ada = await world.admin(reseller)

    assert (await ada.mutate(mutation, {"id": gid(contract), **options}))["errors"] == []

    marked = await peek(world.database, sa.select(Account.id, Account.is_under_contract, Account.version))
    assert {tuple(row) for row in marked} == {(account.id, is_under_contract, 1), (other.id, False, 1)}


async def test_a_provisioner_saves_but_does_not_activate(world: World) -> None:
    contract = await world.contract(account := await world.account(reseller := await world.reseller()))
    provisioner = await world.member(Role.PROVISIONER, reseller)
    saved = await provisioner.mutate("upsertSubscription", contract_of(account))
    before = await world.rows()

    refusal = await provisioner.refusal("activateSubscription", {"id": gid(contract)})

    assert saved["errors"] == []
    assert refusal == forbidden("subscriptions:activate")
    assert await world.rows() == before


@pytest.mark.parametrize("role", [Role.ADMIN, Role.SECURITY_ENGINEER, Role.USER, Role.READ_ONLY])
async def test_an_accounts_own_members_do_nothing_about_its_contract(world: World, role: Role) -> None:
    contract = await world.contract(account := await world.account(await world.reseller()))
    member = await world.member(role, account)
    before = await world.rows()

    refusals = [
        await member.refusal("upsertSubscription", contract_of(account)),
        await member.refusal("activateSubscription", {"id": gid(contract)}),
        await member.refusal("cancelSubscription", {"id": gid(contract)}),
    ]

    assert refusals == [
        forbidden("subscriptions:edit"),
        forbidden("subscriptions:activate"),
        forbidden("subscriptions:edit"),
    ]
    assert await world.rows() == before


async def test_a_pending_contract_is_edited_in_place(world: World) -> None:
    contract = await world.contract(account := await world.account(reseller := await world.reseller()), 10)
    ada = await world.admin(reseller)
    asked = contract_of(account, systems=9, billingInterval="ANNUAL")

    saved = await ada.mutate("upsertSubscription", asked, f"{SAVED} same: subscription {{ id billingInterval }}")

    assert saved == {
        "created": False,
        "same": {"id": gid(contract), "billingInterval": "ANNUAL"},
        "subscription": {
            "status": "PENDING",
            "systems": 9,
            "supportType": "PARTNER_SUPPORTED",
            "plan": {"name": "P1"},
            "costPerSystem": {"amount": "3.50"},
            "total": {"amount": "378.00", "currencyCode": "USD"},
        },
        "account": {"supportType": "PARTNER_SUPPORTED", "status": "TRIALING"},
        "errors": [],
    }


async def test_no_support_type_and_null_are_both_the_accounts_own(world: World) -> None:
    account = await world.account(reseller := await world.reseller(), support_type=HUNTRESS)
    ada = await world.admin(reseller)

    saved = await ada.mutate("upsertSubscription", contract_of(account, supportType=None), SAVED)

    assert saved["subscription"]["supportType"] == "HUNTRESS_SUPPORTED"
    assert saved["account"] == {"supportType": "HUNTRESS_SUPPORTED", "status": "TRIALING"}


@pytest.mark.parametrize("support_type", [None, "HUNTRESS_SUPPORTED", "PARTNER_SUPPORTED"])
async def test_nothing_is_done_about_an_active_contract(world: World, support_type: str | None) -> None:
    account = await world.account(reseller := await world.reseller())
    contract = await world.contract(account, activated_on=account.trial_starts_on)
    ada = await world.admin(reseller)
    before = await world.rows()

    refusals = [
        await ada.refusal("upsertSubscription", contract_of(account, supportType=support_type)),
        await ada.refusal("activateSubscription", {"id": gid(contract)}),
        await ada.refusal("cancelSubscription", {"id": gid(contract)}),
    ]

    active = {
        "code": "SUBSCRIPTION_ALREADY_ACTIVE",
        "message": "The account's contract is active already.",
        "path": [],
    }
    assert refusals == [active] * 3
    assert await world.rows() == before


async def test_a_withdrawn_contract_makes_room_for_a_new_one(world: World) -> None:
    contract = await world.contract(account := await world.account(reseller := await world.reseller()))
    ada = await world.admin(reseller)

    withdrawn = await ada.mutate(
        "cancelSubscription", {"id": gid(contract)}, "subscription { id status } account { subscription { id } }"
    )
    saved = await ada.mutate("upsertSubscription", contract_of(account), "created subscription { id status }")

    assert withdrawn == {
        "subscription": {"id": gid(contract), "status": "CANCELED"},
        "account": {"subscription": None},
        "errors": [],
    }
    assert (saved["created"], saved["subscription"]["status"]) == (True, "PENDING")
    assert saved["subscription"]["id"] != gid(contract)


@pytest.mark.parametrize("again", ["activateSubscription", "cancelSubscription"])
async def test_a_withdrawn_contract_stays_withdrawn(world: World, again: str) -> None:
    contract = await world.contract(await world.account(reseller := await world.reseller()))
    ada = await world.admin(reseller)
    await ada.mutate("cancelSubscription", {"id": gid(contract)})
    before = await world.rows()

    refusal = await ada.refusal(again, {"id": gid(contract)})

    assert refusal == {"code": "CONFLICT", "message": "The contract is canceled; save a new one.", "path": []}
    assert await world.rows() == before


async def test_the_contracts_of_a_disabled_account_stay_as_they_are(world: World) -> None:
    account = await world.account(reseller := await world.reseller(), is_disabled=True)
    contract = await world.contract(account)
    ada = await world.admin(reseller)
    before = await world.rows()

    refusals = [
        await ada.refusal("upsertSubscription", contract_of(account)),
        await ada.refusal("activateSubscription", {"id": gid(contract)}),
        await ada.refusal("cancelSubscription", {"id": gid(contract)}),
    ]

    assert (
        refusals
        == [{"code": "ACCOUNT_DISABLED", "message": "This is disabled: it can be looked at, not changed.", "path": []}]
        * 3
    )
    assert await world.rows() == before


@pytest.mark.parametrize(
    ("today", "starts_on", "ends_on", "renews_on", "honored"),
    [
        ("2025-01-01", "2025-01-22", "2026-01-21", "2026-01-22", 21),
        ("2025-01-10", "2025-01-22", "2026-01-21", "2026-01-22", 12),
        ("2025-01-21", "2025-01-22", "2026-01-21", "2026-01-22", 1),
        ("2025-01-22", "2025-01-22", "2026-01-21", "2026-01-22", 0),
        ("2025-03-05", "2025-03-05", "2026-03-04", "2026-03-05", 0),
    ],
)
async def test_the_preview_is_what_activating_then_does(
    world: World, today: str, starts_on: str, ends_on: str, renews_on: str, honored: int
) -> None:
    account = await world.account(reseller := await world.reseller())
    contract = await world.contract(account, 10, ANNUAL)
    ada = await world.admin(reseller)
    world.clock.on(date.fromisoformat(today))

    found = await ada.query(PREVIEW, id=gid(contract))
    done = await ada.mutate("activateSubscription", {"id": gid(contract)}, DATES)

    dates = {"startsOn": starts_on, "endsOn": ends_on, "renewsOn": renews_on}
    assert found["node"]["activationPreview"] == {
        **dates,
        "trialDaysHonored": honored,
        "firstCharge": {"amount": "300.00", "currencyCode": "USD"},
    }
    assert done["subscription"] == {**dates, "activatedAt": f"{today}T12:00:00+00:00", "activationPreview": None}


async def test_an_active_contract_shows_what_was_decided(world: World) -> None:
    account = await world.account(reseller := await world.reseller(), "Fourth Coffee")
    contract = await world.contract(account, activated_on=account.trial_starts_on)
    rita = await world.member(Role.READ_ONLY, reseller)

    found = await rita.query(WHOLE, id=gid(contract))

    assert found == {
        "node": {
            "status": "ACTIVE",
            "supportType": "PARTNER_SUPPORTED",
            "systems": 10,
            "plan": {"name": "P10", "minSystems": 10, "maxSystems": None, "costPerSystem": {"amount": "2.50"}},
            "billingInterval": "MONTHLY",
            "costPerSystem": {"amount": "2.50", "currencyCode": "USD"},
            "total": {"amount": "25.00", "currencyCode": "USD"},
            "activatedAt": "2025-01-01T12:00:00+00:00",
            "startsOn": "2025-01-22",
            "endsOn": "2026-01-21",
            "renewsOn": "2026-01-22",
            "activationPreview": None,
            "account": {"name": "Fourth Coffee"},
        }
    }
