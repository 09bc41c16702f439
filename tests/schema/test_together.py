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


class Hidden(Exception):
    """What a permission raises."""


class IsShown(BasePermission):
    """Lets pass what is above 0, and says of everything else what it is."""

    def has_permission(self, source: Any, info: strawberry.Info, **_: Any) -> bool:
        refusal = self.refusal(source, info)
        if refusal is not None:
            raise refusal
        return True

    def refusal(self, source: Any, info: strawberry.Info, **_: Any) -> Hidden | None:
        """Return what is raised."""
        assert info.path.key
        return None if source.number > 0 else Hidden(f"{source.number} is hidden")


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

    @strawberry.field
    def boxes(self) -> list["Box"]:
        """Return as many as the number says, of this one's sign."""
        return [Box(number=self.number // abs(self.number) * each) for each in range(1, abs(self.number) + 1)]

    @strawberry.field(extensions=[PermissionExtension([IsShown()], use_directives=False)])
    @together
    @staticmethod
    async def hidden(boxes: Sequence["Box"], info: strawberry.Info) -> list[int | None]:
        """Return the number."""
        info.context["called"].append([box.number for box in boxes])
        return [box.number for box in boxes]

    @strawberry.field(extensions=[PermissionExtension([IsShown()], use_directives=False)])
    @together
    @staticmethod
    async def sealed(boxes: Sequence["Box"], info: strawberry.Info) -> list[int]:
        """Return the number."""
        assert info.field_name == "sealed"
        return [box.number for box in boxes]

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


# What is asked, and for whom functions are called by a plan that has noted it; None where graphql-core tells it.
REFUSED: dict[str, tuple[str, list[list[int]] | None]] = {
    "one": ("{ boxes(numbers: [1, -1, 2]) { hidden } }", [[1, 2]]),
    "most": ("{ boxes(numbers: [-1, -2, 2, -3]) { number hidden } }", [[2]]),
    "all": ("{ boxes(numbers: [-1, -2]) { hidden number } }", []),
    "beside others": ("{ boxes(numbers: [1, -2]) { label other: hidden inner { number } } }", [[1, -2], [1]]),
    "below": ("{ boxes(numbers: [1, -2]) { inner { inner { hidden } } } }", [[100]]),
    "in fragments": ("{ boxes(numbers: [1, -2]) { ... { hidden } ...F } } fragment F on Box { hidden number }", [[1]]),
    "in two fields": ("{ boxes(numbers: [1, -2, -3]) { a: hidden b: hidden } }", None),
    "in two lists": ("{ a: boxes(numbers: [1, -2]) { hidden } b: boxes(numbers: [-4]) { hidden } }", None),
    "in a list of lists": ("{ boxes(numbers: [2, -3]) { boxes { hidden } } }", None),
    "where it must be there": ("{ boxes(numbers: [1, -2]) { sealed } }", None),
    "beside what fails": ("{ boxes(numbers: [1, -13, 13]) { hidden label } }", None),
    "beside what another permission denies": ("{ boxes(numbers: [1, 200, -2]) { hidden count } }", None),
}


@pytest.mark.parametrize(("query", "called"), REFUSED.values(), ids=REFUSED)
async def test_what_is_refused_to_some_is_told_as_graphql_core_tells_it(
    query: str, called: list[list[int]] | None
) -> None:
    plain, _ = await asked(PLAIN, query)
    # The first time finds out that something is refused; the next ones have noted where.
    for _ in range(3):
        result, by_plan = await asked(COMPILED, query)

        assert result.data == plain.data
        assert [error.formatted for error in result.errors or []] == [error.formatted for error in plain.errors or []]
        assert [type(error.original_error) for error in result.errors or []] == [
            type(error.original_error) for error in plain.errors or []
        ]
    assert plain.errors
    assert called is None or by_plan == called


def test_clients_see_a_field_of_one_object() -> None:
    assert 'label(prefix: String! = ""): String' in PLAIN.as_str()
    assert "inner: Box\n" in PLAIN.as_str()
