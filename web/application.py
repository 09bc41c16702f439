"""The application: routes, what one request knows, and the answers where something is wrong with it as a whole."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

import orjson
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auth.backend import BadCredential, authenticate
from models.database import Database, is_unavailable
from resolvers.api import Api
from schema.context import Clock, Context
from web.cookies import SessionCookie
from web.graphql import GraphQLEndpoint, refused
from web.health import Health
from web.pages import Pages
from web.requests import RequestLog

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

    def assembled(self) -> RequestLog:
        """Return the ASGI application."""
        cookie = SessionCookie(self.is_secure)
        graphql = GraphQLEndpoint(self.api, self._open_context, cookie)
        pages = Pages(self.api, self._open_context, cookie, self.origin)
        inner = Starlette(
            routes=[
                Route("/graphql", graphql.answer, methods=EVERY_METHOD),
                *Health().routes(),
                *pages.routes(),
            ],
            lifespan=self._lifespan,
            exception_handlers={
                BadCredential: _unauthenticated,
                SQLAlchemyError: _database_failed,
                OSError: _database_failed,
                Exception: _faulty,
            },
        )
        return RequestLog(inner)

    @asynccontextmanager
    async def _lifespan(self, inner: Starlette) -> AsyncIterator[None]:
        async with self.connect() as database:
            inner.state.database = database
            yield

    async def _open_context(self, request: Request) -> Context:
        database: Database = request.app.state.database
        at, token = self.now(), SessionCookie(self.is_secure).read(request)
        authorization = request.headers.get("authorization")
        return Context(
            database=database,
            now=at,
            viewer=await authenticate(database, authorization=authorization, session_token=token, at=at),
            portal_url=self.portal_url,
            client_address=request.client.host if request.client else None,
            session_token=token,
        )


def _unauthenticated(request: Request, error: Exception) -> Response:  # noqa: ARG001 # Starlette's signature
    return _json(401, "UNAUTHENTICATED", "The Authorization header is not valid.", {"www-authenticate": "Bearer"})


def _database_failed(request: Request, error: Exception) -> Response:  # noqa: ARG001 # Starlette's signature
    if not is_unavailable(error):
        raise error
    return _json(503, "SERVICE_UNAVAILABLE", "The database does not answer; try again.", {"retry-after": "1"})


def _faulty(request: Request, error: Exception) -> Response:  # noqa: ARG001 # Starlette's signature
    request_id = request.state.request_id
    return _json(500, "INTERNAL_SERVER_ERROR", "Something went wrong here; it was logged.", requestId=request_id)


def _json(status: int, code: str, message: str, headers: dict[str, str] | None = None, **extensions: str) -> Response:
    content = orjson.dumps(refused(code, message, **extensions))
    return Response(content, status, headers, "application/json; charset=utf-8")
