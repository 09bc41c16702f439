"""The invitation's pages: what the link leads to, and both ways to accept it.

The code stands in the link's fragment, which no server and no mail scanner that opens the link gets to see; a small
script of ours, or the person, puts it into a form. Opening the link changes nothing.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from schema.context import Context
from web.signing_in import SIGN_IN
from web.site import Site

PREVIEW = """
query($token: String!) { invitation(token: $token) { kind dashboardName email role status needsSetup } }
"""
ACCEPT = """
mutation($input: AcceptInvitationInput!) {
  acceptInvitation(input: $input) { dashboard { id kind } errors { code message } }
}
"""


class Joining:
    """Both ways lead to the terms, where it is a reseller's dashboard, and to the switcher otherwise."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> list[Route]:
        """Return where each page lies."""
        return [
            Route("/invitation", self.link, methods=["GET"]),
            Route("/invitation", self.preview, methods=["POST"]),
            Route("/invitation/accept", self.accept, methods=["POST"]),
        ]

    async def link(self, request: Request) -> Response:
        """Take the code out of the link."""
        return self._site.page("invitation-link.html", await self._site.open_context(request))

    async def preview(self, request: Request) -> Response:
        """Show what the code leads to, and what it takes to accept."""
        form = await self._site.form(request)
        return await self._show(await self._site.open_context(request), form.get("token", ""), {})

    async def accept(self, request: Request) -> Response:
        """Join: signed in already, by signing in, or by setting up."""
        form = await self._site.form(request)
        context, token = await self._site.open_context(request), form.get("token", "")
        if "email" in form:
            known = {"email": form["email"], "password": form.get("password", ""), "code": form.get("code")}
            told = await self._site.ask(context, SIGN_IN, input=known)
            if told["signIn"]["errors"]:
                return await self._show(context, token, told["signIn"]["errors"][0], has_code="code" in form)
        new = {name: form.get(name, "") for name in ("name", "password")} if "name" in form else {}
        told = await self._site.ask(context, ACCEPT, input={"token": token, **new})
        if told["acceptInvitation"]["errors"]:
            return await self._show(context, token, told["acceptInvitation"]["errors"][0], name=form.get("name", ""))
        joined = told["acceptInvitation"]["dashboard"]
        is_reseller = joined["kind"] == "RESELLER"
        return self._site.go(f"/terms?reseller={joined['id']}" if is_reseller else "/dashboards", context)

    async def _show(
        self, context: Context, token: str, error: dict[str, Any], *, name: str = "", has_code: bool = False
    ) -> Response:
        invitation = (await self._site.ask(context, PREVIEW, token=token))["invitation"]
        if invitation is None or invitation["status"] != "PENDING":
            heading, message = "This link cannot be used", "Ask whoever invited you to send another one."
            return self._site.page("message.html", context, status=410, heading=heading, message=message)
        status, problem = (422, error["message"]) if error else (200, "")
        needs_code = has_code or error.get("code") == "SECOND_FACTOR_REQUIRED"
        values = {"invitation": invitation, "token": token, "problem": problem, "name": name, "needs_code": needs_code}
        return self._site.page("invitation.html", context, status=status, **values)
