"""Quotes: what a contract would cost."""

from auth import policies
from domain.catalog import is_sellable
from domain.pricing import bracket_for, cheaper_at, systems_in_range, total
from models import ids
from models.catalog import priced
from resolvers.writing import signed_in
from schema.catalog import Plan, PriceBreak, Quote, QuoteInput
from schema.context import Info
from schema.money import Money


async def quote(info: Info, input: QuoteInput) -> Quote | None:
    """What a contract would cost today; null where the reseller does not exist or the viewer may not see it."""
    key = ids.read(input.reseller_id, "resl")
    reseller = None if key is None else await info.context.loaders.resellers.load(key)
    if reseller is None:
        return None
    policies.require(policies.may_see_cost(signed_in(info), reseller.id))
    systems = systems_in_range(input.systems)
    can_be_sold = is_sellable(input.support_type, is_eligible=reseller.is_eligible)
    policies.require(policies.may_sell(is_sellable=can_be_sold))
    today = info.context.today(reseller.time_zone)
    rows = priced(await info.context.loaders.price_lists.load((reseller.currency_code, today)))
    brackets = [row for row in rows if row.support_type is input.support_type]
    found, interval = bracket_for(systems, brackets), input.billing_interval
    cheaper = cheaper_at(systems, brackets, interval)
    return Quote(
        plan=Plan(found, shows_cost=True),
        cost_per_system=Money.of(found.cost),
        total=Money.of(total(systems, found.cost, interval)),
        cheaper_at=None if cheaper is None else PriceBreak.of(cheaper),
    )
