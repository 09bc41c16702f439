"""The application (`server:app` for any ASGI server) and the command: `python server.py --help`."""

import argparse
import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.types import ASGIApp

from auth.demo import offer_demo
from domain.pricing import PriceBookError
from models.database import Database
from models.embedded import EmbeddedDatabaseError, embedded_database
from models.migrating import MigrationError, migrate
from models.price_books import load_price_book, read_price_book
from models.publishing import TermsError, publish_terms
from resolvers.api import build_api
from settings import Settings, SettingsError, read_settings
from web.application import Application
from web.logs import configure_logs

# What a person mends by reading one sentence; anything else is a fault, and keeps its traceback.
SENTENCES = (SettingsError, EmbeddedDatabaseError, MigrationError, PriceBookError, TermsError)


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
    configure_logs(as_json=settings.log_format == "json", level=settings.log_level)

    @asynccontextmanager
    async def connect() -> AsyncIterator[Database]:
        stored = storage(settings)
        where = await asyncio.to_thread(stored.__enter__)
        if settings.is_embedded:
            await migrate(where.owner_url)
        database = Database(where.url, pool_size=settings.pool_size)
        try:
            yield database
        finally:
            await database.close()
            await asyncio.to_thread(stored.__exit__, None, None, None)

    application = Application(
        api=build_api(),
        connect=connect,
        now=now,
        origin=settings.origin,
        portal_url=settings.portal_url,
        is_secure=settings.is_secure,
    )
    return application.assembled()


def __getattr__(name: str) -> Any:  # noqa: ANN401 # PEP 562
    """Build `app` when an ASGI server asks for it, and not for the other commands."""
    if name == "app":
        return assemble(read_settings())
    raise AttributeError(name)


def serve(settings: Settings, arguments: argparse.Namespace) -> None:  # noqa: ARG001 # a command's signature
    """Start everything, say where it is, and serve until Ctrl-C."""
    _require_free_port(settings)
    # Before the application does the same in each worker: uvicorn's supervisor of several has something to say, too.
    configure_logs(as_json=settings.log_format == "json", level=settings.log_level)
    with storage(settings) as stored:
        people = asyncio.run(_prepared(settings, stored))
        print(_greeting(settings, people), flush=True)  # noqa: T201 # a command speaks
        # The workers, and this process where it is the only one, find the database running.
        os.environ["DATABASE_URL"] = stored.url
        options = {"host": settings.host, "port": settings.port, "loop": "uvloop", "http": "httptools"}
        quiet = {"access_log": False, "log_config": None, "server_header": False, "date_header": False}
        uvicorn.run("server:app", workers=settings.workers, timeout_graceful_shutdown=10, **options, **quiet)  # type: ignore[arg-type] # options of several kinds


async def _prepared(settings: Settings, stored: Stored) -> dict[str, str] | None:
    await migrate(stored.owner_url, application_url=stored.url)
    if not settings.wants_demo:
        return None
    database = Database(stored.url, pool_size=1)
    kept_in = settings.data_dir / "demo-password"
    try:
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
        f"  GraphiQL             {settings.origin}/graphiql",
        f"  The data lie in      {where}",
    ]
    if people:
        lines += ["", f"  Demo users, password {next(iter(people.values()))} (all names and amounts are invented):"]
        lines += [f"    {address}" for address in people]
    return "\n".join([*lines, "", "  Ctrl-C stops everything.", ""])


def _require_free_port(settings: Settings) -> None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            address = f"{settings.host}:{settings.port}"
            reason = f"{address} cannot be used: {error.strerror}. Set another PORT or HOST."
            raise SettingsError(f"HOST, PORT: {reason}") from None


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


def load_prices(settings: Settings, arguments: argparse.Namespace) -> None:
    """Load a dated price book; contracts that are saved already keep their cost."""
    try:
        file = read_price_book(_text(arguments.file))
        _in_transaction(settings, lambda session: load_price_book(session, file, at=now()))
    except PriceBookError as error:
        raise PriceBookError(f"{arguments.file}: {error}") from None
    print(f"A price book in {file.currency_code} is effective from {file.effective_on}.")  # noqa: T201 # a command speaks


def publish(settings: Settings, arguments: argparse.Namespace) -> None:
    """Publish new terms; every user of every reseller is asked to accept them."""
    text = _text(arguments.file)
    try:
        version = _in_transaction(settings, lambda session: publish_terms(session, text, at=now())).version
    except TermsError as error:
        raise TermsError(f"{arguments.file}: {error}") from None
    print(f"The terms {version} are current.")  # noqa: T201 # a command speaks


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} cannot be read: {error}") from None


def _in_transaction(settings: Settings, work: Callable[[AsyncSession], Awaitable[Any]]) -> Any:  # noqa: ANN401 # what it returns
    async def run(stored: Stored) -> Any:  # noqa: ANN401 # what it returns
        await migrate(stored.owner_url, application_url=stored.url)
        database = Database(stored.url, pool_size=1)
        try:
            async with database.transaction() as session:
                return await work(session)
        finally:
            await database.close()

    with storage(settings) as stored:
        return asyncio.run(run(stored))


COMMANDS = {
    "serve": serve,
    "migrate": migrate_only,
    "demo": demo,
    "export-schema": export_schema,
    "load-price-book": load_prices,
    "publish-terms": publish,
}
TAKES_FILE = {"load-price-book", "publish-terms"}


def main() -> int:
    """Run one command. Returns the exit status: 1 with one sentence where a person can mend it."""
    parser = argparse.ArgumentParser(prog="server.py", description="The reseller dashboard's server.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        subparser = commands.add_parser(name, help=command.__doc__, description=command.__doc__)
        if name in TAKES_FILE:
            subparser.add_argument("file", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, _end)
    try:
        COMMANDS[arguments.command](read_settings(), arguments)
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
