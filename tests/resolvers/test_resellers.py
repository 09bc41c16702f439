"""Resellers: looking one up, and the terms that come before everything of it."""

import pytest

from domain.tenancy import Role
from models import Reseller
from tests.clients import Client, forbidden
from tests.world import PARTNER, World, gid

TERMS = "terms { version body isAccepted acceptedAt }"
READ_TERMS = f"query($id: ID!) {{ reseller(id: $id) {{ name {TERMS} }} }}"
WHOLE = f"""
query($id: ID!) {{ reseller(id: $id) {{ id name {TERMS} supportTypes {{ title }} plans {{ name }}
  accounts {{ totalCount }} availableActions {{ action isAllowed reason {{ code }} }} }} }}
"""


async def accept(client: Client, reseller: Reseller, version: str = "t1") -> object:
    return await client.mutate(
        "acceptTerms", {"resellerId": gid(reseller), "version": version}, f"reseller {{ name {TERMS} }}"
    )


@pytest.mark.parametrize("role", [Role.ADMIN, Role.PROVISIONER, Role.FINANCE, Role.READ_ONLY])
async def test_everybody_of_a_reseller_agrees_to_its_terms_for_themselves(world: World, role: Role) -> None:
    newcomer = await world.member(role, reseller := await world.reseller(), accepts=False)
    other = await world.member(role, reseller, accepts=False)

    accepted = await accept(newcomer, reseller)

    terms = {
        "version": "t1",
        "body": "Be kind.",
        "isAccepted": True,
        "acceptedAt": "2025-01-01T12:00:00+00:00",
    }
    assert accepted == {"reseller": {"name": "Northwind", "terms": terms}, "errors": []}
    assert await newcomer.query(READ_TERMS, id=gid(reseller)) == {"reseller": {"name": "Northwind", "terms": terms}}
    assert await other.query(READ_TERMS, id=gid(reseller)) == {
        "reseller": {"name": "Northwind", "terms": terms | {"isAccepted": False, "acceptedAt": None}}
    }


async def test_until_then_a_reseller_is_its_name_and_its_terms(world: World) -> None:
    newcomer = await world.member(Role.ADMIN, reseller := await world.reseller(), accepts=False)

    answer = await newcomer.run(WHOLE, id=gid(reseller))

    assert answer.data == {
        "reseller": {
            "id": gid(reseller),
            "name": "Northwind",
            "terms": {"version": "t1", "body": "Be kind.", "isAccepted": False, "acceptedAt": None},
            "supportTypes": None,
            "plans": None,
            "accounts": None,
            "availableActions": [
                {"action": "acceptTerms", "isAllowed": True, "reason": None},
                {"action": "createAccount", "isAllowed": False, "reason": {"code": "TERMS_NOT_ACCEPTED"}},
                {"action": "updateReseller", "isAllowed": False, "reason": {"code": "TERMS_NOT_ACCEPTED"}},
            ],
        }
    }
    assert answer.codes == ["TERMS_NOT_ACCEPTED"] * 3


async def test_agreeing_opens_the_reseller_in_the_same_answer(world: World) -> None:
    newcomer = await world.member(Role.ADMIN, reseller := await world.reseller(), accepts=False)

    accepted = await newcomer.mutate(
        "acceptTerms",
        {"resellerId": gid(reseller), "version": "t1"},
        "reseller { accounts { totalCount } availableActions { action isAllowed } }",
    )

    assert accepted == {
        "reseller": {
            "accounts": {"totalCount": 0},
            "availableActions": [
                {"action": "acceptTerms", "isAllowed": True},
                {"action": "createAccount", "isAllowed": True},
                {"action": "updateReseller", "isAllowed": True},
            ],
        },
        "errors": [],
    }


async def test_agreeing_twice_keeps_the_first_instant(world: World) -> None:
    newcomer = await world.member(Role.ADMIN, reseller := await world.reseller(), accepts=False)
    first = await accept(newcomer, reseller)
    before = await world.rows(besides="audit_events")
    world.clock.at = world.clock.at.replace(hour=18)

    again = await accept(newcomer, reseller)

    assert again == first
    assert await world.rows(besides="audit_events") == before


async def test_an_acceptance_keeps_who_which_when_and_from_where(world: World) -> None:
    newcomer = await world.member(Role.ADMIN, reseller := await world.reseller(), accepts=False)
    before = await world.rows(besides="audit_events")

    await accept(newcomer, reseller)

    added = [row for row in await world.rows(besides="audit_events") if row not in before]
    assert [table for table, _ in added] == ["terms_acceptances"]
    assert added[0][1].endswith(f',{reseller.id},t1,"2025-01-01 12:00:00+00",127.0.0.1)')


@pytest.mark.parametrize("version", ["t0", "T1", "", "t1 ", "x" * 10_000])
async def test_only_the_current_version_is_agreed_to(world: World, version: str) -> None:
    newcomer = await world.member(Role.ADMIN, reseller := await world.reseller(), accepts=False)
    before = await world.rows()

    refusal = await newcomer.refusal("acceptTerms", {"resellerId": gid(reseller), "version": version})

    assert refusal == {
        "code": "CONFLICT",
        "message": "This is not the current version of the terms; read them again.",
        "path": ["input", "version"],
    }
    assert await world.rows() == before


async def test_a_new_version_asks_again(world: World) -> None:
    ada = await world.admin(reseller := await world.reseller())
    account = await world.account(reseller)
    world.clock.at = world.clock.at.replace(hour=13)
    await world.publish("Version: t2\nBe kinder.\n")

    asked = await ada.run("query($id: ID!) { account(id: $id) { id } }", id=gid(account))
    read = await ada.query(READ_TERMS, id=gid(reseller))
    outdated = await ada.refused("acceptTerms", {"resellerId": gid(reseller), "version": "t1"})
    accepted = await accept(ada, reseller, "t2")

    assert (asked.data, asked.codes) == ({"account": None}, ["TERMS_NOT_ACCEPTED"])
    terms = {"version": "t2", "body": "Be kinder.", "isAccepted": False, "acceptedAt": None}
    assert read == {"reseller": {"name": "Northwind", "terms": terms}}
    assert outdated == ("CONFLICT", ["input", "version"])
    assert accepted == {
        "reseller": {
            "name": "Northwind",
            "terms": terms | {"isAccepted": True, "acceptedAt": "2025-01-01T13:00:00+00:00"},
        },
        "errors": [],
    }
    assert (await ada.query("query($id: ID!) { account(id: $id) { id } }", id=gid(account)))["account"] is not None


async def test_terms_are_accepted_for_one_reseller_at_a_time(world: World) -> None:
    northwind, contoso = await world.reseller("Northwind"), await world.reseller("Contoso")
    both = await world.member(Role.ADMIN, northwind, contoso, accepts=False)

    await accept(both, northwind)

    opened = [await both.run(WHOLE, id=gid(each)) for each in (northwind, contoso)]
    assert [answer.codes for answer in opened] == [[], ["TERMS_NOT_ACCEPTED"] * 3]


@pytest.mark.parametrize("role", [Role.ADMIN, Role.USER])
async def test_members_of_an_account_see_a_resellers_name_and_agree_to_nothing(world: World, role: Role) -> None:
    member = await world.member(role, await world.account(reseller := await world.reseller(), support_type=PARTNER))
    before = await world.rows()

    named = await member.query("query($id: ID!) { reseller(id: $id) { id name } }", id=gid(reseller))
    terms = await member.run(READ_TERMS, id=gid(reseller))
    refusal = await member.refusal("acceptTerms", {"resellerId": gid(reseller), "version": "t1"})

    assert named == {"reseller": {"id": gid(reseller), "name": "Northwind"}}
    assert (terms.data, terms.codes) == ({"reseller": None}, ["FORBIDDEN"])
    assert refusal == forbidden("terms:accept")
    assert await world.rows() == before


async def test_members_of_an_account_do_not_wait_for_the_resellers_terms(world: World) -> None:
    account = await world.account(await world.reseller(), "Fourth Coffee")
    cora = await world.admin(account)

    seen = await cora.query("query($id: ID!) { account(id: $id) { name } }", id=gid(account))

    assert seen == {"account": {"name": "Fourth Coffee"}}


async def test_a_member_of_an_account_and_its_reseller_is_let_into_the_account_before_the_terms(world: World) -> None:
    account = await world.account(reseller := await world.reseller(), "Fourth Coffee")
    person = await world.person()
    await world.join(person, Role.ADMIN, reseller, accepts=False)
    await world.join(person, Role.USER, account)
    both = await world.sign_in(person)

    seen = await both.query("query($id: ID!) { account(id: $id) { name } }", id=gid(account))
    refused = await both.refused("updateAccount", {"id": gid(account), "name": "New"})

    assert seen == {"account": {"name": "Fourth Coffee"}}
    assert refused == ("TERMS_NOT_ACCEPTED", [])
