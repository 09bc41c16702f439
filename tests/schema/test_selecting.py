"""What is selected below a field: whatever could be, at any depth, on both executors."""

from typing import Any

import pytest
import strawberry

from execution.compiler.strawberry_schema import CompiledExecution
from schema.selecting import selected_below, selected_in


@strawberry.type
class Box:
    """Something with a number, and others in it."""

    number: int = 0
    weight: int = 0

    @strawberry.field
    def inner(self, info: strawberry.Info) -> list["Box"]:
        """Return another one, and write down what is selected of it."""
        info.context.append(selected_below(info))
        return [Box()]

    @strawberry.field
    def nearest(self, info: strawberry.Info) -> "Box":
        """Return another one, and write down what is selected of it alone."""
        info.context.append(selected_in(info))
        return Box()


@strawberry.type
class Query(Box):
    """The root."""


PLAIN = strawberry.Schema(query=Query)
NEAR = {"number", "inner"}
COMPILED = strawberry.Schema(query=Query, extensions=[CompiledExecution()])


@pytest.mark.parametrize("schema", [PLAIN, COMPILED], ids=["graphql-core", "compiled"])
@pytest.mark.parametrize(
    ("query", "selected"),
    [
        ("{ __typename inner { number } }", {"number"}),
        ("{ inner { heavy: weight } }", {"weight"}),
        ("{ inner { number } inner { weight } }", {"number", "weight"}),
        ("{ inner { ... { weight } ... on Box { number } } }", {"number", "weight"}),
        ("{ inner { ...A } } fragment A on Box { ...B } fragment B on Box { weight }", {"weight"}),
        (
            "{ inner { number @skip(if: true) weight @include(if: false) __typename } }",
            {"number", "weight", "__typename"},
        ),
    ],
)
async def test_it_is_what_the_document_says_in_whatever_fragments(
    schema: strawberry.Schema, query: str, selected: set[str]
) -> None:
    seen = list[Any]()

    result = await schema.execute(query, context_value=seen)

    assert (result.errors, seen) == (None, [selected])


async def test_it_is_found_at_any_depth() -> None:
    seen = list[Any]()

    await COMPILED.execute("{ inner { inner { inner { weight } } } }", context_value=seen)

    assert seen == [{"inner", "weight"}, {"inner", "weight"}, {"weight"}]


@pytest.mark.parametrize("schema", [PLAIN, COMPILED], ids=["graphql-core", "compiled"])
@pytest.mark.parametrize(
    ("query", "selected"),
    [
        ("{ nearest { number inner { weight } } }", NEAR),
        ("{ nearest { ... { weight } ... on Box { heavy: weight inner { number } } } }", {"weight", "inner"}),
        (
            "{ nearest { ...A } } fragment A on Box { ...B inner { weight } } fragment B on Box { number }",
            {"inner", "number"},
        ),
    ],
)
async def test_what_is_selected_of_what_a_field_returns_is_told_from_what_lies_below(
    schema: strawberry.Schema, query: str, selected: set[str]
) -> None:
    seen = list[Any]()

    result = await schema.execute(query, context_value=seen)

    assert (result.errors, seen[0]) == (None, selected)
