"""Fields that are read from an object's row: the same on both executors, and attributes to Python."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest
import strawberry

from execution.compiler.strawberry_schema import CompiledExecution
from schema.rows import column
from schema.together import together


class Row(NamedTuple):
    """A row of a statement."""

    id: int
    name: str
    shown_as: str | None


@strawberry.interface
class Named:
    """What has a row with a name."""

    row: strawberry.Private[Any]
    name: str = column("Its name.")


@strawberry.type
class Thing(Named):
    """A row, and how often it is told."""

    title: str | None = column("Its title.", "row.shown_as")
    label: str = column("Both.", "both")
    times: strawberry.Private[int]

    @property
    def both(self) -> str:
        return f"{self.name} {self.title}" * self.times

    @strawberry.field
    @together
    @staticmethod
    def number(things: Sequence["Thing"]) -> list[int]:
        """Count whom it is asked with."""
        ASKED.append(len(things))
        return [thing.row.id for thing in things]

    @strawberry.field
    @together
    @staticmethod
    def copies(things: Sequence["Thing"]) -> list[list["Thing"]]:
        """Make as many as are told."""
        return [[thing] * thing.times for thing in things]


@strawberry.type
class Query:
    """The root."""

    @strawberry.field
    def things(self) -> list[Thing]:
        """Return two."""
        return [Thing(row=Row(1, "one", None), times=1), Thing(row=Row(2, "two", "second"), times=2)]

    @strawberry.field
    def missing(self) -> Thing | None:
        """Return one whose row lacks a name that has to be there."""
        return Thing(row=Row(3, None, None), times=1)  # type: ignore[arg-type] # that is the point


ASKED: list[int] = []
PLAIN = strawberry.Schema(query=Query)
COMPILED = strawberry.Schema(query=Query, extensions=[CompiledExecution()])


@pytest.mark.parametrize("schema", [PLAIN, COMPILED])
async def test_a_column_is_read_by_its_name_or_where_its_path_leads(schema: strawberry.Schema) -> None:
    result = await schema.execute("{ things { name title label } }")

    assert result.errors is None
    assert result.data == {
        "things": [
            {"name": "one", "title": None, "label": "one None"},
            {"name": "two", "title": "second", "label": "two secondtwo second"},
        ]
    }


@pytest.mark.parametrize("schema", [PLAIN, COMPILED])
async def test_a_column_of_a_wrong_value_is_an_error_at_its_field(schema: strawberry.Schema) -> None:
    result = await schema.execute("{ missing { name } }")

    assert result.data == {"missing": None}
    assert [error.path for error in result.errors or ()] == [["missing", "name"]]


@pytest.mark.parametrize(("schema", "asked"), [(PLAIN, [1, 1]), (COMPILED, [2])])
async def test_what_waits_for_nothing_is_answered_for_all_at_once(schema: strawberry.Schema, asked: list[int]) -> None:
    ASKED.clear()

    result = await schema.execute("{ things { number } }")

    assert result.data == {"things": [{"number": 1}, {"number": 2}]}
    assert asked == ASKED


@pytest.mark.parametrize("schema", [PLAIN, COMPILED])
async def test_objects_can_be_answered_for_all_at_once(schema: strawberry.Schema) -> None:
    result = await schema.execute("{ things { copies { name number } } }")

    one, two = {"name": "one", "number": 1}, {"name": "two", "number": 2}
    assert result.data == {"things": [{"copies": [one]}, {"copies": [two, two]}]}


def test_a_column_is_an_attribute_that_nobody_gives() -> None:
    thing = Thing(row=Row(1, "one", None), times=1)

    assert (thing.name, thing.title) == ("one", None)
    with pytest.raises(TypeError, match="unexpected keyword argument 'name'"):
        Thing(row=thing.row, times=1, name="another")
