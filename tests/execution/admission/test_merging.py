"""Merging fields: the same documents conflict as by graphql-core's rule, which compares them in pairs."""

from collections.abc import Callable
from typing import Any

import pytest
from graphql import (
    NoUnusedVariablesRule,
    OverlappingFieldsCanBeMergedRule,
    PossibleFragmentSpreadsRule,
    build_schema,
    parse,
    specified_rules,
    validate,
)
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from execution.admission.admission import Admission
from execution.admission.limits import Limits
from execution.admission.merging import conflicts

# Three object types and what they share, so small that fields drawn at random often meet.
SDL = """
interface Thing { a(x: Int, y: In): Int b: Int! c: Thing d: [Thing!] }
type One implements Thing { a(x: Int, y: In): Int b: Int! c: Two d: [Thing!] e: String f: Either }
type Two implements Thing { a(x: Int, y: In): Int b: Int! c: One d: [Thing!] e: [String] f: Either }
type Three { a(x: Int, y: In): String b: Int c: Thing! e: String f: Either }
union Either = One | Two | Three
input In { p: Int q: In r: [Int] }
type Query { a(x: Int, y: In): Int b: Int! c: Thing d: [Thing!] e: Either f: Either }
"""
FIELDS = {
    "Query": {"a": "", "b": "", "c": "Thing", "d": "Thing", "e": "Either", "f": "Either"},
    "Thing": {"a": "", "b": "", "c": "Thing", "d": "Thing"},
    "One": {"a": "", "b": "", "c": "Two", "d": "Thing", "e": "", "f": "Either"},
    "Two": {"a": "", "b": "", "c": "One", "d": "Thing", "e": "", "f": "Either"},
    "Three": {"a": "", "b": "", "c": "Thing", "e": "", "f": "Either"},
    "Either": {"__typename": ""},
}
KINDS = ("Thing", "One", "Two", "Three", "Either")
GIVEN = (
    "",
    "(x: 1)",
    "(x: 2)",
    "(x: $v)",
    "(y: {p: 1, r: [1, 2]})",
    "(y: {r: [1, 2], p: 1})",
    "(y: {r: [2, 1], p: 1})",
)
# What is drawn may spread what can never be there: neither way of merging minds.
DRAWN = {OverlappingFieldsCanBeMergedRule, PossibleFragmentSpreadsRule, NoUnusedVariablesRule}
OTHERS = [rule for rule in specified_rules if rule not in DRAWN]
SCHEMA = build_schema(SDL)


@st.composite
def documents(draw: Callable[[st.SearchStrategy[Any]], Any]) -> str:
    """Return a document in which response names are few; fragments spread only later ones."""
    kinds = draw(st.lists(st.sampled_from(KINDS), max_size=4))
    written = [_selections(draw, "Query", 0, kinds, 3)]
    written += [
        f"fragment F{number} on {kind} {_selections(draw, kind, number + 1, kinds, 2)}"
        for number, kind in enumerate(kinds)
    ]
    uses = "query($v: Int)" if "$v" in "".join(written) else ""
    return f"{uses} {' '.join(written)}"


def _selections(
    draw: Callable[[st.SearchStrategy[Any]], Any], kind: str, first: int, kinds: list[str], depth: int
) -> str:
    written = []
    for _ in range(draw(st.integers(1, 4))):
        match draw(st.sampled_from(("field", "field", "alias", "inline", "spread"))):
            case "inline" if depth:
                within = draw(st.sampled_from((*KINDS, "")))
                on, inner = (f"on {within}", within) if within and kind != "Query" else ("", kind)
                written.append(f"... {on} {_selections(draw, inner, first, kinds, depth - 1)}")
            case "spread" if first < len(kinds) and kind != "Query":
                written.append(f"...F{draw(st.integers(first, len(kinds) - 1))}")
            case how:
                written.append(_field(draw, kind, first, kinds, depth, is_renamed=how == "alias"))
    return f"{{ {' '.join(written)} }}"


def _field(
    draw: Callable[[st.SearchStrategy[Any]], Any],
    kind: str,
    first: int,
    kinds: list[str],
    depth: int,
    *,
    is_renamed: bool,
) -> str:
    leaves = [name for name, inner in FIELDS[kind].items() if depth or not inner]
    name = draw(st.sampled_from(leaves))
    alias = f"{draw(st.sampled_from('abc'))}: " if is_renamed else ""
    given = draw(st.sampled_from(GIVEN)) if name == "a" else ""
    below = FIELDS[kind][name]
    return f"{alias}{name}{given} {_selections(draw, below, first, kinds, depth - 1) if below else ''}"


@given(source=documents())
@settings(max_examples=200, deadline=None, derandomize=True)
def test_what_conflicts_is_what_graphql_core_finds_to_conflict(source: str) -> None:
    document = parse(source)
    assume(validate(SCHEMA, document, OTHERS) == [])

    found = conflicts(SCHEMA, document, Limits())

    assert bool(found) == bool(validate(SCHEMA, document, [OverlappingFieldsCanBeMergedRule]))


def objections(source: str) -> list[str]:
    return [each.message for each in Admission(SCHEMA).verdict(source).objections]


ADVICE = "Use different aliases on the fields to fetch both if this was intentional."


@pytest.mark.parametrize(
    ("source", "names", "reason"),
    [
        ("{ a: b a }", ["a"], "'b' and 'a' are different fields"),
        ("{ a(x: 1) a(x: 2) }", ["a"], "they have differing arguments"),
        ("{ a a(x: 1) }", ["a"], "they have differing arguments"),
        ("{ x: a ...F } fragment F on Query { x: b }", ["x"], "'a' and 'b' are different fields"),
        ("{ c { x: a } c { x: b } }", ["c", "x"], "'a' and 'b' are different fields"),
        ("{ c { x: a x: b } }", ["x"], "'a' and 'b' are different fields"),
        ("{ e { ... on One { e } ... on Two { e } } }", ["e"], "they return conflicting types 'String' and '[String]'"),
        ("{ c { ... on One { x: a } ... on Thing { x: a(x: 1) } } }", ["x"], "they have differing arguments"),
        ("{ d { c { x: a } } d { c { x: b } } }", ["d", "c", "x"], "'a' and 'b' are different fields"),
    ],
)  # fmt: skip
def test_a_conflict_is_told_as_graphql_core_tells_it(source: str, names: list[str], reason: str) -> None:
    by_graphql_core = validate(SCHEMA, parse(source), [OverlappingFieldsCanBeMergedRule])
    where = "".join(f"subfields '{name}' conflict because " for name in names[1:])

    assert objections(source) == [each.message for each in by_graphql_core]
    assert objections(source) == [f"Fields '{names[0]}' conflict because {where}{reason}. {ADVICE}"]


@pytest.mark.parametrize(
    "source",
    [
        "{ a @skip(if: true) a }",
        "{ a(y: {p: 1, q: {p: 2}}) a(y: {q: {p: 2}, p: 1}) }",
        "{ e { ... on One { x: e } ... on Three { x: a } } }",
        "{ f { ... on One { a(x: 1) } ... on Two { a(x: 2) } } }",
        "{ d { b } d { b } }",
    ],
)
def test_fields_that_are_one_or_can_never_meet_do_not_conflict(source: str) -> None:
    assert objections(source) == []
