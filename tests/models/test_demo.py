"""The demo world: everybody and every state that the domain's part 5 lists."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from domain.lifecycle import AccountStatus, SubscriptionStatus, account_status
from models import Account, Membership, Organization, Reseller, Subscription, TermsAcceptance, User
from models.accounts import account_rows
from models.database import Database
from models.demo.world import Demo, demo_password_hash, is_empty, set_demo_password
from models.terms import current_terms
from models.walls import EVERYTHING
from tests.peeking import peek
from tests.world import HUNTRESS, PARTNER, World

AT = datetime(2026, 11, 23, 21, 0, tzinfo=UTC)
TODAY = AT.date()
EVERYBODY = [
    "ada@northwind.example",
    "ben@contoso.example",
    "cora@fourthcoffee.example",
    "fred@northwind.example",
    "omar@fourthcoffee.example",
    "rita@northwind.example",
]


@pytest.fixture
async def demo(database: Database) -> Database:
    async with database.transaction(EVERYTHING) as transaction:
        await Demo(transaction, today=TODAY, at=AT, password_hash="hashed").load()
    return database


def state_of(row: Any, today: date = TODAY) -> str:
    status = account_status(
        is_disabled=row.disabled_at is not None,
        contract=row.contract_status,
        trial_ends_on=row.trial_ends_on,
        today=today,
    )
    if status is AccountStatus.ACTIVE:
        return "active early, still free" if row.contract_starts_on > today else "active and billed"
    contract = "pending contract" if row.contract_status is SubscriptionStatus.PENDING else "no contract"
    return f"{status.value.lower().replace('_', ' ')}, {contract}"


async def states(database: Database, reseller: str) -> list[tuple[str, str]]:
    rows = await peek(database, account_rows().where(Reseller.name == reseller).order_by(Account.name))
    return [(row.support_type.value.split("_")[0], state_of(row)) for row in rows]


async def test_everybody_has_exactly_the_memberships_of_the_table(demo: Database) -> None:
    name = sa.func.coalesce(
        sa.select(Organization.name).where(Organization.id == Membership.dashboard_id).scalar_subquery(),
        sa.select(Account.name).where(Account.id == Membership.dashboard_id).scalar_subquery(),
        sa.select(Reseller.name).where(Reseller.id == Membership.dashboard_id).scalar_subquery(),
    )
    memberships = sa.select(User.email, Membership.role, Membership.kind, name.label("name")).join(Membership)

    found = {(row.email, row.role.value, row.kind.value, row.name) for row in await peek(demo, memberships)}

    assert found == {
        ("ada@northwind.example", "ADMIN", "RESELLER", "Northwind Managed IT"),
        ("ada@northwind.example", "ADMIN", "ACCOUNT", "Fourth Coffee"),
        ("ada@northwind.example", "USER", "ORGANIZATION", "Roastery"),
        ("fred@northwind.example", "FINANCE", "RESELLER", "Northwind Managed IT"),
        ("rita@northwind.example", "READ_ONLY", "RESELLER", "Northwind Managed IT"),
        ("ben@contoso.example", "ADMIN", "RESELLER", "Contoso Resale"),
        ("cora@fourthcoffee.example", "ADMIN", "ACCOUNT", "Fourth Coffee"),
        ("omar@fourthcoffee.example", "USER", "ORGANIZATION", "Roastery"),
    }


async def test_northwind_has_accounts_in_every_state_and_of_both_support_types(demo: Database) -> None:
    assert await states(demo, "Northwind Managed IT") == [
        ("PARTNER", "trialing, no contract"),
        ("HUNTRESS", "trialing, pending contract"),
        ("PARTNER", "active early, still free"),
        ("PARTNER", "active and billed"),
        ("HUNTRESS", "active and billed"),
        ("HUNTRESS", "trial expired, no contract"),
        ("PARTNER", "trial expired, pending contract"),
        ("HUNTRESS", "trialing, no contract"),
    ]


async def test_contoso_has_three_huntress_supported_accounts(demo: Database) -> None:
    assert await states(demo, "Contoso Resale") == [
        ("HUNTRESS", "trialing, no contract"),
        ("HUNTRESS", "active and billed"),
        ("HUNTRESS", "trialing, pending contract"),
    ]


async def test_only_northwind_may_sell_partner_supported(demo: Database) -> None:
    rows = await peek(demo, sa.select(Reseller.name, Reseller.is_eligible).order_by(Reseller.name))

    assert [tuple(row) for row in rows] == [("Contoso Resale", False), ("Northwind Managed IT", True)]


async def test_all_of_northwinds_people_have_accepted_the_terms_and_ben_has_not(demo: Database) -> None:
    accepted = sa.select(User.email, Reseller.name, TermsAcceptance.version).where(
        User.id == TermsAcceptance.user_id, Reseller.id == TermsAcceptance.reseller_id
    )
    [current] = await peek(demo, current_terms())

    assert {tuple(row) for row in await peek(demo, accepted)} == {
        (f"{name}@northwind.example", "Northwind Managed IT", current.version) for name in ("ada", "fred", "rita")
    }


async def test_every_contract_begins_after_its_trial_and_has_its_accounts_support_type(demo: Database) -> None:
    rows = await peek(
        demo,
        sa.select(Account.name, Subscription.starts_on - Account.trial_ends_on, Subscription.support_type)
        .join(Subscription, Subscription.account_id == Account.id)
        .where(Subscription.starts_on.is_not(None))
        .order_by(Account.name),
    )

    assert [tuple(row) for row in rows] == [
        ("City Power & Light", 1, PARTNER),
        ("Fourth Coffee", 1, PARTNER),
        ("Graphic Design Institute", 10, HUNTRESS),
        ("Proseware", 1, HUNTRESS),
    ]


async def test_everybody_signs_in_with_the_password_of_the_demo(demo: Database) -> None:
    people = sa.select(User.email, User.password_hash).order_by(User.email)
    assert [tuple(row) for row in await peek(demo, people)] == [(email, "hashed") for email in EVERYBODY]

    async with demo.transaction(EVERYTHING) as transaction:
        await set_demo_password(transaction, "hashed anew")
        known = await demo_password_hash(transaction)

    assert known == "hashed anew"
    assert [tuple(row) for row in await peek(demo, people)] == [(email, "hashed anew") for email in EVERYBODY]


async def test_another_password_changes_nobody_elses(demo: Database, world_beside: User) -> None:
    async with demo.transaction(EVERYTHING) as transaction:
        await set_demo_password(transaction, "hashed anew")

    [row] = await peek(demo, sa.select(User.password_hash).where(User.id == world_beside.id))
    assert row.password_hash == "own"


@pytest.fixture
async def world_beside(demo: Database) -> User:
    """Somebody who came after the demo was loaded."""
    added = User(name="Zoe", email="zoe@example.test", password_hash="own", created_at=AT)
    async with demo.transaction(EVERYTHING) as transaction:
        transaction.add(added)
    return added


async def test_a_database_is_empty_until_somebody_or_something_is_stored(database: Database) -> None:
    async with database.transaction(EVERYTHING) as transaction:
        before = await is_empty(transaction)
        await Demo(transaction, today=TODAY, at=AT, password_hash="hashed").load()
        after = await is_empty(transaction)

    assert (before, after) == (True, False)


async def test_a_database_with_a_reseller_is_not_empty_and_not_the_demo(world: World) -> None:
    await world.reseller()

    async with world.database.transaction(EVERYTHING) as transaction:
        assert await is_empty(transaction) is False
        assert await demo_password_hash(transaction) is None


@pytest.mark.parametrize("day", ["2028-02-29", "2027-12-31", "2027-03-31", "2026-01-01"])
async def test_the_demo_loads_on_any_day(database: Database, day: str) -> None:
    today = date.fromisoformat(day)
    at = datetime.combine(today, AT.time(), UTC)

    async with database.transaction(EVERYTHING) as transaction:
        await Demo(transaction, today=today, at=at, password_hash="hashed").load()

    fourth_coffee = account_rows().where(Account.subdomain == "fourth-coffee")
    [row] = await peek(database, fourth_coffee)
    assert row.trial_starts_on == today - timedelta(days=200)
    assert state_of(row, today) == "active and billed"
