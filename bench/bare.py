"""The accounts screen with nothing in it but execution: the same shape, loaders over dictionaries, and no rules.

Its fields that load are fields of many, as ours are; its loaders are ours.
"""

from asyncio import gather
from collections.abc import Sequence
from typing import Any

import strawberry

from execution.compiler.strawberry_schema import CompiledExecution
from models.loading import Batch
from schema.together import together

ACCOUNTS = 100
SCREEN = """
{ accounts { totalCount pageInfo { hasNextPage endCursor } nodes { id name subdomain supportType status statusEndsOn
  subscription { status systems total { amount currencyCode } plan { name } }
  organizations { nodes { id name key } } } } }
"""
COLUMNS = ("id", "name", "subdomain", "support_type", "status", "status_ends_on")
ROWS = [dict.fromkeys(COLUMNS, str(number)) | {"number": number} for number in range(ACCOUNTS)]


class Loaders:
    """Four loaders of one request."""

    def __init__(self) -> None:
        self.contracts: Batch[int, dict[str, Any]] = Batch(_contracts)
        self.organizations: Batch[int, list[dict[str, Any]]] = Batch(_organizations)
        self.plans: Batch[int, dict[str, Any]] = Batch(_plans)


async def _contracts(keys: list[int]) -> list[dict[str, Any]]:
    return [{"status": "PENDING", "systems": 5, "amount": "3.50", "currency": "USD", "plan": key} for key in keys]


async def _organizations(keys: list[int]) -> list[list[dict[str, Any]]]:
    return [[{"id": f"{key}.{part}", "name": "Part", "key": "part"} for part in range(3)] for key in keys]


async def _plans(keys: list[int]) -> list[dict[str, Any]]:
    return [{"name": f"H{key}"} for key in keys]


@strawberry.type
class Money:
    """An amount."""

    amount: str
    currency_code: str


@strawberry.type
class Plan:
    """A bracket."""

    name: str


@strawberry.type
class Subscription:
    """A contract."""

    status: str
    systems: int
    total: Money
    plan_id: strawberry.Private[int]

    @strawberry.field
    @together
    @staticmethod
    async def plan(contracts: Sequence["Subscription"], info: strawberry.Info[Loaders, None]) -> list[Plan]:
        """Read through the loader."""
        rows = await info.context.plans.load_many([contract.plan_id for contract in contracts])
        return [Plan(**row) for row in rows]


@strawberry.type
class Organization:
    """A part of an account."""

    id: strawberry.ID
    name: str
    key: str


@strawberry.type
class Organizations:
    """A page."""

    nodes: list[Organization]


@strawberry.type
class Account:
    """A customer."""

    id: strawberry.ID
    name: str
    subdomain: str
    support_type: str
    status: str
    status_ends_on: str
    number: strawberry.Private[int]

    @strawberry.field
    @together
    @staticmethod
    async def subscription(accounts: Sequence["Account"], info: strawberry.Info[Loaders, None]) -> list[Subscription]:
        """Read through the loader."""
        rows = await info.context.contracts.load_many([account.number for account in accounts])
        return [
            Subscription(
                status=row["status"],
                systems=row["systems"],
                total=Money(amount=row["amount"], currency_code=row["currency"]),
                plan_id=row["plan"],
            )
            for row in rows
        ]

    @strawberry.field
    @together
    @staticmethod
    async def organizations(accounts: Sequence["Account"], info: strawberry.Info[Loaders, None]) -> list[Organizations]:
        """Read through the loader."""
        pages = await info.context.organizations.load_many([account.number for account in accounts])
        return [Organizations(nodes=[Organization(**row) for row in rows]) for rows in pages]


@strawberry.type
class PageInfo:
    """Where the page ends."""

    has_next_page: bool
    end_cursor: str


@strawberry.type
class Accounts:
    """A page."""

    total_count: int
    page_info: PageInfo
    nodes: list[Account]


@strawberry.type
class Query:
    """The root."""

    @strawberry.field
    def accounts(self) -> Accounts:
        """Return the page."""
        page_info = PageInfo(has_next_page=False, end_cursor="end")
        return Accounts(total_count=ACCOUNTS, page_info=page_info, nodes=[Account(**row) for row in ROWS])


def bare_schema() -> strawberry.Schema:
    """Return the schema."""
    return strawberry.Schema(query=Query, extensions=[CompiledExecution()])


async def by_hand(loaders: Loaders) -> dict[str, Any]:
    """Return the data of SCREEN as somebody would write it without GraphQL."""
    contracts, parts = await gather(
        loaders.contracts.load_many([row["number"] for row in ROWS]),
        loaders.organizations.load_many([row["number"] for row in ROWS]),
    )
    plans = await loaders.plans.load_many([contract["plan"] for contract in contracts])
    accounts = [
        {
            "id": row["id"],
            "name": row["name"],
            "subdomain": row["subdomain"],
            "supportType": row["support_type"],
            "status": row["status"],
            "statusEndsOn": row["status_ends_on"],
            "subscription": {
                "status": contract["status"],
                "systems": contract["systems"],
                "total": {"amount": contract["amount"], "currencyCode": contract["currency"]},
                "plan": {"name": plan["name"]},
            },
            "organizations": {
                "nodes": [{"id": each["id"], "name": each["name"], "key": each["key"]} for each in organizations]
            },
        }
        for row, contract, plan, organizations in zip(ROWS, contracts, plans, parts, strict=True)
    ]
    info = {"hasNextPage": False, "endCursor": "end"}
    return {"accounts": {"totalCount": ACCOUNTS, "pageInfo": info, "nodes": accounts}}
