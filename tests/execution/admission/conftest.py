"""A schema made for the purpose: pages, lists, interfaces, values, and resolvers that give all they are asked for."""

import pytest
from graphql import GraphQLSchema, build_schema

from execution.admission.admission import Admission
from execution.admission.limits import Limits
from execution.admission.objections import Refused

SDL = """
interface Node { id: ID! }
interface Place { id: ID! name: String! shops(first: Int, last: Int): ShopConnection! }
type Town implements Node & Place {
  id: ID! name: String! mayor: Person! size: Size!
  shops(first: Int, last: Int): ShopConnection!
  streets(first: Int = 3): [Street!]!
  grid: [[Street!]!]!
}
type Street implements Node & Place {
  id: ID! name: String! town: Town!
  shops(first: Int, last: Int): ShopConnection!
}
type Shop implements Node { id: ID! name: String! owner: Person! branches: [Shop!]! price: Size }
type Person implements Node { id: ID! name: String! home: Place! friends(first: Int = 10): [Person!]! }
type Size { area: Int! unit: Unit! }
type Unit { name: String! symbol: String! }
type ShopConnection { nodes: [Shop!]! edges: [ShopEdge!]! pageInfo: PageInfo! totalCount: Int! }
type ShopEdge { cursor: String! node: Shop! }
type PageInfo { hasNextPage: Boolean! endCursor: String }
union Found = Town | Person
type Payload { town: Town errors: [String!]! }
input Wish { name: String, ids: [ID!], inner: Wish }
type Query {
  town(id: ID): Town
  node(id: ID!): Node
  nodes(ids: [ID!]!): [Node]!
  places: [Place!]!
  size: Size
  find(text: String, wish: Wish, wishes: [Wish!], number: Int): [Found!]!
}
type Mutation { build(name: String, wish: Wish): Payload! }
"""


@pytest.fixture(scope="session")
def schema() -> GraphQLSchema:
    """The schema, without resolvers."""
    return build_schema(SDL)


@pytest.fixture
def admission(schema: GraphQLSchema) -> Admission:
    """The usual limits, and nothing seen before."""
    return Admission(schema)


def codes_of(admission: Admission, source: str, variables: dict[str, object] | None = None) -> list[str]:
    """Return the codes with which a document is refused; none where it may run."""
    try:
        operation = admission.verdict(source).operation(None)
        admission.cost(operation, admission.values(operation, variables))
    except Refused as refused:
        return [each.code for each in refused.objections]
    return []


def limit_of(admission: Admission, source: str) -> str | None:
    """Return the name of the limit that a document is beyond."""
    for objection in admission.verdict(source).objections:
        if "limit" in objection.extensions:
            return str(objection.extensions["limit"]["name"])
    return None


def cost_of(schema: GraphQLSchema, source: str, variables: dict[str, object] | None = None) -> int:
    """Return what an operation costs, whatever it may cost."""
    admission = Admission(schema, Limits(cost=10**12))
    operation = admission.verdict(source).operation(None)
    return admission.cost(operation, admission.values(operation, variables))
