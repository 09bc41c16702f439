"""What a document asks for with its fragments expanded, as execution expands them, counted before it is validated.

Validation compares all pairs of fields with one response name, and execution visits what fragments multiply: neither
may begin before it is known how much that is. The walk stops at the first count beyond its limit, so it never takes
more than `selections` steps; it needs no schema, survives cycles and undefined fragments, and does not recurse.
"""

from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    Node,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
)

from execution.admission.limits import Limits
from execution.admission.objections import beyond

_SCHEMA = frozenset({"__schema", "__type"})
# Whether there is a type of some name, validation tells anyhow: a fragment on an unknown one is a mistake.
_NO_SECRET = frozenset({"name", "__typename"})
_OUTSIDE = -1
_SCHEMA_LISTS = frozenset({"types", "fields", "inputFields", "interfaces", "possibleTypes"})


@dataclass(slots=True)
class Shape:
    """What was counted, over all operations and the fragments that none of them reaches."""

    selections: int = 0
    aliases: int = 0
    same_name_pairs: int = 0
    schema_lists: int = 0
    depth: int = 0
    introspects: bool = False


@dataclass(frozen=True, slots=True)
class _Merged:
    """Selection sets of fields that become one field of the answer; `schema_nesting` is below 0 outside __schema."""

    sets: list[SelectionSetNode]
    depth: int
    schema_nesting: int


def walk(document: DocumentNode, limits: Limits) -> Shape:
    """Return the counts. Raises Refused at the first one beyond its limit."""
    return _Walk(document, limits).whole()


class _Walk:
    def __init__(self, document: DocumentNode, limits: Limits) -> None:
        self._limits, self._shape = limits, Shape()
        self._operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
        self._fragments = {
            each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
        }
        self._reached: set[str] = set()

    def whole(self) -> Shape:
        for operation in self._operations:
            self._check_root(operation, self._expand(operation.selection_set))
        for name, fragment in self._fragments.items():
            # Validation visits what no operation reaches, too.
            if name not in self._reached:
                self._expand(fragment.selection_set)
        return self._shape

    def _expand(self, root: SelectionSetNode) -> int:
        """Count everything below a root. Returns how many fields the root itself has in the answer."""
        first = self._fields(_Merged([root], 0, _OUTSIDE))
        pending = self._below(first, _Merged([root], 0, _OUTSIDE))
        while pending:
            merged = pending.pop()
            pending += self._below(self._fields(merged), merged)
        return len(first)

    def _fields(self, merged: _Merged) -> dict[str, list[FieldNode]]:
        """Return the fields of merged selection sets by their response names; each fragment counts once in them."""
        fields: dict[str, list[FieldNode]] = {}
        expanded: set[str] = set()
        pending = [selection for each in reversed(merged.sets) for selection in reversed(each.selections)]
        while pending:
            selection = pending.pop()
            self._shape.selections += 1
            if self._shape.selections > self._limits.selections:
                raise beyond("selections", self._limits.selections, "fields are selected, fragments expanded")
            if isinstance(selection, FieldNode):
                self._add(selection, fields)
            elif isinstance(selection, FragmentSpreadNode):
                name = selection.name.value
                fragment = self._fragments.get(name)
                if fragment is not None and name not in expanded:
                    expanded.add(name)
                    self._reached.add(name)
                    pending += reversed(fragment.selection_set.selections)
            else:
                pending += reversed(selection.selection_set.selections)  # type: ignore[attr-defined] # an inline fragment
        return fields

    def _add(self, field: FieldNode, fields: dict[str, list[FieldNode]]) -> None:
        if field.alias:
            self._shape.aliases += 1
            if self._shape.aliases > self._limits.aliases:
                raise beyond("aliases", self._limits.aliases, "aliases are used, fragments expanded", field)
        same = fields.setdefault((field.alias or field.name).value, [])
        self._shape.same_name_pairs += len(same)
        if self._shape.same_name_pairs > self._limits.same_name_pairs:
            allowed = self._limits.same_name_pairs
            raise beyond("same_name_pairs", allowed, "pairs of fields share a name in the answer", field)
        same.append(field)

    def _below(self, fields: dict[str, list[FieldNode]], merged: _Merged) -> list[_Merged]:
        below = []
        for same in fields.values():
            nesting = max(self._schema_nesting(field, merged) for field in same)
            sets = [field.selection_set for field in same if field.selection_set]
            if sets:
                self._shape.depth = max(self._shape.depth, merged.depth + 1)
                self._check_depth(same[0])
                below.append(_Merged(sets, merged.depth + 1, nesting))
        return below

    def _schema_nesting(self, field: FieldNode, merged: _Merged) -> int:
        nesting, name = merged.schema_nesting, field.name.value
        if nesting == _OUTSIDE and name not in _SCHEMA:
            return _OUTSIDE
        if nesting == _OUTSIDE:
            self._shape.introspects |= name == "__schema"
            return 0
        self._shape.introspects |= name not in _NO_SECRET
        if name not in _SCHEMA_LISTS:
            return nesting
        self._shape.schema_lists += 1
        if self._shape.schema_lists > self._limits.schema_lists:
            raise beyond("schema_lists", self._limits.schema_lists, "lists of the schema are asked for", field)
        if nesting >= self._limits.schema_nesting:
            allowed = self._limits.schema_nesting
            raise beyond("schema_nesting", allowed, "lists of the schema are asked for inside each other", field)
        return nesting + 1

    def _check_depth(self, node: Node) -> None:
        if self._shape.depth > self._limits.depth:
            raise beyond("depth", self._limits.depth, "fields lead to others inside each other", node)

    def _check_root(self, operation: OperationDefinitionNode, fields: int) -> None:
        if operation.operation is OperationType.MUTATION and fields > self._limits.root_mutations:
            raise beyond("root_mutations", self._limits.root_mutations, "mutations run in one operation", operation)
        if fields > self._limits.root_fields:
            raise beyond(
                "root_fields", self._limits.root_fields, "fields stand at the root of one operation", operation
            )
