"""What clients get wrong before there is any GraphQL, in every form: refused in JSON, and told in one line at INFO."""

import gzip
import json
from typing import Any

import httpx
import pytest

from tests.clients import Client, told

JSON = {"content-type": "application/json"}
QUERY = '{"query":"{ __typename }"}'


async def post(client: Client, body: bytes | str, **headers: str) -> httpx.Response:
    return await client.http.post("/graphql", content=body, headers={**JSON, **headers})


def message_of(response: httpx.Response) -> tuple[int, str]:
    [error] = response.json()["errors"]
    return response.status_code, error["message"]


@pytest.mark.parametrize(
    "body",
    [
        '{"query":"{ __typename }","query":"mutation { signOut { errors { code } } }"}',
        '{"query":"{ __typename }","query":"{ __typename }"}',
        '{"query":"{ __typename }","qu\\u0065ry":"{ __typename }"}',
        '{"query":"{ __typename }","\\u0071uery":null}',
        '{"query":"{ __typename }","variables":{},"variables":{"a":1}}',
        '{"operationName":"A","query":"query A { __typename }","operationName":"B"}',
        '{"query":"{ __typename }","extensions":{},"extensions":{}}',
        '{"documentId":"a","documentId":"b"}',
    ],
)
async def test_a_member_that_is_there_twice_could_mean_two_requests(stranger: Client, body: str) -> None:
    assert message_of(await post(stranger, body)) == (400, "A member of the request is there twice.")


@pytest.mark.parametrize(
    "body",
    [
        '{"query":"{ __typename }","variables":{"query":"\\u0071uery","variables":{"query":1,"a":{"query":2}}}}',
        '{"query":"{ a: __typename b: __typename } # \\"query\\" \\"query\\"","extensions":{"query":{"query":1}}}',
    ],
)
async def test_a_member_of_the_same_name_deeper_down_is_another_one(stranger: Client, body: str) -> None:
    assert (await post(stranger, body)).status_code == 200


def nested(levels: int, inner: Any = 1) -> str:
    """Return a request that is nested so deep: the object itself is the first level."""
    value: Any = inner
    for level in range(levels - 2):
        value = [value] if level % 2 else {"a": value}
    return json.dumps({"query": "{ __typename }", "variables": {"unused": value}})


async def test_a_request_may_be_nested_32_deep_and_no_deeper(stranger: Client) -> None:
    deepest, deeper = await post(stranger, nested(32)), await post(stranger, nested(33))

    assert (deepest.status_code, told(deepest)) == (200, {"data": {"__typename": "Query"}})
    assert message_of(deeper) == (400, "The request must not be nested deeper than 32.")


async def test_empty_lists_count_as_levels(stranger: Client) -> None:
    assert [(await post(stranger, nested(levels, []))).status_code for levels in (31, 32)] == [200, 400]


async def test_what_was_packed_is_not_unpacked(stranger: Client) -> None:
    packed = gzip.compress(QUERY.encode())

    said, unsaid = await post(stranger, packed, **{"content-encoding": "gzip"}), await post(stranger, packed)

    assert message_of(said) == (415, "Send the body as it is, not encoded.")
    assert message_of(unsaid) == (400, "The body is no JSON.")


MISTAKES: dict[str, tuple[str, dict[str, Any], int]] = {
    "no JSON": ("POST", {"content": b"\xff", "headers": JSON}, 400),
    "no object": ("POST", {"content": b"null", "headers": JSON}, 400),
    "half a character": ("POST", {"content": b'{"query":"\\ud800"}', "headers": JSON}, 400),
    "a long number": ("POST", {"content": b"9" * 5_000, "headers": JSON}, 400),
    "a deep list": ("POST", {"content": b"[" * 50_000, "headers": JSON}, 400),
    "another media type": ("POST", {"content": QUERY, "headers": {"content-type": "application/jsonfoo"}}, 415),
    "another method": ("DELETE", {}, 405),
    "another answer": ("POST", {"content": QUERY, "headers": {**JSON, "accept": "text/html"}}, 406),
    "a large body": ("POST", {"content": b" " * 200_000, "headers": JSON}, 413),
    "no credential": ("POST", {"content": QUERY, "headers": {**JSON, "authorization": "Bearer x"}}, 401),
    "another host": ("POST", {"content": QUERY, "headers": {**JSON, "host": "evil.test"}}, 421),
    "a mutation by GET": ("GET", {"params": {"query": "mutation { signOut { errors { code } } }"}}, 405),
    "no GraphQL": ("POST", {"json": {"query": "{"}}, 200),
    "no such field": ("POST", {"json": {"query": "{ nothing }"}}, 200),
    "a variable": ("POST", {"json": {"query": "query($n: Int!) { __typename @skip(if: false) }"}}, 200),
    "no such operation": ("POST", {"json": {"query": "{ __typename }", "operationName": "A"}}, 200),
    "a wrong id": ("POST", {"json": {"query": '{ nodes(ids: ["\u0661"]) { id } quote: node(id: "x") { id } }'}}, 200),
    "a refusal": ("POST", {"json": {"query": '{ invitation(token: "x") { status } }'}}, 200),
}


@pytest.mark.parametrize("mistake", MISTAKES)
async def test_a_mistake_of_a_client_is_one_line_at_info(stranger: Client, logged: list[Any], mistake: str) -> None:
    method, given, status = MISTAKES[mistake]

    response = await stranger.http.request(method, "/graphql", **given)

    [line] = logged
    assert (response.status_code, line["status"]) == (status, status)
    assert (line["event"], line["log_level"], "exc_info" in line) == ("answered", "info", False)
