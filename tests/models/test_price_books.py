"""Price books: read to the letter, loaded whole or not at all, effective from a day on."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa

from domain.catalog import SupportType
from domain.errors import Conflict
from domain.pricing import PriceBookError
from models import Plan, PriceBook, Subscription
from models.catalog import plan_for, plans_on
from models.database import Database
from models.price_books import load_price_book, read_price_book
from models.walls import EVERYTHING
from tests.peeking import peek
from tests.world import HUNTRESS, MONTHLY, PARTNER, World

AT = datetime(2025, 1, 1, 12, tzinfo=UTC)
HEAD = 'currency = "USD"\neffective_on = 2025-01-01\n'
FINE = '{name = "All", min_systems = 1, cost_per_system = "3.50"}'
COST = 'cost_per_system must be a decimal in quotes, with at most four places: "3.50"'
KEYS = "write name, min_systems, max_systems (but on the last) and cost_per_system"


def book(huntress: str = FINE, partner: str = FINE, head: str = HEAD) -> str:
    return f"{head}huntress_supported = [{huntress}]\npartner_supported = [{partner}]\n"


def dated(day: str, cost: str, currency: str = "USD") -> str:
    row = f'{{name = "At {cost}", min_systems = 1, cost_per_system = "{cost}"}}'
    return book(row, row, head=f'currency = "{currency}"\neffective_on = {day}\n')


async def load(database: Database, text: str) -> None:
    async with database.transaction(EVERYTHING) as transaction:
        await load_price_book(transaction, read_price_book(text), at=AT)


async def cost_on(database: Database, day: date, currency: str = "USD") -> list[Decimal]:
    async with database.transaction(EVERYTHING) as transaction:
        return [plan.cost_per_system for plan in (await transaction.scalars(plans_on(day, currency))).all()]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("currency = ", "this is no TOML: Invalid value (at end of document)"),
        (book(head="effective_on = 2025-01-01\n"), 'currency must be three capitals: "USD"'),
        (book(head='currency = "usd"\neffective_on = 2025-01-01\n'), 'currency must be three capitals: "USD"'),
        (book(head='currency = "USD\\n"\neffective_on = 2025-01-01\n'), 'currency must be three capitals: "USD"'),
        (book(head="currency = 840\neffective_on = 2025-01-01\n"), 'currency must be three capitals: "USD"'),
        (book(head='currency = "USD"\n'), "effective_on must be a day: 2025-01-01"),
        (book(head='currency = "USD"\neffective_on = "2025-01-01"\n'), "effective_on must be a day: 2025-01-01"),
        (
            book(head='currency = "USD"\neffective_on = 2025-01-01T00:00:00Z\n'),
            "effective_on must be a day: 2025-01-01",
        ),
        (book() + "discount = 5\n", "discount is no key of a price book"),
        (HEAD + f"huntress_supported = [{FINE}]\n", "there are no [[partner_supported]] rows"),
        (HEAD, "there are no [[huntress_supported]] rows"),
        (book(huntress=""), "there are no [[huntress_supported]] rows"),
        (HEAD + "huntress_supported = 5\n", "there are no [[huntress_supported]] rows"),
    ],
)
def test_a_file_that_is_no_price_book_is_refused_and_the_key_is_named(text: str, message: str) -> None:
    with pytest.raises(PriceBookError) as refused:
        read_price_book(text)

    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ('name = "A", min_systems = 1', KEYS),
        ('name = "A", cost_per_system = "1"', KEYS),
        ('min_systems = 1, cost_per_system = "1"', KEYS),
        ('name = "A", min_systems = 1, cost_per_system = "1", colour = "red"', KEYS),
        ('name = "A", min_systems = "1", cost_per_system = "1"', "min_systems must be a whole number from 1"),
        ('name = "A", min_systems = 1.0, cost_per_system = "1"', "min_systems must be a whole number from 1"),
        ('name = "A", min_systems = true, cost_per_system = "1"', "min_systems must be a whole number from 1"),
        ('name = "A", min_systems = 0, cost_per_system = "1"', "min_systems must be a whole number from 1"),
        ('name = "A", min_systems = 2147483648, cost_per_system = "1"', "min_systems must be a whole number from 1"),
        (
            'name = "A", min_systems = 1, max_systems = -1, cost_per_system = "1"',
            "max_systems must be a whole number from 1",
        ),
        ('name = "", min_systems = 1, cost_per_system = "1"', "name must be a text"),
        ('name = "  ", min_systems = 1, cost_per_system = "1"', "name must be a text"),
        ('name = 5, min_systems = 1, cost_per_system = "1"', "name must be a text"),
        ('name = "A\\u0000", min_systems = 1, cost_per_system = "1"', "name must be a text"),
        ('name = "A\\u202E", min_systems = 1, cost_per_system = "1"', "name must be a text"),
        *(
            (f'name = "A", min_systems = 1, cost_per_system = {cost}', COST)
            for cost in (
                "3.5",  # a binary float
                "3",
                "true",
                '""',
                '"free"',
                '"NaN"',
                '"sNaN"',
                '"Infinity"',
                '"-0.01"',
                '"-0"',
                '"+1"',
                '"0.00001"',
                '"1e2"',
                '"1_0"',
                '" 1"',
                '"1,50"',
                '"\\u0663"',
                '"100000000"',
            )
        ),
    ],
)
def test_a_row_that_cannot_be_read_is_named(row: str, message: str) -> None:
    with pytest.raises(PriceBookError) as refused:
        read_price_book(book(partner=f"{{{row}}}"))

    assert str(refused.value) == f"partner_supported row 1: {message}"


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ([(1, 9), (11, None)], "row 2: min_systems must be 10, not 11: a hole"),
        ([(1, 9), (9, None)], "row 2: min_systems must be 10, not 9: an overlap"),
        ([(10, None), (1, 9)], "row 1: min_systems must be 1, not 10: a hole"),
        ([(1, None), (10, None)], "row 2: the row before is open upwards; nothing can follow it"),
        ([(1, 9)], "the last row must be open upwards: leave out its max_systems"),
    ],
)
def test_brackets_that_do_not_join_are_refused_and_the_row_is_named(
    limits: list[tuple[int, int | None]], message: str
) -> None:
    rows = [
        f'{{name = "A", min_systems = {low}, cost_per_system = "1"' + (f", max_systems = {high}}}" if high else "}")
        for low, high in limits
    ]

    with pytest.raises(PriceBookError) as refused:
        read_price_book(book(huntress=", ".join(rows)))

    assert str(refused.value) == f"huntress_supported {message}"


@pytest.mark.parametrize(
    ("cost", "amount"),
    [("0", "0"), ("0.0001", "0.0001"), ("99999999.9999", "99999999.9999"), ("3.50", "3.50"), ("4", "4")],
)
async def test_a_cost_is_stored_to_the_last_place(database: Database, cost: str, amount: str) -> None:
    await load(database, dated("2025-01-01", cost))

    assert await cost_on(database, date(2025, 1, 1)) == [Decimal(amount)] * 2


def test_the_demos_price_book_can_be_read(root: Path) -> None:
    text = (root / "models" / "demo" / "price-book.toml").read_text()

    file = read_price_book(text)

    assert [(row.support_type, row.min_systems, row.max_systems) for row in file.rows] == [
        (support_type, *limits) for support_type in SupportType for limits in ((1, 99), (100, 499), (500, None))
    ]


async def test_a_second_book_of_the_same_day_and_currency_is_refused(database: Database) -> None:
    await load(database, dated("2025-01-01", "1.00"))

    with pytest.raises(PriceBookError) as refused:
        await load(database, dated("2025-01-01", "2.00"))

    assert str(refused.value) == "a USD price book is effective on 2025-01-01 already"
    assert await cost_on(database, date(2025, 1, 1)) == [Decimal("1.00")] * 2


async def test_a_book_is_loaded_whole_or_not_at_all(database: Database) -> None:
    async def fail() -> None:
        async with database.transaction(EVERYTHING) as transaction:
            await load_price_book(transaction, read_price_book(book()), at=AT)
            await transaction.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()

    assert await peek(database, sa.select(PriceBook.id)) == await peek(database, sa.select(Plan.id)) == []


async def test_a_book_is_effective_from_its_day_until_a_later_one_of_its_currency_is(database: Database) -> None:
    await load(database, dated("2025-03-01", "3.00"))
    await load(database, dated("2024-02-29", "1.00"))
    await load(database, dated("2024-03-01", "2.00"))
    await load(database, dated("2024-06-01", "9.00", "EUR"))

    costs = {
        day: await cost_on(database, date.fromisoformat(day))
        for day in ("2024-02-28", "2024-02-29", "2024-03-01", "2025-02-28", "2025-03-01")
    }

    assert costs == {
        "2024-02-28": [],
        "2024-02-29": [Decimal(1)] * 2,
        "2024-03-01": [Decimal(2)] * 2,
        "2025-02-28": [Decimal(2)] * 2,
        "2025-03-01": [Decimal(3)] * 2,
    }
    assert await cost_on(database, date(2025, 3, 1), "EUR") == [Decimal(9)] * 2


async def test_before_the_first_book_nothing_is_priced(database: Database) -> None:
    await load(database, dated("2025-01-02", "1.00"))

    async with database.transaction(EVERYTHING) as transaction:
        with pytest.raises(Conflict, match="No price book is effective yet for the reseller's currency"):
            await plan_for(transaction, PARTNER, 1, currency_code="USD", on=date(2025, 1, 1))


@pytest.mark.parametrize(
    ("support_type", "systems", "name"),
    [
        (HUNTRESS, 9, "H1"),
        (HUNTRESS, 10, "H10"),
        (HUNTRESS, 99, "H10"),
        (HUNTRESS, 100, "H100"),
        (HUNTRESS, 1_000_000, "H100"),
        (PARTNER, 9, "P1"),
        (PARTNER, 10, "P10"),
        (PARTNER, 1, "P1"),
    ],
)
async def test_the_plan_follows_from_the_support_type_and_the_number_of_systems(
    world: World, support_type: SupportType, systems: int, name: str
) -> None:
    async with world.database.transaction(EVERYTHING) as transaction:
        plan = await plan_for(transaction, support_type, systems, currency_code="USD", on=date(2025, 1, 1))

    assert plan.name == name


async def test_a_new_price_book_changes_no_saved_contract(world: World) -> None:
    reseller = await world.reseller()
    pending = await world.contract(await world.account(reseller), 10, MONTHLY)
    active = await world.contract(await world.account(reseller), 10, MONTHLY, activated_on=date(2025, 1, 1))
    columns = sa.select(*Subscription.__table__.columns).order_by(Subscription.id)
    before = await peek(world.database, columns)

    await world.load_prices(dated("2025-01-01", "99.00"))

    assert await peek(world.database, columns) == before
    assert [(row.id, row.cost_per_system) for row in before] == [
        (pending.id, Decimal("2.5000")),
        (active.id, Decimal("2.5000")),
    ]
    assert await cost_on(world.database, date(2025, 1, 1)) == [Decimal(99)] * 2
