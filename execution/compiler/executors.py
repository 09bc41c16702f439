"""Mutations: graphql-core runs the root fields, one after another, and a plan completes what they return."""

from typing import Any

from graphql import GraphQLOutputType, GraphQLResolveInfo, GraphQLSchema
from graphql.execution import Executor, MiddlewareManager
from graphql.execution.collect_fields import FieldDetails
from graphql.pyutils import Path

from execution.compiler.frameworks import Framework
from execution.compiler.plans import Plan


class Quicker(MiddlewareManager):
    """Has a mutation's root fields called in less time, where the framework knows how."""

    def __init__(self, schema: GraphQLSchema, framework: Framework) -> None:
        super().__init__()
        fields = schema.mutation_type.fields.values() if schema.mutation_type else ()
        self._known = {each.resolve: quicker for each in fields if (quicker := framework.quicker(each))}

    def get_field_resolver(self, field_resolver: Any) -> Any:  # noqa: ANN401 # a function
        """Return what is called in a resolver's place."""
        return self._known.get(field_resolver, field_resolver)


def compiling(executor_class: type[Executor[Any]]) -> type[Executor[Any]]:
    """Return the executor class with payloads completed by a plan, where it is given one."""

    class Compiling(executor_class):  # type: ignore[misc, valid-type] # a class that is made where it is asked for
        plan: Plan | None = None

        def complete_value(
            self,
            return_type: GraphQLOutputType,
            field_details_list: list[FieldDetails],
            info: GraphQLResolveInfo[Any],
            path: Path,
            result: Any,  # noqa: ANN401 # whatever a resolver returns
            position_context: Any,  # noqa: ANN401 # graphql-core's own
        ) -> Any:  # noqa: ANN401
            whole = (return_type, field_details_list, info, path, result, position_context)
            has_plan = self.plan is not None and path.prev is None
            if not has_plan or result is None or isinstance(result, Exception):
                return super().complete_value(*whole)
            return self._payload(whole)

        async def _payload(self, whole: tuple[Any, ...]) -> Any:  # noqa: ANN401
            _, _, info, path, result, _ = whole
            plan = self.plan
            assert plan is not None  # noqa: S101 # asked above
            try:
                return await plan.payload(self, result, info, path)
            except Exception:  # noqa: BLE001 # whatever it is: graphql-core meets it again, and reports it
                # The resolver has been called, and is not called again: what it returned is completed anew. It goes
                # on one field after another, so that no other field misses the plan meanwhile.
                self.plan = None
                try:
                    completed = super().complete_value(*whole)
                    return await completed if self.is_awaitable(completed) else completed
                finally:
                    self.plan = plan

    return Compiling
