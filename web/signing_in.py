"""The sign-in page, and the way out."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web.site import Site, local

SIGN_IN = """mutation($input: SignInInput!) { signIn(input: $input) { errors { code message } } }"""
SIGN_OUT = """mutation { signOut { errors { code } } }"""


class SigningIn:
    """One page for everybody; the same answer whatever is wrong."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> list[Route]:
        """Return where each page lies."""
        return [
            Route("/sign-in", self.form, methods=["GET"]),
            Route("/sign-in", self.sign_in, methods=["POST"]),
            Route("/sign-out", self.sign_out, methods=["POST"]),
        ]

    async def form(self, request: Request) -> Response:
        """Show the form."""
        return self._site.page("sign-in.html", None, next=local(request.query_params.get("next")), email="")

    async def sign_in(self, request: Request) -> Response:
        """Open a session, and go where the person wanted to."""
        form = await self._site.form(request)
        context, goal = await self._site.open_context(request), local(form.get("next"))
        email, password, code = form.get("email", ""), form.get("password", ""), form.get("code")
        told = await self._site.ask(context, SIGN_IN, input={"email": email, "password": password, "code": code})
        errors = told["signIn"]["errors"]
        if not errors:
            return self._site.go(goal, context)
        # The password is not kept for the second try: it would stand in the page.
        needs_code = code is not None or errors[0]["code"] == "SECOND_FACTOR_REQUIRED"
        values = {"next": goal, "email": email, "problem": errors[0]["message"], "needs_code": needs_code}
        return self._site.page("sign-in.html", None, status=401, **values)

    async def sign_out(self, request: Request) -> Response:
        """End the session, and lead to the sign-in page."""
        await self._site.form(request)
        context = await self._site.open_context(request)
        await self._site.ask(context, SIGN_OUT)
        return self._site.go("/sign-in", context)
