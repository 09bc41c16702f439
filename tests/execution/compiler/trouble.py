"""A schema made to be difficult: deep abstract types, sync and async resolvers, loaders, and trouble in every position.

What a field answers follows from a seed and its path alone, so that whoever executes it meets the same.
"""

import asyncio
from collections.abc import Callable
from enum import Enum
from random import Random
from typing import Any

from aiodataloader import DataLoader
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    is_abstract_type,
    is_leaf_type,
)

SDL = """
type Query { node(id: ID!): Node  pets(first: Int = 3, kind: Kind): [Pet!]!  cat: Cat!  maze: [[Node!]]
  thing: Thing  things(deep: Deep): [Thing]  count: Int!  today: Day  house: House }
type Mutation { adopt(id: ID!): House  feed(deep: Deep): Cat!  count(by: Int): Int! }
interface Node { id: ID!  owner: House  near(first: Int): [Node!] }
interface Pet implements Node { id: ID!  owner: House  near(first: Int): [Node!]  name: String  kind: Kind! }
type Cat implements Node & Pet { id: ID!  owner: House  near(first: Int): [Node!]  name: String  kind: Kind!
  lives: Int!  weight: Float  prey: Pet  day: Day!  tags: [String!]!  friends: [Cat]  is_wild: Boolean! }
type Dog implements Node & Pet { id: ID!  owner: House  near(first: Int): [Node!]  name: String  kind: Kind!
  barks: Boolean  walks: [[Day!]!]  best: Thing!  rank: Int }
type House implements Node { id: ID!  owner: House  near(first: Int): [Node!]  pets: [Pet!]  rooms: [Room!]!
  main: Room }
type Room { size(unit: String = "m", scale: Float): Float!  holds: [Thing!]  kinds: [Kind]  house: House! }
union Thing = Cat | Dog | Room
enum Kind { SMALL LARGE WILD }
input Deep { text: String = "t"  more: [Deep!]  kind: Kind }
scalar Day
"""


# The same each time: it is written with its address.
NOTHING = object()


class Kind(Enum):
    """What the enum's values are in Python."""

    SMALL = 1
    LARGE = 2
    WILD = 3


class Thing:
    """An object with attributes; elsewhere there are mappings."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values
        # As graphql-core looks for it: privately.
        self.__typename = values["__typename"]

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["values"][name]
        except KeyError:
            raise AttributeError(name) from None


class Setting:
    """What one run knows: the seed, how much goes wrong, and a loader."""

    def __init__(self, seed: int, trouble: float) -> None:
        self.seed, self.trouble = seed, trouble
        self.calls: list[str] = []
        self.batches = 0

        async def load(keys: list[Any]) -> list[Any]:
            self.batches += 1
            await asyncio.sleep(0)
            return keys

        self.loader: DataLoader[Any, Any] = DataLoader(load, cache=False)


def difficult_schema() -> GraphQLSchema:
    """Return the schema: every other field of a type is called, the rest are read."""
    schema = build_schema(SDL)
    kinds = schema.type_map["Kind"]
    assert isinstance(kinds, GraphQLEnumType)
    for name, value in kinds.values.items():
        value.value = Kind[name]
    kinds.__dict__.pop("_value_lookup", None)
    day = schema.type_map["Day"]
    assert isinstance(day, GraphQLScalarType)
    day.coerce_output_value = _day  # type: ignore[method-assign] # as a scalar's maker would give it
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__"):
            is_root = kind in {schema.query_type, schema.mutation_type}
            for name, field in kind.fields.items():
                if is_root or field.args or _chance(kind.name, name) < 0.5:
                    field.resolve = _resolver(schema, kind, name, field)
        if kind.name in {"Cat", "House"}:
            kind.is_type_of = lambda value, _: _typename(value) in {"Cat", "House"}  # type: ignore[attr-defined]
        if kind.name == "Thing":
            kind.resolve_type = lambda value, _info, _kind: _typename(value)  # type: ignore[attr-defined]
    return schema


def _resolver(schema: GraphQLSchema, kind: GraphQLObjectType, name: str, field: GraphQLField) -> Callable[..., Any]:
    manner = _chance("manner", kind.name, name)

    def resolve(source: Any, info: GraphQLResolveInfo, **arguments: Any) -> Any:
        setting: Setting = info.context
        if kind is schema.mutation_type:
            setting.calls.append(f"{info.path.key}")
        place = [setting.seed, *info.path.as_list(), sorted(arguments.items())]
        value = _made(schema, setting, place, field.type, f"{name}{sorted(arguments)}")
        if isinstance(value, Exception):
            raise value
        return value

    async def at_once(source: Any, info: GraphQLResolveInfo, **arguments: Any) -> Any:
        return resolve(source, info, **arguments)

    async def slowly(source: Any, info: GraphQLResolveInfo, **arguments: Any) -> Any:
        async with asyncio.timeout(60):
            await info.context.loader.load(info.path.key)
            return resolve(source, info, **arguments)

    async def loaded(source: Any, info: GraphQLResolveInfo, **arguments: Any) -> Any:
        await info.context.loader.load(str(info.path.as_list()))
        return resolve(source, info, **arguments)

    return (resolve, resolve, at_once, slowly, loaded)[int(manner * 5)]


def _made(schema: GraphQLSchema, setting: Setting, place: list[Any], kind: Any, text: str) -> Any:
    random = Random(repr((setting.seed, place)))  # noqa: S311 # the same each time is what it is for
    if random.random() < setting.trouble:
        trouble = [None, ValueError(f"trouble at {place}"), NOTHING, "wrong", [], {"__typename": "Nobody"}, 2**40]
        return random.choice(trouble)
    if isinstance(kind, GraphQLNonNull):
        return _value(schema, setting, place, kind.of_type, text, random)
    return None if random.random() < 0.1 else _value(schema, setting, place, kind, text, random)


def _value(schema: GraphQLSchema, setting: Setting, place: list[Any], kind: Any, text: str, random: Random) -> Any:
    if isinstance(kind, GraphQLList):
        return [_made(schema, setting, [*place, index], kind.of_type, text) for index in range(random.randint(0, 3))]
    if is_leaf_type(kind):
        return _leaf(kind.name, random, text)
    if is_abstract_type(kind):
        assert isinstance(kind, GraphQLInterfaceType | GraphQLUnionType)
        kind = random.choice(sorted(schema.get_possible_types(kind), key=str))
    # Deep enough for any document: what lies below is made when it is asked for.
    below: dict[str, Any] = _Below(schema, setting, place, kind)
    return Thing(below) if random.random() < 0.5 else below


class _Below(dict[str, Any]):
    """An object's fields, each made when it is read, and again the same."""

    def __init__(self, schema: GraphQLSchema, setting: Setting, place: list[Any], kind: GraphQLObjectType) -> None:
        super().__init__(__typename=kind.name)
        self._of = schema, setting, place, kind

    def __missing__(self, name: str) -> Any:
        schema, setting, place, kind = self._of
        if name not in kind.fields:
            raise KeyError(name)
        value = _made(schema, setting, [*place, name], kind.fields[name].type, name)
        self[name] = value
        return value

    def get(self, name: str, default: Any = None) -> Any:
        try:
            return self[name]
        except KeyError:
            return default


def _leaf(name: str, random: Random, text: str) -> Any:
    return {
        "Int": random.randint(-5, 5),
        "Float": random.choice([0.5, 3, "4.5"]),
        "Boolean": random.choice([True, False]),
        "ID": random.choice(["a", 7]),
        "String": text,
        "Kind": random.choice(list(Kind)),
        "Day": "monday",
    }[name]


def _day(value: Any) -> Any:
    if value == "wrong":
        return None
    return str(value).upper()


def _typename(value: Any) -> Any:
    values = getattr(value, "values", value)
    return values["__typename"] if isinstance(values, dict) else None


def _chance(*words: Any) -> float:
    return Random(repr(words)).random()  # noqa: S311 # the same each time is what it is for
