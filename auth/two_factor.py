"""Two-factor: setting it up with an authenticator, and giving it up again.

Whoever does either is signed in anew: this session gets another token, and the others end.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import pyotp
import segno
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from auth import codes, sessions, throttling
from auth.proving import hold, prove
from auth.sessions import SignedIn
from auth.viewer import Viewer
from domain.credentials import InvalidCredentials, WrongCode, WrongPassword
from domain.errors import Conflict
from models.audit import personal_event
from models.database import Database
from models.sealing import Sealer
from models.transactions import Transaction
from models.two_factor import RecoveryCode, TwoFactor, authenticator_of
from models.walls import PERSONAL

ISSUER = "Reseller dashboard"


@dataclass(frozen=True, slots=True)
class Begun:
    """What the authenticator has to know: the secret in base 32, and the URI with which it is scanned."""

    secret: str = field(repr=False)
    otpauth_uri: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The recovery codes, which are shown this once, and the session's new token."""

    recovery_codes: list[str] = field(repr=False)
    opened: SignedIn


async def begin(
    transaction: Transaction,
    sealer: Sealer,
    viewer: Viewer,
    *,
    at: datetime,
    request_id: str,
    event_id: UUID,
    reason: str | None = None,
) -> Begun:
    """Make up a secret, which counts once it is confirmed; another one that waited is forgotten.

    Raises Conflict where two-factor is set up already.
    """
    secret, email = codes.new_secret(), viewer.email or ""
    pending = {"sealed": sealer.seal({"secret": secret}), "last_step": 0, "created_at": at}
    offered = insert(TwoFactor).values(user_id=viewer.id, **pending)
    kept = offered.on_conflict_do_update(
        index_elements=[TwoFactor.user_id], set_=pending, where=TwoFactor.confirmed_at.is_(None)
    )
    if await transaction.scalar(kept.returning(TwoFactor.user_id)) is None:
        raise Conflict("Two-factor is set up already; disable it first.")
    transaction.add(
        personal_event(
            "startTwoFactor", viewer.id, viewer.name, at=at, request_id=request_id, event_id=event_id, reason=reason
        )
    )
    return Begun(secret, pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER))


async def confirm(
    database: Database,
    sealer: Sealer,
    viewer: Viewer,
    *,
    code: str,
    session_token: str | None,
    at: datetime,
    request_id: str,
    event_id: UUID,
    reason: str | None = None,
) -> Confirmed:
    """Let the secret that waits count from now on. Raises Conflict where none waits, and WrongCode."""
    recovery_codes = codes.new_recovery_codes()
    async with database.transaction(PERSONAL) as transaction:
        pending = await _lock_pending(transaction, viewer.id)
        step = codes.matching_step(sealer.unseal(pending.sealed)["secret"], code, at)
        if step is None:
            raise WrongCode
        pending.last_step, pending.confirmed_at = step, at
        transaction.add_all(
            RecoveryCode(user_id=viewer.id, code_hash=codes.hash_recovery_code(each)) for each in recovery_codes
        )
        token = await sessions.renew(transaction, viewer.id, session_token, at=at)
        transaction.add(
            personal_event(
                "confirmTwoFactor",
                viewer.id,
                viewer.name,
                at=at,
                request_id=request_id,
                event_id=event_id,
                reason=reason,
            )
        )
    return Confirmed(recovery_codes, SignedIn(token, await sessions.person(database, viewer.id)))


async def disable(
    database: Database,
    sealer: Sealer,
    viewer: Viewer,
    *,
    password: str,
    code: str,
    session_token: str | None,
    client_address: str | None,
    at: datetime,
    request_id: str,
    event_id: UUID,
    reason: str | None = None,
) -> SignedIn:
    """Forget the authenticator and every recovery code.

    Raises TooManyAttempts, WrongPassword, WrongCode, and Conflict where there is nothing to disable.
    """
    try:
        proof = await prove(database, email=viewer.email or "", password=password, client_address=client_address, at=at)
    except InvalidCredentials:
        raise WrongPassword("password") from None
    counter = throttling.codes_of(viewer.id)
    await throttling.admit(database, counter, at=at)
    async with database.transaction(PERSONAL) as transaction:
        await hold(transaction, proof)
        sealed = await transaction.scalar(authenticator_of(viewer.id))
        if sealed is None:
            raise Conflict("Two-factor is not set up.")
        if not await codes.accept(transaction, sealer, viewer.id, sealed, code, at=at):
            raise WrongCode
        await _forget(transaction, viewer.id)
        token = await sessions.renew(transaction, viewer.id, session_token, at=at)
        await throttling.forget(transaction, proof.counter, counter, at=at)
        transaction.add(
            personal_event(
                "disableTwoFactor",
                viewer.id,
                viewer.name,
                at=at,
                request_id=request_id,
                event_id=event_id,
                reason=reason,
            )
        )
    return SignedIn(token, await sessions.person(database, viewer.id))


def qr_svg(uri: str) -> str:
    """Return the URI as a QR code: an <svg> element to stand in a page, black on white whatever the page's colours."""
    code = segno.make(uri, error="m", micro=False)
    return code.svg_inline(scale=4, light="#fff", title="QR code for your authenticator", omitsize=True)


async def _lock_pending(transaction: Transaction, user_id: UUID) -> TwoFactor:
    waiting = sa.select(TwoFactor).where(TwoFactor.user_id == user_id, TwoFactor.confirmed_at.is_(None))
    pending = await transaction.scalar(waiting.with_for_update())
    if pending is None:
        raise Conflict("There is nothing to confirm: start setting up two-factor first.")
    return pending


async def _forget(transaction: Transaction, user_id: UUID) -> None:
    for table in (RecoveryCode, TwoFactor):
        await transaction.execute(sa.delete(table).where(table.user_id == user_id))
