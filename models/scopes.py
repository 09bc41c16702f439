"""The part of the data that one request may touch at all, in plain ids."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from domain.tenancy import DashboardKind
from models.walls import Named

# In the order in which they are listed.
KINDS = (DashboardKind.RESELLER, DashboardKind.ACCOUNT, DashboardKind.ORGANIZATION)
# What a statement can ask of a scope.
PARTS = ("tenants", "named", "resellers", "accounts", "organizations", "account_tenants", "organization_tenants")


@dataclass(frozen=True)
class Scope:
    """Ids of the dashboards somebody belongs to; every statement on their behalf starts from it.

    `resellers` are those whose own dashboard they belong to; `accounts` and `organizations` lead from an id to the
    reseller that owns it.
    """

    resellers: frozenset[UUID] = frozenset()
    accounts: dict[UUID, UUID] = field(default_factory=dict)
    organizations: dict[UUID, UUID] = field(default_factory=dict)

    def of_accounts(self, ids: Iterable[UUID]) -> "Scope":
        """Return as much of it as says whether accounts with these ids, and what is theirs, lie in it.

        PostgreSQL looks an id up in every tenant that it is told: for whoever belongs to one account of each of many
        resellers, all but one of them in vain.
        """
        if not (self.accounts or self.organizations):
            return self
        return Scope(self.resellers, {id: self.accounts[id] for id in ids if id in self.accounts})

    @cached_property
    def parts(self) -> dict[str, list[UUID]]:
        """All of it as statements take it, by the names of their parameters."""
        return {f"scope_{part}": list(getattr(self, part)) for part in PARTS}

    @cached_property
    def dashboards(self) -> tuple[list[UUID], ...]:
        """Its dashboards by their kinds, in the order of KINDS, and in that in which statements are told of them."""
        return list(self.resellers), list(self.accounts), list(self.organizations)

    @cached_property
    def tenants(self) -> Named:
        """Every reseller in whose data anything of this scope lies: what each statement names first."""
        return Named({*self.resellers, *self.accounts.values(), *self.organizations.values()})

    @property
    def account_tenants(self) -> list[UUID]:
        """The resellers that own its accounts, one for each account in their order."""
        return list(self.accounts.values())

    @property
    def organization_tenants(self) -> list[UUID]:
        """The resellers that own its organizations, one for each organization in their order."""
        return list(self.organizations.values())

    @cached_property
    def named(self) -> list[UUID]:
        """The resellers whose name may be known: its own, and its accounts'."""
        return list({*self.resellers, *self.accounts.values()})
