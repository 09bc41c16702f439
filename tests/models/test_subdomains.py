"""Subdomains: claimed by one account, released, and left to rest for 90 days."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from domain.naming import SubdomainTaken
from models import subdomains
from models.database import Database
from models.subdomains import account_of
from models.walls import EVERYTHING
from tests.peeking import peek

NOON = datetime(2025, 1, 1, 12, tzinfo=UTC)
# The 90th day after it, over a spring's change of the clocks in most places: instants do not care.
RESTED = datetime(2025, 4, 1, 12, tzinfo=UTC)
ACME, RIVAL, RESELLER = uuid7(), uuid7(), uuid7()


async def claim(database: Database, account_id: UUID, name: str = "acme", *, at: datetime = NOON) -> None:
    async with database.transaction(EVERYTHING) as transaction:
        await subdomains.claim(transaction, name, reseller_id=RESELLER, account_id=account_id, at=at)


async def release(database: Database, name: str = "acme", *, at: datetime = NOON) -> None:
    async with database.transaction(EVERYTHING) as transaction:
        await subdomains.release(transaction, name, at=at)


async def holder(database: Database, name: str = "acme") -> UUID | None:
    rows = await peek(database, account_of(name))
    return rows[0].account_id if rows else None


async def test_a_claimed_name_leads_to_its_account(database: Database) -> None:
    await claim(database, ACME)

    assert await holder(database) == ACME
    assert await holder(database, "other") is None


async def test_a_name_in_use_is_taken_and_stays_where_it_is(database: Database) -> None:
    await claim(database, ACME)

    with pytest.raises(SubdomainTaken) as refused:
        await claim(database, RIVAL, at=NOON + timedelta(days=1000))

    assert refused.value.message == "The subdomain acme is taken."
    assert await holder(database) == ACME


async def test_a_released_name_leads_nowhere(database: Database) -> None:
    await claim(database, ACME)

    await release(database)

    assert await holder(database) is None


@pytest.mark.parametrize("at", [NOON, RESTED - timedelta(microseconds=1), RESTED - timedelta(days=1)])
async def test_a_name_that_was_left_less_than_90_days_ago_is_taken(database: Database, at: datetime) -> None:
    await claim(database, ACME)
    await release(database)

    with pytest.raises(SubdomainTaken):
        await claim(database, RIVAL, at=at)

    assert await holder(database) is None


@pytest.mark.parametrize("at", [RESTED, RESTED + timedelta(microseconds=1), RESTED + timedelta(days=1000)])
async def test_a_name_that_was_left_90_days_ago_is_anybodys(database: Database, at: datetime) -> None:
    await claim(database, ACME)
    await release(database)

    await claim(database, RIVAL, at=at)

    assert await holder(database) == RIVAL


async def test_an_account_has_its_own_name_back_at_once(database: Database) -> None:
    await claim(database, ACME)
    await release(database)

    await claim(database, ACME, at=NOON + timedelta(seconds=1))

    assert await holder(database) == ACME
    with pytest.raises(SubdomainTaken):
        await claim(database, RIVAL, at=RESTED)


async def test_a_name_that_changed_hands_is_not_its_first_owners_any_more(database: Database) -> None:
    await claim(database, ACME)
    await release(database)
    await claim(database, RIVAL, at=RESTED)

    with pytest.raises(SubdomainTaken):
        await claim(database, ACME, at=RESTED)

    assert await holder(database) == RIVAL


async def test_the_rest_begins_anew_with_each_release(database: Database) -> None:
    await claim(database, ACME)
    await release(database)
    await claim(database, ACME, at=NOON + timedelta(days=80))
    await release(database, at=NOON + timedelta(days=80))

    with pytest.raises(SubdomainTaken):
        await claim(database, RIVAL, at=NOON + timedelta(days=170) - timedelta(microseconds=1))
    await claim(database, RIVAL, at=NOON + timedelta(days=170))

    assert await holder(database) == RIVAL


async def test_of_twelve_who_claim_a_name_at_once_exactly_one_gets_it(database: Database) -> None:
    accounts = [uuid7() for _ in range(12)]

    outcomes = await asyncio.gather(*(claim(database, each) for each in accounts), return_exceptions=True)

    winners = [account for account, outcome in zip(accounts, outcomes, strict=True) if outcome is None]
    assert winners == [await holder(database)]
    assert [type(outcome) for outcome in outcomes if outcome is not None] == [SubdomainTaken] * 11


async def test_a_claim_that_is_rolled_back_takes_nothing(database: Database) -> None:
    async def fail() -> None:
        async with database.transaction(EVERYTHING) as transaction:
            await subdomains.claim(transaction, "acme", reseller_id=RESELLER, account_id=ACME, at=NOON)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()

    await claim(database, RIVAL)
    assert await holder(database) == RIVAL
