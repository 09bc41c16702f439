"""Passwords: argon2id with OWASP's parameters, hashed in a thread because hashing is meant to be slow."""

import asyncio
import ctypes
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

# OWASP: 19 MiB, two passes, one lane.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
LONGEST = 128
# mallopt's number of what is given back as soon as it is freed: blocks of a megabyte and more.
_M_MMAP_THRESHOLD, _GIVEN_BACK_BYTES = -3, 1024 * 1024


def _give_back() -> None:
    # glibc keeps up to twice the largest block that was ever freed: after a few of 19 MiB, 35 MB (measured).
    with suppress(AttributeError):  # another libc gives back as it likes
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _GIVEN_BACK_BYTES)


# Two at once: 38 MiB, and not one for every thread of the pool that everything else shares.
_HASHING = ThreadPoolExecutor(2, thread_name_prefix="hashing", initializer=_give_back)


async def hash_password(password: str) -> str:
    """Return the password's hash, with its parameters and salt in it."""
    return await asyncio.get_running_loop().run_in_executor(_HASHING, HASHER.hash, password)


async def verify_password(password_hash: str | None, password: str) -> bool:
    """Tell whether the password belongs to the hash.

    Somebody without a password takes the same time, so that the clock does not tell which addresses are known.
    """
    loop = asyncio.get_running_loop()
    matches = await loop.run_in_executor(_HASHING, _verify, password_hash, password[:LONGEST])
    return matches and password_hash is not None and len(password) <= LONGEST


async def common_passwords() -> frozenset[str]:
    """Return the passwords that everybody tries first, in lower case: zxcvbn's list, from published leaks."""
    return await asyncio.get_running_loop().run_in_executor(_HASHING, _common_passwords)


async def rehashed(password_hash: str, password: str) -> str | None:
    """Return a new hash of a password that was just verified, where the parameters have changed since; else None."""
    return await hash_password(password) if HASHER.check_needs_rehash(password_hash) else None


def _verify(password_hash: str | None, password: str) -> bool:
    try:
        return HASHER.verify(password_hash or _nobodys_hash(), password)
    except (Argon2Error, InvalidHashError):
        return False


@cache
def _nobodys_hash() -> str:
    return HASHER.hash("nobody has this password")


@cache
def _common_passwords() -> frozenset[str]:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415 # 13 MB, for a worker that is given a password

    return frozenset(FREQUENCY_LISTS["passwords"])
