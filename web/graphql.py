"""GraphQL over HTTP: what comes in at /graphql, and how it is answered.

POST with a JSON object, or GET for queries of whoever has no cookie. Everything else is refused in JSON, the cheapest
question first. The answer's media type is application/graphql-response+json where it is accepted, with 4xx for what
never ran; application/json otherwise, with 200 for everything that was a GraphQL request.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from auth.budgets import RateLimited
from resolvers.api import Api, anything
from resolvers.rate_limit import limited
from resolvers.trusted import DocumentRefused, TrustedDocuments
from schema.context import Context
from web.body import Unread, answer_unread, body_of
from web.cookies import SessionCookie
from web.headers import joined, single
from web.in_flight import InFlight
from web.limits import RequestLimits
from web.negotiation import OFFERED, is_named, negotiated
from web.origins import Origins
from web.parameters import from_body, from_query, require_json
from web.refusals import HEADERS, JSON, Refused, answer, refused
from web.running import Operations

# How long a browser or a proxy may keep what is the same for everybody: the schema, which a new version changes.
KEPT_SECONDS = 300
BY_A_LINK = f"Nothing was run: with GET, name {OFFERED[0]} or {OFFERED[1]} in Accept, or send it by POST."


class GraphQLEndpoint:
    """The application behind /graphql. `open_context` makes what one request knows."""

    def __init__(
        self,
        api: Api,
        open_context: Callable[[Request], Awaitable[Context]],
        cookie: SessionCookie,
        origins: Origins,
        limits: RequestLimits,
        in_flight: InFlight,
        operations: Operations,
        documents: TrustedDocuments,
    ) -> None:
        self._api, self._open_context, self._cookie, self._origins = api, open_context, cookie, origins
        self._limits, self._in_flight, self._operations, self._documents = limits, in_flight, operations, documents

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        media_type = JSON
        try:
            media_type = negotiated(joined(scope, b"accept"))
            response = await self._answer(Request(scope, receive), media_type)
        except Unread as refusal:
            scope["state"]["notes"].refused(refusal.code)
            await answer_unread(refusal, media_type, receive, send)
            return
        except Refused as refusal:
            scope["state"]["notes"].refused(refusal.code)
            response = refusal.answer(media_type)
        except RateLimited as error:
            response = answer(429, limited(error), media_type, retry_after(error))
        await response(scope, receive, send)

    async def _answer(self, request: Request, media_type: str) -> Response:
        if request.method not in {"GET", "POST"}:
            raise Refused(405, "Send GraphQL by POST, or a query by GET.", allow="GET, POST")
        self._in_flight.require_room()
        parameters = await self._parameters(request)
        self._check_credential(request)
        context = await self._open_context(request)
        body = await self._run(request, context, parameters)
        response = self._encoded(body, media_type, has_changed=context.has_begun)
        if request.method == "GET" and self._is_for_everybody(body, parameters):
            return self._keepable(body, media_type)
        self._cookie.follow(context, response)
        return response

    async def _parameters(self, request: Request) -> dict[str, Any]:
        if request.method == "GET":
            return from_query(request.scope["query_string"], depth=self._limits.json_depth)
        body = await body_of(request.scope, request.receive, self._limits)
        require_json(single(request.scope, b"content-type"))
        return from_body(body, depth=self._limits.json_depth)

    def _check_credential(self, request: Request) -> None:
        has_key = single(request.scope, b"authorization") is not None
        if self._cookie.read(request) is None:
            return
        if has_key:
            raise Refused(400, "Send a cookie or an Authorization header, not both.")
        # A cookie comes along whoever sends the request; an Authorization header is put there on purpose.
        if request.method == "GET":
            raise Refused(405, "With a cookie, GraphQL is sent by POST.", allow="POST")
        if not self._origins.may_act(request.scope):
            raise Refused(403, "This was sent from a page of another site.", "FORBIDDEN")

    async def _run(self, request: Request, context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
        query, document_id = parameters.get("query"), parameters.get("documentId")
        try:
            source = self._documents.source(context.viewer, query=query, document_id=document_id)
        except DocumentRefused as refusal:
            request.state.notes.refused(refusal.code)
            return refused(refusal.code, refusal.message)
        answering = self._api.answer(
            source,
            context,
            variables=parameters.get("variables"),
            operation_name=parameters.get("operationName"),
            request_id=request.scope["state"]["request_id"],
            check=anything if request.method == "POST" else may_come_by_get(request, is_text=query is not None),
        )
        return await self._operations.run(answering, has_begun=lambda: context.has_begun, receive=request.receive)

    def _encoded(self, body: dict[str, Any], media_type: str, *, has_changed: bool) -> Response:
        content, most = orjson.dumps(body), self._limits.answer_bytes
        if len(content) > most:
            done = "The mutation was done, but its" if has_changed else "The"
            body = refused("ANSWER_TOO_LARGE", f"{done} answer would be larger than {most} bytes; ask for less.")
            content = orjson.dumps(body)
        status = 200 if media_type == JSON or "data" in body else 400
        # Where something may have been changed, nobody is asked to send it again.
        headers = HEADERS if has_changed or not _is_unavailable(body) else {**HEADERS, "retry-after": "1"}
        return Response(content, status, headers, f"{media_type}; charset=utf-8")

    def _is_for_everybody(self, body: dict[str, Any], parameters: dict[str, Any]) -> bool:
        return "data" in body and "errors" not in body and self._documents.is_public(parameters.get("documentId"))

    def _keepable(self, body: dict[str, Any], media_type: str) -> Response:
        # Whose budget paid is of no interest to the next who reads it.
        response = self._encoded({"data": body["data"]}, media_type, has_changed=False)
        response.headers["cache-control"] = f"public, max-age={KEPT_SECONDS}"
        response.headers["vary"] = "accept"
        return response


def _is_unavailable(body: dict[str, Any]) -> bool:
    return any(error["extensions"]["code"] == "SERVICE_UNAVAILABLE" for error in body.get("errors", ()))


def may_come_by_get(request: Request, *, is_text: bool) -> Callable[[bool], None]:
    """Return what refuses a mutation, and a text from whoever names no media type of ours, as a link does."""

    def check(only_reads: bool) -> None:  # noqa: FBT001 # the API calls it
        if not only_reads:
            raise Refused(405, "A mutation has to be sent by POST.", allow="POST")
        if is_text and not is_named(joined(request.scope, b"accept")):
            # GraphQL that does not run is 200 in application/json.
            raise Refused(200, BY_A_LINK)

    return check


def retry_after(error: RateLimited) -> dict[str, str]:
    """Return the header that says when to come again, where waiting helps."""
    return {} if error.retry_after is None else {"retry-after": str(error.retry_after)}
