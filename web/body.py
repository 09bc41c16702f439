"""A request's body: plain, small and prompt, or refused."""

import asyncio
from contextlib import suppress

from starlette.types import Message, Receive, Scope, Send

from web.headers import single
from web.limits import RequestLimits
from web.refusals import Refused

# What comes after a refusal is read a while longer and dropped: a client that still sends would miss the answer.
MOST_DROPPED, DROPPING_SECONDS = 2 * 1024 * 1024, 2.0


class Unread(Refused):
    """Refused while the client may still be sending."""


async def body_of(scope: Scope, receive: Receive, limits: RequestLimits) -> bytes:
    """Return the body. Raises Refused: 415 where it is encoded, 413 where it is too large, 408 where it is slow."""
    if single(scope, b"content-encoding") is not None:
        raise Unread(415, "Send the body as it is, not encoded.")
    announced = single(scope, b"content-length")
    if announced is not None and announced.isdecimal() and int(announced) > limits.body_bytes:
        raise _too_large(limits)
    try:
        async with asyncio.timeout(limits.body_seconds):
            return await _read(receive, limits)
    except TimeoutError:
        message = f"The body must be there within {limits.body_seconds:g} seconds."
        raise Refused(408, message, connection="close") from None


async def _read(receive: Receive, limits: RequestLimits) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused(400, "The body ended early.")
        body += message.get("body", b"")
        if len(body) > limits.body_bytes:
            raise _too_large(limits)
        if not message.get("more_body", False):
            return bytes(body)


def replaying(body: bytes) -> Receive:
    """Return what gives a body that was read to somebody who reads it again."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _too_large(limits: RequestLimits) -> Refused:
    return Unread(413, f"The body must not be larger than {limits.body_bytes} bytes.", connection="close")


async def answer_unread(refusal: Unread, media_type: str, receive: Receive, send: Send) -> None:
    """Answer at once, drop a bounded rest of the body, and only then let the server close the connection."""
    response = refusal.answer(media_type)
    await send({"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers})
    await send({"type": "http.response.body", "body": response.body, "more_body": True})
    with suppress(TimeoutError):
        async with asyncio.timeout(DROPPING_SECONDS):
            await _drop(receive)
    await send({"type": "http.response.body", "body": b""})


async def _drop(receive: Receive) -> None:
    dropped = 0
    while dropped < MOST_DROPPED:
        message = await receive()
        dropped += len(message.get("body", b""))
        if not message.get("more_body", False):
            return
