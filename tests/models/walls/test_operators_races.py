"""The operator against everybody else: withdrawn is withdrawn, disabled is disabled, and nobody deadlocks."""

import asyncio
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from domain.catalog import BillingInterval
from mail.inviting import Postman
from models import Account, Reseller, Subscription
from models.walls import EVERYTHING
from resolvers.operating import Operator
from tests.clients import Client
from tests.peeking import peek
from tests.world import HUNTRESS, PARTNER, SEALER, World, gid

ROUNDS = 100
CHOSEN = sa.union_all(*(sa.select(table.id).where(table.support_type == PARTNER) for table in (Account, Subscription)))
DEADLOCKS = sa.text("SELECT pg_stat_get_db_deadlocks(oid) FROM pg_database WHERE datname = current_database()")
POSTMAN = Postman("http://testserver", SEALER)


async def chosen(world: World) -> set[Any]:
    return {row.id for row in await peek(world.database, CHOSEN)}


async def ways_to_choose(world: World, reseller: Reseller, number: str) -> list[tuple[str, dict[str, Any]]]:
    """Every way to choose Partner Supported: for a new account, for one without and with a contract, in a contract."""
    updated, saved, priced = [await world.account(reseller, support_type=HUNTRESS) for _ in range(3)]
    await world.contract(priced)
    new = {"name": "New", "subdomain": f"new-{number}", "resellerId": gid(reseller)}
    contract = {"systems": 5, "billingInterval": BillingInterval.MONTHLY.value}
    ways = [
        ("createAccount", new),
        ("updateAccount", {"id": gid(updated)}),
        ("updateAccount", {"id": gid(priced)}),
        ("upsertSubscription", {"accountId": gid(saved), **contract}),
    ]
    return [(name, {**input, "supportType": PARTNER.value}) for name, input in ways]


async def after(turns: int, client: Client, name: str, input: dict[str, Any]) -> str:
    """Send a mutation after so many turns of the event loop, and return its refusal or "done"."""
    for _ in range(turns):
        await asyncio.sleep(0)
    errors = (await client.mutate(name, input))["errors"]
    return errors[0]["code"] if errors else "done"


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_nothing_becomes_partner_supported_once_the_eligibility_is_withdrawn(world: World, seed: int) -> None:
    chance, told = Random(seed), set[str]()  # noqa: S311 # a test that can be repeated
    reseller = await world.reseller()
    ada = await world.admin(reseller)

    async def withdraw(turns: int) -> set[Any]:
        for _ in range(turns):
            await asyncio.sleep(0)
        async with world.database.transaction(EVERYTHING) as transaction:
            operator = Operator(transaction, POSTMAN, world.clock())
            await operator.set_eligibility(gid(reseller), is_eligible=False)
            await transaction.flush()
            # With the reseller's row in hand: whoever chose before has committed, whoever comes later is refused.
            return set(await transaction.scalars(CHOSEN))

    for number in range(ROUNDS):
        async with world.database.transaction(EVERYTHING) as transaction:
            await transaction.execute(sa.update(Reseller).values(is_eligible=True))
        ways = await ways_to_choose(world, reseller, f"{seed}-{number}")
        choosing = [after(chance.randrange(60), ada, *way) for way in ways]
        before, *answers = await asyncio.gather(withdraw(chance.randrange(120)), *choosing)

        assert await chosen(world) == before
        told |= set(answers)

    assert told == {"done", "NOT_ELIGIBLE_FOR_PARTNER_SUPPORTED"}


async def test_disabling_a_reseller_and_changing_its_contracts_never_deadlock(world: World) -> None:
    chance = Random(4)  # noqa: S311 # a test that can be repeated
    reseller = await world.reseller()
    ada = await world.admin(reseller)
    accounts = [await world.account(reseller) for _ in range(4)]
    contracts = [await world.contract(account) for account in accounts[:2]]
    before = await peek(world.database, DEADLOCKS)

    async def disable(*, is_disabled: bool) -> list[Any]:
        async with world.database.transaction(EVERYTHING) as transaction:
            operator = Operator(transaction, POSTMAN, world.clock())
            await operator.disable_reseller(gid(reseller), is_disabled=is_disabled)
            await transaction.flush()
            return list(await transaction.scalars(sa.select(Account.disabled_at)))

    for number in range(ROUNDS // 2):
        edits: list[tuple[str, dict[str, Any]]] = [
            ("upsertSubscription", {"accountId": gid(each), "systems": number + 1, "billingInterval": "ANNUAL"})
            for each in accounts
        ]
        edits += [("cancelSubscription", {"id": gid(contract)}) for contract in contracts]
        new = {"name": "N", "subdomain": f"n-{number}", "supportType": PARTNER.value}
        edits += [("createAccount", {**new, "resellerId": gid(reseller)})]
        edits += [("updateAccount", {"id": gid(each), "name": f"Name {number}"}) for each in accounts]
        sent = [after(chance.randrange(40), ada, *edit) for edit in edits]
        disabled, *_ = await asyncio.gather(disable(is_disabled=True), *sent)

        assert None not in disabled
        assert {row.disabled_at for row in await peek(world.database, sa.select(Account.disabled_at))} == {*disabled}
        await disable(is_disabled=False)

    assert await peek(world.database, DEADLOCKS) == before
