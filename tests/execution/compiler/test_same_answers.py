"""The same bytes from both executors, whatever is asked and whatever goes wrong.

Of EXAMPLES, 500 unless said, seven tenths are these queries, two these mutations, one those of test_our_schema.py;
EXAMPLES=10000 makes the long run of it.
"""

import os
from collections.abc import Callable
from inspect import isawaitable
from typing import Any

import graphql
import orjson
from graphql import DocumentNode, ExecutionResult
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from execution.compiler.compiler import Compiler
from tests.execution.compiler.operations import Operation, operations
from tests.execution.compiler.trouble import Setting, difficult_schema

EXAMPLES = int(os.environ.get("EXAMPLES", "500"))
SCHEMA = difficult_schema()
COMPILER = Compiler(SCHEMA)
TROUBLE = st.sampled_from([0.0, 0.0, 0.0, 0.01, 0.05, 0.3])
SEEDS = st.integers(0, 2**32)
NOTHING_WRONG = b'"errors":[]}'
DAYS = {"Day": st.just(graphql.StringValueNode(value="friday"))}


def generated(number: int) -> Callable[..., Any]:
    """Return how many examples a test runs with, each of whatever size and however long it takes."""
    made: Callable[..., Any] = settings(
        max_examples=number, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    return made


def as_sent(result: ExecutionResult) -> bytes:
    """Return an answer as it travels: the data, the errors with their paths, places and messages, in their order."""
    errors = [error.formatted for error in result.errors or []]
    return orjson.dumps({"data": result.data, "errors": errors})


async def by_graphql_core(document: DocumentNode, variables: dict[str, Any], setting: Setting) -> bytes:
    """Return graphql-core's answer."""
    returned = graphql.execute(SCHEMA, document, None, setting, variables)
    return as_sent(await returned if isawaitable(returned) else returned)


@generated(7 * EXAMPLES // 10)
@given(operation=operations(SCHEMA, custom_scalars=DAYS), seed=SEEDS, trouble=TROUBLE)
async def test_queries_answer_the_same_in_no_more_batches(operation: Operation, seed: int, trouble: float) -> None:
    document, variables = operation
    one, other = Setting(seed, trouble), Setting(seed, trouble)
    expected = await by_graphql_core(document, variables, one)

    attempted = await COMPILER.attempt(document, variables=variables, context=other)

    # What is compiled is every answer with nothing wrong in it, and no other.
    assert (attempted is None) == (not expected.endswith(NOTHING_WRONG))
    assert attempted is None or as_sent(attempted) == expected
    assert attempted is None or other.batches <= one.batches
    assert as_sent(await COMPILER.execute(document, variables=variables, context=Setting(seed, trouble))) == expected


@generated(EXAMPLES // 5)
@given(operation=operations(SCHEMA, are_mutations=True, custom_scalars=DAYS), seed=SEEDS, trouble=TROUBLE)
async def test_mutations_answer_the_same_and_are_called_as_often(
    operation: Operation, seed: int, trouble: float
) -> None:
    document, variables = operation
    one, other = Setting(seed, trouble), Setting(seed, trouble)
    expected = await by_graphql_core(document, variables, one)

    result = await COMPILER.execute(document, variables=variables, context=other)

    assert as_sent(result) == expected
    assert other.calls == one.calls
