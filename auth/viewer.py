"""Who asks, and the permissions that their roles hold in each dashboard."""

from collections.abc import Set
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from domain.tenancy import DashboardKind, Role
from models import ids
from models.audit import ActorKind
from models.scopes import KINDS, Scope


class Permission(Enum):
    """What a role may do; the words are those that refusals and descriptions use."""

    # There is one of each, so that its identity will do: Enum's own hash is Python, and every policy takes some.
    __hash__ = object.__hash__

    ACCOUNTS_READ = "accounts:read"
    ACCOUNTS_CREATE = "accounts:create"
    ACCOUNTS_EDIT = "accounts:edit"
    ACCOUNTS_RENAME = "accounts:edit (name only)"
    ACCOUNTS_ENTER = "accounts:enter"
    SUBSCRIPTIONS_READ = "subscriptions:read"
    SUBSCRIPTIONS_READ_COST = "subscriptions:read (with the partner's cost)"
    SUBSCRIPTIONS_EDIT = "subscriptions:edit"
    SUBSCRIPTIONS_ACTIVATE = "subscriptions:activate"
    ORGANIZATIONS_READ = "organizations:read"
    ORGANIZATIONS_EDIT = "organizations:edit"
    ORGANIZATIONS_RENAME = "organizations:edit (name only)"
    MEMBERS_READ = "members:read"
    MEMBERS_MANAGE = "members:manage"
    KEYS_MANAGE = "keys:manage"
    AUDIT_READ = "audit:read"
    TERMS_ACCEPT = "terms:accept"


P = Permission
_ADMINISTERS = {P.MEMBERS_READ, P.MEMBERS_MANAGE, P.KEYS_MANAGE, P.AUDIT_READ}
_RESELLER_READS = {
    P.ACCOUNTS_READ,
    P.SUBSCRIPTIONS_READ,
    P.SUBSCRIPTIONS_READ_COST,
    P.MEMBERS_READ,
    P.TERMS_ACCEPT,
}
_RESELLER_PROVISIONS = _RESELLER_READS | {
    P.ACCOUNTS_CREATE,
    P.ACCOUNTS_EDIT,
    P.ACCOUNTS_RENAME,
    P.ACCOUNTS_ENTER,
    P.SUBSCRIPTIONS_EDIT,
    P.ORGANIZATIONS_READ,
    P.ORGANIZATIONS_EDIT,
    P.ORGANIZATIONS_RENAME,
}
_ACCOUNT_READS = {
    P.ACCOUNTS_READ,
    P.ACCOUNTS_ENTER,
    P.SUBSCRIPTIONS_READ,
    P.ORGANIZATIONS_READ,
    P.MEMBERS_READ,
}
_ACCOUNT_ORGANIZES = _ACCOUNT_READS | {P.ORGANIZATIONS_EDIT, P.ORGANIZATIONS_RENAME}

NOTHING: frozenset[Permission] = frozenset()

# The table of roles: a role that is not listed for a kind of dashboard cannot be held there.
ROLES: dict[DashboardKind, dict[Role, frozenset[Permission]]] = {
    DashboardKind.RESELLER: {
        Role.ADMIN: frozenset(_RESELLER_PROVISIONS | _ADMINISTERS | {P.SUBSCRIPTIONS_ACTIVATE}),
        Role.PROVISIONER: frozenset(_RESELLER_PROVISIONS),
        Role.FINANCE: frozenset(_RESELLER_READS | {P.AUDIT_READ}),
        Role.READ_ONLY: frozenset(_RESELLER_READS),
    },
    DashboardKind.ACCOUNT: {
        Role.ADMIN: frozenset(_ACCOUNT_ORGANIZES | _ADMINISTERS | {P.ACCOUNTS_RENAME}),
        Role.SECURITY_ENGINEER: frozenset(_ACCOUNT_ORGANIZES),
        Role.USER: frozenset(_ACCOUNT_READS),
        Role.READ_ONLY: frozenset(_ACCOUNT_READS),
    },
    DashboardKind.ORGANIZATION: {
        Role.ADMIN: frozenset({P.ORGANIZATIONS_READ, P.ORGANIZATIONS_RENAME, P.MEMBERS_READ, P.MEMBERS_MANAGE}),
        Role.USER: frozenset({P.ORGANIZATIONS_READ, P.MEMBERS_READ}),
        Role.READ_ONLY: frozenset({P.ORGANIZATIONS_READ, P.MEMBERS_READ}),
    },
}


class Seat(NamedTuple):
    """One membership: the dashboard, the role held there, and, for a reseller's, what stands before it.

    That is whether its terms are accepted, and whether it requires two-factor and its member has none.
    """

    kind: DashboardKind
    role: Role
    reseller_id: UUID
    account_id: UUID | None
    organization_id: UUID | None
    has_accepted_terms: bool
    lacks_two_factor: bool = False

    @property
    def dashboard_id(self) -> UUID:
        """The id of the reseller, account or organization itself."""
        return self.organization_id or self.account_id or self.reseller_id

    @property
    def granted(self) -> frozenset[Permission]:
        """What the role holds here, whatever stands before it."""
        return ROLES[self.kind].get(self.role, NOTHING)

    @property
    def is_held_up(self) -> bool:
        """Whether terms or two-factor come first: until then nothing of the reseller is granted but to accept terms."""
        is_resellers = self.kind is DashboardKind.RESELLER
        return is_resellers and (self.lacks_two_factor or not self.has_accepted_terms)

    @property
    def granted_now(self) -> frozenset[Permission]:
        """What the role holds here, after what stands before it."""
        return self.granted & {Permission.TERMS_ACCEPT} if self.is_held_up else self.granted


ROLE_NAMES = {each.value: each for each in Role}


@dataclass(frozen=True)
class Viewer:
    """The person who asks, with every dashboard they were explicitly added to, read anew for each request.

    Or the API key: it has a name and its one dashboard.
    """

    id: UUID
    name: str
    email: str | None
    seats: tuple[Seat, ...]
    kind: ActorKind = ActorKind.USER
    has_two_factor: bool = False

    @classmethod
    def of(cls, row: Any) -> "Viewer":  # noqa: ANN401 # a row of models.sessions
        """Return the viewer of a row that has their seats in columns: arrays of one length, null without any."""
        columns = (row.roles or (), row.reseller_ids or (), row.account_ids or (), row.organization_ids or ())
        accepted = None if row.accepted_terms_of is None else set(row.accepted_terms_of)
        requiring = set() if row.has_two_factor else set(row.two_factor_required_by)
        seats = tuple(_seat(*seat, accepted, requiring) for seat in zip(*columns, strict=True))
        return cls(id=row.user_id, name=row.name, email=row.email, seats=seats, has_two_factor=row.has_two_factor)

    @classmethod
    def of_key(cls, row: Any) -> "Viewer":  # noqa: ANN401 # a row of auth.keys
        """Return the viewer that an API key is. Whoever made it had accepted the terms."""
        seat = Seat(row.kind, row.role, row.reseller_id, row.account_id, None, has_accepted_terms=True)
        return cls(id=row.id, name=row.name, email=None, seats=(seat,), kind=ActorKind.API_KEY)

    @cached_property
    def principal(self) -> tuple[str, str]:
        """The kind, and the id as clients and logs know it."""
        return self.kind.value, ids.encode("key" if self.kind is ActorKind.API_KEY else "user", self.id)

    @cached_property
    def by_dashboard(self) -> dict[UUID, Seat]:
        """The seats by the dashboards that they are in."""
        return {seat.dashboard_id: seat for seat in self.seats}

    def seat(self, dashboard_id: UUID | None) -> Seat | None:
        """Return the viewer's membership in exactly this dashboard."""
        return None if dashboard_id is None else self.by_dashboard.get(dashboard_id)

    @cached_property
    def _granted(self) -> dict[UUID, frozenset[Permission]]:
        return {}

    def holds(self, permission: Permission, dashboard_id: UUID) -> bool:
        """Tell whether a seat of the viewer's grants the permission in exactly this dashboard now.

        Remembered for each seat: of a hundred accounts of one reseller the same is asked a hundred times.
        """
        granted = self._granted.get(dashboard_id)
        if granted is None:
            seat = self.seat(dashboard_id)
            if seat is None:
                return False
            granted = self._granted[dashboard_id] = seat.granted_now
        return permission in granted

    def holding(self, role: Role | None, dashboard_id: UUID) -> "Viewer":
        """Return the viewer as they would be with another role in a dashboard of theirs; None is no role."""
        others = tuple(seat for seat in self.seats if seat.dashboard_id != dashboard_id)
        seat = self.seat(dashboard_id)
        return replace(self, seats=others if seat is None or role is None else (*others, seat._replace(role=role)))

    @cached_property
    def agreed(self) -> "Viewer":
        """The viewer as they would be if they had accepted the terms of every reseller."""
        return replace(self, seats=tuple(seat._replace(has_accepted_terms=True) for seat in self.seats))

    def holds_anywhere(self, permission: Permission) -> bool:
        """Tell whether any of the viewer's roles holds the permission in any dashboard."""
        return permission in self._granted_anywhere

    @cached_property
    def _granted_anywhere(self) -> frozenset[Permission]:
        return frozenset().union(*{seat.granted for seat in self.seats})

    @cached_property
    def scope(self) -> Scope:
        """The part of the data that any statement on this viewer's behalf starts from."""
        of: dict[DashboardKind, dict[UUID, UUID]] = {kind: {} for kind in DashboardKind}
        for dashboard_id, seat in self.by_dashboard.items():
            of[seat.kind][dashboard_id] = seat.reseller_id
        return Scope(frozenset(of[DashboardKind.RESELLER]), of[DashboardKind.ACCOUNT], of[DashboardKind.ORGANIZATION])

    @cached_property
    def in_scope(self) -> list[list[tuple[Seat, str]]]:
        """The seats as scope.dashboards has them, each with its dashboard's id as clients know it."""
        kinds = zip(KINDS, self.scope.dashboards, strict=True)
        return [[(self.by_dashboard[id], ids.encode(ids.PREFIXES[kind], id)) for id in those] for kind, those in kinds]


def _seat(
    role: str,
    reseller_id: UUID,
    account_id: UUID | None,
    organization_id: UUID | None,
    accepted: Set[UUID] | None,
    requiring: Set[UUID],
) -> Seat:
    ids = (ROLE_NAMES[role], reseller_id, account_id, organization_id)
    if organization_id is not None:
        return Seat(DashboardKind.ORGANIZATION, *ids, has_accepted_terms=True)
    if account_id is not None:
        return Seat(DashboardKind.ACCOUNT, *ids, has_accepted_terms=True)
    # Terms, where any are published, and two-factor stand before a reseller's dashboard alone.
    has_accepted = accepted is None or reseller_id in accepted
    return Seat(DashboardKind.RESELLER, *ids, has_accepted, lacks_two_factor=reseller_id in requiring)
