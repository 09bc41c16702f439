"""Who watches the server: metrics, traces, both or nobody. What is not wanted is not even loaded."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from models.database import Database
from models.watching import watch_statements

if TYPE_CHECKING:
    from web.metrics import Metrics
    from web.tracing import Tracing


@dataclass(frozen=True, slots=True)
class Watched:
    """What the server tells of itself, to Prometheus and to a collector of traces."""

    metrics: "Metrics | None" = None
    tracing: "Tracing | None" = None

    @classmethod
    def by(cls, *, wants_metrics: bool, collector: str, names: Iterable[str] = ()) -> "Watched":
        """Return what is wanted; `collector` is where traces go, or empty; `names` are of operations that are known."""
        metrics = tracing = None
        if wants_metrics:
            from web.metrics import Metrics  # noqa: PLC0415 # costs nothing where it is not wanted

            metrics = Metrics(names)
        if collector:
            from web.tracing import exporting  # noqa: PLC0415 # costs nothing where it is not wanted

            tracing = exporting(collector)
        return cls(metrics, tracing)

    def tried_mail(self, outcome: str) -> None:
        """Count an attempt to send a mail: sent, put_off or dead."""
        if self.metrics:
            self.metrics.tried_mail(outcome)

    @asynccontextmanager
    async def watching(self, database: Database, now: Callable[[], datetime]) -> AsyncIterator[None]:
        """Watch the database for as long as the block runs; at its end everything has been told."""
        if self.tracing:
            watch_statements(database.engine, self.tracing.statement)
        async with self._looking(database, now):
            try:
                yield
            finally:
                if self.tracing:
                    await asyncio.to_thread(self.tracing.shutdown)

    @asynccontextmanager
    async def _looking(self, database: Database, now: Callable[[], datetime]) -> AsyncIterator[None]:
        if self.metrics is None:
            yield
            return
        from web.vitals import keep_looking  # noqa: PLC0415 # costs nothing where it is not wanted

        database.watch_pool(self.metrics.waited)
        looking = asyncio.create_task(keep_looking(database, self.metrics, now))
        try:
            yield
        finally:
            looking.cancel()
            with suppress(asyncio.CancelledError):
                await looking
