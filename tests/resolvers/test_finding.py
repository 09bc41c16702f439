"""What a mutation is about is found wherever it lies in the viewer's scope, and nowhere else."""

from typing import Any

import pytest

from domain.tenancy import Role
from models import Account
from tests.clients import Client
from tests.world import World, gid

RESELLERS = ("first", "second", "third")
# The resellers to which somebody belongs, and those to one of whose accounts.
MEMBERS: list[tuple[set[str], set[str]]] = [
    ({"first"}, set()),
    ({"first", "second"}, set()),
    ({"first"}, {"second"}),
    ({"first", "second"}, {"second"}),
    (set(), {"first"}),
    (set(), {"first", "second"}),
]


Calls = dict[str, Any]


async def beginning(world: World, resellers: set[str], accounts: set[str]) -> tuple[Client, Client, dict[str, Calls]]:
    """Return what is done to an account of each reseller and to what belongs to that, and two who are signed in.

    The first belongs to nothing else, and to no other account of theirs; the second to all resellers.
    """
    person, everybody, calls = await world.person(), await world.person(), {}
    for name in RESELLERS:
        reseller = await world.reseller(name)
        account = await world.account(reseller)
        calls[name] = await calls_of(world, account)
        calls[f"other of {name}"] = await calls_of(world, await world.account(reseller))
        await world.join(everybody, Role.ADMIN, reseller)
        if name in resellers:
            await world.join(person, Role.ADMIN, reseller)
        if name in accounts:
            await world.join(person, Role.ADMIN, account)
    return await world.sign_in(person), await world.sign_in(everybody), calls


async def calls_of(world: World, account: Account) -> Calls:
    """Return the inputs of mutations of an account, its contract and its organization, by the mutations' names."""
    contract, organization = await world.contract(account), await world.organization(account)
    return {
        "updateAccount": {"id": gid(account), "name": "Other"},
        "updateOrganization": {"id": gid(organization), "name": "Other"},
        "createApiKey": {"dashboardId": gid(account), "name": "Sync", "role": "USER"},
        "cancelSubscription": {"id": gid(contract)},
    }


async def missed(client: Client, calls: Calls) -> set[str]:
    """Make the calls, and return those for which what they name does not exist."""
    told = {call: (await client.mutate(call, input))["errors"] for call, input in calls.items()}
    return {call for call, errors in told.items() if [each["code"] for each in errors] == ["NOT_FOUND"]}


@pytest.mark.parametrize(("resellers", "accounts"), MEMBERS)
@pytest.mark.parametrize("is_known", [False, True], ids=["never asked for", "asked for by another"])
async def test_what_lies_in_the_scope_is_found_and_nothing_else(
    world: World, resellers: set[str], accounts: set[str], *, is_known: bool
) -> None:
    ada, everybody, calls = await beginning(world, resellers, accounts)
    if is_known:
        assert [await missed(everybody, each) for each in calls.values()] == [set()] * len(calls)

    for name, inputs in calls.items():
        is_in_sight = name in resellers | accounts or name.removeprefix("other of ") in resellers
        assert await missed(ada, inputs) == (set() if is_in_sight else set(inputs)), name
