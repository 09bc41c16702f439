"""Trusted documents: what a manifest is, what may be sent, and what is the same for everybody."""

import json
from pathlib import Path
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from auth.trusting import Modes
from auth.viewer import Viewer
from resolvers.trusted import DocumentUnknown, DocumentUntrusted, ManifestError, TrustedDocuments, id_of

VIEWER, SCHEMA = "{ viewer { name } }", "{ __schema { types { name } } }"
ADA = Viewer(UUID(int=1), "Ada", None, ())
# The appendix of GraphQL over HTTP has this one as its example.
COMPACT = "query($id:ID!){user(id:$id){name}}"
ITS_ID = "sha256:71f7dc5758652baac68e4a10c50be732b741c892ade2883a99358f52b555286b"


def trusted(*texts: str, mode: str = "open", shows_schema: bool = True) -> TrustedDocuments:
    return TrustedDocuments({id_of(text): text for text in texts}, Modes.read(mode), shows_schema=shows_schema)


def test_an_id_is_the_hash_of_the_text() -> None:
    assert id_of(COMPACT) == ITS_ID


def test_a_manifest_knows_the_names_of_its_operations() -> None:
    documents = trusted(
        "query A { __typename } query B { __typename }", "mutation C { signOut { errors { code } } }", COMPACT
    )

    assert documents.operation_names == {"A", "B", "C"}


@pytest.mark.parametrize("prefix", ["sha256:", ""])
def test_a_manifest_leads_from_ids_to_texts(tmp_path: Path, prefix: str) -> None:
    file = tmp_path / "manifest.json"
    file.write_text(json.dumps({prefix + ITS_ID.removeprefix("sha256:"): COMPACT}))

    documents = TrustedDocuments.read(file, Modes(), shows_schema=True)

    assert documents.source(None, query=None, document_id=ITS_ID) == COMPACT


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("{", "{file} is no JSON"),
        ("\ud800", "{file} is no JSON"),
        ("[]", "{file} must hold one object: ids and texts"),
        ('{"sha256:00": 1}', "{file}: sha256:00 must be a document's text"),
        (json.dumps({"sha256:00": COMPACT}), f"{{file}}: sha256:00 is not the SHA-256 of its text, which is {ITS_ID}"),
        (
            json.dumps({id_of("{"): "{"}),
            f"{{file}}: {id_of('{')} is no GraphQL: Syntax Error: Expected Name, found <EOF>.",
        ),
    ],
)
def test_what_is_no_manifest_is_refused_with_the_reason(tmp_path: Path, written: str, reason: str) -> None:
    file = tmp_path / "manifest.json"
    file.write_bytes(written.encode("utf-8", "surrogatepass"))

    with pytest.raises(ManifestError) as refused:
        TrustedDocuments.read(file, Modes(), shows_schema=True)

    assert str(refused.value) == "TRUSTED_DOCUMENTS: " + reason.format(file=file)


def test_a_manifest_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"^TRUSTED_DOCUMENTS: .*/none cannot be read: No such file or directory$"):
        TrustedDocuments.read(tmp_path / "none", Modes(), shows_schema=True)


def test_whoever_enforces_names_a_manifest() -> None:
    with pytest.raises(ManifestError) as refused:
        TrustedDocuments.read(None, Modes.read("key=enforce"), shows_schema=True)

    assert str(refused.value) == (
        "TRUSTED_DOCUMENTS: name the manifest of the documents that TRUSTED_DOCUMENTS_MODE enforces"
    )


def test_an_id_that_is_not_there_is_refused() -> None:
    with pytest.raises(DocumentUnknown):
        trusted(VIEWER).source(None, query=None, document_id=ITS_ID)


def test_a_text_of_the_manifest_is_trusted_however_it_is_sent() -> None:
    documents = trusted(VIEWER, mode="enforce")

    assert documents.source(None, query=VIEWER, document_id=None) == VIEWER


def test_another_text_is_refused_where_documents_are_enforced() -> None:
    documents = trusted(VIEWER, mode="stranger=enforce")

    with pytest.raises(DocumentUntrusted):
        documents.source(None, query=SCHEMA, document_id=None)

    assert documents.source(ADA, query=SCHEMA, document_id=None) == SCHEMA


def test_another_text_runs_and_is_logged_where_that_is_wanted() -> None:
    documents = trusted(VIEWER, mode="log")

    with capture_logs() as logged:
        texts = [documents.source(ADA, query=text, document_id=None) for text in (VIEWER, SCHEMA)]

    assert texts == [VIEWER, SCHEMA]
    assert logged == [
        {"event": "untrusted document", "document_id": id_of(SCHEMA), "viewer": str(ADA.id), "log_level": "info"}
    ]


@pytest.mark.parametrize(
    ("text", "is_public", "is_so_with_a_hidden_schema"),
    [
        ("{ __typename }", True, True),
        (SCHEMA, True, False),
        ('{ a: __type(name: "Account") { name } b: __typename }', True, False),
        ("query A { __typename } query B { __schema { types { name } } }", True, False),
        ("{ ...A } fragment A on Query { ... { ...B } } fragment B on Query { __typename }", True, True),
        (VIEWER, False, False),
        ("{ __typename viewer { name } }", False, False),
        ("{ __typename: viewer { name } }", False, False),
        ("{ ...A } fragment A on Query { __typename ... on Query { viewer { name } } }", False, False),
        ("query A { __typename } query B { viewer { name } }", False, False),
        ("{ ...A } fragment A on Query { __typename ...A }", True, True),
    ],
)
def test_only_what_reads_nothing_but_the_schema_is_public(
    text: str,
    is_public: bool,  # noqa: FBT001 # a table
    is_so_with_a_hidden_schema: bool,  # noqa: FBT001
) -> None:
    shown, hidden = trusted(text), trusted(text, shows_schema=False)

    assert (shown.is_public(id_of(text)), hidden.is_public(id_of(text))) == (is_public, is_so_with_a_hidden_schema)


@pytest.mark.parametrize("id", [None, ITS_ID])
def test_what_is_not_in_the_manifest_is_not_public(id: str | None) -> None:
    assert trusted("{ __typename }").is_public(id) is False
