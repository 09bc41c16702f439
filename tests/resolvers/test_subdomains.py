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
    before = await world.rows(besides="throttles")

    refusals = [
        await ben.refusal("createAccount", {**NEW, "resellerId": gid(contoso), "subdomain": subdomain}),
        await ben.refusal("updateAccount", {"id": gid(mine), "name": "New", "subdomain": subdomain}),
    ]

    assert refusals == [taken("fourth-coffee")] * 2
    assert await world.rows(besides="throttles") == before


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


async def test_twenty_taken_names_are_told_by_calls_and_not_by_requests(world: World) -> None:
    await world.account(reseller := await world.reseller(), subdomain="taken")
    ada = await world.admin(reseller)
    asked = {**NEW, "resellerId": gid(reseller), "subdomain": "taken"}
    calls = " ".join(f"c{number}: createAccount(input: $input) {{ errors {{ code }} }}" for number in range(8))
    document = f"mutation($input: CreateAccountInput!) {{ {calls} }}"

    answers = [await ada.query(document, input=asked) for _ in range(3)]
    free = await ada.refusal("createAccount", {**asked, "subdomain": "free"})

    codes = [payload["errors"][0]["code"] for answer in answers for payload in answer.values()]
    assert codes == ["SUBDOMAIN_TAKEN"] * 20 + ["TOO_MANY_ATTEMPTS"] * 4
    # What is free is not tried either: that would tell as much.
    assert free == {
        "code": "TOO_MANY_ATTEMPTS",
        "message": "Too many attempts: try again in 60 seconds.",
        "path": [],
    }


async def test_taken_names_of_an_update_count_as_well_and_another_change_is_none(world: World) -> None:
    await world.account(reseller := await world.reseller(), subdomain="taken")
    mine = await world.account(reseller)
    ada = await world.admin(reseller)

    codes = [(await ada.refused("updateAccount", {"id": gid(mine), "subdomain": "taken"}))[0] for _ in range(21)]
    renamed = await ada.mutate("updateAccount", {"id": gid(mine), "name": "New"}, "account { name }")

    assert codes == ["SUBDOMAIN_TAKEN"] * 20 + ["TOO_MANY_ATTEMPTS"]
    assert renamed == {"account": {"name": "New"}, "errors": []}


async def test_twenty_names_that_lead_nowhere_are_told_and_found_ones_do_not_count(world: World) -> None:
    await world.account(await world.reseller(), subdomain="foreign")
    await world.account(mine := await world.reseller("Contoso"), "Mine", subdomain="mine")
    ben = await world.admin(mine)

    found = [await ben.query(FIND, subdomain="mine") for _ in range(25)]
    missed = [await ben.run(FIND, subdomain=name) for name in ("foreign", "missing", "xn--bad") * 7]
    after = await ben.query(FIND, subdomain="mine")

    assert found == [{"account": {"name": "Mine"}}] * 25
    assert [answer.codes for answer in missed] == [[]] * 20 + [["TOO_MANY_ATTEMPTS"]]
    assert after == {"account": {"name": "Mine"}}


async def test_a_dry_run_tells_of_a_free_name_and_so_counts(world: World) -> None:
    ada = await world.admin(reseller := await world.reseller())
    asked = {**NEW, "resellerId": gid(reseller), "dryRun": True}

    tried = [await ada.mutate("createAccount", {**asked, "subdomain": f"free-{number}"}) for number in range(21)]

    codes = [[error["code"] for error in payload["errors"]] for payload in tried]
    assert codes == [[]] * 20 + [["TOO_MANY_ATTEMPTS"]]


async def test_a_name_that_leads_nowhere_counts_once_whatever_else_is_wrong_with_the_query(world: World) -> None:
    ben = await world.admin(await world.reseller())
    document = "query($subdomain: String) { account(subdomain: $subdomain) { name } wrong: account { name } }"

    missed = [await ben.run(document, subdomain="missing") for _ in range(21)]

    assert [answer.codes for answer in missed[:20]] == [["BAD_USER_INPUT"]] * 20
    assert sorted(missed[20].codes) == ["BAD_USER_INPUT", "TOO_MANY_ATTEMPTS"]
