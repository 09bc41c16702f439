"""Organizations: looking one up, adding one, changing one."""

from typing import Annotated
from uuid import UUID

import strawberry
from uuid_utils.compat import uuid7

from auth import policies
from domain.errors import Conflict
from domain.naming import clean_key, clean_text
from models import ids
from models.accounts import Account
from models.organizations import Organization as Row
from models.organizations import organization_with
from models.transactions import Transaction
from resolvers.auditing import record
from resolvers.finding import lock_account, lock_organization
from resolvers.versions import allow
from resolvers.writing import given, signed_in, writing
from schema.context import Info
from schema.organizations import (
    CreateOrganizationInput,
    CreateOrganizationPayload,
    Organization,
    UpdateOrganizationInput,
    UpdateOrganizationPayload,
)

OrganizationId = Annotated[strawberry.ID, strawberry.argument(description="The organization's id.")]


async def organization(info: Info, id: OrganizationId) -> Organization | None:
    """An organization by its id; null where it does not exist or the viewer may not see it."""
    key = ids.read(id, "org")
    return None if key is None else await Organization.load(info, key)


async def create(info: Info, input: CreateOrganizationInput) -> CreateOrganizationPayload:
    """Adds an organization to an account. Part of the account's own dashboard, as its organizations are."""
    name, key, now = clean_text(input.name, "name"), clean_key(input.key), info.context.now
    async with writing(info) as transaction:
        account, _ = await lock_account(info, transaction, input.account_id, "account_id")
        policies.require(policies.may_edit_organizations(signed_in(info), account))
        await _require_free(transaction, account, key)
        added = Row(id=uuid7(), reseller_id=account.reseller_id, account_id=account.id, name=name, key=key)
        added.created_at = added.updated_at = now
        transaction.add(added)
        record(info, transaction, input, added)
    return CreateOrganizationPayload(organization_id=added.id, errors=[])


async def update(info: Info, input: UpdateOrganizationInput) -> UpdateOrganizationPayload:
    """Changes only the fields that are given."""
    name, key = given(input.name, "name"), given(input.key, "key")
    name = None if name is None else clean_text(name, "name")
    key = None if key is None else clean_key(key)
    async with writing(info) as transaction:
        changed, account = await lock_organization(info, transaction, input.id)
        viewer = signed_in(info)
        answer = policies.may_rename_organization(viewer, account, changed.id)
        allow(answer, input, changed, organization_id=changed.id)
        if key is not None:
            policies.require(policies.may_edit_organizations(viewer, account))
            await _require_free(transaction, account, key, other_than=changed.id)
        changed.name, changed.key = name or changed.name, key or changed.key
        if transaction.is_modified(changed):
            changed.updated_at = info.context.now
        record(info, transaction, input, changed)
    return UpdateOrganizationPayload(organization_id=changed.id, errors=[])


async def _require_free(
    transaction: Transaction, account: Account, key: str, *, other_than: UUID | None = None
) -> None:
    # The account is held, so that nobody takes the key between this question and the write.
    same = organization_with(account.reseller_id, account.id, key.lower())
    if await transaction.scalar(same) not in {None, other_than}:
        raise Conflict(f"The account has an organization with the key {key} already.", ("key",))
