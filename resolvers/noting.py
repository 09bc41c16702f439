"""What runs, noted where it is known: after the document was found valid, before anything of it runs."""

from collections.abc import Iterator

from graphql.utilities import get_operation_ast
from strawberry.extensions import SchemaExtension


class Noted(SchemaExtension):
    """Writes the operation's name, type and field into the request's notes."""

    def on_execute(self) -> Iterator[None]:
        """Look at the operation that runs."""
        context = self.execution_context
        definition = context.graphql_document and get_operation_ast(context.graphql_document, context.operation_name)
        if definition:
            context.context.notes.operations[-1].runs(definition)
        yield
