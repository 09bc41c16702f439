"""A request's variables: within the limits, in NFC, then coerced to the types that the operation declares."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from graphql import GraphQLError, GraphQLSchema, Undefined, coerce_input_value
from graphql.execution.get_variable_signature import GraphQLVariableSignature
from graphql.execution.values import VariableValues, VariableValueSource, get_variable_values
from graphql.language.parser import MAX_NESTING_DEPTH

from execution.admission.limits import Limits
from execution.admission.objections import BAD_INPUT, Objection, Refused, cut
from execution.admission.texts import composed, fault_in
from execution.admission.verdicts import Operation

# What any JSON reader keeps exactly; a longer number is nobody's.
_INTEGER_BITS = 64
# graphql-core says where in a variable the mistake lies only in its sentence.
_PLACE = re.compile(r"Variable '\$(\w+)' has invalid value(?: at ([.\w\[\]]+))?:")

_SMALL = 2**31
# What can be, or hold, a string.
_COMPOSED = frozenset({str, list, dict})
Path = tuple[str, ...]
# Where a value stands: its name or number, where what holds it stands, and how deep that is. Becomes a path if need be.
_Place = tuple[object, "_Place | None", int]


def coerced(
    schema: GraphQLSchema,
    operation: Operation,
    given: dict[str, Any],
    limits: Limits,
    *,
    hide_suggestions: bool,
) -> VariableValues:
    """Return the values that execution takes. Raises Refused, naming each variable at fault with its path."""
    if not (given or operation.variables):
        return VariableValues({}, {})
    faults = [
        Objection(f"Variable '${path[0]}' is not allowed: {sentence}", BAD_INPUT, (), {"path": list(path)})
        for path, sentence in _faults(given, limits)
    ]
    if faults:
        raise Refused(*cut(faults, limits))
    composed_ones = _composed(given)
    # What may be nested more deeply than graphql-core lets it is left to graphql-core.
    fitting = _fitting(operation.variables, composed_ones) if limits.nesting <= MAX_NESTING_DEPTH else None
    if fitting is not None:
        return fitting
    definitions = operation.node.variable_definitions or ()
    values = get_variable_values(schema, definitions, composed_ones, limits.errors, hide_suggestions)
    if isinstance(values, list):
        raise Refused(*cut([_objection(error) for error in values], limits))
    return values


def _fitting(variables: Iterable[GraphQLVariableSignature], given: dict[str, Any]) -> VariableValues | None:
    """Return the values where all fit and no default is asked for: graphql-core finds out the rest, and what is wrong.

    It would find out of what type each is, and how deeply they are nested, which the limits have asked.
    """
    sources, values = dict[str, VariableValueSource](), dict[str, Any]()
    for each in variables:
        value = given.get(each.name, Undefined)
        try:
            found = coerce_input_value(value, each.type)
        except (GraphQLError, RecursionError):
            return None
        if found is Undefined or (value is Undefined and each.default is not None):
            return None
        sources[each.name] = VariableValueSource(each, value)
        if value is not Undefined:
            values[each.name] = found
    return VariableValues(sources, values)


def _faults(given: dict[str, Any], limits: Limits) -> Iterator[tuple[Path, str]]:
    """Yield what is beyond a limit, in one pass over every value, without recursion."""
    pending = _inside(given.items(), None)
    while pending:
        value, place = pending.pop()
        if isinstance(value, str):
            fault = fault_in(value, limits)
        elif isinstance(value, list):
            fault = f"A list has at most {limits.list_items} items." if len(value) > limits.list_items else None
            if fault is None:
                pending += _inside(enumerate(value), place)
        elif isinstance(value, dict):
            fault = None
            pending += _inside(value.items(), place)
        else:
            is_long = isinstance(value, int) and value.bit_length() > _INTEGER_BITS
            fault = f"An integer has at most {_INTEGER_BITS} bits." if is_long else None
        if place[2] > limits.nesting:
            fault, pending = f"At most {limits.nesting} lists and objects may stand inside each other.", []
        if fault is not None:
            yield _path_to(place), fault


def _inside(items: Iterable[tuple[object, Any]], place: _Place | None) -> list[tuple[Any, _Place]]:
    """Return what a list or an object holds, the last first; small numbers are left out, for they can have no fault."""
    depth = place[2] + 1 if place else 1
    return [(value, (name, place, depth)) for name, value in items if not _is_small(value)][::-1]


def _is_small(value: Any) -> bool:  # noqa: ANN401 # whatever JSON holds
    return type(value) is int and -_SMALL < value < _SMALL


def _path_to(place: _Place) -> Path:
    names = []
    inner: _Place | None = place
    while inner is not None:
        name, inner, _ = inner
        names.append(str(name))
    return tuple(reversed(names))


def _composed(value: Any) -> Any:  # noqa: ANN401 # whatever JSON holds, nested as deep as the limits let it
    if isinstance(value, str):
        return composed(value)
    if isinstance(value, list):
        return [_composed(item) if type(item) in _COMPOSED else item for item in value]
    if isinstance(value, dict):
        return {name: _composed(inner) for name, inner in value.items()}
    return value


def _objection(error: GraphQLError) -> Objection:
    return Objection.of(error, BAD_INPUT, path=_path(error.message))


def _path(message: str) -> list[str]:
    placed = _PLACE.match(message)
    return [placed[1], *re.findall(r"\w+", placed[2] or "")] if placed else []
