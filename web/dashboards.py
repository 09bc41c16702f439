"""The switcher as a page, the terms that come before a reseller's accounts, and the accounts."""

from markdown_it import MarkdownIt
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from schema.context import Context
from web.site import Site

DASHBOARDS = """
query($current: ID) { viewer { dashboards(current: $current) { id kind name role isCurrent } } }
"""
TERMS = """
query($id: ID!) { reseller(id: $id) { id name terms { version body isAccepted } } }
"""
ACCEPT = """
mutation($input: AcceptTermsInput!) { acceptTerms(input: $input) { errors { code message } } }
"""
ACCOUNTS = """
query($id: ID!, $after: String) {
  reseller(id: $id) {
    id
    name
    terms { isAccepted }
    accounts(first: 25, after: $after) {
      nodes { name subdomain supportType status statusEndsOn dashboardUrl }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""


class Dashboards:
    """Pages of somebody who is signed in."""

    def __init__(self, site: Site) -> None:
        self._site = site
        # What an operator writes is text: HTML in it is shown, not run.
        self._markdown = MarkdownIt("commonmark", {"html": False})

    def routes(self) -> list[Route]:
        """Return where each page lies."""
        return [
            Route("/dashboards", self.switcher, methods=["GET"]),
            Route("/terms", self.terms, methods=["GET"]),
            Route("/terms", self.accept, methods=["POST"]),
            Route("/accounts", self.accounts, methods=["GET"]),
        ]

    async def switcher(self, request: Request) -> Response:
        """Show every dashboard that the person was added to, the current one checked."""
        context = await self._site.open_context(request)
        if context.viewer is None:
            return self._site.sign_in_first(request)
        told = await self._site.ask(context, DASHBOARDS, current=request.query_params.get("current"))
        return self._site.page("dashboards.html", context, dashboards=told["viewer"]["dashboards"])

    async def terms(self, request: Request, problem: str = "", reseller_id: str | None = None) -> Response:
        """Show a reseller's current terms, and the button unless they are accepted."""
        context = await self._site.open_context(request)
        if context.viewer is None:
            return self._site.sign_in_first(request)
        told = await self._site.ask(context, TERMS, id=reseller_id or request.query_params.get("reseller", ""))
        reseller = told["reseller"]
        # Members of its accounts know its name; its terms are not for them.
        if reseller is None or reseller["terms"] is None:
            return self._nothing_here(context)
        body = self._rendered(reseller["terms"]["body"])
        status = 422 if problem else 200
        return self._site.page("terms.html", context, status=status, reseller=reseller, body=body, problem=problem)

    async def accept(self, request: Request) -> Response:
        """Agree, and go on to the accounts."""
        form = await self._site.form(request)
        context = await self._site.open_context(request)
        if context.viewer is None:
            return self._site.go("/sign-in")
        reseller_id, version = form.get("reseller", ""), form.get("version", "")
        told = await self._site.ask(context, ACCEPT, input={"resellerId": reseller_id, "version": version})
        errors = told["acceptTerms"]["errors"]
        if errors:
            return await self.terms(request, errors[0]["message"], reseller_id)
        return self._site.go(f"/accounts?reseller={reseller_id}")

    async def accounts(self, request: Request) -> Response:
        """Show a reseller's accounts; the terms come before them."""
        context, asked = await self._site.open_context(request), request.query_params
        if context.viewer is None:
            return self._site.sign_in_first(request)
        told = await self._site.answer(context, ACCOUNTS, id=asked.get("reseller", ""), after=asked.get("after"))
        reseller = told["data"]["reseller"]
        if reseller is None or reseller["terms"] is None:
            return self._nothing_here(context)
        if not reseller["terms"]["isAccepted"]:
            return self._site.go(f"/terms?reseller={reseller['id']}")
        if reseller["accounts"] is None:
            codes = {error["extensions"]["code"] for error in told["errors"]}
            return self._two_factor_first(context) if "TWO_FACTOR_REQUIRED" in codes else self._nothing_here(context)
        return self._site.page("accounts.html", context, reseller=reseller)

    def _rendered(self, markdown: str) -> str:
        tokens = self._markdown.parse(markdown)
        for token in tokens:
            # A page has one first heading, which is its own.
            if token.type in {"heading_open", "heading_close"}:
                token.tag = f"h{min(6, int(token.tag[1]) + 1)}"
        return str(self._markdown.renderer.render(tokens, self._markdown.options, {}))

    def _two_factor_first(self, context: Context) -> Response:
        values = {"heading": "Set up two-factor first", "message": "This reseller requires it of its members."}
        return self._site.page("message.html", context, status=403, onward="/security", **values)

    def _nothing_here(self, context: Context) -> Response:
        message = "It does not exist, or you may not see it."
        return self._site.page("message.html", context, status=404, heading="Nothing here", message=message)
