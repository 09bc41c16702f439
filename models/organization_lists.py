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
        # The accounts themselves are not looked up: those of the scope are known by their ids.
        owner = pairs(resellers, accounts)
        mine = sa.select(*SHOWN).where(
            Organization.reseller_id == owner.c.tenant, Organization.account_id == owner.c.id
        )
        each = self.page.of(mine, ORGANIZATIONS_BY_NAME, (key, id)).correlate(owner).lateral("page")
        is_theirs = sa.or_(among(owner.c.tenant, scope.resellers), among(owner.c.id, scope.accounts))
        return (
            sa.select(*(column for column in each.c if column.key not in self.unread), owner.c.number)
            .select_from(owner)
            .join(each, sa.true())
            .where(among(owner.c.tenant, scope.tenants), is_theirs)
            .order_by(owner.c.number, each.c.sort_key, each.c.id)
        )


@lru_cache(FORMS)
def _prepared(asked: OrganizationList) -> Prepared[[Scope, Ids, Ids, str, UUID]]:
    return prepared(asked._paged)


@prepared
def organizations_counted(scope: Scope, resellers: Ids, accounts: Ids) -> sa.Select[*tuple[object, ...]]:
    """Select how many `organizations` of each account lie in the scope, and the account's `number`, as paged() does.

    An account without any has no row.
    """
    owner = pairs(resellers, accounts)
    theirs = sa.and_(Organization.reseller_id == owner.c.tenant, Organization.account_id == owner.c.id)
    counted = sa.select(owner.c.number, sa.func.count().label("organizations")).select_from(owner)
    return counted.join(Organization, theirs).where(Organization.visible_to(scope)).group_by(owner.c.number)
