"""Runs GraphQL operations of one schema, compiled: once for a document, run many times.

    compiler = Compiler(schema)
    result = await compiler.execute(parse("{ viewer { name } }"))

The answer is graphql-core's, to the byte: wherever anything is wrong with one, graphql-core gives it. What is compiled
is the way to an answer with nothing wrong in it, but for what a permission refuses to some objects of a list. plans.py
says how it runs, levels.py what is compiled.
"""

from collections import OrderedDict
from inspect import isawaitable
from typing import Any

from graphql import DocumentNode, ExecutionResult, GraphQLSchema, OperationType
from graphql.execution import Executor, experimental_execute_incrementally

from execution.compiler.executors import Quicker, compiling
from execution.compiler.frameworks import Framework
from execution.compiler.plans import Plan

# Operations come from a few front ends; the one that was asked for longest ago is forgotten.
OPERATIONS = 500


class Compiler:
    """Compiles the validated operations of one schema, and keeps the plans."""

    def __init__(
        self,
        schema: GraphQLSchema,
        *,
        framework: Framework | None = None,
        executor_class: type[Executor[Any]] = Executor,
        operations: int = OPERATIONS,
    ) -> None:
        """`executor_class` is graphql-core's or another's who makes the infos that resolvers get."""
        self.schema = schema
        self._framework = framework or Framework()
        self.executor_class = compiling(executor_class)
        self._quicker = Quicker(schema, self._framework)
        self._operations = operations
        self._plans: OrderedDict[tuple[str | DocumentNode, str | None], Plan] = OrderedDict()

    async def execute(
        self,
        document: DocumentNode,
        operation_name: str | None = None,
        variables: dict[str, Any] | None = None,
        context: Any = None,  # noqa: ANN401 # whatever the resolvers expect
        root_value: Any = None,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401 # an ExecutionResult, or the several of @defer and @stream
        """Return the result of a validated operation, as graphql.execute would."""
        result = await self.attempt(document, operation_name, variables, context, root_value)
        if result is not None:
            return result
        given = (self.schema, document, root_value, context, variables, operation_name)
        returned = experimental_execute_incrementally(*given)
        return await returned if isawaitable(returned) else returned

    async def attempt(
        self,
        document: DocumentNode,
        operation_name: str | None = None,
        variables: dict[str, Any] | None = None,
        context: Any = None,  # noqa: ANN401
        root_value: Any = None,  # noqa: ANN401
        **options: Any,  # noqa: ANN401 # of the executor class
    ) -> ExecutionResult | None:
        """Return the result, or None where graphql-core has to run the operation: then nothing has been changed."""
        given = (self.schema, document, root_value, context, variables, operation_name)
        executor = self.executor_class.build(*given, **options)
        return None if isinstance(executor, list) else await self.finish(executor, document, operation_name)

    async def finish(
        self, executor: Executor[Any], document: DocumentNode, operation_name: str | None
    ) -> ExecutionResult | None:
        """Return the result of what an executor of our class was made for, or None as attempt() does."""
        try:
            return await self._run(self._plan(document, operation_name, executor), executor)
        finally:
            # Its own methods: with them, all that a request has made would wait for the garbage collector.
            del executor.async_helpers

    async def _run(self, plan: Plan, executor: Executor[Any]) -> ExecutionResult | None:
        if plan.is_left:
            return None
        if executor.operation.operation is OperationType.MUTATION:
            executor.plan = plan  # type: ignore[attr-defined] # ours, see compiling()
            executor.middleware_manager = executor.middleware_manager or self._quicker
            result = executor.execute_operation()
            return await result if isawaitable(result) else result  # type: ignore[return-value] # incremental ones are left
        return await plan.query(executor)

    def __len__(self) -> int:
        """Return how many plans are kept."""
        return len(self._plans)

    def _plan(self, document: DocumentNode, operation_name: str | None, executor: Executor[Any]) -> Plan:
        key = (document.loc.source.body if document.loc else document, operation_name)
        plan = self._plans.get(key)
        # The same text is the same document, unless somebody changed what was made of it.
        if plan is None or (plan.document is not document and plan.document != document):
            plan = self._plans[key] = Plan(document, executor, self._framework)
            if len(self._plans) > self._operations:
                self._plans.popitem(last=False)
        self._plans.move_to_end(key)
        return plan
