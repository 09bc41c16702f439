"""The walk: what it counts is what a naive expansion counts, and it stops where the naive one would not."""

from collections import Counter
from collections.abc import Callable, Iterator
from inspect import signature
from typing import Any

import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    get_introspection_query,
    parse,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis_graphql import from_schema

from execution.admission.admission import Admission
from execution.admission.limits import Limits
from execution.admission.objections import Refused
from execution.admission.walking import Shape, walk
from tests.execution.admission.conftest import SDL, limit_of

ENDLESS = 10**9
EVERYTHING = Limits(
    selections=ENDLESS,
    same_name_pairs=ENDLESS,
    depth=ENDLESS,
    aliases=ENDLESS,
    root_fields=ENDLESS,
    root_mutations=ENDLESS,
    schema_lists=ENDLESS,
    schema_nesting=ENDLESS,
)
# Fragments spread only later ones, so that a naive expansion ends.
NAMES = ("a", "b", "c")


@st.composite
def documents(draw: Callable[[st.SearchStrategy[Any]], Any]) -> str:
    """Return a document of fields, aliases, inline fragments and fragments that spread fragments."""
    number = draw(st.integers(0, 3))
    parts = [f"fragment F{each} on T {_selections(draw, each + 1, number, 2)}" for each in range(number)]
    return "\n".join([_selections(draw, 0, number, 3), *parts])


def _selections(draw: Callable[[st.SearchStrategy[Any]], Any], first: int, number: int, depth: int) -> str:
    kinds = ["leaf", "alias"] + (["field", "inline"] if depth else []) + (["spread"] * 2 if first < number else [])
    written = []
    for kind in draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=4)):
        name = draw(st.sampled_from(NAMES))
        match kind:
            case "leaf":
                written.append(name)
            case "alias":
                written.append(f"{draw(st.sampled_from(NAMES))}: {name}")
            case "field":
                written.append(f"{name} {_selections(draw, first, number, depth - 1)}")
            case "inline":
                written.append(f"... {_selections(draw, first, number, depth - 1)}")
            case "spread":
                written.append(f"...F{draw(st.integers(first, number - 1))}")
    return f"{{ {' '.join(written)} }}"


class Naive:
    """Counts by expanding recursively, as execution merges fields; every fragment that is reached by nothing, too."""

    def __init__(self, document: DocumentNode) -> None:
        self.shape, self._reached = Shape(), set[str]()
        definitions = document.definitions
        self._fragments = {each.name.value: each for each in definitions if isinstance(each, FragmentDefinitionNode)}
        for each in definitions:
            if isinstance(each, OperationDefinitionNode):
                self._expand([each.selection_set], 0)
        for name, fragment in self._fragments.items():
            if name not in self._reached:
                self._expand([fragment.selection_set], 0)

    def _expand(self, sets: list[SelectionSetNode], depth: int) -> None:
        seen: set[str] = set()
        fields = [field for each in sets for field in self._fields(each, seen)]
        names = Counter((field.alias or field.name).value for field in fields)
        self.shape.aliases += sum(field.alias is not None for field in fields)
        self.shape.same_name_pairs += sum(number * (number - 1) // 2 for number in names.values())
        for name in names:
            same = [field for field in fields if (field.alias or field.name).value == name]
            below = [field.selection_set for field in same if field.selection_set]
            if below:
                self.shape.depth = max(self.shape.depth, depth + 1)
                self._expand(below, depth + 1)

    def _fields(self, selection_set: SelectionSetNode, seen: set[str]) -> Iterator[FieldNode]:
        for selection in selection_set.selections:
            self.shape.selections += 1
            if isinstance(selection, FieldNode):
                yield selection
            elif isinstance(selection, FragmentSpreadNode):
                name = selection.name.value
                if name in self._fragments and name not in seen:
                    seen.add(name)
                    self._reached.add(name)
                    yield from self._fields(self._fragments[name].selection_set, seen)
            else:
                yield from self._fields(selection.selection_set, seen)  # type: ignore[attr-defined] # an inline fragment


def naive(document: DocumentNode) -> Shape:
    return Naive(document).shape


@settings(max_examples=200, deadline=None)
@given(documents())
def test_the_walk_counts_what_a_naive_expansion_counts(source: str) -> None:
    document = parse(source)

    assert walk(document, EVERYTHING) == naive(document)


@settings(max_examples=50, deadline=None)
@given(from_schema(SDL))
def test_it_does_so_for_documents_of_a_schema(source: str) -> None:
    document = parse(source)

    assert walk(document, EVERYTHING) == naive(document)


@settings(max_examples=100, deadline=None)
@given(documents(), st.integers(1, 30))
def test_it_stops_at_its_budget_and_nowhere_else(source: str, budget: int) -> None:
    document = parse(source)
    needed = naive(document).selections
    limits = Limits(selections=budget, same_name_pairs=ENDLESS, depth=ENDLESS, aliases=ENDLESS, root_fields=ENDLESS)

    try:
        found: int | None = walk(document, limits).selections
    except Refused:
        found = None

    assert found == (needed if needed <= budget else None)


OPTIONS = [
    name for name, option in signature(get_introspection_query).parameters.items() if option.default in {True, False}
]


def test_the_introspection_query_passes_with_every_option(admission: Admission) -> None:
    source = get_introspection_query(**dict.fromkeys(OPTIONS, True))  # type: ignore[arg-type] # what takes True

    assert admission.verdict(source).objections == ()


def numbered(written: str, number: int) -> str:
    return " ".join(written.format(each) for each in range(number))


def chain(number: int) -> str:
    links = [f"fragment F{each} on Query {{ ...F{each + 1} }}" for each in range(number - 1)]
    return " ".join(["{ ...F0 }", *links, f"fragment F{number - 1} on Query {{ __typename }}"])


LIMITS: list[tuple[str, int, Callable[[int], str]]] = [
    ("operations", 10, lambda n: numbered("query A{0} {{ __typename }}", n)),
    ("fragments", 50, chain),
    ("directives", 30, lambda n: f"{{ {'... @skip(if: false) { __typename } ' * n} }}"),
    (
        "variables",
        50,
        lambda n: f"query({numbered('$a{0}: ID!', n)}) {{ nodes(ids: [{numbered('$a{0}', n)}]) {{ id }} }}",
    ),
    ("name_length", 256, lambda n: f"{{ {'a' * n}: __typename }}"),
    ("aliases", 30, lambda n: f"{{ town {{ {numbered('a{0}: id', n)} }} }}"),
    ("root_fields", 20, lambda n: f"{{ {numbered('a{0}: __typename', n)} }}"),
    ("root_mutations", 10, lambda n: f"mutation {{ {numbered('a{0}: build {{ errors }}', n)} }}"),
    ("schema_lists", 10, lambda n: f"{{ {numbered('a{0}: __schema {{ types {{ name }} }}', n)} }}"),
    ("list_items", 100, lambda n: f"{{ nodes(ids: [{'1 ' * n}]) {{ id }} }}"),
    ("comments", 64, lambda n: "#\n" * n + "{ __typename }"),
    ("source_bytes", 16 * 1024, "{ __typename }".ljust),
]


@pytest.mark.parametrize(("name", "most", "document"), LIMITS, ids=[name for name, _, _ in LIMITS])
def test_the_last_that_is_allowed_passes_and_the_next_does_not(
    schema: GraphQLSchema, name: str, most: int, document: Callable[[int], str]
) -> None:
    # Each figure by itself: no other limit is in its way.
    admission = Admission(schema, Limits(same_name_pairs=ENDLESS))

    assert admission.verdict(document(most)).objections == ()
    assert len(admission.verdict(document(most + 1)).objections) == 1
    # Comments are counted by the parser, which names no limit.
    assert limit_of(admission, document(most + 1)) == (None if name == "comments" else name)


@pytest.mark.parametrize(("number", "limit"), [(20, None), (21, "same_name_pairs")])
def test_twenty_fields_may_share_a_name(admission: Admission, number: int, limit: str | None) -> None:
    assert limit_of(admission, f"{{ town {{ {'id ' * number} }} }}") == limit


@pytest.mark.parametrize(("number", "limit"), [(5, None), (6, "directives_at_once")])
def test_what_is_wrong_with_five_directives_at_one_place_is_told(
    admission: Admission, number: int, limit: str | None
) -> None:
    assert limit_of(admission, f"{{ __typename {'@unknown ' * number} }}") == limit


@pytest.mark.parametrize(("number", "limit"), [(14, None), (15, "depth")])
def test_fourteen_fields_may_lead_to_others(admission: Admission, number: int, limit: str | None) -> None:
    people = "friends { " * (number - 2)

    assert limit_of(admission, f"{{ town {{ mayor {{ {people} id {'} ' * number} }}") == limit


def test_depth_counts_through_fragments(admission: Admission) -> None:
    source = (
        "{ town { mayor { ...F } } } fragment F on Person { friends { ...G } } fragment G on Person { friends { id } }"
    )

    assert walk(parse(source), EVERYTHING).depth == 4
