"""Whether fields of one name in the answer can be one field of it, as the specification asks (Field Selection Merging).

graphql-core compares all fields and all fragments in pairs, and what stands below each pair again. Here the selection
sets that execution will merge are merged level by level, and each field is compared with the first of its name: to mean
the same, and to have values of one shape, are equivalences. It takes two passes, because fields of two object types
never meet: they may mean different things (those of an interface or union meet those of every type), yet may not have
different shapes, as a client knows one type for both.

It is asked of documents that are valid otherwise.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLNamedType,
    GraphQLOutputType,
    GraphQLSchema,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)

from execution.admission.limits import Limits
from execution.admission.objections import beyond

# How often a selection may be looked at, of those that may be selected: once for shapes, and for each type it may meet.
_LOOKS = 4


@dataclass(frozen=True, slots=True, eq=False)
class _Field:
    """A field of a document, on the type on which it is selected."""

    parent: GraphQLNamedType
    node: FieldNode
    type: GraphQLOutputType


_Sets = list[tuple[GraphQLNamedType, SelectionSetNode]]
Path = tuple[str, ...]


def conflicts(schema: GraphQLSchema, document: DocumentNode, limits: Limits) -> list[GraphQLError]:
    """Return the fields that cannot be merged: as many as are told of, and one more where there are more.

    Raises Refused where there are too many types for which to look.
    """
    return list(islice(_Merging(schema, document, limits).conflicts(), limits.errors + 1))


class _Merging:
    def __init__(self, schema: GraphQLSchema, document: DocumentNode, limits: Limits) -> None:
        self._schema, self._document, self._limits = schema, document, limits
        self._fragments = {
            each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
        }
        self._looks, self._arguments = 0, dict[int, Hashable]()
        self._seen: set[frozenset[int]] = set()
        self._told: set[tuple[int, int]] = set()

    def conflicts(self) -> Iterator[GraphQLError]:
        for each in self._document.definitions:
            if isinstance(each, OperationDefinitionNode):
                root: _Sets = [(self._schema.get_root_type(each.operation), each.selection_set)]  # type: ignore[list-item] # it has one
                yield from self._meanings(root, ())
                yield from self._shapes(root, ())

    def _meanings(self, sets: _Sets, path: Path) -> Iterator[GraphQLError]:
        """Yield fields that can meet in one object and do not mean the same."""
        which = frozenset(id(each) for _, each in sets)
        if which in self._seen:
            return
        self._seen.add(which)
        for name, fields in self._collected(sets).items():
            for together in _meeting(fields):
                first = together[0]
                reasons = ((self._difference(first, other), other) for other in together[1:])
                reason, other = next((each for each in reasons if each[0]), ("", first))
                if reason:
                    yield from self._conflict((*path, name), reason, first, other)
                else:
                    yield from self._meanings(_below(together), _path_below(path, name, together))

    def _shapes(self, sets: _Sets, path: Path) -> Iterator[GraphQLError]:
        """Yield fields of one name whose values have different shapes, whether they can meet or not."""
        for name, fields in self._collected(sets).items():
            first = fields[0]
            other = next((each for each in fields[1:] if not _are_alike(first.type, each.type)), None)
            if other:
                reason = f"they return conflicting types '{first.type}' and '{other.type}'"
                yield from self._conflict((*path, name), reason, first, other)
            else:
                yield from self._shapes(_below(fields), _path_below(path, name, fields))

    def _collected(self, sets: _Sets) -> dict[str, list[_Field]]:
        """Return the fields of merged selection sets by their response names; each fragment counts once in them."""
        fields: dict[str, list[_Field]] = {}
        expanded: set[str] = set()
        pending = [(parent, selection) for parent, each in reversed(sets) for selection in reversed(each.selections)]
        while pending:
            parent, selection = pending.pop()
            self._look()
            if isinstance(selection, FieldNode):
                definition = self._schema.get_field(parent, selection.name.value)  # type: ignore[arg-type] # has fields
                assert definition is not None  # noqa: S101 # the document is valid
                found = _Field(parent, selection, definition.type)
                fields.setdefault((selection.alias or selection.name).value, []).append(found)
                continue
            fragment: FragmentDefinitionNode | InlineFragmentNode
            if isinstance(selection, FragmentSpreadNode):
                if selection.name.value in expanded:
                    continue
                expanded.add(selection.name.value)
                fragment = self._fragments[selection.name.value]
            else:
                assert isinstance(selection, InlineFragmentNode)  # noqa: S101 # the third kind of selection
                fragment = selection
            if fragment.type_condition:
                parent = self._schema.type_map[fragment.type_condition.name.value]
            pending += [(parent, each) for each in reversed(fragment.selection_set.selections)]
        return fields

    def _look(self) -> None:
        self._looks += 1
        if self._looks > _LOOKS * self._limits.selections:
            raise beyond("selections", self._limits.selections, "fields are selected, for all types together")

    def _difference(self, first: _Field, other: _Field) -> str:
        """Return why two fields do not mean the same; nothing where they do."""
        name, other_name = first.node.name.value, other.node.name.value
        if name != other_name:
            return f"'{name}' and '{other_name}' are different fields"
        if self._given(first.node) != self._given(other.node):
            return "they have differing arguments"
        return ""

    def _given(self, node: FieldNode) -> Hashable:
        if id(node) not in self._arguments:
            self._arguments[id(node)] = frozenset(
                (each.name.value, _written(each.value)) for each in node.arguments or ()
            )
        return self._arguments[id(node)]

    def _conflict(self, path: Path, reason: str, first: _Field, other: _Field) -> Iterator[GraphQLError]:
        if (id(first.node), id(other.node)) in self._told:
            return
        self._told.add((id(first.node), id(other.node)))
        for name in reversed(path[1:]):
            reason = f"subfields '{name}' conflict because {reason}"
        advice = "Use different aliases on the fields to fetch both if this was intentional."
        yield GraphQLError(f"Fields '{path[0]}' conflict because {reason}. {advice}", [first.node, other.node])


def _meeting(fields: list[_Field]) -> list[list[_Field]]:
    """Return the fields that can meet in an object: those of each object type, with those of interfaces and unions."""
    everywhere = [each for each in fields if not is_object_type(each.parent)]
    of_types: dict[str, list[_Field]] = {}
    for each in fields:
        if is_object_type(each.parent):
            of_types.setdefault(each.parent.name, []).append(each)
    return [[*everywhere, *each] for each in of_types.values()] or [everywhere]


def _below(fields: Sequence[_Field]) -> _Sets:
    return [(get_named_type(each.type), each.node.selection_set) for each in fields if each.node.selection_set]


def _path_below(path: Path, name: str, fields: Sequence[_Field]) -> Path:
    """Return where a conflict below lies: in what comes from several fields; within one it is told of without it."""
    return (*path, name) if path or len(fields) > 1 else ()


def _are_alike(one: GraphQLOutputType, other: GraphQLOutputType) -> bool:
    """Tell whether values have one shape: lists and what is never null in the same places, and equal scalars."""
    while is_non_null_type(one) or is_list_type(one):
        if type(one) is not type(other):
            return False
        one, other = one.of_type, other.of_type  # type: ignore[union-attr] # it wraps, as the other one does
    if is_non_null_type(other) or is_list_type(other):
        return False
    return one is other or not (is_leaf_type(one) or is_leaf_type(other))


def _written(value: ValueNode) -> Hashable:
    """Return a value as it is compared: an object's fields in no order, everything else as it is written."""
    match value:
        case ListValueNode():
            return ("list", *(_written(each) for each in value.values))
        case ObjectValueNode():
            return frozenset((each.name.value, _written(each.value)) for each in value.fields)
        case VariableNode():
            return value.kind, value.name.value
        case StringValueNode():
            return value.kind, value.value, bool(value.block)
        case _:
            return value.kind, getattr(value, "value", None)
