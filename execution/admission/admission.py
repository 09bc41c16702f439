"""The way from a source text to an operation that may run: the verdict on its document, its variables, its cost.

    admission = Admission(schema)
    operation = admission.verdict(source).operation(name)
    values = admission.values(operation, variables)
    cost = admission.cost(operation, values)

Each step raises Refused; nothing has run then.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

from graphql import ASTValidationRule, GraphQLSchema, specified_rules
from graphql.execution.values import VariableValues

from execution.admission.limits import Limits
from execution.admission.objections import TOO_EXPENSIVE, Objection, Refused
from execution.admission.remembering import Remembered
from execution.admission.variables import coerced
from execution.admission.verdicts import Judge, Operation, Verdict


class Admission:
    """What may run on one schema. `rules` are those of validation; verdicts on documents seen before are kept."""

    def __init__(
        self,
        schema: GraphQLSchema,
        limits: Limits | None = None,
        rules: Sequence[type[ASTValidationRule]] = specified_rules,
    ) -> None:
        self.schema, self.limits = schema, limits or Limits()
        self._judge = Judge(schema, self.limits, rules)
        self.remembered = Remembered(self.limits.remembered, self.limits.remembered_bytes)

    def verdict(self, source: str, *, hide_suggestions: bool = False) -> Verdict:
        """Return what is decided of a document; hide_suggestions keeps its errors from naming parts of the schema."""
        key = hashlib.sha256(source.encode("utf-8", "surrogatepass")).digest() + (b"-" if hide_suggestions else b"+")
        verdict = self.remembered.recall(key)
        if verdict is None:
            verdict = self._judge.verdict(source, hide_suggestions=hide_suggestions)
            self.remembered.keep(key, verdict)
        return verdict

    def values(
        self, operation: Operation, variables: dict[str, Any] | None, *, hide_suggestions: bool = False
    ) -> VariableValues:
        """Return the variables as the operation declares them. Raises Refused."""
        return coerced(self.schema, operation, variables or {}, self.limits, hide_suggestions=hide_suggestions)

    def cost(self, operation: Operation, values: VariableValues) -> int:
        """Return the points that the operation costs with its variables. Raises Refused where they are too many."""
        points = operation.cost.points(values.coerced)
        if points > self.limits.cost:
            message = f"This costs {points} points; one operation may cost at most {self.limits.cost}."
            raise Refused(Objection(message, TOO_EXPENSIVE, (), {"cost": points, "maxCost": self.limits.cost}))
        return points
