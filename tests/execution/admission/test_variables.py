"""Variables and strings: what is beyond a limit is named with its path, and nothing runs."""

from typing import Any

import pytest
from graphql import GraphQLSchema
from graphql.execution.values import VariableValues, get_variable_values

from execution.admission.admission import Admission
from execution.admission.limits import Limits
from execution.admission.objections import Objection, Refused
from tests.execution.admission.conftest import codes_of

FIND = """query($text: String, $wish: Wish, $wishes: [Wish!]) {
  find(text: $text, wish: $wish, wishes: $wishes) { __typename }
}"""
ACTING = "A string must not contain control characters or ones that turn the direction of writing."


def objections(admission: Admission, variables: dict[str, Any]) -> tuple[Objection, ...]:
    operation = admission.verdict(FIND).operation(None)
    with pytest.raises(Refused) as caught:
        admission.values(operation, variables)
    return caught.value.objections


@pytest.mark.parametrize(
    ("variables", "path", "sentence"),
    [
        ({"text": "a\0b"}, ["text"], ACTING),
        ({"text": "\x1b[31m"}, ["text"], ACTING),
        ({"text": "\x7f"}, ["text"], ACTING),
        ({"text": "\x85"}, ["text"], ACTING),
        ({"text": "\u202e"}, ["text"], ACTING),
        ({"text": "\u2066"}, ["text"], ACTING),
        ({"text": "\u200f"}, ["text"], ACTING),
        ({"text": "\ud800"}, ["text"], ACTING),
        ({"text": "x" * 10_241}, ["text"], "A string has at most 10240 bytes in UTF-8."),
        ({"text": "é" * 5_121}, ["text"], "A string has at most 10240 bytes in UTF-8."),
        ({"wish": {"inner": {"name": "\0"}}}, ["wish", "inner", "name"], ACTING),
        ({"wishes": [{}, {"ids": ["a", "\0"]}]}, ["wishes", "1", "ids", "1"], ACTING),
        ({"wish": {"ids": ["a"] * 101}}, ["wish", "ids"], "A list has at most 100 items."),
        ({"wish": {"ids": [2**64]}}, ["wish", "ids", "0"], "An integer has at most 64 bits."),
        ({"unknown": ["\0"]}, ["unknown", "0"], ACTING),
    ],
)
def test_what_is_beyond_a_limit_is_named_with_its_path(
    admission: Admission, variables: dict[str, Any], path: list[str], sentence: str
) -> None:
    message = f"Variable '${path[0]}' is not allowed: {sentence}"

    assert objections(admission, variables) == (Objection(message, "BAD_USER_INPUT", (), {"path": path}),)


@pytest.mark.parametrize(
    "variables",
    [
        {"text": "tab\t, line\nend\r, עברית, 🐎, zero\u200bwidth"},
        {"text": "x" * 10_240},
        {"text": "é" * 5_120},
        {"text": None, "wish": None, "wishes": None},
        {"wish": {"ids": ["a"] * 100}},
        {"wishes": {"name": "one for a list of one"}},
    ],
)
def test_what_is_within_the_limits_passes(admission: Admission, variables: dict[str, Any]) -> None:
    assert codes_of(admission, FIND, variables) == []


def test_nesting_ends_at_once_however_deep_it_goes(admission: Admission) -> None:
    wish: dict[str, Any] = {}
    for _ in range(100_000):
        wish = {"inner": wish}

    [objection] = objections(admission, {"wish": wish})

    assert (
        objection.message
        == "Variable '$wish' is not allowed: At most 50 lists and objects may stand inside each other."
    )
    assert len(objection.extensions["path"]) == 51


@pytest.mark.parametrize("nesting", [50, 1_000])
@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"id": "t1"},
        {"id": "t1", "number": None, "text": None},
        {"id": 7, "number": 4, "wish": {"ids": "one", "inner": {}}},
        {"id": "t1", "unknown": 1},
        {"id": None},
        {"id": "t1", "number": "four", "wish": {"other": 1}},
        {"id": "t1", "wish": 3},
    ],
)
def test_values_are_graphql_cores(schema: GraphQLSchema, variables: dict[str, Any], nesting: int) -> None:
    source = """query($id: ID!, $number: Int = 3, $text: String, $wish: Wish) {
      node(id: $id) { id } find(text: $text, wish: $wish, number: $number) { __typename } }"""
    admission = Admission(schema, Limits(nesting=nesting))
    operation = admission.verdict(source).operation(None)
    expected = get_variable_values(schema, operation.node.variable_definitions or (), variables)

    try:
        found: Any = admission.values(operation, variables)
    except Refused as refused:
        found = [objection.message for objection in refused.objections]

    if isinstance(expected, VariableValues):
        assert found.coerced == expected.coerced
        assert given_of(found) == given_of(expected)
    else:
        assert found == [error.message for error in expected]


def given_of(values: VariableValues) -> dict[str, tuple[str, Any]]:
    return {name: (str(source.signature.type), source.value) for name, source in values.sources.items()}


def test_strings_are_taken_composed(admission: Admission) -> None:
    operation = admission.verdict(FIND).operation(None)

    values = admission.values(operation, {"text": "Cafe\u0301", "wishes": [{"ids": ["e\u0301"]}]})

    assert values.coerced == {"text": "Café", "wishes": [{"ids": ["é"]}]}


def test_the_document_is_taken_composed(admission: Admission) -> None:
    [operation] = admission.verdict('{ town(id: "Cafe\u0301") { id } }').operations

    assert operation.document.loc is not None
    assert '"Café"' in operation.document.loc.source.body


@pytest.mark.parametrize("literal", ['"\\u0000"', '"\\u202e"', '"e\\u0301"', '"""a\x07"""', f'"{"x" * 10_241}"'])
def test_strings_in_a_document_have_the_same_limits(admission: Admission, literal: str) -> None:
    [objection] = admission.verdict(f"{{ town(id: {literal}) {{ id }} }}").objections

    assert (objection.code, objection.locations) in {
        ("BAD_USER_INPUT", ((1, 12),)),
        ("GRAPHQL_PARSE_FAILED", ((1, 16),)),
    }


def test_ten_mistakes_are_named_and_the_others_counted(admission: Admission) -> None:
    found = objections(admission, {"wish": {"ids": ["\0"] * 25}})

    assert [each.code for each in found] == ["BAD_USER_INPUT"] * 9 + ["MORE_ERRORS"]
    assert (found[9].message, found[9].extensions) == ("There are 16 more errors.", {"omitted": 16})


def test_a_value_of_another_type_is_not_sent_back_in_full(admission: Admission) -> None:
    [objection] = objections(admission, {"wish": {"ids": [{"name": "x" * 10_000}]}})

    assert (objection.code, objection.extensions) == ("BAD_USER_INPUT", {"path": ["wish", "ids", "0"]})
    assert len(objection.message) == 300
