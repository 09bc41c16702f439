"""What is decided of a document, once for every request that sends it: what may run, or why nothing does."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from graphql import ASTValidationRule, DocumentNode, GraphQLError, GraphQLSchema, OperationDefinitionNode, OperationType
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature

from execution.admission.costs import Cost
from execution.admission.limits import Limits
from execution.admission.merging import conflicts
from execution.admission.objections import (
    MORE,
    OPERATION_UNCLEAR,
    VALIDATION_FAILED,
    Objection,
    Refused,
    cut,
)
from execution.admission.pricing import price
from execution.admission.reading import read
from execution.admission.suggesting import told
from execution.admission.validating import mistakes
from execution.admission.walking import walk
from execution.admission.writing import check_written

# About what a node of the syntax tree holds with its tokens, and a refusal with its sentences (measured).
NODE_BYTES, REFUSED_BYTES = 1_500, 4_000


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """An operation that may run, where the caller may, its variables fit and its cost is affordable."""

    document: DocumentNode
    node: OperationDefinitionNode
    cost: Cost
    variables: tuple[GraphQLVariableSignature, ...]

    @property
    def name(self) -> str | None:
        """The name in the document."""
        return self.node.name.value if self.node.name else None

    @property
    def only_reads(self) -> bool:
        """Whether it is a query."""
        return self.node.operation is OperationType.QUERY


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """Either operations or objections. `weight` in bytes.

    `introspects`: whether any operation asks for more of the schema than whether a type has some name.
    """

    operations: tuple[Operation, ...] = ()
    objections: tuple[Objection, ...] = ()
    introspects: bool = False
    weight: int = REFUSED_BYTES

    def operation(self, name: str | None) -> Operation:
        """Return the operation of a name, or without one the only one. Raises Refused."""
        if self.objections:
            raise Refused(*self.objections)
        if name is None:
            if len(self.operations) > 1:
                raise _unclear("The document has several operations: name one in operationName.")
            return self.operations[0]
        for operation in self.operations:
            if operation.name == name:
                return operation
        raise _unclear("The document has no operation of this name.")


@dataclass(frozen=True, slots=True)
class Judge:
    """Decides, by a schema and the rules of validation."""

    schema: GraphQLSchema
    limits: Limits
    rules: Sequence[type[ASTValidationRule]]

    def verdict(self, source: str, *, hide_suggestions: bool) -> Verdict:
        """Return the verdict: read, counted, validated, priced, and each step only where the one before let it pass."""
        try:
            document = read(source, self.limits)
            nodes = check_written(document, self.limits)
            shape = walk(document, self.limits)
            operations = self._runnable(document)
            errors = mistakes(self.schema, document, self.rules, self.limits.errors)
            if not errors and shape.same_name_pairs:
                errors = conflicts(self.schema, document, self.limits)
            if errors:
                raise self._refused(errors, hide_suggestions=hide_suggestions)
            priced = [self._priced(document, each) for each in operations]
        except Refused as refused:
            return Verdict(objections=refused.objections)
        return Verdict(tuple(priced), (), shape.introspects, len(source) + nodes * NODE_BYTES)

    def _priced(self, document: DocumentNode, node: OperationDefinitionNode) -> Operation:
        cost = price(self.schema, document, node, self.limits)
        variables = [get_variable_signature(self.schema, each) for each in node.variable_definitions or ()]
        # Of what is valid, each has an input type.
        known = tuple(each for each in variables if isinstance(each, GraphQLVariableSignature))
        return Operation(document, node, cost, known)

    def _runnable(self, document: DocumentNode) -> list[OperationDefinitionNode]:
        operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
        if not operations:
            raise _unclear("The document has no operation.")
        for each in operations:
            if self.schema.get_root_type(each.operation) is None:
                nothing = {OperationType.SUBSCRIPTION: "subscribe to", OperationType.MUTATION: "change"}
                raise _unclear(f"There is nothing to {nothing.get(each.operation, 'query')}.")
        return operations

    def _refused(self, errors: list[GraphQLError], *, hide_suggestions: bool) -> Refused:
        most = self.limits.errors
        messages = [each.message for each in errors] if hide_suggestions else told(self.schema, errors[:most])
        objections = [
            replace(Objection.of(error, VALIDATION_FAILED), message=message)
            for error, message in zip(errors, messages, strict=False)
        ]
        if len(errors) > most:
            # Nobody has looked for more than that: how many more there are, nobody knows.
            objections[most - 1 :] = [Objection("There are more errors.", MORE)]
        return Refused(*cut(objections, self.limits))


def _unclear(message: str) -> Refused:
    return Refused(Objection(message, OPERATION_UNCLEAR))
