"""What the account switcher shows of dashboards, whatever their kind."""

import sqlalchemy as sa

from models.accounts import Account
from models.base import among, paired
from models.organizations import Organization
from models.prepared import prepared
from models.resellers import Reseller
from models.scopes import Scope


@prepared
def dashboard_names(scope: Scope) -> sa.CompoundSelect[*tuple[object, ...]]:
    """Select the names of exactly the scope's own dashboards, in one statement; accounts have a subdomain besides."""
    none = sa.cast(sa.null(), sa.Text).label("subdomain")
    return sa.union_all(
        sa.select(Reseller.id, Reseller.name, none).where(among(Reseller.id, scope.resellers)),
        sa.select(Account.id, Account.name, Account.subdomain).where(
            paired((Account.reseller_id, Account.id), scope.account_tenants, scope.accounts)
        ),
        sa.select(Organization.id, Organization.name, none).where(
            paired((Organization.reseller_id, Organization.id), scope.organization_tenants, scope.organizations)
        ),
    )
