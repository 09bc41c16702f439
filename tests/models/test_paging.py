"""Pages and their cursors, without a database."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BadInput
from models.paging import Page, read_cursor, write_cursor

ID = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
Named = tuple[str, Callable[[str], Any]]


def order(name: str = "NAME_ASC", read: Callable[[str], Any] = str) -> Named:
    return name, read


NOT_OURS = (("after",), "This cursor does not belong to this list in this order.")


def refusal_of(cursor: str, in_order: Named, *, is_backward: bool = False) -> tuple[tuple[str, ...], str]:
    """Ask for the page beyond a cursor, and return where and why it is refused."""
    with pytest.raises(BadInput) as refused:
        Page(1, is_backward, cursor).place(*in_order)
    return refused.value.path, refused.value.message


def encoded(place: object) -> str:
    text = place if isinstance(place, str) else json.dumps(place, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode("utf-8", "surrogatepass")).decode().rstrip("=")


@given(key=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), id=st.uuids())
def test_a_text_comes_back_from_its_cursor(key: str, id: UUID) -> None:
    assert read_cursor(write_cursor("NAME_ASC", key, id), *order()) == (key, id)


@given(key=st.dates(), id=st.uuids())
def test_a_day_comes_back_from_its_cursor(key: date, id: UUID) -> None:
    assert read_cursor(write_cursor("ENDS_ASC", key, id), *order("ENDS_ASC", date.fromisoformat)) == (key, id)


@given(key=st.datetimes(timezones=st.just(UTC)), id=st.uuids())
def test_an_instant_comes_back_from_its_cursor(key: datetime, id: UUID) -> None:
    assert read_cursor(write_cursor("AT_ASC", key, id), *order("AT_ASC", datetime.fromisoformat)) == (key, id)


@pytest.mark.parametrize(
    "cursor",
    [
        write_cursor("NAME_DESC", "acme", ID),
        write_cursor("CREATED_AT_ASC", "acme", ID),
        write_cursor("NAME_ASC", "ac\0me", ID),  # PostgreSQL has no NUL in text
        write_cursor("NAME_ASC", "acme", ID)[:-1],
        write_cursor("NAME_ASC", "acme", ID) + "=",
        write_cursor("NAME_ASC", "acme", ID) + "\n",
        write_cursor("NAME_ASC", "acme", ID) + "AA",
        " " + write_cursor("NAME_ASC", "acme", ID),
        write_cursor("NAME_ASC", "acme??>", ID).replace("_", "/").replace("-", "+"),
        encoded(["NAME_ASC", "acme", ID.hex.upper()]),
        encoded(["NAME_ASC", "acme", ID.hex.replace("0", "\u0660")]),
        encoded(["NAME_ASC", "acme", ID.hex.replace("5", "\uff15")]),
        write_cursor("NAME_ASC", "acme", ID)[:-1] + chr(ord(write_cursor("NAME_ASC", "acme", ID)[-1]) + 1),
        write_cursor("NAME_ASC", "acme", ID).replace("1", "\u0661"),
        encoded(["NAME_ASC", "acme", str(ID)]),
        encoded(["NAME_ASC", "acme", "{" + ID.hex + "}"]),
        encoded(["NAME_ASC", "acme", ID.hex[:-1]]),
        encoded(["NAME_ASC", "acme", 5]),
        encoded(["NAME_ASC", "acme", None]),
        encoded(["NAME_ASC", 5, ID.hex]),
        encoded(["NAME_ASC", None, ID.hex]),
        encoded(["NAME_ASC", ["acme"], ID.hex]),
        encoded(["NAME_ASC", "acme"]),
        encoded(["NAME_ASC", "acme", ID.hex, 1]),
        encoded({"NAME_ASC": 1, "acme": 2, ID.hex: 3}),
        encoded(f'["NAME_ASC", "acme", "{ID.hex}"]'),
        encoded(f'["NAME_ASC","\\u0061cme","{ID.hex}"]'),
        encoded(f'["NAME_ASC","\\ud800","{ID.hex}"]'),
        encoded(["NAME_ASC", "\ud800", ID.hex]),
        encoded("[" * 100_000),
        encoded("9" * 5000),
        encoded("null"),
        encoded("abc"),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
        "25",
        "caf\u00e9",
        "\0",
        "=",
        "",
    ],
    ids=lambda cursor: cursor[:40],
)
def test_a_cursor_that_we_would_not_write_so_is_refused(cursor: str) -> None:
    assert refusal_of(cursor, order()) == NOT_OURS


@pytest.mark.parametrize(
    ("name", "read", "key"),
    [
        ("AT_ASC", datetime.fromisoformat, "0001-01-01T00:00:00+23:59"),  # before PostgreSQL's year 1 in UTC
        ("AT_ASC", datetime.fromisoformat, "2025-01-01T00:00:00+01:00"),
        ("AT_ASC", datetime.fromisoformat, "2025-01-01T00:00:00"),
        ("AT_ASC", datetime.fromisoformat, "2025-01-01T00:00:00Z"),
        ("AT_ASC", datetime.fromisoformat, "2025-02-29T00:00:00+00:00"),
        ("ENDS_ASC", date.fromisoformat, "2025-02-29"),
        ("ENDS_ASC", date.fromisoformat, "20250228"),
        ("ENDS_ASC", date.fromisoformat, "2025-W09-5"),
        ("ENDS_ASC", date.fromisoformat, "acme"),
        ("ENDS_ASC", date.fromisoformat, "\u0662\u0660\u0662\u0665-02-28"),
        ("AT_ASC", datetime.fromisoformat, "2025-01-01T00:00:00+00:0\u0660"),
        ("ENDS_ASC", date.fromisoformat, ""),
    ],
)
def test_a_cursor_with_a_time_that_we_would_not_write_so_is_refused(
    name: str, read: Callable[[str], Any], key: str
) -> None:
    assert refusal_of(encoded([name, key, ID.hex]), order(name, read)) == NOT_OURS


@given(cursor=st.text(max_size=100) | st.binary(max_size=60).map(lambda some: base64.urlsafe_b64encode(some).decode()))
def test_whatever_is_no_cursor_is_refused(cursor: str) -> None:
    assert refusal_of(cursor, order()) == NOT_OURS


@pytest.mark.parametrize(
    ("asked", "page"),
    [
        ({"first": None, "after": None}, Page(25, is_backward=False, cursor=None)),
        ({"first": 1, "after": "c"}, Page(1, is_backward=False, cursor="c")),
        ({"first": 100, "after": None}, Page(100, is_backward=False, cursor=None)),
        ({"first": None, "after": "c"}, Page(25, is_backward=False, cursor="c")),
        ({"first": None, "after": None, "last": 1}, Page(1, is_backward=True, cursor=None)),
        ({"first": None, "after": None, "last": 100, "before": "c"}, Page(100, is_backward=True, cursor="c")),
        ({"first": None, "after": None, "before": "c"}, Page(25, is_backward=True, cursor="c")),
    ],
)
def test_a_page_is_25_rows_from_the_start_unless_a_client_says_otherwise(asked: dict[str, Any], page: Page) -> None:
    assert Page.asked(**asked) == page


@pytest.mark.parametrize(
    ("asked", "argument", "message"),
    [
        ({"first": 0}, "first", "Ask for 1 to 100."),
        ({"first": 101}, "first", "Ask for 1 to 100."),
        ({"first": -1}, "first", "Ask for 1 to 100."),
        ({"first": 2**31 - 1}, "first", "Ask for 1 to 100."),
        ({"last": 0}, "last", "Ask for 1 to 100."),
        ({"last": 101}, "last", "Ask for 1 to 100."),
        ({"first": 1, "last": 1}, "last", "Ask for the first or for the last, not for both."),
        ({"first": 0, "last": 0}, "last", "Ask for the first or for the last, not for both."),
        ({"after": "a", "before": "b"}, "before", "Give after or before, not both."),
        ({"last": 1, "after": "a"}, "after", "after goes with first, before goes with last."),
        ({"first": 1, "before": "b"}, "before", "after goes with first, before goes with last."),
    ],
)
def test_a_page_that_cannot_be_is_refused_at_its_argument(asked: dict[str, Any], argument: str, message: str) -> None:
    with pytest.raises(BadInput) as refused:
        Page.asked(**{"first": None, "after": None, **asked})

    assert (refused.value.path, refused.value.message) == ((argument,), message)


def test_a_refused_cursor_names_its_argument() -> None:
    assert refusal_of("x", order()) == NOT_OURS
    assert refusal_of("x", order(), is_backward=True) == (("before",), NOT_OURS[1])


@given(id=st.uuids(), shift=st.integers(-(2**40), 2**40))
def test_instants_are_told_apart_to_the_microsecond(id: UUID, shift: int) -> None:
    at = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(microseconds=shift)

    cursors = {write_cursor("AT_ASC", at + timedelta(microseconds=number), id) for number in range(3)}

    assert len(cursors) == 3
