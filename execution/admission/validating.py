"""graphql-core's rules of validation over a document, without what is dear in the way in which it goes over one.

Its `validate` is done again here with the parts that it is made of, for three reasons, all measured: it keeps what it
knows of a definition under the node, whose hash is that of everything below, made anew each time (a third of the time);
it goes through each definition again for variables, whether it has any or not; and it compares every field and fragment
with every other (`merging` does that in fewer steps). What was perhaps meant is for `suggesting`.
"""

from collections.abc import Collection
from typing import Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OverlappingFieldsCanBeMergedRule,
    ParallelVisitor,
    TypeInfo,
    TypeInfoVisitor,
    Undefined,
    ValidationContext,
    assert_valid_schema,
    visit,
)
from graphql.pyutils import RefMap
from graphql.validation.validate import ValidationAbortedError
from graphql.validation.validation_context import VariableUsage


def mistakes(
    schema: GraphQLSchema, document: DocumentNode, rules: Collection[type[ASTValidationRule]], most: int
) -> list[GraphQLError]:
    """Return what the rules object to, without suggestions: `most` errors, and one more where there are more."""
    assert_valid_schema(schema)
    context = _Context(schema, document, most)
    asked = [rule(context) for rule in rules if rule is not OverlappingFieldsCanBeMergedRule]
    try:
        visit(document, TypeInfoVisitor(context.type_info, ParallelVisitor(asked)))
    except (ValidationAbortedError, RecursionError):
        context.errors.append(GraphQLError("Validation aborted."))
    return context.errors


class _Context(ValidationContext):
    """What the rules ask for while they go over the document, and what they have objected to."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, most: int) -> None:
        self.type_info, self.errors, self._most = TypeInfo(schema), list[GraphQLError](), most
        super().__init__(schema, document, self.type_info, self._note, hide_suggestions=True)
        by_identity: Any = RefMap
        self._fragment_spreads = by_identity()
        self._variable_usages, self._recursive_variable_usages = by_identity(), by_identity()

    def get_variable_usages(self, node: OperationDefinitionNode | FragmentDefinitionNode) -> list[VariableUsage]:
        """Return where a definition uses variables: the first of those alike, and none where no dollar stands."""
        where = node.loc
        if where is not None and "$" not in where.source.body[where.start : where.end]:
            return []
        alike: dict[tuple[object, ...], VariableUsage] = {}
        for usage in super().get_variable_usages(node):
            alike.setdefault(_where_used(usage), usage)
        return list(alike.values())

    def _note(self, error: GraphQLError) -> None:
        if len(self.errors) >= self._most:
            raise ValidationAbortedError("Too many errors.")
        self.errors.append(error)


def _where_used(usage: VariableUsage) -> tuple[object, ...]:
    """Return all that a rule asks about a use, besides where it stands."""
    return usage.node.name.value, id(usage.type), id(usage.parent_type), usage.default_value is Undefined
