"""Which operation of a document runs: the one that is named, or the only one."""

from collections.abc import Iterator

from graphql import GraphQLError, OperationDefinitionNode, OperationType
from strawberry.extensions import SchemaExtension


class OneOperation(SchemaExtension):
    """Refuses a document that leaves it open which operation to run; the first of several is nobody's wish."""

    def on_parse(self) -> Iterator[None]:
        """Look at the parsed document."""
        yield
        context = self.execution_context
        # Its operation_name is the first one where the request gives none.
        document, name = context.graphql_document, context._provided_operation_name  # no public way
        if document is None:
            return
        operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
        names = [each.name.value if each.name else None for each in operations]
        if not names:
            raise _unclear("The document has no operation.")
        if name is None and len(names) > 1:
            raise _unclear("The document has several operations: name one in operationName.")
        if name is not None and name not in names:
            raise _unclear("The document has no operation of this name.")
        if operations[0 if name is None else names.index(name)].operation is OperationType.SUBSCRIPTION:
            raise _unclear("There is nothing to subscribe to.")


def _unclear(message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": "OPERATION_RESOLUTION_FAILURE"})
