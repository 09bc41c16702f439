"""CORS: an exact list of origins, and a no in JSON like every other."""

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.origins import CUSTOM
from web.refusals import Refused

ALLOWED_HEADERS = ("authorization", "content-type", "idempotency-key", "x-request-id", *map(bytes.decode, CUSTOM))
EXPOSED_HEADERS = ("retry-after", "x-request-id")


class CrossOrigin(CORSMiddleware):
    """Starlette's middleware, which says Vary: Origin with every answer."""

    def __init__(self, app: ASGIApp, *, origins: tuple[str, ...]) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_credentials=True,
            allow_methods=["GET", "POST"],
            allow_headers=ALLOWED_HEADERS,
            expose_headers=EXPOSED_HEADERS,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what no other page sends, as most is: such an answer only says that to another it may differ."""
        if scope["type"] != "http" or b"origin" in dict(scope["headers"]):
            await super().__call__(scope, receive, send)
        else:
            await self.app(scope, receive, _varying(send))

    def preflight_response(self, request_headers: Headers) -> Response:
        """Return the answer to what a browser asks before it sends another page's request."""
        response = super().preflight_response(request_headers)
        if response.status_code == 200:
            return response
        refusal = Refused(400, "This page may not send this here.", "FORBIDDEN", vary=response.headers["vary"])
        return refusal.answer()


def _varying(send: Send) -> Send:
    async def varying(message: Message) -> None:
        if message["type"] == "http.response.start":
            said = [value for name, value in message["headers"] if name == b"vary"]
            others = [each for each in message["headers"] if each[0] != b"vary"]
            message["headers"] = [*others, (b"vary", b", ".join([*said, b"Origin"]))]
        await send(message)

    return varying
