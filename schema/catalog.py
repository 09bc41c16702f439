"""What a reseller sells: support types, plans, quotes."""

from typing import Any
from uuid import UUID

import strawberry

from auth import policies
from auth.viewer import Permission
from domain.catalog import SupportTypeDefinition as Definition
from domain.catalog import is_sellable
from domain.errors import Forbidden
from domain.pricing import PriceBreak as Break
from schema.context import Info
from schema.enums import BillingInterval, SupportType
from schema.money import Money
from schema.nodes import Node
from schema.rows import column


@strawberry.type(description="What the Support Type dropdown and the Billing tab say of a support type.")
class SupportTypeDefinition:
    """domain.catalog.SupportTypeDefinition, for one reseller."""

    support_type: SupportType = strawberry.field(description="The support type.")
    title: str = strawberry.field(description="Its name, for people.")
    description: str = strawberry.field(description="What it means, for people.")
    is_sellable: bool = strawberry.field(
        description="False for Partner Supported where the reseller is not eligible to sell it."
    )

    @classmethod
    def of(cls, definition: Definition, *, is_eligible: bool) -> "SupportTypeDefinition":
        """Return the definition as a reseller of this eligibility sees it."""
        return cls(
            support_type=definition.support_type,
            title=definition.title,
            description=definition.description,
            is_sellable=is_sellable(definition.support_type, is_eligible=is_eligible),
        )


@strawberry.type(
    description="A bracket of the price book: the plan of every quantity between minSystems and maxSystems, "
    "both inclusive. The whole quantity is priced at its bracket's cost."
)
class Plan(Node, prefix="plan"):
    """A row of models.Plan, as a viewer sees it who may, or may not, see the partner's cost."""

    __slots__ = ("row", "shows_cost")

    name: str = column("Its name.")
    support_type: SupportType = column("The support type that it prices.")
    min_systems: int = column("The smallest number of systems, inclusive.")
    max_systems: int | None = column(
        "The largest number of systems, inclusive; null on the last bracket, which is open upwards."
    )
    shows_cost: strawberry.Private[bool]

    def __init__(self, row: Any, shows_cost: bool) -> None:  # noqa: ANN401, FBT001 # of models.Plan; see schema/rows.py
        self.row, self.shows_cost = row, shows_cost

    @strawberry.field(
        description=f"The partner's cost of one system for one month. Needs {Permission.SUBSCRIPTIONS_READ_COST.value}."
    )
    def cost_per_system(self) -> Money:
        """Refuse members of accounts: they never see the partner's cost."""
        if not self.shows_cost:
            raise Forbidden(Permission.SUBSCRIPTIONS_READ_COST.value)
        return Money(self.row.cost_per_system, self.row.currency_code)

    @classmethod
    async def load(cls, info: Info, id: UUID) -> "Plan | None":
        """Return the plan, which is no reseller's own, to whoever sees the cost in one that may sell it."""
        viewer = info.context.viewer
        row = None if viewer is None else await info.context.loaders.plans.load(id)
        if viewer is None or row is None:
            return None
        mine = await info.context.loaders.resellers.load_many(list(viewer.scope.resellers))
        may_read = any(
            policies.may_see_cost(viewer, reseller.id) is None
            and is_sellable(row.support_type, is_eligible=reseller.is_eligible)
            for reseller in filter(None, mine)
        )
        return cls(row, shows_cost=True) if may_read else None


@strawberry.input(description="A contract that is not saved.")
class QuoteInput:
    """The three inputs of a contract, and who would be billed."""

    reseller_id: strawberry.ID = strawberry.field(description="The reseller who would be billed.")
    support_type: SupportType = strawberry.field(description="The support type; it must be sellable by the reseller.")
    systems: int = strawberry.field(description="Number of systems to protect: 1 to 1,000,000.")
    billing_interval: BillingInterval = strawberry.field(description="Annual or monthly.")


@strawberry.type(description="A larger quantity that costs no more in total.")
class PriceBreak:
    """domain.pricing.PriceBreak."""

    systems: int = strawberry.field(description="The larger number of systems.")
    total: Money = strawberry.field(description="What one billing interval costs then.")
    saving: Money = strawberry.field(description="How much less that is.")

    @classmethod
    def of(cls, found: Break) -> "PriceBreak":
        """Return the price break as clients see it."""
        return cls(systems=found.systems, total=Money.of(found.total), saving=Money.of(found.saving))


@strawberry.type(description="What a contract would cost today, before anything is saved.")
class Quote:
    """An answer; nothing is kept of it."""

    plan: Plan = strawberry.field(description="The plan that follows from the number of systems.")
    cost_per_system: Money = strawberry.field(description="The partner's cost of one system for one month.")
    total: Money = strawberry.field(
        description="What one billing interval costs: systems x costPerSystem, x 12 where annual."
    )
    cheaper_at: PriceBreak | None = strawberry.field(
        description="The smallest larger number of systems that costs no more in total, where a price break makes one."
    )
