"""Organizations: parts of a customer's account."""

from collections.abc import Sequence
from itertools import repeat
from typing import TYPE_CHECKING, Annotated, Any, cast
from uuid import UUID

import strawberry

from auth import policies
from auth.policies import AccountFacts
from models.organizations import OwningAccount, owning_account
from models.paging import Slice
from models.places import Place, place_of_organization
from schema.context import Info
from schema.errors import AvailableAction, Payload
from schema.inputs import ChangeInput, NamesAccount
from schema.nodes import VERSION, Node, load_each
from schema.pagination import Edge, PageInfo
from schema.people import Staffed
from schema.rows import column
from schema.together import together

if TYPE_CHECKING:
    from schema.accounts import Account

# Columns that few lists show.
SELDOM_READ = {"key": "key", "version": "version"}
LazyAccount = Annotated["Account", strawberry.lazy("schema.accounts")]


@strawberry.type(description="A part of one customer's account, with systems of its own.")
class Organization(Node, Staffed, prefix="org", loader="organizations"):
    """A row with what models.organizations shows of one, and what the policies ask of its account."""

    __slots__ = ("facts", "row")

    name: str = column("Its name.")
    key: str = column("Unique in its account, whatever the case.")
    version: int = column(VERSION)
    facts: strawberry.Private[AccountFacts]

    def __init__(self, row: Any, facts: AccountFacts) -> None:  # noqa: ANN401 # a row of models/
        self.row, self.facts = row, facts

    @property
    def place(self) -> Place:
        """Its own dashboard."""
        facts = self.facts
        owner = OwningAccount(facts.reseller_id, facts.id, facts.support_type, facts.disabled_at)
        return place_of_organization(self.row, owner)

    @classmethod
    def of(cls, row: Any, info: Info) -> "Organization":  # noqa: ANN401 # a row of models/
        """Return the organization as this viewer sees it. Raises what the policy of reading it refuses."""
        facts = owning_account(row)
        policies.require(policies.may_read_organization(info.context.known_viewer, facts, row.id))
        return cls(row, facts)

    @strawberry.field(description="The account it belongs to; null for those who belong to the organization alone.")
    @together
    @staticmethod
    async def account(organizations: Sequence["Organization"], info: Info) -> list[LazyAccount | None]:
        """Read in the viewer's scope, in which an organization's member has no account."""
        accounts = await load_each(info, "acct", [each.facts.id for each in organizations])
        return cast("list[Account | None]", accounts)

    @strawberry.field(description="What the viewer may do to the organization now.")
    def available_actions(self, info: Info) -> list[AvailableAction]:
        """Answer by the policy that the mutation requires."""
        rename = policies.may_rename_organization(info.context.known_viewer, self.facts, self.row.id)
        return [AvailableAction.of("updateOrganization", rename)]


@strawberry.type(description="One organization of a page.")
class OrganizationEdge(Edge):
    """A place in the list, and what stands there."""

    __init__ = Edge.__init__

    node: Organization = strawberry.field(description="The organization.")


@strawberry.type(description="A page of an account's organizations, by name.")
class OrganizationConnection:
    """A slice, and the number of all where it is asked for."""

    __slots__ = ("facts", "page")

    page: strawberry.Private[Slice]
    facts: strawberry.Private[AccountFacts]

    def __init__(self, page: Slice, facts: AccountFacts) -> None:
        self.page, self.facts = page, facts

    @strawberry.field(description="The page without cursors.")
    @together
    @staticmethod
    def nodes(pages: Sequence["OrganizationConnection"]) -> list[list[Organization]]:
        """Show those of all pages of the level."""
        return [list(map(Organization, each.page.rows, repeat(each.facts))) for each in pages]

    @strawberry.field(description="The page with each entry's cursor.")
    def edges(self) -> list[OrganizationEdge]:
        """Show each with its place."""
        page, facts = self.page, self.facts
        return [OrganizationEdge(Organization(row, facts), page) for row in page.rows]

    @strawberry.field(description="Whether there is more, and where to go on.")
    def page_info(self) -> PageInfo:
        """Answer for the page."""
        return PageInfo(page=self.page)

    @strawberry.field(description="How many there are in all; counted only where it is asked for.")
    @together
    @staticmethod
    async def total_count(pages: Sequence["OrganizationConnection"], info: Info) -> list[int]:
        """Count for all accounts of the level at once."""
        owners = [(page.facts.reseller_id, page.facts.id) for page in pages]
        return await info.context.loaders.organization_counts.load_many(owners)


@strawberry.input(description="The organization to add.")
class CreateOrganizationInput(NamesAccount):
    """A name for people, a key for programs."""

    account_id: strawberry.ID | None = strawberry.field(
        default=None, description="The account it belongs to; it can be named in account instead."
    )
    name: str = strawberry.field(description="1 to 256 characters after trimming.")
    key: str = strawberry.field(
        description="1 to 63 letters, digits and inner hyphens, dots or underscores; unique in its account, "
        "whatever the case."
    )


@strawberry.input(description="The organization to change: only the fields that are given are.")
class UpdateOrganizationInput(ChangeInput):
    """Absent is kept; null is refused, because neither can be cleared."""

    id: strawberry.ID = strawberry.field(description="The organization.")
    name: strawberry.Maybe[str | None] = strawberry.field(description="1 to 256 characters after trimming.")
    key: strawberry.Maybe[str | None] = strawberry.field(description="As in createOrganization.")


@strawberry.interface(description="What a mutation of an organization answers.")
class OrganizationPayload(Payload):
    """Read after the commit, and only where it is asked for."""

    organization_id: strawberry.Private[UUID | None] = None

    @strawberry.field(description="The organization as it is now; null where it was refused.")
    async def organization(self, info: Info) -> Organization | None:
        """Read what was committed."""
        return None if self.organization_id is None else await Organization.load(info, self.organization_id)


@strawberry.type(description="The added organization.")
class CreateOrganizationPayload(OrganizationPayload):
    """The organization."""


@strawberry.type(description="The changed organization.")
class UpdateOrganizationPayload(OrganizationPayload):
    """The organization."""
