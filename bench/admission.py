"""What it costs to admit an operation: one seen before, and the worst documents that were never seen.

.venv/bin/python -m bench.admission      prints the tables of bench/README.md; no database is needed
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.worst_documents import worst_documents
from execution.admission.admission import Admission
from execution.admission.objections import Refused
from resolvers.api import RULES, build_api

LESSONS = Path(__file__).parent.parent / "web" / "lessons"
ROUNDS, REPEATS, WORST_SHOWN = 7, 1_000, 12
CONTRACT = {"accountId": "acct_01h455vb4pex5vsknk084sn02q", "systems": 50, "billingInterval": "MONTHLY"}
LESSONS_VARIABLES: dict[str, dict[str, Any]] = {
    "switcher": {},
    "accounts-screen": {"id": "resl_1", "first": 100, "where": {"status": ["ACTIVE"], "search": "café"}},
    "own-account": {"id": "acct_1"},
    "save-contract": {"input": CONTRACT},
}


def main() -> None:
    """Print both tables."""
    schema = build_api()._schema

    def fresh() -> Admission:
        return Admission(schema, rules=RULES)

    print("| operation | never seen, ms | seen before, ms |\n|---|--:|--:|")  # noqa: T201 # a command speaks
    for name, variables in LESSONS_VARIABLES.items():
        source, known = (LESSONS / f"{name}.graphql").read_text(), fresh()
        new = quickest(lambda source=source, given=variables: admit(fresh(), source, given), 1)  # type: ignore[misc] # bound now
        seen = quickest(lambda known=known, source=source, given=variables: admit(known, source, given), REPEATS)  # type: ignore[misc] # bound now
        print(f"| {name} | {new:.2f} | {seen:.3f} |")  # noqa: T201 # a command speaks

    print("\n| document | bytes | CPU, ms | becomes |\n|---|--:|--:|---|")  # noqa: T201 # a command speaks
    rows = []
    for worst in worst_documents():
        took = quickest(lambda source=worst.source: fresh().verdict(source), 1)  # type: ignore[misc] # bound now
        rows.append((took, f"| {worst.family} | {len(worst.source)} | {took:.1f} | {worst.expected or 'may run'} |"))
    for _, row in sorted(rows, reverse=True)[:WORST_SHOWN]:
        print(row)  # noqa: T201 # a command speaks
    print(f"\n{len(rows)} documents")  # noqa: T201 # a command speaks


def admit(admission: Admission, source: str, variables: dict[str, Any]) -> int:
    """Do everything that comes before execution. Returns the cost."""
    operation = admission.verdict(source).operation(None)
    return admission.cost(operation, admission.values(operation, variables))


def quickest(work: Callable[[], object], repeats: int) -> float:
    """Return the CPU that work takes in the best of several rounds, in milliseconds: what is slower was disturbed."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(repeats):
            try:
                work()
            except Refused:
                continue
        best = min(best, (time.process_time() - began) / repeats)
    return best * 1_000


if __name__ == "__main__":
    main()
