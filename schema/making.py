"""Making an input of what a client gave: how, is found out once for each kind of input, and not at each call.

Strawberry asks every type again what it is, which took longer than anything else that it does for a mutation.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING
from typing import Any

from strawberry.scalars import is_scalar
from strawberry.types.arguments import InputContext
from strawberry.types.base import StrawberryMaybe, StrawberryOptional, get_object_definition
from strawberry.types.enum import StrawberryEnumDefinition, has_enum_definition
from strawberry.types.maybe import Some

# Of a value, which may be null, and where it comes from.
Making = Callable[[Any, InputContext], Any]


def make_at_once(kind: type) -> None:
    """Let Strawberry make inputs of this kind as they are made here."""
    known: list[_Inputs] = []

    def made(kind: type, given: Mapping[str, Any], context: InputContext) -> Any:  # noqa: ANN401 # an input
        if not known:
            known.append(_Inputs(kind, context))
        return known[0].made(given, context)

    get_object_definition(kind, strict=True).from_input = made


class _Inputs:
    def __init__(self, kind: type, context: InputContext) -> None:
        definition, name_of = get_object_definition(kind, strict=True), context.config.name_converter.from_field
        self._kind = kind
        self._fields = [
            (name_of(each), each.python_name, _making(each.resolve_type(type_definition=definition), context))
            for each in definition.fields
        ]
        self._absent = dict.fromkeys(
            each.python_name
            for each in definition.fields
            if each.default_value is MISSING and each.default_factory is MISSING
        )

    def made(self, given: Mapping[str, Any], context: InputContext) -> Any:  # noqa: ANN401 # an input
        values: dict[str, Any] = dict(self._absent)
        for name, python_name, making in self._fields:
            if name in given:
                values[python_name] = making(given[name], context)
        return self._kind(**values)


def _making(kind: Any, context: InputContext) -> Making:  # noqa: ANN401 # whatever Strawberry has resolved a type to
    # Maybe is an Optional to Strawberry as well, hence the order.
    if isinstance(kind, StrawberryMaybe) and isinstance(kind.of_type, StrawberryOptional):
        inner = _making(kind.of_type, context)
        return lambda value, context: Some(inner(value, context))
    if isinstance(kind, StrawberryOptional) and not isinstance(kind, StrawberryMaybe):
        return _making(kind.of_type, context)
    is_enum = isinstance(kind, StrawberryEnumDefinition) or has_enum_definition(kind)
    if is_enum or is_scalar(kind, context.scalar_registry):
        return _as_it_is
    return lambda value, context: context.convert(value, kind)


def _as_it_is(value: Any, context: InputContext) -> Any:  # noqa: ANN401, ARG001 # a leaf, which graphql-core has read
    return value
