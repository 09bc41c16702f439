"""What is refused before any GraphQL runs: a status, a code for programs, a sentence for people. Always JSON."""

from typing import Any

import orjson
from starlette.responses import Response

JSON = "application/json"
# No answer in JSON is kept, or is a page: whoever opens it as one can load and frame nothing.
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}


class Refused(Exception):
    """Not done: the answer's status, sentence, code and further headers."""

    def __init__(self, status: int, message: str, code: str = "BAD_REQUEST", **headers: str) -> None:
        super().__init__(message)
        self.status, self.message, self.code = status, message, code
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def answer(self, media_type: str = JSON) -> Response:
        """Return the answer that says so."""
        body = refused(self.code, self.message)
        return answer(self.status, body, media_type, self.headers)


def refused(code: str, message: str, **extensions: str) -> dict[str, Any]:
    """Return the body of an answer that ran nothing, in the shape of every other error."""
    return {"errors": [{"message": message, "extensions": {"code": code, **extensions}}]}


def answer(status: int, body: Any, media_type: str = JSON, headers: dict[str, str] | None = None) -> Response:  # noqa: ANN401 # JSON
    """Return an answer in JSON."""
    return Response(orjson.dumps(body), status, {**HEADERS, **(headers or {})}, f"{media_type}; charset=utf-8")
