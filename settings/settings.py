"""Everything that can be set: names, defaults, and what follows from them. The README has the same table."""

from datetime import timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from auth.sessions import Lengths
from auth.trusting import Modes
from domain.budgets import Allowance
from models.connections import Patience
from models.storage import Storage
from resolvers.trusted import TrustedDocuments
from settings.forms import (
    CollectorUrl,
    DatabaseUrl,
    DemoPassword,
    HexadecimalKey,
    HostNames,
    MailServerUrl,
    ModesByKind,
    Origin,
    Origins,
    PortalUrl,
    Sender,
)
from settings.limits import LimitSettings, RequestSettings
from web.hosts import Hosts

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Settings(LimitSettings, RequestSettings):
    """One object for the whole server; the environment's names are these in upper case."""

    model_config = SettingsConfigDict(env_file=None, frozen=True, env_ignore_empty=True)

    environment: Literal["development", "production"] = "development"
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    workers: int = Field(default=1, ge=1, le=64)
    public_url: Origin = ""
    portal_url: PortalUrl = "https://{subdomain}.portal.example/"

    data_dir: Path = Path(".data")
    database_url: DatabaseUrl = ""
    database_owner_url: DatabaseUrl = ""
    pool_size: int = Field(default=10, ge=1, le=200)
    pool_seconds: float = Field(default=2, gt=0, le=60)
    connect_seconds: float = Field(default=5, gt=0, le=60)
    statement_seconds: float = Field(default=5, gt=0, le=600)
    lock_seconds: float = Field(default=2, gt=0, le=600)
    idle_transaction_seconds: float = Field(default=10, gt=0, le=600)

    allowed_hosts: HostNames = ""
    allowed_origins: Origins = ""
    trusted_proxies: str = ""
    session_days: int = Field(default=14, ge=1, le=365)
    session_idle_hours: int = Field(default=24, ge=1, le=24 * 365)

    introspection: Literal["on", "off", "signed-in"] = "off"
    graphiql: bool | None = None
    trusted_documents: Path | None = None
    trusted_documents_mode: ModesByKind = "open"

    budget_points: int = Field(default=2_000, ge=1, le=10**9)
    budget_points_a_second: int = Field(default=100, ge=1, le=10**9)
    stranger_budget_points: int = Field(default=200, ge=1, le=10**9)
    stranger_budget_points_a_second: int = Field(default=10, ge=1, le=10**9)

    secret_key: HexadecimalKey = ""
    smtp_url: MailServerUrl = ""
    mail_from: Sender = "Reseller dashboard <no-reply@dashboard.example>"

    grace_seconds: float = Field(default=10, ge=0, le=600)

    demo: bool | None = None
    demo_password: DemoPassword = ""

    compiled_execution: bool = True

    log_format: Literal["text", "json"] = "text"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    metrics_host: str = "127.0.0.1"
    metrics_port: int | None = Field(default=None, ge=1, le=65535)
    otel_exporter_otlp_endpoint: CollectorUrl = ""

    @property
    def storage(self) -> Storage:
        """Where the data lie."""
        return Storage(self.database_url, self.database_owner_url, self.data_dir)

    @property
    def mail_folder(self) -> Path:
        """Where mails are kept, if no SMTP_URL is set."""
        return self.data_dir / "mail"

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
        by_default = self.storage.is_embedded and self.host in LOOPBACK and not self.is_production
        return by_default if self.demo is None else self.demo

    @property
    def wants_graphiql(self) -> bool:
        """Whether there is GraphiQL, behind the sign-in page: in production only if asked."""
        return not self.is_production if self.graphiql is None else self.graphiql

    @property
    def modes(self) -> Modes:
        """Whose documents have to be trusted ones."""
        return Modes.read(self.trusted_documents_mode)

    def documents(self) -> TrustedDocuments:
        """Return the documents of the manifest, where there is one. Raises ManifestError."""
        shows_schema = self.introspection == "on"
        return TrustedDocuments.read(self.trusted_documents, self.modes, shows_schema=shows_schema)

    @property
    def lengths(self) -> Lengths:
        """How long a session lives, used or unused."""
        return Lengths(timedelta(days=self.session_days), timedelta(hours=self.session_idle_hours))

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
