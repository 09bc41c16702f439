"""Sealing: what the database keeps but must not know, such as the link in a mail that has not left yet.

KeyOfWrongLength   the key is not one of 256 bits
Unreadable         it was sealed with another key, or it is damaged; the two cannot be told apart
"""

import json
import secrets
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_NONCE_BYTES = 12


class SealingError(Exception):
    """Values that cannot be sealed or read; the message says why, and nothing of the values or the key."""


class KeyOfWrongLength(SealingError):
    """The key is not one of 256 bits."""

    def __init__(self, length: int) -> None:
        super().__init__(f"The key for sealing must have {KEY_BYTES} bytes; this one has {length}.")


class Unreadable(SealingError):
    """The seal does not fit the key."""

    def __init__(self) -> None:
        super().__init__("The values were sealed with another key, or they are damaged.")


class Sealer:
    """One key, which turns values into bytes that say nothing without it, and back (AES-256-GCM)."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise KeyOfWrongLength(len(key))
        self._cipher = AESGCM(key)

    def seal(self, values: Mapping[str, Any]) -> bytes:
        """Return the values, which JSON can hold, unreadable and different each time."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, json.dumps(values).encode(), None)

    def unseal(self, sealed: bytes) -> dict[str, Any]:
        """Return the values. Raises Unreadable where another key sealed them or a bit has changed."""
        nonce, body = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            values: dict[str, Any] = json.loads(self._cipher.decrypt(nonce, body, None))
        except (InvalidTag, ValueError):  # ValueError: too short to be sealed at all
            raise Unreadable from None
        return values
