"""Which settings a server must not meet strangers with."""

from urllib.parse import urlsplit

from settings.reading import SettingsError
from settings.settings import Settings


def unsafe(settings: Settings) -> list[str]:
    """Return a sentence for each setting with which a server must not meet strangers; the first word is its name."""
    owner, us = (urlsplit(url).username for url in (settings.database_owner_url, settings.database_url))
    foreign = [origin for origin in settings.allowed_origins.split() if not origin.startswith("https://")]
    judged = {
        "PUBLIC_URL is not set: links and cookies need the address that people use": not settings.public_url,
        "PUBLIC_URL is not https: sessions would travel in clear": settings.public_url.startswith("http:"),
        "SECRET_KEY is not set: what it seals must be readable on every host": not settings.secret_key,
        "DEMO is on: its users share one password, and its mails can be read by all": settings.wants_demo,
        "DATABASE_OWNER_URL is not set: the server's own role would own the tables, and no wall would bind it": bool(
            settings.database_url and not settings.database_owner_url
        ),
        "DATABASE_OWNER_URL has the user of DATABASE_URL: the server's own role would own the tables": bool(
            owner and owner == us
        ),
        "SMTP_URL is not set: invitations and new passwords would reach nobody": not settings.smtp_url,
        "LOG_LEVEL is DEBUG: what is logged then is for one's own machine": settings.log_level == "DEBUG",
        "INTROSPECTION is on: strangers would be shown the schema": settings.introspection == "on",
        f"ALLOWED_ORIGINS is not https throughout: {' '.join(foreign)}": bool(foreign),
    }
    return [sentence for sentence, is_so in judged.items() if is_so]


def require_safe(settings: Settings) -> None:
    """Raises SettingsError, naming every unsafe setting, where strangers are to reach the server."""
    if settings.is_production and (wrong := unsafe(settings)):
        raise SettingsError("\n  ".join(["these settings are not safe in production:", *wrong]))
