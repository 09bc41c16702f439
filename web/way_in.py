"""What is asked of every request before anybody looks at what it wants, the cheapest question first.

Is there still a server, is the request for us, is its head small: whoever asks for the application through another
server than our own finds the limits here, too. What it does not answer itself, it counts.
"""

from itertools import chain

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.draining import Draining
from web.health import PATHS
from web.hosts import Hosts
from web.limits import RequestLimits
from web.refusals import Refused


class WayIn:
    """Middleware before every route."""

    def __init__(self, app: ASGIApp, *, hosts: Hosts, limits: RequestLimits, draining: Draining) -> None:
        self.app, self._hosts, self._limits, self._draining = app, hosts, limits, draining

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or say why not."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            self._check(scope)
        except Refused as refusal:
            scope["state"]["notes"].refused(refusal.code)
            await refusal.answer()(scope, receive, send)
            return
        self._draining.began()
        try:
            await self.app(scope, receive, self._closing(send))
        finally:
            self._draining.answered()
            slot = scope["state"].get("slot")
            if slot is not None:
                slot.leave()

    def _check(self, scope: Scope) -> None:
        if scope["path"] not in PATHS:
            self._draining.check()
        self._hosts.check(scope)
        target = len(scope["raw_path"]) + len(scope["query_string"])
        if target > self._limits.uri_bytes:
            raise uri_too_long(self._limits)
        headers = scope["headers"]
        if target + sum(map(len, chain.from_iterable(headers))) + 4 * len(headers) > self._limits.head_bytes:
            raise head_too_large(self._limits)

    def _closing(self, send: Send) -> Send:
        async def closing(message: Message) -> None:
            # Asked only now: the server may have been told to end since the request came.
            if self._draining.has_begun and message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (b"connection", b"close")]
            await send(message)

        return closing


def uri_too_long(limits: RequestLimits) -> Refused:
    """Return the refusal of a target that is too long."""
    return Refused(414, f"The address must not be longer than {limits.uri_bytes} bytes.", connection="close")


def head_too_large(limits: RequestLimits) -> Refused:
    """Return the refusal of a request line and headers that are too much."""
    return Refused(431, f"The headers must not be larger than {limits.head_bytes} bytes.", connection="close")
