"""Resellers: the tenants, with their catalogue, their terms and their accounts."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry

from auth import policies
from auth.permissions import ReadsAccounts, ReadsCosts, ReadsMembers, ReadsTerms
from domain.catalog import DEFINITIONS, is_sellable
from models.account_lists import AccountList
from models.paging import Page
from models.places import Place, place_of_reseller
from schema.account_lists import SELDOM_READ, AccountConnection, AccountFilter, AccountOrder
from schema.catalog import Plan, SupportTypeDefinition
from schema.context import Info
from schema.enums import AccountOrderField, OrderDirection, SupportType
from schema.errors import AvailableAction, Payload
from schema.gates import gated
from schema.inputs import ChangeInput, MutationInput
from schema.nodes import VERSION, Node
from schema.pagination import After, Before, First, Last
from schema.people import Automated, Staffed
from schema.rows import column
from schema.selecting import selected_below, selected_in, unread


@strawberry.type(description="The terms that come before the accounts screen.")
class Terms:
    """The current version, and whether this viewer accepted it for this reseller."""

    version: str = strawberry.field(description="What acceptTerms takes.")
    body: str = strawberry.field(description="The text, in Markdown.")
    is_accepted: bool = strawberry.field(description="Whether the viewer accepted this version for this reseller.")
    accepted_at: datetime | None = strawberry.field(description="When; null where it is not accepted.")


# An operator publishes terms before inviting anybody; until then there is nothing to agree to.
NO_TERMS = Terms(version="none", body="No terms have been published.", is_accepted=True, accepted_at=None)


@strawberry.type(
    description="A tenant: it sells to accounts and is billed for all of them. Until its current terms are accepted, "
    "everything but its name, its terms and what may be done answers TERMS_NOT_ACCEPTED."
)
class Reseller(Node, Staffed, Automated, prefix="resl", loader="resellers"):
    """A row of models.reseller_rows()."""

    name: str = column("Its name; all that members of its accounts see of it.")
    version: int = column(VERSION)

    @classmethod
    def of(cls, row: Any, info: Info) -> "Reseller":  # noqa: ANN401, ARG003 # as every node that a loader has
        """Return the reseller: to its members, and its name to those of its accounts, as the scope has it."""
        return cls(row=row)

    @property
    def reseller_id(self) -> UUID:
        """Its id, of which the policies are asked."""
        id: UUID = self.row.id
        return id

    @property
    def place(self) -> Place:
        """Its own dashboard."""
        return place_of_reseller(self.row)

    @gated(
        "What the Support Type dropdown shows this reseller, with the definitions of the Billing tab.",
        permission_classes=[ReadsAccounts],
    )
    def support_types(self) -> list[SupportTypeDefinition] | None:
        """Show every type, and which of them may be chosen."""
        return [SupportTypeDefinition.of(each, is_eligible=self.row.is_eligible) for each in DEFINITIONS]

    @gated(
        "The Billing tab: the price of each plan this reseller may sell today, by support type and quantity.",
        permission_classes=[ReadsCosts],
    )
    async def plans(
        self,
        info: Info,
        support_type: Annotated[SupportType | None, strawberry.argument(description="Of this type only.")] = None,
    ) -> list[Plan] | None:
        """Read the price book that is effective on the reseller's civil day."""
        today = info.context.today(self.row.time_zone)
        return [
            Plan(row, shows_cost=True)
            for row in await info.context.loaders.price_lists.load((self.row.currency_code, today))
            if support_type in {None, row.support_type}
            and is_sellable(row.support_type, is_eligible=self.row.is_eligible)
        ]

    @gated("The current terms, and whether the viewer accepted them.", permission_classes=[ReadsTerms])
    async def terms(self, info: Info) -> Terms:
        """Read the version that is current for everybody, and this viewer's acceptance of it."""
        current = await info.context.loaders.terms.load("current")
        if current is None:
            return NO_TERMS
        mine = (info.context.known_viewer.id, current.version)
        accepted = await info.context.loaders.acceptances.load(mine)
        accepted_at = {row.reseller_id: row.accepted_at for row in accepted}.get(self.reseller_id)
        return Terms(
            version=current.version,
            body=current.body,
            is_accepted=accepted_at is not None,
            accepted_at=accepted_at,
        )

    @gated(
        "Whether its members need two-factor: until they have it, everything of the reseller but its name, its terms "
        "and what may be done answers TWO_FACTOR_REQUIRED.",
        permission_classes=[ReadsMembers],
    )
    def requires_two_factor(self) -> bool | None:
        """Read with the reseller."""
        required: bool = self.row.requires_two_factor
        return required

    @gated("The accounts screen: by name unless ordered otherwise.", permission_classes=[ReadsAccounts])
    async def accounts(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        where: Annotated[AccountFilter | None, strawberry.argument(description="Which of them.")] = None,
        order_by: Annotated[AccountOrder | None, strawberry.argument(description="In which order.")] = None,
    ) -> AccountConnection | None:
        """Read one page; the number of all is counted only where it is asked for."""
        page = Page.asked(first=first, after=after, last=last, before=before)
        kept, order = (where or AccountFilter()).kept(), order_by or AccountOrder(field=AccountOrderField.NAME)
        is_descending = order.direction is OrderDirection.DESC
        selected = selected_below(info)
        asked = AccountList(
            kept,
            order.field,
            is_descending,
            page,
            unread=unread(selected, SELDOM_READ),
            carries_contracts="subscription" in selected,
            carries_number="totalCount" in selected_in(info),
        )
        here = (self.reseller_id, info.context.today(self.row.time_zone))
        return AccountConnection.of(await info.context.loaders.accounts_of(asked).load(here), here, kept, info)

    @strawberry.field(description="What the viewer may do in the reseller's dashboard now.")
    def available_actions(self, info: Info) -> list[AvailableAction]:
        """Answer by the policies that the mutations require."""
        viewer = info.context.known_viewer
        is_disabled = self.row.disabled_at is not None
        create = policies.may_create_account(viewer, self.reseller_id, is_disabled=is_disabled)
        update = policies.may_update_reseller(viewer, self.reseller_id, is_disabled=is_disabled)
        accept = policies.may_accept_terms(viewer, self.reseller_id)
        return [
            AvailableAction.of("acceptTerms", accept),
            AvailableAction.of("createAccount", create),
            AvailableAction.of("updateReseller", update),
        ]


@strawberry.input(description="What changes in a reseller; what is left out stays.")
class UpdateResellerInput(ChangeInput):
    """Absent is not null."""

    id: strawberry.ID = strawberry.field(description="The reseller.")
    requires_two_factor: strawberry.Maybe[bool | None] = strawberry.field(
        description="Whether its members need two-factor for everything of it."
    )


@strawberry.type(description="The reseller as it is now.")
class UpdateResellerPayload(Payload):
    """Read after the commit, and only where it is asked for."""

    reseller_id: strawberry.Private[UUID | None] = None

    @strawberry.field(description="The reseller as it is now; null where it was refused.")
    async def reseller(self, info: Info) -> Reseller | None:
        """Read what was committed."""
        return None if self.reseller_id is None else await Reseller.load(info, self.reseller_id)


@strawberry.input(description="The terms to agree to.")
class AcceptTermsInput(MutationInput):
    """The version says which text was read."""

    reseller_id: strawberry.ID = strawberry.field(description="The reseller whose terms they are.")
    version: str = strawberry.field(description="The version that was read; CONFLICT where it is not the current one.")


@strawberry.type(description="The reseller, now open.")
class AcceptTermsPayload(Payload):
    """Read after the commit, and only where it is asked for."""

    reseller_id: strawberry.Private[UUID | None] = None

    @strawberry.field(description="The reseller as it is now; null where it was refused.")
    async def reseller(self, info: Info) -> Reseller | None:
        """Read what was committed."""
        return None if self.reseller_id is None else await Reseller.load(info, self.reseller_id)
