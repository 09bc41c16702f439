"""A GraphQL request's parameters: one JSON object in a body, or a query string, with members of the right types."""

import json
import re
from types import NoneType
from typing import Any
from urllib.parse import parse_qsl

import orjson

from web.refusals import JSON, Refused

# Each with the types that it may have: as tuples, because a union is an object made anew each time it is asked for.
MEMBERS = {
    "documentId": (str, NoneType),
    "operationName": (str, NoneType),
    "variables": (dict, NoneType),
    "extensions": (dict, NoneType),
}
CONTAINERS = (dict, list)
MOST_IN_QUERY = 10
_JSON_IN_UTF_8 = re.compile(r"application/json(?:\s*;\s*charset=(?:utf-8|\"utf-8\"))?\s*", re.ASCII | re.IGNORECASE)
_NAMED = (b'"query"', b'"variables"', b'"operationName"', b'"extensions"', b'"documentId"')


def require_json(media_type: str | None) -> None:
    """Raise Refused where a body is anything but JSON in UTF-8: a form of another site can send three other types."""
    if media_type != JSON and not _JSON_IN_UTF_8.fullmatch(media_type or ""):
        raise Refused(415, f"Send {JSON} in UTF-8.")


def from_body(body: bytes, *, depth: int) -> dict[str, Any]:
    """Return the parameters that a body holds. Raises Refused."""
    try:
        parameters = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Refused(400, "The body is no JSON.") from None
    if not isinstance(parameters, dict):
        raise Refused(400, "A GraphQL request is one JSON object.")
    if _has_twins(body):
        raise Refused(400, "A member of the request is there twice.")
    return _checked(parameters, depth)


def from_query(query: bytes, *, depth: int) -> dict[str, Any]:
    """Return the parameters that a query string holds. Raises Refused."""
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_IN_QUERY)
    except ValueError:
        raise Refused(400, "The query string holds too much, or no text.") from None
    parameters: dict[str, Any] = dict(pairs)
    if len(parameters) < len(pairs):
        raise Refused(400, "A member of the request is there twice.")
    for name in ("variables", "extensions"):
        if name in parameters:
            try:
                parameters[name] = orjson.loads(parameters[name])
            except orjson.JSONDecodeError:
                raise Refused(400, f"{name} is no JSON.") from None
    return _checked(parameters, depth)


def _checked(parameters: dict[str, Any], depth: int) -> dict[str, Any]:
    query, document_id = parameters.get("query"), parameters.get("documentId")
    if document_id is not None and query is not None:
        raise Refused(400, "Give query or documentId, not both.")
    if document_id is None and (not isinstance(query, str) or not query):
        raise Refused(400, "query must be a string with a document in it.")
    for name, kinds in MEMBERS.items():
        if not isinstance(parameters.get(name), kinds):
            raise Refused(400, f"{name} must be {'a string' if str in kinds else 'an object'}.")
    if _is_deeper_than(depth, parameters):
        raise Refused(400, f"The request must not be nested deeper than {depth}.")
    return parameters


def _is_deeper_than(most: int, value: Any) -> bool:  # noqa: ANN401 # whatever JSON holds
    # Level by level and no call per value; a list in the list of a level is a deeper one.
    level = [value]
    for _ in range(most):
        level = [
            child
            for each in level
            for child in (each.values() if isinstance(each, dict) else each)
            if type(child) in CONTAINERS
        ]
        if not level:
            return False
    return True


def _has_twins(body: bytes) -> bool:
    # orjson keeps the last of two equal members, another reader may keep the first: then two programs understand two
    # requests. Looked for only where a name could be there twice, written plainly or in escapes.
    if b"\\u00" not in body and max(map(body.count, _NAMED)) < 2:
        return False
    outermost: list[str] = []

    def note(pairs: list[tuple[str, Any]]) -> None:
        # Called for the outermost object last.
        outermost[:] = [name for name, _ in pairs]

    try:
        json.loads(body, object_pairs_hook=note)
    except (ValueError, RecursionError):
        return False
    return len(set(outermost)) < len(outermost)
