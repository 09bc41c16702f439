"""What a mutation is about is found wherever it lies in the viewer's scope, and nowhere else."""

from typing import Any

import pytest

from domain.tenancy import Role
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


async def beginning(world: World, resellers: set[str], accounts: set[str]) -> tuple[Client, dict[str, dict[str, Any]]]:
    """Sign somebody in, and return of each reseller what is done to an account of it and to what belongs to that."""
    person, calls = await world.person(), {}
    for name in RESELLERS:
        reseller = await world.reseller(name)
        account = await world.account(reseller)
        contract, organization = await world.contract(account), await world.organization(account)
        calls[name] = {
            "updateAccount": {"id": gid(account), "name": "Other"},
            "updateOrganization": {"id": gid(organization), "name": "Other"},
            "createApiKey": {"dashboardId": gid(account), "name": "Sync", "role": "USER"},
            "cancelSubscription": {"id": gid(contract)},
        }
        if name in resellers:
            await world.join(person, Role.ADMIN, reseller)
        if name in accounts:
            await world.join(person, Role.ADMIN, account)
    return await world.sign_in(person), calls


@pytest.mark.parametrize(("resellers", "accounts"), MEMBERS)
async def test_what_lies_in_the_scope_is_found_and_nothing_else(
    world: World, resellers: set[str], accounts: set[str]
) -> None:
    ada, calls = await beginning(world, resellers, accounts)

    for name, inputs in calls.items():
        told = {call: (await ada.mutate(call, input))["errors"] for call, input in inputs.items()}
        missed = {call for call, errors in told.items() if [each["code"] for each in errors] == ["NOT_FOUND"]}

        assert missed == (set() if name in resellers | accounts else set(inputs)), told
