"""GraphQL requests: what is one, what runs, and what each that is none gets."""

from typing import Any

import pytest

from tests.clients import Client, told
from tests.world import World
from web.graphql import BY_A_LINK

A_AND_B = "query A { a: __typename } query B { b: __typename }"
SIGN_OUT = "mutation { signOut { errors { code } } }"


def refusal(code: str, message: str) -> dict[str, Any]:
    return {"errors": [{"message": message, "extensions": {"code": code}}]}


async def post(client: Client, body: bytes) -> tuple[int, Any]:
    response = await client.http.post("/graphql", content=body, headers={"content-type": "application/json"})
    return response.status_code, told(response)


@pytest.mark.parametrize("body", [b"null", b"123", b'"x"', b"true", b"[]", b'[{"query":"{ __typename }"}]'])
async def test_a_request_is_one_object(stranger: Client, body: bytes) -> None:
    answer = await post(stranger, body)

    assert answer == (400, refusal("BAD_REQUEST", "A GraphQL request is one JSON object."))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"query",
        b'{"query":"{ __typename }"} {}',
        b'{"query":"{ __typename }",}',
        b"{'query':'{ __typename }'}",
        b'\xef\xbb\xbf{"query":"{ __typename }"}',
        b'{"query":"\xff"}',
        b'{"query":"\xed\xa0\x80"}',
        b'{"query":"\\ud800"}',
        b'{"query":"{ __typename }","variables":{"\\udfff":1}}',
        b'{"query":"{ __typename }","variables":{"n":NaN}}',
        b'{"query":"{ __typename }","variables":{"n":' + b"1" * 5_000 + b"}}",
        b"1" * 5_000,
        b"[" * 100_000,
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    ],
    ids=lambda body: repr(body[:60]),
)
async def test_what_is_no_json_is_refused(stranger: Client, body: bytes) -> None:
    answer = await post(stranger, body)

    assert answer == (400, refusal("BAD_REQUEST", "The body is no JSON."))


@pytest.mark.parametrize("body", [b"{}", b'{"query":null}', b'{"query":1}', b'{"query":["{ a }"]}', b'{"query":""}'])
async def test_a_request_has_a_document(stranger: Client, body: bytes) -> None:
    answer = await post(stranger, body)

    assert answer == (400, refusal("BAD_REQUEST", "query must be a string with a document in it."))


@pytest.mark.parametrize(
    ("member", "values", "wanted"),
    [
        ("operationName", (b"1", b"true", b"[]", b"{}"), "a string"),
        ("variables", (b"1", b'"{}"', b"[]", b"false"), "an object"),
        ("extensions", (b"1", b'"{}"', b"[]", b"false"), "an object"),
    ],
)
async def test_each_member_has_its_type(stranger: Client, member: str, values: tuple[bytes, ...], wanted: str) -> None:
    bodies = [b'{"query":"{ __typename }","%s":%s}' % (member.encode(), value) for value in values]

    answers = [await post(stranger, body) for body in bodies]

    assert answers == [(400, refusal("BAD_REQUEST", f"{member} must be {wanted}."))] * 4


async def test_members_may_be_null_and_others_are_ignored(stranger: Client) -> None:
    body = b'{"query":"{ __typename }","operationName":null,"variables":null,"extensions":null,"persisted":1}'

    answer = await post(stranger, body)

    assert answer == (200, {"data": {"__typename": "Query"}})


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("{", "Syntax Error: Expected Name, found <EOF>."),
        ("  ", "Syntax Error: Unexpected <EOF>."),
        ("# nothing", "Syntax Error: Unexpected <EOF>."),
        ('{ node(id: "\\ud800") { id } }', "Syntax Error: Invalid Unicode escape sequence: '\\ud800'."),
        ("{a" * 5_000 + "}" * 5_000, "Syntax Error: Document is nested too deeply. Parsing aborted."),
        ("{a(b:" + "[" * 5_000, "Syntax Error: Document is nested too deeply. Parsing aborted."),
    ],
    ids=lambda text: text[:40],
)
async def test_what_is_no_graphql_does_not_parse(stranger: Client, document: str, message: str) -> None:
    answer = await stranger.run(document)

    assert (answer.status, answer.data) == (200, None)
    assert [(error["message"], error["extensions"]["code"]) for error in answer.errors] == [
        (message, "GRAPHQL_PARSE_FAILED")
    ]


async def test_a_field_that_is_not_there_is_named_with_its_place(stranger: Client) -> None:
    answer = await stranger.run("{ viewer { nme } }")

    assert answer.errors == [
        {
            "message": "Cannot query field 'nme' on type 'Viewer'. Did you mean 'name'?",
            "extensions": {"code": "GRAPHQL_VALIDATION_FAILED"},
            "locations": [{"line": 1, "column": 12}],
        }
    ]


@pytest.mark.parametrize(
    ("document", "name", "message"),
    [
        (A_AND_B, None, "The document has several operations: name one in operationName."),
        (A_AND_B, "C", "The document has no operation of this name."),
        (A_AND_B, "", "The document has no operation of this name."),
        ("query A { __typename }", "a", "The document has no operation of this name."),
        ("{ __typename }", "A", "The document has no operation of this name."),
        ("fragment F on Query { __typename }", None, "The document has no operation."),
        ("fragment F on Query { __typename }", "F", "The document has no operation."),
        ("type A { a: Int }", None, "The document has no operation."),
    ],
)
async def test_no_operation_runs_where_it_is_unclear_which(
    stranger: Client, document: str, name: str | None, message: str
) -> None:
    response = await stranger.http.post("/graphql", json={"query": document, "operationName": name})

    assert response.json() == refusal("OPERATION_RESOLUTION_FAILURE", message)


@pytest.mark.parametrize(("name", "data"), [("A", {"a": "Query"}), ("B", {"b": "Query"})])
async def test_the_operation_that_is_named_runs(stranger: Client, name: str, data: dict[str, str]) -> None:
    response = await stranger.http.post("/graphql", json={"query": A_AND_B, "operationName": name})

    assert told(response) == {"data": data}


async def test_the_only_operation_needs_no_name(stranger: Client) -> None:
    data = await stranger.query("query A { ...F } fragment F on Query { __typename }")

    assert data == {"__typename": "Query"}


async def test_a_query_may_come_by_get(stranger: Client) -> None:
    document = "query A($no: Boolean!) { __typename viewer @include(if: $no) { id } } query B { b: __typename }"

    response = await stranger.http.get(
        "/graphql",
        params={"query": document, "operationName": "A", "variables": '{"no": false}', "extensions": "{}"},
        headers={"accept": "application/json"},
    )

    assert (response.status_code, told(response)) == (200, {"data": {"__typename": "Query"}})


@pytest.mark.parametrize("accept", [None, "*/*", "application/*", "text/html, image/png, */*;q=0.8"])
async def test_a_link_runs_no_query(stranger: Client, accept: str | None) -> None:
    del stranger.http.headers["accept"]
    headers = {} if accept is None else {"accept": accept}

    response = await stranger.http.get("/graphql", params={"query": "{ __typename }"}, headers=headers)

    assert (response.status_code, response.json()) == (200, refusal("BAD_REQUEST", BY_A_LINK))


@pytest.mark.parametrize("accept", ["*/*, Application/JSON;q=0.1", "application/graphql-response+json; charset=utf-8"])
async def test_whoever_names_a_media_type_is_no_link(stranger: Client, accept: str) -> None:
    response = await stranger.http.get("/graphql", params={"query": "{ __typename }"}, headers={"accept": accept})

    assert (response.status_code, told(response)) == (200, {"data": {"__typename": "Query"}})


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({}, "query must be a string with a document in it."),
        ({"query": ""}, "query must be a string with a document in it."),
        ({"query": "{ __typename }", "variables": "x"}, "variables is no JSON."),
        ({"query": "{ __typename }", "variables": ""}, "variables is no JSON."),
        ({"query": "{ __typename }", "variables": "[]"}, "variables must be an object."),
        ({"query": "{ __typename }", "variables": "1" * 5_000}, "variables is no JSON."),
        ({"query": "{ __typename }", "extensions": "{"}, "extensions is no JSON."),
        ({"query": "{ __typename }", "extensions": "1"}, "extensions must be an object."),
    ],
)
async def test_a_get_is_checked_like_a_post(stranger: Client, parameters: dict[str, str], message: str) -> None:
    response = await stranger.http.get("/graphql", params=parameters)

    assert (response.status_code, response.json()) == (400, refusal("BAD_REQUEST", message))


@pytest.mark.parametrize(
    "parameters",
    [
        {"query": SIGN_OUT},
        {"query": f"query A {{ __typename }} {SIGN_OUT.replace('mutation', 'mutation B')}", "operationName": "B"},
    ],
)
async def test_a_mutation_does_not_come_by_get(stranger: Client, parameters: dict[str, str]) -> None:
    response = await stranger.http.get("/graphql", params=parameters)

    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert response.json() == refusal("BAD_REQUEST", "A mutation has to be sent by POST.")


@pytest.mark.parametrize("document", ["{ viewer { id } }", SIGN_OUT])
async def test_with_a_cookie_nothing_comes_by_get(world: World, document: str) -> None:
    ada = await world.admin(await world.reseller())

    response = await ada.http.get("/graphql", params={"query": document})

    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert response.json() == refusal("BAD_REQUEST", "With a cookie, GraphQL is sent by POST.")
    assert (await ada.query("{ viewer { __typename } }"))["viewer"] == {"__typename": "Viewer"}


async def test_a_query_beside_a_mutation_may_come_by_get(stranger: Client) -> None:
    document = f"query A {{ __typename }} {SIGN_OUT.replace('mutation', 'mutation B')}"

    asked = {"query": document, "operationName": "A"}
    response = await stranger.http.get("/graphql", params=asked, headers={"accept": "application/json"})

    assert (response.status_code, told(response)) == (200, {"data": {"__typename": "Query"}})


@pytest.mark.parametrize("header", ["Bearer x", "Basic YWRhOng=", "Bearer", "x", ""])
async def test_an_authorization_that_is_not_valid_runs_nothing(stranger: Client, header: str) -> None:
    response = await stranger.http.post("/graphql", json={"query": SIGN_OUT}, headers={"authorization": header})

    assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")
    assert response.json() == refusal("UNAUTHENTICATED", "The Authorization header is not valid.")


@pytest.mark.parametrize("header", ["Bearer x", "Basic YWRhOng=", ""])
async def test_two_kinds_of_credential_run_nothing(world: World, header: str) -> None:
    ada = await world.admin(await world.reseller())

    response = await ada.http.post("/graphql", json={"query": SIGN_OUT}, headers={"authorization": header})

    assert (response.status_code, response.json()) == (
        400,
        refusal("BAD_REQUEST", "Send a cookie or an Authorization header, not both."),
    )
    assert (await ada.query("{ viewer { __typename } }"))["viewer"] == {"__typename": "Viewer"}


async def test_a_database_that_does_not_answer_is_a_503_that_says_when_to_come_back(gone: Client) -> None:
    gone.http.cookies.set("session", "A" * 64)

    response = await gone.http.post("/graphql", json={"query": "{ viewer { id } }"})

    assert (response.status_code, response.headers["retry-after"]) == (503, "1")
    assert response.json() == refusal("SERVICE_UNAVAILABLE", "The database does not answer; try again.")
