"""Reading the settings from the environment: all of them, or one sentence about the first that cannot be used."""

from pydantic import ValidationError

from settings.settings import Settings

# Never shown, not even where they are wrong.
SECRETS = frozenset(
    {"DATABASE_URL", "DATABASE_OWNER_URL", "DEMO_PASSWORD", "SECRET_KEY", "SMTP_URL", "OTEL_EXPORTER_OTLP_ENDPOINT"}
)


class SettingsError(Exception):
    """A setting that cannot be used; the message names it."""


def read_settings() -> Settings:
    """Return the settings. Raises SettingsError in one sentence that names the first wrong one."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).upper()
        shown = "" if name in SECRETS else f" (it is {first['input']!r})"
        raise SettingsError(f"{name}: {first['msg'].removeprefix('Value error, ')}{shown}") from None
