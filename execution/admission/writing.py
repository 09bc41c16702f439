"""What stands in a document, each node once: how many definitions and directives, how long names, which values.

Linear in the document's tokens, without recursion.
"""

from collections import Counter

from graphql import (
    DirectiveNode,
    DocumentNode,
    FragmentDefinitionNode,
    ListTypeNode,
    ListValueNode,
    NameNode,
    Node,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
)
from graphql.language.ast import QUERY_DOCUMENT_KEYS

from execution.admission.limits import Limits
from execution.admission.objections import BAD_INPUT, Objection, Refused, beyond, places
from execution.admission.texts import composed, fault_in

_NESTING = (SelectionSetNode, ListValueNode, ObjectValueNode, ListTypeNode)


def check_written(document: DocumentNode, limits: Limits) -> int:
    """Return how many nodes the document has. Raises Refused at the first one beyond a limit."""
    written: Counter[type[Node]] = Counter()
    pending: list[tuple[Node, int]] = [(document, 0)]
    while pending:
        node, nesting = pending.pop()
        written[type(node)] += 1
        _check_count(node, written[type(node)], limits)
        _check_value(node, limits)
        if isinstance(node, _NESTING):
            nesting += 1
            if nesting > limits.nesting:
                raise beyond("nesting", limits.nesting, "brackets may stand inside each other", node)
        pending += [(child, nesting) for child in reversed(_children(node))]
    return written.total()


def _check_count(node: Node, number: int, limits: Limits) -> None:
    if len(getattr(node, "directives", None) or ()) > limits.directives_at_once:
        raise beyond("directives_at_once", limits.directives_at_once, "directives stand at one place", node)
    match node:
        case OperationDefinitionNode():
            if number > limits.operations:
                raise beyond("operations", limits.operations, "operations stand in one document", node)
            if len(node.variable_definitions or ()) > limits.variables:
                raise beyond("variables", limits.variables, "variables are declared by one operation", node)
        case FragmentDefinitionNode() if number > limits.fragments:
            raise beyond("fragments", limits.fragments, "fragments stand in one document", node)
        case DirectiveNode() if number > limits.directives:
            raise beyond("directives", limits.directives, "directives stand in one document", node)


def _check_value(node: Node, limits: Limits) -> None:
    match node:
        case NameNode() if len(node.value) > limits.name_length:
            raise beyond("name_length", limits.name_length, "characters make a name", node)
        case ListValueNode() if len(node.values) > limits.list_items:
            raise beyond("list_items", limits.list_items, "items stand in one list", node, BAD_INPUT)
        case ObjectValueNode() if len(node.fields) > limits.list_items:
            raise beyond("list_items", limits.list_items, "fields stand in one object", node, BAD_INPUT)
        case StringValueNode():
            fault = fault_in(node.value, limits)
            if fault is None and composed(node.value) != node.value:
                # The source was composed; only escapes are left to do this.
                fault = "A string must be in Unicode's normalization form C (NFC)."
            if fault is not None:
                raise Refused(Objection(fault, BAD_INPUT, places(node)))


def _children(node: Node) -> list[Node]:
    children: list[Node] = []
    for key in QUERY_DOCUMENT_KEYS.get(node.kind, ()):
        value = getattr(node, key, None)
        if isinstance(value, Node):
            children.append(value)
        elif value:
            children += value
    return children
