"""A way to the database on which one COMMIT, or its answer, can be lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum
from urllib.parse import parse_qs, urlsplit, urlunsplit


class Loss(Enum):
    """What is lost on the way."""

    NOTHING = "nothing"
    COMMIT = "the COMMIT"  # nothing is saved
    ANSWER = "the answer to it"  # all is saved, and nobody is told


@dataclass
class Proxy:
    """Between a host and PostgreSQL. The connection that has sent `marker`, and then COMMIT, is cut."""

    socket: str
    marker: bytes
    loss: Loss = Loss.NOTHING
    port: int = 0
    cuts: int = 0

    def through(self, url: str) -> str:
        """Return the URL of the same database by this way."""
        parts = urlsplit(url)
        credentials = parts.netloc.rpartition("@")[0]
        return urlunsplit(parts._replace(netloc=f"{credentials}@127.0.0.1:{self.port}", query="sslmode=disable"))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on what comes and goes on one connection."""
        behind = await asyncio.open_unix_connection(self.socket)
        answers = asyncio.create_task(self._pass_on(behind[0], writer))
        is_marked = False
        try:
            while sent := await reader.read(2**16):
                is_marked = is_marked or self.marker in sent
                if is_marked and b"COMMIT" in sent:
                    is_marked = False
                    if self.loss is not Loss.NOTHING:
                        await self._cut(sent, answers, *behind)
                        break
                behind[1].write(sent)
        except OSError:
            pass
        finally:
            answers.cancel()
            writer.close()
            behind[1].close()

    async def _cut(
        self, sent: bytes, answers: "asyncio.Task[None]", reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        answers.cancel()
        loss, self.loss, self.cuts = self.loss, Loss.NOTHING, self.cuts + 1
        if loss is Loss.ANSWER:
            await asyncio.wait({answers})
            writer.write(sent)
            assert b"COMMIT" in await reader.read(2**16)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while answered := await reader.read(2**16):
                writer.write(answered)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()


@asynccontextmanager
async def proxy_to(url: str, marker: bytes) -> AsyncIterator[Proxy]:
    """Give a proxy to the embedded database that this URL leads to."""
    query = parse_qs(urlsplit(url).query)
    proxy = Proxy(f"{query['host'][0]}/.s.PGSQL.{query['port'][0]}", marker)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
