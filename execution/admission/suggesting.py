"""What was perhaps meant where a name is unknown: said as graphql-core says it, at a price that no document can raise.

graphql-core measures how far a name is from each one that there is: 20 ms for an unknown type of 30 letters among 130,
and that for each of ten mistakes. Here only names of nearly the same letters are measured, for the first few mistakes.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from heapq import nsmallest

from graphql import GraphQLError, GraphQLSchema, is_composite_type
from graphql.pyutils import did_you_mean, suggestion_list
from graphql.validation.rules.fields_on_correct_type import get_suggested_type_names

# So many mistakes are told what was perhaps meant, and so many names are measured for each.
_MISTAKES, _MEASURED = 3, 4


def told(schema: GraphQLSchema, errors: Sequence[GraphQLError]) -> list[str]:
    """Return the messages of errors that have no suggestions, the first few of them with what was perhaps meant."""
    return [
        _told(schema, error.message) if number < _MISTAKES else error.message for number, error in enumerate(errors)
    ]


def _told(schema: GraphQLSchema, message: str) -> str:
    for pattern, suggestion in _SUGGESTIONS.items():
        said = re.match(pattern, message)
        meant = suggestion(schema, *said.groups()) if said else ""
        if said and meant:
            # An object in which a field is unknown is shown behind what was meant.
            rest = message[said.end() :].replace(", found", " Found", 1)
            return f"{message[: said.end()].removesuffix('.')}.{meant}{rest}"
    return message


def _field(schema: GraphQLSchema, name: str, type_name: str) -> str:
    kind = schema.get_type(type_name)
    elsewhere = get_suggested_type_names(schema, kind, name) if is_composite_type(kind) else []
    if elsewhere:
        return did_you_mean(elsewhere, "to use an inline fragment on")
    return did_you_mean(_near(name, _parts(schema, type_name, "fields")))


def _argument(schema: GraphQLSchema, name: str, type_name: str, field_name: str) -> str:
    field = schema.get_field(schema.get_type(type_name), field_name)  # type: ignore[arg-type] # it was validated as one
    return did_you_mean(_near(name, field.args if field else ()))


def _directive_argument(schema: GraphQLSchema, name: str, directive_name: str) -> str:
    directive = schema.get_directive(directive_name)
    return did_you_mean(_near(name, directive.args if directive else ()))


def _value(schema: GraphQLSchema, type_name: str, name: str) -> str:
    return did_you_mean(_near(name, _parts(schema, type_name, "values")), "the enum value")


def _parts(schema: GraphQLSchema, type_name: str, kind: str) -> Iterable[str]:
    return getattr(schema.get_type(type_name), kind, ())


_SUGGESTIONS: dict[str, Callable[..., str]] = {
    r"Unknown type '(\w+)'\.$": lambda schema, name: did_you_mean(_near(name, schema.type_map)),
    r"Cannot query field '(\w+)' on type '(\w+)'\.$": _field,
    r"Unknown argument '(\w+)' on field '(\w+)\.(\w+)'\.$": _argument,
    r"Unknown argument '(\w+)' on directive '@(\w+)'\.$": _directive_argument,
    r"Value '(\w+)' does not exist in '(\w+)' enum\.$": lambda schema, name, kind: _value(schema, kind, name),
    r"Enum '(\w+)' cannot represent non-enum value: (.*)\.$": _value,
    r"Expected value of type '(\w+)' not to include unknown field '(\w+)'(?=, found: )": (
        lambda schema, kind, name: did_you_mean(_near(name, _parts(schema, kind, "fields")))
    ),
}


def _near(name: str, options: Iterable[str]) -> list[str]:
    farthest, letters = int(len(name) * 0.4) + 1, Counter(name.lower())

    def apart(option: str) -> int:
        """Return how many edits lead from one to the other at least: so many letters of the longer are not shared."""
        return max(len(name), len(option)) - (letters & _letters(option)).total()

    possible = ((apart(option), option) for option in options if abs(len(option) - len(name)) <= farthest)
    measured = nsmallest(_MEASURED, (each for each in possible if each[0] <= farthest))
    return suggestion_list(name, [option for _, option in measured])


@lru_cache(maxsize=4_096)
def _letters(option: str) -> Counter[str]:
    return Counter(option.lower())
