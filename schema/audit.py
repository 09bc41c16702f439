"""The audit as clients see it: who changed what, when and why; newest first."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry

from auth import policies
from domain.errors import BadInput
from models import ids
from models.audit_lists import NEWEST_FIRST, AuditList
from models.paging import Page, Slice
from models.places import Place
from schema.context import Info
from schema.enums import ActorKind
from schema.inputs import clean_instant
from schema.pagination import After, Edge, First, PageInfo
from schema.rows import column

# What is the reseller's own: members of an account never see it.
OF_THE_RESELLER = {"costPerSystem", "currencyCode", "externalId"}
ACTORS = {ActorKind.USER: "user", ActorKind.API_KEY: "key"}


@strawberry.type(description="One thing that was changed.")
class AuditChange:
    """An entry of an event's changes."""

    field: str = strawberry.field(description="Its name.")
    old: str | None = strawberry.field(description="What it was; null where there was nothing.")
    new: str | None = strawberry.field(description="What it became; null where nothing is left.")


@strawberry.type(description="One change, by whomever. Written in its transaction, and never altered.")
class AuditEvent:
    """A row of models.audit_rows()."""

    id: strawberry.ID = column("The event's own id, in the order of time.", "global_id")
    occurred_at: datetime = column("When.")
    actor_kind: ActorKind = column("Who: a person, an API key, or the operator.")
    actor_id: strawberry.ID | None = column("Their global id; null for the operator.", "actor")
    actor_name: str = column("Their name then.")
    action: str = column("The mutation's, or the operator's command's, name.")
    object_id: strawberry.ID = column("The global id of what was changed.", "object")
    request_id: str = column("The X-Request-Id of the request.")
    reason: str | None = column("Why, as it was given.")
    changes: list[AuditChange] = column(
        "What was changed; amounts are left out for those who may not see the partner's cost.",
        "shown_changes",
    )
    row: strawberry.Private[Any]
    shows_cost: strawberry.Private[bool]

    @classmethod
    def of(cls, row: Any, *, shows_cost: bool) -> "AuditEvent":  # noqa: ANN401 # a row of models.audit_rows()
        """Return the event as a viewer sees it who may, or may not, see the partner's cost."""
        return cls(row=row, shows_cost=shows_cost)

    @property
    def global_id(self) -> str:
        """Its own id."""
        return ids.encode("event", self.row.id)

    @property
    def actor(self) -> str | None:
        """The global id of whoever it was."""
        prefix = ACTORS.get(self.row.actor_kind)
        return None if prefix is None else ids.encode(prefix, self.row.actor_id)

    @property
    def object(self) -> str:
        """The global id of what was changed."""
        return ids.encode(self.row.object_prefix, self.row.object_id)

    @property
    def shown_changes(self) -> list[AuditChange]:
        """What the viewer may see of what was changed."""
        return [
            AuditChange(field=field, old=_shown(old), new=_shown(new))
            for field, (old, new) in sorted(self.row.changes.items())
            if self.shows_cost or field not in OF_THE_RESELLER
        ]


@strawberry.type(description="One event of a page.")
class AuditEventEdge(Edge):
    """A place in the list, and what stands there."""

    __init__ = Edge.__init__

    node: AuditEvent = strawberry.field(description="The event.")


@strawberry.type(description="A page of the audit, newest first.")
class AuditEventConnection:
    """A slice."""

    nodes: list[AuditEvent] = strawberry.field(description="The page without cursors.")
    page: strawberry.Private[Slice]

    @classmethod
    def of(cls, page: Slice, *, shows_cost: bool) -> "AuditEventConnection":
        """Return the page."""
        nodes = [AuditEvent.of(row, shows_cost=shows_cost) for row in page.rows]
        return cls(nodes=nodes, page=page)

    @strawberry.field(description="The page with each entry's cursor.")
    def edges(self) -> list[AuditEventEdge]:
        """Show each with its place."""
        return [AuditEventEdge(node, self.page) for node in self.nodes]

    @strawberry.field(description="Whether there is more, and where to go on.")
    def page_info(self) -> PageInfo:
        """Answer for the page."""
        return PageInfo(page=self.page)


@strawberry.input(description="Which events: those that satisfy every given condition.")
class AuditFilter:
    """Absent and null ask nothing."""

    actor_id: strawberry.ID | None = strawberry.field(default=None, description="By this user or API key.")
    action: str | None = strawberry.field(default=None, description="Of this name: activateSubscription.")
    object_id: strawberry.ID | None = strawberry.field(default=None, description="About what has this global id.")
    since: datetime | None = strawberry.field(default=None, description="At this instant or later.")
    until: datetime | None = strawberry.field(default=None, description="Before this instant.")

    def sought(self, page: Page) -> AuditList:
        """Return what is asked. Raises BadInput where an instant lies beyond the calendar."""
        return AuditList(
            page,
            actor_id=_key(self.actor_id),
            action=None if self.action is None else self.action.replace("\0", ""),
            object_id=_key(self.object_id),
            since=_bound(self.since, "since"),
            until=_bound(self.until, "until"),
        )


Where = Annotated[AuditFilter | None, strawberry.argument(description="Which of them.")]


async def events_of(
    place: Place, info: Info, first: First, after: After, where: AuditFilter | None
) -> AuditEventConnection:
    """Return a page of what happened in a dashboard."""
    page = Page.asked(first=first, after=after)
    asked = AuditList(page) if where is None else where.sought(page)
    found = await info.context.snapshot.fetch(asked.paged(place.reseller_id, place.account_id))
    shows_cost = policies.may_see_cost(info.context.known_viewer, place.reseller_id) is None
    return AuditEventConnection.of(page.cut(found, NEWEST_FIRST.name), shows_cost=shows_cost)


def _bound(written: datetime | None, field: str) -> datetime | None:
    if written is None:
        return None
    try:
        return clean_instant(written, field)
    except BadInput as refusal:
        raise refusal.below("where") from None


def _key(id: str | None) -> UUID | None:
    if id is None:
        return None
    # What cannot be an id of ours is the id of nothing.
    found = ids.parse(id)
    return UUID(int=0) if found is None else found[1]


def _shown(value: Any) -> str | None:  # noqa: ANN401 # a JSON value
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)
