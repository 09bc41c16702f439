"""The demo's people: everybody has one password, given or made up, and kept beside the data."""

import secrets
from datetime import UTC, datetime
from pathlib import Path

from auth.kept import kept
from auth.passwords import hash_password, verify_password
from models.database import Database
from models.demo.world import PEOPLE, Demo, demo_password_hash, is_empty, set_demo_password
from models.walls import EVERYTHING


async def offer_demo(database: Database, *, password: str, kept_in: Path, at: datetime) -> dict[str, str] | None:
    """Load the demo world into an empty database, never into one with data.

    Returns the password by address, or None where the database holds something else. Where no password is given, a
    random one is made up and kept in a file that only its owner reads.
    """
    wanted = password or kept(kept_in, lambda: secrets.token_urlsafe(12))
    async with database.transaction(EVERYTHING) as transaction:
        if await is_empty(transaction):
            hashed = await hash_password(wanted)
            await Demo(transaction, today=at.astimezone(UTC).date(), at=at, password_hash=hashed).load()
        else:
            present = await demo_password_hash(transaction)
            if present is None:
                return None
            if not await verify_password(present, wanted):
                await set_demo_password(transaction, await hash_password(wanted))
    return dict.fromkeys(PEOPLE, wanted)
