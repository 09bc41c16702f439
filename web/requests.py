"""What every request gets: an id that is answered and logged, and one line in the log when it is done.

The line says method, path, status and milliseconds; of an operation also who asked, its name, type and document's hash,
its cost and what came of it. Metrics and traces, where there are any, learn the same.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from secrets import token_hex
from typing import TYPE_CHECKING

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, reset_contextvars

from schema.notes import FAULT, Notes

if TYPE_CHECKING:
    # Loaded only where they are wanted: a server that is not watched pays nothing for it.
    from web.metrics import Metrics
    from web.tracing import Tracing

# Taken from the caller only where it cannot break a log line.
_ACCEPTABLE = re.compile(rb"[A-Za-z0-9._:/+=-]{1,128}")
_HEADER = b"x-request-id"

# A year; a browser that was here once never comes by http again.
HTTPS_ONLY = (b"strict-transport-security", b"max-age=31536000")
NO_SNIFFING = (b"x-content-type-options", b"nosniff")
# Where an answer says nothing else.
OTHERWISE = ((b"content-security-policy", b"frame-ancestors 'none'"), (b"referrer-policy", b"no-referrer"))
UNWATCHED = nullcontext[dict[str, str]]({})

log = structlog.get_logger()


class RequestLog:
    """Middleware around everything: the caller's X-Request-Id or a new one, in the answer and in every log line."""

    def __init__(
        self, app: ASGIApp, *, is_secure: bool, metrics: "Metrics | None" = None, tracing: "Tracing | None" = None
    ) -> None:
        self.app, self._metrics, self._tracing = app, metrics, tracing
        self._is_watched = metrics is not None or tracing is not None
        self._always = [NO_SNIFFING, HTTPS_ONLY] if is_secure else [NO_SNIFFING]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, then tell what was asked and what came of it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _id_of(scope)
        notes = Notes(around=self._tracing.operation) if self._tracing else Notes()
        scope.setdefault("state", {}).update(request_id=request_id, notes=notes)
        headers = [(_HEADER, request_id.encode()), *self._always]
        began = time.perf_counter()

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                notes.status = message["status"]
                said = {name for name, _ in message["headers"]}
                unsaid = [each for each in OTHERWISE if each[0] not in said]
                message["headers"] = [*message["headers"], *headers, *unsaid]
            await send(message)

        with self._watched(scope, notes) if self._is_watched else UNWATCHED as traced:
            bound = bind_contextvars(request_id=request_id, **traced)
            try:
                await self.app(scope, receive, answer)
            except Exception:
                # Starlette has answered and raises again for whoever logs; outside, the request's id would be unknown.
                notes.refused(FAULT)
                log.exception("fault")
            finally:
                took, told = round((time.perf_counter() - began) * 1000, 1), notes.as_fields()
                log.info("answered", method=scope["method"], path=scope["path"], status=notes.status, ms=took, **told)
                reset_contextvars(**bound)

    @contextmanager
    def _watched(self, scope: Scope, notes: Notes) -> Iterator[dict[str, str]]:
        if self._metrics:
            self._metrics.began()
        try:
            with self._tracing.request(scope, notes) if self._tracing else UNWATCHED as traced:
                yield traced
        finally:
            if self._metrics:
                self._metrics.ended(notes)


def _id_of(scope: Scope) -> str:
    given = next((value for name, value in scope["headers"] if name == _HEADER), b"")
    return given.decode("ascii") if _ACCEPTABLE.fullmatch(given) else token_hex(16)
