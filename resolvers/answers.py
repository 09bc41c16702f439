"""The one shape of an error in an answer: a message for people, a code for programs, and never a detail of a fault.

refused before it ran            its code, see execution/admission/objections.py
refused by the domain            its ErrorCode, and the path of the argument at fault
an argument                      BAD_USER_INPUT
the database is away             SERVICE_UNAVAILABLE
anything unexpected              INTERNAL_SERVER_ERROR: masked, and logged with its traceback
too many errors                  MORE_ERRORS, at the end: how many were left out
"""

from typing import Any

import structlog
from graphql import ExecutionResult, GraphQLError

from domain.errors import ErrorCode, Refusal
from execution.admission.limits import Limits
from execution.admission.objections import MORE, Objection, Refused, shortened
from models.failures import explanation, is_unavailable
from schema.errors import client_path

log = structlog.get_logger()


def refused(refusal: Refused) -> dict[str, Any]:
    """Return the body of an answer to what does not run, and so has no data; the request's line has its codes."""
    return {"errors": [_objected(objection) for objection in refusal.objections]}


def answered(
    result: ExecutionResult, request_id: str, limits: Limits, extensions: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return the body of an answer to what ran: its data, and its errors, no more and no longer than the limits say."""
    body: dict[str, Any] = {} if _never_began(result) else {"data": result.data}
    if result.errors:
        # Each is explained, so that each fault is logged, even where the client is not told of it.
        errors = [_written(error, request_id, limits) for error in result.errors]
        body["errors"] = _cut(errors, limits.errors)
    if extensions:
        body["extensions"] = extensions
    return body


def _objected(objection: Objection) -> dict[str, Any]:
    written: dict[str, Any] = {
        "message": objection.message,
        "extensions": {"code": objection.code, **objection.extensions},
    }
    if objection.locations:
        written["locations"] = [{"line": line, "column": column} for line, column in objection.locations]
    return written


def _cut(errors: list[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    if len(errors) <= most:
        return errors
    omitted = len(errors) - most + 1
    return [
        *errors[: most - 1],
        _objected(Objection(f"There are {omitted} more errors.", MORE, (), {"omitted": omitted})),
    ]


def _never_began(result: ExecutionResult) -> bool:
    # A condition of @skip or @include at the root that is null is a request error: no data, and no path in its error.
    return result.data is None and bool(result.errors) and all(error.path is None for error in result.errors or ())


def _written(error: GraphQLError, request_id: str, limits: Limits) -> dict[str, Any]:
    message, extensions = _explained(error, request_id)
    written: dict[str, Any] = {"message": shortened(message, limits.message_length), "extensions": extensions}
    if error.locations:
        written["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    if error.path:
        written["path"] = error.path
    return written


def _explained(error: GraphQLError, request_id: str) -> tuple[str, dict[str, Any]]:
    cause = _cause(error)
    if isinstance(cause, Refusal):
        return cause.message, {"code": cause.code.value, "path": client_path(cause)}
    if cause is None and not error.message.startswith("Cannot return null"):
        return error.message, {"code": ErrorCode.BAD_USER_INPUT.value, "path": []}
    if is_unavailable(cause):
        log.warning("the database does not answer", error=type(cause).__name__)
        return explanation(cause), {"code": "SERVICE_UNAVAILABLE"}
    log.error("fault", path=error.path, exc_info=cause or error)
    return "Something went wrong here; it was logged.", {"code": "INTERNAL_SERVER_ERROR", "requestId": request_id}


def _cause(error: GraphQLError) -> Exception | None:
    # graphql-core wraps its own errors in its own errors: what is left is what a resolver raised.
    cause: Exception | None = error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause
