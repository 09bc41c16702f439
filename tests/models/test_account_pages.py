"""Pages of accounts while accounts are added: nothing is skipped, nothing comes twice."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from models import Account, Reseller
from models.accounts import account_rows
from models.paging import Order, Page, Slice, write_cursor
from models.status_ends import status_ends_on
from models.walls import EVERYTHING
from tests.peeking import peek
from tests.world import World

TODAY = date(2025, 6, 1)
EARLY, MIDDLE, LATE = date(2025, 1, 1), date(2025, 3, 1), date(2025, 5, 1)
# Every order has rows that are equal in it, and none orders all of them as another does.
NAMED = [
    ("beta", MIDDLE),
    ("Beta", EARLY),
    ("BETA", LATE),
    ("alpha", LATE),
    ("gamma", EARLY),
    ("Gamma", MIDDLE),
    ("delta", MIDDLE),
    ("epsilon", MIDDLE),
    ("alpha", EARLY),
    ("mu", LATE),
]
KEYS: dict[str, tuple[sa.ColumnElement[Any], Callable[[str], Any], Callable[[Account], Any]]] = {
    "NAME": (Account.__table__.c.lower_name, str, lambda each: each.name.lower()),
    "CREATED_AT": (
        sa.type_coerce(Account.created_at, sa.DateTime(timezone=True)),
        datetime.fromisoformat,
        lambda each: each.created_at,
    ),
    "STATUS_ENDS_ON": (status_ends_on(TODAY), date.fromisoformat, lambda each: each.trial_ends_on),
}


class Screen:
    """The accounts of one reseller in one order, read page by page."""

    def __init__(self, world: World, reseller: Reseller, name: str, *, is_descending: bool) -> None:
        key, read, self._key_of = KEYS[name]
        self._world, self._reseller, self._is_descending = world, reseller, is_descending
        self._read, self._order = read, Order(name, key, Account.__table__.c.id, is_descending)

    async def page(self, size: int, *, is_backward: bool = False, cursor: str | None = None) -> Slice:
        page, mine = Page(size, is_backward, cursor), account_rows().where(Account.reseller_id == self._reseller.id)
        asked = page.of(mine, self._order, page.place(self._order.name, self._read))
        return page.cut(await peek(self._world.database, asked), self._order.name)

    async def add(self, name: str, day: date) -> Account:
        self._world.clock.on(day)
        return await self._world.account(self._reseller, name)

    async def add_before_all(self, number: int) -> UUID:
        return (await self.add(f"a{99 - number}", date(2020, 1, 1) - timedelta(days=number))).id

    async def add_after_all(self, number: int) -> UUID:
        return (await self.add(f"z{number}", date(2026, 1, 1) + timedelta(days=number))).id

    def in_order(self, accounts: list[Account]) -> list[UUID]:
        ordered = sorted(accounts, key=lambda each: (self._key_of(each), each.id), reverse=self._is_descending)
        return [each.id for each in ordered]


def cursors_of(page: Slice) -> list[str]:
    return [page.cursor(row) for row in page.rows]


@pytest.mark.parametrize("is_backward", [False, True], ids=["forward", "backward"])
@pytest.mark.parametrize("is_descending", [False, True], ids=["ascending", "descending"])
@pytest.mark.parametrize("name", KEYS)
async def test_pages_under_inserts_neither_skip_nor_repeat(
    world: World,
    name: str,
    is_descending: bool,  # noqa: FBT001 # a row of the table
    is_backward: bool,  # noqa: FBT001
) -> None:
    screen = Screen(world, await world.reseller(), name, is_descending=is_descending)
    stored = screen.in_order([await screen.add(*each) for each in NAMED])
    grows = is_descending == is_backward
    ahead, behind = (
        (screen.add_after_all, screen.add_before_all) if grows else (screen.add_before_all, screen.add_after_all)
    )

    seen: list[UUID] = []
    added_ahead: list[UUID] = []
    cursor: str | None = None
    has_more = True
    while has_more:
        page = await screen.page(3, is_backward=is_backward, cursor=cursor)
        ids = [row.id for row in page.rows]
        seen = ids + seen if is_backward else seen + ids
        cursor, has_more = (page.start_cursor, page.has_previous) if is_backward else (page.end_cursor, page.has_next)
        if len(added_ahead) < 4:
            await behind(len(added_ahead))
            added_ahead.append(await ahead(len(added_ahead)))

    assert seen == (added_ahead[::-1] + stored if is_backward else stored + added_ahead)


@pytest.mark.parametrize(
    ("size", "is_backward", "beyond", "rows", "has_previous", "has_next"),
    [
        (4, False, None, [0, 1, 2, 3], False, False),
        (3, False, None, [0, 1, 2], False, True),
        (3, False, 0, [1, 2, 3], True, False),
        (2, False, 0, [1, 2], True, True),
        (2, False, 3, [], True, False),
        (4, True, None, [0, 1, 2, 3], False, False),
        (3, True, None, [1, 2, 3], True, False),
        (3, True, 3, [0, 1, 2], False, True),
        (2, True, 3, [1, 2], True, True),
        (2, True, 0, [], False, True),
    ],
)
async def test_a_page_knows_what_lies_around_it_and_keeps_the_lists_direction(
    world: World,
    size: int,
    is_backward: bool,  # noqa: FBT001
    beyond: int | None,
    rows: list[int],
    has_previous: bool,  # noqa: FBT001
    has_next: bool,  # noqa: FBT001
) -> None:
    screen = Screen(world, await world.reseller(), "NAME", is_descending=False)
    stored = [(await screen.add(name, EARLY)).id for name in ("a", "b", "c", "d")]
    cursors = cursors_of(await screen.page(4))

    page = await screen.page(size, is_backward=is_backward, cursor=None if beyond is None else cursors[beyond])

    assert [row.id for row in page.rows] == [stored[row] for row in rows]
    assert cursors_of(page) == [cursors[row] for row in rows]
    assert (page.has_previous, page.has_next) == (has_previous, has_next)


@pytest.mark.parametrize("is_backward", [False, True])
async def test_an_empty_list_is_one_empty_page(world: World, is_backward: bool) -> None:  # noqa: FBT001
    screen = Screen(world, await world.reseller(), "NAME", is_descending=False)

    page = await screen.page(1, is_backward=is_backward)

    assert (page.rows, page.start_cursor, page.end_cursor) == ([], None, None)
    assert (page.has_next, page.has_previous) == (False, False)


async def test_a_cursor_holds_its_place_after_its_row_has_moved(world: World) -> None:
    screen = Screen(world, await world.reseller(), "NAME", is_descending=False)
    stored = [(await screen.add(name, EARLY)).id for name in ("a", "b", "c")]
    cursor = (await screen.page(2)).end_cursor
    async with world.database.transaction(EVERYTHING) as transaction:
        await transaction.execute(sa.update(Account).where(Account.id == stored[1]).values(name="A0"))

    page = await screen.page(2, cursor=cursor)

    assert [row.id for row in page.rows] == [stored[2]]


async def test_instants_a_microsecond_apart_are_on_the_right_side_of_a_cursor(world: World) -> None:
    screen = Screen(world, await world.reseller(), "CREATED_AT", is_descending=False)
    stored = [(await screen.add(name, EARLY)).id for name in ("a", "b", "c")]
    for number, account in enumerate(stored):
        at = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(microseconds=number)
        async with world.database.transaction(EVERYTHING) as transaction:
            await transaction.execute(sa.update(Account).where(Account.id == account).values(created_at=at))

    cursor = (await screen.page(1)).end_cursor

    assert [row.id for row in (await screen.page(3, cursor=cursor)).rows] == stored[1:]


@pytest.mark.parametrize(("day", "follows"), [("0001-01-01", True), ("9999-12-31", False)])
async def test_a_cursor_at_either_end_of_the_calendar_is_a_place_too(
    world: World,
    day: str,
    follows: bool,  # noqa: FBT001
) -> None:
    screen = Screen(world, await world.reseller(), "STATUS_ENDS_ON", is_descending=False)
    stored = (await screen.add("a", EARLY)).id

    page = await screen.page(1, cursor=write_cursor("STATUS_ENDS_ON", date.fromisoformat(day), stored))

    assert [row.id for row in page.rows] == [stored] * follows
