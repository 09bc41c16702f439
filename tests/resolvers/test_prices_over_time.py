"""The cascade of the support type, pricing anew, and what a contract keeps when a new price book comes."""

from datetime import date

import pytest

from domain.catalog import SupportType
from models import Account, Reseller, Subscription
from tests.clients import Client
from tests.world import ANNUAL, HUNTRESS, PARTNER, World, gid

CONTRACT = "supportType systems billingInterval plan { name } costPerSystem { amount } total { amount }"
READ = f"query($id: ID!) {{ node(id: $id) {{ ... on Subscription {{ {CONTRACT} }} }} }}"
DEARER = """
currency = "USD"
effective_on = 2025-02-01
huntress_supported = [{name = "H-2025", min_systems = 1, cost_per_system = "8.00"}]
partner_supported = [
    {name = "P-2025", min_systems = 1, max_systems = 20, cost_per_system = "6.1250"},
    {name = "P21-2025", min_systems = 21, cost_per_system = "6.00"},
]
"""


async def priced(client: Client, contract: Subscription) -> tuple[str, str, str]:
    found = (await client.query(READ, id=gid(contract)))["node"]
    return found["plan"]["name"], found["costPerSystem"]["amount"], found["total"]["amount"]


async def saved(world: World) -> tuple[Reseller, Account, Subscription, Client]:
    """A pending Partner Supported contract of 10 systems, of January's price book."""
    account = await world.account(reseller := await world.reseller())
    return reseller, account, await world.contract(account, 10, ANNUAL), await world.admin(reseller)


@pytest.mark.parametrize(
    ("of", "to", "plan", "cost", "total"),
    [
        (PARTNER, HUNTRESS, "H10", "4.00", "480.00"),
        (HUNTRESS, PARTNER, "P10", "2.50", "300.00"),
        (PARTNER, PARTNER, "P10", "2.50", "300.00"),
    ],
)
async def test_a_pending_contract_is_priced_anew_with_the_accounts_support_type(
    world: World, of: SupportType, to: SupportType, plan: str, cost: str, total: str
) -> None:
    account = await world.account(reseller := await world.reseller(), support_type=of)
    contract = await world.contract(account, 10, ANNUAL)
    ada = await world.admin(reseller)

    changed = await ada.mutate(
        "updateAccount",
        {"id": gid(account), "supportType": to.value},
        f"account {{ supportType subscription {{ id {CONTRACT} }} }}",
    )

    assert changed["account"] == {
        "supportType": to.value,
        "subscription": {
            "id": gid(contract),
            "supportType": to.value,
            "systems": 10,
            "billingInterval": "ANNUAL",
            "plan": {"name": plan},
            "costPerSystem": {"amount": cost},
            "total": {"amount": total},
        },
    }


async def test_saving_with_another_support_type_is_one_transaction(world: World) -> None:
    account = await world.account(reseller := await world.reseller(is_eligible=False), support_type=PARTNER)
    await world.contract(account)
    ada = await world.admin(reseller)
    world.clock.on(account.trial_ends_on)
    asked = {"accountId": gid(account), "systems": 99, "billingInterval": "ANNUAL", "supportType": HUNTRESS.value}

    payload = await ada.mutate(
        "upsertSubscription",
        asked,
        f"created subscription {{ {CONTRACT} }} account {{ supportType updatedAt dashboardUrl }}",
    )

    assert payload == {
        "created": False,
        "subscription": {
            "supportType": "HUNTRESS_SUPPORTED",
            "systems": 99,
            "billingInterval": "ANNUAL",
            "plan": {"name": "H10"},
            "costPerSystem": {"amount": "4.00"},
            "total": {"amount": "4752.00"},
        },
        "account": {
            "supportType": "HUNTRESS_SUPPORTED",
            "updatedAt": "2025-01-21T12:00:00+00:00",
            "dashboardUrl": None,
        },
        "errors": [],
    }


async def test_a_new_price_book_changes_no_saved_contract(world: World) -> None:
    reseller, _, pending, ada = await saved(world)
    other = await world.account(reseller)
    active = await world.contract(other, 10, ANNUAL, activated_on=other.trial_starts_on)
    await world.load_prices(DEARER)
    world.clock.on(date(2025, 2, 1))

    kept = await priced(ada, pending)
    activated = await ada.mutate("activateSubscription", {"id": gid(pending)}, f"subscription {{ {CONTRACT} }}")

    assert kept == ("P10", "2.50", "300.00")
    assert activated["subscription"]["total"] == {"amount": "300.00"}
    assert await priced(ada, pending) == kept
    assert await priced(ada, active) == kept


async def test_saving_again_takes_the_price_book_of_that_day(world: World) -> None:
    _, account, contract, ada = await saved(world)
    await world.load_prices(DEARER)
    asked = {"accountId": gid(account), "systems": 10, "billingInterval": "ANNUAL"}

    world.clock.on(date(2025, 1, 31))
    await ada.mutate("upsertSubscription", asked)
    before = await priced(ada, contract)
    world.clock.on(date(2025, 2, 1))
    await ada.mutate("upsertSubscription", asked)

    assert before == ("P10", "2.50", "300.00")
    assert await priced(ada, contract) == ("P-2025", "6.125", "735.00")


async def test_changing_the_support_type_takes_the_price_book_of_that_day(world: World) -> None:
    _, account, contract, ada = await saved(world)
    await world.load_prices(DEARER)
    world.clock.on(date(2025, 2, 1))

    await ada.mutate("updateAccount", {"id": gid(account), "supportType": HUNTRESS.value})

    assert await priced(ada, contract) == ("H-2025", "8.00", "960.00")


async def test_renaming_an_account_prices_nothing_anew(world: World) -> None:
    _, account, contract, ada = await saved(world)
    await world.load_prices(DEARER)
    world.clock.on(date(2025, 2, 1))

    await ada.mutate("updateAccount", {"id": gid(account), "name": "New", "supportType": PARTNER.value})

    assert await priced(ada, contract) == ("P10", "2.50", "300.00")


@pytest.mark.parametrize(
    ("time_zone", "hour", "cost"),
    [
        ("UTC", "2025-01-31T23:59:59+00:00", "2.50"),
        ("UTC", "2025-02-01T00:00:00+00:00", "6.125"),
        ("Pacific/Auckland", "2025-01-31T10:59:59+00:00", "2.50"),
        ("Pacific/Auckland", "2025-01-31T11:00:00+00:00", "6.125"),
        ("America/Los_Angeles", "2025-02-01T07:59:59+00:00", "2.50"),
        ("America/Los_Angeles", "2025-02-01T08:00:00+00:00", "6.125"),
    ],
)
async def test_a_price_book_begins_at_the_resellers_own_midnight(
    world: World, time_zone: str, hour: str, cost: str
) -> None:
    account = await world.account(reseller := await world.reseller(time_zone=time_zone))
    ada = await world.admin(reseller)
    await world.load_prices(DEARER)
    world.clock.at = world.clock.at.fromisoformat(hour)
    quote = "query($input: QuoteInput!) { quote(input: $input) { costPerSystem { amount } } }"
    terms = {"systems": 10, "billingInterval": "MONTHLY", "supportType": PARTNER.value}

    quoted = await ada.query(quote, input={"resellerId": gid(reseller), **terms})
    kept = await ada.mutate(
        "upsertSubscription", {"accountId": gid(account), **terms}, "subscription { costPerSystem { amount } }"
    )

    assert quoted == {"quote": {"costPerSystem": {"amount": cost}}}
    assert kept["subscription"] == {"costPerSystem": {"amount": cost}}


async def test_a_total_is_rounded_half_up_to_whole_cents_once(world: World) -> None:
    account = await world.account(reseller := await world.reseller())
    ada = await world.admin(reseller)
    await world.load_prices(DEARER)
    world.clock.on(date(2025, 2, 1))

    payloads = [
        await ada.mutate(
            "upsertSubscription",
            {"accountId": gid(account), "systems": 9, "billingInterval": interval},
            "subscription { total { amount } }",
        )
        for interval in ("MONTHLY", "ANNUAL")
    ]

    assert [each["subscription"]["total"]["amount"] for each in payloads] == ["55.13", "661.50"]
