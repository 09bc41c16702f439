"""What comes over a socket before it is a request: too large, too slow, too many, or with two meanings."""

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
import uvicorn
from starlette.types import ASGIApp

from tests.web.conftest import Assemble
from web.limits import RequestLimits
from web.protocol import guarded

BODY = b'{"query":"{ __typename }"}'
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
CHUNKED = b"Transfer-Encoding: chunked\r\n"
CHUNKS = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)
HOST = b"Host: testserver\r\n"
ACCEPT = b"Accept: application/json\r\n"
NO_HTTP, CODING, HTTP_1_1 = (
    "This is no HTTP request.",
    "The only transfer-encoding is chunked.",
    "This server speaks HTTP/1.1.",
)
NO_HOST = "The header host must name a host."
Listening = Callable[..., AbstractAsyncContextManager["Wire"]]


def head(*headers: bytes, line: bytes = b"POST /graphql HTTP/1.1", close: bool = True) -> bytes:
    """Return a request's head that asks for the connection to be closed."""
    always = b"Content-Type: application/json\r\n" + (b"Connection: close\r\n" if close else b"")
    return line + b"\r\n" + HOST + always + b"".join(headers) + b"\r\n"


class Wire:
    """Raw connections to a server."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open: list[asyncio.StreamWriter] = []

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Open a connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._open.append(writer)
        return reader, writer

    async def say(self, *parts: bytes) -> tuple[int, str]:
        """Send bytes, read until the server closes, and return the only answer's status and message; 0 for none."""
        reader, writer = await self.connect()
        for part in parts:
            writer.write(part)
            await asyncio.sleep(0)
        return _only(await reader.read())

    async def close(self) -> None:
        """Close every connection."""
        for writer in self._open:
            writer.close()


def _only(answer: bytes) -> tuple[int, str]:
    if not answer:
        return 0, ""
    start, _, body = answer.partition(b"\r\n\r\n")
    assert len(re.findall(rb"HTTP/1.1 \d", answer)) == 1, answer
    assert b"content-type: application/json" in start.lower(), answer
    assert b"\r\nserver:" not in start.lower(), answer
    told: Any = json.loads(body)
    return int(start.split()[1]), told["errors"][0]["message"] if "errors" in told else ""


@pytest.fixture
def listening(assemble: Assemble) -> Listening:
    """Serves the application, or another one, on a socket within some limits."""

    @asynccontextmanager
    async def listen(limits: RequestLimits, app: ASGIApp | None = None) -> AsyncIterator[Wire]:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            config = uvicorn.Config(
                app or assemble(limits=limits),
                http=guarded(limits),
                lifespan="off",
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_keep_alive=limits.idle_seconds,  # type: ignore[arg-type] # any number will do
            )
            server = uvicorn.Server(config)
            serving = asyncio.create_task(server.serve(sockets=[listener]))
            wire = Wire(listener.getsockname()[1])
            yield wire
            await wire.close()
            server.should_exit = True
            await serving

    return listen


@pytest.fixture
async def wire(listening: Listening) -> AsyncIterator[Wire]:
    """A server with the ordinary limits, but less patience."""
    async with listening(RequestLimits(head_seconds=0.2, body_seconds=0.2, idle_seconds=0.3)) as opened:
        yield opened


@pytest.mark.parametrize(
    "request_",
    [
        head(LENGTH) + BODY,
        head(CHUNKED) + CHUNKS,
        head(b"transfer-encoding: Chunked\r\n") + CHUNKS,
        head(CHUNKED) + b'1;x="y"\r\n{\r\n' + b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY) - 1, BODY[1:]),
        head(CHUNKED) + CHUNKS.replace(b"0\r\n\r\n", b"0\r\nContent-Encoding: gzip\r\nHost: evil.test\r\n\r\n"),
        head(ACCEPT, line=b"GET /graphql?query=%7B__typename%7D HTTP/1.1"),
        head(ACCEPT, line=b"GET /graphql?query=%7B__typename%7D HTTP/1.0"),
        head(LENGTH, b"X-Text: \xff\xfe\xc3\xa9\r\n") + BODY,
    ],
    ids=repr,
)
async def test_a_request_is_answered_whole_or_in_pieces(wire: Wire, request_: bytes) -> None:
    whole = await wire.say(request_)
    pieces = await wire.say(*(request_[at : at + 7] for at in range(0, len(request_), 7)))

    assert (whole, pieces) == ((200, ""), (200, ""))


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (head(LENGTH, CHUNKED) + CHUNKS, NO_HTTP),
        (head(CHUNKED, LENGTH) + CHUNKS, NO_HTTP),
        (head(LENGTH, LENGTH) + BODY, NO_HTTP),
        (head(LENGTH, b"Content-Length: 5\r\n") + BODY, NO_HTTP),
        (head(b"Content-Length: 26, 26\r\n") + BODY, NO_HTTP),
        (head(b"Content-Length: +26\r\n") + BODY, NO_HTTP),
        (head(b"Content-Length: -1\r\n"), NO_HTTP),
        (head(b"Content-Length: 0x1a\r\n") + BODY, NO_HTTP),
        (head(b"Content-Length: 99999999999999999999\r\n") + BODY, NO_HTTP),
        (head(b"Content-Length : 26\r\n") + BODY, NO_HTTP),
        (head(b"Transfer-Encoding: identity\r\n"), CODING),
        (head(b"Transfer-Encoding: gzip, chunked\r\n") + CHUNKS, CODING),
        (head(b"Transfer-Encoding: chunked, identity\r\n") + CHUNKS, NO_HTTP),
        (head(b"Transfer-Encoding: xchunked\r\n") + CHUNKS, CODING),
        (head(CHUNKED, CHUNKED) + CHUNKS, NO_HTTP),
        (head(CHUNKED, line=b"POST /graphql HTTP/1.0") + CHUNKS, CODING),
        (head(CHUNKED) + b"1z\r\n" + BODY, NO_HTTP),
        (head(CHUNKED) + b"0x1a\r\n" + BODY, NO_HTTP),
        (head(CHUNKED) + b"-1\r\n" + BODY, NO_HTTP),
        (head(CHUNKED) + b"ffffffffffffffffff\r\n" + BODY, NO_HTTP),
        (head(CHUNKED) + b"5\r\n" + BODY, NO_HTTP),
        (head(CHUNKED) + b"1a\n" + BODY, NO_HTTP),
        (head(b" folded: 1\r\n"), NO_HTTP),
        (head(b"X\x00Y: 1\r\n"), NO_HTTP),
        (head(b"X-Nul: a\x00b\r\n"), NO_HTTP),
        (head(b"X-Return: a\rb\r\n"), NO_HTTP),
        (head(b"\xff: 1\r\n"), NO_HTTP),
        (head(b": 1\r\n"), NO_HTTP),
        (head(b"no-colon\r\n"), NO_HTTP),
        (head(HOST), "The header host is there twice."),
        (b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", NO_HOST),
        (b"GET / HTTP/1.0\r\n\r\n", NO_HOST),
        (b"GET / HTTP/0.9\r\n\r\n", HTTP_1_1),
        (b"GET / HTTP/2.0\r\n\r\n", HTTP_1_1),
        (b"GET /\r\n\r\n", HTTP_1_1),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", NO_HTTP),
        (b"NONSENSE / HTTP/1.1\r\n\r\n", NO_HTTP),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", NO_HTTP),
        (b"\x00" * 64, NO_HTTP),
        (head(line=b"GET /\xff HTTP/1.1"), NO_HTTP),
        (head(line=b"GET http://evil.test/ HTTP/1.1"), "Ask for a path of this server."),
        (head(line=b"CONNECT evil.test:443 HTTP/1.1"), "Ask for a path of this server."),
        (
            head(LENGTH, b"Connection: Upgrade\r\nUpgrade: h2c\r\n") + BODY,
            "This server speaks HTTP/1.1 alone: send a body without the header upgrade.",
        ),
    ],
    ids=repr,
)
async def test_what_two_readers_could_understand_as_two_requests_is_refused(
    wire: Wire, request_: bytes, message: str
) -> None:
    behind = b"GET /graphql?query=%7B__typename%7D HTTP/1.1\r\nHost: testserver\r\n\r\n"

    assert await wire.say(request_ + behind) == (400, message)


async def test_who_asks_for_another_protocol_gets_this_one_and_nothing_behind_it(wire: Wire) -> None:
    upgrade = head(
        ACCEPT, b"Connection: Upgrade\r\nUpgrade: websocket\r\n", line=b"GET /graphql?query=%7B__typename%7D HTTP/1.1"
    )

    answer = await wire.say(upgrade + head(LENGTH) + BODY)

    assert answer == (200, "")


LONG = "The headers must not be larger than 16384 bytes."


@pytest.mark.parametrize(
    "headers",
    [
        [b"X-Long: %s\r\n" % (b"x" * 17_000)],
        [b"X-Many-%d: %s\r\n" % (number, b"x" * 200) for number in range(100)],
        [b"X-%d:\r\n" % number for number in range(5_000)],
        [b"Cookie: %s\r\n" % (b"a=b;" * 5_000)],
        [b"%s: 1\r\n" % (b"x" * 17_000)],
        [b"X-Long: %s" % (b"x" * 100_000)],
    ],
    ids=["one", "many", "very many", "cookie", "name", "without an end"],
)
async def test_a_head_that_is_too_large_is_refused(wire: Wire, headers: list[bytes]) -> None:
    assert await wire.say(head(*headers, LENGTH)) == (431, LONG)


@pytest.mark.parametrize("length", [8_193, 17_000, 200_000])
async def test_a_target_that_is_too_long_is_refused(wire: Wire, length: int) -> None:
    target = b"/graphql?query=".ljust(length, b"x")

    answers = [await wire.say(each) for each in (head(line=b"GET %s HTTP/1.1" % target), b"GET " + target)]

    assert answers == [(414, "The address must not be longer than 8192 bytes.")] * 2


@pytest.mark.parametrize("begun", [b"P", b"POST /graphql HTTP/1.1\r\n", head(LENGTH)[:-2], head(LENGTH)[:-2] + b"X: "])
async def test_a_head_that_takes_too_long_is_given_up(wire: Wire, begun: bytes) -> None:
    assert await wire.say(begun) == (408, "The headers must be there within 0.2 seconds.")


async def test_who_says_nothing_is_hung_up_on(wire: Wire) -> None:
    assert await wire.say() == (0, "")


@pytest.mark.parametrize("begun", [b"", BODY[:5]])
async def test_a_body_that_takes_too_long_is_given_up(wire: Wire, begun: bytes) -> None:
    assert await wire.say(head(LENGTH, close=False) + begun) == (408, "The body must be there within 0.2 seconds.")


async def test_a_body_that_is_announced_too_large_is_refused_before_it_comes(wire: Wire) -> None:
    too_large = await wire.say(head(b"Content-Length: 131073\r\n", b"Expect: 100-continue\r\n", close=False))

    assert too_large == (413, "The body must not be larger than 131072 bytes.")


@pytest.mark.parametrize("announced", [b"Content-Length: 1000000\r\n", b"Content-Length: 100000000000\r\n"])
async def test_who_sends_on_after_a_refusal_still_reads_it(wire: Wire, announced: bytes) -> None:
    answer = await wire.say(head(announced, close=False), *[b" " * 10_000] * 100)

    assert answer == (413, "The body must not be larger than 131072 bytes.")


async def test_an_idle_connection_is_closed_after_its_time(wire: Wire) -> None:
    reader, writer = await wire.connect()
    writer.write(head(LENGTH, close=False) + BODY)

    answer = await reader.read()

    assert _only(answer) == (200, "")


async def test_requests_one_behind_the_other_are_answered_in_turn(wire: Wire) -> None:
    reader, writer = await wire.connect()
    writer.write((head(LENGTH, close=False) + BODY) * 3 + head(LENGTH) + BODY)

    answer = await reader.read()

    assert (answer.count(b"HTTP/1.1 200 "), answer.count(b'{"data":')) == (4, 4)


async def test_nonsense_behind_a_request_is_never_taken_for_its_answer(wire: Wire) -> None:
    answer = await wire.say(head(LENGTH, close=False) + BODY + b"NONSENSE / HTTP/1.1\r\n\r\n")

    assert answer in {(0, ""), (200, "")}


async def test_beyond_the_bound_whoever_waits_longest_without_a_request_is_closed(listening: Listening) -> None:
    async with listening(RequestLimits(connections=2)) as wire:
        silent, first = await wire.connect()
        first.write(b"GET / HTT")
        idle, second = await wire.connect()
        second.write(head(LENGTH, close=False) + BODY)
        await idle.readuntil(b"}}")

        answers = [await wire.say(head(LENGTH) + BODY) for _ in range(5)]

        assert answers == [(200, "")] * 5
        assert await silent.read() == b""


async def test_where_everybody_is_being_answered_a_newcomer_is_told_to_come_back(listening: Listening) -> None:
    release = asyncio.Event()

    async def patient(
        scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
    ) -> None:
        await release.wait()
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    async with listening(RequestLimits(connections=2), patient) as wire:
        waiting = [await wire.connect() for _ in range(2)]
        for _, writer in waiting:
            writer.write(head(line=b"GET / HTTP/1.1"))
        # The loop has read them when it has taken the newcomer.
        refused = await wire.say()
        release.set()
        answers = [await reader.read() for reader, _ in waiting]

    assert refused == (503, "The server is busy; try again.")
    assert [answer[:12] for answer in answers] == [b"HTTP/1.1 204"] * 2
