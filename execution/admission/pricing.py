"""From a valid operation to its cost: what it would resolve at most, in points, before anything runs.

object 1               what is read for itself: its type has an `id`, or it stands at the root of a query
value 0                other objects (an amount, a page's edges) and scalars
connection 2           and what stands on its page, times `first` or `last`
list                   its items, times the number of ids it is asked for, or an assumed number
mutation 10            and what its payload selects
introspection 10       `__schema` or `__type`; how much of it is for walking to bound

Of the types that an interface or union may turn out to be, the most expensive one counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_object_type,
)

from execution.admission.costs import ALWAYS, Conditions, Cost, Count, Fixed, most, times, total, where
from execution.admission.counting import items_of_list, rows_of_page
from execution.admission.limits import Limits
from execution.admission.objections import TOO_EXPENSIVE, Objection, Refused

OBJECT, CONNECTION, MUTATION, INTROSPECTION = 1, 2, 10, 10
# What the limits of the walk let through needs a small part of these; a schema with very many types might not.
MOST_STEPS = 20_000
# A fragment that is spread in one place under more combinations of conditions than this is taken as if always there:
# each doubling of them would double the work, and what is never there costs nothing only once it runs.
MOST_COMBINATIONS = 3


@dataclass(frozen=True, slots=True)
class _Selected:
    """A field in a document, and the conditions under which it is selected."""

    node: FieldNode
    conditions: Conditions


# Selection sets that are merged into one, each with the conditions under which it is there.
_Sets = tuple[tuple[SelectionSetNode, Conditions], ...]


def price(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, limits: Limits) -> Cost:
    """Return the cost of a valid operation. Raises Refused where there are too many possibilities to look at."""
    return _Pricing(schema, document, limits).operation(operation)


class _Pricing:
    def __init__(self, schema: GraphQLSchema, document: DocumentNode, limits: Limits) -> None:
        self._schema, self._limits, self._steps = schema, limits, 0
        self._fragments = {
            each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
        }
        self._known: dict[tuple[object, ...], Cost] = {}

    def operation(self, operation: OperationDefinitionNode) -> Cost:
        root = self._schema.get_root_type(operation.operation)
        assert root is not None  # noqa: S101 # the document is valid
        groups = self._collected(root, ((operation.selection_set, ALWAYS),))
        if operation.operation is OperationType.MUTATION:
            return total(self._root(root, selected, MUTATION) for selected in groups)
        return total(self._root(root, selected, _own_at_root(root, selected[0].node)) for selected in groups)

    def _root(self, root: GraphQLObjectType, selected: Sequence[_Selected], own: int) -> Cost:
        return where([each.conditions for each in selected], total([self._field(root, selected, None)], own))

    def _field(self, parent: GraphQLObjectType, selected: Sequence[_Selected], page: Count | None) -> Cost:
        """Return what one field of the answer costs. `page`: how many rows the connection has that it belongs to."""
        node = selected[0].node
        if node.name.value.startswith("__"):
            return Fixed(0 if node.name.value == "__typename" else INTROSPECTION)
        field = parent.fields[node.name.value]
        named = get_named_type(field.type)
        if is_leaf_type(named):
            return Fixed(0)
        conditions = [each.conditions for each in selected]
        # What all share is asked once, here; below, only what differs.
        is_shared = len(set(conditions)) == 1
        sets = tuple(
            (each.node.selection_set, ALWAYS if is_shared else each.conditions)
            for each in selected
            if each.node.selection_set
        )
        rows = rows_of_page(field, node, self._limits) if _is_connection(named) else None
        return where(conditions, self._listed(field, node, self._object(named, sets, rows), page))

    def _listed(self, field: GraphQLField, node: FieldNode, each: Cost, page: Count | None) -> Cost:
        """Return the cost of a field's value: as often as its lists have items."""
        lists = _lists_in(field.type)
        if lists:
            each = times(page or items_of_list(field, node, self._limits), each)
        for _ in range(lists - 1):
            each = times(Count((), (), self._limits.assumed_list), each)
        return each

    def _object(self, named: GraphQLNamedType, sets: _Sets, rows: Count | None) -> Cost:
        key = (named.name, rows, tuple((id(each), conditions) for each, conditions in sets))
        if key not in self._known:
            possible = self._schema.get_possible_types(named) if is_abstract_type(named) else [named]
            self._known[key] = most([self._concrete(each, sets, rows) for each in possible if is_object_type(each)])
        return self._known[key]

    def _concrete(self, kind: GraphQLObjectType, sets: _Sets, rows: Count | None) -> Cost:
        own = CONNECTION if rows is not None else _own(kind)
        return total((self._field(kind, selected, rows) for selected in self._collected(kind, sets)), own)

    def _collected(self, kind: GraphQLObjectType, sets: _Sets) -> list[list[_Selected]]:
        """Return the fields that are selected on a type, those with one response name together."""
        groups: dict[str, list[_Selected]] = {}
        expanded: dict[str, set[Conditions]] = {}
        fragment: FragmentDefinitionNode | InlineFragmentNode | None
        pending = [(selection, given) for each, given in reversed(sets) for selection in reversed(each.selections)]
        while pending:
            selection, conditions = pending.pop()
            self._steps += 1
            if self._steps > MOST_STEPS:
                raise Refused(Objection("Too many types are possible to judge what this costs.", TOO_EXPENSIVE))
            if selection.directives:
                own = _conditions(selection.directives)
                if own is None:
                    continue
                conditions |= own
            if isinstance(selection, FieldNode):
                name = (selection.alias or selection.name).value
                groups.setdefault(name, []).append(_Selected(selection, conditions))
                continue
            if isinstance(selection, FragmentSpreadNode):
                fragment, conditions = self._spread(selection.name.value, conditions, expanded)
            else:
                assert isinstance(selection, InlineFragmentNode)  # noqa: S101 # the third kind of selection
                fragment = selection
            if fragment and self._applies(fragment, kind):
                pending += [(each, conditions) for each in reversed(fragment.selection_set.selections)]
        return list(groups.values())

    def _spread(
        self, name: str, conditions: Conditions, expanded: dict[str, set[Conditions]]
    ) -> tuple[FragmentDefinitionNode | None, Conditions]:
        """Return a fragment, and the conditions under which it is taken; None where it was taken under them already."""
        before = expanded.setdefault(name, set())
        if len(before) == MOST_COMBINATIONS:
            conditions = ALWAYS
        if conditions in before or ALWAYS in before:
            return None, conditions
        before.add(conditions)
        return self._fragments[name], conditions

    def _applies(self, fragment: FragmentDefinitionNode | InlineFragmentNode, kind: GraphQLObjectType) -> bool:
        if fragment.type_condition is None:
            return True
        wanted = self._schema.get_type(fragment.type_condition.name.value)
        return wanted is kind or (is_abstract_type(wanted) and self._schema.is_sub_type(wanted, kind))


def _own_at_root(root: GraphQLObjectType, node: FieldNode) -> int:
    """Return what a field of the query's root costs beyond its type: a value that is read for itself is an object."""
    field = root.fields.get(node.name.value)
    if field is None or is_leaf_type(named := get_named_type(field.type)):
        return 0
    return 0 if _own(named) or _is_connection(named) or _lists_in(field.type) else OBJECT


def _own(named: GraphQLNamedType) -> int:
    return OBJECT if "id" in getattr(named, "fields", ()) else 0


def _is_connection(named: GraphQLNamedType) -> bool:
    """Whether a type is a page, as Relay has it."""
    fields = getattr(named, "fields", {})
    return "pageInfo" in fields and ("edges" in fields or "nodes" in fields)


def _lists_in(kind: GraphQLOutputType) -> int:
    inner, lists = get_nullable_type(kind), 0
    while is_list_type(inner):
        inner, lists = get_nullable_type(inner.of_type), lists + 1
    return lists


def _conditions(directives: Sequence[DirectiveNode]) -> Conditions | None:
    """Return what @skip and @include ask of variables; None where they never let a selection in."""
    conditions = set()
    for directive in directives:
        wanted = {"skip": False, "include": True}.get(directive.name.value)
        if wanted is None:
            continue
        for argument in directive.arguments or ():
            match argument.value:
                case VariableNode() as variable:
                    conditions.add((variable.name.value, wanted))
                case BooleanValueNode(value=said) if said is not wanted:
                    return None
    return frozenset(conditions)
