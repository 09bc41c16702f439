"""What an open transaction would leave behind, read before it is rolled back: the moment that a dry run shows."""

import asyncio
from collections.abc import Awaitable, Callable

from models.asking import run
from models.database import Snapshot
from models.lent import Lent
from models.transactions import Transaction
from models.walls import Tenants, scoped


async def drafted(transaction: Transaction, tenants: Tenants, *, end: Callable[[], Awaitable[None]]) -> "Draft":
    """Return the moment inside an open transaction, as seen by whoever may touch these tenants' data."""
    await run(transaction.connection, scoped(tenants))
    return Draft(transaction.connection, tenants, end=end)


class Draft(Snapshot):
    """A moment inside a transaction: it sees what was written there. Closing it takes everything back.

    As with any snapshot, those who read concurrently take turns.
    """

    def __init__(self, connection: Lent, tenants: Tenants, *, end: Callable[[], Awaitable[None]]) -> None:
        self._connection, self._tenants, self._end = connection, tenants, end
        self._is_closed = self._plans_for_values = False
        self._turn = asyncio.Lock()
        self._whose_turn = None

    async def close(self) -> None:
        """Roll back, and give the connection back."""
        self._is_closed = True
        async with self._turn:
            await self._end()
