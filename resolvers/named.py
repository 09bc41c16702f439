"""Accounts by whichever of their names: found before anything else is asked, so that the rest knows ids alone."""

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
from resolvers.writing import signed_in
from schema.context import Info
from schema.inputs import AccountRef, NamesAccount, clean_external_id

Resolver = Callable[..., Awaitable[Any]]


class NamedAccounts(FieldExtension):
    """Puts the id of the account that an input names otherwise where its id would be."""

    async def resolve_async(self, next_: Resolver, source: Any, info: Info, **kwargs: Any) -> Any:  # noqa: ANN401, D102
        input = kwargs.get("input")
        if isinstance(input, NamesAccount):
            if (getattr(input, input.names_account) is None) == (input.account is None):
                raise BadInput(input.names_account, "Give the id or the account, and not both.")
            if input.account is not None:
                setattr(input, input.names_account, await _id_of(info, input.account))
        return await next_(source, info, **kwargs)


async def id_of_subdomain(info: Info, subdomain: str) -> UUID | None:
    """Return the id of the account that has the subdomain now, whoever may see it; None where none has."""
    try:
        label = clean_subdomain(subdomain)
    except BadInput:
        return None
    rows = await info.context.snapshot.fetch(subdomains.account_of(label))
    return rows[0].account_id if rows else None


async def id_of_external(info: Info, reseller_id: str | None, external_id: str) -> UUID | None:
    """Return the id of the account to which automation of its reseller gave this id; None outside the scope.

    Raises BadInput where no reseller is named and the viewer has not exactly one.
    """
    scope = signed_in(info).scope
    if reseller_id is None:
        if len(scope.resellers) != 1:
            raise BadInput("reseller_id", "Say whose account it is: you do not belong to exactly one reseller.")
        (mine,) = scope.resellers
    else:
        mine = ids.read(reseller_id, "resl") or UUID(int=0)
    try:
        wanted = clean_external_id(external_id) or ""
    except BadInput:
        return None
    rows = await info.context.snapshot.fetch(account_named(wanted, mine, scope))
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


def _require_one_name(named: AccountRef) -> None:
    names = [each for each in (named.id, named.subdomain, named.external_id) if each is not None]
    if len(names) != 1:
        raise BadInput("account", "Name the account by exactly one of id, subdomain and externalId.")
    if named.reseller_id is not None and named.external_id is None:
        raise BadInput("account", "resellerId goes with externalId.")
