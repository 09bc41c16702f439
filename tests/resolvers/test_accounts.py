"""Accounts: looking one up, adding one, changing one."""

from typing import Any

import pytest

from domain.tenancy import Role
from tests.clients import forbidden
from tests.world import HUNTRESS, PARTNER, World, gid

ACCOUNT = """
id name subdomain supportType status statusEndsOn trialStartsOn trialEndsOn createdAt updatedAt dashboardUrl
reseller { name } subscription { id }
"""
BY_ID = f"query($id: ID!) {{ account(id: $id) {{ {ACCOUNT} }} }}"
BY_SUBDOMAIN = "query($subdomain: String!) { account(subdomain: $subdomain) { name } }"
BOTH = "query($id: ID, $subdomain: String) { account(id: $id, subdomain: $subdomain) { name } }"
SETTINGS = "account { name subdomain supportType updatedAt }"


def new(reseller_id: str, **changes: Any) -> dict[str, Any]:
    return {
        "resellerId": reseller_id,
        "name": "Fourth Coffee",
        "subdomain": "fourth-coffee",
        "supportType": "PARTNER_SUPPORTED",
        **changes,
    }


async def test_a_new_accounts_trial_begins_the_same_day(world: World) -> None:
    ada = await world.admin(reseller := await world.reseller())

    created = await ada.mutate("createAccount", new(gid(reseller)), f"account {{ {ACCOUNT} }}")

    assert created == {
        "account": {
            "id": created["account"]["id"],
            "name": "Fourth Coffee",
            "subdomain": "fourth-coffee",
            "supportType": "PARTNER_SUPPORTED",
            "status": "TRIALING",
            "statusEndsOn": "2025-01-21",
            "trialStartsOn": "2025-01-01",
            "trialEndsOn": "2025-01-21",
            "createdAt": "2025-01-01T12:00:00+00:00",
            "updatedAt": "2025-01-01T12:00:00+00:00",
            "dashboardUrl": "https://fourth-coffee.portal.test/",
            "reseller": {"name": "Northwind"},
            "subscription": None,
        },
        "errors": [],
    }
    assert await ada.query(BY_ID, id=created["account"]["id"]) == {"account": created["account"]}


async def test_names_are_trimmed_and_composed_and_subdomains_are_lower_case(world: World) -> None:
    ada = await world.admin(reseller := await world.reseller())
    asked = new(gid(reseller), name="  Cafe\u0301s & Sons ", subdomain=" Fourth-COFFEE ")

    created = await ada.mutate("createAccount", asked, "account { name subdomain }")

    assert created["account"] == {"name": "Cafés & Sons", "subdomain": "fourth-coffee"}


@pytest.mark.parametrize("role", [Role.ADMIN, Role.PROVISIONER])
async def test_who_provisions_adds_accounts(world: World, role: Role) -> None:
    provisioner = await world.member(role, reseller := await world.reseller())

    created = await provisioner.mutate("createAccount", new(gid(reseller)), "account { name }")

    assert created == {"account": {"name": "Fourth Coffee"}, "errors": []}


async def test_members_of_an_account_add_none_to_its_reseller(world: World) -> None:
    cora = await world.admin(await world.account(reseller := await world.reseller()))
    before = await world.rows()

    refusal = await cora.refusal("createAccount", new(gid(reseller)))

    assert refusal == forbidden("accounts:create")
    assert await world.rows() == before


async def test_an_account_is_found_by_its_subdomain_whatever_the_case(world: World) -> None:
    account = await world.account(reseller := await world.reseller(), "Fourth Coffee", subdomain="fourth-coffee")
    ada = await world.admin(reseller)

    by_subdomain = await ada.query(BY_SUBDOMAIN, subdomain="Fourth-Coffee")

    assert by_subdomain == {"account": {"name": "Fourth Coffee"}}
    assert await ada.query(BOTH, id=gid(account)) == by_subdomain


@pytest.mark.parametrize("subdomain", ["", "-", "no body", "x" * 64, "fourth.coffee", "büro", "admin"])
async def test_a_subdomain_that_nobody_can_have_leads_nowhere(world: World, subdomain: str) -> None:
    ada = await world.admin(await world.reseller())

    found = await ada.query(BY_SUBDOMAIN, subdomain=subdomain)

    assert found == {"account": None}


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        ({}, ["id"]),
        ({"id": None, "subdomain": None}, ["id"]),
        ({"id": "acct_1", "subdomain": "fourth-coffee"}, ["subdomain"]),
    ],
)
async def test_an_account_is_looked_up_by_one_thing(
    world: World, arguments: dict[str, str | None], path: list[str]
) -> None:
    ada = await world.admin(await world.reseller())

    answer = await ada.run(BOTH, **arguments)

    assert answer.data == {"account": None}
    assert answer.errors[0]["message"] == "Give one of id, subdomain and externalId."
    assert answer.errors[0]["extensions"] == {"code": "BAD_USER_INPUT", "path": path}


async def test_accounts_wait_for_the_terms(world: World) -> None:
    account = await world.account(reseller := await world.reseller())
    newcomer = await world.member(Role.ADMIN, reseller, accepts=False)

    answer = await newcomer.run(BY_ID, id=gid(account))

    assert (answer.data, answer.codes) == ({"account": None}, ["TERMS_NOT_ACCEPTED"])


async def test_only_what_is_given_is_changed(world: World) -> None:
    account = await world.account(
        reseller := await world.reseller(), "Fourth Coffee", subdomain="fourth-coffee", support_type=HUNTRESS
    )
    ada = await world.admin(reseller)
    world.clock.on(account.trial_ends_on)

    names = await ada.mutate("updateAccount", {"id": gid(account), "name": " 4th Coffee "}, SETTINGS)
    moves = await ada.mutate("updateAccount", {"id": gid(account), "subdomain": "Roastery"}, SETTINGS)
    switches = await ada.mutate("updateAccount", {"id": gid(account), "supportType": PARTNER.value}, SETTINGS)

    changed = {
        "name": "4th Coffee",
        "subdomain": "fourth-coffee",
        "supportType": "HUNTRESS_SUPPORTED",
        "updatedAt": "2025-01-21T12:00:00+00:00",
    }
    assert names == {"account": changed, "errors": []}
    assert moves == {"account": changed | {"subdomain": "roastery"}, "errors": []}
    assert switches == {
        "account": changed | {"subdomain": "roastery", "supportType": "PARTNER_SUPPORTED"},
        "errors": [],
    }


@pytest.mark.parametrize(
    "same",
    [
        {},
        {"name": "Fourth Coffee"},
        {"subdomain": "FOURTH-coffee"},
        {"supportType": "PARTNER_SUPPORTED"},
        {"name": "Fourth Coffee", "subdomain": "fourth-coffee", "supportType": "PARTNER_SUPPORTED"},
    ],
)
async def test_changing_nothing_changes_nothing(world: World, same: dict[str, str]) -> None:
    account = await world.account(reseller := await world.reseller(), "Fourth Coffee", subdomain="fourth-coffee")
    ada = await world.admin(reseller)
    world.clock.on(account.trial_ends_on)
    before = await world.rows(besides="audit_events")

    payload = await ada.mutate("updateAccount", {"id": gid(account), **same})

    assert payload["errors"] == []
    assert await world.rows(besides="audit_events") == before


@pytest.mark.parametrize(
    ("field", "path"), [("name", "name"), ("subdomain", "subdomain"), ("supportType", "supportType")]
)
async def test_null_is_told_from_absent(world: World, field: str, path: str) -> None:
    account = await world.account(reseller := await world.reseller())
    ada = await world.admin(reseller)
    before = await world.rows()

    refusal = await ada.refusal("updateAccount", {"id": gid(account), field: None})

    assert refusal == {
        "code": "BAD_USER_INPUT",
        "message": "This cannot be cleared; leave it out to keep it.",
        "path": ["input", path],
    }
    assert await world.rows() == before


async def test_an_accounts_own_admin_changes_its_name(world: World) -> None:
    cora = await world.admin(account := await world.account(await world.reseller(), support_type=HUNTRESS))

    renamed = await cora.mutate("updateAccount", {"id": gid(account), "name": "4th Coffee"}, "account { name }")

    assert renamed == {"account": {"name": "4th Coffee"}, "errors": []}


@pytest.mark.parametrize(
    "more",
    [
        {"subdomain": "roastery"},
        {"supportType": "HUNTRESS_SUPPORTED"},
        {"supportType": "PARTNER_SUPPORTED"},
        {"name": "4th Coffee", "subdomain": "roastery"},
    ],
)
@pytest.mark.parametrize("support_type", [HUNTRESS, PARTNER])
async def test_an_accounts_own_admin_changes_nothing_but_its_name(
    world: World, support_type: Any, more: dict[str, str]
) -> None:
    cora = await world.admin(account := await world.account(await world.reseller(), support_type=support_type))
    before = await world.rows()

    refusal = await cora.refusal("updateAccount", {"id": gid(account), **more})

    assert refusal == forbidden("accounts:edit")
    assert await world.rows() == before


@pytest.mark.parametrize("role", [Role.SECURITY_ENGINEER, Role.USER, Role.READ_ONLY])
async def test_other_members_of_an_account_do_not_even_rename_it(world: World, role: Role) -> None:
    member = await world.member(role, account := await world.account(await world.reseller()))
    before = await world.rows()

    refusal = await member.refusal("updateAccount", {"id": gid(account), "name": "4th Coffee"})

    assert refusal == forbidden("accounts:edit (name only)")
    assert await world.rows() == before


@pytest.mark.parametrize("change", [{"name": "New"}, {"subdomain": "new-name"}, {"supportType": "HUNTRESS_SUPPORTED"}])
async def test_a_disabled_account_is_looked_at_and_not_changed(world: World, change: dict[str, str]) -> None:
    account = await world.account(reseller := await world.reseller(), "Fourth Coffee", is_disabled=True)
    ada = await world.admin(reseller)
    before = await world.rows()

    refusal = await ada.refusal("updateAccount", {"id": gid(account), **change})

    assert refusal == {
        "code": "ACCOUNT_DISABLED",
        "message": "This is disabled: it can be looked at, not changed.",
        "path": [],
    }
    assert await world.rows() == before
    assert await ada.query("query($id: ID!) { account(id: $id) { name status } }", id=gid(account)) == {
        "account": {"name": "Fourth Coffee", "status": "DISABLED"}
    }


async def test_an_active_contract_keeps_the_accounts_support_type(world: World) -> None:
    account = await world.account(reseller := await world.reseller())
    await world.contract(account, activated_on=account.trial_starts_on)
    ada = await world.admin(reseller)
    before = await world.rows()

    refusal = await ada.refusal("updateAccount", {"id": gid(account), "name": "New", "supportType": HUNTRESS.value})

    assert refusal == {
        "code": "SUBSCRIPTION_ALREADY_ACTIVE",
        "message": "The account's contract is active already.",
        "path": ["input", "supportType"],
    }
    assert await world.rows() == before


async def test_an_active_contract_leaves_name_and_subdomain_free(world: World) -> None:
    account = await world.account(reseller := await world.reseller())
    await world.contract(account, activated_on=account.trial_starts_on)
    ada = await world.admin(reseller)
    asked = {"id": gid(account), "name": "New", "subdomain": "new-name", "supportType": PARTNER.value}

    changed = await ada.mutate("updateAccount", asked, "account { name subdomain status }")

    assert changed == {"account": {"name": "New", "subdomain": "new-name", "status": "ACTIVE"}, "errors": []}
