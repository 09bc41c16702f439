"""Behind a proxy: whose address counts is what the proxy says, where it is one that is believed."""

from pathlib import Path

import pytest

from tests.server.processes import serving

ASKED = {"query": "{ a: viewer { name } b: viewer { name } c: viewer { name } }"}
ADDRESSES = ("203.0.113.1", "203.0.113.1", "203.0.113.2", "203.0.113.1, 203.0.113.3", "2001:db8::1")


@pytest.mark.parametrize(
    ("trusted", "statuses"),
    [
        ("127.0.0.1", [200, 429, 200, 200, 200]),
        ("198.51.100.7", [200, 429, 429, 429, 429]),
        ("", [200, 429, 429, 429, 429]),
    ],
)
def test_each_address_that_a_trusted_proxy_names_has_its_own_budget(
    tmp_path: Path, trusted: str, statuses: list[int]
) -> None:
    little = {"STRANGER_BUDGET_POINTS": 4, "STRANGER_BUDGET_POINTS_A_SECOND": 1, "TRUSTED_PROXIES": trusted}

    # Another budget than the tests' own, which is plenty.
    with serving(tmp_path / "data", **little) as server, server.browser() as browser:
        answers = [
            browser.post("/graphql", json=ASKED, headers={"x-forwarded-for": address}).status_code
            for address in ADDRESSES
        ]

    assert answers == statuses
