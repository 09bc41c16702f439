"""Pages for people: signing in and out, and GraphiQL behind the sign-in page.

Server-rendered; every script and style is served by us, and the Content-Security-Policy lets the browser load nothing
else.
"""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from auth import sessions
from domain.errors import InvalidCredentials
from resolvers.api import Api
from schema.context import Context
from web.cookies import SessionCookie
from web.teaching import first_tabs, survey

HERE = Path(__file__).parent
LARGEST_FORM = 16 * 1024
# Monaco sets style attributes and adds <style> elements at run time: its styles need 'unsafe-inline', nothing else
# does. The icons in GraphiQL's stylesheet are data: images.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}
# Exactly one slash first: //host is another host, and to a browser a backslash is a slash and a tab is nothing.
_PATH_OF_OURS = re.compile(r"/(?!/)[!-\[\]-~]*", re.ASCII)


class Pages:
    """The pages, over the same functions as the API."""

    def __init__(
        self,
        api: Api,
        open_context: Callable[[Request], Awaitable[Context]],
        cookie: SessionCookie,
        origin: str,
    ) -> None:
        self._api, self._open_context, self._cookie, self._origin = api, open_context, cookie, origin
        self._templates = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=select_autoescape())

    def routes(self) -> list[BaseRoute]:
        """Return where each page lies."""
        return [
            Route("/", self.home, methods=["GET"]),
            Route("/sign-in", self.sign_in_form, methods=["GET"]),
            Route("/sign-in", self.sign_in, methods=["POST"]),
            Route("/sign-out", self.sign_out, methods=["POST"]),
            Route("/graphiql", self.graphiql, methods=["GET"]),
            # Built by `make`, so the folder may come later than the server's code.
            Mount("/static", StaticFiles(directory=HERE / "static", check_dir=False)),
            Mount("/assets", StaticFiles(directory=HERE / "assets")),
        ]

    async def home(self, request: Request) -> Response:
        """Lead a person to the right page."""
        context = await self._open_context(request)
        return RedirectResponse("/graphiql" if context.viewer else "/sign-in", 303, HEADERS)

    async def sign_in_form(self, request: Request) -> Response:
        """Show the form."""
        return self._form(_local(request.query_params.get("next")))

    async def sign_in(self, request: Request) -> Response:
        """Open a session and go where the person wanted to; the same answer whatever is wrong."""
        if not self._is_ours(request):
            return self._form("/", "This form was sent from another page. Sign in here.", status=403)
        async with request.form(max_files=0, max_fields=10, max_part_size=LARGEST_FORM) as form:
            email, password = str(form.get("email", "")), str(form.get("password", ""))
            goal = _local(str(form.get("next", "")))
        context = await self._open_context(request)
        try:
            opened = await sessions.sign_in(context.database, email=email, password=password, at=context.now)
        except InvalidCredentials as refusal:
            return self._form(goal, refusal.message, email=email, status=401)
        response = RedirectResponse(goal, 303, HEADERS)
        self._cookie.give(response, opened.token)
        return response

    async def sign_out(self, request: Request) -> Response:
        """End the session and lead to the sign-in page."""
        token = self._cookie.read(request)
        response = RedirectResponse("/sign-in", 303, HEADERS)
        if self._is_ours(request) and token is not None:
            context = await self._open_context(request)
            await sessions.sign_out(context.database, token)
            self._cookie.take(response)
        return response

    async def graphiql(self, request: Request) -> Response:
        """Show GraphiQL with tabs that teach the main job, for the signed-in person."""
        context = await self._open_context(request)
        if context.viewer is None:
            return RedirectResponse(f"/sign-in?{urlencode({'next': '/graphiql'})}", 303, HEADERS)
        surveyed = await self._api.answer(survey(), context)
        person = context.viewer
        config = {
            "endpoint": "/graphql",
            "viewer": {"name": person.name, "email": person.email},
            "tabs": first_tabs(surveyed["data"]),
        }
        return self._page("graphiql.html", config=config)

    def _form(self, goal: str, problem: str = "", *, email: str = "", status: int = 200) -> Response:
        return self._page("sign-in.html", status=status, next=goal, problem=problem, email=email)

    def _page(self, template: str, *, status: int = 200, **values: Any) -> Response:  # noqa: ANN401 # whatever it shows
        return HTMLResponse(self._templates.get_template(template).render(**values), status, HEADERS)

    def _is_ours(self, request: Request) -> bool:
        # A browser says where a form comes from; a page of another site cannot say otherwise.
        site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
        return site in {"same-origin", "none"} if site is not None else origin in {None, self._origin}


def _local(goal: str | None) -> str:
    return goal if goal and _PATH_OF_OURS.fullmatch(goal) else "/"
