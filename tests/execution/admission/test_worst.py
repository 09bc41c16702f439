"""The worst documents by family: each is refused or admitted, with work that is counted and bounded."""

import sys
from types import FrameType

import pytest

from bench.worst_documents import worst_documents
from bench.worst_writing import Worst
from execution.admission.admission import Admission
from execution.admission.objections import Refused
from resolvers.api import RULES, Api

# Calls of Python functions, the same on every machine. The worst family takes 50,000; before there were limits, one of
# 691 bytes took more than this by a factor of two hundred.
MOST_CALLS = 65_000


@pytest.fixture
def admission(api: Api) -> Admission:
    """The project's own schema, whose documents they are; nothing seen before."""
    return Admission(api._schema, rules=RULES)


def becomes(admission: Admission, source: str) -> str | None:
    verdict = admission.verdict(source)
    try:
        operation = next(iter(verdict.operations), None) or verdict.operation(None)
        admission.cost(operation, admission.values(operation, {"a": True}))
    except Refused as refused:
        first = refused.objections[0]
        return str(first.extensions["limit"]["name"]) if "limit" in first.extensions else first.code
    return None


@pytest.mark.parametrize("worst", list(worst_documents()), ids=lambda worst: worst.family)
def test_the_worst_documents_are_refused_or_admitted_with_bounded_work(admission: Admission, worst: Worst) -> None:
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        verdict = admission.verdict(worst.source)
    finally:
        sys.setprofile(None)

    assert calls < MOST_CALLS
    assert becomes(admission, worst.source) == worst.expected
    assert len(verdict.objections) <= 10
    assert all(len(objection.message) <= 300 for objection in verdict.objections)


def test_the_families_are_many() -> None:
    assert len({worst.family for worst in worst_documents()}) >= 80
