"""What scanners like graphql-cop send, to the running server as it comes and in production: nothing is found.

The server is asked by a stranger, by somebody with a session, and by an API key of an administrator's.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.clients import SCRIPTED
from tests.server.processes import ADA, COMMAND, PASSWORD, SIGN_IN, Server, serving
from tests.server.test_production import SAFE

CALLERS = ("stranger", "person", "key")
WALK = "type { fields { " * 4 + "type { name } " + "} } " * 4
RESELLER = "{ viewer { dashboards(kinds: [RESELLER]) { id } } }"
NEW_KEY = "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }"
Ask = Callable[[httpx.Client], httpx.Response]


def post(document: str) -> Ask:
    return lambda client: client.post("/graphql", json={"query": document, "operationName": "scan"})


def get(document: str) -> Ask:
    return lambda client: client.get("/graphql", params={"query": document})


def told(response: httpx.Response) -> tuple[int, Any]:
    """Return an answer's status, and its data or what its one error is known by."""
    body = response.json()
    if "errors" not in body:
        return response.status_code, body["data"]
    (error,) = body["errors"]
    extensions = error["extensions"]
    named = extensions.get("limit", {}).get("name") or extensions.get("validationErrorCode")
    return response.status_code, named or extensions["code"]


# What is sent, and what is answered: to everybody, or to a stranger and a key, and to somebody whose cookie came along.
SCANS: dict[str, tuple[Ask, tuple[int, Any], tuple[int, Any] | None]] = {
    "101 aliases": (
        post("query scan { " + " ".join(f"a{number}: __typename" for number in range(101)) + " }"),
        (200, "aliases"),
        None,
    ),
    "500 times one field": (post("query scan { " + "__typename " * 500 + "}"), (200, "same_name_pairs"), None),
    "10 directives at a field": (
        post("query scan { __typename " + "@aa" * 10 + " }"),
        (200, "directives_at_once"),
        None,
    ),
    "a list of 10 queries": (
        lambda client: client.post("/graphql", json=[{"query": "query scan { __typename }"}] * 10),
        (400, "BAD_REQUEST"),
        None,
    ),
    "the schema in circles": (
        post("query scan { __schema { types { fields { " + WALK + "} } } }"),
        (200, "schema_nesting"),
        None,
    ),
    "the schema": (
        post("query scan { __schema { types { name fields { name } } } }"),
        (200, "INTROSPECTION_DISABLED"),
        None,
    ),
    "a type of the schema": (
        post('query scan { __type(name: "Query") { name fields { name } } }'),
        (200, "INTROSPECTION_DISABLED"),
        None,
    ),
    "a name that is nearly right": (
        post("query scan { __schema { directive } }"),
        (200, "GRAPHQL_VALIDATION_FAILED"),
        None,
    ),
    "what is no GraphQL": (post("qwerty scan { abc }"), (200, "GRAPHQL_PARSE_FAILED"), None),
    "a query by GET": (get("query scan { __typename }"), (200, "BAD_REQUEST"), (405, "BAD_REQUEST")),
    "a mutation by GET": (get("mutation scan { __typename }"), (405, "BAD_REQUEST"), None),
    "a form": (
        lambda client: client.post("/graphql", data={"query": "query scan { __typename }"}),
        (415, "BAD_REQUEST"),
        None,
    ),
    "a page with an editor": (
        lambda client: client.get("/graphql", headers={"accept": "text/html"}),
        (406, "BAD_REQUEST"),
        None,
    ),
    "what it took": (post("query scan { __typename }"), (200, {"__typename": "Query"}), None),
}


@pytest.fixture(scope="module", params=["as it comes", "production"])
def callers(
    request: pytest.FixtureRequest, made_once: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, httpx.Client]]:
    """Everybody who scans, by what they are. The demo's people are there in both profiles."""
    folder = tmp_path_factory.mktemp("scanned") / "data"
    shutil.copytree(made_once, folder, ignore=shutil.ignore_patterns("*.lock"))
    is_safe = request.param == "production"
    with serving(folder, command=(*COMMAND, "--production"), **SAFE) if is_safe else serving(folder) as server:
        clients = _clients(server)
        yield clients
        for client in clients.values():
            client.close()


def _clients(server: Server) -> dict[str, httpx.Client]:
    def client(**headers: str) -> httpx.Client:
        return httpx.Client(base_url=server.address, headers=headers, timeout=30)

    stranger = client()
    signed_in = stranger.post(
        "/graphql", json={"query": SIGN_IN, "variables": {"input": {"email": ADA, "password": PASSWORD}}}
    )
    stranger.cookies.clear()
    # Written by hand: a Secure cookie would not travel to an address without https.
    person = client(cookie=signed_in.headers["set-cookie"].partition(";")[0], **SCRIPTED)
    (reseller,) = person.post("/graphql", json={"query": RESELLER}).json()["data"]["viewer"]["dashboards"]
    given = {"dashboardId": reseller["id"], "name": "Scanner", "role": "ADMIN"}
    made = person.post("/graphql", json={"query": NEW_KEY, "variables": {"input": given}}).json()
    secret = made["data"]["createApiKey"]["secret"]
    return {"stranger": stranger, "person": person, "key": client(authorization=f"Bearer {secret}")}


@pytest.mark.parametrize("scan", SCANS)
@pytest.mark.parametrize("caller", CALLERS)
def test_nothing_is_found(callers: dict[str, httpx.Client], caller: str, scan: str) -> None:
    ask, answer, to_a_cookie = SCANS[scan]

    response = ask(callers[caller])

    assert told(response) == (to_a_cookie if caller == "person" and to_a_cookie else answer)
    assert [word for word in ("Did you mean", "GraphiQL", "tracing", "exception") if word in response.text] == []


@pytest.mark.parametrize("caller", CALLERS)
def test_a_type_s_name_is_told_to_everybody(callers: dict[str, httpx.Client], caller: str) -> None:
    response = post('query scan { __type(name: "Account") { name __typename } }')(callers[caller])

    assert told(response) == (200, {"__type": {"name": "Account", "__typename": "__Type"}})
