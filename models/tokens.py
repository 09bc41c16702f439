"""Secrets that a client holds and the database knows only by their hash."""

import binascii
import hashlib
import secrets
from uuid import UUID

SECRET_BYTES = 32
# What the module base64 does, which asks each request more than it needs.
_URL_SAFE, _STANDARD = bytes.maketrans(b"+/", b"-_"), bytes.maketrans(b"-_", b"+/")


def new_token(owner: UUID) -> str:
    """Return an opaque token of 256 random bits; it carries its owner's id, which leads to where its hash lies."""
    return _written(owner.bytes + secrets.token_bytes(SECRET_BYTES))


def new_secret() -> str:
    """Return 256 random bits, fit for a link."""
    return _written(secrets.token_bytes(SECRET_BYTES)).rstrip("=")


def owner_of(token: str) -> UUID | None:
    """Return the id that a token carries, or None where it is not of our making."""
    try:
        raw = binascii.a2b_base64(token.encode("ascii").translate(_STANDARD))
    except (UnicodeError, binascii.Error):
        return None
    return UUID(bytes=raw[:16]) if len(raw) == 16 + SECRET_BYTES and _written(raw) == token else None


def hash_token(token: str) -> bytes:
    """Return what the database keeps. One round is enough: a random token cannot be guessed."""
    return hashlib.sha256(token.encode()).digest()


def _written(raw: bytes) -> str:
    return binascii.b2a_base64(raw, newline=False).translate(_URL_SAFE).decode()
