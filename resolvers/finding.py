"""Finding in a transaction what a mutation is about: in the viewer's scope, then locked by tenant and id.

A distributed database locks a row only by its tenant, hence the two steps. One order of locks, everywhere, so that no
two transactions wait for each other: the reseller, then its account, then the account's contract or organization,
then the people and keys of a dashboard. The reseller is held in share mode, whatever is changed below it: mutations
pass each other, and wait for the operator who disables it or withdraws its eligibility, as the operator waits for them.
"""

from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa

from domain.errors import NotFound
from models import ids
from models.accounts import Account, tenant_of_account
from models.base import Base
from models.organizations import Organization
from models.prepared import prepared
from models.resellers import Reseller
from models.subscriptions import Subscription
from models.transactions import Transaction
from resolvers.writing import signed_in
from schema.context import Info

T = TypeVar("T")
Owned = TypeVar("Owned", Subscription, Organization)


def found(row: T | None, noun: str, field: str = "id") -> T:
    """Return the row. Raises NotFound where there is none in the viewer's scope."""
    if row is None:
        raise NotFound(noun, (field,))
    return row


async def find_reseller(
    info: Info, session: Transaction, id: str, field: str = "reseller_id", *, is_changed: bool = False
) -> Reseller:
    """Return the reseller that a field of the input names. Raises NotFound where its name must not be known.

    Held until the transaction ends, in share mode unless it is to be changed: nothing is added to it while the operator
    disables it.
    """
    named = sa.select(Reseller).where(
        Reseller.named_to(signed_in(info).scope), Reseller.id == ids.decode(id, "resl", field)
    )
    return found(await session.scalar(named.with_for_update(read=not is_changed)), "reseller", field)


async def lock_account(info: Info, session: Transaction, id: str | None, field: str) -> tuple[Account, Reseller]:
    """Return the account that a field of the input names, held until the transaction ends, and its reseller."""
    key = ids.decode(id or "", "acct", field)
    visible = await session.fetch(tenant_of_account(signed_in(info).scope, key))
    return await _locked_account(session, found(visible[0] if visible else None, "account", field).reseller_id, key)


async def lock_contract(info: Info, session: Transaction, id: str | None) -> tuple[Subscription, Account, Reseller]:
    """Return the contract that the input's id names with its account, both held, and its reseller."""
    return await _locked_with_account(info, session, Subscription, ids.decode(id or "", "sub"), "subscription")


async def lock_open_contract(session: Transaction, account: Account) -> Subscription | None:
    """Return the open contract of an account that is held, held as well; None where there is none."""
    contract: Subscription | None = await session.scalar(_open_contract(account.reseller_id, account.id))
    return contract


async def lock_organization(info: Info, session: Transaction, id: str) -> tuple[Organization, Account]:
    """Return the organization that the input's id names with its account, both held."""
    key = ids.decode(id, "org")
    organization, account, _ = await _locked_with_account(info, session, Organization, key, "organization")
    return organization, account


def held(rows: sa.Select[*tuple[Any, ...]], *shared: type[Base], last: type[Base]) -> sa.Select[*tuple[Any, ...]]:
    """Lock what a statement selects, in one go: these tables' rows in share mode, in this order, then the last's."""
    first, *others = shared
    # SQLAlchemy writes one such clause; PostgreSQL takes several, and locks in their order.
    clauses = [*(f"FOR SHARE OF {table.__tablename__}" for table in others), f"FOR UPDATE OF {last.__tablename__}"]
    return rows.with_for_update(read=True, of=first).suffix_with(*map(sa.text, clauses))


async def _locked_with_account(
    info: Info, session: Transaction, kind: type[Owned], key: UUID, noun: str
) -> tuple[Owned, Account, Reseller]:
    visible = sa.select(kind.reseller_id, kind.account_id).where(kind.visible_to(signed_in(info).scope), kind.id == key)
    reseller_id, account_id = found((await session.execute(visible)).first(), noun)
    account, reseller = await _locked_account(session, reseller_id, account_id)
    mine = sa.select(kind).where(kind.reseller_id == reseller_id, kind.id == key)
    return (await session.scalars(mine.with_for_update())).one(), account, reseller


async def _locked_account(session: Transaction, reseller_id: UUID, id: UUID) -> tuple[Account, Reseller]:
    ((account, reseller),) = await session.fetch(_account(reseller_id, id))
    return account, reseller


@prepared
def _account(reseller_id: UUID, id: UUID) -> sa.Select[*tuple[Any, ...]]:
    mine = sa.select(Account, Reseller).join(Reseller, Reseller.id == Account.reseller_id)
    return held(mine.where(Account.reseller_id == reseller_id, Account.id == id), Reseller, last=Account)


@prepared
def _open_contract(reseller_id: UUID, account_id: UUID) -> sa.Select[*tuple[Any, ...]]:
    return Subscription.open_of(reseller_id, account_id).with_for_update()
