"""Changing a password that is known."""

from datetime import datetime
from uuid import UUID

from auth import sessions, throttling
from auth.passwords import common_passwords, hash_password
from auth.proving import hold, prove
from auth.resetting import Letters
from auth.sessions import SignedIn
from auth.viewer import Viewer
from domain.credentials import InvalidCredentials, WrongPassword
from domain.passwords import clean_password
from models.audit import personal_event
from models.database import Database
from models.resets import end_resets
from models.walls import PERSONAL


async def change_password(
    database: Database,
    postman: Letters,
    viewer: Viewer,
    *,
    current_password: str,
    new_password: str,
    session_token: str | None,
    client_address: str | None,
    at: datetime,
    request_id: str,
    event_id: UUID,
    reason: str | None = None,
) -> SignedIn:
    """Give the viewer another password. This session gets another token, the others end, and a mail says so.

    Raises BadInput where the new one is no password, TooManyAttempts, and WrongPassword.
    """
    clean_password(new_password, "new_password", common=await common_passwords())
    try:
        proof = await prove(
            database, email=viewer.email or "", password=current_password, client_address=client_address, at=at
        )
    except InvalidCredentials:
        raise WrongPassword("current_password") from None
    # Hashed before the transaction: hashing is slow, and rows are held in it.
    password_hash = await hash_password(new_password)
    async with database.transaction(PERSONAL) as transaction:
        user = await hold(transaction, proof)
        user.password_hash = password_hash
        await transaction.execute(end_resets(user.id))
        token = await sessions.renew(transaction, user.id, session_token, at=at)
        await throttling.forget(transaction, proof.counter, at=at)
        postman.send_password_changed(transaction, user.email, at=at)
        transaction.add(
            personal_event(
                "changePassword", user.id, user.name, at=at, request_id=request_id, event_id=event_id, reason=reason
            )
        )
    return SignedIn(token, await sessions.person(database, viewer.id))
