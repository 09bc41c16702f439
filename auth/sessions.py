"""Signing in and out: how a person comes to be a viewer, and ceases to be one."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from auth.passwords import verify_password
from auth.tokens import hash_token, new_token, owner_of
from auth.viewer import Viewer
from domain.errors import InvalidCredentials
from domain.naming import EMAIL_LENGTH
from models.database import Database
from models.sessions import Session, signed_in, user_with_memberships
from models.users import credentials_of

SESSION_LENGTH = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session just opened: its token, which is shown this once, and whose it is."""

    token: str
    viewer: Viewer


async def sign_in(database: Database, *, email: str, password: str, at: datetime) -> SignedIn:
    """Open a session of 14 days. Raises InvalidCredentials, in the same time whatever is wrong."""
    # PostgreSQL has no NUL in text; an address that cannot exist takes the same way as one that does not.
    address = email.strip().lower()[: EMAIL_LENGTH + 1].replace("\0", "\ufffd")
    found = next(iter(await database.fetch(credentials_of(address))), None)
    matches = await verify_password(found and found.password_hash, password)
    if found is None or not matches:
        raise InvalidCredentials
    user_id = found.id
    token = new_token(user_id)
    async with database.transaction() as session:
        await session.execute(sa.delete(Session).where(Session.user_id == user_id, Session.expires_at <= at))
        session.add(
            Session(user_id=user_id, token_hash=hash_token(token), created_at=at, expires_at=at + SESSION_LENGTH)
        )
    return SignedIn(token, Viewer.of(await database.fetch(user_with_memberships(user_id))))


async def sign_out(database: Database, token: str) -> None:
    """End the session of this token, if there is one."""
    user_id = owner_of(token)
    if user_id is None:
        return
    mine = sa.delete(Session).where(Session.user_id == user_id, Session.token_hash == hash_token(token))
    async with database.transaction() as session:
        await session.execute(mine)


async def viewer_of(database: Database, token: str, *, at: datetime) -> Viewer | None:
    """Return who holds a live session with this token; rights are read anew at every request."""
    user_id = owner_of(token)
    if user_id is None:
        return None
    rows = await database.fetch(signed_in(user_id, hash_token(token), at))
    return Viewer.of(rows) if rows else None


async def read_again(database: Database, viewer: Viewer) -> Viewer:
    """Return the viewer with what has changed since the request came in."""
    return Viewer.of(await database.fetch(user_with_memberships(viewer.id)))
