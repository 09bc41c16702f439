"""Codes of the second factor: of an authenticator (TOTP) or for recovery, each accepted once.

RFC 6238: six digits, steps of 30 seconds. The step before and the step after are accepted as well, because clocks
differ and people type; a step that was used, or one before it, never again.
"""

import hashlib
import hmac
import secrets
from base64 import b32encode
from datetime import datetime
from uuid import UUID

import pyotp

from models.sealing import Sealer
from models.transactions import Transaction
from models.two_factor import use_recovery_code, use_step

STEP_SECONDS, DIGITS = 30, 6
RECOVERY_CODES = 10
# 80 bits, so that one round of hashing is enough: written as four groups of four.
_RECOVERY_BYTES, _GROUP = 10, 4


def new_secret() -> str:
    """Return 160 random bits in base 32, as authenticators take them."""
    return pyotp.random_base32()


def matching_step(secret: str, code: str, at: datetime) -> int | None:
    """Return the time step, of the three that are accepted at an instant, whose code this is."""
    typed, generator = _bare(code), pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS)
    now = int(at.timestamp()) // STEP_SECONDS
    for step in (now, now - 1, now + 1):
        if hmac.compare_digest(generator.generate_otp(step).encode(), typed.encode()):
            return step
    return None


async def accept(
    transaction: Transaction, sealer: Sealer, user_id: UUID, sealed: bytes, code: str, *, at: datetime
) -> bool:
    """Use up a code of the authenticator, or a recovery code, in the caller's transaction; tell whether it was good.

    Of two who use one code at once, one is told that it was.
    """
    step = matching_step(sealer.unseal(sealed)["secret"], code, at)
    used = use_recovery_code(user_id, hash_recovery_code(code)) if step is None else use_step(user_id, step)
    return await transaction.scalar(used) is not None


def new_recovery_codes() -> list[str]:
    """Return ten codes: abcd-efgh-ijkl-mnop, without digits that look like letters."""
    return [_recovery_code() for _ in range(RECOVERY_CODES)]


def hash_recovery_code(code: str) -> bytes:
    """Return what the database keeps; hyphens, spaces and case do not matter."""
    return hashlib.sha256(_bare(code).encode()).digest()


def _recovery_code() -> str:
    letters = b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode().lower()
    return "-".join(letters[start : start + _GROUP] for start in range(0, len(letters), _GROUP))


def _bare(code: str) -> str:
    # A lone surrogate is in no code, and in no encoding.
    return "".join(code[:64].replace("-", "").split()).lower().encode("utf-8", "replace").decode()
