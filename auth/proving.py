"""Proving to be somebody: an address and its password, throttled, checked in the same time whatever is wrong."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from auth import throttling
from auth.passwords import verify_password
from domain.credentials import InvalidCredentials
from domain.naming import EMAIL_LENGTH
from models.database import Database
from models.transactions import Transaction
from models.users import User, credentials_of


@dataclass(frozen=True, slots=True)
class Proof:
    """Whose password was right a moment ago, which one it was, and the count that success clears."""

    user_id: UUID
    password: str = field(repr=False)
    password_hash: str = field(repr=False)
    counter: throttling.Counter


async def prove(database: Database, *, email: str, password: str, client_address: str | None, at: datetime) -> Proof:
    """Return the proof. Raises TooManyAttempts, or InvalidCredentials in the same time whatever is wrong."""
    address = looked_up(email)
    counter = throttling.signing_in_at(address, client_address)
    from_client = throttling.signing_in_from(client_address)
    await throttling.admit(database, from_client, counter, at=at)
    found = next(iter(await database.fetch(credentials_of(address))), None)
    matches = await verify_password(found and found.password_hash, password)
    if found is None or not matches:
        raise InvalidCredentials
    await throttling.give_back(database, from_client, at=at)
    return Proof(found.id, password, found.password_hash, counter)


async def hold(transaction: Transaction, proof: Proof) -> User:
    """Return the user, held until the transaction ends. Raises InvalidCredentials where the password is another by now.

    Else somebody who knew the old password could sign in while it is being replaced, and stay.
    """
    user = (await transaction.scalars(sa.select(User).where(User.id == proof.user_id).with_for_update())).one()
    # The same password may have been hashed anew meanwhile, by signing in elsewhere.
    is_same = user.password_hash == proof.password_hash
    if not is_same and not await verify_password(user.password_hash, proof.password):
        raise InvalidCredentials
    return user


def looked_up(email: str) -> str:
    """Return an address as it is looked up: one that cannot exist takes the same way as one that does not."""
    # PostgreSQL has no NUL in text; a space instead, because no address has one.
    return email.strip().lower()[: EMAIL_LENGTH + 1].replace("\0", " ")
