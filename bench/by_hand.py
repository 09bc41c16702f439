"""The accounts screen as somebody would write it without GraphQL: the ceiling for an executor."""

from asyncio import gather
from typing import Any

from auth import policies
from auth.viewer import Permission
from domain.lifecycle import SubscriptionStatus, account_status
from domain.money import written
from domain.pricing import charge
from domain.terms import term_on
from models import ids
from models.account_lists import AccountList, AccountOrderField, Kept
from models.organization_lists import OrganizationList
from models.paging import Page
from schema.context import Context

# What the screen does not show of an account.
UNREAD = frozenset({"created_at", "external_id", "trial_starts_on", "updated_at", "version"})


async def accounts_screen(context: Context, reseller: str) -> dict[str, Any]:
    """Return the data of bench.execution.SCREEN: through the same loaders, with the same rules and policies."""
    loaders, viewer = context.loaders, context.viewer
    assert viewer is not None  # noqa: S101 # the benchmark's own
    found = await loaders.resellers.load(ids.decode(reseller, "resl"))
    assert found is not None  # noqa: S101
    policies.require(policies.may_in_reseller(viewer, found.id, Permission.ACCOUNTS_READ))
    shows_cost = policies.may_see_cost(viewer, found.id) is None
    here, kept = (found.id, context.today(found.time_zone)), Kept()
    first = Page.asked(first=100, after=None)
    asked = AccountList(
        kept, AccountOrderField.NAME, is_descending=False, page=first, unread=UNREAD, carries_contracts=True
    )
    page = await loaders.accounts_of(asked).load(here)
    parts_of = OrganizationList(Page.asked(first=3, after=None), unread=frozenset({"version", "sort_key"}))
    organizations = loaders.organizations_of(parts_of)
    for row in page.rows:
        policies.require(policies.may_read_organizations(viewer, row))
    count, contracts, parts = await gather(
        loaders.account_counts(kept).load(here),
        loaders.contracts_of(page.rows),
        organizations.load_many([(row.reseller_id, row.id) for row in page.rows]),
    )
    plans = await loaders.plans.load_many([contract.plan_id for contract in contracts])
    accounts = [
        _account(row, contract, plan, slice_, here[1], shows_cost=shows_cost)
        for row, contract, plan, slice_ in zip(page.rows, contracts, plans, parts, strict=True)
    ]
    info = {"hasNextPage": page.has_next, "endCursor": page.cursor(page.rows[-1])}
    return {"reseller": {"accounts": {"totalCount": count, "pageInfo": info, "nodes": accounts}}}


def _account(row: Any, contract: Any, plan: Any, parts: Any, today: Any, *, shows_cost: bool) -> dict[str, Any]:  # noqa: ANN401 # rows
    is_active = row.contract_status is SubscriptionStatus.ACTIVE
    status = account_status(
        is_disabled=row.disabled_at is not None,
        contract=row.contract_status,
        trial_ends_on=row.trial_ends_on,
        today=today,
    )
    ends_on = term_on(row.contract_starts_on, today).ends_on if is_active else row.trial_ends_on
    total = charge(contract.systems, contract.cost_per_system, contract.billing_interval)
    return {
        "id": ids.encode("acct", row.id),
        "name": row.name,
        "subdomain": row.subdomain,
        "supportType": row.support_type.value,
        "status": status.value,
        "statusEndsOn": ends_on.isoformat(),
        "subscription": {
            "status": contract.status.value,
            "systems": contract.systems,
            "total": {"amount": str(written(total)), "currencyCode": contract.currency_code} if shows_cost else None,
            "plan": {"name": plan.name},
        },
        "organizations": {
            "nodes": [{"id": ids.encode("org", part.id), "name": part.name, "key": part.key} for part in parts.rows]
        },
    }
