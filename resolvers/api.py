"""The schema: both roots, every type that only an interface leads to, and who logs what."""

import strawberry
from graphql import GraphQLError
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.types import ExecutionContext

from resolvers.documents import OneOperation
from resolvers.root import Mutation, Query
from schema.viewer import AccountDashboard, OrganizationDashboard, ResellerDashboard

# Documents come from a few front ends: parsed and validated once, and the oldest forgotten.
DOCUMENTS = 500


class Api(strawberry.Schema):
    """Strawberry's schema, quiet: whoever writes the answer logs it, once, refusals at INFO and faults at ERROR."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Log nothing here."""


def build_api() -> Api:
    """Return the whole schema."""
    return Api(
        query=Query,
        mutation=Mutation,
        types=[ResellerDashboard, AccountDashboard, OrganizationDashboard],
        extensions=[OneOperation, lambda: ParserCache(maxsize=DOCUMENTS), lambda: ValidationCache(maxsize=DOCUMENTS)],
    )
