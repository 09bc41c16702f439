"""Workers over one outbox and a real SMTP server: shared, killed, stopped, refused."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from mail.letters import Kind
from mail.outbox import post
from mail.transports import RefusedForNow
from models import Mail, outbox
from models.database import Database
from models.sealing import Sealer
from models.walls import EVERYTHING, NOWHERE
from tests.mail.conftest import Hire, Poster, Rows
from tests.mail.office import Office
from tests.peeking import peek
from tests.world import Clock

# Generous: it only bounds a test that would hang.
PATIENCE = 30


async def test_a_mail_reaches_its_address(
    hire: Hire, invite: Poster, office: Office, mails: Rows, clock: Clock
) -> None:
    mail_id = await invite("ben@contoso.example")
    clock.at += timedelta(seconds=3)

    assert await hire().deliver_due() == 1

    assert office.recipients == ["ben@contoso.example"]
    assert office.accepted[0]["Message-ID"] == f"<{mail_id}@dashboard.example>"
    assert "Ada Lovelace invites you" in office.accepted[0].get_body(("plain",)).get_content()  # type: ignore[union-attr] # it has one
    (row,) = await mails()
    assert (row.sent_at, row.sealed, row.attempts, row.last_error) == (clock.at, None, 1, None)
    assert await hire().deliver_due() == 0


async def test_a_mail_leaves_only_if_its_transaction_commits(
    hire: Hire, database: Database, sealer: Sealer, office: Office, clock: Clock
) -> None:
    async with database.transaction(EVERYTHING) as transaction:
        post(transaction, sealer, kind=Kind.PASSWORD_CHANGED, to="ben@contoso.example", values={}, at=clock())
        await transaction.flush()
        await transaction.rollback()

    assert await hire().deliver_due() == 0
    assert office.seen == []


async def test_two_workers_share_forty_mails_and_deliver_each_once(
    hire: Hire, invite: Poster, office: Office, mails: Rows
) -> None:
    posted = [f"<{await invite(f'p{number}@contoso.example')}@dashboard.example>" for number in range(40)]
    # Opens for eight at a time only: both workers carry four, five times.
    gate = asyncio.Barrier(8)
    office.before_answer = lambda: _pass(gate)
    workers = [hire(), hire()]

    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        for worker in workers:
            group.create_task(worker.run())
        await office.has_accepted(40)
        for worker in workers:
            worker.stop()

    assert Counter(message["Message-ID"] for message in office.seen) == Counter(posted)
    assert [(row.attempts, row.sent_at is not None) for row in await mails()] == [(1, True)] * 40


async def test_what_a_killed_worker_had_claimed_comes_again_after_the_lease(
    hire: Hire, invite: Poster, office: Office, clock: Clock
) -> None:
    await invite()
    office.before_answer = asyncio.Event().wait  # type: ignore[assignment] # for ever
    killed = asyncio.create_task(hire().run())
    await asyncio.wait_for(office.has_seen(1), PATIENCE)
    killed.cancel()
    with pytest.raises(asyncio.CancelledError):
        await killed
    office.before_answer = None

    clock.at += outbox.LEASE - timedelta(microseconds=1)
    assert await hire().deliver_due() == 0
    clock.at += timedelta(microseconds=1)
    assert await hire().deliver_due() == 1

    assert len(office.accepted) == 1
    assert office.seen[0]["Message-ID"] == office.seen[1]["Message-ID"]


async def test_stopping_finishes_what_is_under_way_and_loses_nothing(
    hire: Hire, invite: Poster, office: Office, mails: Rows
) -> None:
    for _ in range(12):
        await invite()
    release = asyncio.Event()
    office.before_answer = release.wait  # type: ignore[assignment] # what it returns is not looked at
    worker = hire()
    running = asyncio.create_task(worker.run())
    async with asyncio.timeout(PATIENCE):
        await office.has_seen(4)
        worker.stop()
        release.set()
        await running

    assert len(office.accepted) == 4
    assert (
        sorted((row.attempts, row.sent_at is not None) for row in await mails()) == [(0, False)] * 8 + [(1, True)] * 4
    )
    assert await hire().deliver_due() == 8
    assert len({message["Message-ID"] for message in office.seen}) == len(office.seen) == 12


@pytest.mark.parametrize("is_woken", [True, False], ids=["when it is woken", "at its next look"])
async def test_a_resting_worker_finds_what_was_posted(
    hire: Hire, invite: Poster, office: Office, *, is_woken: bool
) -> None:
    worker = hire(poll_seconds=3600 if is_woken else 0.01)
    running = asyncio.create_task(worker.run())
    async with asyncio.timeout(PATIENCE):
        for count in (1, 2):
            await invite()
            if is_woken:
                worker.wake()
            await office.has_accepted(count)
        worker.stop()
        await running

    assert len(office.seen) == 2


async def test_a_worker_outlives_its_database(hire: Hire, clock: Clock) -> None:
    looks = 0

    def now() -> datetime:
        nonlocal looks
        looks += 1
        if looks == 3:
            worker.stop()
        raise OSError("connection refused")

    worker = hire(now=now, poll_seconds=0.001, at_once=1)
    await asyncio.wait_for(worker.run(), PATIENCE)

    assert looks == 3


def _refuse_recipient(office: Office, answer: str) -> None:
    office.recipient_answer = answer


def _refuse_content(office: Office, answer: str) -> None:
    office.content_answer = answer


@pytest.mark.parametrize("refuse", [_refuse_recipient, _refuse_content])
async def test_a_permanent_refusal_makes_a_dead_letter(
    hire: Hire, invite: Poster, office: Office, database: Database, clock: Clock, refuse: Callable[[Office, str], None]
) -> None:
    mail_id = await invite()
    refuse(office, "550 5.1.1 There is nobody of that name here")

    assert await hire().deliver_due() == 1
    clock.at += timedelta(days=30)
    assert await hire().deliver_due() == 0

    (dead,) = await peek(database, outbox.dead_letters())
    assert (dead.id, dead.reseller_id, dead.kind) == (mail_id, NOWHERE, "invitation")
    assert (dead.to_address, dead.attempts) == ("ben@contoso.example", 1)
    assert dead.failed_at == clock.at - timedelta(days=30)
    assert dead.last_error == "550 5.1.1 There is nobody of that name here"


async def _pass(gate: asyncio.Barrier) -> None:
    await gate.wait()


def _greylist(office: Office) -> None:
    office.recipient_answer = "450 4.2.0 Greylisted, come back later"


def _be_full(office: Office) -> None:
    office.content_answer = "452 4.3.1 The disk is full"


def _stall(office: Office) -> None:
    office.before_answer = asyncio.Event().wait  # type: ignore[assignment] # for ever


def _drop(office: Office) -> None:
    office.is_dropping = True


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (_greylist, "450 4.2.0 Greylisted, come back later"),
        (_be_full, "452 4.3.1 The disk is full"),
        (_stall, "SMTPReadTimeoutError"),
        (_drop, "SMTPServerDisconnected"),
    ],
)
async def test_what_may_pass_is_tried_again(
    hire: Hire, invite: Poster, office: Office, mails: Rows, clock: Clock, spoil: Callable[[Office], None], reason: str
) -> None:
    await invite()
    spoil(office)
    is_stalled = office.before_answer is not None

    # Only the one that stalls needs a short patience; it has the mail long before that.
    assert await hire(timeout_seconds=1 if is_stalled else 30).deliver_due() == 1

    (row,) = await mails()
    assert (row.attempts, row.failed_at, row.last_error.partition(":")[0]) == (1, None, reason)
    assert row.due_at == clock.at + timedelta(minutes=1)
    office.recipient_answer, office.content_answer = "250 OK", "250 OK"
    office.before_answer, office.is_dropping = None, False
    clock.at += timedelta(minutes=1)
    assert await hire().deliver_due() == 1
    assert len(office.accepted) == 1
    assert len({message["Message-ID"] for message in office.seen}) == 1


class Shut:
    """A transport that takes nothing."""

    async def send(self, _message: object) -> None:
        raise RefusedForNow("It is shut.")


async def test_after_ten_attempts_over_eight_hours_a_mail_is_dead(
    hire: Hire, invite: Poster, mails: Rows, database: Database, clock: Clock
) -> None:
    await invite()
    pauses = []
    for _ in range(9):
        assert await hire(transport=Shut()).deliver_due() == 1
        (row,) = await mails()
        pauses.append(row.due_at - clock.at)
        clock.at = row.due_at
    assert await hire(transport=Shut()).deliver_due() == 1

    assert [pause // timedelta(minutes=1) for pause in pauses] == [1, 2, 4, 8, 16, 32, 64, 128, 240]
    (dead,) = await peek(database, outbox.dead_letters())
    assert (dead.attempts, dead.failed_at, dead.last_error) == (10, clock.at, "It is shut.")


async def test_a_mail_that_takes_every_worker_with_it_ends_as_a_dead_letter(
    hire: Hire, invite: Poster, office: Office, database: Database, clock: Clock
) -> None:
    await invite()
    for _ in range(outbox.MOST_ATTEMPTS):
        async with database.transaction(EVERYTHING) as transaction:
            await outbox.claim(transaction, at=clock())
        clock.at += outbox.LEASE

    assert await hire().deliver_due() == 1

    (dead,) = await peek(database, outbox.dead_letters())
    assert dead.last_error == "No worker came back from it."
    assert office.seen == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"to_address": "nobody"}, "This is not one e-mail address."),
        ({"kind": "love-letter"}, "A fault of ours: ValueError"),
        ({"sealed": b"s" * 40}, "The values were sealed with another key, or they are damaged."),
    ],
    ids=["no address", "a kind of a later version", "another key"],
)
async def test_one_spoilt_mail_does_not_stop_the_others(
    hire: Hire, invite: Poster, office: Office, mails: Rows, database: Database, change: dict[str, Any], reason: str
) -> None:
    spoilt, _ = await invite(), await invite()
    async with database.transaction(EVERYTHING) as transaction:
        await transaction.execute(sa.update(Mail).where(Mail.id == spoilt).values(change))

    assert await hire().deliver_due() == 2

    first, second = await mails()
    assert (first.sent_at, first.last_error) == (None, reason)
    assert second.sent_at is not None
