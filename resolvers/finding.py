"""Finding in a transaction what a mutation is about: in the viewer's scope, then locked by tenant and id.

A distributed database locks a row only by its tenant, hence the two steps. Accounts are locked before their contracts
and organizations, everywhere, so that no two mutations wait for each other.
"""

from typing import TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import NotFound
from models import ids
from models.accounts import Account
from models.organizations import Organization
from models.resellers import Reseller
from models.subscriptions import Subscription
from resolvers.writing import signed_in
from schema.context import Info

T = TypeVar("T")


def found(row: T | None, noun: str, field: str = "id") -> T:
    """Return the row. Raises NotFound where there is none in the viewer's scope."""
    if row is None:
        raise NotFound(noun, (field,))
    return row


async def find_reseller(info: Info, session: AsyncSession, id: str) -> Reseller:
    """Return the reseller that the input's reseller_id names. Raises NotFound where its name must not be known."""
    named = sa.select(Reseller).where(
        Reseller.named_to(signed_in(info).scope), Reseller.id == ids.decode(id, "resl", "reseller_id")
    )
    return found(await session.scalar(named), "reseller", "reseller_id")


async def lock_account(info: Info, session: AsyncSession, id: str, field: str) -> tuple[Account, Reseller]:
    """Return the account that a field of the input names, held until the transaction ends, and its reseller."""
    key = ids.decode(id, "acct", field)
    visible = sa.select(Account.reseller_id).where(Account.visible_to(signed_in(info).scope), Account.id == key)
    return await _locked_account(session, found(await session.scalar(visible), "account", field), key)


async def lock_contract(info: Info, session: AsyncSession, id: str) -> tuple[Subscription, Account, Reseller]:
    """Return the contract that the input's id names with its account, both held, and its reseller."""
    key, scope = ids.decode(id, "sub"), signed_in(info).scope
    visible = sa.select(Subscription.reseller_id, Subscription.account_id).where(
        Subscription.visible_to(scope), Subscription.id == key
    )
    reseller_id, account_id = found((await session.execute(visible)).first(), "subscription")
    account, reseller = await _locked_account(session, reseller_id, account_id)
    mine = sa.select(Subscription).where(Subscription.reseller_id == reseller_id, Subscription.id == key)
    return (await session.scalars(mine.with_for_update())).one(), account, reseller


async def lock_open_contract(session: AsyncSession, account: Account) -> Subscription | None:
    """Return the open contract of an account that is held, held as well; None where there is none."""
    return await session.scalar(Subscription.open_of(account.reseller_id, account.id).with_for_update())


async def lock_organization(info: Info, session: AsyncSession, id: str) -> tuple[Organization, Account]:
    """Return the organization that the input's id names with its account, both held."""
    key, scope = ids.decode(id, "org"), signed_in(info).scope
    visible = sa.select(Organization.reseller_id, Organization.account_id).where(
        Organization.visible_to(scope), Organization.id == key
    )
    reseller_id, account_id = found((await session.execute(visible)).first(), "organization")
    account, _ = await _locked_account(session, reseller_id, account_id)
    mine = sa.select(Organization).where(Organization.reseller_id == reseller_id, Organization.id == key)
    return (await session.scalars(mine.with_for_update())).one(), account


async def _locked_account(session: AsyncSession, reseller_id: UUID, id: UUID) -> tuple[Account, Reseller]:
    locked = (
        sa.select(Account, Reseller)
        .join(Reseller, Reseller.id == Account.reseller_id)
        .where(Account.reseller_id == reseller_id, Account.id == id)
        .with_for_update(of=Account)
    )
    account, reseller = (await session.execute(locked)).one()
    return account, reseller
