"""The schema: both roots, every type that only an interface leads to, and the way from a request to its answer."""

from collections.abc import Callable
from contextlib import nullcontext
from functools import cached_property
from typing import Any

import strawberry
from graphql import specified_rules
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule

from auth.budgets import RateLimited
from execution.admission.admission import Admission
from execution.admission.limits import Limits
from execution.admission.objections import Refused
from execution.compiler.compiler import Compiler
from execution.compiler.strawberry_schema import StrawberryFramework
from execution.running import Compiled, Interpreter, Run
from execution.turns import Turns
from resolvers import introspection
from resolvers.answers import answered, refused
from resolvers.rate_limit import limited, paid, told
from resolvers.root import Mutation, Query
from schema.context import Context
from schema.notes import Operation as Noted
from schema.scalars import scalars
from schema.viewer import AccountDashboard, OrganizationDashboard, ResellerDashboard

# In points. What costs less holds so little while it waits that it need not wait for its turn.
DEAR = 100
PASSING = nullcontext()
RULES = (*specified_rules, MaybeNullValidationRule)


def anything(only_reads: bool) -> None:  # noqa: FBT001 # called by us alone
    """Let every operation run."""


class Api(strawberry.Schema):
    """Strawberry's schema behind limits of ours. `running` makes, of the schema, what runs an admitted operation.

    Dear ones take `turns`.
    """

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        running: "Callable[[Api], Run] | None" = None,
        turns: Turns | None = None,
        **options: Any,  # noqa: ANN401 # as strawberry.Schema has them
    ) -> None:
        super().__init__(**options)
        self.limits = limits or Limits()
        self.admission = Admission(self._schema, self.limits, RULES)
        self._run = (running or interpreting)(self)
        self._turns = turns or Turns()

    @cached_property
    def introspected(self) -> dict[str, Any]:
        """The answer to the introspection query, made once: that takes 70 ms."""
        return {"data": self.introspect()}

    async def answer(
        self,
        query: str,
        context: Context,
        *,
        variables: dict[str, Any] | None = None,
        operation_name: str | None = None,
        request_id: str = "",
        check: Callable[[bool], None] = anything,
    ) -> dict[str, Any]:
        """Return the body of the answer: data where it ran, errors in their one shape, and its cost.

        What the request has read and holds is given back. Raises RateLimited where too few points are left, and
        whatever `check` does: it learns whether the operation only reads, before anything runs.
        """
        with context.notes.operating(query) as noted:
            given = (query, context, noted, variables, operation_name, request_id)
            try:
                body = await self._body(*given, check=check)
            except RateLimited as error:
                noted.answered(limited(error), context.cost)
                raise
            noted.answered(body, context.cost)
        return body

    async def _body(
        self,
        query: str,
        context: Context,
        noted: Noted,
        variables: dict[str, Any] | None,
        operation_name: str | None,
        request_id: str,
        *,
        check: Callable[[bool], None],
    ) -> dict[str, Any]:
        hides, context.cost = not context.may_introspect, None
        try:
            verdict = self.admission.verdict(query, hide_suggestions=hides)
            if hides and verdict.introspects:
                return introspection.refusal()
            operation = verdict.operation(operation_name)
            check(operation.only_reads)
            values = self.admission.values(operation, variables, hide_suggestions=hides)
            context.cost = self.admission.cost(operation, values)
            noted.runs(operation.node)
            operation = await paid(self._schema, operation, values, context.cost, context)
            async with PASSING if context.cost < DEAR else self._turns:
                try:
                    result = await self._run(operation, values, context)
                finally:
                    # Nothing was read before; it is let go of before anybody else begins.
                    await context.close()
                return answered(result, request_id, self.limits, told(context.standing) if context.standing else None)
        except Refused as refusal:
            return refused(refusal)


def interpreting(api: Api) -> Run:
    """Return what runs operations as Strawberry does, without its extensions: there are none."""
    return Interpreter(api._schema, api.execution_context_class, optimized_is_awaitable).run  # no public way


def compiling(api: Api) -> Run:
    """Return what runs operations compiled; the answers are the same."""
    executor_class: Any = api.execution_context_class
    kept = api.limits.remembered
    compiler = Compiler(api._schema, framework=StrawberryFramework(api), executor_class=executor_class, operations=kept)
    return Compiled(compiler, optimized_is_awaitable).run


def build_api(*, is_compiled: bool = True, limits: Limits | None = None) -> Api:
    """Return the whole schema, whose operations run compiled, or on graphql-core alone: the answers are the same."""
    return Api(
        query=Query,
        mutation=Mutation,
        config=StrawberryConfig(scalar_map=scalars()),
        types=[ResellerDashboard, AccountDashboard, OrganizationDashboard],
        limits=limits,
        running=compiling if is_compiled else interpreting,
    )
