"""Strawberry's schemas: its fields, permissions, extensions, enums and types."""

from collections.abc import Awaitable
from enum import Enum
from typing import Any

import pytest
import strawberry
from graphql import GraphQLError
from strawberry.extensions import FieldExtension, SchemaExtension
from strawberry.permission import BasePermission, PermissionExtension

from execution.compiler.strawberry_schema import CompiledExecution


@strawberry.enum
class Colour(Enum):
    """An enum whose values differ from its names."""

    RED = "r"


class Asking(BasePermission):
    """Lets pass where the context says so, at once or later."""

    message = "not allowed"

    def has_permission(self, _source: Any, info: strawberry.Info, **_: Any) -> bool | Awaitable[bool]:
        may = info.context["may"]
        answer: bool | Awaitable[bool] = may() if callable(may) else may
        return answer


class Twice(FieldExtension):
    """An extension that is no permission."""

    async def resolve_async(self, next_: Any, source: Any, info: strawberry.Info, **kwargs: Any) -> Any:
        return await next_(source, info, **kwargs) * 2


@strawberry.interface
class Shape:
    """What squares and circles are."""

    side: int


@strawberry.type
class Square(Shape):
    """A shape."""

    colour: Colour

    @strawberry.field(extensions=[PermissionExtension([Asking()], use_directives=False)])
    async def area(self, info: strawberry.Info, times: int = 1) -> int | None:
        """Multiply."""
        assert info.context["may"] is not False
        return self.side * self.side * times

    @strawberry.field(extensions=[Twice()])
    async def doubled(self) -> int:
        """Be doubled."""
        return self.side

    @strawberry.field
    def place(self, info: strawberry.Info) -> str:
        """Tell where it stands."""
        return f"{info.field_name} at {info.path.as_list()} of {info.input_extensions}"


@strawberry.type
class Circle(Shape):
    """Another shape."""


async def guarded(info: strawberry.Info, times: int = 1) -> str | None:
    """Say what it was called with; no method."""
    return f"{info.field_name} {times}"


def told(asked: strawberry.Info) -> str:
    """Know its info by another name."""
    return asked.field_name


def alone(word: str = "nothing") -> str:
    """Want no info."""
    return word


@strawberry.type
class Query:
    """The root."""

    guarded = strawberry.field(guarded, extensions=[PermissionExtension([Asking()], use_directives=False)])
    told = strawberry.field(told)
    alone = strawberry.field(alone)

    @strawberry.field
    def shapes(self) -> list[Shape]:
        """Return one of each."""
        return [Square(side=3, colour=Colour.RED), Circle(side=1)]


@strawberry.input
class Given:
    """What a mutation takes."""

    number: int
    colours: list[Colour] | None = None


class Mapping(FieldExtension):
    """An extension that changes what the function is called with."""

    def map_arguments(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        return kwargs | {"number": kwargs["number"] + 1}


async def saved(info: strawberry.Info, input: Given, word: str | None = None) -> str:
    """Tell what it was given; fail for 13."""
    if input.number == 13:
        raise LookupError("bad luck")
    return f"{info.field_name} {input.number} {input.colours} {word} {info.input_extensions} "


async def mapped(info: strawberry.Info, number: int) -> int:
    """Return the number."""
    return number


@strawberry.type
class Mutation:
    """The root of what changes."""

    saved = strawberry.mutation(saved, extensions=[Twice(), Twice()])
    mapped = strawberry.mutation(mapped, extensions=[Mapping()])

    @strawberry.mutation
    async def method(self, info: strawberry.Info) -> str:
        """Be called on the root value."""
        return f"{info.field_name} of {self!r}"


def schema_with(*extensions: Any) -> strawberry.Schema:
    """Return the schema."""
    return strawberry.Schema(query=Query, mutation=Mutation, types=[Square, Circle], extensions=extensions)


COMPILED, PLAIN = CompiledExecution(), schema_with()
SCHEMA = schema_with(COMPILED)
WHOLE = "{ shapes { __typename side ... on Square { colour area doubled more: area(times: 2) place } } }"


async def test_a_whole_answer_is_strawberrys() -> None:
    context = {"may": True}
    given = {"context_value": context, "operation_extensions": {"a": 1}}
    expected = await PLAIN.execute(WHOLE, **given)  # type: ignore[arg-type] # of several kinds
    compiler = COMPILED.compiler(SCHEMA)
    assert compiler is not None

    result = await SCHEMA.execute(WHOLE, **given)  # type: ignore[arg-type]

    assert (result.data, result.errors) == (expected.data, None)
    assert result.data["shapes"][0] == {  # type: ignore[index] # there is data
        "__typename": "Square",
        "side": 3,
        "colour": "RED",
        "area": 9,
        "doubled": 6,
        "more": 18,
        "place": "place at ['shapes', 0, 'place'] of {'a': 1}",
    }


async def yes() -> bool:
    return True


async def no() -> bool:
    return False


@pytest.mark.parametrize(("may", "area"), [(True, 9), (yes, 9), (False, None), (no, None)])
async def test_permissions_decide_at_once_or_later(may: Any, area: int | None) -> None:
    result = await SCHEMA.execute("{ shapes { ... on Square { area } } }", context_value={"may": may})

    assert result.data == {"shapes": [{"area": area}, {}]}
    assert [error.message for error in result.errors or []] == ([] if area else ["not allowed"])


@pytest.mark.parametrize(("may", "found"), [(True, "guarded 2"), (no, None)])
async def test_functions_are_called_as_methods_are(may: Any, found: str | None) -> None:
    document = '{ guarded(times: 2) told alone more: alone(word: "all") }'
    expected = await PLAIN.execute(document, context_value={"may": may})

    result = await SCHEMA.execute(document, context_value={"may": may})

    assert result.data == expected.data == {"guarded": found, "told": "told", "alone": "nothing", "more": "all"}
    assert [error.message for error in result.errors or []] == ([] if found else ["not allowed"])


async def test_a_mutation_is_called_within_its_extensions() -> None:
    document = """mutation($input: Given!) {
      saved(input: $input) again: saved(input: {number: 13}) last: saved(input: {number: 2}, word: "x")
      mapped(number: 1) method __typename }"""
    given: Any = {"variable_values": {"input": {"number": 1, "colours": ["RED"]}}, "operation_extensions": {"a": 1}}
    expected = await PLAIN.execute(document.replace("again: saved(input: {number: 13})", ""), **given)
    failed = await PLAIN.execute(document, **given)

    result = await SCHEMA.execute(document.replace("again: saved(input: {number: 13})", ""), **given)
    failing = await SCHEMA.execute(document, **given)

    assert (result.data, result.errors) == (expected.data, None)
    assert result.data["saved"] == "saved 1 [<Colour.RED: 'r'>] None {'a': 1} " * 4  # type: ignore[index] # there is data
    assert (result.data["mapped"], result.data["method"]) == (2, "method of None")  # type: ignore[index]
    assert (failing.data, list(map(str, failing.errors or []))) == (None, list(map(str, failed.errors or [])))
    assert [error.path for error in failing.errors or []] == [["again"]]


async def test_an_extension_that_wraps_every_field_leaves_all_to_graphql_core() -> None:
    class Wrapping(SchemaExtension):
        def resolve(self, _next: Any, root: Any, info: Any, *args: Any, **kwargs: Any) -> Any:
            value = _next(root, info, *args, **kwargs)
            return value + 1 if info.field_name == "side" else value

    result = await schema_with(CompiledExecution(), Wrapping).execute("{ shapes { side } }")

    assert result.data == {"shapes": [{"side": 4}, {"side": 2}]}


async def test_an_answer_with_an_error_is_strawberrys() -> None:
    result = await SCHEMA.execute("{ shapes { ... on Square { area } } }", context_value={})

    assert isinstance(result.errors and result.errors[0], GraphQLError)
    assert result.data == {"shapes": [{"area": None}, {}]}


async def test_one_document_is_compiled_once_for_all_requests() -> None:
    compiled = CompiledExecution()
    schema = schema_with(compiled)

    for _ in range(2):
        await schema.execute("{ shapes { side } }")

    compiler = compiled.compiler(schema)
    assert compiler is not None
    assert len(compiler) == 1
