"""API keys: making, rotating, ending."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from uuid_utils.compat import uuid7

from auth import policies
from auth.keys import hash_secret, new_secret
from domain.errors import BadInput, Conflict
from domain.naming import clean_text
from domain.tenancy import DashboardKind
from models.api_keys import ApiKey, ApiKeySecret
from models.places import Place
from models.transactions import Transaction
from resolvers.auditing import record
from resolvers.places import lock_in_place, lock_place
from resolvers.versions import allow
from resolvers.writing import signed_in, writing
from schema.context import Info
from schema.inputs import clean_instant
from schema.keys import (
    CreateApiKeyInput,
    CreateApiKeyPayload,
    RevokeApiKeyInput,
    RevokeApiKeyPayload,
    RotateApiKeyInput,
    RotateApiKeyPayload,
)

LONGEST_OVERLAP = timedelta(days=7)


async def create(info: Info, input: CreateApiKeyInput) -> CreateApiKeyPayload:
    """Makes a key for automation in a reseller's or an account's dashboard. The secret is shown this once."""
    name, secret, now = clean_text(input.name, "name"), new_secret(), info.context.now
    expires_at = None if input.expires_at is None else _instant_to_come(input.expires_at, now)
    async with writing(info) as transaction:
        place = await lock_place(info, transaction, input.dashboard_id)
        viewer = signed_in(info)
        policies.require(policies.may_make_key(viewer, place, input.role))
        _require_keys_here(place)
        added = ApiKey(
            reseller_id=place.reseller_id,
            id=uuid7(),
            kind=place.kind,
            dashboard_id=place.id,
            account_id=place.account_id,
            name=name,
            role=input.role,
            last_four=secret[-4:],
            created_by=viewer.id,
            created_at=now,
            expires_at=expires_at,
        )
        transaction.add(added)
        _add_secret(transaction, added, secret)
        record(info, transaction, input, added)
    return CreateApiKeyPayload(api_key_id=added.id, secret=secret, errors=[])


async def rotate(info: Info, input: RotateApiKeyInput) -> RotateApiKeyPayload:
    """Gives a key another secret. The one before still works for the overlap, then ends; the new one is shown once."""
    secret, overlap = new_secret(), timedelta(minutes=input.overlap_minutes)
    if not timedelta() <= overlap <= LONGEST_OVERLAP:
        raise BadInput("overlap_minutes", "The overlap has 0 to 10,080 minutes.")
    works_until = info.context.now + overlap
    async with writing(info) as transaction:
        key, place = await lock_in_place(info, transaction, ApiKey, input.id, "id", "key")
        viewer = signed_in(info)
        # A key may replace its own secret; another's would outlive it.
        policies.require(None if viewer.id == key.id else policies.may_as_person(viewer))
        policies.require(policies.may_manage_keys(viewer, place))
        allow(policies.may_grant(viewer, place, key.role), input, key, api_key_id=key.id)
        if key.revoked_at is not None:
            raise Conflict("The key was revoked; make another one.", ("id",))
        await _end_secrets(transaction, key, at=works_until)
        _add_secret(transaction, key, secret)
        key.last_four = secret[-4:]
        key.touch()
        record(info, transaction, input, key)
    return RotateApiKeyPayload(api_key_id=key.id, secret=secret, old_secret_works_until=works_until, errors=[])


async def revoke(info: Info, input: RevokeApiKeyInput) -> RevokeApiKeyPayload:
    """Ends a key at once, and for good. Revoking twice is no error."""
    async with writing(info) as transaction:
        key, place = await lock_in_place(info, transaction, ApiKey, input.id, "id", "key")
        allow(policies.may_manage_keys(signed_in(info), place), input, key, api_key_id=key.id)
        key.revoke(at=info.context.now)
        record(info, transaction, input, key)
    return RevokeApiKeyPayload(api_key_id=key.id, errors=[])


def _instant_to_come(written: datetime, now: datetime) -> datetime:
    expires_at = clean_instant(written, "expires_at")
    if expires_at <= now:
        raise BadInput("expires_at", "This must lie in the future.")
    return expires_at


def _require_keys_here(place: Place) -> None:
    if place.kind is DashboardKind.ORGANIZATION:
        raise BadInput("dashboard_id", "Only resellers and accounts have API keys.")


def _add_secret(transaction: Transaction, key: ApiKey, secret: str) -> None:
    transaction.add(ApiKeySecret(secret_hash=hash_secret(secret), reseller_id=key.reseller_id, api_key_id=key.id))


async def _end_secrets(transaction: Transaction, key: ApiKey, *, at: datetime) -> None:
    earlier = sa.or_(ApiKeySecret.expires_at.is_(None), ApiKeySecret.expires_at > at)
    mine = sa.update(ApiKeySecret).where(ApiKeySecret.api_key_id == key.id, earlier)
    await transaction.execute(mine.values(expires_at=at))
