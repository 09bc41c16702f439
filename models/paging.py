"""Keyset pages: a cursor holds a place in one order, so that no page skips or repeats what is inserted meanwhile."""

import base64
import binascii
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
import sqlalchemy as sa

from domain.errors import BadInput

DEFAULT_SIZE = 25
LARGEST_SIZE = 100
# Stands for any cursor in the form of a page.
ANYWHERE = "*"
# A key and an id: values, or parameters that stand for them.
Position = tuple[Any, Any]
# Turns a key of an order back that was written into a cursor. Raises ValueError.
Read = Callable[[str], str | date | datetime]
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
# Makes a named tuple of a tuple: in half the time.
new = tuple.__new__


class Guide(NamedTuple):
    """A column that has rows in the order of a key that is worked out for each of them, so that an index has it.

    `near` leads from a key to its place in the column: rows with a later key do not lie before it, nor those with an
    earlier one behind it.
    """

    column: sa.ColumnElement[Any]
    near: Callable[[Any], sa.ColumnElement[Any]]


@dataclass(frozen=True, slots=True)
class Order:
    """Rows by `key`, then by `id`; by its name cursors are told from another's."""

    name: str
    key: sa.ColumnElement[Any]
    id: sa.ColumnElement[UUID]
    is_descending: bool = False
    guide: Guide | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """How much of a list is asked for, from which end, and beyond which cursor."""

    size: int
    is_backward: bool
    cursor: str | None

    @classmethod
    def asked(
        cls, *, first: int | None, after: str | None, last: int | None = None, before: str | None = None
    ) -> "Page":
        """Return the page a client asked for: 25 rows unless said, 1 to 100. Raises BadInput naming the argument."""
        if first is not None and last is not None:
            raise BadInput("last", "Ask for the first or for the last, not for both.")
        if after is not None and before is not None:
            raise BadInput("before", "Give after or before, not both.")
        is_backward = last is not None or (before is not None and first is None)
        if is_backward and after is not None:
            raise BadInput("after", "after goes with first, before goes with last.")
        if not is_backward and before is not None:
            raise BadInput("before", "after goes with first, before goes with last.")
        size, argument = (last, "last") if is_backward else (first, "first")
        if size is not None and not 1 <= size <= LARGEST_SIZE:
            raise BadInput(argument, f"Ask for 1 to {LARGEST_SIZE}.")
        return cls(size or DEFAULT_SIZE, is_backward, before if is_backward else after)

    @property
    def form(self) -> "Page":
        """The same page from whatever place: what one statement selects, with the place as parameters."""
        return self if self.cursor is None else replace(self, cursor=ANYWHERE)

    def place(self, order_name: str, read: Read) -> Position:
        """Return the place that the cursor names, if there is one. Raises BadInput where it is not of this order."""
        if self.cursor is None:
            return None, None
        try:
            return read_cursor(self.cursor, order_name, read)
        except ValueError:
            argument = "before" if self.is_backward else "after"
            raise BadInput(argument, "This cursor does not belong to this list in this order.") from None

    def of(self, statement: sa.Select[*tuple[Any, ...]], order: Order, place: Position) -> sa.Select[*tuple[Any, ...]]:
        """Restrict a statement to this page, and one row more that tells whether another follows.

        Adds the column `sort_key`.
        """
        statement = statement.add_columns(order.key.label("sort_key"))
        if self.cursor is not None:
            statement = statement.where(*self._beyond(order, *place))
        return self.first(statement, order)

    def first(self, statement: sa.Select[*tuple[Any, ...]], order: Order) -> sa.Select[*tuple[Any, ...]]:
        """Restrict a statement to as many rows as the page may have, and one more, from where the page begins."""
        column = order.key if order.guide is None else order.guide.column
        keys = (column, order.id) if self._ascends(order) else (column.desc(), order.id.desc())
        # In a sub-select, so that the planner does not know the number. How many rows a reseller has it takes from the
        # average; where that is about a page, it would sooner read and sort all, and the largest reseller has many.
        return statement.order_by(*keys).limit(sa.select(sa.literal(self.size + 1, sa.Integer())).scalar_subquery())

    def cut(self, rows: Sequence[sa.Row[Any]], order_name: str) -> "Slice":
        """Return the page's rows in the list's own direction, from what its statement selected in that order."""
        return self.cut_each([rows], order_name)[0]

    def cut_each(self, lists: Iterable[Sequence[sa.Row[Any]]], order_name: str) -> "list[Slice]":
        """Return the page of each of many lists, as cut() does."""
        size, is_backward, came_from = self.size, self.is_backward, self.cursor is not None
        slices = []
        for rows in lists:
            there_is_more = len(rows) > size
            kept = rows[:size] if there_is_more else rows
            if is_backward:
                slices.append(new(Slice, (kept[::-1], order_name, came_from, there_is_more)))
            else:
                slices.append(new(Slice, (kept, order_name, there_is_more, came_from)))
        return slices

    def _ascends(self, order: Order) -> bool:
        return order.is_descending == self.is_backward

    def _beyond(self, order: Order, key: Any, id: Any) -> Iterator[sa.ColumnElement[bool]]:  # noqa: ANN401 # a place
        here = sa.tuple_(order.key, order.id)
        place = sa.tuple_(sa.type_coerce(key, order.key.type), sa.type_coerce(id, order.id.type))
        yield here > place if self._ascends(order) else here < place
        if order.guide is not None:
            column, near = order.guide.column, order.guide.near(key)
            yield column >= near if self._ascends(order) else column <= near


class Slice(NamedTuple):
    """The rows of one page in an order, and whether there are others around it."""

    rows: Sequence[sa.Row[Any]]
    order: str
    has_next: bool
    has_previous: bool

    def cursor(self, row: sa.Row[Any]) -> str:
        """Return a row's cursor; written when it is asked for, because most never are."""
        return write_cursor(self.order, row.sort_key, row.id)

    @property
    def start_cursor(self) -> str | None:
        """The cursor of the first row."""
        return self.cursor(self.rows[0]) if self.rows else None

    @property
    def end_cursor(self) -> str | None:
        """The cursor of the last row."""
        return self.cursor(self.rows[-1]) if self.rows else None


def write_cursor(order: str, key: str | date | datetime, id: UUID) -> str:
    """Return the opaque name of a row's place in an order."""
    written = key if isinstance(key, str) else key.isoformat()
    return (
        binascii.b2a_base64(orjson.dumps([order, written, id.hex]), newline=False)
        .translate(_URL_SAFE)
        .rstrip(b"=")
        .decode()
    )


def read_cursor(cursor: str, order_name: str, read: Read) -> tuple[Any, UUID]:
    """Return the place that a cursor names. Raises ValueError unless it is, to the letter, one that we wrote."""
    try:
        place = orjson.loads(base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), b"-_", validate=True))
        name, written, hexadecimal = place
        key = read(written)
        id = UUID(hex=hexadecimal)
    except (binascii.Error, UnicodeError, RecursionError, TypeError, AttributeError) as error:
        raise ValueError(cursor) from error
    if name != order_name or not _is_storable(key) or write_cursor(name, key, id) != cursor:
        raise ValueError(cursor)
    return key, id


def _is_storable(key: str | date | datetime) -> bool:
    """PostgreSQL has no NUL in text, and our instants are written in UTC: others may lie beyond its calendar."""
    if isinstance(key, str):
        return "\0" not in key
    return not isinstance(key, datetime) or key.tzinfo is UTC
