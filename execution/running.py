"""Running an admitted operation: interpreted, field by field, as graphql-core runs it; or compiled."""

from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any, TypeGuard, cast

from graphql import ExecutionResult, FragmentDefinitionNode, GraphQLSchema, default_field_resolver
from graphql.execution import Executor
from graphql.execution.collect_fields import FragmentDetails
from graphql.execution.executor import default_type_resolver
from graphql.execution.values import VariableValues

from execution.admission.verdicts import Operation
from execution.compiler.compiler import Compiler

# Runs an operation with coerced variables for a context: whatever the resolvers expect.
Run = Callable[[Operation, VariableValues, Any], Awaitable[ExecutionResult]]


class Interpreter:
    """graphql-core's executor without its doorway: the operation is chosen, validated and its variables are coerced.

    `executor_class` makes the infos that resolvers get; `is_awaitable` may know better what they return.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        executor_class: type[Executor[Any]] = Executor,
        is_awaitable: Callable[[Any], bool] | None = None,
    ) -> None:
        self._schema, self._executor_class = schema, executor_class
        self._is_awaitable = cast("Callable[[Any], TypeGuard[Awaitable[Any]]] | None", is_awaitable)

    async def run(self, operation: Operation, values: VariableValues, context: Any) -> ExecutionResult:  # noqa: ANN401
        """Return the result of an operation."""
        result = self.executor(operation, values, context).execute_operation()
        completed = await result if isawaitable(result) else result
        assert isinstance(completed, ExecutionResult)  # noqa: S101 # several results come of @defer and @stream alone
        return completed

    def executor(self, operation: Operation, values: VariableValues, context: Any) -> Executor[Any]:  # noqa: ANN401
        """Return what runs the operation once."""
        fragments = {
            each.name.value: each for each in operation.document.definitions if isinstance(each, FragmentDefinitionNode)
        }
        return self._executor_class(
            self._schema,
            fragments,
            {name: FragmentDetails(fragment, None) for name, fragment in fragments.items()},
            None,
            context,
            operation.node,
            values,
            default_field_resolver,
            default_type_resolver,
            default_field_resolver,
            is_awaitable=self._is_awaitable,
        )


class Compiled:
    """A compiler's plan where it has one, graphql-core where it has none."""

    def __init__(self, compiler: Compiler, is_awaitable: Callable[[Any], bool] | None = None) -> None:
        self._compiler = compiler
        self._interpreter = Interpreter(compiler.schema, compiler.executor_class, is_awaitable)

    async def run(self, operation: Operation, values: VariableValues, context: Any) -> ExecutionResult:  # noqa: ANN401
        """Return the result of an operation."""
        executor = self._interpreter.executor(operation, values, context)
        result = await self._compiler.finish(executor, operation.document, operation.name)
        return await self._interpreter.run(operation, values, context) if result is None else result
