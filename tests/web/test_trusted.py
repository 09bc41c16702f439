"""Trusted documents over HTTP: an id in place of the text, and what a cache may keep."""

from typing import Any

import httpx
import pytest

from auth.trusting import Modes
from resolvers.trusted import TrustedDocuments, id_of
from tests.clients import Client
from tests.web.conftest import Assemble
from tests.world import World

TYPENAME, VIEWER = "{ __typename }", "{ viewer { name } }"
NAMED = "query A { a: __typename } query B($with: Boolean!) { b: __typename @include(if: $with) }"
SIGN_OUT = "mutation { signOut { errors { code } } }"
GRAPHQL_RESPONSE = {"accept": "application/graphql-response+json"}


def trusted(mode: str = "open", *, shows_schema: bool = True) -> TrustedDocuments:
    texts = (TYPENAME, VIEWER, NAMED, SIGN_OUT)
    return TrustedDocuments({id_of(text): text for text in texts}, Modes.read(mode), shows_schema=shows_schema)


@pytest.fixture
def client(assemble: Assemble) -> Client:
    """A stranger where some documents are known."""
    return Client(assemble(documents=trusted()))


def refusal(code: str, message: str) -> dict[str, Any]:
    return {"errors": [{"message": message, "extensions": {"code": code}}]}


async def post(client: Client, **body: Any) -> httpx.Response:
    return await client.http.post("/graphql", json=body)


async def get(client: Client, **parameters: str) -> httpx.Response:
    return await client.http.get("/graphql", params=parameters, headers={"accept": "application/json"})


async def test_an_id_stands_for_the_text(client: Client) -> None:
    posted, got = await post(client, documentId=id_of(TYPENAME)), await get(client, documentId=id_of(TYPENAME))

    assert [(each.status_code, each.json()["data"]) for each in (posted, got)] == [(200, {"__typename": "Query"})] * 2


async def test_its_operation_and_variables_are_told_as_ever(client: Client) -> None:
    posted = await post(client, documentId=id_of(NAMED), operationName="B", variables={"with": True})
    got = await get(client, documentId=id_of(NAMED), operationName="B", variables='{"with":false}')

    assert [each.json()["data"] for each in (posted, got)] == [{"b": "Query"}, {}]


@pytest.mark.parametrize("id", ["sha256:00", "", "71f7dc5758652baac68e4a10c50be732", id_of("{ other }")])
async def test_an_id_that_is_not_known_is_refused(client: Client, id: str) -> None:
    as_json = await post(client, documentId=id)
    as_graphql = await client.http.post("/graphql", json={"documentId": id}, headers=GRAPHQL_RESPONSE)

    assert (as_json.status_code, as_graphql.status_code) == (200, 400)
    assert as_json.json() == as_graphql.json() == refusal("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
    assert as_json.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("query", [TYPENAME, VIEWER, ""])
async def test_an_id_and_a_text_together_are_refused(client: Client, query: str) -> None:
    posted = await post(client, documentId=id_of(TYPENAME), query=query)

    assert (posted.status_code, posted.json()) == (
        400,
        refusal("BAD_REQUEST", "Give query or documentId, not both."),
    )


@pytest.mark.parametrize("id", [1, True, [], {}])
async def test_an_id_is_a_string(client: Client, id: object) -> None:
    posted = await post(client, documentId=id)

    assert (posted.status_code, posted.json()) == (400, refusal("BAD_REQUEST", "documentId must be a string."))


async def test_a_mutation_is_not_sent_by_get(client: Client) -> None:
    got = await get(client, documentId=id_of(SIGN_OUT))

    assert (got.status_code, got.headers["allow"]) == (405, "POST")


async def test_other_texts_are_refused_where_documents_are_enforced(assemble: Assemble) -> None:
    client = Client(assemble(documents=trusted("enforce")))

    answers = [await client.run(text) for text in (VIEWER, "{ viewer { email } }")]

    assert [(answer.status, answer.data, answer.codes) for answer in answers] == [
        (200, {"viewer": None}, []),
        (200, None, ["QUERY_NOT_IN_SAFELIST"]),
    ]


async def test_each_kind_of_principal_has_its_mode(world: World, assemble: Assemble) -> None:
    app = assemble(documents=trusted("stranger=enforce"))
    token = (await world.sign_in(await world.person())).http.cookies["session"]

    answers = [await client.run("{ viewer { email } }") for client in (Client(app), Client(app, token))]

    assert [answer.codes for answer in answers] == [["QUERY_NOT_IN_SAFELIST"], []]


async def test_what_is_the_same_for_everybody_may_be_kept(client: Client) -> None:
    got = await get(client, documentId=id_of(TYPENAME))

    assert (got.headers["cache-control"], got.headers["vary"]) == ("public, max-age=300", "accept, Origin")
    assert got.json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize(
    "parameters",
    [
        {"documentId": id_of(VIEWER)},
        {"query": TYPENAME},
        {"documentId": id_of(NAMED), "operationName": "C"},
        {"documentId": id_of(NAMED), "operationName": "B"},
    ],
    ids=["a viewer's", "a text", "unclear", "a missing variable"],
)
async def test_everything_else_is_kept_by_nobody(client: Client, parameters: dict[str, str]) -> None:
    got = await get(client, **parameters)

    assert got.headers["cache-control"] == "no-store"


async def test_what_is_posted_is_kept_by_nobody(client: Client) -> None:
    posted = await post(client, documentId=id_of(TYPENAME))

    assert posted.headers["cache-control"] == "no-store"
