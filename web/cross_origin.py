"""CORS: an exact list of origins, and a no in JSON like every other."""

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp

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

    def preflight_response(self, request_headers: Headers) -> Response:
        """Return the answer to what a browser asks before it sends another page's request."""
        response = super().preflight_response(request_headers)
        if response.status_code == 200:
            return response
        refusal = Refused(400, "This page may not send this here.", "FORBIDDEN", vary=response.headers["vary"])
        return refusal.answer()
