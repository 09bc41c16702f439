"""The rate budget: what operations cost is taken from a bucket of points that all workers share.

A worker asks the database seldom: it leases a tenth of the bucket and spends that by itself. What it has not spent
when the bucket would be full again is forgotten. So a principal never gets more than the capacity and what flowed in,
however many workers there are, and misses at most what other workers hold. Where the bucket is known to be too empty,
nobody is asked either: whoever hammers costs the database nothing.

Where the database does not answer, a worker grants what it believes is in the bucket: the budget is never the part that
fails, and without a database it still bounds what each worker does.

RateLimited     the operation costs more than is left
"""

import asyncio
import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from auth.throttling import client_of
from auth.viewer import Viewer
from domain.budgets import Allowance, Standing
from models.budgets import lease, refilled
from models.database import Database
from models.failures import is_unavailable

SIGNED_IN, STRANGERS = Allowance(2_000, 100), Allowance(200, 10)
# Principals that a worker remembers; one that is forgotten leases anew.
REMEMBERED = 10_000
# With every so many leases so many rows of full buckets are removed.
SWEPT_EVERY, SWEPT = 100, 200
# No request waits longer for its lease.
PATIENCE_SECONDS = 1.0

log = structlog.get_logger()


class RateLimited(Exception):
    """The operation costs more than its principal has left; nothing of it ran.

    `retry_after` is in whole seconds; None where waiting does not help, because the bucket never holds so much.
    """

    def __init__(self, standing: Standing, retry_after: int | None) -> None:
        super().__init__("The operation costs more than is left.")
        self.standing, self.retry_after = standing, retry_after


@dataclass(slots=True)
class _Purse:
    """What a worker holds for a principal until `ends_at`, and how full the bucket was at most when it last heard."""

    level: float
    heard_at: datetime
    ends_at: datetime
    points: float = 0.0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def holds(self, cost: int, at: datetime) -> bool:
        """Tell whether so many points are there already."""
        return at < self.ends_at and cost <= self.points


class Budgets:
    """A worker's part of all budgets."""

    def __init__(self, signed_in: Allowance = SIGNED_IN, strangers: Allowance = STRANGERS) -> None:
        self._signed_in, self._strangers = signed_in, strangers
        self._slowest = max(signed_in, strangers, key=lambda each: each.refill_time)
        self._purses: OrderedDict[str, _Purse] = OrderedDict()
        self._leases = 0

    async def spend(
        self, database: Database, viewer: Viewer | None, client_address: str | None, cost: int, *, at: datetime
    ) -> Standing:
        """Take an operation's cost from the budget of who asks, and return how it stands. Raises RateLimited."""
        allowance = self._strangers if viewer is None else self._signed_in
        principal = principal_of(viewer, client_address)
        purse = self._purse(principal, allowance, at)
        if purse.turn.locked() or not purse.holds(cost, at):
            # Requests of one principal take turns, so that they do not lease twice where once is enough.
            async with purse.turn:
                await self._fill(database, principal, purse, cost, allowance, at)
        purse.points -= cost
        return _standing(purse, allowance, cost, at)

    def standing(self, viewer: Viewer | None, client_address: str | None, cost: int, *, at: datetime) -> Standing:
        """Return what an operation would cost, and how the budget of who asks stands; nothing is taken."""
        allowance = self._strangers if viewer is None else self._signed_in
        purse = self._purse(principal_of(viewer, client_address), allowance, at)
        return _standing(purse, allowance, cost, at)

    def _purse(self, principal: str, allowance: Allowance, at: datetime) -> _Purse:
        purse = self._purses.get(principal)
        if purse is None:
            purse = self._purses[principal] = _Purse(allowance.capacity, heard_at=at, ends_at=at)
            if len(self._purses) > REMEMBERED:
                self._purses.popitem(last=False)
        else:
            self._purses.move_to_end(principal)
        return purse

    async def _fill(
        self, database: Database, principal: str, purse: _Purse, cost: int, allowance: Allowance, at: datetime
    ) -> None:
        if purse.ends_at <= at:
            purse.points = 0.0
        needed = cost - purse.points
        if needed > 0 and allowance.refilled(purse.level, at - purse.heard_at) >= needed:
            await self._lease(database, principal, purse, needed, allowance, at)
        if cost > purse.points:
            raise _limited(purse, allowance, cost, at)

    async def _lease(
        self, database: Database, principal: str, purse: _Purse, needed: float, allowance: Allowance, at: datetime
    ) -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                [row] = await database.fetch(lease(_hash_of(principal), needed, allowance, at=at))
                leased, level = row.leased, row.level
                await self._sweep(database, at)
        except (SQLAlchemyError, OSError) as error:
            if not is_unavailable(error):
                raise
            log.warning("the budget is not shared: the database does not answer", error=type(error).__name__)
            known = allowance.refilled(purse.level, at - purse.heard_at)
            leased = allowance.portion(needed, known)
            level = known - leased
        purse.points += leased
        purse.level, purse.heard_at, purse.ends_at = level, at, at + allowance.refill_time

    async def _sweep(self, database: Database, at: datetime) -> None:
        self._leases += 1
        if self._leases % SWEPT_EVERY == 0:
            await database.fetch(refilled(at, self._slowest, at_most=SWEPT))


def principal_of(viewer: Viewer | None, client_address: str | None) -> str:
    """Return who spends: a user, an API key, or whatever counts as one client."""
    return f"client {client_of(client_address)}" if viewer is None else " ".join(viewer.principal)


def _hash_of(principal: str) -> bytes:
    return hashlib.sha256(principal.encode("utf-8", "surrogatepass")).digest()


def _left(purse: _Purse, allowance: Allowance, at: datetime) -> float:
    return min(allowance.capacity, purse.points + allowance.refilled(purse.level, at - purse.heard_at))


def _standing(purse: _Purse, allowance: Allowance, cost: int, at: datetime) -> Standing:
    left = _left(purse, allowance, at)
    reset_at = at + allowance.time_until(allowance.capacity, left)
    return Standing(cost, allowance.capacity, int(left), allowance.rate, reset_at)


def _limited(purse: _Purse, allowance: Allowance, cost: int, at: datetime) -> RateLimited:
    wait = allowance.time_until(cost, _left(purse, allowance, at))
    seconds = None if cost > allowance.capacity else max(1, -(-wait // timedelta(seconds=1)))
    return RateLimited(_standing(purse, allowance, cost, at), seconds)
