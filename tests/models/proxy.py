"""A door between us and PostgreSQL at which a test stands: it counts round trips, and shuts at a word."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from sqlalchemy.engine import make_url


class Door:
    """Counts how often we spoke. `shuts_at` are words of ours at which a connection breaks.

    They get through before, with `lets_through`, and PostgreSQL has done them; but its answer does not.
    """

    def __init__(self) -> None:
        self.round_trips, self.shuts_at, self.lets_through = 0, b"", False
        self._answered = asyncio.Event()

    async def pass_through(self, socket: str, ours: asyncio.StreamReader, our_end: asyncio.StreamWriter) -> None:
        """Carry one connection until either end closes it."""
        theirs, their_end = await asyncio.open_unix_connection(socket)
        answering = asyncio.create_task(self._carry(theirs, our_end))
        while data := await ours.read(2**16):
            self.round_trips += 1
            is_last = bool(self.shuts_at) and self.shuts_at in data
            if not is_last or self.lets_through:
                their_end.write(data)
            if is_last:
                break
        if self.shuts_at and self.lets_through:
            await self._answered.wait()
        their_end.close()
        our_end.close()
        await answering

    async def _carry(self, theirs: asyncio.StreamReader, our_end: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await theirs.read(2**16):
                if self.shuts_at and self.lets_through and self.shuts_at in data:
                    self._answered.set()
                else:
                    our_end.write(data)
        our_end.close()


@asynccontextmanager
async def door(url: str, folder: Path) -> AsyncIterator[tuple[str, Door]]:
    """Give a URL that leads through a door in a folder."""
    made = make_url(url)
    stands, port = Door(), made.query["port"]

    async def opened(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await stands.pass_through(f"{made.query['host']}/.s.PGSQL.{port}", reader, writer)

    server = await asyncio.start_unix_server(opened, folder / f".s.PGSQL.{port}")
    async with server:
        through = made.set(query={**made.query, "host": str(folder)})
        yield through.render_as_string(hide_password=False), stands
