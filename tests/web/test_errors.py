"""The one shape of an error: whatever went wrong, a client looks in one place and branches on one code."""

from traceback import format_exception
from typing import Any

import pytest
import sqlalchemy as sa
import strawberry

from auth.permissions import Anyone
from domain.errors import ErrorCode, Refusal
from models import Reseller
from models.walls import EVERYTHING
from resolvers.api import Api
from resolvers.fields import mutation, query
from resolvers.writing import writing
from schema.context import Info
from schema.viewer import SignOutPayload
from tests.clients import Answer, Client
from tests.web.conftest import Assemble
from tests.world import World, gid

REQUEST_ID = "request-of-the-test"
MASKED = "Something went wrong here; it was logged."
QUOTE = "query($input: QuoteInput!) { quote(input: $input) { total { amount } } }"
NODES = "query($ids: [ID!]!, $id: ID!) { nodes(ids: $ids) { id } node(id: $id) { id } }"


def refuse_as(code: str) -> Refusal:
    refusal = Refusal("A sentence.", ("support_type",))
    refusal.code = ErrorCode(code)
    return refusal


async def crash(info: Info) -> str | None:
    """Does what no code should."""
    raise RuntimeError("geheim")


async def divide(info: Info, address: str) -> str | None:
    """Sends a statement that fails."""
    await info.context.snapshot.fetch(sa.select(sa.cast(address, sa.Text), sa.literal_column("1 / 0")))
    return None


async def refuse(info: Info, input: str) -> str | None:
    """Is refused as it is told."""
    raise refuse_as(input)


async def refuse_to_write(info: Info, input: str) -> SignOutPayload:
    """Is refused as it is told."""
    raise refuse_as(input)


async def crash_writing(info: Info) -> SignOutPayload:
    """Writes, and does what no code should."""
    async with writing(info) as transaction:
        await transaction.execute(sa.update(Reseller).values(name="geheim"))
        raise RuntimeError("geheim")


@strawberry.type
class Query:
    """Reading that goes wrong."""

    crash = query(crash, permission_classes=[Anyone])
    divide = query(divide, permission_classes=[Anyone])
    refuse = query(refuse, permission_classes=[Anyone])


@strawberry.type
class Mutation:
    """Writing that goes wrong."""

    refuse_to_write = mutation(refuse_to_write, permission_classes=[Anyone])
    crash_writing = mutation(crash_writing, permission_classes=[Anyone])


@pytest.fixture
def planted(assemble: Assemble) -> Client:
    """A client of an application in which things go wrong."""
    client = Client(assemble(api=Api(query=Query, mutation=Mutation)))
    client.http.headers["x-request-id"] = REQUEST_ID
    return client


@pytest.mark.parametrize("code", [code.value for code in ErrorCode])
async def test_what_a_query_refuses_is_a_top_level_error_on_a_null_field(planted: Client, code: str) -> None:
    answer = await planted.run("query($code: String!) { refuse(input: $code) other: __typename }", code=code)

    assert answer == Answer(
        status=200,
        data={"refuse": None, "other": "Query"},
        errors=[
            {
                "message": "A sentence.",
                "extensions": {"code": code, "path": ["input", "supportType"]},
                "locations": [{"line": 1, "column": 25}],
                "path": ["refuse"],
            }
        ],
    )


@pytest.mark.parametrize("code", [code.value for code in ErrorCode])
async def test_what_a_mutation_refuses_is_data_with_the_same_code_sentence_and_path(planted: Client, code: str) -> None:
    data = await planted.query(
        "mutation($code: String!) { refuseToWrite(input: $code) { errors { code message path } } }", code=code
    )

    assert data["refuseToWrite"]["errors"] == [
        {"code": code, "message": "A sentence.", "path": ["input", "supportType"]}
    ]


async def test_a_fault_is_masked_and_leads_to_the_log_by_the_requests_id(planted: Client, logged: list[Any]) -> None:
    answer = await planted.run("{ crash other: __typename }")

    assert answer == Answer(
        status=200,
        data={"crash": None, "other": "Query"},
        errors=[
            {
                "message": MASKED,
                "extensions": {"code": "INTERNAL_SERVER_ERROR", "requestId": REQUEST_ID},
                "locations": [{"line": 1, "column": 3}],
                "path": ["crash"],
            }
        ],
    )
    [fault] = [event for event in logged if event["event"] == "fault"]
    assert (fault["log_level"], fault["request_id"], fault["path"]) == ("error", REQUEST_ID, ["crash"])
    assert repr(fault["exc_info"]) == "RuntimeError('geheim')"


async def test_a_statement_that_fails_is_logged_without_its_parameters(planted: Client, logged: list[Any]) -> None:
    answer = await planted.run('{ divide(address: "geheim@example.test") }')

    assert answer.codes == ["INTERNAL_SERVER_ERROR"]
    [fault] = [event for event in logged if event["event"] == "fault"]
    assert "division by zero" in str(fault["exc_info"])
    assert "geheim" not in "".join(format_exception(fault["exc_info"]))


async def test_a_fault_while_writing_leaves_everything_as_it_was(
    world: World, planted: Client, logged: list[Any]
) -> None:
    await world.reseller("Northwind")

    answer = await planted.run("mutation { crashWriting { errors { code } } }")

    assert answer.codes == ["INTERNAL_SERVER_ERROR"]
    assert answer.errors[0]["message"] == MASKED
    async with world.database.transaction(EVERYTHING) as transaction:
        assert (await transaction.scalars(sa.select(Reseller.name))).all() == ["Northwind"]


async def test_a_refusal_is_logged_in_one_line_without_a_traceback(planted: Client, logged: list[Any]) -> None:
    await planted.run('{ refuse(input: "CONFLICT") }')

    [line] = logged
    assert (line["event"], line["log_level"], line["request_id"]) == ("answered", "info", REQUEST_ID)
    assert (line["outcome"], line["codes"]) == ("refused", ["CONFLICT"])


async def test_a_fault_outside_graphql_is_masked_and_logged_as_well(assemble: Assemble, logged: list[Any]) -> None:
    def broken_clock() -> None:
        raise RuntimeError("geheim")

    client = Client(assemble(now=broken_clock))

    response = await client.http.get("/", headers={"x-request-id": REQUEST_ID})

    extensions = {"code": "INTERNAL_SERVER_ERROR", "requestId": REQUEST_ID}
    assert (response.status_code, response.headers["x-request-id"]) == (500, REQUEST_ID)
    assert response.json() == {"errors": [{"message": MASKED, "extensions": extensions}]}
    assert [(event["event"], event["log_level"], event["request_id"]) for event in logged] == [
        ("fault", "error", REQUEST_ID),
        ("answered", "info", REQUEST_ID),
    ]


@pytest.mark.parametrize(
    ("changed", "path", "message"),
    [
        ({"systems": "10"}, ["input", "systems"], "Int cannot represent non-integer value: '10'"),
        ({"systems": 1.5}, ["input", "systems"], "Int cannot represent non-integer value: 1.5"),
        ({"systems": 2**31}, ["input", "systems"], f"Int cannot represent non 32-bit signed integer value: {2**31}"),
        ({"supportType": "GOLD"}, ["input", "supportType"], "Value 'GOLD' does not exist in 'SupportType' enum."),
        ({"resellerId": []}, ["input", "resellerId"], "ID cannot represent value: []"),
    ],
)
async def test_a_variable_of_a_wrong_type_names_its_path(
    world: World, changed: dict[str, Any], path: list[str], message: str
) -> None:
    ada = await world.admin(reseller := await world.reseller())
    usual = {
        "resellerId": gid(reseller),
        "supportType": "HUNTRESS_SUPPORTED",
        "systems": 1,
        "billingInterval": "ANNUAL",
    }

    answer = await ada.run(QUOTE, input={**usual, **changed})

    assert (answer.status, answer.data) == (200, None)
    assert answer.errors == [
        {
            "message": f"Variable '$input' has invalid value at .{path[1]}: {message}",
            "extensions": {"code": "BAD_USER_INPUT", "path": path},
            "locations": [{"line": 1, "column": 7}],
        }
    ]


@pytest.mark.parametrize(
    ("variables", "paths"),
    [
        ({}, [["ids"], ["id"]]),
        ({"ids": None, "id": "x"}, [["ids"]]),
        ({"ids": ["x"], "id": None}, [["id"]]),
        ({"ids": ["x", None, "y", {}], "id": {}}, [["ids", "1"], ["ids", "3"], ["id"]]),
    ],
)
async def test_every_wrong_variable_is_named(stranger: Client, variables: dict[str, Any], paths: list[Any]) -> None:
    answer = await stranger.run(NODES, **variables)

    assert [error["extensions"] for error in answer.errors] == [
        {"code": "BAD_USER_INPUT", "path": path} for path in paths
    ]


async def test_at_most_ten_errors_are_answered_and_the_last_one_counts_the_others(planted: Client) -> None:
    many = " ".join(f'a{number}: refuse(input: "CONFLICT")' for number in range(13))

    answer = await planted.run(f"{{ {many} }}")

    assert answer.codes == ["CONFLICT"] * 9 + ["MORE_ERRORS"]
    assert answer.errors[9] == {
        "message": "There are 4 more errors.",
        "extensions": {"code": "MORE_ERRORS", "omitted": 4},
    }
    assert len(answer.data) == 13


async def test_what_never_ran_is_logged_in_one_line_however_much_is_wrong_with_it(
    planted: Client, logged: list[Any]
) -> None:
    await planted.run(f"{{ crash {' '.join(f'nothing{number}' for number in range(12))} }}")

    [line] = logged
    assert (line["event"], line["log_level"], line["outcome"]) == ("answered", "info", "refused")
    assert line["codes"] == ["GRAPHQL_VALIDATION_FAILED"] * 9 + ["MORE_ERRORS"]


async def test_a_long_name_is_not_sent_back_in_full(planted: Client) -> None:
    unknown = await planted.run("query($code: String!) { refuse(input: $code) }", code=["x" * 10_000])

    assert unknown.codes == ["BAD_USER_INPUT"]
    assert len(unknown.errors[0]["message"]) == 300
