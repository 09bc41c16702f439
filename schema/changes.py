"""A mutation under way: what its input says of the call itself, and its one transaction."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import UUID

from auth.viewer import Viewer
from models.database import Database, Snapshot
from models.idempotency import Use
from models.transactions import Transaction
from models.walls import Everything, Tenants

Step = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Call:
    """What is said of a call: the use of its idempotency key, the field that has the key, and whether it is undone."""

    use: Use | None = None
    key_path: tuple[str, ...] = ()
    is_dry: bool = False


@dataclass
class Change:
    """One attempt at a mutation: its transaction, open until the payload is known.

    `event_id` is that of the event in the audit, once there is one; `viewer` who asks from now on, if that changes.
    """

    database: Database
    call: Call
    event_id: UUID | None = None
    viewer: Viewer | None = None
    transaction: Transaction | None = None
    afterwards: list[Step] = field(default_factory=list)

    async def begin(self, tenants: Tenants) -> Transaction:
        """Open the transaction in these tenants' data, and in that of whoever keeps the idempotency key."""
        if self.call.use is not None and not isinstance(tenants, Everything):
            tenants = {*tenants, self.call.use.reseller_id}
        self.transaction = await self.database.begin(tenants)
        return self.transaction

    async def commit(self, transaction: Transaction, *, reading: Tenants) -> Snapshot:
        """Let it be so, and return the moment after it in these tenants' data."""
        try:
            return await self.database.commit(transaction, reading=reading)
        finally:
            await self.database.end(transaction)

    async def roll_back(self) -> None:
        """Take everything back; once it is over, this does nothing."""
        if self.transaction is None:
            return
        try:
            await self.transaction.rollback()
        finally:
            await self.database.end(self.transaction)
