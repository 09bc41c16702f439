"""GraphQL over HTTP, before there is any GraphQL: methods, media types, sizes."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.clients import Client, told
from web.limits import ORDINARY

LARGEST_BODY = ORDINARY.body_bytes
JSON, GRAPHQL = "application/json", "application/graphql-response+json"
QUERY = b'{"query":"{ __typename }"}'
ANSWER = {"data": {"__typename": "Query"}}


def refusal(message: str) -> dict[str, Any]:
    return {"errors": [{"message": message, "extensions": {"code": "BAD_REQUEST"}}]}


async def send(client: Client, body: bytes = QUERY, **headers: str) -> httpx.Response:
    given = {"content-type": JSON, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return await client.http.post("/graphql", content=body, headers=given)


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (JSON, JSON),
        (GRAPHQL, GRAPHQL),
        (GRAPHQL.upper(), GRAPHQL),
        (f"{GRAPHQL}; charset=utf-8, {JSON}; charset=utf-8", GRAPHQL),
        (f"{JSON};q=0.9, {GRAPHQL}", GRAPHQL),
        (f"text/html, {JSON}", JSON),
        (f"image/png, {GRAPHQL}", GRAPHQL),
        ("*/*", JSON),
        ("application/*", JSON),
        ("text/html, */*;q=0.1", JSON),
    ],
)
async def test_the_answer_has_the_media_type_that_is_accepted(stranger: Client, accept: str, media_type: str) -> None:
    response = await send(stranger, accept=accept)

    assert (response.status_code, told(response)) == (200, ANSWER)
    assert response.headers["content-type"] == f"{media_type}; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (f"{JSON};q=0.2, {GRAPHQL};q=0.1", JSON),
        (f"{JSON};q=0.1, {GRAPHQL};q=0.2", GRAPHQL),
        (f"{JSON}; q=0.999, {GRAPHQL}; q=1.000", GRAPHQL),
        (f"{JSON};Q=0.5 , {GRAPHQL} ; q = 0.4", JSON),
        (f"{GRAPHQL};q=0, {JSON}", JSON),
        (f"{GRAPHQL};q=0, */*", JSON),
        (f"{JSON};q=0, */*;q=0.1", GRAPHQL),
        (f"{JSON};q=0, application/*", GRAPHQL),
        (f"application/*;q=0.1, {JSON};q=0.05", GRAPHQL),
        (f"*/*;q=1, application/*;q=0.2, {GRAPHQL};q=0.3", GRAPHQL),
        # A weight that is none: its media type was not said.
        (f"{GRAPHQL};q=1.5, {JSON}", JSON),
        (f"{GRAPHQL};q=-1, {JSON}", JSON),
        (f"{GRAPHQL};q=0.1234, {JSON}", JSON),
        (f"{GRAPHQL};q=\u0661, {JSON}", JSON),
        (f"{GRAPHQL};q=nan, {JSON}", JSON),
        (f"{GRAPHQL};q=1e0, {JSON}", JSON),
    ],
)
async def test_the_weights_of_media_types_are_those_of_rfc_9110(stranger: Client, accept: str, media_type: str) -> None:
    response = await stranger.http.post(
        "/graphql", content=QUERY, headers=[(b"content-type", JSON.encode()), (b"accept", accept.encode())]
    )

    assert (response.status_code, response.headers["content-type"]) == (200, f"{media_type}; charset=utf-8")


@pytest.mark.parametrize(
    "accept",
    [f"{JSON};q=0", f"{JSON};q=0, {GRAPHQL};q=0.000", "*/*;q=0", f"{JSON};q=2", "application/*;q=0, text/html"],
)
async def test_what_weighs_nothing_is_not_accepted(stranger: Client, accept: str) -> None:
    response = await send(stranger, accept=accept)

    assert (response.status_code, response.json()) == (406, refusal(f"Accept {GRAPHQL} or {JSON}."))


async def test_whoever_says_nothing_gets_json(stranger: Client) -> None:
    del stranger.http.headers["accept"]

    response = await send(stranger)

    assert response.headers["content-type"] == f"{JSON}; charset=utf-8"


@pytest.mark.parametrize("accept", ["text/html", "text/*", "application/jsonfoo", "application/xml, image/*"])
async def test_what_accepts_neither_media_type_is_refused_in_json(stranger: Client, accept: str) -> None:
    response = await send(stranger, accept=accept)

    assert (response.status_code, response.json()) == (406, refusal(f"Accept {GRAPHQL} or {JSON}."))
    assert response.headers["content-type"] == f"{JSON}; charset=utf-8"


@pytest.mark.parametrize(
    "body",
    [
        b'{"query":"{"}',
        b'{"query":"{ nope }"}',
        b'{"query":"query($n: Int!) { __typename @include(if: true) }"}',
        b'{"query":"query A { __typename } query B { __typename }"}',
    ],
)
async def test_what_never_ran_is_a_400_in_the_newer_media_type_and_a_200_in_the_older(
    stranger: Client, body: bytes
) -> None:
    newer, older = await send(stranger, body, accept=GRAPHQL), await send(stranger, body, accept=JSON)

    assert (newer.status_code, older.status_code) == (400, 200)
    assert newer.json() == older.json()
    assert "data" not in newer.json()


@pytest.mark.parametrize("accept", [JSON, GRAPHQL])
async def test_what_ran_is_a_200_with_its_errors(stranger: Client, accept: str) -> None:
    response = await send(stranger, b'{"query":"{ __typename node(id: \\"x\\") { id } }"}', accept=accept)

    assert response.status_code == 200
    assert response.json()["data"] == {"__typename": "Query", "node": None}


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
async def test_graphql_is_sent_by_post_or_get(stranger: Client, method: str) -> None:
    response = await stranger.http.request(method, "/graphql", content=QUERY, headers={"content-type": JSON})

    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")
    assert response.json() == refusal("Send GraphQL by POST, or a query by GET.")


async def test_a_head_is_refused_without_a_body(stranger: Client) -> None:
    response = await stranger.http.head("/graphql", params={"query": "{ __typename }"})

    assert (response.status_code, response.headers["allow"], response.content) == (405, "GET, POST", b"")


@pytest.mark.parametrize(
    "media_type",
    [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        "application/json ; Charset=UTF-8",
        'application/json;charset="utf-8"',
    ],
)
async def test_json_in_utf_8_is_understood(stranger: Client, media_type: str) -> None:
    response = await send(stranger, content_type=media_type)

    assert (response.status_code, told(response)) == (200, ANSWER)


@pytest.mark.parametrize(
    "media_type",
    [
        "",
        "json",
        "text/json",
        "text/plain",
        "application/jsonfoo",
        "application/json+foo",
        "application/graphql",
        "application/graphql+json",
        "application/json, text/plain",
        "text/plain; application/json",
        "application/json; foo=bar",
        "application/json; charset=utf-16",
        "application/json; charset=latin-1",
        "application/json; charset=utf-8; charset=utf-16",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=application/json",
    ],
)
async def test_any_other_media_type_is_refused(stranger: Client, media_type: str) -> None:
    response = await send(stranger, content_type=media_type)

    assert (response.status_code, response.json()) == (415, refusal("Send application/json in UTF-8."))


async def test_a_body_without_a_media_type_is_refused(stranger: Client) -> None:
    response = await stranger.http.post("/graphql", content=QUERY)

    assert (response.status_code, response.json()) == (415, refusal("Send application/json in UTF-8."))


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "identity", ""])
async def test_an_encoded_body_is_refused_unread(stranger: Client, encoding: str) -> None:
    response = await send(stranger, content_encoding=encoding)

    assert (response.status_code, response.json()) == (415, refusal("Send the body as it is, not encoded."))


async def test_a_body_of_128_kib_is_read(stranger: Client) -> None:
    response = await send(stranger, QUERY.ljust(LARGEST_BODY))

    assert len(QUERY.ljust(LARGEST_BODY)) == 131_072
    assert (response.status_code, told(response)) == (200, ANSWER)


async def test_a_body_of_one_byte_more_is_refused(stranger: Client) -> None:
    response = await send(stranger, QUERY.ljust(LARGEST_BODY + 1))

    assert (response.status_code, response.json()) == (413, refusal("The body must not be larger than 131072 bytes."))


async def test_a_body_that_says_nothing_of_its_length_is_counted(stranger: Client) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield QUERY
        for _ in range(LARGEST_BODY // 1024):
            yield b" " * 1024

    response = await stranger.http.post("/graphql", content=body(), headers={"content-type": JSON})

    assert response.status_code == 413


async def test_an_endless_body_is_not_read_to_its_end(stranger: Client) -> None:
    sent: list[int] = []

    async def body() -> AsyncIterator[bytes]:
        while True:
            sent.append(64 * 1024)
            yield b" " * 64 * 1024

    response = await stranger.http.post("/graphql", content=body(), headers={"content-type": JSON})

    assert response.status_code == 413
    # Three chunks are too much, and two MiB more are dropped.
    assert sum(sent) == 3 * 64 * 1024 + 2 * 1024 * 1024
