"""Everything that can be set, read from the environment once. The README has the same table."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from auth.trusting import Modes
from domain.budgets import Allowance
from execution.admission.limits import Limits
from mail.letters import UnusableAddress, sender_of
from mail.transports import smtp_server
from models.connections import Patience
from web.hosts import Hosts
from web.limits import RequestLimits

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
# Never shown, not even where they are wrong.
SECRETS = frozenset(
    {"DATABASE_URL", "DATABASE_OWNER_URL", "DEMO_PASSWORD", "SECRET_KEY", "SMTP_URL", "OTEL_EXPORTER_OTLP_ENDPOINT"}
)


class SettingsError(Exception):
    """A setting that cannot be used; the message names it."""


class LimitSettings(BaseSettings):
    """How much a document may ask for: LIMIT_ and the names of execution/admission/limits.py, which explains them."""

    limit_tokens: int = Field(default=1_000, ge=1)
    limit_source_bytes: int = Field(default=16 * 1024, ge=1)
    limit_comments: int = Field(default=64, ge=0)
    limit_operations: int = Field(default=10, ge=1)
    limit_fragments: int = Field(default=50, ge=1)
    limit_directives: int = Field(default=30, ge=1)
    limit_variables: int = Field(default=50, ge=1)
    limit_name_length: int = Field(default=256, ge=1)
    limit_selections: int = Field(default=1_500, ge=1)
    limit_same_name_pairs: int = Field(default=200, ge=1)
    limit_depth: int = Field(default=14, ge=1)
    limit_aliases: int = Field(default=30, ge=1)
    limit_root_fields: int = Field(default=20, ge=1)
    limit_root_mutations: int = Field(default=10, ge=1)
    limit_schema_lists: int = Field(default=10, ge=0)
    limit_schema_nesting: int = Field(default=2, ge=0)
    limit_list_items: int = Field(default=100, ge=1)
    limit_text_bytes: int = Field(default=10 * 1024, ge=1)
    limit_nesting: int = Field(default=50, ge=1)
    limit_cost: int = Field(default=1_000, ge=1)
    limit_default_page: int = Field(default=25, ge=1)
    limit_assumed_list: int = Field(default=5, ge=1)
    limit_errors: int = Field(default=10, ge=2)
    limit_message_length: int = Field(default=300, ge=1)
    limit_remembered: int = Field(default=1_000, ge=0)
    limit_remembered_bytes: int = Field(default=32 * 1024 * 1024, ge=0)

    @property
    def document_limits(self) -> Limits:
        """All of them together."""
        return Limits(**{each.name: getattr(self, f"limit_{each.name}") for each in fields(Limits)})


class RequestSettings(BaseSettings):
    """What one request may be and take; web/limits.py explains each, and names the bounds without MAX_."""

    max_connections: int = Field(default=500, ge=1)
    max_head_bytes: int = Field(default=16 * 1024, ge=1024, le=64 * 1024)
    max_uri_bytes: int = Field(default=8 * 1024, ge=256, le=64 * 1024)
    head_seconds: float = Field(default=5, gt=0, le=60)
    idle_seconds: float = Field(default=75, gt=0, le=3600)
    max_in_flight: int = Field(default=128, ge=1)
    max_in_flight_each: int = Field(default=64, ge=1)
    max_body_bytes: int = Field(default=128 * 1024, ge=1024, le=16 * 1024 * 1024)
    body_seconds: float = Field(default=10, gt=0, le=60)
    max_json_depth: int = Field(default=32, ge=4, le=500)
    operation_seconds: float = Field(default=5, gt=0, le=60)
    max_answer_bytes: int = Field(default=2 * 1024 * 1024, ge=1024)

    @property
    def request_limits(self) -> RequestLimits:
        """All of them together."""
        names = {
            each.name: each.name if each.name.endswith("_seconds") else f"max_{each.name}"
            for each in fields(RequestLimits)
        }
        return RequestLimits(**{name: getattr(self, setting) for name, setting in names.items()})


class Settings(LimitSettings, RequestSettings):
    """One object for the whole server; the environment's names are these in upper case."""

    model_config = SettingsConfigDict(env_file=None, frozen=True, env_ignore_empty=True)

    environment: Literal["development", "production"] = "development"
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    workers: int = Field(default=1, ge=1, le=64)
    public_url: str = ""
    portal_url: str = "https://{subdomain}.portal.example/"

    data_dir: Path = Path(".data")
    database_url: str = ""
    database_owner_url: str = ""
    pool_size: int = Field(default=10, ge=1, le=200)
    pool_seconds: float = Field(default=2, gt=0, le=60)
    connect_seconds: float = Field(default=5, gt=0, le=60)
    statement_seconds: float = Field(default=5, gt=0, le=600)
    lock_seconds: float = Field(default=2, gt=0, le=600)
    idle_transaction_seconds: float = Field(default=10, gt=0, le=600)

    allowed_hosts: str = ""
    allowed_origins: str = ""
    trusted_proxies: str = ""
    session_days: int = Field(default=14, ge=1, le=365)
    session_idle_hours: int = Field(default=24, ge=1, le=24 * 365)

    introspection: Literal["on", "off", "signed-in"] | None = None
    graphiql: bool | None = None
    trusted_documents: Path | None = None
    trusted_documents_mode: str = "open"

    budget_points: int = Field(default=2_000, ge=1, le=10**9)
    budget_points_a_second: int = Field(default=100, ge=1, le=10**9)
    stranger_budget_points: int = Field(default=200, ge=1, le=10**9)
    stranger_budget_points_a_second: int = Field(default=10, ge=1, le=10**9)

    secret_key: str = ""
    smtp_url: str = ""
    mail_from: str = "Reseller dashboard <no-reply@dashboard.example>"

    grace_seconds: float = Field(default=10, ge=0, le=600)

    demo: bool | None = None
    demo_password: str = ""

    compiled_execution: bool = True

    log_format: Literal["text", "json"] = "text"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    metrics_host: str = "127.0.0.1"
    metrics_port: int | None = Field(default=None, ge=1, le=65535)
    otel_exporter_otlp_endpoint: str = ""

    @field_validator("database_url", "database_owner_url")
    @classmethod
    def _through_asyncpg(cls, url: str) -> str:
        scheme, separator, rest = url.partition("://")
        if not url:
            return url
        if not separator or scheme not in {"postgres", "postgresql", "postgresql+asyncpg"} or not _has_usable_port(url):
            raise ValueError("must look like postgresql://user:password@host:5432/database")
        # libpq, and with it every provider of databases, says sslmode; asyncpg calls the same ssl.
        return "postgresql+asyncpg://" + re.sub("([?&])sslmode=", r"\1ssl=", rest)

    @field_validator("smtp_url")
    @classmethod
    def _is_a_mail_server(cls, url: str) -> str:
        if url:
            smtp_server(url)
        return url

    @field_validator("mail_from")
    @classmethod
    def _is_an_address(cls, written: str) -> str:
        try:
            sender_of(written)
        except UnusableAddress:
            raise ValueError("must look like Dashboard <no-reply@example.com>") from None
        return written

    @field_validator("secret_key")
    @classmethod
    def _is_a_key(cls, written: str) -> str:
        if written and not re.fullmatch("[0-9a-f]{64}", written):
            raise ValueError("must be 64 hexadecimal digits in lower case")
        return written

    @field_validator("otel_exporter_otlp_endpoint")
    @classmethod
    def _is_a_collector(cls, url: str) -> str:
        if url and not re.match(r"https?://[^\s/]", url):
            raise ValueError("must look like http://127.0.0.1:4318")
        return url

    @field_validator("public_url")
    @classmethod
    def _is_origin(cls, url: str) -> str:
        if url and not _is_an_origin(url.rstrip("/")):
            raise ValueError("must look like https://dashboard.example.com")
        return url.rstrip("/")

    @field_validator("allowed_origins")
    @classmethod
    def _are_origins(cls, written: str) -> str:
        if not all(map(_is_an_origin, written.split())):
            raise ValueError("must be origins with spaces between them: https://app.example.com")
        return written

    @field_validator("trusted_documents_mode")
    @classmethod
    def _are_modes(cls, written: str) -> str:
        Modes.read(written)
        return written

    @field_validator("allowed_hosts")
    @classmethod
    def _are_hosts(cls, written: str) -> str:
        if not all(re.fullmatch(r"\[[0-9a-f:.]+\]|[a-z0-9.-]+", each) for each in written.split()):
            raise ValueError("must be names in lower case with spaces between them: dashboard.example.com")
        return written

    @field_validator("portal_url")
    @classmethod
    def _has_a_place_for_the_subdomain(cls, url: str) -> str:
        if "{subdomain}" not in url:
            raise ValueError("must have {subdomain} in it")
        return url

    @field_validator("demo_password")
    @classmethod
    def _is_long_enough(cls, password: str) -> str:
        if password and not 12 <= len(password) <= 128:
            raise ValueError("must have 12 to 128 characters")
        return password

    @property
    def is_embedded(self) -> bool:
        """Whether we bring our own PostgreSQL: where no DATABASE_URL is set."""
        return not self.database_url

    @property
    def is_production(self) -> bool:
        """Whether the defaults are those of a server that strangers reach, and unsafe settings are refused."""
        return self.environment == "production"

    @property
    def patience(self) -> Patience:
        """How long the database may take for anything."""
        return Patience(
            statement=self.statement_seconds,
            lock=self.lock_seconds,
            idle=self.idle_transaction_seconds,
            pool=self.pool_seconds,
            connect=self.connect_seconds,
        )

    @property
    def wants_demo(self) -> bool:
        """Whether an empty database gets the demo world: our own does on loopback, another one only if asked."""
        by_default = self.is_embedded and self.host in LOOPBACK and not self.is_production
        return by_default if self.demo is None else self.demo

    @property
    def wants_graphiql(self) -> bool:
        """Whether there is GraphiQL, behind the sign-in page: in production only if asked."""
        return not self.is_production if self.graphiql is None else self.graphiql

    @property
    def shows_schema_to(self) -> str:
        """For whom the schema can be asked: `on`, in production `signed-in`."""
        return self.introspection or ("signed-in" if self.is_production else "on")

    @property
    def modes(self) -> Modes:
        """Whose documents have to be trusted ones."""
        return Modes.read(self.trusted_documents_mode)

    @property
    def allowance(self) -> Allowance:
        """The budget of a user or an API key."""
        return Allowance(self.budget_points, self.budget_points_a_second)

    @property
    def stranger_allowance(self) -> Allowance:
        """The budget of a client's address, of which nobody is signed in."""
        return Allowance(self.stranger_budget_points, self.stranger_budget_points_a_second)

    @property
    def origin(self) -> str:
        """Where people reach us: PUBLIC_URL, or the address that we listen on."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or f"http://{host}:{self.port}"

    @property
    def hosts(self) -> Hosts:
        """The names for which we answer: what HOST, PUBLIC_URL and ALLOWED_HOSTS say."""
        public = urlsplit(self.origin).hostname or ""
        return Hosts.of(listening_on=self.host, public=public, others=tuple(self.allowed_hosts.split()))

    @property
    def is_secure(self) -> bool:
        """Whether cookies demand https: everywhere but on loopback."""
        return (urlsplit(self.origin).hostname or "") not in LOOPBACK


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
        "INTROSPECTION is on: strangers would be shown the schema": settings.shows_schema_to == "on",
        f"ALLOWED_ORIGINS is not https throughout: {' '.join(foreign)}": bool(foreign),
    }
    return [sentence for sentence, is_so in judged.items() if is_so]


def require_safe(settings: Settings) -> None:
    """Raises SettingsError, naming every unsafe setting, where strangers are to reach the server."""
    if settings.is_production and (wrong := unsafe(settings)):
        raise SettingsError("\n  ".join(["these settings are not safe in production:", *wrong]))


def read_settings() -> Settings:
    """Return the settings. Raises SettingsError in one sentence that names the first wrong one."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).upper()
        shown = "" if name in SECRETS else f" (it is {first['input']!r})"
        raise SettingsError(f"{name}: {first['msg'].removeprefix('Value error, ')}{shown}") from None


def _is_an_origin(url: str) -> bool:
    # As a browser sends it: nothing behind the host and its port.
    return re.fullmatch(r"https?://(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:[0-9]{1,5})?", url) is not None


def _has_usable_port(url: str) -> bool:
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False
