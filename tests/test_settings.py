"""Settings: read from the environment once, and a sentence for each that cannot be used."""

from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path

import pytest

from auth.sessions import Lengths
from domain.budgets import Allowance
from execution.admission.limits import Limits
from settings.reading import SettingsError, read_settings
from settings.settings import Settings
from web.limits import RequestLimits

OURS = tuple(name.upper() for name in Settings.model_fields)
ORIGINS = "must be origins with spaces between them: https://app.example.com (it is '{}')"
MODES = "must be open, log or enforce, or a list of them: person=enforce,key=open,stranger=enforce (it is '{}')"
POSTGRES = "postgresql://user:geheim@db.test:5432/dashboard"


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the machine's environment says."""
    for name in OURS:
        monkeypatch.delenv(name, raising=False)


def test_nothing_has_to_be_set() -> None:
    settings = read_settings()

    assert (settings.origin, settings.storage.is_embedded, settings.wants_demo, settings.is_secure) == (
        "http://127.0.0.1:8000",
        True,
        True,
        False,
    )


def test_an_empty_setting_is_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in OURS:
        monkeypatch.setenv(name, "")

    assert read_settings() == Settings()


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "abc", "Input should be a valid integer, unable to parse string as an integer (it is 'abc')"),
        ("PORT", "0", "Input should be greater than or equal to 1 (it is '0')"),
        ("PORT", "65536", "Input should be less than or equal to 65535 (it is '65536')"),
        ("WORKERS", "0", "Input should be greater than or equal to 1 (it is '0')"),
        ("WORKERS", "1.5", "Input should be a valid integer, unable to parse string as an integer (it is '1.5')"),
        ("POOL_SIZE", "-1", "Input should be greater than or equal to 1 (it is '-1')"),
        ("DEMO", "maybe", "Input should be a valid boolean, unable to interpret input (it is 'maybe')"),
        ("LOG_FORMAT", "xml", "Input should be 'text' or 'json' (it is 'xml')"),
        ("LOG_LEVEL", "loud", "Input should be 'DEBUG', 'INFO', 'WARNING' or 'ERROR' (it is 'loud')"),
        ("ALLOWED_ORIGINS", "*", ORIGINS.format("*")),
        ("ALLOWED_ORIGINS", "https://a.test/", ORIGINS.format("https://a.test/")),
        ("ALLOWED_ORIGINS", "https://a.test,https://b.test", ORIGINS.format("https://a.test,https://b.test")),
        ("PUBLIC_URL", "dashboard.test", "must look like https://dashboard.example.com (it is 'dashboard.test')"),
        ("PUBLIC_URL", "ftp://a.test", "must look like https://dashboard.example.com (it is 'ftp://a.test')"),
        ("PUBLIC_URL", "https://a.test/b", "must look like https://dashboard.example.com (it is 'https://a.test/b')"),
        ("PUBLIC_URL", "https://[", "must look like https://dashboard.example.com (it is 'https://[')"),
        ("ENVIRONMENT", "prod", "Input should be 'development' or 'production' (it is 'prod')"),
        ("INTROSPECTION", "yes", "Input should be 'on', 'off' or 'signed-in' (it is 'yes')"),
        ("GRAPHIQL", "maybe", "Input should be a valid boolean, unable to interpret input (it is 'maybe')"),
        ("TRUSTED_DOCUMENTS_MODE", "closed", MODES.format("closed")),
        ("TRUSTED_DOCUMENTS_MODE", "robot=log", MODES.format("robot=log")),
        ("TRUSTED_DOCUMENTS_MODE", "key=log,key=open", MODES.format("key=log,key=open")),
        ("TRUSTED_DOCUMENTS_MODE", "person=log=open", MODES.format("person=log=open")),
        ("BUDGET_POINTS", "0", "Input should be greater than or equal to 1 (it is '0')"),
        ("METRICS_PORT", "0", "Input should be greater than or equal to 1 (it is '0')"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318", "must look like http://127.0.0.1:4318"),
        ("PORTAL_URL", "https://portal.test", "must have {subdomain} in it (it is 'https://portal.test')"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError) as refused:
        read_settings()

    assert str(refused.value) == f"{name}: {sentence}"


@pytest.mark.parametrize("name", ["DATABASE_URL", "DATABASE_OWNER_URL"])
@pytest.mark.parametrize(
    "value",
    [
        "user:geheim@db.test/dashboard",
        "mysql://user:geheim@db.test/dashboard",
        "postgresql+psycopg://user:geheim@db.test/dashboard",
        "postgresql://user:geheim@db.test:port/dashboard",
        "postgresql://user:geheim@db.test:0/dashboard",
        "postgresql://user:geheim@db.test:65536/dashboard",
        "postgresql://user:geheim@[::1/dashboard",
    ],
)
def test_a_wrong_address_of_the_database_is_named_but_never_shown(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError) as refused:
        read_settings()

    assert str(refused.value) == f"{name}: must look like postgresql://user:password@host:5432/database"


@pytest.mark.parametrize("password", ["x" * 11, "x" * 129])
def test_a_demo_password_of_a_wrong_length_is_refused_but_never_shown(
    monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    monkeypatch.setenv("DEMO_PASSWORD", password)

    with pytest.raises(SettingsError) as refused:
        read_settings()

    assert str(refused.value) == "DEMO_PASSWORD: must have 12 to 128 characters"


@pytest.mark.parametrize(
    ("given", "used"),
    [
        (POSTGRES, "postgresql+asyncpg://user:geheim@db.test:5432/dashboard"),
        ("postgres://db.test/dashboard", "postgresql+asyncpg://db.test/dashboard"),
        ("postgresql+asyncpg://db.test/dashboard", "postgresql+asyncpg://db.test/dashboard"),
        ("postgresql:///dashboard?host=/run", "postgresql+asyncpg:///dashboard?host=/run"),
        ("postgresql://db.test/d?sslmode=require", "postgresql+asyncpg://db.test/d?ssl=require"),
        ("postgresql://db.test/d?a=1&sslmode=verify-full", "postgresql+asyncpg://db.test/d?a=1&ssl=verify-full"),
    ],
)
def test_the_database_is_reached_through_asyncpg(monkeypatch: pytest.MonkeyPatch, given: str, used: str) -> None:
    monkeypatch.setenv("DATABASE_URL", given)

    settings = read_settings()

    assert (settings.database_url, settings.storage.is_embedded) == (used, False)


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, True),
        ({"HOST": "::1"}, True),
        ({"HOST": "localhost"}, True),
        ({"HOST": "0.0.0.0"}, False),  # noqa: S104 # a table
        ({"HOST": "0.0.0.0", "DEMO": "1"}, True),  # noqa: S104
        ({"DEMO": "0"}, False),
        ({"DATABASE_URL": POSTGRES}, False),
        ({"DATABASE_URL": POSTGRES, "DEMO": "1"}, True),
        ({"DATABASE_URL": POSTGRES, "DEMO": "0"}, False),
    ],
)
def test_the_demo_comes_unasked_into_our_own_database_on_loopback_only(
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    wanted: bool,  # noqa: FBT001 # a table
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert read_settings().wants_demo is wanted


@pytest.mark.parametrize(
    ("environment", "origin", "is_secure"),
    [
        ({"PORT": "9000"}, "http://127.0.0.1:9000", False),
        ({"HOST": "::1"}, "http://[::1]:8000", False),
        ({"HOST": "localhost"}, "http://localhost:8000", False),
        ({"HOST": "192.0.2.7"}, "http://192.0.2.7:8000", True),
        ({"PUBLIC_URL": "https://dashboard.test/"}, "https://dashboard.test", True),
        ({"PUBLIC_URL": "http://localhost:3000"}, "http://localhost:3000", False),
    ],
)
def test_cookies_demand_https_everywhere_but_on_loopback(
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    origin: str,
    is_secure: bool,  # noqa: FBT001 # a table
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    settings = read_settings()

    assert (settings.origin, settings.is_secure) == (origin, is_secure)


def test_budgets_are_a_bucket_and_what_flows_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUDGET_POINTS", "5000")
    monkeypatch.setenv("STRANGER_BUDGET_POINTS_A_SECOND", "7")

    settings = read_settings()

    assert (settings.allowance, settings.stranger_allowance) == (Allowance(5_000, 100), Allowance(200, 7))


def test_the_limits_are_those_of_admission_unless_they_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = read_settings().document_limits
    monkeypatch.setenv("LIMIT_ALIASES", "7")

    changed = read_settings().document_limits

    assert usual == Limits()
    assert changed == Limits(aliases=7)


def test_the_bounds_of_a_request_are_those_of_the_way_in_unless_they_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = read_settings().request_limits
    monkeypatch.setenv("MAX_HEAD_BYTES", "2048")
    monkeypatch.setenv("HEAD_SECONDS", "1")

    changed = read_settings().request_limits

    assert usual == RequestLimits()
    assert changed == RequestLimits(head_bytes=2048, head_seconds=1)


def test_every_limit_is_in_the_readme(root: Path) -> None:
    readme = (root / "README.md").read_text()

    assert [each.name for each in fields(Limits) if f"`LIMIT_{each.name.upper()}`" not in readme] == []


DOCUMENT = [(f"LIMIT_{each.name.upper()}", "document_limits", each.name) for each in fields(Limits)]
REQUEST = [
    (each.name.upper() if each.name.endswith("_seconds") else f"MAX_{each.name.upper()}", "request_limits", each.name)
    for each in fields(RequestLimits)
]
PATIENCE = [
    (f"{name}_SECONDS", "patience", field)
    for name, field in (
        ("STATEMENT", "statement"),
        ("LOCK", "lock"),
        ("IDLE_TRANSACTION", "idle"),
        ("POOL", "pool"),
        ("CONNECT", "connect"),
    )
]
BUDGETS = [
    ("BUDGET_POINTS", "allowance", "capacity"),
    ("BUDGET_POINTS_A_SECOND", "allowance", "rate"),
    ("STRANGER_BUDGET_POINTS", "stranger_allowance", "capacity"),
    ("STRANGER_BUDGET_POINTS_A_SECOND", "stranger_allowance", "rate"),
]


@pytest.mark.parametrize(("name", "where", "field"), [*DOCUMENT, *REQUEST, *PATIENCE, *BUDGETS])
def test_each_figure_is_set_by_its_own_name_and_by_no_other(
    monkeypatch: pytest.MonkeyPatch, name: str, where: str, field: str
) -> None:
    usual = getattr(read_settings(), where)
    monkeypatch.setenv(name, str(getattr(usual, field) + 1))

    changed = getattr(read_settings(), where)

    assert changed == replace(usual, **{field: getattr(usual, field) + 1})


def test_a_session_lives_as_long_as_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SESSION_DAYS", "3")
    monkeypatch.setenv("SESSION_IDLE_HOURS", "5")

    assert read_settings().lengths == Lengths(absolute=timedelta(days=3), idle=timedelta(hours=5))
