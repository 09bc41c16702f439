"""What is selected below a field: whatever could be, at any depth, on both executors."""

from typing import Any

import pytest
import strawberry

from execution.compiler.strawberry_schema import CompiledExecution
from schema.selecting import selected_below


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


@strawberry.type
class Query(Box):
    """The root."""


PLAIN = strawberry.Schema(query=Query)
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
