"""A customer's story: created, tried, quoted, saved, edited, activated early, still free, paying, renewed."""

from datetime import date
from typing import Any

from domain.tenancy import Role
from tests.clients import Client
from tests.world import World, gid

ACCOUNT = """
query($id: ID!) { account(id: $id) { status statusEndsOn
  subscription { status systems plan { name } total { amount } startsOn endsOn renewsOn
    activationPreview { startsOn trialDaysHonored firstCharge { amount } } }
} }
"""
QUOTE = """
query($input: QuoteInput!) { quote(input: $input) { plan { name } total { amount } cheaperAt { systems } } }
"""


async def account(client: Client, id: str) -> Any:
    return (await client.query(ACCOUNT, id=id))["account"]


async def test_a_customer_from_the_first_day_to_the_second_year(world: World) -> None:
    reseller = await world.reseller()
    ada, paul = await world.admin(reseller), await world.member(Role.PROVISIONER, reseller)
    rita = await world.member(Role.READ_ONLY, reseller)

    # The tenth of January: a provisioner adds the customer, and its trial begins.
    world.clock.on(date(2025, 1, 10))
    created = await paul.mutate(
        "createAccount",
        {
            "resellerId": gid(reseller),
            "name": "Fourth Coffee",
            "subdomain": "fourth-coffee",
            "supportType": "HUNTRESS_SUPPORTED",
        },
        "account { id status statusEndsOn }",
    )
    id = created["account"]["id"]
    assert created == {"account": {"id": id, "status": "TRIALING", "statusEndsOn": "2025-01-30"}, "errors": []}

    # The next day they ask what nine systems would cost, and that ten would cost less.
    world.clock.on(date(2025, 1, 11))
    asked = {"systems": 9, "billingInterval": "ANNUAL"}
    quote = await paul.query(QUOTE, input={"resellerId": gid(reseller), "supportType": "HUNTRESS_SUPPORTED", **asked})
    assert quote == {"quote": {"plan": {"name": "H1"}, "total": {"amount": "540.00"}, "cheaperAt": {"systems": 10}}}

    # They save the nine, think again, and save ten: it is the same contract.
    saved = await paul.mutate("upsertSubscription", {"accountId": id, **asked}, "created subscription { id }")
    edited = await paul.mutate(
        "upsertSubscription", {"accountId": id, **asked, "systems": 10}, "created subscription { id }"
    )
    contract = saved["subscription"]["id"]
    assert (saved["created"], edited["created"]) == (True, False)
    assert edited["subscription"] == {"id": contract}

    # Activating is not theirs to do; the admin sees what it would do, and does it on the twelfth.
    assert await paul.refused("activateSubscription", {"id": contract}) == ("FORBIDDEN", [])
    world.clock.on(date(2025, 1, 12))
    assert (await account(ada, id))["subscription"] == {
        "status": "PENDING",
        "systems": 10,
        "plan": {"name": "H10"},
        "total": {"amount": "480.00"},
        "startsOn": None,
        "endsOn": None,
        "renewsOn": None,
        "activationPreview": {
            "startsOn": "2025-01-31",
            "trialDaysHonored": 19,
            "firstCharge": {"amount": "480.00"},
        },
    }
    assert (await ada.mutate("activateSubscription", {"id": contract}))["errors"] == []

    # Active at once, and still free for nineteen days.
    active = {
        "status": "ACTIVE",
        "systems": 10,
        "plan": {"name": "H10"},
        "total": {"amount": "480.00"},
        "startsOn": "2025-01-31",
        "endsOn": "2026-01-30",
        "renewsOn": "2026-01-31",
        "activationPreview": None,
    }
    first_year = {"status": "ACTIVE", "statusEndsOn": "2026-01-30", "subscription": active}
    for day in (date(2025, 1, 12), date(2025, 1, 30), date(2025, 1, 31), date(2026, 1, 30)):
        world.clock.on(day)
        assert await account(rita, id) == first_year

    # Nobody changes it on the way.
    for name, input in (
        ("upsertSubscription", {"accountId": id, **asked}),
        ("cancelSubscription", {"id": contract}),
        ("activateSubscription", {"id": contract}),
    ):
        assert await ada.refused(name, input) == ("SUBSCRIPTION_ALREADY_ACTIVE", [])

    # The thirty-first of January: it has renewed by itself, at the cost with which it was saved.
    world.clock.on(date(2026, 1, 31))
    assert await account(rita, id) == {
        "status": "ACTIVE",
        "statusEndsOn": "2027-01-30",
        "subscription": {**active, "endsOn": "2027-01-30", "renewsOn": "2027-01-31"},
    }


async def test_a_customer_who_comes_back_after_the_trial(world: World) -> None:
    reseller = await world.reseller()
    ada = await world.admin(reseller)
    customer = await world.account(reseller)
    contract = await world.contract(customer, 5)

    # The trial passes without activation, and so does a contract that is withdrawn.
    world.clock.on(date(2025, 1, 22))
    assert (await account(ada, gid(customer)))["status"] == "TRIAL_EXPIRED"
    await ada.mutate("cancelSubscription", {"id": gid(contract)})
    assert await account(ada, gid(customer)) == {
        "status": "TRIAL_EXPIRED",
        "statusEndsOn": "2025-01-21",
        "subscription": None,
    }

    # On the last of August they sign after all, and pay from that day.
    world.clock.on(date(2025, 8, 31))
    saved = await ada.mutate(
        "upsertSubscription",
        {"accountId": gid(customer), "systems": 5, "billingInterval": "MONTHLY"},
        "created subscription { id activationPreview { startsOn trialDaysHonored } }",
    )
    assert saved["created"] is True
    assert saved["subscription"]["activationPreview"] == {"startsOn": "2025-08-31", "trialDaysHonored": 0}
    await ada.mutate("activateSubscription", {"id": saved["subscription"]["id"]})
    found = await account(ada, gid(customer))
    assert (found["status"], found["statusEndsOn"]) == ("ACTIVE", "2026-08-30")
