"""The server's side of a connection: uvicorn's, with limits on how large and how slow a request's head may be.

Refused here, in JSON and with the connection closed: heads that are too large or take too long, targets that are too
long, and every shape that two readers could understand as two requests: what httptools refuses (several lengths, a
length and chunks, bad chunks), a transfer coding but chunked, one with HTTP/1.0, an absolute target, and an upgrade
with a body.
Trailers are dropped: no header comes after the headers were judged.
"""

from __future__ import annotations

import asyncio

import httptools
import structlog
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from web.joined import Joined
from web.limits import RequestLimits
from web.refusals import Refused
from web.way_in import head_too_large, uri_too_long

log = structlog.get_logger()

# Whoever still sends what nobody wants would miss the refusal if the connection broke under it.
LINGERING_SECONDS, MOST_DROPPED = 1.0, 1024 * 1024

UPGRADED = "This server speaks HTTP/1.1 alone: send a body without the header upgrade."


class GuardedProtocol(HttpToolsProtocol):
    """One connection. `limits` and `standing_by` are the class's own: see guarded()."""

    limits: RequestLimits
    # Connections that wait for a whole request, the longest waiting first.
    standing_by: dict[GuardedProtocol, None]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's own
        """Take the connection; where there are too many, whoever has waited longest goes, or else the newcomer."""
        self._joined = Joined(transport, self.loop)
        super().connection_made(self._joined)  # type: ignore[arg-type] # it does as a transport
        self._in_head, self._has_whole_url = True, False
        self._head_bytes, self._counted = 0, 0
        self._is_lingering, self._dropped = False, 0
        self._refusal: Refused | None = None
        self._timer: asyncio.TimerHandle | None = None
        if len(self.connections) > self.limits.connections and not self._make_room():
            self._refuse(Refused(503, "The server is busy; try again.", "SERVICE_UNAVAILABLE", retry_after="1"))
            return
        self.standing_by[self] = None
        self._timer = self.loop.call_later(self.limits.head_seconds, self._head_took_too_long)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self.standing_by.pop(self, None)
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, and judge what is there of a head."""
        if self.transport.is_closing():
            return
        if self._is_lingering:
            self._drop(data)
            return
        self._unset_keepalive_if_required()
        if self._in_head:
            self._head_bytes += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            return
        except httptools.HttpParserError:
            self._refuse(self._refusal or Refused(400, "This is no HTTP request."))
            return
        if self._in_head and self._head_bytes:
            self._judge_half_a_head()

    def on_message_begin(self) -> None:
        """Begin another head."""
        super().on_message_begin()
        self._in_head, self._counted, self._has_whole_url = True, 0, False

    def on_url(self, url: bytes) -> None:
        """Note the target, or a part of it."""
        super().on_url(url)
        if len(self.url) > self.limits.uri_bytes:
            raise self._refused(uri_too_long(self.limits))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Note a header; a trailer is dropped."""
        if not self._in_head:
            return
        self._has_whole_url = True
        self._counted += len(name) + len(value) + 4
        if len(self.url) + self._counted > self.limits.head_bytes:
            raise self._refused(head_too_large(self.limits))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Judge the head as a whole, and let the request begin."""
        self._stop_timer()
        self._require_one_meaning()
        self._in_head, self._head_bytes = False, 0
        super().on_headers_complete()
        if self.parser.should_upgrade():
            # The parser reads nothing behind it.
            self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        """The request is there as a whole: nobody waits for this connection any more."""
        self.standing_by.pop(self, None)
        self._in_head = True
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Wait for another request."""
        self._joined.flush()
        super().on_response_complete()
        if self.transport.is_closing() or self._is_answering():
            return
        self.standing_by[self] = None
        if self._in_head and self._head_bytes:
            self._judge_half_a_head()

    def _judge_half_a_head(self) -> None:
        if self._head_bytes > self.limits.head_bytes:
            self._refuse(head_too_large(self.limits) if self._has_whole_url else uri_too_long(self.limits))
        elif self._timer is None and not self._is_answering():
            self._timer = self.loop.call_later(self.limits.head_seconds, self._head_took_too_long)

    def _require_one_meaning(self) -> None:
        codings = [value.lower() for name, value in self.headers if name == b"transfer-encoding"]
        version = self.parser.get_http_version()
        if version not in {"1.0", "1.1"}:
            raise self._refused(Refused(400, "This server speaks HTTP/1.1."))
        if codings and (codings != [b"chunked"] or version == "1.0"):
            raise self._refused(Refused(400, "The only transfer-encoding is chunked."))
        if not self.url.startswith(b"/") and self.url != b"*":
            raise self._refused(Refused(400, "Ask for a path of this server."))
        has_body = codings or any(name == b"content-length" and value.strip(b"0 ") for name, value in self.headers)
        if has_body and self.parser.should_upgrade():
            raise self._refused(Refused(400, UPGRADED))

    def _refused(self, refusal: Refused) -> Refused:
        # The parser reports what its callbacks raise as an error of its own.
        self._refusal = refusal
        return refusal

    def _refuse(self, refusal: Refused) -> None:
        # In the midst of an answer nothing else may be said: the client would take it for a part of that.
        self._stop_timer()
        if self._is_answering_before() or len(self.connections) > 2 * self.limits.connections:
            self.transport.close()
        else:
            self.transport.write(_written(refusal))
            self.transport.write_eof()
            self._is_lingering = True
            self._timer = self.loop.call_later(LINGERING_SECONDS, self.transport.close)
        log.info("refused", status=refusal.status, message=refusal.message, client=self.client and self.client[0])

    def _drop(self, data: bytes) -> None:
        self._dropped += len(data)
        if self._dropped > MOST_DROPPED:
            self.transport.close()

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _is_answering_before(self) -> bool:
        # An earlier request of this connection, or this one already.
        return bool(self.pipeline) or (self._is_answering() and (self._in_head or self.cycle.response_started))

    def _make_room(self) -> bool:
        for waiting in self.standing_by:
            waiting.transport.close()
            del self.standing_by[waiting]
            return True
        return False

    def _head_took_too_long(self) -> None:
        self._timer = None
        if self._is_answering() or self.transport.is_closing():
            return
        if self._head_bytes:
            message = f"The headers must be there within {self.limits.head_seconds:g} seconds."
            self._refuse(Refused(408, message, connection="close"))
        else:
            self.transport.close()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def guarded(limits: RequestLimits) -> type[GuardedProtocol]:
    """Return the class of a server's connections."""
    return type("Guarded", (GuardedProtocol,), {"limits": limits, "standing_by": {}})


def _written(refusal: Refused) -> bytes:
    answer = refusal.answer()
    answer.headers["connection"] = "close"
    lines = [name + b": " + value + b"\r\n" for name, value in answer.raw_headers]
    return b"".join(
        [STATUS_LINE[answer.status_code], *lines, b"x-content-type-options: nosniff\r\n\r\n", bytes(answer.body)]
    )
