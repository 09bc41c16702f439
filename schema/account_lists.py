"""The accounts screen: pages of accounts, which of them, and in which order."""

from datetime import date
from uuid import UUID

import strawberry

from domain.errors import BadInput
from models.account_lists import Kept
from models.paging import Slice
from schema.accounts import Account
from schema.context import Info
from schema.enums import AccountOrderField, AccountStatus, OrderDirection, SupportType
from schema.pagination import Edge, PageInfo

LONGEST_SEARCH = 256
# To read an instant takes longer than to read half the row.
SELDOM_READ = {
    "createdAt": "created_at",
    "externalId": "external_id",
    "trialStartsOn": "trial_starts_on",
    "updatedAt": "updated_at",
    "version": "version",
}


@strawberry.type(description="One account of a page.")
class AccountEdge(Edge):
    """A place in the list, and what stands there."""

    __init__ = Edge.__init__

    node: Account = strawberry.field(description="The account.")


@strawberry.type(description="A page of the accounts screen.")
class AccountConnection:
    """A slice, and the number of all where it is asked for."""

    nodes: list[Account] = strawberry.field(description="The page without cursors.")
    page: strawberry.Private[Slice]
    here: strawberry.Private[tuple[UUID, date]]
    kept: strawberry.Private[Kept]

    @classmethod
    def of(cls, page: Slice, here: tuple[UUID, date], kept: Kept, info: Info) -> "AccountConnection":
        """Return the page of a reseller's accounts on its civil day, out of those that are kept."""
        return cls(nodes=Account.of_each(page.rows, info), page=page, here=here, kept=kept)

    @strawberry.field(description="The page with each entry's cursor.")
    def edges(self) -> list[AccountEdge]:
        """Show each with its place."""
        return [AccountEdge(node, self.page) for node in self.nodes]

    @strawberry.field(description="Whether there is more, and where to go on.")
    def page_info(self) -> PageInfo:
        """Answer for the page."""
        return PageInfo(page=self.page)

    @strawberry.field(description="How many the filter keeps in all; counted only where it is asked for.")
    async def total_count(self, info: Info) -> int:
        """Count for all resellers of the level at once, in the moment in which the page was read."""
        return await info.context.loaders.account_counts(self.kept).load(self.here)


@strawberry.input(description="Which accounts: those that satisfy every given condition.")
class AccountFilter:
    """Absent and null ask nothing."""

    status: list[AccountStatus] | None = strawberry.field(
        default=None, description="Any of these statuses today; an empty list keeps none."
    )
    support_type: SupportType | None = strawberry.field(default=None, description="This support type.")
    search: str | None = strawberry.field(
        default=None, description="Part of the name or the subdomain, whatever the case; at most 256 characters."
    )

    def kept(self) -> Kept:
        """Return what is asked. Raises BadInput where the search is over-long or has NUL in it."""
        if self.search is not None and (len(self.search) > LONGEST_SEARCH or "\0" in self.search):
            message = f"Search for at most {LONGEST_SEARCH} characters, none of them NUL."
            raise BadInput("search", message).below("where")
        statuses = None if self.status is None else tuple(self.status)
        return Kept(statuses, self.support_type, (self.search or "").strip().lower())


@strawberry.input(description="In which order; accounts that are equal in it follow their ids.")
class AccountOrder:
    """A column and a direction."""

    field: AccountOrderField = strawberry.field(description="By what.")
    direction: OrderDirection = strawberry.field(default=OrderDirection.ASC, description="Up or down.")
