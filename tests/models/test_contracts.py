"""Contracts beside their accounts: the same rows as of three statements."""

from models.accounts import accounts_among
from models.catalog import plans_among
from models.contracts import contracts_beside_accounts
from models.scopes import Scope
from models.subscriptions import subscriptions_among
from tests.world import World


async def test_the_rows_are_those_of_three_statements(world: World) -> None:
    reseller = await world.reseller()
    account = await world.account(reseller)
    contract = await world.contract(account)
    scope = Scope(frozenset({reseller.id}))
    async with world.database.snapshot([reseller.id]) as snapshot:
        (row,) = await snapshot.fetch(contracts_beside_accounts(scope, [account.id]))
        wanted = (
            *await snapshot.fetch(accounts_among(scope, [account.id])),
            *await snapshot.fetch(subscriptions_among(scope, [contract.id])),
            *await snapshot.fetch(plans_among(scope, [contract.plan_id])),
        )

    found = row._asdict()
    parts = (found.pop("contract"), found.pop("plan"))
    assert [found, *(part._asdict() for part in parts)] == [each._asdict() for each in wanted]


async def test_an_account_without_an_open_contract_is_alone_and_a_foreign_one_is_not_there(world: World) -> None:
    reseller = await world.reseller()
    account, foreign = await world.account(reseller), await world.account(await world.reseller())
    scope = Scope(frozenset({reseller.id}))
    async with world.database.snapshot([reseller.id]) as snapshot:
        rows = await snapshot.fetch(contracts_beside_accounts(scope, [account.id, foreign.id]))

    assert [(row.id, row.contract, row.plan) for row in rows] == [(account.id, None, None)]
