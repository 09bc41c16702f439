"""One shape of an error, whatever it is, and no detail of a fault."""

import re
from collections.abc import Callable

import pytest
import strawberry
import structlog
from sqlalchemy.exc import DBAPIError
from uuid_utils.compat import uuid7

from auth.permissions import Anyone
from domain import errors
from domain.credentials import InvalidCredentials, WrongCode, WrongPassword
from domain.dashboards import PeopleOnly
from domain.errors import BadInput, ErrorCode, Forbidden, Refusal
from domain.repeating import UnusableKey
from models import Plan, User
from resolvers.api import Api
from resolvers.fields import mutation, query
from resolvers.writing import writing
from schema.context import Info
from schema.errors import Payload
from tests.clients import Client
from tests.world import World

Ask = Callable[[Api], Client]

# To a client these are the refusal above them; only the words are nearer to the case.
SHARING: dict[type[Refusal], type[Refusal]] = {
    WrongPassword: InvalidCredentials,
    WrongCode: InvalidCredentials,
    UnusableKey: BadInput,
    PeopleOnly: Forbidden,
}


@strawberry.input(description="What is refused.")
class WhateverInput:
    code: ErrorCode = strawberry.field(description="Why.")


@strawberry.type(description="Nothing.")
class WhateverPayload(Payload):
    done: str | None = strawberry.field(default=None, description="Never.")


def refusal_of(code: ErrorCode) -> Refusal:
    refusal = Refusal("Because.", ("support_type",))
    refusal.code = code
    return refusal


async def refuse(info: Info, input: WhateverInput) -> str | None:
    """Refuses."""
    raise refusal_of(input.code)


async def refuse_change(info: Info, input: WhateverInput) -> WhateverPayload:
    """Refuses, too."""
    async with writing(info) as transaction:
        transaction.add(somebody(info))
        await transaction.flush()
        raise refusal_of(input.code)


async def crash(info: Info) -> str | None:
    """Crashes."""
    raise RuntimeError("the secret is 1234")


async def crash_change(info: Info) -> WhateverPayload:
    """Crashes after writing."""
    async with writing(info) as transaction:
        transaction.add(somebody(info))
        await transaction.flush()
        raise KeyError("the secret is 1234")


async def break_rule(info: Info) -> WhateverPayload:
    """Crashes in the database."""
    async with writing(info) as transaction:
        transaction.add(somebody(info))
        transaction.add(Plan(id=uuid7(), name="the secret is 1234"))
    return WhateverPayload(errors=[])


async def nothing(info: Info) -> str:
    """Answers null where the schema promises that it does not."""
    return None  # type: ignore[return-value] # the mistake that is planted


def somebody(info: Info) -> User:
    return User(id=uuid7(), name="Mallory", email="m@example.test", created_at=info.context.now)


@strawberry.type(description="What can be read.")
class Query:
    refuse = query(refuse, permission_classes=[Anyone])
    crash = query(crash, permission_classes=[Anyone])
    nothing = query(nothing, permission_classes=[Anyone])


@strawberry.type(description="What can be changed.")
class Mutation:
    refuse = mutation(refuse_change, permission_classes=[Anyone])
    crash = mutation(crash_change, permission_classes=[Anyone])
    break_rule = mutation(break_rule, permission_classes=[Anyone])


@pytest.fixture
def client(planted: Ask) -> Client:
    return planted(Api(query=Query, mutation=Mutation))


REFUSE = "($input: WhateverInput!) { refuse(input: $input) "


@pytest.mark.parametrize("code", ErrorCode)
async def test_what_a_query_refuses_is_one_top_level_error_with_its_code(client: Client, code: ErrorCode) -> None:
    answer = await client.run(f"query{REFUSE} }}", input={"code": code.value})

    assert (answer.status, answer.data) == (200, {"refuse": None})
    assert answer.errors == [
        {
            "message": "Because.",
            "locations": [{"line": 1, "column": 33}],
            "path": ["refuse"],
            "extensions": {"code": code.value, "path": ["input", "supportType"]},
        }
    ]


@pytest.mark.parametrize("code", ErrorCode)
async def test_what_a_mutation_refuses_is_data_in_the_same_words(world: World, client: Client, code: ErrorCode) -> None:
    before = await world.rows()

    answer = await client.run(
        f"mutation{REFUSE} {{ done errors {{ code message path }} }} }}", input={"code": code.value}
    )

    assert (answer.status, answer.errors) == (200, [])
    assert answer.data == {
        "refuse": {
            "done": None,
            "errors": [{"code": code.value, "message": "Because.", "path": ["input", "supportType"]}],
        }
    }
    assert await world.rows() == before


def all_refusals(kind: type[Refusal] = Refusal) -> set[type[Refusal]]:
    return {kind}.union(*(all_refusals(each) for each in kind.__subclasses__()))


def test_every_refusal_has_a_code_of_its_own_but_for_those_that_share_on_purpose() -> None:
    own = [each.code for each in all_refusals() - {Refusal, *SHARING}]

    assert sorted(own, key=list(ErrorCode).index) == list(ErrorCode)
    assert {each: each.code for each in SHARING} == {each: above.code for each, above in SHARING.items()}
    assert {each: each.__base__ for each in SHARING} == SHARING


def test_the_tree_of_refusals_names_every_one_below_its_parent_with_the_module_beside_whose_rule_it_stands() -> None:
    tree = str(errors.__doc__).split("\n\n")[2]
    parents: list[str] = []
    drawn = set()
    for branches, name, module in re.findall(r"^([│├└─ ]*)(\w+)(?: +(\w+)(?::.*)?$)?", tree, re.MULTILINE):
        depth = len(branches) // 4
        parents[depth:] = [name]
        drawn.add((name, parents[depth - 1] if depth else "Exception", f"domain.{module or 'errors'}"))

    assert drawn == {(each.__name__, each.__base__.__name__, each.__module__) for each in all_refusals()}


@pytest.mark.parametrize(
    "operation", ["query { crash }", "mutation { crash { done } }", "mutation { breakRule { done } }"]
)
async def test_a_crash_is_masked_and_nothing_was_saved(world: World, client: Client, operation: str) -> None:
    before = await world.rows()
    with structlog.testing.capture_logs() as logged:
        response = await client.http.post("/graphql", json={"query": operation}, headers={"x-request-id": "request-7"})

    (error,) = response.json()["errors"]
    assert error["message"] == "Something went wrong here; it was logged."
    assert error["extensions"] == {"code": "INTERNAL_SERVER_ERROR", "requestId": "request-7"}
    assert response.headers["x-request-id"] == "request-7"
    assert "1234" not in response.text
    assert [entry["event"] for entry in logged if entry["log_level"] == "error"] == ["fault"]
    assert await world.rows() == before


async def test_a_crash_is_logged_with_its_cause(world: World, client: Client) -> None:
    with structlog.testing.capture_logs() as logged:
        await client.run("mutation { breakRule { done } }")

    (fault,) = [entry for entry in logged if entry["event"] == "fault"]
    assert isinstance(fault["exc_info"], DBAPIError)
    assert fault["path"] == ["breakRule"]


async def test_a_null_where_none_was_promised_is_a_fault_as_well(client: Client) -> None:
    answer = await client.run("{ nothing }")

    assert (answer.data, answer.codes) == (None, ["INTERNAL_SERVER_ERROR"])
    assert re.fullmatch("[0-9a-f]{32}", answer.errors[0]["extensions"]["requestId"])


@pytest.mark.parametrize(
    ("document", "variables", "code"),
    [
        ("{ refuse(", {}, "GRAPHQL_PARSE_FAILED"),
        ("{ nowhere }", {}, "GRAPHQL_VALIDATION_FAILED"),
        ("{ refuse(input: {code: NONSENSE}) }", {}, "GRAPHQL_VALIDATION_FAILED"),
        ("query($input: WhateverInput!) { refuse(input: $input) }", {"input": {"code": "NONSENSE"}}, "BAD_USER_INPUT"),
        ("query($input: WhateverInput!) { refuse(input: $input) }", {}, "BAD_USER_INPUT"),
        ("query A { crash } query B { crash }", {}, "OPERATION_RESOLUTION_FAILURE"),
        ("fragment F on Query { crash }", {}, "OPERATION_RESOLUTION_FAILURE"),
    ],
)
async def test_what_never_ran_has_the_names_that_clients_know(
    client: Client, document: str, variables: dict[str, object], code: str
) -> None:
    answer = await client.run(document, **variables)

    assert (answer.status, answer.data, answer.codes) == (200, None, [code])
    assert set(answer.errors[0]) <= {"message", "extensions", "locations", "path"}


def test_a_field_is_spelled_as_clients_spell_it() -> None:
    assert BadInput("support_type", "No.").below("input").path == ("input", "support_type")
