"""What happens at once: one wins, the others are told, and nothing is done twice."""

import asyncio
from collections import Counter
from typing import Any

import sqlalchemy as sa

from domain.tenancy import Role
from models import Reseller, Subdomain, Subscription
from models.database import Database
from models.transactions import Transaction
from models.walls import EVERYTHING
from tests.clients import Client
from tests.peeking import peek
from tests.resolvers.operations import NEW
from tests.world import HUNTRESS, PARTNER, World, gid

TWELVE = 12
AGREED = "query($id: ID!) { account(id: $id) { supportType subscription { supportType plan { name } } } }"
SYSTEMS = "query($id: ID!) { node(id: $id) { ... on Subscription { systems } } }"
NOT_ELIGIBLE = ("NOT_ELIGIBLE_FOR_PARTNER_SUPPORTED", ["input", "supportType"])


async def together(*calls: Any) -> list[dict[str, Any]]:
    return list(await asyncio.gather(*calls))


def codes(payloads: list[dict[str, Any]]) -> Counter[str]:
    return Counter(payload["errors"][0]["code"] if payload["errors"] else "done" for payload in payloads)


async def stored(world: World, table: str) -> int:
    return len([name for name, _ in await world.rows() if name == table])


async def test_of_twelve_activations_exactly_one_wins(world: World) -> None:
    account = await world.account(reseller := await world.reseller())
    contract = await world.contract(account)
    admins = [await world.admin(reseller) for _ in range(TWELVE)]

    payloads = await together(*(each.mutate("activateSubscription", {"id": gid(contract)}) for each in admins))

    assert codes(payloads) == {"done": 1, "SUBSCRIPTION_ALREADY_ACTIVE": 11}


async def test_of_twelve_first_contracts_one_is_created_and_the_others_edit_it(world: World) -> None:
    account = await world.account(reseller := await world.reseller(), support_type=HUNTRESS)
    ada = await world.admin(reseller)
    asked = {"accountId": gid(account), "billingInterval": "MONTHLY"}

    payloads = await together(
        *(
            ada.mutate("upsertSubscription", {**asked, "systems": number}, "created subscription { id }")
            for number in range(1, TWELVE + 1)
        )
    )

    assert codes(payloads) == {"done": TWELVE}
    assert Counter(payload["created"] for payload in payloads) == {True: 1, False: 11}
    assert len({payload["subscription"]["id"] for payload in payloads}) == 1
    assert await stored(world, Subscription.__tablename__) == 1


async def test_of_twelve_accounts_with_one_subdomain_one_is_added(world: World) -> None:
    resellers = [await world.reseller(f"Reseller {number}") for number in range(3)]
    admins = [(each, await world.admin(each)) for each in resellers]

    payloads = await together(
        *(
            ada.mutate("createAccount", {**NEW, "resellerId": gid(reseller)})
            for reseller, ada in admins * (TWELVE // len(admins))
        )
    )

    assert codes(payloads) == {"done": 1, "SUBDOMAIN_TAKEN": 11}
    assert (await stored(world, "accounts"), await stored(world, "subdomains")) == (1, 1)


async def test_of_twelve_organizations_with_one_key_one_is_added(world: World) -> None:
    account = await world.account(reseller := await world.reseller())
    ada = await world.admin(reseller)
    asked = {"accountId": gid(account), "name": "Roastery"}

    payloads = await together(
        *(
            ada.mutate("createOrganization", {**asked, "key": "roastery" if number % 2 else "ROASTERY"})
            for number in range(TWELVE)
        )
    )

    assert codes(payloads) == {"done": 1, "CONFLICT": 11}
    assert await stored(world, "organizations") == 1


async def test_a_contract_is_activated_or_withdrawn_and_never_both(world: World) -> None:
    account = await world.account(reseller := await world.reseller())
    contract = await world.contract(account)
    ada = await world.admin(reseller)
    both = ("activateSubscription", "cancelSubscription")

    payloads = await together(*(ada.mutate(name, {"id": gid(contract)}) for name in both * (TWELVE // 2)))

    found = await ada.query("query($id: ID!) { node(id: $id) { ... on Subscription { status } } }", id=gid(contract))
    late = {"ACTIVE": "SUBSCRIPTION_ALREADY_ACTIVE", "CANCELED": "CONFLICT"}[found["node"]["status"]]
    assert codes(payloads) == {"done": 1, late: 11}


async def test_an_account_and_its_pending_contract_agree_on_the_support_type_whoever_comes_last(world: World) -> None:
    account = await world.account(reseller := await world.reseller())
    await world.contract(account, 10)
    ada = await world.admin(reseller)
    saving = {"accountId": gid(account), "systems": 10, "billingInterval": "MONTHLY"}

    payloads = await together(
        *(
            ada.mutate("updateAccount", {"id": gid(account), "supportType": each.value})
            for each in (HUNTRESS, PARTNER) * 3
        ),
        *(ada.mutate("upsertSubscription", {**saving, "supportType": each.value}) for each in (PARTNER, HUNTRESS) * 3),
    )

    found = await ada.query(AGREED, id=gid(account))
    support_type = found["account"]["supportType"]
    plan = {"HUNTRESS_SUPPORTED": "H10", "PARTNER_SUPPORTED": "P10"}[support_type]
    assert codes(payloads) == {"done": TWELVE}
    assert found["account"]["subscription"] == {"supportType": support_type, "plan": {"name": plan}}


async def test_a_contract_is_activated_as_it_was_saved_before_or_not_edited_after(world: World) -> None:
    account = await world.account(reseller := await world.reseller())
    contract = await world.contract(account, 1)
    ada = await world.admin(reseller)
    asked = {"accountId": gid(account), "billingInterval": "MONTHLY"}

    activated, *edits = await together(
        ada.mutate("activateSubscription", {"id": gid(contract)}, "subscription { systems }"),
        *(ada.mutate("upsertSubscription", {**asked, "systems": number}) for number in range(2, TWELVE + 1)),
    )

    found = await ada.query(SYSTEMS, id=gid(contract))
    assert activated["subscription"] == found["node"]
    assert set(codes(edits)) - {"done"} in (set(), {"SUBSCRIPTION_ALREADY_ACTIVE"})


async def test_terms_are_accepted_once_however_often_it_is_said_at_once(world: World) -> None:
    reseller, person = await world.reseller(), await world.person()
    await world.join(person, Role.ADMIN, reseller, accepts=False)
    ada = await world.sign_in(person)

    payloads = await together(
        *(ada.mutate("acceptTerms", {"resellerId": gid(reseller), "version": "t1"}) for _ in range(TWELVE))
    )

    assert codes(payloads) == {"done": TWELVE}
    assert await stored(world, "terms_acceptances") == 1


async def backend_of(transaction: Transaction) -> int:
    return int(await transaction.scalar(sa.text("SELECT pg_backend_pid()")) or 0)


async def waits_for(database: Database, backend: int) -> int:
    """Return the backend of another connection as soon as one waits for a lock that this one holds."""
    waiting = sa.text("SELECT pid FROM pg_stat_activity WHERE :backend = ANY (pg_blocking_pids(pid))")
    async with asyncio.timeout(20):
        while not (found := await peek(database, waiting.bindparams(backend=backend))):
            pass
    return int(found[0].pid)


def withdrawal(reseller: Reseller) -> sa.Update:
    return sa.update(Reseller).where(Reseller.id == reseller.id).values(is_eligible=False)


async def choices(world: World) -> tuple[Reseller, Client, list[tuple[str, dict[str, Any]]]]:
    """Every way in which Partner Supported is chosen or saved."""
    reseller = await world.reseller()
    own, others = await world.account(reseller), await world.account(reseller, support_type=HUNTRESS)
    chosen, contract = {"supportType": PARTNER.value}, {"systems": 5, "billingInterval": "MONTHLY"}
    return (
        reseller,
        await world.admin(reseller),
        [
            ("createAccount", {**NEW, **chosen, "resellerId": gid(reseller)}),
            ("updateAccount", {"id": gid(others), **chosen}),
            ("upsertSubscription", {"accountId": gid(own), **contract}),
            ("upsertSubscription", {"accountId": gid(own), **contract, **chosen}),
        ],
    )


async def test_a_choice_waits_for_a_withdrawal_of_the_eligibility_that_came_first(world: World) -> None:
    reseller, ada, ways = await choices(world)

    for name, input in ways:
        async with world.database.transaction(EVERYTHING) as transaction:
            await transaction.execute(withdrawal(reseller))
            choosing = asyncio.create_task(ada.refused(name, input))
            await waits_for(world.database, await backend_of(transaction))
            before = await world.rows()

        assert await choosing == NOT_ELIGIBLE
        async with world.database.transaction(EVERYTHING) as transaction:
            await transaction.execute(sa.update(Reseller).values(is_eligible=True))
        assert await world.rows() == before


async def test_a_withdrawal_of_the_eligibility_waits_for_a_choice_that_came_first(world: World) -> None:
    reseller, ada, ((_, creating), *_) = await choices(world)

    async with world.database.transaction() as transaction:
        # Somebody who is about to take the same subdomain keeps the choice from being committed, and then gives up.
        transaction.add(Subdomain(name=creating["subdomain"], reseller_id=reseller.id, account_id=reseller.id))
        await transaction.flush()
        choosing = asyncio.create_task(ada.mutate("createAccount", creating, "account { supportType }"))
        chooser = await waits_for(world.database, await backend_of(transaction))
        withdrawing = asyncio.create_task(world.withdraw_eligibility(reseller))
        await waits_for(world.database, chooser)
        await transaction.rollback()
    payload = await choosing
    await withdrawing

    assert payload == {"account": {"supportType": "PARTNER_SUPPORTED"}, "errors": []}
    assert await ada.refused("createAccount", {**creating, "subdomain": "another"}) == NOT_ELIGIBLE
