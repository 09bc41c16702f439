"""Compiled execution stays several times as fast as graphql-core: a ratio of one process's CPU, side by side."""

import statistics
import time
from typing import Any

from graphql import execute, parse

from bench import bare
from execution.compiler.strawberry_schema import CompiledExecution

ROUNDS = 15
# It is 12 (bench/README.md), 11 on a busy machine: medians of alternating rounds bear that. Less than this is no noise.
AT_LEAST = 8


async def test_compiled_takes_a_fraction_of_what_graphql_core_takes() -> None:
    schema = bare.bare_schema()
    document, compiler = parse(bare.SCREEN), CompiledExecution().compiler(schema)
    assert compiler is not None

    async def interpreted() -> Any:
        given: Any = execute(
            schema._schema, document, None, bare.Loaders(), executor_class=schema.execution_context_class
        )
        return (await given).data

    async def compiled() -> Any:
        result = await compiler.attempt(document, context=bare.Loaders())
        return None if result is None else result.data

    taken: dict[Any, list[float]] = {interpreted: [], compiled: []}
    assert await interpreted() == await compiled()
    for _ in range(ROUNDS):
        for run, times in taken.items():
            began = time.process_time()
            await run()
            times.append(time.process_time() - began)

    assert statistics.median(taken[interpreted]) / statistics.median(taken[compiled]) > AT_LEAST
