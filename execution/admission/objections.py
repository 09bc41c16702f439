"""Why something does not run: plain data, so that a verdict that is kept holds no syntax tree and no traceback.

GRAPHQL_PARSE_FAILED             it is no GraphQL, or too much of it to read
GRAPHQL_VALIDATION_FAILED        it does not fit the schema, or its shape is beyond a limit
OPERATION_RESOLUTION_FAILURE     it is unclear which operation runs, or there is none
BAD_USER_INPUT                   a value: in a variable, or a list or string in the document
MAX_COST_EXCEEDED                it would cost more points than one operation may
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from graphql import GraphQLError, Node

from execution.admission.limits import Limits

PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
OPERATION_UNCLEAR = "OPERATION_RESOLUTION_FAILURE"
BAD_INPUT = "BAD_USER_INPUT"
TOO_EXPENSIVE = "MAX_COST_EXCEEDED"
MORE = "MORE_ERRORS"


@dataclass(frozen=True, slots=True)
class Objection:
    """One reason: a sentence for people, a code for programs, where in the source, and what else a program may read."""

    message: str
    code: str
    locations: tuple[tuple[int, int], ...] = ()
    extensions: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, error: GraphQLError, code: str, **extensions: Any) -> "Objection":  # noqa: ANN401 # whatever JSON holds
        """Return what graphql-core objected to, without its nodes."""
        places = tuple((place.line, place.column) for place in error.locations or ())
        return cls(error.message, code, places, extensions)


class Refused(Exception):
    """Nothing runs, for these reasons; at least one."""

    def __init__(self, *objections: Objection) -> None:
        super().__init__(objections[0].message)
        self.objections = objections


def beyond(limit: str, allowed: int, what: str, node: Node | None = None, code: str = VALIDATION_FAILED) -> Refused:
    """Return the refusal of what is beyond a limit, in a sentence that begins "At most"; its name is for programs."""
    return Refused(
        Objection(f"At most {allowed} {what}.", code, places(node), {"limit": {"name": limit, "allowed": allowed}})
    )


def places(node: Node | None) -> tuple[tuple[int, int], ...]:
    """Return where a node stands: at most one line and column, counted from 1."""
    if node is None or node.loc is None:
        return ()
    location = node.loc.source.get_location(node.loc.start)
    return ((location.line, location.column),)


def cut(objections: Sequence[Objection], limits: Limits) -> tuple[Objection, ...]:
    """Return at most as many as an answer may have, in short sentences; where there are more, the last one says so."""
    kept = [replace(each, message=shortened(each.message, limits.message_length)) for each in objections]
    if len(kept) <= limits.errors:
        return tuple(kept)
    omitted = len(kept) - limits.errors + 1
    more = Objection(f"There are {omitted} more errors.", MORE, (), {"omitted": omitted})
    return (*kept[: limits.errors - 1], more)


def shortened(message: str, longest: int) -> str:
    """Return a message of at most so many characters: a client's own text is not sent back in full."""
    return message if len(message) <= longest else f"{message[: longest - 1]}…"
