"""Accounts and contracts by whichever of their names: found before anything else, so that the rest knows ids alone."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import strawberry
from strawberry.extensions import FieldExtension

from auth.probing import count_miss
from domain.errors import BadInput, NotFound
from domain.naming import clean_subdomain
from models import ids, subdomains
from models.accounts import account_named
from models.asking import Asked
from models.scopes import Scope
from models.subscriptions import contract_named
from resolvers.writing import signed_in
from schema.context import Info
from schema.inputs import AccountRef, NamesAccount, NamesContract, SubscriptionRef, clean_external_id

Resolver = Callable[..., Awaitable[Any]]
ByExternalId = Callable[[str, UUID, Scope], Asked]


class Named(FieldExtension):
    """Puts the id of the account or contract that an input names otherwise where its id would be."""

    async def resolve_async(self, next_: Resolver, source: Any, info: Info, **kwargs: Any) -> Any:  # noqa: ANN401, D102
        input = kwargs.get("input")
        if isinstance(input, NamesAccount):
            if (getattr(input, input.names_account) is None) == (input.account is None):
                raise BadInput(input.names_account, "Give the id or the account, and not both.")
            if input.account is not None:
                setattr(input, input.names_account, await _id_of(info, input.account))
        elif isinstance(input, NamesContract):
            if (input.id is None) == (input.subscription is None):
                raise BadInput("id", "Give the id or the subscription, and not both.")
            if input.subscription is not None:
                input.id = await _id_of_contract(info, input.subscription)
        return await next_(source, info, **kwargs)


async def id_of_subdomain(info: Info, subdomain: str) -> UUID | None:
    """Return the id of the account that has the subdomain now, whoever may see it; None where none has."""
    try:
        label = clean_subdomain(subdomain)
    except BadInput:
        return None
    rows = await info.context.snapshot.fetch(subdomains.account_of(label))
    return rows[0].account_id if rows else None


async def id_of_external(
    info: Info, reseller_id: str | None, external_id: str, named: ByExternalId = account_named
) -> UUID | None:
    """Return the id of the account, or contract, to which automation of its reseller gave this id.

    None outside the scope. Raises BadInput where no reseller is named and the viewer has not exactly one.
    """
    scope = signed_in(info).scope
    if reseller_id is None:
        if len(scope.resellers) != 1:
            raise BadInput("reseller_id", "Say whose it is: you do not belong to exactly one reseller.")
        (mine,) = scope.resellers
    else:
        mine = ids.read(reseller_id, "resl") or UUID(int=0)
    try:
        wanted = clean_external_id(external_id) or ""
    except BadInput:
        return None
    rows = await info.context.snapshot.fetch(named(wanted, mine, scope))
    return rows[0].id if rows else None


async def _id_of(info: Info, named: AccountRef) -> strawberry.ID:
    _require_one_name(named)
    signed_in(info)
    if named.id is not None:
        return named.id
    try:
        if named.external_id is not None:
            key = await id_of_external(info, named.reseller_id, named.external_id)
        else:
            key = await id_of_subdomain(info, named.subdomain or "")
    except BadInput as refusal:
        raise refusal.below("account") from None
    seen = None if key is None else await info.context.loaders.accounts.load(key)
    if seen is None:
        if named.subdomain is not None:
            await count_miss(info.context.database, signed_in(info).id, at=info.context.now)
        raise NotFound("account", ("account",))
    return strawberry.ID(ids.encode("acct", seen.id))


async def _id_of_contract(info: Info, named: SubscriptionRef) -> strawberry.ID:
    if (named.id is None) == (named.external_id is None):
        raise BadInput("subscription", "Name the contract by exactly one of id and externalId.")
    if named.external_id is None:
        _require_no_reseller("subscription", named.reseller_id)
        return named.id or strawberry.ID("")
    try:
        key = await id_of_external(info, named.reseller_id, named.external_id, contract_named)
    except BadInput as refusal:
        raise refusal.below("subscription") from None
    if key is None:
        raise NotFound("subscription", ("subscription",))
    return strawberry.ID(ids.encode("sub", key))


def _require_no_reseller(field: str, reseller_id: str | None) -> None:
    if reseller_id is not None:
        raise BadInput(field, "resellerId goes with externalId.")


def _require_one_name(named: AccountRef) -> None:
    names = [each for each in (named.id, named.subdomain, named.external_id) if each is not None]
    if len(names) != 1:
        raise BadInput("account", "Name the account by exactly one of id, subdomain and externalId.")
    if named.external_id is None:
        _require_no_reseller("account", named.reseller_id)
