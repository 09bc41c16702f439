"""Each limit of a request is a setting of the running server, and each 503 says when to come again."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from models.embedded import EmbeddedDatabase
from tests.models.embedded.conftest import until
from tests.server.processes import ADA, PASSWORD, SIGN_IN, Server, ask, serving
from tests.server.test_draining import held, settings_for

SMALL = {
    "ALLOWED_HOSTS": "inner.test other.test",
    "MAX_HEAD_BYTES": 2_000,
    "MAX_URI_BYTES": 300,
    "MAX_BODY_BYTES": 1_024,
    "MAX_JSON_DEPTH": 4,
    "MAX_ANSWER_BYTES": 1_024,
    "LIMIT_TOKENS": 60,
    "LIMIT_ALIASES": 10,
    "LIMIT_COST": 25,
    "LIMIT_TEXT_BYTES": 40,
    "INTROSPECTION": "on",
    "GRAPHIQL": "off",
    "SESSION_DAYS": 2,
    "DEMO": 1,
}
TYPENAME = {"query": "{ __typename }"}
WHO, DASHBOARDS = {"query": "{ viewer { name } }"}, {"query": "{ viewer { dashboards { name } } }"}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose limits are all smaller than they are meant to be."""
    with serving(tmp_path_factory.mktemp("small") / "data", **SMALL) as server:
        yield server


def told(response: httpx.Response) -> tuple[int, str | None]:
    """Return an answer's status and what its first error is known by; None where there is none."""
    body = response.json()
    if "errors" not in body:
        return response.status_code, None
    extensions = body["errors"][0]["extensions"]
    return response.status_code, extensions.get("limit", {}).get("name") or extensions["code"]


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        ({"json": TYPENAME}, (200, None)),
        ({"json": TYPENAME, "headers": {"host": "inner.test"}}, (200, None)),
        ({"json": TYPENAME, "headers": {"host": "OTHER.test:81"}}, (200, None)),
        ({"json": TYPENAME, "headers": {"host": "another.test"}}, (421, "BAD_REQUEST")),
        ({"json": TYPENAME, "headers": {"x-long": "x" * 2_000}}, (431, "BAD_REQUEST")),
        ({"json": TYPENAME, "params": {"x": "x" * 300}}, (414, "BAD_REQUEST")),
        ({"json": {**TYPENAME, "x": "x" * 1_024}}, (413, "BAD_REQUEST")),
        ({"json": {**TYPENAME, "variables": {"a": {"b": {"c": {}}}}}}, (400, "BAD_REQUEST")),
        ({"json": {"query": "{ __typename " + "@skip(if: false) " * 20 + "}"}}, (200, "GRAPHQL_PARSE_FAILED")),
        ({"json": {"query": "{" + " ".join(f"a{each}: __typename" for each in range(11)) + "}"}}, (200, "aliases")),
        (
            {"json": {"query": "{" + " ".join(f"a{each}: __schema {{ __typename }}" for each in range(3)) + "}"}},
            (200, "MAX_COST_EXCEEDED"),
        ),
        ({"json": {"query": "{ __schema { types { name } } }"}}, (200, "ANSWER_TOO_LARGE")),
        ({"json": {"query": '{ node(id: "' + "x" * 41 + '") { id } }'}}, (200, "BAD_USER_INPUT")),
    ],
    ids=repr,
)
def test_each_limit_is_a_setting(small: Server, given: dict[str, Any], answer: tuple[int, str | None]) -> None:
    with small.browser() as browser:
        assert told(browser.post("/graphql", **given)) == answer


def test_a_session_lives_as_long_as_is_set(small: Server) -> None:
    with small.browser() as browser:
        again = browser.post(
            "/graphql", json={"query": SIGN_IN, "variables": {"input": {"email": ADA, "password": PASSWORD}}}
        )

    assert "Max-Age=172800" in again.headers["set-cookie"]


def test_what_is_switched_off_is_not_there(small: Server) -> None:
    assert (small.get("/graphiql").status_code, "GraphiQL" in small.printed) == (404, False)


@pytest.mark.parametrize(
    ("settings", "answer"),
    [
        # Nobody waits for a place in the worker, everybody so long for a connection, and a query for its deadline.
        ({"MAX_IN_FLIGHT": 1}, (503, "SERVICE_UNAVAILABLE")),
        ({"MAX_IN_FLIGHT_EACH": 1}, (429, "TOO_MANY_REQUESTS")),
        ({"POOL_SIZE": 1, "POOL_SECONDS": 0.1}, (503, "SERVICE_UNAVAILABLE")),
        ({"OPERATION_SECONDS": 0.2}, (503, "DEADLINE_EXCEEDED")),
        # The database gave a statement up: what else was asked is answered as ever.
        ({"LOCK_SECONDS": 60, "STATEMENT_SECONDS": 0.2}, (200, "SERVICE_UNAVAILABLE")),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_whoever_is_turned_away_is_told_when_to_come_again(
    tmp_path: Path, elsewhere: EmbeddedDatabase, settings: dict[str, object], answer: tuple[int, str]
) -> None:
    opened = serving(tmp_path / "data", **{**settings_for(elsewhere), **settings})
    with opened as server, server.signed_in() as first, server.signed_in() as second, ThreadPoolExecutor() as pool:
        with held(elsewhere.owner_url, "resellers") as waiting:
            asking = pool.submit(first.post, "/graphql", json=DASHBOARDS)
            until(lambda: waiting() == 1 or asking.done())
            refused = second.post("/graphql", json=DASHBOARDS)
        asked, after = asking.result(30), ask(second, WHO["query"])

    assert (told(refused), refused.headers["retry-after"]) == (answer, "1")
    # The one before was let in, and ends as the settings say.
    assert asked.status_code in {200, 503}
    assert after["viewer"]["name"] == "Ada Lindgren"
