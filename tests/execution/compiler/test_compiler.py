"""The compiler by itself: what it compiles, what it keeps, and what it leaves to graphql-core."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import graphql
import pytest
from graphql import GraphQLResolveInfo, GraphQLSchema, build_schema, parse

from execution.compiler.compiler import Compiler

SDL = """
type Query { person: Person  people: [Person!]!  numbers: [Int]  slow: Int  echo(words: [String!]): [String] }
type Mutation { add(by: Int! = 1): Person  fail: Int }
type Subscription { ticks: Int }
type Person { name: String!  age: Int  friend: Person  late: Person }
"""
ADA = {"name": "Ada", "age": 36, "friend": {"name": "Charles", "age": None}}


@pytest.fixture
def schema() -> GraphQLSchema:
    """A small schema whose field `late` is awaited."""
    made = build_schema(SDL)

    async def late(source: Any, info: GraphQLResolveInfo) -> Any:
        await asyncio.sleep(0)
        return source

    person = made.type_map["Person"]
    assert isinstance(person, graphql.GraphQLObjectType)
    person.fields["late"].resolve = late
    return made


@pytest.fixture
def compiler(schema: GraphQLSchema) -> Compiler:
    """Its compiler, which keeps two plans."""
    return Compiler(schema, operations=2)


def resolving(schema: GraphQLSchema, kind: str, name: str, resolve: Any) -> None:
    """Give a field a resolver."""
    found = schema.type_map[kind]
    assert isinstance(found, graphql.GraphQLObjectType)
    found.fields[name].resolve = resolve


async def data(compiler: Compiler, document: str, **given: Any) -> Any:
    """Return the data of an operation that runs compiled."""
    result = await compiler.attempt(parse(document), **given)
    assert result is not None
    assert result.errors is None
    return result.data


async def test_the_keys_of_an_answer_are_in_the_order_of_the_document(compiler: Compiler) -> None:
    found = await data(compiler, "{ person { age late { name } first: name } }", root_value={"person": ADA})

    assert list(found["person"]) == ["age", "late", "first"]


async def test_merged_selections_are_one(compiler: Compiler) -> None:
    document = "{ person { friend { name } } ...More } fragment More on Query { person { friend { age } } }"

    found = await data(compiler, document, root_value={"person": ADA})

    assert found == {"person": {"friend": {"name": "Charles", "age": None}}}


async def test_conditions_are_decided_when_it_runs(compiler: Compiler) -> None:
    document = parse("query($with: Boolean!) { person { name age @include(if: $with) } }")

    for with_age, expected in ((True, ["name", "age"]), (False, ["name"]), (True, ["name", "age"])):
        result = await compiler.attempt(document, variables={"with": with_age}, root_value={"person": ADA})
        assert result is not None
        assert list(result.data["person"]) == expected  # type: ignore[index] # there is data
    assert len(compiler) == 1


async def test_the_same_text_is_compiled_once(compiler: Compiler) -> None:
    for _ in range(3):
        await data(compiler, "{ person { name } }", root_value={"person": ADA})

    assert len(compiler) == 1


async def test_the_plan_that_was_asked_for_longest_ago_is_forgotten(compiler: Compiler) -> None:
    for name in ("one", "two", "three"):
        await data(compiler, f"query {name} {{ person {{ name }} }}", root_value={"person": ADA})

    assert len(compiler) == 2


async def test_another_document_of_the_same_text_is_another_plan(compiler: Compiler) -> None:
    document = parse("{ person { name } }")
    other = graphql.visit(parse("{ person { name } }"), _Renaming())
    await compiler.attempt(document, root_value={"person": ADA})

    result = await compiler.attempt(other, root_value={"person": ADA})

    assert result is not None
    assert result.data == {"person": {"age": 36}}


class _Renaming(graphql.Visitor):
    def leave_name(self, node: graphql.NameNode, *_: Any) -> Any:
        return graphql.NameNode(value="age", loc=node.loc) if node.value == "name" else None


async def test_operations_of_one_document_are_told_apart(compiler: Compiler) -> None:
    document = parse("query One { person { name } } query Two { person { age } }")

    results = [await compiler.attempt(document, name, root_value={"person": ADA}) for name in ("One", "Two")]

    assert [result and result.data for result in results] == [{"person": {"name": "Ada"}}, {"person": {"age": 36}}]


async def test_a_resolver_cannot_change_what_the_next_call_gets(schema: GraphQLSchema) -> None:
    def echo(_source: Any, _info: GraphQLResolveInfo, words: list[str]) -> list[str]:
        words.append("changed")
        return list(words)

    resolving(schema, "Query", "echo", echo)
    document = '{ a: echo(words: ["x"]) b: echo(words: ["x"]) }'

    assert await data(Compiler(schema), document) == {"a": ["x", "changed"], "b": ["x", "changed"]}


@pytest.mark.parametrize(
    ("document", "variables", "expected"),
    [
        ("{ once(word: 1) }", [{}, {}], ["1", "1"]),
        ("query ($word: Loud) { once(word: $word) }", [{"word": 1}, {"word": 2}], ["1", "2"]),
        ("query ($word: Loud) { once(word: [$word]) }", [{"word": 1}, {"word": 2}], ["[1]", "[2]"]),
        ("query ($word: Loud) { once(word: $word) }", [{"word": 1}, {}], ["1", "unset"]),
        ("{ once }", [{}, {}], ["unset", "unset"]),
    ],
)
async def test_arguments_are_those_of_each_run(
    document: str, variables: list[dict[str, Any]], expected: list[str]
) -> None:
    schema = build_schema("scalar Loud  type Query { once(word: Loud): String }")
    resolving(schema, "Query", "once", lambda *_, word="unset": str(word))
    compiler = Compiler(schema)

    found = [await data(compiler, document, variables=given) for given in variables]

    assert [each["once"] for each in found] == expected
    assert len(compiler) == 1


async def test_a_resolver_knows_its_path(schema: GraphQLSchema) -> None:
    seen: list[Any] = []
    resolving(schema, "Person", "friend", lambda _source, info: seen.append(info.path.as_list()))

    await data(Compiler(schema), "{ people { friend { name } } }", root_value={"people": [ADA, ADA]})

    assert seen == [["people", 0, "friend"], ["people", 1, "friend"]]


async def test_functions_among_the_values_are_called_from_the_second_time_on(compiler: Compiler) -> None:
    document, root_value = parse("{ person { name } }"), {"person": lambda _info: ADA}

    assert await compiler.attempt(document, root_value=root_value) is None
    result = await compiler.attempt(document, root_value=root_value)

    assert result is not None
    assert result.data == {"person": {"name": "Ada"}}


LEFT = [
    ("subscription { ticks }", {}),
    ("{ person { name } }", {"person": {"name": None}}),
    ("{ people { name } }", {"people": [ADA, ValueError("no")]}),
    ("{ numbers }", {"numbers": [1, 2**31]}),
    ("{ numbers }", {"numbers": iter([1])}),
    ("query($x: Int!) { person { name @skip(if: $x) } }", {}),
]


@pytest.mark.parametrize(("document", "root_value"), LEFT)
async def test_whatever_is_wrong_or_unusual_is_left_to_graphql_core(
    compiler: Compiler, document: str, root_value: Any
) -> None:
    assert await compiler.attempt(parse(document), root_value=root_value) is None


async def test_what_can_be_iterated_once_is_not_used_up(compiler: Compiler) -> None:
    def numbers() -> Iterator[int]:
        yield from (1, 2)

    result = await compiler.execute(parse("{ numbers }"), root_value={"numbers": numbers()})

    assert result.data == {"numbers": [1, 2]}


async def test_asynchronous_iterables_are_graphql_cores(compiler: Compiler) -> None:
    async def numbers() -> AsyncIterator[int]:
        yield 1

    result = await compiler.execute(parse("{ numbers }"), root_value={"numbers": numbers()})

    assert result.data == {"numbers": [1]}


async def test_awaitables_in_a_list_are_awaited_by_graphql_core(schema: GraphQLSchema) -> None:
    async def one() -> int:
        return 1

    resolving(schema, "Query", "numbers", lambda _source, _info: [one(), one()])

    result = await Compiler(schema).execute(parse("{ numbers }"))

    assert result.data == {"numbers": [1, 1]}


async def test_a_root_field_of_a_mutation_is_called_once_whatever_fails_below(schema: GraphQLSchema) -> None:
    calls: list[int] = []

    def add(_source: Any, _info: GraphQLResolveInfo, by: int) -> Any:
        calls.append(by)
        return {"name": "Ada", "friend": {"name": None}}

    resolving(schema, "Mutation", "add", add)
    document = parse("mutation { a: add { name friend { name } } b: add(by: 2) { name late { name } } }")

    result = await Compiler(schema).execute(document)

    assert calls == [1, 2]
    assert result.data == {"a": {"name": "Ada", "friend": None}, "b": {"name": "Ada", "late": {"name": "Ada"}}}
    assert [error.path for error in result.errors] == [["a", "friend", "name"]]


async def test_everything_is_cancelled_with_the_caller(schema: GraphQLSchema) -> None:
    ended: list[str] = []
    started = asyncio.Event()

    async def slow(_source: Any, info: GraphQLResolveInfo) -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(str(info.path.key))

    resolving(schema, "Query", "slow", slow)
    tasks_before = asyncio.all_tasks()
    running = asyncio.create_task(Compiler(schema).execute(parse("{ a: slow b: slow }")))
    await started.wait()

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    assert sorted(ended) == ["a", "b"]
    assert asyncio.all_tasks() == tasks_before


async def test_introspection_answers_the_same(compiler: Compiler, schema: GraphQLSchema) -> None:
    document = parse(graphql.get_introspection_query())

    result = await compiler.attempt(document)

    assert result is not None
    assert result.data == graphql.execute_sync(schema, document).data
