"""Introspection: who may ask for the schema, and what others do not learn of it by mistakes."""

import re
from enum import Enum
from typing import Any

from graphql import FieldNode, GraphQLError, Node, parse
from graphql.language import BREAK, Visitor, visit

from auth.viewer import Viewer

# What asks for the schema contains this; so may a string or a comment, which the parsed document tells apart.
_MENTION = re.compile(r"__(?:schema|type)\b")
_SUGGESTION = re.compile(r" Did you mean .*", re.DOTALL)
# Longer documents are refused for their length.
MOST_TOKENS = 1_000


class Introspection(Enum):
    """For whom the schema can be asked."""

    ON = "on"
    SIGNED_IN = "signed-in"
    OFF = "off"

    def permits(self, viewer: Viewer | None) -> bool:
        """Tell whether who asks may ask for the schema."""
        return self is Introspection.ON or (self is Introspection.SIGNED_IN and viewer is not None)


def asks_for_schema(query: str) -> bool:
    """Tell whether a document asks for the schema; one that does not parse asks for nothing."""
    if _MENTION.search(query) is None:
        return False
    try:
        document = parse(query, no_location=True, max_tokens=MOST_TOKENS)
    except GraphQLError:
        return False
    finder = _Finder()
    visit(document, finder)
    return finder.has_found


def refusal() -> dict[str, Any]:
    """Return the body for somebody who may not ask for the schema, with the codes that Apollo gives it."""
    extensions = {"code": "GRAPHQL_VALIDATION_FAILED", "validationErrorCode": "INTROSPECTION_DISABLED"}
    return {"errors": [{"message": "The schema is not shown to you.", "extensions": extensions}]}


def without_suggestions(body: dict[str, Any]) -> dict[str, Any]:
    """Return an answer whose errors suggest no names of the schema."""
    for error in body.get("errors", ()):
        error["message"] = _SUGGESTION.sub("", error["message"])
    return body


class _Finder(Visitor):
    """Stops at the first field that leads into the schema."""

    has_found = False

    def enter_field(self, node: FieldNode, *_: Node) -> Any:  # noqa: ANN401 # as Visitor has it
        if node.name.value in {"__schema", "__type"}:
            self.has_found = True
            return BREAK
        return None
