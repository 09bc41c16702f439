"""The audits of the npm package graphql-http: does the server keep to GraphQL over HTTP?"""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.server.processes import Server

AUDITS = Path(__file__).parents[1] / "web" / "audits"
AUDITED = 61


@pytest.fixture(scope="session")
def node(root: Path) -> str:
    """The Node that `make test` has installed the audits with, or the machine's."""
    noted = root / ".make" / "node-path"
    found = noted.read_text().strip() if noted.exists() else shutil.which("node")
    if not found or not (AUDITS / "node_modules").exists():
        pytest.fail("`make test` installs what audits the server.")
    return found


def test_every_audit_of_graphql_over_http_is_passed(served: Server, node: str) -> None:
    command = [node, str(AUDITS / "audit.js"), f"{served.address}/graphql"]

    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 # our script

    assert (done.returncode, done.stderr) == (0, "")
    audits: list[dict[str, Any]] = json.loads(done.stdout)
    assert [audit for audit in audits if audit["status"] != "ok"] == []
    assert len(audits) == AUDITED
