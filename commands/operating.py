"""The operator's commands as they run: one transaction, and what came of it is told."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

from auth.kept import sealing_key
from commands.asking import Asked, say
from commands.operator import OPERATOR
from mail.inviting import Postman
from models.database import Database
from models.migrating import migrate
from models.sealing import Sealer
from models.storage import Stored
from resolvers.operating import operated


def operate(asked: Asked) -> None:
    """Run one of the operator's commands in a transaction, and tell what came of it."""
    OPERATOR[asked.arguments.command].check(asked.arguments)
    with asked.settings.storage.opened() as stored:
        told = asyncio.run(_run(asked, stored))
    say(json.dumps(told) if asked.arguments.json else "\n".join(_lines(told)))


async def _run(asked: Asked, stored: Stored) -> Any:  # noqa: ANN401 # what the command tells
    settings, command = asked.settings, OPERATOR[asked.arguments.command]
    await migrate(stored.owner_url, application_url=stored.url)
    database = Database(stored.url, pool_size=1)
    postman = Postman(settings.origin, Sealer(sealing_key(settings.secret_key, settings.data_dir)))
    try:
        return await operated(database, postman, asked.now(), lambda operator: command.run(operator, asked.arguments))
    finally:
        await database.close()


def _lines(told: Any) -> Iterator[str]:  # noqa: ANN401 # what a command tells
    if isinstance(told, list):
        for each in told:
            yield "  ".join(str(value) for value in each.values())
    else:
        yield from (f"{name}: {_shown(value)}" for name, value in told.items())


def _shown(value: Any) -> str:  # noqa: ANN401 # what a command tells
    return "; ".join(_lines(value)) if isinstance(value, list) else str(value)
