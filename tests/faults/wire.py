"""A GraphQL client on a bare socket: cheap, and it tells what never arrived from what was not answered."""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ANSWER_SECONDS = 60
# A server closes a connection that nobody uses: one that has rested is not trusted, as careful clients do not.
REST_SECONDS = 2


class NeverSent(Exception):
    """Nobody listens: the request reached nobody."""


class NoAnswer(Exception):
    """The connection ended before the answer: whether the request was done is not known."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response to a GraphQL request; `body` is None where it is no JSON."""

    status: int
    headers: dict[str, str]
    body: Any


@dataclass
class Wire:
    """A connection to a port of this machine, opened when it is needed and kept."""

    port: int
    headers: Mapping[str, str] = field(default_factory=dict)
    _reader: asyncio.StreamReader | None = None
    _writer: asyncio.StreamWriter | None = None
    _used_at: float = 0

    async def ask(self, document: str, variables: dict[str, Any], **headers: str) -> Answer:
        """Post an operation. Raises NeverSent or NoAnswer."""
        body = json.dumps({"query": document, "variables": variables}).encode()
        # The header on purpose lets it act with a cookie.
        always = {"content-type": "application/json", "x-requested-with": "tests"}
        return await self._exchange("POST", "/graphql", body, {**always, **headers})

    async def get(self, path: str) -> Answer:
        """Get a page. Raises NeverSent or NoAnswer."""
        return await self._exchange("GET", path, b"", {})

    @property
    def own_port(self) -> int:
        """Our end of the connection, which is open."""
        assert self._writer is not None
        port: int = self._writer.get_extra_info("sockname")[1]
        return port

    def close(self) -> None:
        """Hang up."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None

    async def _exchange(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        reader, writer = await self._connected()
        sent = {"host": f"127.0.0.1:{self.port}", "content-length": str(len(body)), **self.headers, **headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                writer.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
                answer = await self._answer(reader)
                self._used_at = time.monotonic()
                return answer
        except (OSError, EOFError, TimeoutError) as error:
            self.close()
            raise NoAnswer(type(error).__name__) from None
        except BaseException:
            self.close()
            raise

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        has_rested, self._used_at = time.monotonic() - self._used_at > REST_SECONDS, time.monotonic()
        # What the server has closed meanwhile says nothing about the next request.
        if self._reader is None or self._writer is None or self._reader.at_eof() or has_rested:
            self.close()
            try:
                self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**21)
            except OSError as error:
                raise NeverSent(type(error).__name__) from None
        return self._reader, self._writer

    async def _answer(self, reader: asyncio.StreamReader) -> Answer:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
        content = await reader.readexactly(int(headers.get("content-length", 0)))
        if headers.get("connection", "").lower() == "close":
            self.close()
        try:
            body = json.loads(content)
        except ValueError:
            body = None
        return Answer(int(first.split()[1]), headers, body)
