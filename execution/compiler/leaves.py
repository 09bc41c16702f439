"""Leaves: scalars and enums, and how generated code tells at a glance that a value needs no work."""

from collections.abc import Callable
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLString,
    Undefined,
)

from execution.compiler.branches import is_awaitable_kind
from execution.compiler.failures import CallableFound, Failed, Unforeseen
from execution.compiler.frameworks import Framework

# The condition under which {value} is not yet as it travels.
UNSURE: dict[GraphQLLeafType, str] = {
    GraphQLString: "type({value}) is not str",
    GraphQLID: "type({value}) is not str",
    GraphQLBoolean: "type({value}) is not bool",
    GraphQLInt: "(type({value}) is not int or not -2147483648 <= {value} <= 2147483647)",
    GraphQLFloat: "(type({value}) is not float or {value} - {value} != 0.0)",
}
SURE: dict[GraphQLLeafType, set[type]] = {GraphQLString: {str}, GraphQLID: {str}, GraphQLBoolean: {bool}}


class Leaf:
    """Completes values of one leaf type."""

    needs_paths = needs_infos = False

    def __init__(self, kind: GraphQLLeafType, framework: Framework, *, required: bool) -> None:
        self.kind, self.required = kind, required
        self._coerce: Callable[[Any], Any] = kind.coerce_output_value
        self._sure = SURE.get(kind, set()) | (set() if required else {type(None)})
        # Classes that are neither exceptions nor awaitable.
        self._plain: set[type] = set()
        # Members live as long as their type, so that their identity stands for them; hashing one takes a call.
        self.names: dict[int, str] = {}
        self._members: list[Any] = []
        if isinstance(kind, GraphQLEnumType):
            self._members = [member for member in framework.members(kind) if not callable(member)]
            self.names = {id(member): kind.coerce_output_value(member) for member in self._members}

    def complete(self, run: Any, values: list[Any], paths: Any, infos: Any) -> list[Any]:  # noqa: ANN401, ARG002 # as every shape
        """Return the values as they travel. Raises Failed."""
        if self.names:
            names, one = self.names, self.one
            return [names.get(id(value)) or one(value) for value in values]
        if self._sure.issuperset(map(type, values)):
            return values
        return [self.one(value) for value in values]

    def one(self, value: Any) -> Any:  # noqa: ANN401 # whatever a resolver returns
        """Return one value as it travels, exactly as graphql-core would. Raises Failed."""
        if value is None or value is Undefined:
            if self.required:
                raise Failed
            return None
        kind = type(value)
        if kind not in self._plain:
            if issubclass(kind, Exception):
                raise Failed
            if is_awaitable_kind(kind):
                raise Unforeseen
            self._plain.add(kind)
        coerced = self._coerce(value)
        if coerced is None or coerced is Undefined:
            raise Failed
        return coerced

    def one_uncalled(self, value: Any) -> Any:  # noqa: ANN401
        """Return one value that was read in the default resolver's place, which would call it if it could."""
        if callable(value):
            raise CallableFound
        return self.one(value)

    def line(self, value: str, *, calls: bool) -> tuple[str, dict[str, Any]]:
        """Return the statement, in Python, after which the variable holds the value as it travels; and its names.

        `calls` says that graphql-core would call the value if it could.
        """
        one, unsure = f"one_{value}", UNSURE.get(self.kind, "").format(value=value)
        used: dict[str, Any] = {one: self.one_uncalled if calls else self.one}
        work = f"{value} = {one}({value})"
        if self.names:
            used[f"names_{value}"] = self.names
            work = f"{value} = names_{value}.get(id({value})) or {one}({value})"
        elif not unsure and not calls:
            # Most scalars that are none of GraphQL's own: coerced where they stand, once their class is known.
            used |= {f"plain_{value}": self._plain, f"coerce_{value}": self._coerce, "Undefined": Undefined}
            known = f"type({value}) in plain_{value} and (found := coerce_{value}({value})) is not None"
            work = f"{value} = found if {known} and found is not Undefined else {one}({value})"
        conditions = [condition for condition in ("" if self.required else f"{value} is not None", unsure) if condition]
        return f"if {' and '.join(conditions)}: {work}" if conditions else work, used
