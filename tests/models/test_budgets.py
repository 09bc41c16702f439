"""Leases of points: one statement, whoever asks and however many at once."""

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from domain.budgets import Allowance
from models.budgets import Budget, lease, refilled
from models.database import Database
from tests.world import Clock

KEY, TWO_THOUSAND = b"k" * 32, Allowance(2_000, 100)


async def leased(database: Database, needed: float, clock: Clock, key: bytes = KEY) -> tuple[float, float]:
    """Lease, and return what was taken and what is left."""
    [row] = await database.fetch(lease(key, needed, TWO_THOUSAND, at=clock()))
    return row.leased, row.level


async def test_the_first_lease_takes_a_tenth_of_a_full_bucket(database: Database, clock: Clock) -> None:
    assert await leased(database, 1, clock) == (200, 1_800)


async def test_what_is_needed_is_taken_where_it_is_more_than_a_tenth(database: Database, clock: Clock) -> None:
    answers = [await leased(database, needed, clock) for needed in (700, 1_000, 201)]

    assert answers == [(700, 1_300), (1_000, 300), (201, 99)]


async def test_the_last_points_are_taken_where_they_are_enough(database: Database, clock: Clock) -> None:
    await leased(database, 1_900, clock)

    assert [await leased(database, 60, clock), await leased(database, 1, clock)] == [(100, 0), (0, 0)]


async def test_a_bucket_with_less_than_is_needed_gives_nothing_and_keeps_what_it_has(
    database: Database, clock: Clock
) -> None:
    await leased(database, 1_900, clock)

    assert await leased(database, 101, clock) == (0, 100)


@pytest.mark.parametrize(("seconds", "answer"), [(0.5, (0, 50)), (1, (100, 0)), (15, (200, 1_300)), (99, (200, 1_800))])
async def test_points_flow_back_with_time(
    database: Database, clock: Clock, seconds: float, answer: tuple[float, float]
) -> None:
    await leased(database, 2_000, clock)
    clock.at += timedelta(seconds=seconds)

    assert await leased(database, 100, clock) == answer


async def test_a_clock_that_is_behind_adds_nothing_twice(database: Database, clock: Clock) -> None:
    await leased(database, 2_000, clock)
    ahead, behind = Clock(), Clock()
    ahead.at += timedelta(seconds=3)
    behind.at -= timedelta(seconds=3)

    answers = [await leased(database, needed, at) for needed, at in [(300, ahead), (1, behind), (1, ahead), (1, clock)]]

    assert answers == [(300, 0), (0, 0), (0, 0), (0, 0)]


async def test_each_key_has_a_bucket_of_its_own(database: Database, clock: Clock) -> None:
    await leased(database, 2_000, clock)

    assert await leased(database, 2_000, clock, b"o" * 32) == (2_000, 0)


async def test_simultaneous_leases_take_turns(database: Database, clock: Clock) -> None:
    answers = await asyncio.gather(*(leased(database, 1, clock) for _ in range(25)))

    assert sorted(taken for taken, _ in answers) == [0] * 15 + [200] * 10
    assert min(level for _, level in answers) == 0


async def test_buckets_that_are_full_again_are_removed_a_few_at_a_time(database: Database, clock: Clock) -> None:
    for number in range(3):
        await leased(database, 1, clock, bytes([number]) * 32)
    clock.at += timedelta(seconds=20)
    await leased(database, 1, clock, KEY)

    swept = [len(await database.fetch(refilled(clock(), TWO_THOUSAND, at_most=2))) for _ in range(3)]

    assert swept == [2, 1, 0]
    assert [row.key_hash for row in await database.fetch(sa.select(Budget.key_hash))] == [KEY]


async def test_the_table_is_not_logged(database: Database) -> None:
    statement = sa.text("SELECT relpersistence::text FROM pg_class WHERE oid = 'budgets'::regclass")

    assert [row[0] for row in await database.fetch(statement)] == ["u"]
