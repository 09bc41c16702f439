"""The production profile: its defaults, and every setting with which strangers must not be met."""

import pytest

from settings.reading import SettingsError
from settings.safety import require_safe, unsafe
from settings.settings import Settings

SAFE = {
    "environment": "production",
    "public_url": "https://dashboard.test",
    "secret_key": "0f" * 32,
    "smtp_url": "smtps://user:geheim@mail.test:465",
}
EXTERNAL = {
    "database_url": "postgresql://app:geheim@db.test/dashboard",
    "database_owner_url": "postgresql://owner:geheim@db.test/dashboard",
}
OWNED = "the server's own role would own the tables"


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the machine's environment says."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def made(**given: object) -> Settings:
    return Settings(**given)  # type: ignore[arg-type] # settings of several kinds


@pytest.mark.parametrize("database", [{}, EXTERNAL], ids=["embedded", "external"])
def test_a_server_set_up_well_is_safe(database: dict[str, str]) -> None:
    settings = made(**SAFE, **database)

    require_safe(settings)

    assert unsafe(settings) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"public_url": ""}, "PUBLIC_URL is not set: links and cookies need the address that people use"),
        ({"public_url": "http://dashboard.test"}, "PUBLIC_URL is not https: sessions would travel in clear"),
        ({"secret_key": ""}, "SECRET_KEY is not set: what it seals must be readable on every host"),
        ({"demo": True}, "DEMO is on: its users share one password, and its mails can be read by all"),
        ({"database_owner_url": ""}, f"DATABASE_OWNER_URL is not set: {OWNED}, and no wall would bind it"),
        (
            {"database_owner_url": "postgresql://app:anders@db.test/dashboard"},
            f"DATABASE_OWNER_URL has the user of DATABASE_URL: {OWNED}",
        ),
        ({"smtp_url": ""}, "SMTP_URL is not set: invitations and new passwords would reach nobody"),
        ({"log_level": "DEBUG"}, "LOG_LEVEL is DEBUG: what is logged then is for one's own machine"),
        ({"introspection": "on"}, "INTROSPECTION is on: strangers would be shown the schema"),
        (
            {"allowed_origins": "https://a.test http://b.test http://c.test"},
            "ALLOWED_ORIGINS is not https throughout: http://b.test http://c.test",
        ),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_each_unsafe_setting_is_named(change: dict[str, object], sentence: str) -> None:
    assert unsafe(made(**{**SAFE, **EXTERNAL, **change})) == [sentence]


def test_all_unsafe_settings_are_named_at_once() -> None:
    settings = made(environment="production", demo=True, log_level="DEBUG", introspection="on")

    with pytest.raises(SettingsError) as refused:
        require_safe(settings)

    assert str(refused.value).splitlines() == [
        "these settings are not safe in production:",
        "  PUBLIC_URL is not set: links and cookies need the address that people use",
        "  SECRET_KEY is not set: what it seals must be readable on every host",
        "  DEMO is on: its users share one password, and its mails can be read by all",
        "  SMTP_URL is not set: invitations and new passwords would reach nobody",
        "  LOG_LEVEL is DEBUG: what is logged then is for one's own machine",
        "  INTROSPECTION is on: strangers would be shown the schema",
    ]


def test_in_development_nothing_is_refused() -> None:
    require_safe(made(demo=True, log_level="DEBUG", introspection="on", allowed_origins="http://a.test"))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, (True, True, "off")),
        ({"environment": "production"}, (False, False, "off")),
        ({"environment": "production", "graphiql": "on", "introspection": "signed-in"}, (False, True, "signed-in")),
        ({"graphiql": "off", "introspection": "on"}, (True, False, "on")),
    ],
)
def test_production_has_other_defaults(given: dict[str, object], told: tuple[bool, bool, str]) -> None:
    settings = made(**given)

    assert (settings.wants_demo, settings.wants_graphiql, settings.introspection) == told
