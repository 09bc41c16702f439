"""The application (`server:app` for any ASGI server) and the command: `python server.py --help`."""

import argparse
import asyncio
import json
import os
import secrets
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from types import FrameType
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from auth.budgets import Budgets
from auth.demo import offer_demo
from auth.kept import kept
from auth.sessions import Lengths
from domain.pricing import PriceBookError
from mail.delivery import Delivery
from mail.inviting import Postman
from mail.letters import sender_of
from mail.transports import FolderTransport, SmtpTransport, Transport
from models.database import Database
from models.embedded import EmbeddedDatabaseError, embedded_database
from models.inspecting import WallsDown, require_walls
from models.migrating import MigrationError, migrate
from models.publishing import TermsError
from models.sealing import KEY_BYTES, Sealer
from resolvers.api import build_api
from resolvers.commands import OPERATOR, add_operator_commands
from resolvers.introspection import Introspection
from resolvers.operating import OperatorError, operated
from resolvers.trusted import ManifestError, TrustedDocuments
from settings import Settings, SettingsError, read_settings, require_safe
from web.application import Application
from web.logs import configure_logs
from web.protocol import guarded
from web.watched import Watched

# For mails on their way, and for what outlives the grace period.
LAST_SECONDS = 10
# What a person mends by reading one sentence; anything else is a fault, and keeps its traceback.
SENTENCES = (
    SettingsError,
    ManifestError,
    EmbeddedDatabaseError,
    MigrationError,
    WallsDown,
    OperatorError,
    PriceBookError,
    TermsError,
)


@dataclass(frozen=True, slots=True)
class Stored:
    """Where the data lie: as the application's role, and as the owner of the tables."""

    url: str
    owner_url: str


def now() -> datetime:
    """Return the instant. The only clock there is: everything else is told what time it is."""
    return datetime.now(UTC)


@contextmanager
def storage(settings: Settings) -> Iterator[Stored]:
    """Yield where the data lie: DATABASE_URL, or an embedded PostgreSQL that runs at least as long as the block."""
    if not settings.is_embedded:
        yield Stored(settings.database_url, settings.database_owner_url or settings.database_url)
        return
    with embedded_database(settings.data_dir) as embedded:
        yield Stored(embedded.application_url, embedded.owner_url)


def assemble(settings: Settings) -> ASGIApp:
    """Return the ASGI application, which opens its database when it starts."""
    require_safe(settings)
    configure_logs(as_json=settings.log_format == "json", level=settings.log_level)

    sealer = Sealer(sealing_key(settings))
    watched = Watched.by(
        wants_metrics=settings.metrics_port is not None, collector=settings.otel_exporter_otlp_endpoint
    )

    @asynccontextmanager
    async def connect() -> AsyncIterator[Database]:
        stored = storage(settings)
        where = await asyncio.to_thread(stored.__enter__)
        if settings.is_embedded:
            await migrate(where.owner_url, application_url=where.url)
        database = Database(where.url, pool_size=settings.pool_size, patience=settings.patience)
        delivery = Delivery(
            database,
            sealer,
            transport(settings),
            sender=sender_of(settings.mail_from),
            now=now,
            tell=watched.tried_mail,
        )
        try:
            await require_walls(database)
            async with _running(delivery), watched.watching(database, now):
                yield database
        finally:
            await database.close()
            await asyncio.to_thread(stored.__exit__, None, None, None)

    application = Application(
        api=build_api(is_compiled=settings.compiled_execution, limits=settings.document_limits),
        connect=connect,
        now=now,
        origin=settings.origin,
        portal_url=settings.portal_url,
        is_secure=settings.is_secure,
        sealer=sealer,
        lengths=Lengths(timedelta(days=settings.session_days), timedelta(hours=settings.session_idle_hours)),
        allowed_origins=tuple(settings.allowed_origins.split()),
        budgets=Budgets(settings.allowance, settings.stranger_allowance),
        documents=trusted_documents(settings),
        introspection=Introspection(settings.shows_schema_to),
        has_graphiql=settings.wants_graphiql,
        hosts=settings.hosts,
        limits=settings.request_limits,
        grace_seconds=settings.grace_seconds,
        mailbox=settings.data_dir / "mail" if settings.wants_demo and not settings.smtp_url else None,
        metrics=watched.metrics,
        tracing=watched.tracing,
    )
    return application.assembled()


def trusted_documents(settings: Settings) -> TrustedDocuments:
    """Return the documents of the manifest, where there is one."""
    shows_schema = settings.shows_schema_to == "on"
    return TrustedDocuments.read(settings.trusted_documents, settings.modes, shows_schema=shows_schema)


@asynccontextmanager
async def _running(delivery: Delivery) -> AsyncIterator[None]:
    delivering = asyncio.create_task(delivery.run())
    try:
        yield
    finally:
        # What is on its way is finished; what is not comes again.
        delivery.stop()
        with suppress(TimeoutError):
            await asyncio.wait_for(delivering, LAST_SECONDS)


def sealing_key(settings: Settings) -> bytes:
    """Return SECRET_KEY, or the key that is kept beside the data; made up where there is none yet."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    written = settings.secret_key or kept(settings.data_dir / "secret-key", lambda: secrets.token_hex(KEY_BYTES))
    return bytes.fromhex(written)


def transport(settings: Settings) -> Transport:
    """Return where mail goes: SMTP_URL, or the folder `mail` beside the data."""
    return SmtpTransport(settings.smtp_url) if settings.smtp_url else FolderTransport(settings.data_dir / "mail")


def __getattr__(name: str) -> Any:  # noqa: ANN401 # PEP 562
    """Build `app` when an ASGI server asks for it, and not for the other commands; `protocol` is for uvicorn's."""
    if name == "app":
        return _application()
    if name == "protocol":
        return guarded(read_settings().request_limits)
    raise AttributeError(name)


@cache
def _application() -> ASGIApp:
    # uvicorn asks twice.
    return assemble(read_settings())


def serve(settings: Settings, arguments: argparse.Namespace) -> None:
    """Start everything, say where it is, and serve until Ctrl-C."""
    if arguments.production:
        settings = settings.model_copy(update={"environment": "production"})
    # Before anything starts, and not only in each worker.
    require_safe(settings)
    trusted_documents(settings)
    _require_free_port("HOST, PORT", settings.host, settings.port)
    # Before the application does the same in each worker: uvicorn's supervisor of several has something to say, too.
    configure_logs(as_json=settings.log_format == "json", level=settings.log_level)
    with storage(settings) as stored:
        people = asyncio.run(_prepared(settings, stored))
        print(_greeting(settings, people), flush=True)  # noqa: T201 # a command speaks
        # The workers, and this process where it is the only one, find the database running.
        os.environ["DATABASE_URL"], os.environ["DATABASE_OWNER_URL"] = stored.url, stored.owner_url
        os.environ["ENVIRONMENT"] = settings.environment
        os.environ["DEMO"] = "1" if settings.wants_demo else "0"
        with telling_metrics(settings):
            uvicorn.run("server:app", **_options(settings))


def _options(settings: Settings) -> dict[str, Any]:
    return {
        "host": settings.host,
        "port": settings.port,
        "workers": settings.workers,
        "loop": "uvloop",
        "http": "server:protocol",
        "ws": "none",
        "timeout_keep_alive": settings.idle_seconds,
        # What has to be waited for was waited for by then.
        "timeout_graceful_shutdown": 1,
        "proxy_headers": bool(settings.trusted_proxies),
        "forwarded_allow_ips": settings.trusted_proxies.split(),
        "access_log": False,
        "log_config": None,
        "server_header": False,
        "date_header": False,
    }


async def _prepared(settings: Settings, stored: Stored) -> dict[str, str] | None:
    await migrate(stored.owner_url, application_url=stored.url)
    database = Database(stored.url, pool_size=1)
    kept_in = settings.data_dir / "demo-password"
    try:
        await require_walls(database)
        if not settings.wants_demo:
            return None
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        return await offer_demo(database, password=settings.demo_password, kept_in=kept_in, at=now())
    except PermissionError as error:
        raise SettingsError(f"DATA_DIR: {kept_in} cannot be written: {error.strerror}") from None
    finally:
        await database.close()


def _greeting(settings: Settings, people: dict[str, str] | None) -> str:
    where = str(settings.data_dir.resolve()) if settings.is_embedded else "the database of DATABASE_URL"
    lines = [
        "",
        f"  Reseller dashboard   {settings.origin}",
        *([f"  GraphiQL             {settings.origin}/graphiql"] if settings.wants_graphiql else []),
        f"  The data lie in      {where}",
    ]
    if people:
        lines += ["", f"  Demo users, password {next(iter(people.values()))} (all names and amounts are invented):"]
        lines += [f"    {address}" for address in people]
    return "\n".join([*lines, "", "  Ctrl-C stops everything.", ""])


@contextmanager
def telling_metrics(settings: Settings) -> Iterator[None]:
    """Answer /metrics as long as the block runs, if METRICS_PORT is set."""
    if settings.metrics_port is None:
        yield
        return
    from web.exposition import exposed  # noqa: PLC0415 # costs nothing where it is not wanted

    host, port = settings.metrics_host, settings.metrics_port
    _require_free_port("METRICS_HOST, METRICS_PORT", host, port)
    with exposed(host=host, port=port, workers=settings.workers, folder=settings.data_dir / "metrics" / str(port)):
        yield


def _require_free_port(names: str, host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            which = " or ".join(reversed(names.split(", ")))
            reason = f"{host}:{port} cannot be used: {error.strerror}. Set another {which}."
            raise SettingsError(f"{names}: {reason}") from None


def migrate_only(settings: Settings, arguments: argparse.Namespace) -> None:  # noqa: ARG001 # a command's signature
    """Bring the tables up to what this version expects."""
    with storage(settings) as stored:
        asyncio.run(migrate(stored.owner_url, application_url=stored.url))


def demo(settings: Settings, arguments: argparse.Namespace) -> None:  # noqa: ARG001 # a command's signature
    """Load the demo world into an empty database."""
    asked = settings.model_copy(update={"demo": True})
    with storage(asked) as stored:
        people = asyncio.run(_prepared(asked, stored))
    if people is None:
        raise SettingsError("DATABASE_URL: the database holds data already; the demo goes into an empty one only.")
    print(_greeting(settings, people))  # noqa: T201 # a command speaks


def export_schema(settings: Settings, arguments: argparse.Namespace) -> None:  # noqa: ARG001 # a command's signature
    """Print the schema as SDL."""
    print(build_api().as_str())  # noqa: T201 # a command speaks


def operate(settings: Settings, arguments: argparse.Namespace) -> None:
    """Run one of the operator's commands in a transaction, and tell what came of it."""
    command = OPERATOR[arguments.command]
    command.check(arguments)

    async def run(stored: Stored) -> Any:  # noqa: ANN401 # what the command tells
        await migrate(stored.owner_url, application_url=stored.url)
        database = Database(stored.url, pool_size=1)
        postman = Postman(settings.origin, Sealer(sealing_key(settings)))
        try:
            return await operated(database, postman, now(), lambda operator: command.run(operator, arguments))
        finally:
            await database.close()

    with storage(settings) as stored:
        told = asyncio.run(run(stored))
    print(json.dumps(told) if arguments.json else "\n".join(_lines(told)))  # noqa: T201 # a command speaks


def _lines(told: Any) -> Iterator[str]:  # noqa: ANN401 # what a command tells
    if isinstance(told, list):
        for each in told:
            yield "  ".join(str(value) for value in each.values())
    else:
        yield from (f"{name}: {_shown(value)}" for name, value in told.items())


def _shown(value: Any) -> str:  # noqa: ANN401 # what a command tells
    return "; ".join(_lines(value)) if isinstance(value, list) else str(value)


COMMANDS = {"serve": serve, "migrate": migrate_only, "demo": demo, "export-schema": export_schema}


def main() -> int:
    """Run one command. Returns the exit status: 1 with one sentence where a person can mend it."""
    parser = argparse.ArgumentParser(prog="server.py", description="The reseller dashboard's server.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        commands.add_parser(name, help=command.__doc__, description=command.__doc__)
    safely = "refuse unsafe settings, as ENVIRONMENT=production does"
    commands.choices["serve"].add_argument("--production", action="store_true", help=safely)
    add_operator_commands(commands)
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, _end)
    try:
        COMMANDS.get(arguments.command, operate)(read_settings(), arguments)
    except SENTENCES as error:
        print(f"server.py: {error}", file=sys.stderr)  # noqa: T201 # a command speaks
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


def _end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 # a handler's signature
    # Leave through every `with`, so that the embedded database stops as well.
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main())
