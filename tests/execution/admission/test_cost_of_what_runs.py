"""The cost against what the executor really resolves, on generated documents and full pages."""

from typing import Any

import pytest
from graphql import GraphQLObjectType, build_schema, execute_sync, parse
from hypothesis import HealthCheck, assume, given, settings
from hypothesis_graphql import queries

from execution.admission.admission import Admission
from execution.admission.limits import Limits
from execution.admission.objections import Refused
from tests.execution.admission.conftest import SDL

# What the cost assumes is what the resolvers give here: pages as large as they are asked for, five of any other list.
LISTS, PAGE = 5, 25


class Counting:
    """A schema whose resolvers give all that is asked for, and count the objects with an id."""

    def __init__(self) -> None:
        self.objects = 0
        self.schema = build_schema(SDL)
        for kind in self.schema.type_map.values():
            if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__"):
                for name, field in kind.fields.items():
                    field.resolve = self._resolver(name, str(field.type))
        for abstract, concrete in (("Node", "Person"), ("Place", "Town"), ("Found", "Person")):
            # One of the dearest, one of the cheapest: the cost has to cover either.
            self.schema.type_map[abstract].resolve_type = lambda *_, concrete=concrete: concrete  # type: ignore[union-attr, attr-defined] # an abstract type

    def _resolver(self, name: str, kind: str) -> Any:
        def resolve(source: Any, info: Any, **arguments: Any) -> Any:
            depth = kind.count("[")
            if depth:
                return self._listed(self._length(source, name, arguments), depth, kind)
            return self._one(kind, arguments)

        return resolve

    def _length(self, source: Any, name: str, arguments: dict[str, Any]) -> int:
        if name in {"nodes", "edges"} and isinstance(source, dict) and "page" in source:
            return int(source["page"])
        if "ids" in arguments:
            return len(arguments["ids"])
        sizes = [arguments[each] for each in ("first", "last") if arguments.get(each) is not None]
        return max(0, *sizes) if sizes else LISTS

    def _listed(self, length: int, depth: int, kind: str) -> list[Any]:
        if depth > 1:
            return [self._listed(LISTS, depth - 1, kind) for _ in range(length)]
        return [self._one(kind.replace("[", "").replace("]", ""), {}) for _ in range(length)]

    def _one(self, kind: str, arguments: dict[str, Any]) -> Any:
        named = kind.strip("[]!")
        if named in {"ID", "String"}:
            return "x"
        if named in {"Int", "Boolean"}:
            return 1
        if named.endswith("Connection"):
            sizes = [arguments[each] for each in ("first", "last") if arguments.get(each) is not None]
            return {"page": max(0, *sizes) if sizes else PAGE}
        self.objects += named in {"Town", "Street", "Shop", "Person", "Node", "Place", "Found"}
        return {}


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(queries(SDL))
def test_nothing_resolves_more_objects_than_it_costs(source: str) -> None:
    counting = Counting()
    admission = Admission(counting.schema, Limits(cost=20_000))
    try:
        operation = admission.verdict(source).operation(None)
        cost = admission.cost(operation, admission.values(operation, {}))
    except Refused:
        assume(False)  # noqa: FBT003 # beyond a limit: it does not run

    result = execute_sync(counting.schema, parse(source))

    assert result.errors is None
    assert counting.objects <= cost


@pytest.mark.parametrize(
    "source",
    [
        "{ town { id } }",
        "{ town { mayor { id home { id } } } }",
        "{ places { id } }",
        "{ nodes(ids: [1, 2, 3]) { id } }",
        "{ town { streets { id } streets2: streets(first: 6) { town { id } } grid { id } } }",
        "{ town { mayor { friends { friends(first: 2) { id } } } } }",
    ],
)
def test_what_has_no_page_costs_exactly_what_it_resolves(source: str) -> None:
    counting = Counting()
    operation = Admission(counting.schema).verdict(source).operation(None)

    assert execute_sync(counting.schema, operation.document).errors is None
    assert counting.objects == operation.cost.points({})


def test_a_page_costs_two_more() -> None:
    counting = Counting()
    operation = Admission(counting.schema).verdict("{ town { shops { nodes { id } } } }").operation(None)

    assert execute_sync(counting.schema, operation.document).errors is None
    assert (counting.objects, operation.cost.points({})) == (1 + 25, 1 + 2 + 25)
