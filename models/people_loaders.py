"""Batched reads of the people and keys of dashboards.

Members, invitations and keys are read in the scope's tenants; whether one may be seen, a policy says.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.tenancy import DashboardKind
from models.api_keys import ApiKey, api_key_rows
from models.base import among
from models.dashboards import dashboard_names
from models.invitations import Invitation, invitation_rows
from models.loading import Batch, Batched, Row, grouped
from models.memberships import Membership
from models.places import member_rows
from models.prepared import Ids, prepared
from models.scopes import Scope


@prepared
def members_among(scope: Scope, ids: Ids) -> sa.Select[*tuple[object, ...]]:
    """Select the memberships with these ids in the scope's tenants."""
    return member_rows().where(among(Membership.reseller_id, scope.tenants), among(Membership.id, ids))


@prepared
def invitations_among(scope: Scope, ids: Ids) -> sa.Select[*tuple[object, ...]]:
    """Select the invitations with these ids in the scope's tenants."""
    return invitation_rows().where(among(Invitation.reseller_id, scope.tenants), among(Invitation.id, ids))


@prepared
def api_keys_among(scope: Scope, ids: Ids) -> sa.Select[*tuple[object, ...]]:
    """Select the API keys with these ids in the scope's tenants."""
    return api_key_rows().where(among(ApiKey.reseller_id, scope.tenants), among(ApiKey.id, ids))


@prepared
def members_of(dashboards: Ids) -> sa.Select[*tuple[object, ...]]:
    """Select the memberships in these dashboards."""
    return member_rows().where(among(Membership.dashboard_id, dashboards))


@prepared
def memberships_of(scope: Scope, users: Ids) -> sa.Select[*tuple[object, ...]]:
    """Select the memberships of these users in the scope's tenants."""
    return member_rows().where(among(Membership.reseller_id, scope.tenants), among(Membership.user_id, users))


@prepared
def invitations_to(scope: Scope, dashboards: Ids) -> sa.Select[*tuple[object, ...]]:
    """Select the invitations to these dashboards in the scope's tenants, newest first."""
    mine = sa.and_(among(Invitation.reseller_id, scope.tenants), among(Invitation.dashboard_id, dashboards))
    return invitation_rows().where(mine).order_by(Invitation.id.desc())


@prepared
def api_keys_of(scope: Scope, dashboards: Ids) -> sa.Select[*tuple[object, ...]]:
    """Select the API keys of these dashboards in the scope's tenants, newest first."""
    mine = sa.and_(among(ApiKey.reseller_id, scope.tenants), among(ApiKey.dashboard_id, dashboards))
    return api_key_rows().where(mine).order_by(ApiKey.id.desc())


class PeopleLoaders(Batched):
    """Loaders of members, invitations and API keys."""

    @cached_property
    def members(self) -> Batch[UUID, Sequence[Row]]:
        """The members of a dashboard, by its id; asked only of dashboards that a policy lets the viewer read."""

        async def of_each(dashboards: list[UUID]) -> list[Sequence[Row]]:
            return grouped(await self._snapshot.fetch(members_of(dashboards)), "dashboard_id", dashboards)

        return Batch(of_each)

    @cached_property
    def memberships(self) -> Batch[UUID, Row | None]:
        """Memberships by id, in the scope's tenants; whether one may be seen, a policy says."""
        return self._by_id(members_among)

    @cached_property
    def memberships_of(self) -> Batch[UUID, Sequence[Row]]:
        """A user's memberships in the scope's tenants, by the user's id."""

        async def of_each(users: list[UUID]) -> list[Sequence[Row]]:
            return grouped(await self._snapshot.fetch(memberships_of(self._scope, users)), "user_id", users)

        return Batch(of_each)

    @cached_property
    def invitations(self) -> Batch[UUID, Row | None]:
        """Invitations by id, in the scope's tenants; whether one may be seen, a policy says."""
        return self._by_id(invitations_among)

    @cached_property
    def invitations_to(self) -> Batch[UUID, Sequence[Row]]:
        """The invitations to a dashboard, newest first, by its id; asked as members are."""

        async def to_each(dashboards: list[UUID]) -> list[Sequence[Row]]:
            found = await self._snapshot.fetch(invitations_to(self._scope, dashboards))
            return grouped(found, "dashboard_id", dashboards)

        return Batch(to_each)

    @cached_property
    def api_keys(self) -> Batch[UUID, Row | None]:
        """API keys by id, in the scope's tenants; whether one may be seen, a policy says."""
        return self._by_id(api_keys_among)

    @cached_property
    def api_keys_of(self) -> Batch[UUID, Sequence[Row]]:
        """The API keys of a dashboard, newest first, by its id; asked as members are."""

        async def of_each(dashboards: list[UUID]) -> list[Sequence[Row]]:
            found = await self._snapshot.fetch(api_keys_of(self._scope, dashboards))
            return grouped(found, "dashboard_id", dashboards)

        return Batch(of_each)

    @cached_property
    def names(self) -> Batch[tuple[DashboardKind, UUID, UUID], str]:
        """Names of dashboards somebody is invited to, by (kind, reseller id, id): an invitation shows its name."""

        async def of_each(keys: list[tuple[DashboardKind, UUID, UUID]]) -> list[str]:
            scope = Scope(
                resellers=frozenset(id for kind, _, id in keys if kind is DashboardKind.RESELLER),
                accounts={id: reseller for kind, reseller, id in keys if kind is DashboardKind.ACCOUNT},
                organizations={id: reseller for kind, reseller, id in keys if kind is DashboardKind.ORGANIZATION},
            )
            # Whoever is invited does not belong to the tenant yet, and may know the name of where to.
            rows: Sequence[Any] = await self._snapshot.fetch(dashboard_names(scope), within=self._beyond(scope))
            named = {scope.dashboards[kind][number - 1]: name for kind, number, name, _ in rows}
            return [named[id] for _, _, id in keys]

        return Batch(of_each)

    def _beyond(self, scope: Scope) -> set[UUID] | None:
        asked = set(scope.tenants)
        return None if asked <= set(self._scope.tenants) else asked
