"""Resetting a forgotten password by mail: a link that works once, for 30 minutes.

Asking tells nobody whether an address is known: for an unknown one the same is done, and taken back before the commit.
"""

from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

import sqlalchemy as sa
from uuid_utils.compat import uuid7

from auth import throttling
from auth.passwords import common_passwords, hash_password
from domain.credentials import ResetUnusable
from domain.naming import clean_email
from domain.passwords import clean_password
from models.audit import personal_event
from models.database import Database
from models.resets import open_reset, usable_reset, use_reset
from models.sessions import Session
from models.tokens import hash_token, new_token, owner_of
from models.transactions import Transaction
from models.users import User, credentials_of
from models.walls import PERSONAL

VALID_FOR = timedelta(minutes=30)


class Letters(Protocol):
    """Who posts the letters, in the caller's transaction. Mail lies beside this layer, not below it."""

    def send_password_reset(self, transaction: Transaction, to: str, token: str, *, minutes: int, at: datetime) -> None:
        """Post a link with the token."""

    def send_password_changed(self, transaction: Transaction, to: str, *, at: datetime) -> None:
        """Post the news that the password is another one."""


async def request_reset(
    database: Database,
    postman: Letters,
    *,
    email: str,
    client_address: str | None,
    at: datetime,
    request_id: str,
    event_id: UUID,
    reason: str | None = None,
) -> None:
    """Send a link to the address if somebody signs in with it; the link before ends. Nobody learns whether it did.

    Raises BadInput where it is no address, and TooManyAttempts.
    """
    address = clean_email(email)
    from_client, here = throttling.resetting_from(client_address), throttling.resetting_at(address, client_address)
    await throttling.admit(database, from_client, here, at=at)
    found = next(iter(await database.fetch(credentials_of(address))), None)
    is_known = found is not None and found.password_hash is not None
    user_id, name, to = (found.id, found.name, found.email) if found is not None else (uuid7(), "", address)
    token = new_token(user_id)
    async with database.transaction(PERSONAL) as transaction:
        # Both ways end in a commit: it takes longer than all the rest.
        doing = await transaction.connection.through.begin_nested()
        await transaction.execute(open_reset(user_id, hash_token(token), at + VALID_FOR))
        postman.send_password_reset(transaction, to, token, minutes=VALID_FOR // timedelta(minutes=1), at=at)
        transaction.add(
            personal_event(
                "requestPasswordReset", user_id, name, at=at, request_id=request_id, event_id=event_id, reason=reason
            )
        )
        await transaction.flush()
        await (doing.commit() if is_known else doing.rollback())


async def reset_password(
    database: Database,
    postman: Letters,
    *,
    token: str,
    new_password: str,
    client_address: str | None,
    at: datetime,
    request_id: str,
    event_id: UUID,
    reason: str | None = None,
) -> UUID:
    """Give the user of a link another password, end all of their sessions, say so by mail, and return who it is.

    Nobody is signed in by it. Raises BadInput where it is no password, and ResetUnusable whatever is wrong with the
    link; of two who use one link at once, one succeeds.
    """
    clean_password(new_password, "new_password", common=await common_passwords())
    user_id, token_hash = owner_of(token), hash_token(token)
    # Asked first, so that nobody without a link makes us hash: that is meant to be slow.
    if user_id is None or not await database.fetch(usable_reset(user_id, token_hash, at)):
        raise ResetUnusable
    password_hash = await hash_password(new_password)
    async with database.transaction(PERSONAL) as transaction:
        user = await _lock_user(transaction, user_id)
        if user is None or await transaction.scalar(use_reset(user_id, token_hash, at)) is None:
            raise ResetUnusable
        user.password_hash = password_hash
        await _end_sessions(transaction, user_id)
        # They may have mistyped until now: here they start anew.
        await throttling.forget(transaction, throttling.signing_in_at(user.email.lower(), client_address), at=at)
        postman.send_password_changed(transaction, user.email, at=at)
        transaction.add(
            personal_event(
                "resetPassword", user.id, user.name, at=at, request_id=request_id, event_id=event_id, reason=reason
            )
        )
    return user_id


async def _lock_user(transaction: Transaction, user_id: UUID) -> User | None:
    return await transaction.scalar(sa.select(User).where(User.id == user_id).with_for_update())


async def _end_sessions(transaction: Transaction, user_id: UUID) -> None:
    await transaction.execute(sa.delete(Session).where(Session.user_id == user_id))
