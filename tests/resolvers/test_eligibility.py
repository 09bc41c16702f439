"""Eligibility: only a reseller that qualifies sells Partner Supported, by whichever way in."""

from typing import Any

import pytest

from domain.tenancy import Role
from models import Account, Reseller
from tests.clients import Client
from tests.world import ANNUAL, HUNTRESS, PARTNER, World, gid

NOT_ELIGIBLE = {
    "code": "NOT_ELIGIBLE_FOR_PARTNER_SUPPORTED",
    "message": "This reseller is not eligible to sell Partner Supported.",
    "path": ["input", "supportType"],
}
CONTRACT = {"systems": 5, "billingInterval": "MONTHLY"}
DOOR = "query($id: ID!) { account(id: $id) { supportType dashboardUrl organizations { totalCount } } }"


def choices(reseller: Reseller, account: Account) -> list[tuple[str, dict[str, Any]]]:
    """Every mutation that can choose Partner Supported."""
    chosen = {"supportType": "PARTNER_SUPPORTED"}
    return [
        ("createAccount", {"resellerId": gid(reseller), "name": "New", "subdomain": "new-one", **chosen}),
        ("updateAccount", {"id": gid(account), "name": "New", **chosen}),
        ("upsertSubscription", {"accountId": gid(account), **CONTRACT, **chosen}),
    ]


@pytest.mark.parametrize("role", [Role.ADMIN, Role.PROVISIONER])
async def test_who_does_not_qualify_chooses_partner_supported_by_no_way(world: World, role: Role) -> None:
    reseller = await world.reseller(is_eligible=False)
    account = await world.account(reseller, support_type=HUNTRESS)
    member = await world.member(role, reseller)
    before = await world.rows()

    refusals = [await member.refusal(name, input) for name, input in choices(reseller, account)]

    assert refusals == [NOT_ELIGIBLE] * 3
    assert await world.rows() == before


async def test_who_qualifies_chooses_it_by_every_way(world: World) -> None:
    account = await world.account(reseller := await world.reseller(), support_type=HUNTRESS)
    ada = await world.admin(reseller)

    chosen = [await ada.mutate(name, input, "account { supportType }") for name, input in choices(reseller, account)]

    assert chosen == [{"account": {"supportType": "PARTNER_SUPPORTED"}, "errors": []}] * 3


async def test_another_resellers_eligibility_is_of_no_use(world: World) -> None:
    eligible, other = await world.reseller("Northwind"), await world.reseller("Contoso", is_eligible=False)
    account = await world.account(other, support_type=HUNTRESS)
    both = await world.admin(eligible, other)
    before = await world.rows()

    refusals = [await both.refusal(name, input) for name, input in choices(other, account)]

    assert refusals == [NOT_ELIGIBLE] * 3
    assert await world.rows() == before


async def test_nobody_hears_of_the_eligibility_of_a_foreign_reseller(world: World) -> None:
    foreign = await world.reseller("Contoso", is_eligible=False)
    account = await world.account(foreign, support_type=HUNTRESS)
    ada = await world.admin(await world.reseller("Northwind"))

    heard = [await ada.refused(name, input) for name, input in choices(foreign, account)]

    assert heard == [
        ("NOT_FOUND", ["input", "resellerId"]),
        ("NOT_FOUND", ["input", "id"]),
        ("NOT_FOUND", ["input", "accountId"]),
    ]


async def test_who_may_not_choose_at_all_hears_of_the_permission_alone(world: World) -> None:
    reseller = await world.reseller(is_eligible=False)
    account = await world.account(reseller, support_type=HUNTRESS)
    rita, cora = await world.member(Role.READ_ONLY, reseller), await world.admin(account)
    before = await world.rows()

    heard = [await each.refused(name, input) for name, input in choices(reseller, account) for each in (rita, cora)]

    assert heard == [("FORBIDDEN", [])] * 6
    assert await world.rows() == before


async def withdrawn(world: World) -> tuple[Reseller, Account, Client]:
    """A Partner Supported account whose reseller qualifies no longer."""
    account = await world.account(reseller := await world.reseller(), subdomain="fourth-coffee")
    await world.organization(account)
    await world.withdraw_eligibility(reseller)
    return reseller, account, await world.admin(reseller)


async def test_once_withdrawn_what_is_partner_supported_stays_so_and_is_entered(world: World) -> None:
    _, account, ada = await withdrawn(world)

    seen = await ada.query(DOOR, id=gid(account))
    new = {"accountId": gid(account), "name": "Shops", "key": "shops"}
    organized = await ada.mutate("createOrganization", new, "organization { key }")

    assert seen == {
        "account": {
            "supportType": "PARTNER_SUPPORTED",
            "dashboardUrl": "https://fourth-coffee.portal.test/",
            "organizations": {"totalCount": 1},
        }
    }
    assert organized == {"organization": {"key": "shops"}, "errors": []}


@pytest.mark.parametrize("support_type", [None, "PARTNER_SUPPORTED"])
async def test_once_withdrawn_no_contract_is_saved_as_partner_supported(world: World, support_type: str | None) -> None:
    _, account, ada = await withdrawn(world)
    before = await world.rows()

    refusal = await ada.refusal(
        "upsertSubscription", {"accountId": gid(account), **CONTRACT, "supportType": support_type}
    )

    assert refusal == NOT_ELIGIBLE
    assert await world.rows() == before


async def test_once_withdrawn_a_pending_contract_is_not_edited_but_can_be_activated(world: World) -> None:
    account = await world.account(reseller := await world.reseller())
    contract = await world.contract(account, 10, ANNUAL)
    await world.withdraw_eligibility(reseller)
    ada = await world.admin(reseller)
    before = await world.rows()

    refusal = await ada.refusal("upsertSubscription", {"accountId": gid(account), **CONTRACT})
    unchanged = await world.rows()
    activated = await ada.mutate(
        "activateSubscription", {"id": gid(contract)}, "subscription { status supportType total { amount } }"
    )

    assert refusal == NOT_ELIGIBLE
    assert unchanged == before
    assert activated["subscription"] == {
        "status": "ACTIVE",
        "supportType": "PARTNER_SUPPORTED",
        "total": {"amount": "300.00"},
    }


async def test_once_withdrawn_the_account_keeps_its_type_or_leaves_it_for_good(world: World) -> None:
    reseller, account, ada = await withdrawn(world)
    own = {"id": gid(account), "supportType": "PARTNER_SUPPORTED"}

    kept = await ada.mutate("updateAccount", {**own, "name": "Kept"}, "account { name supportType }")
    left = await ada.mutate(
        "upsertSubscription",
        {"accountId": gid(account), **CONTRACT, "supportType": HUNTRESS.value},
        "account { supportType }",
    )
    back = await ada.refusal("updateAccount", own)
    created = await ada.refusal(*choices(reseller, account)[0])

    assert kept == {"account": {"name": "Kept", "supportType": "PARTNER_SUPPORTED"}, "errors": []}
    assert left == {"account": {"supportType": "HUNTRESS_SUPPORTED"}, "errors": []}
    assert (back, created) == (NOT_ELIGIBLE, NOT_ELIGIBLE)


async def test_an_active_contract_is_told_before_eligibility(world: World) -> None:
    account = await world.account(reseller := await world.reseller(), support_type=PARTNER)
    await world.contract(account, activated_on=account.trial_starts_on)
    await world.withdraw_eligibility(reseller)
    ada = await world.admin(reseller)

    refusal = await ada.refused("upsertSubscription", {"accountId": gid(account), **CONTRACT})

    assert refusal == ("SUBSCRIPTION_ALREADY_ACTIVE", [])
