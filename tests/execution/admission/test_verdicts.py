"""Verdicts: which operation runs, what asks for the schema, and what is remembered."""

import pytest

from execution.admission.admission import Admission


@pytest.mark.parametrize(
    ("document", "asks"),
    [
        ("{ __schema { types { name } } }", True),
        ("{ types: __schema { types { name } } }", True),
        ('{ __type(name: "Town") { name } }', True),
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
