"""Signing in and out: how a person comes to be a viewer, and ceases to be one."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from auth import codes, throttling
from auth.passwords import rehashed
from auth.proving import hold, prove
from auth.remembering import KNOWN
from auth.viewer import Viewer
from domain.credentials import InvalidCredentials, SecondFactorRequired
from domain.errors import NotFound, Unauthenticated
from models.audit import personal_event
from models.database import Database
from models.sealing import Sealer
from models.sessions import Session, signed_in, user_with_memberships, with_id
from models.tokens import hash_token, new_token, owner_of
from models.transactions import Transaction
from models.two_factor import authenticator_of
from models.users import User
from models.walls import PERSONAL

SESSION_LENGTH = timedelta(days=14)
IDLE_LENGTH = timedelta(hours=24)
USER_AGENT_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Lengths:
    """How long a session lives: at most, and after it was last used. It keeps those with which it was opened."""

    absolute: timedelta = SESSION_LENGTH
    idle: timedelta = IDLE_LENGTH


ORDINARY = Lengths()


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session just opened: its token, which is shown this once, and whose it is."""

    token: str = field(repr=False)
    viewer: Viewer


async def sign_in(
    database: Database,
    sealer: Sealer,
    *,
    email: str,
    password: str,
    code: str | None = None,
    client_address: str | None = None,
    user_agent: str | None = None,
    session_token: str | None = None,
    lengths: Lengths = ORDINARY,
    at: datetime,
    request_id: str,
    event_id: UUID,
    reason: str | None = None,
) -> SignedIn:
    """Open a session, in place of the one of `session_token`.

    Raises TooManyAttempts; InvalidCredentials, in the same time whatever is wrong; SecondFactorRequired where only the
    code is missing.
    """
    proof = await prove(database, email=email, password=password, client_address=client_address, at=at)
    await _admit_code(database, proof.user_id, code, at=at)
    fresh_hash = await rehashed(proof.password_hash, password)
    async with database.transaction(PERSONAL) as transaction:
        user = await hold(transaction, proof)
        await _require_second_factor(transaction, sealer, user.id, code, at=at)
        user.password_hash = fresh_hash or user.password_hash
        await _end_expired(transaction, user.id, at=at)
        await _end(transaction, session_token)
        token = add_session(
            transaction, user.id, client_address=client_address, user_agent=user_agent, lengths=lengths, at=at
        )
        await throttling.forget(transaction, proof.counter, throttling.codes_of(user.id), at=at)
        transaction.add(
            personal_event("signIn", user.id, user.name, at=at, request_id=request_id, event_id=event_id, reason=reason)
        )
    return SignedIn(token, await person(database, user.id))


def add_session(
    transaction: Transaction,
    user_id: UUID,
    *,
    client_address: str | None = None,
    user_agent: str | None = None,
    lengths: Lengths = ORDINARY,
    at: datetime,
) -> str:
    """Add a session to a transaction, and return its token."""
    token = new_token(user_id)
    added = Session(
        user_id=user_id,
        token_hash=hash_token(token),
        created_at=at,
        expires_at=at + lengths.absolute,
        idle_for=lengths.idle,
        last_seen_at=at.replace(second=0, microsecond=0),
        client_address=client_address,
        user_agent=_printable(user_agent),
    )
    transaction.add(added)
    return token


async def renew(transaction: Transaction, user_id: UUID, token: str | None, *, at: datetime) -> str:
    """Give the session of this token another one, end the user's other sessions, and return the new token.

    What else it was stays, the end of its life included. Raises Unauthenticated where it has ended meanwhile.
    """
    fresh, mine = new_token(user_id), Session.user_id == user_id
    renewing = sa.update(Session).where(mine, Session.token_hash == hash_token(token or ""), Session.live(at))
    renewed = await transaction.scalar(renewing.values(token_hash=hash_token(fresh)).returning(Session.user_id))
    if renewed is None:
        raise Unauthenticated
    await transaction.execute(sa.delete(Session).where(mine, Session.token_hash != hash_token(fresh)))
    return fresh


async def person(database: Database, user_id: UUID) -> Viewer:
    """Return the user as a viewer, with every dashboard they belong to now."""
    [row] = await database.fetch(user_with_memberships(user_id))
    return Viewer.of(row)


async def sign_out(
    transaction: Transaction, token: str, *, at: datetime, request_id: str, event_id: UUID, reason: str | None = None
) -> bool:
    """End the session of this token, and tell whether there was one."""
    user_id = await _end(transaction, token)
    if user_id is None:
        return False
    user = (await transaction.scalars(sa.select(User).where(User.id == user_id))).one()
    transaction.add(
        personal_event("signOut", user.id, user.name, at=at, request_id=request_id, event_id=event_id, reason=reason)
    )
    return True


async def end_session(
    transaction: Transaction,
    viewer: Viewer,
    id: UUID,
    *,
    at: datetime,
    request_id: str,
    event_id: UUID,
    reason: str | None = None,
) -> bytes:
    """End one of the viewer's sessions, and return the hash of its token. Raises NotFound."""
    ending = sa.delete(Session).where(Session.user_id == viewer.id, with_id(id), Session.live(at))
    ended: bytes | None = await transaction.scalar(ending.returning(Session.token_hash))
    if ended is None:
        raise NotFound("session")
    transaction.add(
        personal_event(
            "endSession", viewer.id, viewer.name, at=at, request_id=request_id, event_id=event_id, reason=reason
        )
    )
    return ended


async def end_other_sessions(
    transaction: Transaction,
    viewer: Viewer,
    *,
    session_token: str | None,
    at: datetime,
    request_id: str,
    event_id: UUID,
    reason: str | None = None,
) -> None:
    """End every session of the viewer but the one of this token."""
    kept = hash_token(session_token or "")
    ending = sa.delete(Session).where(Session.user_id == viewer.id, Session.token_hash != kept)
    await transaction.execute(ending)
    transaction.add(
        personal_event(
            "endOtherSessions", viewer.id, viewer.name, at=at, request_id=request_id, event_id=event_id, reason=reason
        )
    )


async def viewer_of(database: Database, token: str, *, at: datetime) -> Viewer | None:
    """Return who holds a live session with this token; rights are read anew at every request."""
    user_id = owner_of(token)
    if user_id is None:
        return None
    rows = await database.fetch(signed_in(user_id, hash_token(token), at))
    return KNOWN.viewer_of(rows[0]) if rows else None


async def _admit_code(database: Database, user_id: UUID, code: str | None, *, at: datetime) -> None:
    if code:
        await throttling.admit(database, throttling.codes_of(user_id), at=at)


async def _require_second_factor(
    transaction: Transaction, sealer: Sealer, user_id: UUID, code: str | None, *, at: datetime
) -> None:
    sealed = await transaction.scalar(authenticator_of(user_id))
    if sealed is None:
        return
    if not code:
        raise SecondFactorRequired
    if not await codes.accept(transaction, sealer, user_id, sealed, code, at=at):
        raise InvalidCredentials(with_code=True)


async def _end_expired(transaction: Transaction, user_id: UUID, *, at: datetime) -> None:
    expired = sa.delete(Session).where(Session.user_id == user_id, sa.not_(Session.live(at)))
    await transaction.execute(expired)


async def _end(transaction: Transaction, token: str | None) -> UUID | None:
    user_id = None if token is None else owner_of(token)
    if user_id is None or token is None:
        return None
    mine = sa.delete(Session).where(Session.user_id == user_id, Session.token_hash == hash_token(token))
    ended: UUID | None = await transaction.scalar(mine.returning(Session.user_id))
    return ended


def _printable(user_agent: str | None) -> str | None:
    written = "".join(sign for sign in user_agent or "" if sign.isprintable())[:USER_AGENT_LENGTH]
    return written or None
