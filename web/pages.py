"""Pages for people: where each lies, the way to the right one, and GraphiQL behind the sign-in page."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from web.credentials import Credentials
from web.dashboards import Dashboards
from web.joining import Joining
from web.mailbox import Mailbox
from web.refusals import answer
from web.signing_in import SigningIn
from web.site import HERE, Site
from web.teaching import first_tabs, survey

SCHEMA = "/graphiql/schema"


class Pages:
    """All pages; the mailbox is there where a folder takes the mails of the demo, GraphiQL where it is wanted."""

    def __init__(self, site: Site, mailbox: Path | None) -> None:
        self._site = site
        lessons = {"/graphiql": self.graphiql, SCHEMA: self.schema} if site.has_graphiql else {}
        self._lessons = [Route(path, page, methods=["GET"]) for path, page in lessons.items()]
        self._parts = [*SigningIn(site).routes(), *Joining(site).routes(), *Dashboards(site).routes()]
        self._parts += Credentials(site).routes()
        if mailbox is not None:
            self._parts += Mailbox(site, mailbox).routes()

    def routes(self) -> list[BaseRoute]:
        """Return where each page lies."""
        return [
            Route("/", self.home, methods=["GET"]),
            *self._lessons,
            *self._parts,
            # Built by `make`, so the folder may come later than the server's code.
            Mount("/static", StaticFiles(directory=HERE / "static", check_dir=False)),
            Mount("/assets", StaticFiles(directory=HERE / "assets")),
        ]

    async def home(self, request: Request) -> Response:
        """Lead a person to the right page."""
        context = await self._site.open_context(request)
        return self._site.go("/dashboards" if context.viewer else "/sign-in")

    async def graphiql(self, request: Request) -> Response:
        """Show GraphiQL with tabs that teach the main job, for the signed-in person."""
        context = await self._site.open_context(request)
        if context.viewer is None:
            return self._site.sign_in_first(request)
        surveyed = await self._site.ask(context, survey())
        config = {
            "endpoint": "/graphql",
            "schema": SCHEMA,
            "viewer": {"name": context.viewer.name, "email": context.viewer.email},
            "tabs": first_tabs(surveyed),
        }
        return self._site.page("graphiql.html", context, config=config)

    async def schema(self, request: Request) -> Response:
        """Answer the schema to whoever sees GraphiQL, so that it need not ask for it by introspection."""
        context = await self._site.open_context(request)
        if context.viewer is None:
            return self._site.sign_in_first(request)
        return answer(200, self._site.api.introspected)
