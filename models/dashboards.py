"""What the account switcher shows of dashboards, whatever their kind."""

import sqlalchemy as sa

from models.accounts import Account
from models.base import numbered, pairs
from models.organizations import Organization
from models.prepared import Ids, unnamed
from models.resellers import Reseller
from models.scopes import Scope

Rows = sa.Select[*tuple[object, ...]]


@unnamed
def dashboard_names(scope: Scope) -> Rows:
    """Select the names of exactly the scope's own dashboards, in one statement: resellers, accounts, organizations.

    Each row is its place in scope.dashboards (of its kind, from 0, and among those of the kind, from 1), its name, and
    its subdomain, which accounts alone have. By name within a kind.
    """
    none = sa.cast(sa.null(), sa.Text)
    mine = numbered(scope.resellers)
    resellers = _listed(0, mine, Reseller, sa.func.lower(Reseller.name), none).join(mine, Reseller.id == mine.c.id)
    accounts = _owned(1, Account, Account.subdomain, scope.account_tenants, scope.accounts)
    organizations = _owned(2, Organization, none, scope.organization_tenants, scope.organizations)
    every = sa.union_all(resellers, accounts, organizations).subquery()
    shown = sa.select(every.c.kind, every.c.number, every.c.name, every.c.subdomain)
    return shown.order_by(every.c.kind, every.c.lower_name, every.c.id)


def _owned(
    place: int,
    kind: type[Account | Organization],
    subdomain: sa.SQLColumnExpression[str],
    tenants: Ids,
    ids: Ids,
) -> Rows:
    # Joined, for each is named once: behind IN, PostgreSQL would first look for twins.
    mine = pairs(tenants, ids)
    rows = _listed(place, mine, kind, kind.lower_name, subdomain)
    return rows.join(mine, sa.and_(kind.reseller_id == mine.c.tenant, kind.id == mine.c.id))


def _listed(
    place: int,
    mine: sa.TableValuedAlias,
    kind: type[Reseller | Account | Organization],
    lower_name: sa.SQLColumnExpression[str],
    subdomain: sa.SQLColumnExpression[str],
) -> Rows:
    return sa.select(
        sa.literal_column(str(place)).label("kind"),
        mine.c.number,
        kind.name,
        subdomain.label("subdomain"),
        lower_name.label("lower_name"),
        kind.id,
    ).select_from(kind)
