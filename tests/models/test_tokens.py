"""Tokens: what a client holds, and what the database knows of it."""

import base64
import hashlib
from uuid import UUID

import pytest

from models.tokens import hash_token, new_token, owner_of

OWNER = UUID("0194207e-0000-7000-8000-0000000000ff")
# The same 48 bytes every time, so that each character's meaning is known: they end in 0xff.
TOKEN = base64.urlsafe_b64encode(OWNER.bytes + b"\xfb\xff" * 16).decode()


def test_a_token_leads_to_its_owner() -> None:
    token = new_token(OWNER)

    assert owner_of(token) == OWNER


def test_a_token_carries_256_random_bits() -> None:
    tokens = {new_token(OWNER) for _ in range(100)}

    secrets = {base64.urlsafe_b64decode(token)[16:] for token in tokens}
    assert len(secrets) == 100
    assert {len(secret) for secret in secrets} == {32}


def test_a_token_passes_through_a_cookie_unquoted() -> None:
    token = new_token(OWNER)

    assert len(token) == 64
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "session",
        TOKEN[:-1],
        TOKEN[:-4],
        TOKEN + "AAAA",
        TOKEN + "=",
        TOKEN + "====",
        TOKEN + "\n",
        " " + TOKEN,
        TOKEN[:10] + " " + TOKEN[11:],
        TOKEN[:10] + "é" + TOKEN[11:],
        TOKEN[:10] + "٣" + TOKEN[11:],  # an Arabic digit
        TOKEN[:10] + "\ud800" + TOKEN[11:],
        TOKEN[:10] + "\0" + TOKEN[11:],
        TOKEN.replace("_", "/").replace("-", "+"),  # the other alphabet names the same bytes
        base64.b32encode(OWNER.bytes).decode(),
        "A" * 100_000,
    ],
)
def test_what_we_have_not_written_is_nobodys(text: str) -> None:
    owner = owner_of(text)

    assert owner is None


def test_the_database_keeps_the_hash_of_the_whole_token() -> None:
    kept = hash_token(TOKEN)

    assert kept == hashlib.sha256(TOKEN.encode("ascii")).digest()
    assert hash_token(TOKEN[:-1] + "A") != kept
