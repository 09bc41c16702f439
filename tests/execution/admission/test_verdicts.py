"""Verdicts: which operation runs, what asks for the schema, and what is remembered."""

import pytest
from graphql import GraphQLSchema, GraphQLSyntaxError, parse, validate

from execution.admission.admission import Admission
from execution.admission.limits import Limits
from execution.admission.objections import Refused
from execution.admission.reading import read


@pytest.mark.parametrize(
    ("document", "asks"),
    [
        ("{ __schema { types { name } } }", True),
        ("{ types: __schema { types { name } } }", True),
        ('{ __type(name: "Town") { name kind } }', True),
        ('{ __type(name: "Town") { name: description } }', True),
        ('{ __type(name: "Town") { ...A } } fragment A on __Type { name fields { name } }', True),
        ('{ __type(name: "Town") { name } __type(name: "Town") { ofType { name } } }', True),
        ('{ __type(name: "Town") { name } }', False),
        ('{ __type(name: "Town") { a: name ... { __typename } } }', False),
        ("{ ...A } fragment A on Query { ... { __schema { types { name } } } }", True),
        ("mutation M { build { errors } } query Q { __schema { types { name } } }", True),
        ("{ __typename town { __typename } }", False),
        ("{ town { name } } # __schema", False),
        ('{ town(id: "__type") { name } }', False),
    ],
)
def test_fields_ask_for_the_schema_and_texts_do_not(
    admission: Admission,
    document: str,
    asks: bool,  # noqa: FBT001 # a table
) -> None:
    verdict = admission.verdict(document)

    assert (verdict.introspects, verdict.objections) == (asks, ())


def objections(admission: Admission, source: str, name: str | None = None) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as caught:
        admission.verdict(source).operation(name)
    return [(each.code, each.message) for each in caught.value.objections]


A_AND_B = "query A { __typename } mutation B { build { errors } }"


@pytest.mark.parametrize(
    ("source", "name", "message"),
    [
        (A_AND_B, None, "The document has several operations: name one in operationName."),
        (A_AND_B, "C", "The document has no operation of this name."),
        ("{ __typename }", "", "The document has no operation of this name."),
        ("fragment F on Query { __typename }", None, "The document has no operation."),
        ("type A { a: Int }", "A", "The document has no operation."),
        ("subscription { a }", None, "There is nothing to subscribe to."),
        ("query A { __typename } subscription B { a }", "A", "There is nothing to subscribe to."),
    ],
)
def test_it_has_to_be_clear_what_runs(admission: Admission, source: str, name: str | None, message: str) -> None:
    assert objections(admission, source, name) == [("OPERATION_RESOLUTION_FAILURE", message)]


@pytest.mark.parametrize(("name", "only_reads"), [("A", True), ("B", False)])
def test_an_operation_says_whether_it_only_reads(
    admission: Admission,
    name: str,
    only_reads: bool,  # noqa: FBT001 # a table
) -> None:
    assert admission.verdict(A_AND_B).operation(name).only_reads is only_reads


def test_ten_mistakes_are_named(admission: Admission) -> None:
    found = objections(admission, f"{{ town {{ {' '.join(f'nothing{each}' for each in range(30))} }} }}")

    assert [code for code, _ in found] == ["GRAPHQL_VALIDATION_FAILED"] * 9 + ["MORE_ERRORS"]
    assert found[9][1] == "There are more errors."


def test_suggestions_can_be_hidden(admission: Admission) -> None:
    shown = admission.verdict("{ twon { id } }").objections[0].message
    hidden = admission.verdict("{ twon { id } }", hide_suggestions=True).objections[0].message

    assert (shown, hidden) == (f"{hidden} Did you mean 'town'?", "Cannot query field 'twon' on type 'Query'.")


@pytest.mark.parametrize(
    "source",
    [
        "{ twon { id } }",
        "{ town { nmae } }",
        "{ node(id: 1) { name } }",
        "{ town { ... on Strete { id } } }",
        "{ town(di: 1) { id } }",
        "{ town @skip(fi: true) { id } }",
        "{ find(wish: {nmae: 1}) { __typename } }",
        "{ town { farAwayFromEverythingThatThereIs } }",
    ],
)
def test_what_was_perhaps_meant_is_said_as_graphql_core_says_it(admission: Admission, source: str) -> None:
    by_graphql_core = validate(admission.schema, parse(source))

    assert [message for _, message in objections(admission, source)] == [each.message for each in by_graphql_core]


def test_only_the_first_three_mistakes_are_told_what_was_perhaps_meant(admission: Admission) -> None:
    messages = [message for _, message in objections(admission, "{ town { nam nme nmae naem } }")]

    assert ["Did you mean 'name'?" in message for message in messages] == [True, True, True, False]


@pytest.mark.parametrize("source", ["{ town { id } }", "{ nothing }", "{"])
def test_a_verdict_is_remembered_whatever_it_is(admission: Admission, source: str) -> None:
    assert admission.verdict(source) is admission.verdict(source)


def test_the_verdict_that_was_not_asked_for_longest_is_forgotten(schema: GraphQLSchema) -> None:
    admission = Admission(schema, Limits(remembered=2))
    first, second = admission.verdict("{ a }"), admission.verdict("{ b }")
    admission.verdict("{ a }")

    admission.verdict("{ c }")

    assert admission.verdict("{ a }") is first
    assert admission.verdict("{ b }") is not second
    assert len(admission.remembered) == 2


def test_verdicts_hold_a_bounded_amount_of_memory(schema: GraphQLSchema) -> None:
    admission = Admission(schema, Limits(remembered_bytes=100_000))

    for number in range(50):
        admission.verdict(f"{{ town(id: {number}) {{ id name mayor {{ id name }} size {{ area }} }} }}")

    assert admission.remembered.bytes <= 100_000
    assert 1 <= len(admission.remembered) < 10


def test_what_is_too_large_to_be_remembered_is_judged_all_the_same(schema: GraphQLSchema) -> None:
    admission = Admission(schema, Limits(remembered_bytes=1))

    assert admission.verdict("{ town { id } }").operation(None).cost.points({}) == 1
    assert (len(admission.remembered), admission.remembered.bytes) == (0, 0)


def test_a_refusal_keeps_no_syntax_tree(admission: Admission) -> None:
    [objection] = admission.verdict("{ nothing }").objections

    assert (objection.locations, admission.verdict("{ nothing }").operations) == (((1, 3),), ())


@pytest.mark.parametrize("source", ["", "{", "{ }", "{ town { } }", "{ town { id } } }", "town", "\0"])
def test_what_is_no_graphql_is_told_so(admission: Admission, source: str) -> None:
    assert [code for code, _ in objections(admission, source)] == ["GRAPHQL_PARSE_FAILED"]


@pytest.mark.parametrize(
    "text", ["query A_1 { _: town { __typename } a9Z: town(id: $_a) { id } }", "{ é }", "{ aé }", "{ 9a }"]
)
def test_names_are_read_as_graphql_core_reads_them(text: str) -> None:
    try:
        expected: object = parse(text)
    except GraphQLSyntaxError as error:
        expected = error.message
    try:
        found: object = read(text, Limits())
    except Refused as refused:
        found = refused.objections[0].message

    assert found == expected
