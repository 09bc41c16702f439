"""Subdomains: unique across all resellers, and at rest for 90 days once an account has left them."""

from datetime import timedelta

import pytest

from models import Account
from tests.clients import Client
from tests.resolvers.operations import NEW
from tests.world import World, gid

FIND = "query($subdomain: String!) { account(subdomain: $subdomain) { name } }"


def taken(subdomain: str) -> dict[str, object]:
    return {
        "code": "SUBDOMAIN_TAKEN",
        "message": f"The subdomain {subdomain} is taken.",
        "path": ["input", "subdomain"],
    }


async def moved(world: World) -> tuple[Account, Client]:
    """An account that left fourth-coffee for roastery on the first of January."""
    account = await world.account(reseller := await world.reseller(), "Fourth Coffee", subdomain="fourth-coffee")
    ada = await world.admin(reseller)
    await ada.mutate("updateAccount", {"id": gid(account), "subdomain": "roastery"})
    return account, ada


@pytest.mark.parametrize("subdomain", ["fourth-coffee", "FOURTH-Coffee", " fourth-coffee "])
async def test_a_subdomain_is_taken_whatever_the_case_and_the_reseller(world: World, subdomain: str) -> None:
    await world.account(await world.reseller("Northwind"), subdomain="fourth-coffee")
    mine = await world.account(contoso := await world.reseller("Contoso"))
    ben = await world.admin(contoso)
    before = await world.rows()

    refusals = [
        await ben.refusal("createAccount", {**NEW, "resellerId": gid(contoso), "subdomain": subdomain}),
        await ben.refusal("updateAccount", {"id": gid(mine), "name": "New", "subdomain": subdomain}),
    ]

    assert refusals == [taken("fourth-coffee")] * 2
    assert await world.rows() == before


async def test_an_account_that_moved_is_found_under_its_new_name_alone(world: World) -> None:
    _, ada = await moved(world)

    found = [await ada.query(FIND, subdomain=each) for each in ("roastery", "fourth-coffee")]

    assert found == [{"account": {"name": "Fourth Coffee"}}, {"account": None}]


async def test_a_name_that_was_left_rests_for_90_days(world: World) -> None:
    account, ada = await moved(world)
    other = await world.reseller("Contoso")
    asked = {**NEW, "resellerId": gid(other), "subdomain": "fourth-coffee"}
    ben = await world.admin(other)
    world.clock.on(account.trial_starts_on + timedelta(days=89))

    resting = await ben.refusal("createAccount", asked)
    world.clock.on(account.trial_starts_on + timedelta(days=90))
    rested = await ben.mutate("createAccount", asked, "account { subdomain }")

    assert resting == taken("fourth-coffee")
    assert rested == {"account": {"subdomain": "fourth-coffee"}, "errors": []}
    assert await ada.query(FIND, subdomain="fourth-coffee") == {"account": None}


async def test_an_account_may_return_to_the_name_it_left(world: World) -> None:
    account, ada = await moved(world)

    back = await ada.mutate(
        "updateAccount", {"id": gid(account), "subdomain": "fourth-coffee"}, "account { subdomain }"
    )

    assert back == {"account": {"subdomain": "fourth-coffee"}, "errors": []}
    assert await ada.query(FIND, subdomain="fourth-coffee") == {"account": {"name": "Fourth Coffee"}}
    assert await ada.query(FIND, subdomain="roastery") == {"account": None}
