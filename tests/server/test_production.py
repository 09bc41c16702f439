"""`server.py serve --production`: refused with all that is unsafe, or served without what strangers need not see."""

import json
from pathlib import Path

import pytest

from tests.server.processes import COMMAND, Finished, run, serving

SAFE = {"PUBLIC_URL": "https://dashboard.test", "SECRET_KEY": "0f" * 32, "SMTP_URL": "smtp://127.0.0.1:1"}
SCHEMA = {"query": "{ __schema { queryType { name } } }"}
EVERYTHING = """server.py: these settings are not safe in production:
  PUBLIC_URL is not set: links and cookies need the address that people use
  SECRET_KEY is not set: what it seals must be readable on every host
  DEMO is on: its users share one password, and its mails can be read by all
  SMTP_URL is not set: invitations and new passwords would reach nobody
  LOG_LEVEL is DEBUG: what is logged then is for one's own machine
  INTROSPECTION is on: strangers would be shown the schema
"""


@pytest.mark.parametrize(
    ("options", "environment"), [(["--production"], {}), ([], {"ENVIRONMENT": "production"})], ids=["option", "setting"]
)
def test_everything_unsafe_is_named_and_nothing_starts(
    tmp_path: Path, options: list[str], environment: dict[str, str]
) -> None:
    unsafe = {"DEMO": "1", "LOG_LEVEL": "DEBUG", "INTROSPECTION": "on", **environment}

    answer = run("serve", *options, DATA_DIR=tmp_path / "data", **unsafe)

    assert answer == Finished(1, "", EVERYTHING)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("workers", [1, 2])
def test_it_serves_with_safe_settings_and_shows_strangers_nothing(tmp_path: Path, workers: int) -> None:
    command = (*COMMAND, "--production")
    with serving(tmp_path / "data", command=command, workers=workers, **SAFE) as server, server.browser() as browser:
        pages = [browser.get(path).status_code for path in ("/sign-in", "/graphiql", "/mailbox")]
        schema = browser.post("/graphql", json=SCHEMA).json()
        mistake = browser.post("/graphql", json={"query": "{ viewr { name } }"}).json()

    assert pages == [200, 404, 404]
    assert schema["errors"][0]["extensions"]["validationErrorCode"] == "INTROSPECTION_DISABLED"
    assert mistake["errors"][0]["message"] == "Cannot query field 'viewr' on type 'Query'."
    assert "GraphiQL" not in server.printed
    assert "Demo users" not in server.printed


def test_a_wrong_manifest_is_named_and_nothing_starts(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({"sha256:00": "{ __typename }"}))

    answer = run("serve", DATA_DIR=tmp_path / "data", TRUSTED_DOCUMENTS=manifest)

    assert answer == Finished(
        1,
        "",
        f"server.py: TRUSTED_DOCUMENTS: {manifest}: sha256:00 is not the SHA-256 of its text, which is "
        "sha256:7f56e67dd21ab3f30d1ff8b7bed08893f0a0db86449836189b361dd1e56ddb4b\n",
    )
    assert not (tmp_path / "data").exists()


def test_documents_are_enforced_by_the_running_server(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.json"
    manifest.write_text(
        json.dumps({"7f56e67dd21ab3f30d1ff8b7bed08893f0a0db86449836189b361dd1e56ddb4b": "{ __typename }"})
    )
    settings = {"TRUSTED_DOCUMENTS": manifest, "TRUSTED_DOCUMENTS_MODE": "enforce"}

    with serving(tmp_path / "data", **settings) as server, server.browser() as browser:
        sent = [{"documentId": "sha256:7f56e67dd21ab3f30d1ff8b7bed08893f0a0db86449836189b361dd1e56ddb4b"}, SCHEMA]
        answers = [browser.post("/graphql", json=each).json() for each in sent]

    assert answers[0]["data"] == {"__typename": "Query"}
    assert answers[1]["errors"][0]["extensions"]["code"] == "QUERY_NOT_IN_SAFELIST"
