"""Before anything is served: tables as this version expects them, walls that stand, and the demo where it is wanted."""

import asyncio
from collections.abc import Mapping

from auth.demo import offer_demo
from commands.asking import Asked, say
from models.database import Database
from models.inspecting import require_walls
from models.migrating import migrate
from models.storage import Stored
from settings.reading import SettingsError
from settings.settings import Settings


def migrate_only(asked: Asked) -> None:
    """Bring the tables up to what this version expects."""
    with asked.settings.storage.opened() as stored:
        asyncio.run(migrate(stored.owner_url, application_url=stored.url))


def demo(asked: Asked) -> None:
    """Load the demo world into an empty database."""
    asked = asked.but(demo=True)
    with asked.settings.storage.opened() as stored:
        people = asyncio.run(prepared(asked, stored))
    if people is None:
        raise SettingsError("DATABASE_URL: the database holds data already; the demo goes into an empty one only.")
    say(greeting(asked.settings, people))


async def prepared(asked: Asked, stored: Stored) -> dict[str, str] | None:
    """Return the demo's passwords by address once everything is ready, or None where there is no demo.

    Raises MigrationError, WallsDown, SettingsError.
    """
    settings = asked.settings
    await migrate(stored.owner_url, application_url=stored.url)
    database = Database(stored.url, pool_size=1)
    kept_in = settings.data_dir / "demo-password"
    try:
        await require_walls(database)
        if not settings.wants_demo:
            return None
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        return await offer_demo(database, password=settings.demo_password, kept_in=kept_in, at=asked.now())
    except PermissionError as error:
        raise SettingsError(f"DATA_DIR: {kept_in} cannot be written: {error.strerror}") from None
    finally:
        await database.close()


def greeting(settings: Settings, people: Mapping[str, str] | None) -> str:
    """Return what a person is told who has started a server: where it is, where the data lie, who may sign in."""
    where = str(settings.data_dir.resolve()) if settings.storage.is_embedded else "the database of DATABASE_URL"
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
