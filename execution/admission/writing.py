"""What stands in a document, each node once: how many definitions and directives, how long names, which values.

Linear in the document's tokens, without recursion.
"""

from collections import Counter

from graphql import (
    DirectiveNode,
    DocumentNode,
    FragmentDefinitionNode,
    ListValueNode,
    NameNode,
    Node,
    ObjectValueNode,
    OperationDefinitionNode,
    StringValueNode,
)
from graphql.language.ast import QUERY_DOCUMENT_KEYS

from execution.admission.limits import Limits
from execution.admission.objections import BAD_INPUT, Objection, Refused, beyond, places
from execution.admission.texts import composed, fault_in

# By their kind, as graphql-core calls it: most nodes are names and fields, of which nothing more is asked.
_NESTING = frozenset({"selection_set", "list_value", "object_value", "list_type"})
_COUNTED = frozenset({"operation_definition", "fragment_definition", "directive"})
_VALUED = frozenset({"name", "list_value", "object_value", "string_value"})


def check_written(document: DocumentNode, limits: Limits) -> int:
    """Return how many nodes the document has. Raises Refused at the first one beyond a limit."""
    counted: Counter[str] = Counter()
    nodes = 0
    pending: list[tuple[Node, int]] = [(document, 0)]
    while pending:
        node, nesting = pending.pop()
        nodes += 1
        if node.kind in _COUNTED:
            counted[node.kind] += 1
            _check_count(node, counted[node.kind], limits)
        elif node.kind in _VALUED:
            _check_value(node, limits)
        if len(getattr(node, "directives", None) or ()) > limits.directives_at_once:
            raise beyond("directives_at_once", limits.directives_at_once, "directives stand at one place", node)
        if node.kind in _NESTING:
            nesting += 1
            if nesting > limits.nesting:
                raise beyond("nesting", limits.nesting, "brackets may stand inside each other", node)
        pending += [(child, nesting) for child in reversed(_children(node))]
    return nodes


def _check_count(node: Node, number: int, limits: Limits) -> None:
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
        if not value:
            continue
        if isinstance(value, Node):
            children.append(value)
        else:
            children += value
    return children
