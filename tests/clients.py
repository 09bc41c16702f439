"""Clients of the API, in process: they send documents and read answers as any client does."""

from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.types import ASGIApp

ERRORS = "errors { code message path }"
# What acts with a cookie and is no browser has to say so.
SCRIPTED = {"x-requested-with": "tests"}


@dataclass(frozen=True, slots=True)
class Answer:
    """A response to a GraphQL request."""

    status: int
    data: Any
    errors: list[dict[str, Any]] = field(default_factory=list)

    @property
    def codes(self) -> list[str]:
        """The codes of the top-level errors."""
        return [error["extensions"]["code"] for error in self.errors]


class Client:
    """A browser or a script; with a token, somebody who is signed in."""

    def __init__(self, app: ASGIApp, token: str | None = None) -> None:
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app),
            base_url="http://testserver",
            headers=SCRIPTED,
            cookies={"session": token} if token else None,
        )

    @classmethod
    def bearing(cls, app: ASGIApp, secret: str) -> "Client":
        """Return a script that acts with an API key."""
        made = cls(app)
        made.http.headers["authorization"] = f"Bearer {secret}"
        return made

    async def run(self, document: str, **variables: Any) -> Answer:
        """Send an operation and return whatever comes back."""
        response = await self.http.post("/graphql", json={"query": document, "variables": variables})
        body = response.json()
        return Answer(response.status_code, body.get("data"), body.get("errors", []))

    async def query(self, document: str, **variables: Any) -> Any:
        """Send an operation that nothing is wrong with, and return its data."""
        answer = await self.run(document, **variables)
        assert answer.errors == []
        return answer.data

    async def mutate(self, name: str, input: dict[str, Any] | None, selection: str = "__typename") -> dict[str, Any]:
        """Send one mutation and return its payload, refusals and all."""
        kind = f"{name[0].upper()}{name[1:]}Input"
        document = f"mutation($input: {kind}!) {{ {name}(input: $input) {{ {selection} {ERRORS} }} }}"
        payload: dict[str, Any] = (await self.query(document, input=input))[name]
        return payload

    async def refused(self, name: str, input: dict[str, Any]) -> tuple[str, list[str]]:
        """Send one mutation that is refused once, and return the code and the path of the refusal."""
        errors = (await self.mutate(name, input))["errors"]
        assert len(errors) == 1, errors
        return errors[0]["code"], errors[0]["path"]

    async def refusal(self, name: str, input: dict[str, Any]) -> dict[str, Any]:
        """Send one mutation that is refused once, and return the whole refusal: code, message, path."""
        errors: list[dict[str, Any]] = (await self.mutate(name, input))["errors"]
        assert len(errors) == 1, errors
        return errors[0]

    async def body(self, document: str, **variables: Any) -> bytes:
        """Send an operation and return the answer as it travels, up to what is left to spend."""
        response = await self.http.post("/graphql", json={"query": document, "variables": variables})
        return response.content.partition(b'"throttleStatus"')[0]


def told(response: httpx.Response) -> dict[str, Any]:
    """Return the body of an answer without its cost, which every answer that ran has."""
    body: dict[str, Any] = response.json()
    if "data" in body:
        assert body.pop("extensions").keys() == {"cost"}
    return body


def forbidden(permission: str) -> dict[str, Any]:
    """Return the refusal that names a missing permission."""
    return {"code": "FORBIDDEN", "message": f"This needs the permission {permission}.", "path": []}
