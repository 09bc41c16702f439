"""Operations made from the schema: valid ones, ones with a mistake in them, and texts that are hardly GraphQL.

Ids stand in them as @0, @1 and so on, and are put in when the operation is sent: the same operations, whatever the ids.
"""

import os
from collections.abc import Callable

import graphql
from graphql import GraphQLSchema
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis_graphql import Mode, mutations, nodes, queries

# How many examples of each kind and principal; where it is set, they are other ones each time.
ASKED = os.environ.get("FUZZ_EXAMPLES", "")
IDS = 24
NOISE = [
    "\0",
    "\ud7ff",
    "\U0001f600",
    "{",
    "}",
    "(",
    ")",
    "$",
    '"',
    '"""',
    "#",
    "...",
    "@skip",
    "!",
    "\n",
    "1e400",
    "…",
]
TEXTS = st.one_of(
    st.sampled_from(["", " ", "x", "a" * 300, "Ada", "ada@northwind.test", "\N{ARABIC-INDIC DIGIT THREE}", "e\u0301"]),
    st.text(max_size=20),
)
SCALARS = {
    "ID": st.one_of(
        st.integers(0, IDS - 1).map(lambda number: nodes.String(f"@{number}")),
        TEXTS.map(nodes.String),
        st.integers(-3, 2**40).map(nodes.Int),
    ),
    "String": TEXTS.map(nodes.String),
    "Int": st.one_of(st.integers(-2, 120), st.integers(-(2**31), 2**31 - 1)).map(nodes.Int),
    "Date": st.one_of(st.dates().map(str), TEXTS).map(nodes.String),
    "DateTime": st.one_of(st.datetimes().map(lambda at: f"{at.isoformat()}Z"), TEXTS).map(nodes.String),
    "Decimal": st.one_of(st.decimals(allow_nan=False).map(str), TEXTS).map(nodes.String),
}


def fuzzed(examples: int) -> Callable[..., object]:
    """Return the settings of a run: the same examples each time, unless more were asked for."""
    return settings(
        max_examples=int(ASKED or examples),
        derandomize=not ASKED,
        print_blob=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def reading(schema: GraphQLSchema) -> st.SearchStrategy[str]:
    """Return queries that the schema allows."""
    return queries(schema, custom_scalars=SCALARS, print_ast=graphql.print_ast)


def writing(schema: GraphQLSchema) -> st.SearchStrategy[str]:
    """Return mutations that the schema allows."""
    return mutations(schema, custom_scalars=SCALARS, print_ast=graphql.print_ast)


def mistaken(schema: GraphQLSchema) -> st.SearchStrategy[str]:
    """Return operations of which the schema allows nearly everything."""
    asked = {"custom_scalars": SCALARS, "print_ast": graphql.print_ast, "mode": Mode.NEGATIVE}
    return st.one_of(queries(schema, **asked), mutations(schema, **asked))


@st.composite
def garbled(draw: st.DrawFn, schema: GraphQLSchema) -> str:
    """Draw the text of an operation into which something was put, or from which something was cut."""
    text = draw(reading(schema))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        upto = at + draw(st.sampled_from([0, 0, 1, 5, 50]))
        text = text[:at] + draw(st.sampled_from(NOISE)) + text[upto:]
    return text
