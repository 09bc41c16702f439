"""The pool of connections, watched: how long whoever wants one waits, and how many are in use."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.pool import AsyncAdaptedQueuePool, PoolProxiedConnection

Waited = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class PoolState:
    """Connections: as many as the pool may hold, in use, and in use above its size."""

    size: int
    taken: int
    overflow: int


class WatchedPool(AsyncAdaptedQueuePool):
    """SQLAlchemy's pool, which tells how many seconds each connection was waited for."""

    waited: Waited | None = None

    def connect(self) -> PoolProxiedConnection:
        """Return a connection: a free one, as soon as there is one, or a new one."""
        if self.waited is None:
            return super().connect()
        began = time.perf_counter()
        try:
            return super().connect()
        finally:
            self.waited(time.perf_counter() - began)

    def recreate(self) -> "WatchedPool":
        """Return a pool that takes this one's place after every connection was closed."""
        made: WatchedPool = super().recreate()  # type: ignore[assignment] # of the class that it is called on
        made.waited = self.waited
        return made

    def state(self) -> PoolState:
        """Return how many connections there are."""
        return PoolState(self.size(), self.checkedout(), max(0, self.overflow()))
