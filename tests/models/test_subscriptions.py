"""Contracts: what saving, activating and withdrawing set, and what the database itself guarantees."""

import asyncio
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from uuid_utils.compat import uuid7

from domain.catalog import BillingInterval
from domain.errors import Conflict, Refusal
from domain.lifecycle import SubscriptionAlreadyActive, SubscriptionStatus
from domain.money import Money
from models import Account, Plan, Subscription
from models.database import Database
from models.walls import EVERYTHING
from tests.peeking import peek
from tests.world import ANNUAL, MONTHLY, PARTNER, World

AT, LATER = datetime(2025, 1, 1, 12, tzinfo=UTC), datetime(2025, 1, 10, 9, tzinfo=UTC)
TRIAL_ENDS_ON = date(2025, 1, 21)
INSERT = sa.text(
    "INSERT INTO subscriptions (reseller_id, id, account_id, status, support_type, systems, billing_interval, plan_id,"
    " cost_per_system, currency_code, starts_on, created_at, updated_at) VALUES (:reseller_id, :id, :account_id,"
    " :status, 'PARTNER_SUPPORTED', :systems, 'MONTHLY', :plan_id, 3.5, 'USD', :starts_on, now(), now())"
)


async def insert(
    database: Database, account: Account, status: str, *, systems: int = 1, starts_on: date | None = None
) -> None:
    """Insert a contract behind the models' back."""
    row = {"reseller_id": account.reseller_id, "id": uuid7(), "account_id": account.id, "plan_id": uuid7()}
    async with database.transaction(EVERYTHING) as transaction:
        await transaction.execute(INSERT, {**row, "status": status, "systems": systems, "starts_on": starts_on})


async def violated(database: Database, account: Account, status: str, **columns: object) -> str:
    """Insert a contract that the database refuses, and return the name of the constraint."""
    with pytest.raises(IntegrityError) as refused:
        await insert(database, account, status, **columns)  # type: ignore[arg-type] # the columns of insert()
    return constraint_of(refused.value)


def constraint_of(error: IntegrityError) -> str:
    cause = error.orig
    assert cause is not None
    return str(getattr(cause.__cause__, "constraint_name", None))


def plan(cost: str, id: UUID | None = None) -> Plan:
    return Plan(
        id=id or uuid7(),
        support_type=PARTNER,
        name="P",
        min_systems=1,
        cost_per_system=Decimal(cost),
        currency_code="USD",
    )


def saved(systems: int = 10, billing_interval: BillingInterval = MONTHLY) -> Subscription:
    contract = Subscription.drafted(uuid7(), uuid7(), at=AT)
    contract.save(plan("3.50"), systems=systems, billing_interval=billing_interval, at=AT)
    return contract


def columns_of(contract: Subscription) -> dict[str, object]:
    return {column.name: getattr(contract, column.name) for column in Subscription.__table__.columns}


def test_saving_keeps_the_plan_and_its_cost() -> None:
    contract, cheaper = saved(), plan("2.4501")

    contract.save(cheaper, systems=600, billing_interval=ANNUAL, at=LATER)

    assert (contract.status, contract.systems, contract.billing_interval) == (SubscriptionStatus.PENDING, 600, ANNUAL)
    assert (contract.plan_id, contract.cost) == (cheaper.id, Money(Decimal("2.4501"), "USD"))
    assert (contract.support_type, contract.created_at, contract.updated_at) == (PARTNER, AT, LATER)
    assert (contract.starts_on, contract.activated_at) == (None, None)


@pytest.mark.parametrize(
    ("activated_on", "starts_on"),
    [
        (date(2025, 1, 21), date(2025, 1, 22)),
        (date(2025, 1, 22), date(2025, 1, 22)),
        (date(2025, 1, 23), date(2025, 1, 23)),
        (date(2025, 1, 1), date(2025, 1, 22)),
    ],
)
def test_activating_keeps_the_first_paid_day_and_the_instant(activated_on: date, starts_on: date) -> None:
    contract = saved()

    contract.activate(on=activated_on, trial_ends_on=TRIAL_ENDS_ON, at=LATER)

    assert (contract.status, contract.starts_on) == (SubscriptionStatus.ACTIVE, starts_on)
    assert (contract.activated_at, contract.updated_at) == (LATER, LATER)


def test_withdrawing_ends_a_contract_that_never_began() -> None:
    contract = saved()

    contract.withdraw(at=LATER)

    assert (contract.status, contract.starts_on) == (SubscriptionStatus.CANCELED, None)
    assert (contract.activated_at, contract.updated_at) == (None, LATER)


@pytest.mark.parametrize("verb", ["save", "activate", "withdraw"])
@pytest.mark.parametrize(
    ("status", "refusal"),
    [
        (SubscriptionStatus.ACTIVE, SubscriptionAlreadyActive),
        (SubscriptionStatus.CANCELED, Conflict),
        (SubscriptionStatus.COMPLETED, Conflict),
    ],
)
def test_a_contract_that_is_not_pending_refuses_every_verb_and_nothing_changes(
    verb: str, status: SubscriptionStatus, refusal: type[Refusal]
) -> None:
    contract = saved()
    contract.status = status
    before = columns_of(contract)

    with pytest.raises(refusal):
        {
            "save": lambda: contract.save(plan("1"), systems=1, billing_interval=ANNUAL, at=LATER),
            "activate": lambda: contract.activate(on=TRIAL_ENDS_ON, trial_ends_on=TRIAL_ENDS_ON, at=LATER),
            "withdraw": lambda: contract.withdraw(at=LATER),
        }[verb]()

    assert columns_of(contract) == before


@pytest.mark.parametrize(
    ("first", "second"),
    [("PENDING", "PENDING"), ("PENDING", "ACTIVE"), ("ACTIVE", "PENDING"), ("ACTIVE", "ACTIVE")],
)
async def test_the_database_itself_refuses_a_second_open_contract(world: World, first: str, second: str) -> None:
    account = await world.account(await world.reseller())
    anchors = {"PENDING": None, "ACTIVE": date(2025, 1, 22)}
    await insert(world.database, account, first, starts_on=anchors[first])

    constraint = await violated(world.database, account, second, starts_on=anchors[second])

    assert constraint == "subscriptions_one_open"


async def test_closed_contracts_leave_room_for_an_open_one_and_other_accounts_have_their_own(world: World) -> None:
    reseller = await world.reseller()
    account, other = await world.account(reseller), await world.account(reseller)
    for status, starts_on in [("CANCELED", None), ("CANCELED", None), ("COMPLETED", date(2020, 1, 1))]:
        await insert(world.database, account, status, starts_on=starts_on)

    await insert(world.database, account, "PENDING")
    await insert(world.database, other, "PENDING")

    counted = sa.select(Subscription.account_id).where(Subscription.is_open()).order_by(Subscription.id)
    assert [row.account_id for row in await peek(world.database, counted)] == [account.id, other.id]


async def test_of_twelve_contracts_inserted_at_once_exactly_one_is_there(world: World) -> None:
    account = await world.account(await world.reseller())

    outcomes = await asyncio.gather(
        *(insert(world.database, account, "PENDING") for _ in range(12)), return_exceptions=True
    )

    losers = [outcome for outcome in outcomes if isinstance(outcome, IntegrityError)]
    assert [constraint_of(loser) for loser in losers] == ["subscriptions_one_open"] * 11
    assert outcomes.count(None) == 1


@pytest.mark.parametrize("systems", [0, -1, 1_000_001])
async def test_the_database_itself_refuses_a_number_of_systems_that_is_not_sold(world: World, systems: int) -> None:
    account = await world.account(await world.reseller())

    constraint = await violated(world.database, account, "PENDING", systems=systems)

    assert constraint == "subscriptions_systems_in_range_check"


@pytest.mark.parametrize(
    ("status", "starts_on"),
    [("ACTIVE", None), ("COMPLETED", None), ("PENDING", date(2025, 1, 1)), ("CANCELED", date(2025, 1, 1))],
)
async def test_the_database_itself_holds_that_a_contract_starts_when_it_is_activated(
    world: World, status: str, starts_on: date | None
) -> None:
    account = await world.account(await world.reseller())

    constraint = await violated(world.database, account, status, starts_on=starts_on)

    assert constraint == "subscriptions_starts_when_activated_check"


async def test_a_contract_belongs_to_an_account_of_its_own_reseller(world: World) -> None:
    account = await world.account(await world.reseller("Northwind"))
    account.reseller_id = (await world.reseller("Contoso")).id

    constraint = await violated(world.database, account, "PENDING")

    assert constraint == "subscriptions_reseller_id_account_id_fkey"
