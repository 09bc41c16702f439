"""What operations cost: points by the rules of pricing, with each request's variables."""

import pytest
from graphql import GraphQLSchema

from execution.admission.admission import Admission
from execution.admission.objections import Objection, Refused
from tests.execution.admission.conftest import codes_of, cost_of

PAGE = "query($n: Int, $m: Int) { town { shops(first: $n, last: $m) { nodes { id } } } }"
MAYBE = "query($a: Boolean!, $b: Boolean!) { town { id mayor @include(if: $a) @skip(if: $b) { home { id } } } }"
EITHER = """query($a: Boolean!, $b: Boolean!) {
  town { mayor @include(if: $a) { home { id } } mayor @include(if: $b) { friends(first: 2) { id } } }
}"""


@pytest.mark.parametrize(
    ("source", "points"),
    [
        ("{ __typename }", 0),
        ("{ town { id name } }", 1),
        ("{ town { size { area unit { name } } } }", 1),
        ("{ size { area } }", 1),
        ("{ a: town { id } b: town { id } }", 2),
        ("{ town { id } town { name } }", 1),
        ("{ town { mayor { id } } town { mayor { name home { id } } } }", 3),
        ("{ town { shops { totalCount pageInfo { endCursor } } } }", 3),
        ("{ town { shops { nodes { id } } } }", 1 + 2 + 25),
        ("{ town { shops(first: 3) { nodes { id owner { id } } } } }", 1 + 2 + 3 * 2),
        ("{ town { shops(last: 4) { nodes { id } } } }", 1 + 2 + 4),
        ("{ town { shops(first: null, last: null) { nodes { id } } } }", 1 + 2 + 25),
        ("{ town { shops(first: 2, last: 7) { nodes { id } } } }", 1 + 2 + 7),
        ("{ town { shops(first: 0) { nodes { id } } } }", 1 + 2),
        ("{ town { shops(first: -5) { nodes { id } } } }", 1 + 2),
        ("{ town { shops(first: 3) { nodes { id } edges { cursor node { id } } } } }", 1 + 2 + 3 * 2),
        ("{ town { shops(first: 3) { edges { node { branches { id } } } } } }", 1 + 2 + 3 * (1 + 5)),
        ("{ town { streets { id } } }", 1 + 3),
        ("{ town { streets(first: 7) { id } } }", 1 + 7),
        ("{ town { grid { id } } }", 1 + 5 * 5),
        ("{ places { id } }", 5),
        ("{ node(id: 1) { id } }", 1),
        ("{ nodes(ids: [1, 2, 3]) { id } }", 3),
        ("{ nodes(ids: 1) { id } }", 1),
        ("{ nodes(ids: []) { id } }", 0),
        # A Town has the mayor, a Person three friends: the Person is dearer.
        ("{ node(id: 1) { ... on Town { mayor { id } } ... on Person { friends(first: 3) { id } } } }", 1 + 3),
        (
            "{ node(id: 1) { ... on Place { shops(first: 2) { nodes { id } } } ... on Town { mayor { id } } } }",
            1 + 4 + 1,
        ),
        ("{ find { ... on Town { id } ... on Person { home { id } } } }", 5 * 2),
        ("{ ...F } fragment F on Query { town { ...T } } fragment T on Town { mayor { id } }", 2),
        ("{ town { mayor @skip(if: true) { id } } }", 1),
        ("{ town { mayor @include(if: false) { id } } }", 1),
        ("{ town { mayor @include(if: true) @skip(if: false) { id } } }", 2),
        ("mutation { build { errors } }", 10),
        ("mutation { build { town { id mayor { id } } } }", 10 + 2),
        ("mutation { a: build { errors } b: build { errors } }", 20),
        ("{ __schema { types { name } } }", 10),
    ],
)
def test_an_operation_costs_its_points(schema: GraphQLSchema, source: str, points: int) -> None:
    assert cost_of(schema, source) == points


@pytest.mark.parametrize(
    ("source", "variables", "points"),
    [
        (PAGE, {}, 28),
        (PAGE, {"n": None, "m": None}, 28),
        (PAGE, {"n": 4}, 7),
        (PAGE, {"m": 5}, 8),
        (PAGE, {"n": 4, "m": 5}, 8),
        (PAGE, {"n": -1}, 3),
        (PAGE.replace("$n: Int", "$n: Int = 6"), {}, 9),
        (PAGE.replace("$n: Int", "$n: Int = 6"), {"n": None}, 28),
        ("query($n: Int) { town { streets(first: $n) { id } } }", {}, 4),
        ("query($n: Int) { town { streets(first: $n) { id } } }", {"n": 9}, 10),
        ("query($i: [ID!]!) { nodes(ids: $i) { id } }", {"i": ["1"] * 7}, 7),
        ("query($i: [ID!]!) { nodes(ids: $i) { id } }", {"i": "1"}, 1),
        ("query($i: [ID!]! = [1, 2]) { nodes(ids: $i) { id } }", {}, 2),
        ("query($i: ID!) { nodes(ids: [$i, 2]) { id } }", {"i": 1}, 2),
        (MAYBE, {"a": True, "b": False}, 3),
        (MAYBE, {"a": True, "b": True}, 1),
        (MAYBE, {"a": False, "b": False}, 1),
        (EITHER, {"a": True, "b": False}, 1 + 1 + 1),
        (EITHER, {"a": False, "b": True}, 1 + 1 + 2),
        (EITHER, {"a": True, "b": True}, 1 + 1 + 1 + 2),
        (EITHER, {"a": False, "b": False}, 1),
    ],
)
def test_variables_decide_what_it_costs(
    schema: GraphQLSchema, source: str, variables: dict[str, object], points: int
) -> None:
    assert cost_of(schema, source, variables) == points


@pytest.mark.parametrize(("spreads", "points"), [(3, 1), (4, 2)])
def test_a_fragment_under_more_than_three_conditions_costs_as_if_it_were_there(
    schema: GraphQLSchema, spreads: int, points: int
) -> None:
    names = "abcd"[:spreads]
    declared = " ".join(f"${name}: Boolean!" for name in names)
    spread = " ".join(f"...F @include(if: ${name})" for name in names)
    source = f"query({declared}) {{ town {{ {spread} }} }} fragment F on Town {{ mayor {{ id }} }}"

    assert cost_of(schema, source, dict.fromkeys(names, False)) == points
    assert cost_of(schema, source, dict.fromkeys(names, True)) == 2


@pytest.mark.parametrize(
    ("first", "codes"), [(997, []), (998, ["MAX_COST_EXCEEDED"]), (2**31 - 1, ["MAX_COST_EXCEEDED"])]
)
def test_a_thousand_points_may_be_spent(admission: Admission, first: int, codes: list[str]) -> None:
    assert codes_of(admission, PAGE, {"n": first}) == codes


def test_who_asks_too_much_is_told_how_much_it_was(admission: Admission) -> None:
    source = "{ town { shops(first: 50) { nodes { branches { branches { id } } } } } }"

    [objection] = _refusal(admission, source)

    assert objection.message == "This costs 1553 points; one operation may cost at most 1000."
    assert objection.extensions == {"cost": 1553, "maxCost": 1000}


def _refusal(admission: Admission, source: str) -> tuple[Objection, ...]:
    operation = admission.verdict(source).operation(None)
    with pytest.raises(Refused) as caught:
        admission.cost(operation, admission.values(operation, {}))
    return caught.value.objections
