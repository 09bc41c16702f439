"""Passwords: how they are kept, and what is verified for whom."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from auth.passwords import hash_password, verify_password

PASSWORD = "correct horse battery staple"
PARAMETERS = "$argon2id$v=19$m=19456,t=2,p=1$"


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Notes the parameters and the password of every verification that argon2 really does."""
    noted: list[tuple[str, str]] = []
    verify = PasswordHasher.verify

    def note(hasher: PasswordHasher, hash: str, password: str) -> bool:
        noted.append((hash[: len(PARAMETERS)], password))
        return verify(hasher, hash, password)

    monkeypatch.setattr(PasswordHasher, "verify", note)
    return noted


async def test_a_password_is_hashed_by_argon2id_with_owasps_parameters() -> None:
    hashed = await hash_password(PASSWORD)

    assert re.fullmatch(re.escape(PARAMETERS) + r"[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}", hashed)


async def test_one_password_has_another_hash_every_time() -> None:
    first, second = await hash_password(PASSWORD), await hash_password(PASSWORD)

    assert first != second
    assert [await verify_password(each, PASSWORD) for each in (first, second)] == [True, True]


@pytest.mark.parametrize(
    "other", ["", PASSWORD[:-1], f"{PASSWORD} ", PASSWORD.upper(), f"{PASSWORD}\0", "\0", "пароль"]
)
async def test_another_password_does_not_match(other: str) -> None:
    hashed = await hash_password(PASSWORD)

    matches = await verify_password(hashed, other)

    assert matches is False


@pytest.mark.parametrize("password", ["пароль-из-двенадцати", "🐎🔋📎🐎🔋📎", " spaces count ", "a\0b\0c\0d\0e\0f\0"])
async def test_every_character_counts(password: str) -> None:
    hashed = await hash_password(password)

    matches = await verify_password(hashed, password)

    assert matches is True


@pytest.mark.parametrize(("length", "matches"), [(127, True), (128, True), (129, False), (100_000, False)])
async def test_over_128_characters_nothing_matches(length: int, matches: bool) -> None:  # noqa: FBT001 # a table
    hashed = await hash_password("x" * length)

    answer = await verify_password(hashed, "x" * length)

    assert answer is matches


async def test_an_over_long_password_does_not_match_for_its_beginning() -> None:
    hashed = await hash_password("x" * 128)

    matches = await verify_password(hashed, "x" * 129)

    assert matches is False


async def test_an_over_long_password_costs_no_more_than_its_first_128_characters(
    verified: list[tuple[str, str]],
) -> None:
    hashed = await hash_password(PASSWORD)

    await verify_password(hashed, "x" * 100_000)

    assert verified == [(PARAMETERS, "x" * 128)]


async def test_nobody_is_verified_like_somebody(verified: list[tuple[str, str]]) -> None:
    hashed = await hash_password(PASSWORD)

    answers = [await verify_password(each, "wrong") for each in (hashed, None)]

    assert answers == [False, False]
    assert verified == [(PARAMETERS, "wrong"), (PARAMETERS, "wrong")]


async def test_no_password_is_nobodys() -> None:
    answer = await verify_password(None, "nobody has this password")

    assert answer is False


@pytest.mark.parametrize("kept", ["x", "$argon2id$v=19$", "$2b$12$abcdefghijklmnopqrstuv", "!"])
async def test_what_is_no_hash_matches_nothing(kept: str) -> None:
    answer = await verify_password(kept, PASSWORD)

    assert answer is False


MEASURED = """
import asyncio
from pathlib import Path
from auth.passwords import hash_password

def megabytes(name):
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name)]
    return int(line.split()[1]) / 1024

async def main():
    await hash_password("the first one")
    before = megabytes("VmRSS")
    await asyncio.gather(*(hash_password(f"one of {number}") for number in range(12)))
    print(megabytes("VmHWM") - before, megabytes("VmRSS") - before)

asyncio.run(main())
"""


def test_hashing_holds_two_blocks_at_once_and_gives_both_back(root: Path) -> None:
    done = subprocess.run([sys.executable, "-c", MEASURED], cwd=root, capture_output=True, text=True, check=True)  # noqa: S603 # ours
    highest, kept = map(float, done.stdout.split())

    # A block has 19 MiB.
    assert (round(highest / 19), round(kept / 19)) == (2, 0)
