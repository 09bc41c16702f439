"""The organizations of many accounts, a page of each."""

from dataclasses import dataclass
from functools import lru_cache

import sqlalchemy as sa

from models.asking import Asked
from models.base import among, pairs
from models.organizations import SHOWN, Organization
from models.paging import Order, Page
from models.prepared import Ids, Prepared, prepared
from models.scopes import Scope

ORGANIZATIONS_BY_NAME = Order("NAME", Organization.__table__.c.lower_name, Organization.__table__.c.id, str)
# A first page differs from others by its size only; with a cursor each is another statement.
FIRST_PAGES = 100


@dataclass(frozen=True, slots=True)
class OrganizationList:
    """A page of organizations by name; its rows have what is SHOWN and the `sort_key`, but for what is `unread`."""

    page: Page
    unread: frozenset[str] = frozenset()

    def paged(self, scope: Scope, resellers: Ids, accounts: Ids) -> Asked:
        """Select this page of each account's organizations, in the scope; `resellers` own the accounts one for one.

        Each with the `number` of its account among these, from 1. Raises BadInput where the cursor is not ours.
        """
        paged = self._prepared() if self.page.cursor is not None else _first_page(self)
        return paged(scope, resellers, accounts)

    def _prepared(self) -> Prepared[[Scope, Ids, Ids]]:
        return prepared(self._paged)

    def _paged(self, scope: Scope, resellers: Ids, accounts: Ids) -> sa.Select[*tuple[object, ...]]:
        # The accounts themselves are not looked up: those of the scope are known by their ids.
        owner = pairs(resellers, accounts)
        mine = sa.select(*SHOWN).where(
            Organization.reseller_id == owner.c.tenant, Organization.account_id == owner.c.id
        )
        each = self.page.of(mine, ORGANIZATIONS_BY_NAME).correlate(owner).lateral("page")
        is_theirs = sa.or_(among(owner.c.tenant, scope.resellers), among(owner.c.id, scope.accounts))
        return (
            sa.select(*(column for column in each.c if column.key not in self.unread), owner.c.number)
            .select_from(owner)
            .join(each, sa.true())
            .where(among(owner.c.tenant, scope.tenants), is_theirs)
            .order_by(owner.c.number, each.c.sort_key, each.c.id)
        )


@lru_cache(FIRST_PAGES)
def _first_page(asked: OrganizationList) -> Prepared[[Scope, Ids, Ids]]:
    return asked._prepared()
