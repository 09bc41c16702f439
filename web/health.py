"""Whether the process lives, and whether it can serve."""

import asyncio

import orjson
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from models.database import Database
from models.migrating import is_migrated
from web.draining import Draining

PATIENCE = 2.0
PATHS = frozenset({"/livez", "/readyz"})


class Health:
    """Two questions that a supervisor asks; neither needs a credential, neither says a detail."""

    def __init__(self, draining: Draining) -> None:
        self._draining = draining

    def routes(self) -> list[Route]:
        """Return where they are answered."""
        return [Route("/livez", self.livez, methods=["GET"]), Route("/readyz", self.readyz, methods=["GET"])]

    async def livez(self, request: Request) -> Response:  # noqa: ARG002 # Starlette's signature
        """Answer that the process runs."""
        return _answer(200, "alive")

    async def readyz(self, request: Request) -> Response:
        """Answer 200 where the database answers within two seconds and has our tables, 503 otherwise."""
        if self._draining.has_begun:
            return _answer(503, "the server is about to end")
        try:
            database: Database = request.app.state.database
            async with asyncio.timeout(PATIENCE), database.connection() as connection:
                ready = await is_migrated(connection)
        except (SQLAlchemyError, OSError, TimeoutError):
            return _answer(503, "the database does not answer")
        return _answer(200, "ready") if ready else _answer(503, "the database is not migrated")


def _answer(status: int, text: str) -> Response:
    return Response(orjson.dumps({"status": text}), status, {"cache-control": "no-store"}, "application/json")
