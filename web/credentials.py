"""The pages of a person's credentials: passwords, two-factor, and where they are signed in."""

from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auth.two_factor import qr_svg
from schema.context import Context
from web.site import Site

REQUEST = """
mutation($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { errors { message } } }
"""
RESET = """
mutation($input: ResetPasswordInput!) { resetPassword(input: $input) { errors { message } } }
"""
SECURITY = """
{ viewer { twoFactor sessions { id createdAt lastSeenAt clientAddress userAgent isCurrent } } }
"""
CHANGE = """
mutation($input: ChangePasswordInput!) { changePassword(input: $input) { errors { message } } }
"""
START = """
mutation { startTwoFactor { secret otpauthUri errors { message } } }
"""
CONFIRM = """
mutation($input: ConfirmTwoFactorInput!) { confirmTwoFactor(input: $input) { recoveryCodes errors { code message } } }
"""
DISABLE = """
mutation($input: DisableTwoFactorInput!) { disableTwoFactor(input: $input) { errors { message } } }
"""
END = """
mutation($input: EndSessionInput!) { endSession(input: $input) { errors { message } } }
"""
END_OTHERS = """
mutation { endOtherSessions { errors { message } } }
"""


class Credentials:
    """Forgotten passwords are for strangers; everything else is for whoever is signed in."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> list[Route]:
        """Return where each page lies."""
        return [
            Route("/forgotten", self.forgotten, methods=["GET", "POST"]),
            Route("/reset", self.reset, methods=["GET", "POST"]),
            Route("/security", self.security, methods=["GET"]),
            Route("/security/password", self.change_password, methods=["POST"]),
            Route("/security/two-factor", self.two_factor, methods=["POST"]),
            Route("/security/two-factor/confirm", self.confirm, methods=["POST"]),
            Route("/security/two-factor/disable", self.disable, methods=["POST"]),
            Route("/security/sessions/end", self.end_session, methods=["POST"]),
            Route("/security/sessions/end-others", self.end_others, methods=["POST"]),
        ]

    async def forgotten(self, request: Request) -> Response:
        """Ask for the address; the answer is the same whoever has it."""
        if request.method != "POST":
            return self._site.page("forgotten.html", None)
        form = await self._site.form(request)
        context = await self._site.open_context(request)
        errors = await self._errors(context, REQUEST, email=form.get("email", ""))
        if errors:
            values = {"email": form.get("email", ""), "problem": errors[0]["message"]}
            return self._site.page("forgotten.html", None, status=422, **values)
        message = "If somebody signs in with this address, a link is on its way to it. It works for 30 minutes."
        return self._site.page("message.html", None, heading="Look into your mail", message=message)

    async def reset(self, request: Request) -> Response:
        """Take the code out of the link, and a new password."""
        if request.method != "POST":
            return self._site.page("reset.html", None, token="")
        form = await self._site.form(request)
        context, token = await self._site.open_context(request), form.get("token", "")
        errors = await self._errors(context, RESET, token=token, newPassword=form.get("password", ""))
        if errors:
            return self._site.page("reset.html", None, status=422, token=token, problem=errors[0]["message"])
        # Whoever was signed in here with the old one is not any more.
        heading, message = "Your password is another one", "Sign in with it."
        return self._site.page("message.html", context, heading=heading, message=message, onward="/sign-in")

    async def security(self, request: Request, problem: str = "") -> Response:
        """Show what there is, and where the person is signed in."""
        context = await self._site.open_context(request)
        if context.viewer is None:
            return self._site.sign_in_first(request)
        return await self._overview(context, problem)

    async def change_password(self, request: Request) -> Response:
        """Change the password; the other sessions end."""
        form, context = await self._asked(request)
        given = {"currentPassword": form.get("current", ""), "newPassword": form.get("new", "")}
        return await self._done(context, await self._errors(context, CHANGE, **given))

    async def two_factor(self, request: Request) -> Response:
        """Show a secret for the authenticator, and ask for its first code."""
        _, context = await self._asked(request)
        if context.viewer is None:
            return self._site.go("/sign-in", context)
        told = (await self._site.ask(context, START))["startTwoFactor"]
        if told["errors"]:
            return await self._overview(context, told["errors"][0]["message"])
        # Our own library's markup, of a URI that we made.
        code = Markup(qr_svg(told["otpauthUri"]))  # noqa: S704
        return self._site.page("two-factor.html", context, secret=told["secret"], code=code)

    async def confirm(self, request: Request) -> Response:
        """Show the recovery codes, this once."""
        form, context = await self._asked(request)
        told = (await self._site.ask(context, CONFIRM, input={"code": form.get("code", "")}))["confirmTwoFactor"]
        if not told["errors"]:
            return self._site.page("recovery-codes.html", context, codes=told["recoveryCodes"])
        problem = told["errors"][0]["message"]
        if told["errors"][0]["code"] != "INVALID_CREDENTIALS":
            return await self._done(context, told["errors"])
        # The authenticator has the secret already, which is not shown again: only another code is needed.
        return self._site.page("two-factor.html", context, status=422, problem=problem)

    async def disable(self, request: Request) -> Response:
        """Give two-factor up."""
        form, context = await self._asked(request)
        given = {"password": form.get("password", ""), "code": form.get("code", "")}
        return await self._done(context, await self._errors(context, DISABLE, **given))

    async def end_session(self, request: Request) -> Response:
        """End one session."""
        form, context = await self._asked(request)
        return await self._done(context, await self._errors(context, END, id=form.get("id", "")))

    async def end_others(self, request: Request) -> Response:
        """End every session but this one."""
        _, context = await self._asked(request)
        told = await self._site.ask(context, END_OTHERS)
        return await self._done(context, told["endOtherSessions"]["errors"])

    async def _asked(self, request: Request) -> tuple[dict[str, str], Context]:
        return await self._site.form(request), await self._site.open_context(request)

    async def _errors(self, context: Context, document: str, **input: Any) -> list[dict[str, Any]]:  # noqa: ANN401 # JSON
        told = await self._site.ask(context, document, input=input)
        errors: list[dict[str, Any]] = next(iter(told.values()))["errors"]
        return errors

    async def _done(self, context: Context, errors: list[dict[str, Any]]) -> Response:
        if context.viewer is None:
            return self._site.go("/sign-in", context)
        return await self._overview(context, errors[0]["message"]) if errors else self._site.go("/security", context)

    async def _overview(self, context: Context, problem: str = "") -> Response:
        told = (await self._site.ask(context, SECURITY))["viewer"]
        return self._site.page("security.html", context, status=422 if problem else 200, problem=problem, **told)
