"""Passwords: argon2id with OWASP's parameters, hashed in a thread because hashing is meant to be slow."""

import asyncio
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from zxcvbn.frequency_lists import FREQUENCY_LISTS

# OWASP: 19 MiB, two passes, one lane.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
LONGEST = 128


async def hash_password(password: str) -> str:
    """Return the password's hash, with its parameters and salt in it."""
    return await asyncio.to_thread(HASHER.hash, password)


async def verify_password(password_hash: str | None, password: str) -> bool:
    """Tell whether the password belongs to the hash.

    Somebody without a password takes the same time, so that the clock does not tell which addresses are known.
    """
    matches = await asyncio.to_thread(_verify, password_hash or _nobodys_hash(), password[:LONGEST])
    return matches and password_hash is not None and len(password) <= LONGEST


async def rehashed(password_hash: str, password: str) -> str | None:
    """Return a new hash of a password that was just verified, where the parameters have changed since; else None."""
    return await hash_password(password) if HASHER.check_needs_rehash(password_hash) else None


def _verify(password_hash: str, password: str) -> bool:
    try:
        return HASHER.verify(password_hash, password)
    except (Argon2Error, InvalidHashError):
        return False


@cache
def common_passwords() -> frozenset[str]:
    """Return the passwords that everybody tries first, in lower case: zxcvbn's list, from published leaks."""
    return frozenset(FREQUENCY_LISTS["passwords"])


@cache
def _nobodys_hash() -> str:
    return HASHER.hash("nobody has this password")
