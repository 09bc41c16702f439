"""What is written down of one request: for its line in the log, for the metrics and for the trace.

Ids, codes, and the names that a client gives its operations, never what a document says, a person's name or address, or
a secret.
"""

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from graphql import FieldNode, OperationDefinitionNode

from auth.viewer import Viewer

# Enough to tell documents apart and to find one by its beginning.
DIGITS = 16
LONGEST_NAME = 100
MOST_CODES = 10
SEVERAL = "several"
FAULT = "INTERNAL_SERVER_ERROR"
# What passes by itself: somebody may try again, and nobody has to mend anything.
LEFT = "CLIENT_LEFT"
PASSING = frozenset({"SERVICE_UNAVAILABLE", "DEADLINE_EXCEEDED", "TOO_MANY_REQUESTS", "RATE_LIMITED"})


@dataclass(slots=True)
class Operation:
    """One operation: its document's hash, what runs of it, and what came of it.

    `root_field` is the only field of the root that it asks for, or SEVERAL; like `name` and `type` it stays None where
    nothing ran. `codes` are those of every error, a payload's refusals among them; `cost` is in points.
    """

    document: str
    name: str | None = None
    type: str | None = None
    root_field: str | None = None
    cost: int | None = None
    seconds: float = 0.0
    codes: list[str] = field(default_factory=list)
    is_answered: bool = False

    def runs(self, definition: OperationDefinitionNode) -> None:
        """Note what is about to run: it is valid, so that its fields are the schema's."""
        self.type = definition.operation.value
        self.name = definition.name.value[:LONGEST_NAME] if definition.name else None
        selections = definition.selection_set.selections
        first = selections[0]
        self.root_field = first.name.value if len(selections) == 1 and isinstance(first, FieldNode) else SEVERAL

    def answered(self, body: dict[str, Any], cost: int | None) -> None:
        """Note what its answer says, the codes of its errors, and what it cost, if that is known."""
        self.is_answered, self.cost = True, cost
        self.codes += [str(error["extensions"]["code"]) for error in body.get("errors", ())]

    @property
    def outcome(self) -> str:
        """Return ok, refused, unavailable, fault, or abandoned where nobody waited for the answer."""
        if LEFT in self.codes or not (self.codes or self.is_answered):
            return "abandoned"
        if not self.codes:
            return "ok"
        if FAULT in self.codes:
            return "fault"
        return "unavailable" if PASSING.intersection(self.codes) else "refused"


# What the request's line calls them.
SHOWN = {"name": "operation", "type": "type", "root_field": "field", "document": "document", "outcome": "outcome"}
Around = Callable[[Operation], AbstractContextManager[object]]


@dataclass(slots=True)
class Notes:
    """One request's. `around` is entered for as long as an operation runs; `codes` are of what was no operation."""

    around: Around = nullcontext
    status: int = 500
    principal: Viewer | None = None
    is_known: bool = False
    operations: list[Operation] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)

    def asks(self, viewer: Viewer | None) -> None:
        """Note who asks; whoever signs out in this request has asked all the same."""
        self.is_known = True
        self.principal = viewer or self.principal

    @contextmanager
    def operating(self, document: str) -> Iterator[Operation]:
        """Note an operation for as long as the block runs."""
        operation, began = Operation(_hash(document)), time.perf_counter()
        self.operations.append(operation)
        try:
            with self.around(operation):
                yield operation
        finally:
            operation.seconds = time.perf_counter() - began

    def refused(self, code: str) -> None:
        """Note a refusal that is no error of the answer as a whole: it is data in a payload, or nothing ran at all."""
        (self.operations[-1].codes if self.operations else self.codes).append(code)

    def as_fields(self) -> dict[str, Any]:
        """Return the fields of the request's line: who, which operation, what it cost, and what came of it."""
        fields: dict[str, Any] = {}
        if self.is_known:
            known = ("STRANGER", None) if self.principal is None else self.principal.principal
            fields["principal_kind"], fields["principal"] = known
        codes = list(self.codes)
        for operation in self.operations:
            # A page may ask several questions; a client sends one operation a request.
            for name, shown in SHOWN.items():
                told = getattr(operation, name)
                if told is not None:
                    fields[shown] = f"{fields[shown]},{told}" if shown in fields else told
            if operation.cost is not None:
                fields["cost"] = fields.get("cost", 0) + operation.cost
            codes += operation.codes
        if codes:
            fields["codes"] = codes[:MOST_CODES]
        return fields


def _hash(document: str) -> str:
    return hashlib.sha256(document.encode(errors="surrogatepass")).hexdigest()[:DIGITS]
