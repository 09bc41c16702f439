"""Delivery: mails leave the outbox, at least once, and once in the ordinary case.

A claim commits before its mail is sent, and the mail is marked as sent after: any number of workers share one outbox,
and what one takes with it when it is killed comes again when the lease is over. A mail leaves twice only if a worker
or the database fails between the sending and the mark.

Logs tell a mail's id, kind and attempt, never what it says or to whom; why it did not leave is in its row.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from random import SystemRandom

import structlog
from sqlalchemy.exc import SQLAlchemyError

from mail.letters import Kind, UnusableAddress, as_message, compose
from mail.transports import RefusedForGood, RefusedForNow, Transport, Undelivered
from models import outbox
from models.database import Database
from models.outbox import Mail
from models.sealing import Sealer, SealingError
from models.walls import EVERYTHING

AT_ONCE = 4
POLL_SECONDS = 2.0
# Much shorter than outbox.LEASE: nobody else takes a mail that is still on its way.
SEND_SECONDS = 60.0
# How long what is on its way is waited for at the end.
LAST_SECONDS = 10.0

_random = SystemRandom().random
_log = structlog.get_logger()


def _tell_nobody(outcome: str) -> None:
    pass


class Delivery:
    """One worker: looks for mails that are due, a few at once, until it is stopped.

    `tell` hears what became of each attempt: sent, put_off or dead.
    """

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        transport: Transport,
        *,
        sender: Address,
        now: Callable[[], datetime],
        at_once: int = AT_ONCE,
        poll_seconds: float = POLL_SECONDS,
        chance: Callable[[], float] = _random,
        tell: Callable[[str], None] = _tell_nobody,
    ) -> None:
        self._database, self._sealer, self._transport = database, sealer, transport
        self._sender, self._now, self._chance = sender, now, chance
        self._at_once, self._poll, self._tell = at_once, poll_seconds, tell
        self._woken, self._is_stopping = asyncio.Event(), False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Deliver as long as the block runs; at its end what is on its way is finished, what is not comes again."""
        delivering = asyncio.create_task(self.run())
        try:
            yield
        finally:
            self.stop()
            with suppress(TimeoutError):
                await asyncio.wait_for(delivering, LAST_SECONDS)

    async def run(self) -> None:
        """Deliver what is due, now and later; ends after `stop`, when what was under way has ended."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self._at_once):
                group.create_task(self._keep_delivering())

    def wake(self) -> None:
        """Have the outbox looked at now: something was posted, and its transaction has committed."""
        self._woken.set()

    def stop(self) -> None:
        """Let nothing more begin; what is under way is finished."""
        self._is_stopping = True
        self._woken.set()

    async def deliver_due(self) -> int:
        """Deliver one mail after another until none is due. Returns how many were tried."""
        tried = 0
        while await self._deliver_one():
            tried += 1
        return tried

    async def _keep_delivering(self) -> None:
        while not self._is_stopping:
            try:
                found = await self._deliver_one()
            except (SQLAlchemyError, OSError) as error:
                # What was claimed stays so until its lease is over.
                _log.warning("mail.database_failed", error=type(error).__name__)
                found = False
            if not found:
                await self._rest()

    async def _rest(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), self._poll)
        if not self._is_stopping:
            self._woken.clear()

    async def _deliver_one(self) -> bool:
        async with self._database.transaction(EVERYTHING) as transaction:
            mail = await outbox.claim(transaction, at=self._now())
        if mail is None:
            return False
        log = _log.bind(mail=str(mail.id), kind=mail.kind, attempt=mail.attempts)
        try:
            await self._send(mail)
        except Undelivered as refusal:
            await self._note_refusal(mail, refusal, log)
        else:
            async with self._database.transaction({mail.reseller_id}) as transaction:
                await outbox.mark_sent(transaction, mail, at=self._now())
            log.info("mail.sent")
            self._tell("sent")
        return True

    async def _send(self, mail: Mail) -> None:
        # More attempts than there are: each of them took its worker with it.
        if mail.attempts > outbox.MOST_ATTEMPTS:
            raise RefusedForGood("No worker came back from it.")
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._transport.send(self._written(mail))
        except Undelivered:
            raise
        except TimeoutError:
            raise RefusedForNow(f"It took more than {SEND_SECONDS:.0f} seconds.") from None
        except UnusableAddress as error:
            raise RefusedForGood(str(error)) from None
        except SealingError as error:
            raise RefusedForNow(str(error)) from None
        except Exception as error:  # noqa: BLE001 # one mail must not stop the others; its message might tell a secret
            raise RefusedForNow(f"A fault of ours: {type(error).__name__}") from None

    def _written(self, mail: Mail) -> EmailMessage:
        letter = compose(Kind(mail.kind), self._sealer.unseal(mail.sealed or b""))
        return as_message(letter, mail_id=mail.id, to=mail.to_address, sender=self._sender, at=mail.created_at)

    async def _note_refusal(self, mail: Mail, refusal: Undelivered, log: structlog.typing.FilteringBoundLogger) -> None:
        is_final = isinstance(refusal, RefusedForGood) or mail.attempts >= outbox.MOST_ATTEMPTS
        async with self._database.transaction({mail.reseller_id}) as transaction:
            if is_final:
                await outbox.give_up(transaction, mail, reason=str(refusal), at=self._now())
            else:
                pause = outbox.pause_after(mail.attempts, self._chance())
                await outbox.put_off(transaction, mail, reason=str(refusal), until=self._now() + pause)
        outcome = "dead" if is_final else "put_off"
        log.warning(f"mail.{outcome}")
        self._tell(outcome)
