"""Secrets that a client holds and the database knows only by their hash."""

import base64
import binascii
import hashlib
import secrets
from uuid import UUID

SECRET_BYTES = 32


def new_token(owner: UUID) -> str:
    """Return an opaque token of 256 random bits; it carries its owner's id, which leads to where its hash lies."""
    return _written(owner.bytes + secrets.token_bytes(SECRET_BYTES))


def new_secret() -> str:
    """Return 256 random bits, fit for a link."""
    return _written(secrets.token_bytes(SECRET_BYTES)).rstrip("=")


def owner_of(token: str) -> UUID | None:
    """Return the id that a token carries, or None where it is not of our making."""
    try:
        raw = base64.b64decode(token.encode("ascii"), b"-_", validate=True)
    except (UnicodeError, binascii.Error):
        return None
    return UUID(bytes=raw[:16]) if len(raw) == 16 + SECRET_BYTES and _written(raw) == token else None


def hash_token(token: str) -> bytes:
    """Return what the database keeps. One round is enough: a random token cannot be guessed."""
    return hashlib.sha256(token.encode()).digest()


def _written(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()
