"""The organizations of many accounts, a page of each."""

from dataclasses import dataclass, replace
from functools import lru_cache
from uuid import UUID

import sqlalchemy as sa

from models.asking import Asked
from models.base import among, pairs
from models.organizations import SHOWN, Organization
from models.paging import Order, Page
from models.prepared import Ids, Prepared, prepared
from models.scopes import Scope

ORGANIZATIONS_BY_NAME = Order("NAME", Organization.__table__.c.lower_name, Organization.__table__.c.id)
# So many lists that differ by more than a cursor are kept prepared.
FORMS = 100


@dataclass(frozen=True, slots=True)
class OrganizationList:
    """A page of organizations by name; its rows have what is SHOWN and the `sort_key`, but for what is `unread`."""

    page: Page
    unread: frozenset[str] = frozenset()

    def paged(self, scope: Scope, resellers: Ids, accounts: Ids) -> Asked:
        """Select this page of each account's organizations, in the scope; `resellers` own the accounts one for one.

        Each with the `number` of its account among these, from 1. Raises BadInput where the cursor is not ours.
        """
        place = self.page.place(ORGANIZATIONS_BY_NAME.name, str)
        return _prepared(replace(self, page=self.page.form))(scope, resellers, accounts, *place)

    def _paged(self, scope: Scope, resellers: Ids, accounts: Ids, key: str, id: UUID) -> sa.Select[*tuple[object, ...]]:
        owner = pairs(resellers, accounts)
        mine = sa.select(*SHOWN).where(*_belong_to(owner))
        each = self.page.of(mine, ORGANIZATIONS_BY_NAME, (key, id)).correlate(owner).lateral("page")
        return (
            sa.select(*(column for column in each.c if column.key not in self.unread), owner.c.number)
            .select_from(owner)
            .join(each, sa.true())
            .where(*_lies_in(scope, owner))
            .order_by(owner.c.number, each.c.sort_key, each.c.id)
        )


@lru_cache(FORMS)
def _prepared(asked: OrganizationList) -> Prepared[[Scope, Ids, Ids, str, UUID]]:
    return prepared(asked._paged)


@prepared
def organizations_counted(scope: Scope, resellers: Ids, accounts: Ids) -> sa.Select[*tuple[object, ...]]:
    """Select how many `organizations` each account in the scope has, with its `number`, as OrganizationList does."""
    owner = pairs(resellers, accounts)
    # Of each account by itself: joined, PostgreSQL would rather read all that the tenants have.
    each = sa.select(sa.func.count().label("organizations")).where(*_belong_to(owner)).correlate(owner).lateral("each")
    counted = sa.select(owner.c.number, each.c.organizations).select_from(owner).join(each, sa.true())
    return counted.where(*_lies_in(scope, owner))


def _belong_to(owner: sa.TableValuedAlias) -> tuple[sa.ColumnElement[bool], ...]:
    return Organization.reseller_id == owner.c.tenant, Organization.account_id == owner.c.id


def _lies_in(scope: Scope, owner: sa.TableValuedAlias) -> tuple[sa.ColumnElement[bool], ...]:
    # The accounts themselves are not looked up: those of the scope are known by their ids.
    is_theirs = sa.or_(among(owner.c.tenant, scope.resellers), among(owner.c.id, scope.accounts))
    return among(owner.c.tenant, scope.tenants), is_theirs
