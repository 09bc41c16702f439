"""What every request gets: an id that is answered and logged, and one line in the log when it is done."""

import re
import time
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Taken from the caller only where it cannot break a log line.
_ACCEPTABLE = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}", re.ASCII)
_HEADER = "x-request-id"

# A year; a browser that was here once never comes by http again.
HTTPS_ONLY = {"strict-transport-security": "max-age=31536000"}

log = structlog.get_logger()


class RequestLog:
    """Middleware around everything: the caller's X-Request-Id or a new one, in the answer and in every log line."""

    def __init__(self, app: ASGIApp, *, is_secure: bool) -> None:
        self.app = app
        self._always = {"x-content-type-options": "nosniff", **(HTTPS_ONLY if is_secure else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, then log method, path, status and milliseconds."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(_HEADER, "")
        request_id = given if _ACCEPTABLE.fullmatch(given) else uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        status, began = 500, time.perf_counter()

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers[_HEADER] = request_id
                headers.update(self._always)
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, receive, answer)
            except Exception:
                # Starlette has answered and raises again for whoever logs; outside, the request's id would be unknown.
                log.exception("fault")
            finally:
                took = round((time.perf_counter() - began) * 1000, 1)
                log.info("answered", method=scope["method"], path=scope["path"], status=status, ms=took)
