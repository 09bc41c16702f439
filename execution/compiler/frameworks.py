"""What a plan has to know of the framework that the schema was built with; this one is graphql-core alone."""

from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from graphql import (
    GraphQLAbstractType,
    GraphQLEnumType,
    GraphQLField,
    GraphQLObjectType,
    default_field_resolver,
)

# Calls a resolver: source, info.
Call = Callable[[Any, Any], Any]
# Binds its arguments, none of which can be changed by it.
Binding = Callable[[dict[str, Any]], Call]


class Partly(NamedTuple):
    """An answer for many, of whom some are refused: these have None in their places, and an exception by the place."""

    values: list[Any]
    refusals: dict[int, Exception]


# Calls a function that answers for many: sources, info.
CallTogether = Callable[[list[Any], Any], Coroutine[Any, Any, Sequence[Any] | Partly]]
# Binds the arguments of such a function.
Together = Callable[[dict[str, Any]], CallTogether]
# Names the object type of each value, in their order; None where it cannot for all of them.
NamesOf = Callable[[list[Any]], list[str] | None]


@dataclass(frozen=True, slots=True)
class Attribute:
    """A field whose value is an attribute of its source; where `of_mappings`, an item of a mapping too, or None.

    The name may lead on, to an attribute of the attribute: `row.name`. `function` reads it where it is no attribute,
    from nothing but the source; `of_all` from all sources of a level, for each in their order.
    """

    name: str
    of_mappings: bool = False
    function: Callable[[Any], Any] | None = None
    of_all: Callable[[list[Any]], Sequence[Any]] | None = None


class Framework:
    """graphql-core: fields without a resolver are attributes or items, and everything else is called as it is."""

    def attribute(self, field: GraphQLField, name: str) -> Attribute | None:
        """Return what the field reads, or None where it has to be called."""
        is_default = field.resolve is None or field.resolve is default_field_resolver
        return Attribute(name, of_mappings=True) if is_default and not field.args else None

    def binding(self, field: GraphQLField) -> Binding:
        """Return what binds the arguments of the field's resolver."""
        return partial(called_with, field)

    def together(self, field: GraphQLField) -> Together | None:  # noqa: ARG002 # for others to say
        """Return what binds the arguments of a field that is answered for all objects of a level at once, or None."""
        return None

    def quicker(self, field: GraphQLField) -> Callable[..., Any] | None:  # noqa: ARG002 # for others to say
        """Return what does the same as the field's resolver, and is called as it is, in less time; or None."""
        return None

    def recognizes(self, kind: GraphQLObjectType) -> Callable[[list[Any]], bool] | None:
        """Return a quicker is_type_of, for many values, that needs no info, or None."""
        return None if kind.is_type_of else _anything

    def names_of(self, kind: GraphQLAbstractType) -> NamesOf | None:  # noqa: ARG002 # for others to say
        """Return what names values' object types without an info, or None if nothing does."""
        return None

    def members(self, kind: GraphQLEnumType) -> Iterable[Any]:
        """Return the Python values that stand for the enum's values."""
        return [value.value for value in kind.values.values()]


def called_with(field: GraphQLField, arguments: dict[str, Any]) -> Call:
    """Return the field's own resolver with its arguments."""
    resolve = field.resolve or default_field_resolver
    return partial(resolve, **arguments) if arguments else resolve


def _anything(values: list[Any]) -> bool:  # noqa: ARG001
    return True
