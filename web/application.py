"""The application: routes, what one request knows, and the answers where something is wrong with it as a whole."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auth.backend import BadCredential, authenticate
from auth.budgets import Budgets
from auth.sessions import ORDINARY, Lengths
from mail.inviting import Postman
from models.database import Database
from models.failures import explanation, is_unavailable
from models.sealing import Sealer
from resolvers.api import Api
from resolvers.introspection import Introspection
from resolvers.trusted import TrustedDocuments
from schema.context import Clock, Context
from web.cookies import SessionCookie
from web.graphql import GraphQLEndpoint, refused
from web.health import Health
from web.origins import Origins
from web.pages import Pages
from web.requests import RequestLog
from web.site import ForeignForm, NotAnswered, Site

if TYPE_CHECKING:
    from web.metrics import Metrics
    from web.tracing import Tracing

EVERY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
Connect = Callable[[], AbstractAsyncContextManager[Database]]


@dataclass(frozen=True, slots=True)
class Application:
    """What the server is made of. `connect` opens the database for as long as the server runs."""

    api: Api
    connect: Connect
    now: Clock
    origin: str
    portal_url: str
    is_secure: bool
    sealer: Sealer
    allowed_origins: tuple[str, ...] = ()
    mailbox: Path | None = None
    lengths: Lengths = ORDINARY
    budgets: Budgets = field(default_factory=Budgets)
    documents: TrustedDocuments = field(default_factory=TrustedDocuments)
    introspection: Introspection = Introspection.ON
    has_graphiql: bool = True
    metrics: "Metrics | None" = None
    tracing: "Tracing | None" = None

    def assembled(self) -> RequestLog:
        """Return the ASGI application."""
        cookie, origins = (
            SessionCookie(self.is_secure, self.lengths.absolute),
            Origins(self.origin, self.allowed_origins),
        )
        graphql = GraphQLEndpoint(self.api, self._open_context, cookie, origins, self.documents)
        site = Site(self.api, self._open_context, cookie, origins, has_graphiql=self.has_graphiql)
        inner = Starlette(
            routes=[
                Route("/graphql", graphql.answer, methods=EVERY_METHOD),
                *Health().routes(),
                *Pages(site, self.mailbox).routes(),
            ],
            middleware=[Middleware(CORSMiddleware, **_cross_origin(self.allowed_origins))],
            lifespan=self._lifespan,
            exception_handlers={
                BadCredential: _unauthenticated,
                ForeignForm: site.foreign,
                NotAnswered: site.not_answered,
                SQLAlchemyError: _database_failed,
                OSError: _database_failed,
                Exception: _faulty,
            },
        )
        return RequestLog(inner, is_secure=self.is_secure, metrics=self.metrics, tracing=self.tracing)

    @asynccontextmanager
    async def _lifespan(self, inner: Starlette) -> AsyncIterator[None]:
        async with self.connect() as database:
            inner.state.database = database
            yield

    async def _open_context(self, request: Request) -> Context:
        database: Database = request.app.state.database
        at, token = self.now(), SessionCookie(self.is_secure, self.lengths.absolute).read(request)
        authorization = request.headers.get("authorization")
        viewer = await authenticate(database, authorization=authorization, session_token=token, at=at)
        return Context(
            database=database,
            now=at,
            viewer=viewer,
            portal_url=self.portal_url,
            postman=Postman(self.origin, self.sealer),
            request_id=request.state.request_id,
            client_address=request.client.host if request.client else None,
            user_agent=request.headers.get("user-agent"),
            session_token=token,
            lengths=self.lengths,
            budgets=self.budgets,
            may_introspect=self.introspection.permits(viewer),
            idempotency_key=request.headers.get("idempotency-key"),
            notes=request.state.notes,
        )


def _unauthenticated(request: Request, error: Exception) -> Response:  # noqa: ARG001 # Starlette's signature
    return _json(401, "UNAUTHENTICATED", "The Authorization header is not valid.", {"www-authenticate": "Bearer"})


def _cross_origin(allowed: tuple[str, ...]) -> dict[str, Any]:
    return {
        "allow_origins": allowed,
        "allow_credentials": True,
        "allow_methods": ["GET", "POST"],
        "allow_headers": ["authorization", "content-type", "idempotency-key", "x-request-id"],
        "expose_headers": ["x-request-id"],
    }


def _database_failed(request: Request, error: Exception) -> Response:  # noqa: ARG001 # Starlette's signature
    if not is_unavailable(error):
        raise error
    return _json(503, "SERVICE_UNAVAILABLE", explanation(error), {"retry-after": "1"})


def _faulty(request: Request, error: Exception) -> Response:  # noqa: ARG001 # Starlette's signature
    request_id = request.state.request_id
    return _json(500, "INTERNAL_SERVER_ERROR", "Something went wrong here; it was logged.", requestId=request_id)


def _json(status: int, code: str, message: str, headers: dict[str, str] | None = None, **extensions: str) -> Response:
    content = orjson.dumps(refused(code, message, **extensions))
    return Response(content, status, headers, "application/json; charset=utf-8")
