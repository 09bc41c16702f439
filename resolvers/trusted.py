"""Trusted documents: operations known beforehand, which a client may send by their id, and who may send others.

The manifest is a JSON file that a front end's build writes: {"sha256:<hash of the text>": "<text>"}; the prefix may be
missing. Ids are those of the appendix "Persisted Documents" of GraphQL over HTTP.

ManifestError         the file is no manifest
DocumentRefused
├── DocumentUnknown   an id that is not in the manifest
└── DocumentUntrusted a text that is not in the manifest, from somebody for whom it has to be
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import structlog
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
)

from auth.trusting import Mode, Modes
from auth.viewer import Viewer

PREFIX = "sha256:"
TYPENAME, SCHEMA = frozenset({"__typename"}), frozenset({"__typename", "__schema", "__type"})

log = structlog.get_logger()


class ManifestError(Exception):
    """The setting TRUSTED_DOCUMENTS names no manifest; the message says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"TRUSTED_DOCUMENTS: {reason}")


class DocumentRefused(Exception):
    """The document does not run: a code as clients know it from Apollo, and a sentence."""

    code: str
    message: str


class DocumentUnknown(DocumentRefused):
    """No document has this id."""

    code, message = "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound"


class DocumentUntrusted(DocumentRefused):
    """Only documents of the manifest run for who asks."""

    code, message = "QUERY_NOT_IN_SAFELIST", "Only trusted documents run here: send the documentId of one."


class TrustedDocuments:
    """The manifest, the modes by kind of principal, and whether everybody may ask for the schema."""

    def __init__(
        self, documents: Mapping[str, str] | None = None, modes: Modes | None = None, *, shows_schema: bool = True
    ) -> None:
        self._documents, self._modes = dict(documents or {}), modes or Modes()
        public = SCHEMA if shows_schema else TYPENAME
        parsed = {id: parse(text) for id, text in self._documents.items()}
        # Of clients that are known: they may be told apart, where others go by the field that they ask for.
        self.operation_names = frozenset(name for each in parsed.values() for name in _operation_names(each))
        self._public = {id for id, each in parsed.items() if public.issuperset(_root_fields(each))}

    @classmethod
    def read(cls, file: Path | None, modes: Modes, *, shows_schema: bool) -> "TrustedDocuments":
        """Return the documents of a manifest; without one there are none.

        Raises ManifestError where the file is none, an id is not its text's, or modes need a file that is not there.
        """
        if file is None:
            if not modes.are_open:
                raise ManifestError("name the manifest of the documents that TRUSTED_DOCUMENTS_MODE enforces")
            return cls(modes=modes)
        try:
            written = json.loads(file.read_bytes())
        except OSError as error:
            raise ManifestError(f"{file} cannot be read: {error.strerror}") from None
        except ValueError:
            raise ManifestError(f"{file} is no JSON") from None
        if not isinstance(written, dict):
            raise ManifestError(f"{file} must hold one object: ids and texts")
        return cls({_checked(file, id, text): text for id, text in written.items()}, modes, shows_schema=shows_schema)

    def source(self, viewer: Viewer | None, *, query: str | None, document_id: str | None) -> str:
        """Return the text that runs for who asks; one of the two is given. Raises DocumentRefused."""
        if document_id is not None:
            text = self._documents.get(document_id)
            if text is None:
                raise DocumentUnknown
            return text
        text, mode = query or "", self._modes.of(viewer)
        if mode is not Mode.OPEN and (id := id_of(text)) not in self._documents:
            if mode is Mode.ENFORCE:
                raise DocumentUntrusted
            log.info("untrusted document", document_id=id, viewer=None if viewer is None else str(viewer.id))
        return text

    def is_public(self, document_id: str | None) -> bool:
        """Tell whether a document's answer is the same for everybody: it reads of the schema what strangers may."""
        return document_id in self._public


def id_of(text: str) -> str:
    """Return the id of a document: the SHA-256 of its text in UTF-8, in hexadecimal digits."""
    return PREFIX + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _checked(file: Path, id: str, text: Any) -> str:  # noqa: ANN401 # whatever JSON holds
    if not isinstance(text, str):
        raise ManifestError(f"{file}: {id} must be a document's text")
    if id.removeprefix(PREFIX) != id_of(text).removeprefix(PREFIX):
        raise ManifestError(f"{file}: {id} is not the SHA-256 of its text, which is {id_of(text)}")
    try:
        parse(text)
    except GraphQLError as error:
        raise ManifestError(f"{file}: {id} is no GraphQL: {error.message}") from None
    return id_of(text)


def _operation_names(document: DocumentNode) -> Iterator[str]:
    for each in document.definitions:
        if isinstance(each, OperationDefinitionNode) and each.name is not None:
            yield each.name.value


def _root_fields(document: DocumentNode) -> Iterator[str]:
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    waiting = [each.selection_set for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    while waiting:
        for selection in waiting.pop().selections:
            if isinstance(selection, FieldNode):
                yield selection.name.value
            elif isinstance(selection, FragmentSpreadNode):
                # Taken out, so that a fragment that spreads itself ends; it would not be valid anyhow.
                fragment = fragments.pop(selection.name.value, None)
                waiting += [] if fragment is None else [fragment.selection_set]
            else:
                inline: SelectionSetNode = selection.selection_set  # type: ignore[attr-defined] # the third kind there is
                waiting.append(inline)
