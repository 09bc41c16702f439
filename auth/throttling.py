"""Throttling: whoever guesses has to wait, longer each time, and nobody can make somebody else wait.

Signing in counts twice: for an address as tried by one client, and for the client whatever it tries. A stranger who
hammers somebody's address makes the pair of that address and themselves wait, and then themselves altogether; from
elsewhere the owner of the address signs in as ever. There is no count of an address alone: it could be used to lock
people out, and what it would add against guessing from very many clients, the rule of 12 characters and the list of
common passwords give. Codes of the second factor are counted for the user, from wherever: whoever gets so far has the
password.

An attempt is counted before it is looked at, in a transaction of its own. So simultaneous ones are all counted, it is
calls that count and not requests, and a refusal takes nothing back. A refused attempt is not counted: waiting helps.
Success forgets the pair, and gives back to the client no more than the attempt itself; else an attacker's own account
would buy new guesses.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv6Address, ip_address
from uuid import UUID

import sqlalchemy as sa

from domain.throttling import REMEMBERED_FOR, TooManyAttempts, pause_after, seconds_until
from models.database import Database
from models.throttles import Throttle, count_one, forgotten
from models.transactions import Transaction

# So many attempts without success cost no time: people mistype, and an office shares one address.
FREE_AT_ADDRESS, FREE_AT_CLIENT, FREE_CODES, FREE_RESETS = 5, 20, 5, 3
# How many of those that no longer count are removed with each success.
SWEPT = 100


@dataclass(frozen=True, slots=True)
class Counter:
    """One thing that is counted, and how many attempts are free."""

    key_hash: bytes
    free: int


def signing_in_at(address: str, client_address: str | None) -> Counter:
    """Return what counts one client's attempts at one address, in lower case."""
    return _counter("sign-in", address, client_of(client_address), free=FREE_AT_ADDRESS)


def signing_in_from(client_address: str | None) -> Counter:
    """Return what counts one client's attempts at any address."""
    return _counter("sign-in", client_of(client_address), free=FREE_AT_CLIENT)


def codes_of(user_id: UUID) -> Counter:
    """Return what counts the attempts at a user's second factor."""
    return _counter("code", str(user_id), free=FREE_CODES)


def resetting_at(address: str, client_address: str | None) -> Counter:
    """Return what counts how often one client asks for a new password for one address, in lower case."""
    return _counter("reset", address, client_of(client_address), free=FREE_RESETS)


def resetting_from(client_address: str | None) -> Counter:
    """Return what counts how often one client asks for a new password for any address."""
    return _counter("reset", client_of(client_address), free=FREE_AT_CLIENT)


async def admit(database: Database, *counters: Counter, at: datetime) -> None:
    """Count an attempt in each. Raises TooManyAttempts, and counts nothing, where one of them has to wait.

    Name the wider one first, everywhere: two attempts that count the same never wait for each other.
    """
    async with database.transaction() as transaction:
        for counter in counters:
            await _count(transaction, counter, at=at)


async def forget(transaction: Transaction, *counters: Counter, at: datetime) -> None:
    """Let the counts begin anew, after a success, and sweep away some old ones."""
    keys = [counter.key_hash for counter in counters]
    await transaction.execute(sa.delete(Throttle).where(Throttle.key_hash.in_(keys)))
    await transaction.execute(forgotten(at, at_most=SWEPT))


async def give_back(database: Database, counter: Counter, *, at: datetime) -> None:
    """Take back one attempt that was just admitted and was none to count, with the pause that it has cost."""
    mine = sa.update(Throttle).where(Throttle.key_hash == counter.key_hash, Throttle.attempts > 0)
    async with database.transaction() as transaction:
        await transaction.execute(mine.values(attempts=Throttle.attempts - 1, blocked_until=at))


def client_of(address: str | None) -> str:
    """Return what counts as one client: an IPv4 address, or the network of 64 bits that has an IPv6 address.

    Whoever has one address of such a network has all of them.
    """
    try:
        known = ip_address((address or "").partition("%")[0])
    except ValueError:
        return "unknown"
    if not isinstance(known, IPv6Address):
        return str(known)
    return str(known.ipv4_mapped or IPv6Address(int(known) >> 64 << 64))


async def _count(transaction: Transaction, counter: Counter, *, at: datetime) -> None:
    attempts = await transaction.scalar(count_one(counter.key_hash, at=at, forgotten_at=at + REMEMBERED_FOR))
    mine = Throttle.key_hash == counter.key_hash
    if attempts is None:
        blocked_until = (await transaction.scalars(sa.select(Throttle.blocked_until).where(mine))).one()
        raise TooManyAttempts(seconds_until(blocked_until, at))
    pause = pause_after(attempts, free=counter.free)
    if pause:
        await transaction.execute(sa.update(Throttle).where(mine).values(blocked_until=at + pause))


def _counter(*parts: str, free: int) -> Counter:
    # A NUL is in none of the parts, so that no two lists of parts are written alike.
    return Counter(hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).digest(), free)
