"""The catalogue: what a contract would cost, and what a reseller may sell."""

from datetime import date
from typing import Any

import pytest

from domain.tenancy import Role
from models import Reseller
from tests.clients import forbidden
from tests.world import World, gid

MONEY = "{ amount currencyCode }"
QUOTE = f"""
query($input: QuoteInput!) {{ quote(input: $input) {{
  plan {{ name supportType minSystems maxSystems costPerSystem {MONEY} }} costPerSystem {MONEY} total {MONEY}
  cheaperAt {{ systems total {MONEY} saving {MONEY} }}
}} }}
"""
CATALOGUE = """
query($id: ID!, $supportType: SupportType) { reseller(id: $id) {
  supportTypes { supportType title isSellable }
  plans(supportType: $supportType) { name supportType minSystems maxSystems costPerSystem { amount } }
} }
"""


def usd(amount: str) -> dict[str, str]:
    return {"amount": amount, "currencyCode": "USD"}


def asked(reseller: Reseller, systems: int = 10, **changes: Any) -> dict[str, Any]:
    return {
        "resellerId": gid(reseller),
        "supportType": "HUNTRESS_SUPPORTED",
        "systems": systems,
        "billingInterval": "MONTHLY",
        **changes,
    }


@pytest.mark.parametrize("role", [Role.ADMIN, Role.PROVISIONER, Role.FINANCE, Role.READ_ONLY])
async def test_a_quote_says_what_a_contract_would_cost_and_saves_nothing(world: World, role: Role) -> None:
    member = await world.member(role, reseller := await world.reseller())
    before = await world.rows()

    found = await member.query(QUOTE, input=asked(reseller, 9, billingInterval="ANNUAL"))

    assert found["quote"] == {
        "plan": {
            "name": "H1",
            "supportType": "HUNTRESS_SUPPORTED",
            "minSystems": 1,
            "maxSystems": 9,
            "costPerSystem": usd("5.00"),
        },
        "costPerSystem": usd("5.00"),
        "total": usd("540.00"),
        "cheaperAt": {"systems": 10, "total": usd("480.00"), "saving": usd("60.00")},
    }
    assert await world.rows() == before


@pytest.mark.parametrize(
    ("support_type", "systems", "plan", "total", "cheaper"),
    [
        ("HUNTRESS_SUPPORTED", 1, "H1", "5.00", None),
        ("HUNTRESS_SUPPORTED", 7, "H1", "35.00", None),
        ("HUNTRESS_SUPPORTED", 8, "H1", "40.00", (10, "40.00", "0.00")),
        ("HUNTRESS_SUPPORTED", 9, "H1", "45.00", (10, "40.00", "5.00")),
        ("HUNTRESS_SUPPORTED", 10, "H10", "40.00", None),
        ("HUNTRESS_SUPPORTED", 74, "H10", "296.00", None),
        ("HUNTRESS_SUPPORTED", 75, "H10", "300.00", (100, "300.00", "0.00")),
        ("HUNTRESS_SUPPORTED", 99, "H10", "396.00", (100, "300.00", "96.00")),
        ("HUNTRESS_SUPPORTED", 100, "H100", "300.00", None),
        ("PARTNER_SUPPORTED", 9, "P1", "31.50", (10, "25.00", "6.50")),
        ("PARTNER_SUPPORTED", 1_000_000, "P10", "2500000.00", None),
    ],
)
async def test_the_whole_quantity_is_priced_at_its_brackets_cost(
    world: World, support_type: str, systems: int, plan: str, total: str, cheaper: tuple[int, str, str] | None
) -> None:
    ada = await world.admin(reseller := await world.reseller())

    quote = (await ada.query(QUOTE, input=asked(reseller, systems, supportType=support_type)))["quote"]

    assert (quote["plan"]["name"], quote["total"]["amount"]) == (plan, total)
    assert quote["cheaperAt"] == (
        cheaper and {"systems": cheaper[0], "total": usd(cheaper[1]), "saving": usd(cheaper[2])}
    )


async def test_a_quote_is_what_the_contract_then_costs(world: World) -> None:
    account = await world.account(reseller := await world.reseller())
    ada = await world.admin(reseller)
    terms = {"systems": 37, "billingInterval": "ANNUAL", "supportType": "PARTNER_SUPPORTED"}

    quoted = await ada.query(QUOTE, input={"resellerId": gid(reseller), **terms})
    saved = await ada.mutate(
        "upsertSubscription",
        {"accountId": gid(account), **terms},
        f"subscription {{ costPerSystem {MONEY} total {MONEY} }}",
    )

    assert saved["subscription"] == {"costPerSystem": usd("2.50"), "total": usd("1110.00")}
    assert {name: quoted["quote"][name] for name in ("costPerSystem", "total")} == saved["subscription"]


async def test_a_quote_for_what_may_not_be_sold_is_refused(world: World) -> None:
    ada = await world.admin(reseller := await world.reseller(is_eligible=False))

    answer = await ada.run(QUOTE, input=asked(reseller, supportType="PARTNER_SUPPORTED"))

    assert answer.data == {"quote": None}
    assert [error["extensions"] for error in answer.errors] == [
        {"code": "NOT_ELIGIBLE_FOR_PARTNER_SUPPORTED", "path": ["input", "supportType"]}
    ]


@pytest.mark.parametrize("role", [Role.ADMIN, Role.SECURITY_ENGINEER, Role.USER, Role.READ_ONLY])
async def test_members_of_an_account_get_no_quote(world: World, role: Role) -> None:
    member = await world.member(role, await world.account(reseller := await world.reseller()))

    answer = await member.run(QUOTE, input=asked(reseller))

    assert answer.data == {"quote": None}
    assert answer.errors[0]["message"] == forbidden("subscriptions:read (with the partner's cost)")["message"]


async def test_a_quote_waits_for_the_terms(world: World) -> None:
    newcomer = await world.member(Role.ADMIN, reseller := await world.reseller(), accepts=False)

    answer = await newcomer.run(QUOTE, input=asked(reseller))

    assert (answer.data, answer.codes) == ({"quote": None}, ["TERMS_NOT_ACCEPTED"])


async def test_the_billing_tab_shows_every_plan_of_today(world: World) -> None:
    fred = await world.member(Role.FINANCE, reseller := await world.reseller())

    found = await fred.query(CATALOGUE, id=gid(reseller))

    assert found["reseller"]["supportTypes"] == [
        {"supportType": "HUNTRESS_SUPPORTED", "title": "Huntress Supported", "isSellable": True},
        {"supportType": "PARTNER_SUPPORTED", "title": "Partner Supported", "isSellable": True},
    ]
    assert [tuple(plan.values()) for plan in found["reseller"]["plans"]] == [
        ("H1", "HUNTRESS_SUPPORTED", 1, 9, {"amount": "5.00"}),
        ("H10", "HUNTRESS_SUPPORTED", 10, 99, {"amount": "4.00"}),
        ("H100", "HUNTRESS_SUPPORTED", 100, None, {"amount": "3.00"}),
        ("P1", "PARTNER_SUPPORTED", 1, 9, {"amount": "3.50"}),
        ("P10", "PARTNER_SUPPORTED", 10, None, {"amount": "2.50"}),
    ]


@pytest.mark.parametrize(
    ("is_eligible", "support_type", "names"),
    [
        (True, "PARTNER_SUPPORTED", ["P1", "P10"]),
        (True, "HUNTRESS_SUPPORTED", ["H1", "H10", "H100"]),
        (False, None, ["H1", "H10", "H100"]),
        (False, "PARTNER_SUPPORTED", []),
    ],
)
async def test_plans_that_may_not_be_sold_are_not_shown(
    world: World, *, is_eligible: bool, support_type: str | None, names: list[str]
) -> None:
    ada = await world.admin(reseller := await world.reseller(is_eligible=is_eligible))

    found = await ada.query(CATALOGUE, id=gid(reseller), supportType=support_type)

    assert [plan["name"] for plan in found["reseller"]["plans"]] == names
    assert [each["isSellable"] for each in found["reseller"]["supportTypes"]] == [True, is_eligible]


async def test_members_of_an_account_see_no_catalogue(world: World) -> None:
    cora = await world.admin(await world.account(reseller := await world.reseller()))

    answer = await cora.run(CATALOGUE, id=gid(reseller))

    assert answer.data == {"reseller": {"supportTypes": None, "plans": None}}
    assert {(error["path"][1], error["message"]) for error in answer.errors} == {
        ("supportTypes", forbidden("accounts:read")["message"]),
        ("plans", forbidden("subscriptions:read (with the partner's cost)")["message"]),
    }


async def test_nothing_is_sold_before_the_first_price_book(world: World) -> None:
    world.clock.on(date(2019, 12, 31))
    account = await world.account(reseller := await world.reseller())
    ada = await world.admin(reseller)
    before = await world.rows()

    quoted = await ada.run(QUOTE, input=asked(reseller))
    refusal = await ada.refusal(
        "upsertSubscription", {"accountId": gid(account), "systems": 10, "billingInterval": "MONTHLY"}
    )
    found = await ada.query(CATALOGUE, id=gid(reseller))

    message = "No price book is effective yet for the reseller's currency."
    assert [(error["message"], error["extensions"]) for error in quoted.errors] == [
        (message, {"code": "CONFLICT", "path": []})
    ]
    assert refusal == {"code": "CONFLICT", "message": message, "path": []}
    assert found["reseller"]["plans"] == []
    assert await world.rows() == before
