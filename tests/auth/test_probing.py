"""Probing of subdomains: twenty misses, then a minute's wait."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from auth.probing import count_miss, require_patience
from domain.throttling import TooManyAttempts
from models.database import Database
from tests.world import Clock

ADA, BEN = UUID(int=1), UUID(int=2)


async def miss(database: Database, clock: Clock, times: int = 1, viewer_id: UUID = ADA) -> int:
    """Miss so many times at once, and return how many of them were told."""
    misses = (count_miss(database, viewer_id, at=clock()) for _ in range(times))
    return [*await asyncio.gather(*misses, return_exceptions=True)].count(None)


async def test_twenty_misses_are_told_and_no_more_whoever_races(database: Database, clock: Clock) -> None:
    assert [await miss(database, clock, 30), await miss(database, clock, 30)] == [20, 0]


async def test_after_the_twentieth_nothing_is_tried_for_a_minute(database: Database, clock: Clock) -> None:
    await miss(database, clock, 20)
    clock.at += timedelta(seconds=48)

    with pytest.raises(TooManyAttempts) as refused:
        await require_patience(database, ADA, at=clock())
    clock.at += timedelta(seconds=12)
    await require_patience(database, ADA, at=clock())

    assert refused.value.seconds == 12
    assert await miss(database, clock, 30) == 20


async def test_in_no_minute_are_there_more_than_twenty(database: Database, clock: Clock) -> None:
    told = 0
    for _ in range(60):
        told += await miss(database, clock)
        clock.at += timedelta(seconds=2)

    # The first twenty within 38 seconds, the rest from the 98th second on.
    assert told == 20 + 11


async def test_a_minute_without_a_miss_begins_anew(database: Database, clock: Clock) -> None:
    first = await miss(database, clock, 19)
    clock.at += timedelta(minutes=1)

    assert (first, await miss(database, clock, 30)) == (19, 20)


async def test_nobody_waits_for_another(database: Database, clock: Clock) -> None:
    await miss(database, clock, 20)

    await require_patience(database, BEN, at=clock())

    assert await miss(database, clock, 1, BEN) == 1
