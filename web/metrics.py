"""What the server tells Prometheus of itself: numbers, under names that the server chose, never a client's.

A label's values are few and known beforehand: an operation goes by its name only where that is one of the known ones,
otherwise by the field of the root that it asks for, which the schema names, or as `several` or `other`. Nothing of a
tenant or a person is ever a label.
"""

from collections.abc import Iterable

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram

from schema.notes import FAULT, Notes, Operation

MOST_NAMES = 100
OTHER = "other"
# Seconds. The API's own targets lie between 1 and 50 ms; an operation is cut off after a few seconds.
TOOK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
WAITED = (0.0001, 0.001, 0.01, 0.1, 1.0, 5.0)


class Metrics:
    """The numbers of one process. Where several share a folder (PROMETHEUS_MULTIPROC_DIR), each writes its part."""

    def __init__(self, names: Iterable[str] = (), registry: CollectorRegistry = REGISTRY) -> None:
        """`names` are of operations that are known: what is not among the first hundred is not told apart by name."""
        self.registry = registry
        self._names = frozenset(sorted(names)[:MOST_NAMES])
        self._operations = Histogram(
            "dashboard_operation_seconds",
            "How long operations took, by what they are and what came of them.",
            ["operation", "type", "outcome"],
            buckets=TOOK,
            registry=self.registry,
        )
        self._refusals = self._counter("refusals", "What was refused, and every other error, by code.", ["code"])
        self._cost = self._counter("cost_points", "Points that operations cost.")
        self._faults = self._counter("faults", "Requests in which something unexpected happened; each was logged.")
        self._responses = self._counter("responses", "Answers by HTTP status.", ["status"])
        self._mails = self._counter("mails", "Attempts to send a mail: sent, put_off or dead.", ["outcome"])
        self._in_flight = self._gauge("requests_in_flight", "Requests that are not answered yet.")
        self._pool_size = self._gauge("pool_size", "Connections to the database that the pool may hold.")
        self._pool_taken = self._gauge("pool_checked_out", "Connections in use.")
        self._pool_overflow = self._gauge("pool_overflow", "Connections in use above the pool's size.")
        self._pool_wait = Histogram(
            "dashboard_pool_wait_seconds",
            "How long it took to get a connection: to wait for a free one, to open it, to see that it lives.",
            buckets=WAITED,
            registry=self.registry,
        )
        self._outbox_lag = self._gauge("outbox_lag_seconds", "Age of the mail that is due longest.", "livemostrecent")
        self._is_reachable = self._gauge("database_reachable", "1 where the database answers, else 0.", "livemin")

    def began(self) -> None:
        """Count a request that came in."""
        self._in_flight.inc()

    def ended(self, notes: Notes) -> None:
        """Count what a request did."""
        self._in_flight.dec()
        self._responses.labels(str(notes.status)).inc()
        codes = [*notes.codes]
        for operation in notes.operations:
            labels = self._label(operation), operation.type or OTHER, operation.outcome
            self._operations.labels(*labels).observe(operation.seconds)
            codes += operation.codes
            if operation.cost:
                self._cost.inc(operation.cost)
        for code in codes:
            self._refusals.labels(code).inc()
        if FAULT in codes:
            self._faults.inc()

    def waited(self, seconds: float) -> None:
        """Note how long somebody waited for a connection to the database."""
        self._pool_wait.observe(seconds)

    def tried_mail(self, outcome: str) -> None:
        """Count an attempt to send a mail: sent, put_off or dead."""
        self._mails.labels(outcome).inc()

    def looked(self, *, size: int, taken: int, overflow: int, outbox_lag: float | None) -> None:
        """Note how the pool stands, and the age in seconds of the mail that is due longest; None is no answer."""
        self._pool_size.set(size)
        self._pool_taken.set(taken)
        self._pool_overflow.set(overflow)
        self._is_reachable.set(outbox_lag is not None)
        if outbox_lag is not None:
            self._outbox_lag.set(outbox_lag)

    def _label(self, operation: Operation) -> str:
        is_known = operation.name in self._names
        return (operation.name if is_known else operation.root_field) or OTHER

    def _counter(self, name: str, says: str, labels: Iterable[str] = ()) -> Counter:
        return Counter(f"dashboard_{name}", says, labels, registry=self.registry)

    def _gauge(self, name: str, says: str, mode: str = "livesum") -> Gauge:
        return Gauge(f"dashboard_{name}", says, multiprocess_mode=mode, registry=self.registry)  # type: ignore[arg-type] # a Literal
