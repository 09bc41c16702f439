"""Budgets: how many points a principal may spend on operations, how fast they come back, how many are taken at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# A worker takes one of so many parts of the whole at a time.
SHARES = 10


@dataclass(frozen=True, slots=True)
class Allowance:
    """A bucket of `capacity` points into which `rate` points flow back each second, until it is full."""

    capacity: int
    rate: int

    @property
    def refill_time(self) -> timedelta:
        """How long an empty bucket takes until it is full."""
        return timedelta(seconds=self.capacity / self.rate)

    def portion(self, needed: float, level: float) -> float:
        """Return how many points are taken from a level that has those needed: a tenth of the whole, or more."""
        return min(level, max(needed, self.capacity / SHARES))

    def refilled(self, level: float, passed: timedelta) -> float:
        """Return the level after a time in which nothing was taken."""
        return min(self.capacity, level + max(0.0, passed.total_seconds()) * self.rate)

    def time_until(self, wanted: float, level: float) -> timedelta:
        """Return how long it takes until a level has become the one that is wanted."""
        return timedelta(seconds=max(0.0, wanted - level) / self.rate)


@dataclass(frozen=True, slots=True)
class Standing:
    """What an operation costs, and what its principal has besides: points, and the instant when all are back.

    `remaining` is what this worker knows of: what others have spent in the meantime may be missing from it.
    """

    cost: int
    limit: int
    remaining: int
    restore_rate: int
    reset_at: datetime
