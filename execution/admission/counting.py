"""How many rows a field may have: what its arguments say, or what is assumed where they say nothing."""

from collections.abc import Callable

from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLID,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
)

from execution.admission.costs import Count
from execution.admission.limits import Limits

_SIZES = ("first", "last")


def rows_of_page(field: GraphQLField, node: FieldNode, limits: Limits) -> Count:
    """Return the size of a connection's page: `first` or `last`, the larger where both are there."""
    return _said(field, node, lambda name, _: name in _SIZES, limits.default_page)


def items_of_list(field: GraphQLField, node: FieldNode, limits: Limits) -> Count:
    """Return the length of a list: how many ids it is asked for, or `first` or `last`, or the assumed length."""
    is_sized = lambda name, argument: name in _SIZES or _holds_ids(argument)  # noqa: E731 # reads best beside its use
    return _said(field, node, is_sized, limits.assumed_list)


def _holds_ids(argument: GraphQLArgument) -> bool:
    return is_list_type(get_nullable_type(argument.type)) and get_named_type(argument.type) is GraphQLID


def _said(field: GraphQLField, node: FieldNode, says: Callable[[str, GraphQLArgument], bool], otherwise: int) -> Count:
    values = {each.name.value: each.value for each in node.arguments or ()}
    numbers, names = [], []
    for name, argument in field.args.items():
        if not says(name, argument):
            continue
        match values.get(name):
            case IntValueNode(value=written):
                numbers.append(int(written))
            case ListValueNode(values=items):
                numbers.append(len(items))
            case VariableNode() as variable:
                names.append(variable.name.value)
                otherwise = _default(argument, otherwise)
            case None:
                otherwise = _default(argument, otherwise)
            case NullValueNode():
                pass
            case _:
                # A single id stands for a list of one.
                numbers.append(1)
    return Count(tuple(numbers), tuple(names), otherwise)


def _default(argument: GraphQLArgument, otherwise: int) -> int:
    if argument.default is not None and isinstance(argument.default.literal, IntValueNode):
        return int(argument.default.literal.value)
    default = argument.default.value if argument.default is not None else argument.default_value
    return default if isinstance(default, int) else otherwise
