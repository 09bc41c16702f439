"""Completing what resolvers returned, a column of values at a time: lists, objects, abstract types.

A shape takes the values of one field for all objects of a level, and returns them as they travel, in the same order;
what is awaited below is filled in later. `paths` and `infos` stand beside the values, where a shape needs them.
"""

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate, chain, groupby, islice, pairwise
from typing import TYPE_CHECKING, Any, Protocol

from graphql import (
    GraphQLAbstractType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    Undefined,
    default_type_resolver,
    is_abstract_type,
    is_leaf_type,
)
from graphql.pyutils import Path, is_iterable

from execution.compiler.branches import is_awaitable_kind
from execution.compiler.failures import Failed, Unforeseen
from execution.compiler.leaves import Leaf

if TYPE_CHECKING:
    from execution.compiler.levels import Compilation, Details, Level, Run

NULLS = {type(None), type(Undefined)}
PLAIN_LISTS = {list, tuple}
new = tuple.__new__


class Shape(Protocol):
    """What a field's type makes of the field's values."""

    required: bool
    needs_paths: bool
    needs_infos: bool

    def complete(self, run: "Run", values: list[Any], paths: Any, infos: Any) -> list[Any]:  # noqa: ANN401
        """Return the values as they travel. Raises Failed."""


def shape_of(compilation: "Compilation", kind: GraphQLOutputType, details: "Details") -> Shape:
    """Return the shape of a type, with the selections that are made on it."""
    required = isinstance(kind, GraphQLNonNull)
    inner = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    if isinstance(inner, GraphQLList):
        return _List(shape_of(compilation, inner.of_type, details), required=required)
    if is_leaf_type(inner):
        return Leaf(inner, compilation.framework, required=required)
    if is_abstract_type(inner):
        return _Abstract(compilation, inner, details, required=required)
    assert isinstance(inner, GraphQLObjectType)  # noqa: S101 # there is no other output type
    return _Object(compilation, inner, details, required=required)


class _Shape(ABC):
    """Nulls and errors are the same for all; what is left goes to `_present`."""

    needs_paths = needs_infos = False

    def __init__(self, *, required: bool) -> None:
        self.required = required
        # Classes that are neither exceptions nor awaitable, nor stand for null.
        self._plain: set[type] = set()

    def complete(self, run: "Run", values: list[Any], paths: Any, infos: Any) -> list[Any]:  # noqa: ANN401
        """Return the values as they travel. Raises Failed."""
        if self._plain.issuperset(map(type, values)) or not self._is_any_null(values):
            return self._present(run, values, paths, infos)
        if self.required:
            raise Failed
        there = [index for index, value in enumerate(values) if value is not None and value is not Undefined]
        completed: list[Any] = [None] * len(values)
        if there:
            found = self._present(run, _at(there, values), _at(there, paths), _at(there, infos))
            for index, value in zip(there, found, strict=True):
                completed[index] = value
        return completed

    def _is_any_null(self, values: list[Any]) -> bool:
        kinds = set(map(type, values))
        for kind in kinds - self._plain:
            if issubclass(kind, Exception):
                raise Failed
            if is_awaitable_kind(kind):
                raise Unforeseen
        self._plain |= kinds - NULLS
        return not kinds.isdisjoint(NULLS)

    @abstractmethod
    def _present(self, run: "Run", values: list[Any], paths: Any, infos: Any) -> list[Any]:  # noqa: ANN401
        """Return values of which none is missing as they travel. Raises Failed."""


class _List(_Shape):
    def __init__(self, inner: Shape, *, required: bool) -> None:
        super().__init__(required=required)
        self._inner = inner
        self.needs_paths, self.needs_infos = inner.needs_paths, inner.needs_infos

    def _present(self, run: "Run", values: list[Any], paths: Any, infos: Any) -> list[Any]:  # noqa: ANN401
        if not PLAIN_LISTS.issuperset(map(type, values)):
            values = [_listed(value) for value in values]
        items = list(chain.from_iterable(values))
        inner_paths = _Elements(paths, values) if self.needs_paths else None
        inner_infos = (
            [info for info, value in zip(infos, values, strict=True) for _ in value] if self.needs_infos else None
        )
        completed = self._inner.complete(run, items, inner_paths, inner_infos) if items else items
        ends = accumulate(map(len, values), initial=0)
        return [completed[start:end] for start, end in pairwise(ends)]


class _Object(_Shape):
    def __init__(
        self, compilation: "Compilation", kind: GraphQLObjectType, details: "Details", *, required: bool
    ) -> None:
        super().__init__(required=required)
        self._kind = kind
        self._level: Level = compilation.level(kind, details)
        self._recognizes = compilation.framework.recognizes(kind)
        self.needs_paths, self.needs_infos = self._level.needs_paths, self._recognizes is None

    def _present(self, run: "Run", values: list[Any], paths: Any, infos: Any) -> list[Any]:  # noqa: ANN401
        if self._recognizes is not None:
            if not self._recognizes(values):
                raise Failed
        else:
            is_type_of = self._kind.is_type_of
            assert is_type_of is not None  # noqa: S101 # without one, every value is recognized
            for value, info in zip(values, infos, strict=True):
                answer = is_type_of(value, info)
                run.refuse_awaitable(answer)
                if not answer:
                    raise Failed
        return self._level.run(run, values, paths)


class _Abstract(_Shape):
    needs_paths = needs_infos = True

    def __init__(
        self, compilation: "Compilation", kind: GraphQLAbstractType, details: "Details", *, required: bool
    ) -> None:
        super().__init__(required=required)
        self._compilation, self._kind, self._details = compilation, kind, details
        self._resolve = kind.resolve_type or default_type_resolver
        self._names_of = compilation.framework.names_of(kind)
        self._objects: dict[str, _Object] = {}

    def _present(self, run: "Run", values: list[Any], paths: Any, infos: Any) -> list[Any]:  # noqa: ANN401
        completed: list[Any] = [None] * len(values)
        for name, places in _stretches(self._names(run, values, infos)).items():
            shape = self._object(name)
            own_paths = _in(places, paths) if shape.needs_paths else None
            own_infos = _in(places, infos) if shape.needs_infos else None
            found = iter(shape.complete(run, _in(places, values), own_paths, own_infos))
            for place in places:
                completed[place] = islice(found, place.stop - place.start)
        return completed

    def _names(self, run: "Run", values: list[Any], infos: Any) -> list[str]:  # noqa: ANN401
        known = None if self._names_of is None else self._names_of(values)
        return known or [self._name(run, value, info) for value, info in zip(values, infos, strict=True)]

    def _name(self, run: "Run", value: Any, info: Any) -> str:  # noqa: ANN401
        name = self._resolve(value, info, self._kind)
        run.refuse_awaitable(name)
        if not isinstance(name, str):
            raise Failed
        return name

    def _object(self, name: str) -> _Object:
        """Return the shape of an object type, compiled when the first object of this type is met."""
        if name not in self._objects:
            kind = self._compilation.schema.get_type(name)
            if not isinstance(kind, GraphQLObjectType) or not self._compilation.schema.is_sub_type(self._kind, kind):
                raise Failed
            self._objects[name] = _Object(self._compilation, kind, self._details, required=True)
        return self._objects[name]


def _at(indices: Sequence[int], values: Any) -> Any:  # noqa: ANN401 # a list, or None where nobody needs one
    return values and [values[index] for index in indices]


def _stretches(names: list[str]) -> dict[str, list[slice]]:
    """Return where each name stands, side by side with its like: lists are often sorted by what is in them."""
    places: dict[str, list[slice]] = defaultdict(list)
    start = 0
    for name, alike in groupby(names):
        end = start + len(list(alike))
        places[name].append(slice(start, end))
        start = end
    return places


def _in(places: list[slice], values: Any) -> list[Any]:  # noqa: ANN401 # a list, or paths
    return [each for place in places for each in values[place]]


def _listed(value: Any) -> Sequence[Any]:  # noqa: ANN401 # whatever a resolver returned for a list
    # What can be iterated once only, or has to be awaited, is graphql-core's: here it would be used up.
    if hasattr(value, "__aiter__") or isinstance(value, Iterator):
        raise Unforeseen
    if not is_iterable(value):
        raise Failed
    return list(value)


class _Elements:
    """The paths of lists' elements, made when the first is asked for: of what type one is may decide that none is."""

    def __init__(self, paths: Iterable[Path], values: Sequence[Sequence[Any]]) -> None:
        self._paths, self._values = paths, values

    @cached_property
    def _all(self) -> list[Path]:
        both = zip(self._paths, self._values, strict=True)
        return [new(Path, (path, index, None)) for path, value in both for index in range(len(value))]

    def __getitem__(self, place: Any) -> Any:  # noqa: ANN401 # an index, or a slice for several
        return self._all[place]
