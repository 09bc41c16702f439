"""A plan: one operation, compiled, and how it runs: a level at a time, everything that a level awaits at once."""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    FragmentSpreadNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import collect_fields
from graphql.execution.values import VariableValues
from graphql.pyutils import Path

from execution.compiler.branches import Wave
from execution.compiler.failures import CallableFound, Failed, RefusedInPart, Unforeseen
from execution.compiler.frameworks import Framework
from execution.compiler.levels import Compilation, Level, Run

# Of the ways in which @skip and @include can turn out, so many are kept.
VARIANTS = 16
CONDITIONS = {"skip", "include"}
INCREMENTAL = {"defer", "stream"}


class Plan:
    """An operation of a document; which of its fields are selected is compiled for each way its conditions turn out.

    `is_left` says that it is graphql-core's to run: a subscription, incremental delivery, or what was found no use.
    """

    def __init__(self, document: DocumentNode, executor: Executor[Any], framework: Framework) -> None:
        self.document = document
        self._framework = framework
        self._reads_defaults, self._notes_refusals = True, False
        self._roots: OrderedDict[tuple[Any, ...], Level] = OrderedDict()
        selections = [executor.operation.selection_set]
        selections += [fragment.selection_set for fragment in executor.fragment_definitions.values()]
        directives = list(_directives(selections))
        self._conditions = sorted({variable for name, variable in directives if name in CONDITIONS and variable})
        self.is_left = (
            executor.operation.operation is OperationType.SUBSCRIPTION
            or any(name in INCREMENTAL for name, _ in directives)
            or any(fragment.variable_signatures for fragment in executor.fragments.values())
        )

    async def query(self, executor: Executor[Any]) -> ExecutionResult | None:
        """Return the result of a query, or None where graphql-core has to say what is wrong with it."""
        try:
            return await self._result(executor)
        except RefusedInPart as error:
            self._learn(error)
        except Exception as error:  # noqa: BLE001 # whatever it is: graphql-core meets it again, and reports it
            self._learn(error)
            return None
        return await self.query(executor)

    async def _result(self, executor: Executor[Any]) -> ExecutionResult:
        run = Run(executor)
        try:
            results = self._root(executor).run(run, [executor.root_value], [None])
            await _finish(run)
        finally:
            run.discard()
        return ExecutionResult(results[0], run.errors or None)

    async def payload(self, executor: Executor[Any], value: Any, info: Any, path: Path) -> Any:  # noqa: ANN401
        """Return what the resolver of a root field returned, completed. Raises where graphql-core has to do it."""
        run = Run(executor)
        try:
            shape = self._root(executor).shapes[str(path.key)]
            completed = shape.complete(run, [value], [path], [info])
            await _finish(run)
            if run.errors:
                raise Failed
        except Exception as error:
            self._learn(error)
            raise
        finally:
            run.discard()
        return completed[0]

    def _root(self, executor: Executor[Any]) -> Level:
        values = executor.variable_values
        key = tuple(values.coerced.get(name) for name in self._conditions)
        found = self._roots.get(key)
        if found is None:
            found = self._roots[key] = self._compiled(executor)
            if len(self._roots) > VARIANTS:
                self._roots.popitem(last=False)
        else:
            self._roots.move_to_end(key)
        return found

    def _compiled(self, executor: Executor[Any]) -> Level:
        # What else came with the first request is not kept.
        sources, coerced = executor.variable_values
        decisive = VariableValues(
            {name: sources[name] for name in self._conditions if name in sources},
            {name: coerced[name] for name in self._conditions if name in coerced},
        )
        schema, operation, fragments = executor.schema, executor.operation, executor.fragments
        kind = schema.get_root_type(operation.operation)
        assert kind is not None  # noqa: S101 # validated
        compilation = Compilation(
            schema, self._framework, operation, fragments, decisive, self._reads_defaults, self._notes_refusals
        )
        collected = collect_fields(schema, fragments, decisive, kind, operation)
        return Level(compilation, kind, collected.grouped_field_set)

    def _learn(self, error: Exception) -> None:
        if isinstance(error, CallableFound):
            self._reads_defaults = False
            self._roots.clear()
        elif isinstance(error, RefusedInPart):
            self._notes_refusals = True
            self._roots.clear()
        elif isinstance(error, Unforeseen):
            self.is_left = True


async def _finish(run: Run) -> None:
    while run.awaited:
        if len(run.awaited) > 1 or len(run.awaited[0][0]) > 1:
            await _finish_wave(run)
            continue
        # Nothing goes on beside it.
        ((only,), put) = run.awaited.pop()
        put([await only])


async def _finish_wave(run: Run) -> None:
    wave, waiting = Wave(), []
    try:
        while run.awaited and not wave.has_failed:
            values, put = run.awaited.pop(0)
            if wave.start(values):
                waiting.append((values, put))
            elif not wave.has_failed:
                # Nothing of it had to be waited for, and what lies below may well be asked for together.
                put(values)
    except Exception:
        with suppress(Exception):
            await wave.end()
        raise
    await wave.end()
    for values, put in waiting:
        put(values)


def _directives(selections: list[SelectionSetNode]) -> Iterator[tuple[str, str | None]]:
    """Yield the directives in selection sets, each with the variable that its `if` is, if it is one."""
    waiting = list(selections)
    while waiting:
        for selection in waiting.pop().selections:
            for directive in selection.directives or ():
                yield (
                    directive.name.value,
                    next(
                        (
                            each.value.name.value
                            for each in directive.arguments or ()
                            if isinstance(each.value, VariableNode)
                        ),
                        None,
                    ),
                )
            if not isinstance(selection, FragmentSpreadNode) and (below := getattr(selection, "selection_set", None)):
                waiting.append(below)
