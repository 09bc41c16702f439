"""The schema, walked: every place at which a client can give an id, and a document that gives one there.

What is found is what the schema has: a new field or mutation that takes an id is found by itself. A place that no
document can be written for raises, so that it is not passed over in silence.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_required_argument,
    is_required_input_field,
)

DEPTH = 1
EXTERNAL_ID = "sold-here"
# A good value of each scalar.
VALUES = {
    "ID": '"resl_00000000000000000000000001"',
    "String": f'"{EXTERNAL_ID}"',
    "Int": "1",
    "Boolean": "true",
    "Date": '"2025-06-01"',
    "DateTime": '"2025-06-01T00:00:00Z"',
    "Decimal": '"1.00"',
}
# Of a string that has to be more than words.
NAMED = {"email": '"somebody@example.test"'}
# Arguments that mean something only together, though neither has to be there.
TOGETHER = {"resellerId": "externalId"}


@dataclass(frozen=True, slots=True)
class Place:
    """An argument that holds an id, perhaps deep in an input: the type and field it is of, and the way to it."""

    type: str
    field: str
    way: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.type}.{self.field}({'.'.join(self.way)})"


@dataclass(frozen=True, slots=True)
class Walk:
    """The schema, and the documents for its places."""

    schema: GraphQLSchema

    def places(self) -> Iterator[Place]:
        """Give every argument that holds an id, of every field of every type."""
        for type_ in self.schema.type_map.values():
            if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
                for name, field in type_.fields.items():
                    for way in _ways(field.args):
                        yield Place(type_.name, name, way)

    def document(self, place: Place, number: int, holder: str | None = None) -> str:
        """Return an operation that gives so many ids at the place: $id0, $id1, … `holder` is an object of its type."""
        field = self.object(place.type).fields[place.field]
        body = self.selection(field)
        variables = [f"$id{each}" for each in range(number)]
        calls = " ".join(
            f"f{each}: {place.field}({self.arguments(field.args, place.way, variable)}){body}"
            for each, variable in enumerate(variables)
        )
        kind = "mutation" if place.type == "Mutation" else "query"
        return f"{kind}({', '.join(f'{each}: ID!' for each in variables)}) {{ {self._inside(place, calls, holder)} }}"

    def _inside(self, place: Place, calls: str, holder: str | None) -> str:
        if place.type in {"Query", "Mutation"}:
            return calls
        if place.type == "Viewer":
            return f"viewer {{ {calls} }}"
        if holder is None:
            raise AssertionError(f"no object of ours is a {place.type}: {place} is not swept")
        return f'node(id: "{holder}") {{ ... on {place.type} {{ {calls} }} }}'

    def everything(self, type_name: str, depth: int) -> str:
        """Return a selection of all that can be read of a type without an argument, so deep."""
        return self._selected(self.object(type_name), depth)

    def object(self, name: str) -> GraphQLObjectType:
        """Return an object type."""
        found = self.schema.type_map[name]
        assert isinstance(found, GraphQLObjectType)
        return found

    def selection(self, field: GraphQLField, depth: int = DEPTH) -> str:
        """Return what is selected of a field's value, with its braces; nothing of a leaf."""
        return self._selected(get_named_type(field.type), depth)

    def _selected(self, type_: Any, depth: int) -> str:
        if not isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            return ""
        own = [f"{name}{self.selection(each, depth - 1)}" for name, each in self._readable(type_, depth)]
        kinds = self.schema.get_possible_types(type_) if isinstance(type_, GraphQLInterfaceType) and depth > 1 else ()
        return f" {{ __typename {' '.join([*own, *(self._as(kind, kinds, depth) for kind in kinds)])} }}"

    def _as(self, kind: GraphQLObjectType, kinds: Sequence[GraphQLObjectType], depth: int) -> str:
        # What one name stands for with different types cannot be read beside each other; it is read of each type alone.
        fields = [
            f"{name}{self.selection(each, depth - 1)}"
            for name, each in self._readable(kind, depth)
            if len({str(other.fields[name].type) for other in kinds if name in other.fields}) == 1
        ]
        return f"... on {kind.name} {{ __typename {' '.join(fields)} }}"

    def _readable(
        self, type_: GraphQLObjectType | GraphQLInterfaceType, depth: int
    ) -> Iterator[tuple[str, GraphQLField]]:
        for name, field in type_.fields.items():
            is_leaf = not isinstance(get_named_type(field.type), GraphQLObjectType | GraphQLInterfaceType)
            if (is_leaf or depth > 0) and not any(map(is_required_argument, field.args.values())):
                yield name, field

    def arguments(self, given: dict[str, GraphQLArgument], way: tuple[str, ...], id: str) -> str:
        """Return the arguments: the id where the way leads, and besides only what has to be there."""
        return ", ".join(
            f"{name}: {_value(each.type, way[1:] if name == way[0] else (), id, is_it=way == (name,))}"
            for name, each in given.items()
            if name in {way[0], TOGETHER.get(way[0])} or is_required_argument(each)
        )


def _ways(given: dict[str, GraphQLArgument] | dict[str, GraphQLInputField]) -> Iterator[tuple[str, ...]]:
    for name, each in given.items():
        kind = get_named_type(each.type)
        if isinstance(kind, GraphQLInputObjectType):
            yield from ((name, *rest) for rest in _ways(kind.fields))
        elif kind.name == "ID":
            yield (name,)


def _value(type_: Any, way: tuple[str, ...], id: str, *, is_it: bool) -> str:
    if isinstance(type_, GraphQLNonNull):
        return _value(type_.of_type, way, id, is_it=is_it)
    if isinstance(type_, GraphQLList):
        return f"[{_value(type_.of_type, way, id, is_it=is_it)}]"
    if isinstance(type_, GraphQLEnumType):
        return next(iter(type_.values))
    if isinstance(type_, GraphQLInputObjectType):
        return _object(type_, way, id)
    return id if is_it else VALUES[type_.name]


def _object(type_: GraphQLInputObjectType, way: tuple[str, ...], id: str) -> str:
    fields = []
    for name, each in type_.fields.items():
        leads_there = way[:1] == (name,)
        is_needed = is_required_input_field(each) or name == TOGETHER.get(way[0] if way else "")
        if leads_there or is_needed or (type_.is_one_of and not way):
            value = _value(each.type, way[1:] if leads_there else (), id, is_it=way == (name,))
            fields.append(f"{name}: {NAMED.get(name, value)}")
    return f"{{ {', '.join(fields)} }}"
