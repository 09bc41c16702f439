"""The application: routes, what one request knows, and the answers where something is wrong with it as a whole."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auth.backend import BadCredential, authenticate
from auth.budgets import Budgets, RateLimited
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
from web.cross_origin import CrossOrigin
from web.draining import Draining
from web.graphql import GraphQLEndpoint
from web.headers import joined, single
from web.health import Health
from web.hosts import Hosts
from web.in_flight import InFlight
from web.limits import ORDINARY as ORDINARY_LIMITS
from web.limits import RequestLimits
from web.origins import Origins
from web.pages import Pages
from web.refusals import Refused, answer, refused
from web.requests import RequestLog
from web.running import Operations
from web.site import ForeignForm, NotAnswered, Site
from web.way_in import WayIn

if TYPE_CHECKING:
    from web.metrics import Metrics
    from web.tracing import Tracing

log = structlog.get_logger()
Connect = Callable[[], AbstractAsyncContextManager[Database]]


@dataclass(frozen=True, slots=True)
class Application:
    """What the server is made of. `connect` opens the database for as long as the server runs.

    `hosts` are the names under which we are reached.
    """

    api: Api
    connect: Connect
    now: Clock
    origin: str
    portal_url: str
    is_secure: bool
    sealer: Sealer
    hosts: Hosts
    allowed_origins: tuple[str, ...] = ()
    mailbox: Path | None = None
    lengths: Lengths = ORDINARY
    budgets: Budgets = field(default_factory=Budgets)
    documents: TrustedDocuments = field(default_factory=TrustedDocuments)
    introspection: Introspection = Introspection.ON
    has_graphiql: bool = True
    metrics: "Metrics | None" = None
    tracing: "Tracing | None" = None
    limits: RequestLimits = ORDINARY_LIMITS
    grace_seconds: float = 10

    def assembled(self) -> RequestLog:
        """Return the ASGI application."""
        cookie = SessionCookie(self.is_secure, self.lengths.absolute)
        origins, limits = Origins(self.origin, self.allowed_origins), self.limits
        operations = Operations(limits.operation_seconds)
        draining = Draining(self.grace_seconds, operations.cut_off)
        in_flight = InFlight(limits.in_flight, limits.in_flight_each)
        opening = partial(self._open_context, in_flight, cookie)
        graphql = GraphQLEndpoint(self.api, opening, cookie, origins, limits, in_flight, operations, self.documents)
        site = Site(self.api, opening, cookie, origins, limits, operations, has_graphiql=self.has_graphiql)
        inner = Starlette(
            routes=[Route("/graphql", graphql), *Health(draining).routes(), *Pages(site, self.mailbox).routes()],
            lifespan=self._lifespan,
            exception_handlers={
                Refused: _refused,
                HTTPException: _no_such_way,
                BadCredential: _unauthenticated,
                ForeignForm: site.foreign,
                RateLimited: site.limited,
                NotAnswered: site.not_answered,
                SQLAlchemyError: _database_failed,
                OSError: _database_failed,
                Exception: _faulty,
            },
        )
        inner.state.draining, inner.state.operations = draining, operations
        way_in = WayIn(inner, hosts=self.hosts, limits=limits, draining=draining)
        cross_origin = CrossOrigin(way_in, origins=self.allowed_origins)
        return RequestLog(cross_origin, is_secure=self.is_secure, metrics=self.metrics, tracing=self.tracing)

    @asynccontextmanager
    async def _lifespan(self, inner: Starlette) -> AsyncIterator[None]:
        draining: Draining = inner.state.draining
        operations: Operations = inner.state.operations
        async with self.connect() as database:
            inner.state.database = database
            with draining.minding_signals():
                yield
                await operations.finish(self.grace_seconds)

    async def _open_context(self, in_flight: InFlight, cookie: SessionCookie, request: Request) -> Context:
        # Read from the scope itself: what Starlette's request shows of it takes three calls each.
        scope, own = request.scope, request.scope["state"]
        own["slot"] = slot = in_flight.take()
        database: Database = scope["app"].state.database
        at, token, authorization = self.now(), cookie.read(request), single(scope, b"authorization")
        viewer = await authenticate(database, authorization=authorization, session_token=token, at=at)
        address = scope["client"][0] if scope.get("client") else None
        slot.belongs_to(f"address {address}" if viewer is None else f"viewer {viewer.id}")
        return Context(
            database=database,
            now=at,
            viewer=viewer,
            portal_url=self.portal_url,
            postman=Postman(self.origin, self.sealer),
            request_id=own["request_id"],
            client_address=address,
            user_agent=joined(scope, b"user-agent"),
            session_token=token,
            lengths=self.lengths,
            budgets=self.budgets,
            may_introspect=self.introspection.permits(viewer),
            idempotency_key=single(scope, b"idempotency-key"),
            notes=own["notes"],
        )


async def _refused(request: Request, error: Exception) -> Response:
    refusal = cast("Refused", error)
    request.state.notes.refused(refusal.code)
    return refusal.answer()


async def _no_such_way(request: Request, error: Exception) -> Response:  # noqa: ARG001 # Starlette's signature
    # The router's own: nothing lies there, or not for this method.
    unfit = cast("HTTPException", error)
    code = "NOT_FOUND" if unfit.status_code == 404 else "BAD_REQUEST"
    return answer(unfit.status_code, refused(code, f"{unfit.detail}."), headers=dict(unfit.headers or {}))


async def _unauthenticated(request: Request, error: Exception) -> Response:  # noqa: ARG001 # Starlette's signature
    refusal = refused("UNAUTHENTICATED", "The Authorization header is not valid.")
    return answer(401, refusal, headers={"www-authenticate": "Bearer"})


async def _database_failed(request: Request, error: Exception) -> Response:  # noqa: ARG001 # Starlette's signature
    if not is_unavailable(error):
        raise error
    log.warning("the database does not answer", error=type(error).__name__)
    return answer(503, refused("SERVICE_UNAVAILABLE", explanation(error)), headers={"retry-after": "1"})


async def _faulty(request: Request, error: Exception) -> Response:  # noqa: ARG001 # Starlette's signature
    message = "Something went wrong here; it was logged."
    return answer(500, refused("INTERNAL_SERVER_ERROR", message, requestId=request.state.request_id))
