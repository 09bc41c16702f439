"""Finding in a transaction what a mutation is about: in the viewer's scope, then locked by tenant and id.

A distributed database locks a row only by its tenant, hence the two steps; where the scope itself says whose it is, or
the worker has asked before, the first one needs no statement. One order of locks, everywhere, so that no two
transactions wait for each other: the reseller, then its account, then the account's contract or organization, then the
people and keys of a dashboard. The reseller is held in share mode, whatever is changed below it: mutations pass each
other, and wait for the operator who disables it or withdraws its eligibility, as the operator waits for them.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa

from domain.errors import NotFound
from models import ids
from models.accounts import Account
from models.base import Base
from models.organizations import Organization
from models.prepared import Question, prepared
from models.resellers import Reseller
from models.scopes import Scope
from models.subscriptions import Subscription
from models.transactions import Transaction
from models.walls import NOWHERE
from resolvers.writing import signed_in
from schema.context import Info

T = TypeVar("T")
AnySelect = sa.Select[*tuple[Any, ...]]

# The resellers whose accounts, contracts and organizations these are: that is never changed, and a worker remembers so
# many that it was asked for last.
OWNERS = 10_000
_OWNERS: OrderedDict[UUID, UUID] = OrderedDict()


def found(row: T | None, noun: str, field: str = "id") -> T:
    """Return the row. Raises NotFound where there is none in the viewer's scope."""
    if row is None:
        raise NotFound(noun, (field,))
    return row


async def find_reseller(
    info: Info, transaction: Transaction, id: str, field: str = "reseller_id", *, is_changed: bool = False
) -> Reseller:
    """Return the reseller that a field of the input names. Raises NotFound where its name must not be known.

    Held until the transaction ends, in share mode unless it is to be changed: nothing is added to it while the operator
    disables it.
    """
    mine = reseller_to_change if is_changed else _reseller
    named: Reseller | None = await transaction.scalar(mine(signed_in(info).scope, ids.decode(id, "resl", field)))
    return found(named, "reseller", field)


async def lock_account(info: Info, transaction: Transaction, id: str | None, field: str) -> tuple[Account, Reseller]:
    """Return the account that a field of the input names, held until the transaction ends, and its reseller."""
    scope, key = signed_in(info).scope, ids.decode(id or "", "acct", field)
    tenant = await tenant_of_account(transaction, scope, key)
    account, reseller = found(_only(await transaction.fetch(_account(tenant, key))), "account", field)
    return account, reseller


async def lock_contract(info: Info, transaction: Transaction, id: str | None) -> tuple[Subscription, Account, Reseller]:
    """Return the contract that the input's id names with its account, both held, and its reseller."""
    scope, key = signed_in(info).scope, ids.decode(id or "", "sub")
    tenant = await _tenant_of_contract(transaction, scope, key)
    contract, account, reseller = found(_only(await transaction.fetch(_contract(tenant, key))), "subscription")
    return contract, account, reseller


async def lock_open_contract(transaction: Transaction, account: Account) -> Subscription | None:
    """Return the open contract of an account that is held, held as well; None where there is none.

    A statement of its own: one that waits for the account does not see what was added meanwhile.
    """
    contract: Subscription | None = await transaction.scalar(_open_contract(account.reseller_id, account.id))
    return contract


async def lock_organization(info: Info, transaction: Transaction, id: str) -> tuple[Organization, Account]:
    """Return the organization that the input's id names with its account, both held."""
    scope, key = signed_in(info).scope, ids.decode(id, "org")
    tenant = await tenant_of_organization(transaction, scope, key)
    organization, account, _ = found(_only(await transaction.fetch(_organization(tenant, key))), "organization")
    return organization, account


async def tenant_of_account(transaction: Transaction, scope: Scope, id: UUID) -> UUID:
    """Return the reseller whose account this is, if it lies in the scope; else nobody."""
    known: UUID | None = scope.accounts.get(id)
    if known is None and len(scope.resellers) <= 1:
        known = next(iter(scope.resellers), NOWHERE)
    return known or await _owner(transaction, scope, id, lambda: _owner_of_account(scope.of_accounts([id]), id))


async def tenant_of_organization(transaction: Transaction, scope: Scope, id: UUID) -> UUID:
    """Return the reseller whose account's organization this is, if it lies in the scope; else nobody."""
    known: UUID | None = scope.organizations.get(id) or _only_reseller(scope)
    return known or await _owner(transaction, scope, id, lambda: _owner_of_organization(scope, id))


async def _tenant_of_contract(transaction: Transaction, scope: Scope, id: UUID) -> UUID:
    known = _only_reseller(scope)
    return known or await _owner(transaction, scope, id, lambda: _owner_of_contract(scope, id))


async def _owner(transaction: Transaction, scope: Scope, id: UUID, asked: Callable[[], Question]) -> UUID:
    owner: UUID | None = _OWNERS.get(id)
    # What is a reseller's lies in the scope of whoever belongs to the reseller; of others it is asked.
    if owner is None or owner not in scope.resellers:
        owner = await transaction.scalar(asked())
    if owner is None:
        return NOWHERE
    _OWNERS[id] = owner
    _OWNERS.move_to_end(id)
    if len(_OWNERS) > OWNERS:
        _OWNERS.popitem(last=False)
    return owner


def _only_reseller(scope: Scope) -> UUID | None:
    # Whoever belongs to accounts besides may belong to another reseller's.
    return next(iter(scope.resellers)) if len(scope.resellers) == 1 and not scope.accounts else None


def held(rows: AnySelect, *, shared: Sequence[type[Base]], changed: Sequence[type[Base]]) -> AnySelect:
    """Lock what a statement selects, in one go: in share mode first, in this order, then what is to be changed."""
    first, *others = shared
    # SQLAlchemy writes one such clause; PostgreSQL takes several, and locks in their order.
    clauses = [f"FOR SHARE OF {table.__tablename__}" for table in others]
    clauses += [f"FOR UPDATE OF {table.__tablename__}" for table in changed]
    return rows.with_for_update(read=True, of=first).suffix_with(*map(sa.text, clauses))


def _only(rows: Sequence[Any]) -> Any:  # noqa: ANN401 # a row
    return rows[0] if rows else None


@prepared
def _reseller(scope: Scope, id: UUID) -> AnySelect:
    return sa.select(Reseller).where(Reseller.named_to(scope), Reseller.id == id).with_for_update(read=True)


@prepared
def reseller_to_change(scope: Scope, id: UUID) -> AnySelect:
    """Select the reseller, whose name the scope may know, and hold it."""
    return sa.select(Reseller).where(Reseller.named_to(scope), Reseller.id == id).with_for_update()


@prepared
def _account(tenant: UUID, id: UUID) -> AnySelect:
    mine = sa.select(Account, Reseller).join(Reseller, Reseller.id == Account.reseller_id)
    return held(mine.where(Account.reseller_id == tenant, Account.id == id), shared=[Reseller], changed=[Account])


@prepared
def _contract(tenant: UUID, id: UUID) -> AnySelect:
    return _with_account(Subscription, tenant, id)


@prepared
def _organization(tenant: UUID, id: UUID) -> AnySelect:
    return _with_account(Organization, tenant, id)


def _with_account(kind: type[Subscription | Organization], tenant: UUID, id: UUID) -> AnySelect:
    own = sa.and_(Account.reseller_id == kind.reseller_id, Account.id == kind.account_id)
    both = sa.select(kind, Account, Reseller).join(Account, own).join(Reseller, Reseller.id == Account.reseller_id)
    return held(both.where(kind.reseller_id == tenant, kind.id == id), shared=[Reseller], changed=[Account, kind])


@prepared
def _open_contract(reseller_id: UUID, account_id: UUID) -> AnySelect:
    return Subscription.open_of(reseller_id, account_id).with_for_update()


@prepared
def _owner_of_contract(scope: Scope, id: UUID) -> AnySelect:
    return sa.select(Subscription.reseller_id).where(Subscription.visible_to(scope), Subscription.id == id)


@prepared
def _owner_of_organization(scope: Scope, id: UUID) -> AnySelect:
    return sa.select(Organization.reseller_id).where(Organization.visible_to(scope), Organization.id == id)


@prepared
def _owner_of_account(scope: Scope, id: UUID) -> AnySelect:
    return sa.select(Account.reseller_id).where(Account.visible_to(scope), Account.id == id)
