"""What every page for people needs: its template, who looks at it, its form, and the API to ask.

Server-rendered; every script and style is served by us, and the Content-Security-Policy lets the browser load nothing
else. Pages ask the API, and so decide nothing themselves.

ForeignForm     the form was sent from a page of another site
NotAnswered     the API did not run what the page asked
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from resolvers.api import Api
from schema.context import Context
from web.body import body_of, replaying
from web.cookies import SessionCookie
from web.limits import RequestLimits
from web.origins import Origins
from web.running import Operations

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
    # Not no-referrer: a browser would then send `Origin: null` with our own forms.
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}
# Exactly one slash first: //host is another host, and to a browser a backslash is a slash and a tab is nothing.
_PATH_OF_OURS = re.compile(r"/(?!/)[!-\[\]-~]*", re.ASCII)


class ForeignForm(Exception):
    """A page of another site sent it, with the cookie of somebody who knows nothing of it."""


class NotAnswered(Exception):
    """What somebody typed, or a link says, is nothing that the API takes; the message says why."""


def _templates() -> Environment:
    made = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=select_autoescape())
    made.filters["words"] = _words
    return made


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True)
class Site:
    """Shared by all pages."""

    api: Api
    open_context: Callable[[Request], Awaitable[Context]]
    cookie: SessionCookie
    origins: Origins
    limits: RequestLimits
    operations: Operations
    templates: Environment = field(default_factory=_templates)
    has_graphiql: bool = True

    async def ask(self, context: Context, document: str, **variables: Any) -> dict[str, Any]:  # noqa: ANN401 # JSON
        """Return the data of an operation of ours, run as the person who looks at the page."""
        data: dict[str, Any] = (await self.answer(context, document, **variables))["data"]
        return data

    async def answer(self, context: Context, document: str, **variables: Any) -> dict[str, Any]:  # noqa: ANN401 # JSON
        """Return the whole answer to an operation of ours: its data, and what it refused. Raises NotAnswered."""
        await context.refresh()
        answering = self.api.answer(document, context, variables=variables, request_id=context.request_id)
        body = await self.operations.run(answering, has_begun=lambda: context.has_begun)
        if "data" not in body:
            raise NotAnswered(body["errors"][0]["message"])
        return body

    async def form(self, request: Request) -> dict[str, str]:
        """Return the fields of a form of ours. Raises ForeignForm."""
        is_known = self.cookie.read(request) is not None
        if self.origins.is_foreign(request.scope) or (is_known and not self.origins.may_act(request.scope)):
            raise ForeignForm
        whole = Request(request.scope, replaying(await body_of(request.scope, request.receive, self.limits)))
        async with whole.form(max_files=0, max_fields=20, max_part_size=LARGEST_FORM) as form:
            return {name: str(value) for name, value in form.items()}

    def page(self, template: str, context: Context | None, *, status: int = 200, **values: Any) -> Response:  # noqa: ANN401 # whatever it shows
        """Return a page; what the request has opened or ended comes with it."""
        person = None if context is None else context.viewer
        shown = {"person": person, "has_graphiql": self.has_graphiql, **values}
        html = self.templates.get_template(template).render(shown)
        return self._followed(context, HTMLResponse(html, status, HEADERS))

    def go(self, goal: str, context: Context | None = None) -> Response:
        """Return the way to another page."""
        return self._followed(context, RedirectResponse(goal, 303, HEADERS))

    async def foreign(self, request: Request, error: Exception) -> Response:  # noqa: ARG002 # Starlette's signature
        """Answer a form that a page of another site sent: nothing was done."""
        message = "This form was sent from a page of another site."
        return self.page("message.html", None, status=403, heading="Nothing was done", message=message, onward="/")

    async def not_answered(self, request: Request, error: Exception) -> Response:  # noqa: ARG002 # Starlette's signature
        """Say that nothing was done with what somebody typed."""
        return self.page("message.html", None, status=400, heading="Nothing was done", message=str(error), onward="/")

    async def limited(self, request: Request, error: Exception) -> Response:  # noqa: ARG002 # Starlette's signature
        """Answer whoever has spent their budget of points."""
        message = "That was a lot at once. Wait a few seconds, and try again."
        return self.page("message.html", None, status=429, heading="Not so fast", message=message, onward="/")

    def sign_in_first(self, request: Request) -> Response:
        """Return the way to the sign-in page, and from there back to where somebody wanted to go."""
        goal = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return self.go(f"/sign-in?{urlencode({'next': goal})}")

    def _followed(self, context: Context | None, response: Response) -> Response:
        if context is not None:
            self.cookie.follow(context, response)
        return response


def local(goal: str | None) -> str:
    """Return a path of ours: whatever else a link asked for leads to the first page."""
    return goal if goal and _PATH_OF_OURS.fullmatch(goal) else "/"
