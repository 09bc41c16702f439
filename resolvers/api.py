"""The schema: both roots, every type that only an interface leads to, and the way from a request to its answer.

MutationNotAllowed     a mutation where only reading is allowed
"""

from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.types import ExecutionContext
from strawberry.types.graphql import OperationType

from execution.compiler.strawberry_schema import CompiledExecution
from resolvers import introspection
from resolvers.answers import answered
from resolvers.documents import OneOperation
from resolvers.noting import Noted
from resolvers.root import Mutation, Query
from schema.context import Context
from schema.viewer import AccountDashboard, OrganizationDashboard, ResellerDashboard

# Documents come from a few front ends: parsed and validated once, and the oldest forgotten.
DOCUMENTS = 500
READING = {OperationType.QUERY}
ANYTHING = {OperationType.QUERY, OperationType.MUTATION}


class MutationNotAllowed(Exception):
    """A mutation came by a way on which nothing is changed."""


class Api(strawberry.Schema):
    """Strawberry's schema, quiet: whoever writes the answer logs it, once, refusals at INFO and faults at ERROR."""

    async def answer(
        self,
        query: str,
        context: Context,
        *,
        variables: dict[str, Any] | None = None,
        operation_name: str | None = None,
        request_id: str = "",
        only_reads: bool = False,
    ) -> dict[str, Any]:
        """Return the body of the answer: data where it ran, errors in their one shape. Raises MutationNotAllowed.

        What the request has read and holds is given back.
        """
        with context.notes.operating(query) as operation:
            if not context.may_introspect and introspection.asks_for_schema(query):
                body = introspection.refusal()
            else:
                body = await self._run(query, context, variables, operation_name, request_id, only_reads=only_reads)
            operation.answered(body, context.standing.cost if context.standing else None)
        return body

    async def _run(
        self,
        query: str,
        context: Context,
        variables: dict[str, Any] | None,
        operation_name: str | None,
        request_id: str,
        *,
        only_reads: bool,
    ) -> dict[str, Any]:
        try:
            result = await self.execute(
                query,
                variable_values=variables,
                operation_name=operation_name,
                context_value=context,
                allowed_operation_types=READING if only_reads else ANYTHING,
            )
        except InvalidOperationTypeError:
            raise MutationNotAllowed from None
        finally:
            await context.close()
        body = answered(result, request_id)
        return body if context.may_introspect else introspection.without_suggestions(body)

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Log nothing here."""


def build_api(*, is_compiled: bool = True) -> Api:
    """Return the whole schema, whose operations run compiled, or on graphql-core alone: the answers are the same."""
    return Api(
        query=Query,
        mutation=Mutation,
        types=[ResellerDashboard, AccountDashboard, OrganizationDashboard],
        extensions=[
            OneOperation,
            Noted,
            lambda: ParserCache(maxsize=DOCUMENTS),
            lambda: ValidationCache(maxsize=DOCUMENTS),
            *([CompiledExecution(operations=DOCUMENTS)] if is_compiled else []),
        ],
    )
