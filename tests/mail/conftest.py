"""What the tests of mail can ask for: an office to send to, workers, letters in the outbox, the rows of the outbox."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from uuid import UUID

import pytest
import sqlalchemy as sa

from mail.delivery import Delivery
from mail.letters import Kind, sender_of
from mail.outbox import post
from mail.transports import SmtpTransport, Transport
from models import Mail
from models.database import Database
from models.sealing import Sealer
from models.walls import EVERYTHING
from tests.browser.conftest import chromium, complaints, page
from tests.mail.office import Office
from tests.peeking import peek
from tests.world import Clock

__all__ = ["chromium", "complaints", "page"]

SENDER = sender_of("Reseller dashboard <no-reply@dashboard.example>")
TOKEN = "bGV0LW1lLWluLXBsZWFzZS1sZXQtbWUtaW4tcGxlYXNlLWxldC1tZS1pbi1wbGVhc2U="
LINK = f"https://dashboard.example/invitation#{TOKEN}"
INVITATION = {
    "dashboard_kind": "RESELLER",
    "dashboard_name": "Northwind Managed IT",
    "role": "READ_ONLY",
    "inviter": "Ada Lovelace",
    "link": LINK,
    "last_day": "2025-01-08",
}

Poster = Callable[..., Awaitable[UUID]]
Rows = Callable[[], Awaitable[Sequence[sa.Row[tuple[object, ...]]]]]
Hire = Callable[..., Delivery]


@pytest.fixture
def site() -> str:
    """Letters are looked at without a server."""
    return "http://127.0.0.1"


@pytest.fixture
def sealer() -> Sealer:
    return Sealer(b"k" * 32)


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    """An office without encryption and without credentials."""
    opened = Office()
    server = await opened.open()
    yield opened
    server.close()


@pytest.fixture
def hire(database: Database, sealer: Sealer, office: Office, clock: Clock) -> Hire:
    """Make a worker, which looks for mail only when it is woken, and waits as long as it may before trying again."""

    def hired(
        *,
        transport: Transport | None = None,
        sealer: Sealer = sealer,
        now: Callable[[], object] = clock,
        poll_seconds: float = 3600,
        at_once: int = 4,
        timeout_seconds: float = 30,
    ) -> Delivery:
        return Delivery(
            database,
            sealer,
            transport or SmtpTransport(f"smtp://{office.address}", timeout_seconds=timeout_seconds),
            sender=SENDER,
            now=now,  # type: ignore[arg-type] # a clock
            at_once=at_once,
            poll_seconds=poll_seconds,
            chance=lambda: 1.0,
        )

    return hired


@pytest.fixture
def invite(database: Database, sealer: Sealer, clock: Clock) -> Poster:
    """Post an invitation in a transaction of its own, and return the mail's id."""

    async def posted(to: str = "ben@contoso.example") -> UUID:
        async with database.transaction(EVERYTHING) as transaction:
            mail = post(transaction, sealer, kind=Kind.INVITATION, to=to, values=INVITATION, at=clock())
        return mail.id

    return posted


@pytest.fixture
def mails(database: Database) -> Rows:
    """Return the rows of the outbox, the oldest first."""

    async def rows() -> Sequence[sa.Row[tuple[object, ...]]]:
        return await peek(database, sa.select(*Mail.__table__.columns).order_by(Mail.id))

    return rows
