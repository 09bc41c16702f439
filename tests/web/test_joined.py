"""What is written to a connection in one turn of the event loop is sent in one piece, and nothing is lost."""

import asyncio
from collections.abc import Callable

import pytest

from web.joined import Joined


class Wire(asyncio.Transport):
    """Remembers each call that would be one of the system's."""

    def __init__(self) -> None:
        super().__init__({"peername": ("192.0.2.1", 443)})
        self.sent: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.sent.append(bytes(data))

    def write_eof(self) -> None:
        self.sent.append(b"<eof>")

    def close(self) -> None:
        self.sent.append(b"<closed>")


async def test_what_is_written_in_one_turn_is_sent_in_one_piece() -> None:
    wire = Wire()
    joined = Joined(wire, asyncio.get_running_loop())

    joined.write(b"head ")
    joined.write(b"body")
    at_once = list(wire.sent)
    await asyncio.sleep(0)
    joined.write(b"another")
    await asyncio.sleep(0)

    assert (at_once, wire.sent) == ([], [b"head body", b"another"])


async def test_what_is_flushed_is_sent_at_once_and_once() -> None:
    wire = Wire()
    joined = Joined(wire, asyncio.get_running_loop())

    joined.write(b"answer")
    joined.flush()
    at_once = list(wire.sent)
    await asyncio.sleep(0)

    assert (at_once, wire.sent) == ([b"answer"], [b"answer"])


@pytest.mark.parametrize(("end", "mark"), [(Joined.close, b"<closed>"), (Joined.write_eof, b"<eof>")])
async def test_nothing_that_was_written_is_lost_at_the_end(end: Callable[[Joined], None], mark: bytes) -> None:
    wire = Wire()
    joined = Joined(wire, asyncio.get_running_loop())

    joined.write(b"answer")
    end(joined)
    await asyncio.sleep(0)

    assert wire.sent == [b"answer", mark]


async def test_everything_else_is_the_transports() -> None:
    joined = Joined(Wire(), asyncio.get_running_loop())

    assert joined.get_extra_info("peername") == ("192.0.2.1", 443)
