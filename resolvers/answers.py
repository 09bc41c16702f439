"""The one shape of an error in an answer: a message for people, a code for programs, and never a detail of a fault.

refused by the domain            its ErrorCode, and the path of the argument at fault
not GraphQL, or not this schema  GRAPHQL_PARSE_FAILED, GRAPHQL_VALIDATION_FAILED
a variable or argument           BAD_USER_INPUT
which operation is unclear       OPERATION_RESOLUTION_FAILURE
the database is away             SERVICE_UNAVAILABLE
anything unexpected              INTERNAL_SERVER_ERROR: masked, and logged with its traceback
"""

import re
from typing import Any

import structlog
from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from domain.errors import ErrorCode, Refusal
from models.failures import explanation, is_unavailable
from schema.errors import client_path

# graphql-core says where in a variable the mistake lies only in its sentence.
_PLACE = re.compile(r"Variable '\$(\w+)' has invalid value(?: at ([.\w\[\]]+))?:")

log = structlog.get_logger()


def answered(result: ExecutionResult, request_id: str) -> dict[str, Any]:
    """Return the body of an answer to a GraphQL request: data where it ran, errors in their one shape."""
    has_run = not isinstance(result, PreExecutionError)
    body: dict[str, Any] = {"data": result.data} if has_run and not _never_began(result) else {}
    if result.errors:
        body["errors"] = [_written(error, has_run=has_run, request_id=request_id) for error in result.errors]
    if result.extensions:
        body["extensions"] = result.extensions
    return body


def _never_began(result: ExecutionResult) -> bool:
    # A variable that cannot be coerced is a request error: no data, and no path in any of its errors.
    return result.data is None and bool(result.errors) and all(error.path is None for error in result.errors or ())


def _written(error: GraphQLError, *, has_run: bool, request_id: str) -> dict[str, Any]:
    message, extensions = _explained(error, has_run=has_run, request_id=request_id)
    written: dict[str, Any] = {"message": message, "extensions": extensions}
    if error.locations:
        written["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    if error.path:
        written["path"] = error.path
    return written


def _explained(error: GraphQLError, *, has_run: bool, request_id: str) -> tuple[str, dict[str, Any]]:
    cause = _cause(error)
    if isinstance(cause, Refusal):
        return cause.message, {"code": cause.code.value, "path": client_path(cause)}
    if isinstance(error, GraphQLSyntaxError):
        return error.message, {"code": "GRAPHQL_PARSE_FAILED"}
    if not has_run:
        return error.message, {"code": (error.extensions or {}).get("code", "GRAPHQL_VALIDATION_FAILED")}
    if cause is None and not error.message.startswith("Cannot return null"):
        return error.message, {"code": ErrorCode.BAD_USER_INPUT.value, "path": _variable_path(error.message)}
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


def _variable_path(message: str) -> list[str]:
    placed = _PLACE.match(message)
    return [placed[1], *re.findall(r"\w+", placed[2] or "")] if placed else []
