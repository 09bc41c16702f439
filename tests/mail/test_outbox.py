"""The outbox itself: who has a mail, and what a late report may still change."""

from datetime import timedelta

import pytest

from models import Mail, outbox
from models.database import Database
from models.walls import EVERYTHING
from tests.mail.conftest import Poster, Rows
from tests.world import Clock


@pytest.fixture
async def taken_over(invite: Poster, database: Database, clock: Clock) -> Mail:
    """A claim whose lease is over, and whose mail another worker has claimed since."""
    await invite()
    first = await _claimed(database, clock)
    clock.at += outbox.LEASE
    assert await _claimed(database, clock) is not None
    assert first is not None
    return first


async def test_a_mail_that_somebody_is_claiming_is_passed_over(
    invite: Poster, database: Database, clock: Clock
) -> None:
    first, second = await invite(), await invite()
    async with database.transaction(EVERYTHING) as mine, database.transaction(EVERYTHING) as theirs:
        claims = [await outbox.claim(transaction, at=clock()) for transaction in (mine, theirs, theirs)]

    assert [claimed and claimed.id for claimed in claims] == [first, second, None]


async def test_a_late_failure_changes_nothing(taken_over: Mail, database: Database, mails: Rows, clock: Clock) -> None:
    before = await mails()
    async with database.transaction(EVERYTHING) as transaction:
        await outbox.put_off(transaction, taken_over, reason="late", until=clock())
        await outbox.give_up(transaction, taken_over, reason="late", at=clock())

    assert await mails() == before


async def test_a_late_success_counts(taken_over: Mail, database: Database, mails: Rows, clock: Clock) -> None:
    async with database.transaction(EVERYTHING) as transaction:
        await outbox.mark_sent(transaction, taken_over, at=clock())

    (row,) = await mails()
    assert (row.sent_at, row.sealed) == (clock.at, None)
    clock.at += outbox.LEASE
    assert await _claimed(database, clock) is None


@pytest.mark.parametrize(
    ("attempts", "chance", "minutes"),
    [(1, 0.0, 0), (1, 1.0, 1), (4, 0.5, 4), (8, 1.0, 128), (9, 1.0, 240), (9, 0.25, 60), (10, 1.0, 240)],
)
def test_a_pause_is_any_part_of_a_time_that_doubles_up_to_a_cap(attempts: int, chance: float, minutes: int) -> None:
    assert outbox.pause_after(attempts, chance) == timedelta(minutes=minutes)


async def _claimed(database: Database, clock: Clock) -> Mail | None:
    async with database.transaction(EVERYTHING) as transaction:
        return await outbox.claim(transaction, at=clock())
