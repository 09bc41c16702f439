"""API keys' secrets: recognisable to scanners, checked before anything is looked up, stored as a hash.

rdk_<43 characters of 256 random bits><7 characters of checksum>
"""

import base64
import hashlib
import re
import secrets
import zlib
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from auth.granting import may_still_grant
from auth.remembering import KNOWN
from auth.viewer import Viewer
from domain.tenancy import DashboardKind
from models.accounts import Account
from models.api_keys import ApiKey, leads_of
from models.database import Database, Snapshot
from models.organizations import OwningAccount
from models.places import Place
from models.prepared import prepared
from models.resellers import Reseller
from models.sessions import user_with_memberships
from models.tokens import SECRET_BYTES

PREFIX = "rdk_"
_FORM = re.compile(r"rdk_([A-Za-z0-9_-]{43})([0-9a-z]{7})", re.ASCII)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def new_secret() -> str:
    """Return a secret of 256 random bits with its checksum."""
    body = base64.urlsafe_b64encode(secrets.token_bytes(SECRET_BYTES)).decode().rstrip("=")
    return f"{PREFIX}{body}{_checksum(body)}"


def is_well_formed(secret: str) -> bool:
    """Tell whether the text could be a secret of ours: a mistyped one is refused without asking the database."""
    form = _FORM.fullmatch(secret)
    return form is not None and _checksum(form[1]) == form[2]


def hash_secret(secret: str) -> bytes:
    """Return what the database keeps."""
    return hashlib.sha256(secret.encode()).digest()


async def viewer_of_key(database: Database, secret: str, *, at: datetime) -> Viewer | None:
    """Return the key as the viewer: its name, its one dashboard. None where it does not work, or no longer.

    Its last use is kept to the minute.
    """
    if not is_well_formed(secret):
        return None
    leads = next(iter(await database.fetch(leads_of(hash_secret(secret), at))), None)
    if leads is None:
        return None
    async with database.snapshot({leads.reseller_id}) as snapshot:
        found = next(iter(await snapshot.fetch(_working(leads.reseller_id, leads.api_key_id, at))), None)
        if found is None or not await _may_be_granted(snapshot, found):
            return None
    if found.last_used_at is None or at - found.last_used_at >= timedelta(minutes=1):
        await _note_use(database, found.reseller_id, found.id, at)
    return Viewer.of_key(found)


async def _may_be_granted(snapshot: Snapshot, found: sa.Row[Any]) -> bool:
    # Rights are read anew at every request, and a key's are its maker's: they left, or its account is entered no more.
    rows = await snapshot.fetch(user_with_memberships(found.created_by))
    return bool(rows) and may_still_grant(KNOWN.viewer_of(rows[0]), _place(found), found.role)


def _place(found: sa.Row[Any]) -> Place:
    if found.kind is DashboardKind.RESELLER:
        return Place(found.kind, found.reseller_id, found.reseller_id, found.name, None)
    account = OwningAccount(found.reseller_id, found.account_id, found.support_type, None)
    return Place(found.kind, found.reseller_id, found.account_id, found.name, None, account)


@prepared
def _working(reseller_id: UUID, id: UUID, at: datetime) -> sa.Select[*tuple[object, ...]]:
    works = sa.and_(
        ApiKey.revoked_at.is_(None),
        sa.or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > at),
        Reseller.disabled_at.is_(None),
        sa.or_(ApiKey.kind == DashboardKind.RESELLER, Account.disabled_at.is_(None)),
    )
    return (
        sa.select(
            ApiKey.id,
            ApiKey.name,
            ApiKey.kind,
            ApiKey.role,
            ApiKey.reseller_id,
            ApiKey.account_id,
            ApiKey.last_used_at,
            ApiKey.created_by,
            Account.support_type,
        )
        .select_from(ApiKey)
        .join(Reseller, Reseller.id == ApiKey.reseller_id)
        .outerjoin(Account, sa.and_(Account.reseller_id == ApiKey.reseller_id, Account.id == ApiKey.account_id))
        .where(ApiKey.reseller_id == reseller_id, ApiKey.id == id, works)
    )


async def _note_use(database: Database, reseller_id: UUID, id: UUID, at: datetime) -> None:
    async with database.transaction({reseller_id}) as transaction:
        await transaction.fetch(_used(reseller_id, id, at.replace(second=0, microsecond=0)))


@prepared
def _used(reseller_id: UUID, id: UUID, at: datetime) -> sa.Update:
    return sa.update(ApiKey).where(ApiKey.reseller_id == reseller_id, ApiKey.id == id).values(last_used_at=at)


def _checksum(body: str) -> str:
    number, written = zlib.crc32(body.encode()), ""
    for _ in range(7):
        number, digit = divmod(number, 36)
        written = _DIGITS[digit] + written
    return written
