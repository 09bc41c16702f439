"""GraphQL over HTTP: what comes in at /graphql, and how it is answered.

POST with a JSON object, or GET for queries. Everything else is refused in JSON: 400 for what is no GraphQL request,
405 with Allow, 406, 413, 415. The answer's media type is application/graphql-response+json where it is accepted, with
4xx for what never ran; application/json otherwise, with 200 for everything that was a GraphQL request.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from resolvers.api import Api, MutationNotAllowed
from resolvers.trusted import DocumentRefused, TrustedDocuments
from schema.context import Context
from web.cookies import SessionCookie
from web.origins import Origins

GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"
LARGEST_BODY = 128 * 1024
# How long a browser or a proxy may keep what is the same for everybody: the schema, which a new version changes.
KEPT_SECONDS = 300
MOST_READ = 16 * LARGEST_BODY


class NotARequest(Exception):
    """The HTTP request carries no GraphQL request: a status, a sentence, and headers."""

    def __init__(self, status: int, message: str, code: str = "BAD_REQUEST", **headers: str) -> None:
        super().__init__(message)
        self.status, self.message, self.code, self.headers = status, message, code, headers


def refused(code: str, message: str, **extensions: str) -> dict[str, Any]:
    """Return the body of an answer that ran nothing, in the shape of every other error."""
    return {"errors": [{"message": message, "extensions": {"code": code, **extensions}}]}


class GraphQLEndpoint:
    """The handler of /graphql. `open_context` makes what one request knows."""

    def __init__(
        self,
        api: Api,
        open_context: Callable[[Request], Awaitable[Context]],
        cookie: SessionCookie,
        origins: Origins,
        documents: TrustedDocuments,
    ) -> None:
        self._api, self._open_context, self._cookie, self._origins = api, open_context, cookie, origins
        self._documents = documents

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        media_type = JSON
        try:
            media_type = _negotiated(request.headers.get("accept"))
            parameters = await _parameters(request)
            return await self._run(request, parameters, media_type)
        except NotARequest as refusal:
            request.state.notes.refused(refusal.code)
            return _encoded(refused(refusal.code, refusal.message), refusal.status, media_type, refusal.headers)

    async def _run(self, request: Request, parameters: dict[str, Any], media_type: str) -> Response:
        # A cookie comes along whoever sends the request; an Authorization header is put there on purpose.
        has_cookie_only = self._cookie.read(request) is not None and "authorization" not in request.headers
        if has_cookie_only and not self._origins.may_act(request):
            raise NotARequest(403, "This was sent from a page of another site.", "FORBIDDEN")
        context, document_id = await self._open_context(request), parameters.get("documentId")
        try:
            body = await self._api.answer(
                self._documents.source(context.viewer, query=parameters.get("query"), document_id=document_id),
                context,
                variables=parameters.get("variables"),
                operation_name=parameters.get("operationName"),
                request_id=request.state.request_id,
                only_reads=request.method == "GET",
            )
        except MutationNotAllowed:
            raise NotARequest(405, "A mutation has to be sent by POST.", Allow="POST") from None
        except DocumentRefused as refusal:
            request.state.notes.refused(refusal.code)
            body = refused(refusal.code, refusal.message)
        has_run = "data" in body
        if request.method == "GET" and has_run and "errors" not in body and self._documents.is_public(document_id):
            return _keepable(body, media_type)
        response = _encoded(body, 200 if has_run or media_type == JSON else 400, media_type)
        self._cookie.follow(context, response)
        return response


def _negotiated(accept: str | None) -> str:
    accepted = [part.split(";")[0].strip().lower() for part in (accept or "*/*").split(",")]
    for media_type in (GRAPHQL_RESPONSE, JSON):
        if media_type in accepted:
            return media_type
    if {"*/*", "application/*"}.intersection(accepted):
        return JSON
    raise NotARequest(406, f"Accept {GRAPHQL_RESPONSE} or {JSON}.")


async def _parameters(request: Request) -> dict[str, Any]:
    if request.method == "GET":
        return _checked(_from_query(request))
    if request.method != "POST":
        raise NotARequest(405, "Send GraphQL by POST, or a query by GET.", Allow="GET, POST")
    media_type, _, charset = request.headers.get("content-type", "").partition(";")
    if media_type.strip().lower() != JSON or charset.strip().lower() not in {"", "charset=utf-8", 'charset="utf-8"'}:
        raise NotARequest(415, f"Send {JSON} in UTF-8.")
    if "content-encoding" in request.headers:
        raise NotARequest(415, "Send the body as it is, not encoded.")
    try:
        return _checked(orjson.loads(await _body(request)))
    except orjson.JSONDecodeError:
        raise NotARequest(400, "The body is no JSON.") from None


async def _body(request: Request) -> bytes:
    body, size = bytearray(), 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            # What is too large is read a while longer and dropped: a client that still sends would miss the answer.
            if size > MOST_READ:
                break
            if size <= LARGEST_BODY:
                body += chunk
    except ClientDisconnect:
        raise NotARequest(400, "The body ended early.") from None
    if size > LARGEST_BODY:
        raise NotARequest(413, f"The body must not be larger than {LARGEST_BODY} bytes.")
    return bytes(body)


def _from_query(request: Request) -> dict[str, Any]:
    parameters: dict[str, Any] = dict(request.query_params)
    for name in ("variables", "extensions"):
        if name in parameters:
            try:
                parameters[name] = orjson.loads(parameters[name])
            except orjson.JSONDecodeError:
                raise NotARequest(400, f"{name} is no JSON.") from None
    return parameters


def _checked(parameters: Any) -> dict[str, Any]:  # noqa: ANN401 # whatever JSON holds
    if not isinstance(parameters, dict):
        raise NotARequest(400, "A GraphQL request is one JSON object.")
    query, document_id = parameters.get("query"), parameters.get("documentId")
    if document_id is not None and query is not None:
        raise NotARequest(400, "Give query or documentId, not both.")
    if document_id is None and (not isinstance(query, str) or not query):
        raise NotARequest(400, "query must be a string with a document in it.")
    for name, kind in (("documentId", str), ("operationName", str), ("variables", dict), ("extensions", dict)):
        if not isinstance(parameters.get(name), kind | None):
            raise NotARequest(400, f"{name} must be {'a string' if kind is str else 'an object'}.")
    return parameters


def _encoded(body: dict[str, Any], status: int, media_type: str, headers: dict[str, str] | None = None) -> Response:
    content = orjson.dumps(body)
    response = Response(content, status, media_type=f"{media_type}; charset=utf-8", headers=headers)
    response.headers["cache-control"] = "no-store"
    return response


def _keepable(body: dict[str, Any], media_type: str) -> Response:
    # Whose budget paid is of no interest to the next who reads it.
    response = _encoded({"data": body["data"]}, 200, media_type)
    response.headers["cache-control"] = f"public, max-age={KEPT_SECONDS}"
    response.headers["vary"] = "accept"
    return response
