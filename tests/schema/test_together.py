"""Fields that are answered for many objects at once: the same on both executors, and once a level on ours."""

from collections.abc import Sequence
from typing import Any

import pytest
import strawberry
from strawberry.permission import BasePermission, PermissionExtension
from strawberry.types import ExecutionResult

from execution.compiler.strawberry_schema import CompiledExecution
from schema.together import together


class MayKnowSizes(BasePermission):
    """Lets pass those who are not secret."""

    message = "secret"

    async def has_permission(self, source: Any, info: strawberry.Info, **_: Any) -> bool:
        return source.number != info.context.get("secret")


class MayCount(BasePermission):
    """Lets pass those under 100."""

    message = "too many"

    def has_permission(self, source: Any, info: strawberry.Info, **_: Any) -> bool:
        info.context["called"].append([source.number])
        return source.number < 100

    def together(self, sources: Sequence[Any], info: strawberry.Info, **_: Any) -> bool:
        """Answer for all."""
        info.context["called"].append([source.number for source in sources])
        return max(source.number for source in sources) < 100


@strawberry.type
class Box:
    """Something with a number."""

    number: int

    @strawberry.field(description="A label.")
    @together
    @staticmethod
    async def label(boxes: Sequence["Box"], info: strawberry.Info, prefix: str = "") -> list[str | None]:
        """Name those that are not 0, and fail for 13."""
        info.context["called"].append([box.number for box in boxes])
        if any(box.number == 13 for box in boxes):
            raise LookupError("bad luck")
        return [f"{prefix}{box.number}" if box.number else None for box in boxes]

    @strawberry.field(extensions=[PermissionExtension([MayKnowSizes()], use_directives=False)])
    @together
    @staticmethod
    async def inner(boxes: Sequence["Box"], info: strawberry.Info) -> list["Box | None"]:
        """Hold another one each."""
        assert info.field_name == "inner"
        return [Box(number=box.number * 10) for box in boxes]

    @strawberry.field(extensions=[PermissionExtension([MayCount()], use_directives=False)])
    @together
    @staticmethod
    async def count(boxes: Sequence["Box"], info: strawberry.Info) -> list[int | None]:
        """Return the number."""
        assert info.field_name == "count"
        return [box.number for box in boxes]


@strawberry.type
class Query:
    """The root."""

    @strawberry.field
    def boxes(self, numbers: list[int]) -> list[Box]:
        """Return some."""
        return [Box(number=number) for number in numbers]


PLAIN = strawberry.Schema(query=Query)
COMPILED = strawberry.Schema(query=Query, extensions=[CompiledExecution()])


async def asked(schema: strawberry.Schema, query: str, **context: Any) -> tuple[ExecutionResult, list[list[int]]]:
    called = list[list[int]]()
    result = await schema.execute(query, context_value={"called": called, **context})
    assert isinstance(result, ExecutionResult)
    return result, called


async def test_a_level_is_one_call() -> None:
    query = '{ boxes(numbers: [1, 0, 3]) { label(prefix: "no. ") inner { number label } } }'

    result, called = await asked(COMPILED, query)
    plain, called_plainly = await asked(PLAIN, query)

    assert called == [[1, 0, 3], [10, 0, 30]]
    assert sorted(called_plainly) == [[0], [0], [1], [3], [10], [30]]
    assert result.errors is None
    assert result.data == plain.data
    assert plain.data is not None
    assert [box["label"] for box in plain.data["boxes"]] == ["no. 1", None, "no. 3"]


@pytest.mark.parametrize(
    ("query", "secret", "messages"),
    [
        ("{ boxes(numbers: [1, 13]) { label } }", None, ["bad luck"]),
        ("{ boxes(numbers: [1, 2]) { inner { number } } }", 2, ["secret"]),
        ("{ boxes(numbers: [1, 100, 2]) { count } }", None, ["too many"]),
        ("{ boxes(numbers: [2, 1]) { label inner { inner { number } } } }", 10, ["secret"]),
    ],
)
async def test_what_fails_for_one_fails_for_that_one_alone(query: str, secret: int | None, messages: list[str]) -> None:
    result, _ = await asked(COMPILED, query, secret=secret)
    plain, _ = await asked(PLAIN, query, secret=secret)

    assert result.data == plain.data
    assert [(error.message, error.path) for error in result.errors or []] == [
        (error.message, error.path) for error in plain.errors or []
    ]
    assert [error.message for error in plain.errors or []] == messages


async def test_a_permission_that_answers_for_all_is_asked_once_a_level() -> None:
    result, called = await asked(COMPILED, "{ boxes(numbers: [1, 2, 3]) { count } }")
    plain, called_plainly = await asked(PLAIN, "{ boxes(numbers: [1, 2, 3]) { count } }")

    assert called == [[1, 2, 3]]
    assert called_plainly == [[1], [2], [3]]
    assert result.errors is None
    assert result.data == plain.data


def test_clients_see_a_field_of_one_object() -> None:
    assert 'label(prefix: String! = ""): String' in PLAIN.as_str()
    assert "inner: Box\n" in PLAIN.as_str()
