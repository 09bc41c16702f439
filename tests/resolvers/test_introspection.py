"""Introspection: what asks for the schema, and who may."""

from uuid import UUID

import pytest

from auth.viewer import Viewer
from resolvers.introspection import Introspection, asks_for_schema, without_suggestions

ADA = Viewer(UUID(int=1), "Ada", None, ())


@pytest.mark.parametrize(
    ("document", "asks"),
    [
        ("{ __schema { types { name } } }", True),
        ("{ types: __schema { types { name } } }", True),
        ('{ __type(name: "Account") { name } }', True),
        ("{ ...A } fragment A on Query { ... { __schema { types { name } } } }", True),
        ("mutation { signOut { errors { code } } } query Q { __schema { types { name } } }", True),
        ("{ __typename viewer { __typename } }", False),
        ("{ viewer { name } } # __schema", False),
        ('{ account(subdomain: "__type") { name } }', False),
        ("{ __schema {", False),
    ],
)
def test_fields_ask_for_the_schema_and_texts_do_not(document: str, asks: bool) -> None:  # noqa: FBT001 # a table
    assert asks_for_schema(document) is asks


@pytest.mark.parametrize(
    ("policy", "permitted"), [("on", (True, True)), ("signed-in", (True, False)), ("off", (False, False))]
)
def test_who_may_ask(policy: str, permitted: tuple[bool, bool]) -> None:
    assert tuple(Introspection(policy).permits(viewer) for viewer in (ADA, None)) == permitted


@pytest.mark.parametrize(
    "suggestion",
    ["Did you mean 'name'?", "Did you mean to use an inline fragment on 'Account' or 'Reseller'?", "Did you mean 'na"],
)
def test_suggestions_are_cut_off(suggestion: str) -> None:
    body = {"errors": [{"message": f"Cannot query field 'nme' on type 'Viewer'. {suggestion}", "extensions": {}}]}

    assert without_suggestions(body) == {
        "errors": [{"message": "Cannot query field 'nme' on type 'Viewer'.", "extensions": {}}]
    }
