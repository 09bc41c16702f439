"""What the account switcher shows of dashboards, whatever their kind."""

import sqlalchemy as sa

from models.accounts import Account
from models.base import among, pairs
from models.organizations import Organization
from models.prepared import Ids, unnamed
from models.resellers import Reseller
from models.scopes import Scope


@unnamed
def dashboard_names(scope: Scope) -> sa.Select[*tuple[object, ...]]:
    """Select id, name and subdomain of exactly the scope's own dashboards, in one statement; accounts alone have one.

    Resellers first, then accounts, then organizations, each by name.
    """
    none = sa.cast(sa.null(), sa.Text)
    resellers = _ranked(0, Reseller, sa.func.lower(Reseller.name), none).where(among(Reseller.id, scope.resellers))
    accounts = _named(
        _ranked(1, Account, Account.lower_name, Account.subdomain), Account, scope.account_tenants, scope.accounts
    )
    organizations = _named(
        _ranked(2, Organization, Organization.lower_name, none),
        Organization,
        scope.organization_tenants,
        scope.organizations,
    )
    every = sa.union_all(resellers, accounts, organizations).subquery()
    return sa.select(every.c.id, every.c.name, every.c.subdomain).order_by(every.c.rank, every.c.lower_name, every.c.id)


def _ranked(
    rank: int,
    kind: type[Reseller | Account | Organization],
    lower_name: sa.SQLColumnExpression[str],
    subdomain: sa.SQLColumnExpression[str],
) -> sa.Select[*tuple[object, ...]]:
    return sa.select(
        kind.id,
        kind.name,
        subdomain.label("subdomain"),
        sa.literal_column(str(rank)).label("rank"),
        lower_name.label("lower_name"),
    )


def _named(
    rows: sa.Select[*tuple[object, ...]], kind: type[Account | Organization], tenants: Ids, ids: Ids
) -> sa.Select[*tuple[object, ...]]:
    # Joined, for each is named once: behind IN, PostgreSQL would first look for twins.
    named = pairs(tenants, ids)
    return rows.join(named, sa.and_(kind.reseller_id == named.c.tenant, kind.id == named.c.id))
