"""Scopes: whatever of one is asked about some accounts, the same are found."""

from itertools import combinations

import pytest

from models import Account
from models.accounts import accounts_among
from models.contracts import contracts_beside_accounts
from models.scopes import Scope
from models.walls import EVERYTHING
from tests.world import World


@pytest.fixture
async def accounts(world: World) -> list[Account]:
    """Two accounts with contracts of each of four resellers."""
    resellers = [await world.reseller() for _ in range(4)]
    made = [await world.account(reseller) for reseller in resellers for _ in range(2)]
    for each in made:
        await world.contract(each)
    return made


@pytest.fixture
async def scope(world: World, accounts: list[Account]) -> Scope:
    """That of somebody who belongs to the first reseller, an account of the next two each, and an organization."""
    own = {each.id: each.reseller_id for each in (accounts[2], accounts[4])}
    organization = await world.organization(accounts[6])
    return Scope(frozenset({accounts[0].reseller_id}), own, {organization.id: organization.reseller_id})


async def test_the_part_that_is_about_some_accounts_finds_the_same_accounts_and_contracts(
    world: World, accounts: list[Account], scope: Scope
) -> None:
    found = 0
    async with world.database.snapshot(EVERYTHING) as moment:
        for some in (each for number in (1, 2, len(accounts)) for each in combinations(accounts, number)):
            ids = [each.id for each in some]
            part = scope.of_accounts(ids)
            for whole, less in (
                (accounts_among(scope, ids), accounts_among(part, ids)),
                (contracts_beside_accounts(scope, ids), contracts_beside_accounts(part, ids)),
            ):
                rows = set(await moment.fetch(less))
                assert rows == set(await moment.fetch(whole))
                found += len(rows)

    # Four of the eight accounts lie in the scope: each once alone, seven times beside another, once among all.
    assert found == 2 * 4 * (1 + 7 + 1)


def test_it_names_no_reseller_but_ones_own_and_those_of_the_accounts(accounts: list[Account], scope: Scope) -> None:
    part = scope.of_accounts([accounts[2].id, accounts[3].id, accounts[6].id])

    tenants = {accounts[0].reseller_id, accounts[2].reseller_id}
    assert (set(part.tenants), set(part.accounts), part.organizations) == (tenants, {accounts[2].id}, {})


def test_whoever_belongs_to_resellers_alone_has_nothing_to_leave_out(accounts: list[Account]) -> None:
    whole = Scope(frozenset({accounts[0].reseller_id}))

    assert whole.of_accounts([accounts[2].id]) is whole
