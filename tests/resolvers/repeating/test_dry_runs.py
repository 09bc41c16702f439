"""Dry runs: the whole way, and nothing of it is left; the payload is what would have been."""

import asyncio
from typing import Any

import pytest

from domain.tenancy import Role
from models.database import Database
from resolvers.api import Api
from tests.resolvers.changes import staged
from tests.resolvers.repeating.calls import ONCE, RECEIPT, REPEATABLE, SECRETS, client_of, everything, input_of
from tests.world import HUNTRESS, World, gid

REPEATED = [name for name in REPEATABLE if name != "acceptInvitation"]


def shape(payload: dict[str, Any]) -> dict[str, Any]:
    """Return what a payload tells, but for ids that are made up anew and secrets that a dry run does not show."""
    return {name: value is None for name, value in payload.items() if name not in {"receipt", *SECRETS}}


@pytest.mark.parametrize("name", REPEATABLE)
async def test_a_dry_run_answers_what_would_be_and_leaves_nothing(world: World, api: Api, name: str) -> None:
    stage = await staged(world)
    given, client, selection = await input_of(stage, name), client_of(stage, name), everything(api, name)
    before = await world.rows(besides="throttles")

    tried = await client.mutate(name, {**given, "dryRun": True}, selection)
    left, cookies = await world.rows(besides="throttles"), dict(client.http.cookies)
    done = await client.mutate(name, {**given, "dryRun": False}, selection)

    assert tried["errors"] == done["errors"] == []
    assert left == before
    assert set(cookies) == ({"session"} if client is stage.ada else set())
    assert shape(tried) == shape(done)
    assert {tried[secret] for secret in SECRETS & set(tried)} <= {None}
    assert tried["receipt"] == {**tried["receipt"], "auditEventId": None, "replayed": False, "dryRun": True}
    assert (done["receipt"]["dryRun"], done["receipt"]["auditEventId"] is None) == (False, False)


@pytest.mark.parametrize("name", sorted(ONCE))
async def test_what_cannot_be_tried_says_so(world: World, name: str) -> None:
    stage = await staged(world)
    given, client = await input_of(stage, name), client_of(stage, name)
    before = await world.rows()

    assert await client.refused(name, {**given, "dryRun": True}) == ("BAD_USER_INPUT", ["input", "dryRun"])
    assert await world.rows() == before


async def test_a_dry_run_shows_the_contract_as_it_would_be(world: World) -> None:
    stage = await staged(world)
    selection = "subscription { status startsOn version } account { status } " + RECEIPT

    tried = await stage.ada.mutate("activateSubscription", {"id": gid(stage.contract), "dryRun": True}, selection)

    assert tried["subscription"] == {"status": "ACTIVE", "startsOn": "2025-01-22", "version": 2}
    assert tried["account"] == {"status": "ACTIVE"}


async def test_a_dry_run_is_refused_as_the_call_would_be(world: World) -> None:
    stage = await staged(world)
    given = {"resellerId": gid(stage.reseller), "name": "New", "supportType": "HUNTRESS_SUPPORTED", "dryRun": True}

    payload = await stage.ada.mutate("createAccount", {**given, "subdomain": stage.account.subdomain}, RECEIPT)

    assert [error["code"] for error in payload["errors"]] == ["SUBDOMAIN_TAKEN"]
    assert payload["receipt"] == {**payload["receipt"], "auditEventId": None, "replayed": False, "dryRun": True}


async def test_what_comes_after_a_dry_run_in_the_document_sees_nothing_of_it(world: World) -> None:
    stage = await staged(world)
    document = """mutation($tried: UpdateAccountInput!, $done: UpdateAccountInput!) {
      tried: updateAccount(input: $tried) { account { name supportType } }
      done: updateAccount(input: $done) { account { name supportType } }
    }"""
    id = gid(stage.account)

    answer = await stage.ada.query(
        document,
        tried={"id": id, "supportType": HUNTRESS.value, "name": "Tried", "dryRun": True},
        done={"id": id, "name": "Done"},
    )

    assert answer == {
        "tried": {"account": {"name": "Tried", "supportType": "HUNTRESS_SUPPORTED"}},
        "done": {"account": {"name": "Done", "supportType": "PARTNER_SUPPORTED"}},
    }


async def test_after_a_dry_run_the_viewer_is_who_they_were(world: World) -> None:
    reseller, person = await world.reseller(), await world.person()
    await world.join(person, Role.ADMIN, reseller, accepts=False)
    ada = await world.sign_in(person)
    document = """mutation($terms: AcceptTermsInput!, $account: CreateAccountInput!) {
      acceptTerms(input: $terms) { reseller { terms { isAccepted } accounts { totalCount } } }
      createAccount(input: $account) { errors { code } }
    }"""
    account = {"name": "New", "subdomain": "brand-new", "supportType": "HUNTRESS_SUPPORTED"}

    answer = await ada.query(
        document,
        terms={"resellerId": gid(reseller), "version": "t1", "dryRun": True},
        account={"resellerId": gid(reseller), **account},
    )

    assert answer == {
        "acceptTerms": {"reseller": {"terms": {"isAccepted": True}, "accounts": {"totalCount": 0}}},
        "createAccount": {"errors": [{"code": "TERMS_NOT_ACCEPTED"}]},
    }


async def test_a_dry_run_gives_its_connection_and_its_locks_back(world: World, database: Database) -> None:
    stage = await staged(world)
    given = {"id": gid(stage.account), "name": "Other"}

    await asyncio.gather(*(stage.ada.mutate("updateAccount", {**given, "dryRun": True}) for _ in range(40)))
    async with asyncio.timeout(5):
        done = await stage.ada.mutate("updateAccount", given, "account { name version }")

    assert done == {"account": {"name": "Other", "version": 2}, "errors": []}
    assert database.pool_state().taken == 0


async def test_a_dry_run_leaves_its_key_free_and_answers_for_one_that_was_used(world: World) -> None:
    stage = await staged(world)
    asked = {"id": gid(stage.account), "name": "Other", "idempotencyKey": "key-1"}

    tried = await stage.ada.mutate("updateAccount", {**asked, "dryRun": True}, RECEIPT)
    done = await stage.ada.mutate("updateAccount", asked, RECEIPT)
    again = await stage.ada.mutate("updateAccount", {**asked, "dryRun": True}, RECEIPT)

    told = [(each["receipt"]["replayed"], each["receipt"]["dryRun"]) for each in (tried, done, again)]
    assert told == [(False, True), (False, False), (True, True)]
    assert again["receipt"]["auditEventId"] == done["receipt"]["auditEventId"] is not None
