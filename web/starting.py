"""The start of the application under any ASGI server: where it fails, whoever started it reads one sentence.

The server is told why it must not serve, and ends; whoever supervises it starts it again.
"""

from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

FAILED = "lifespan.startup.failed"


class Starting:
    """Middleware around the lifespan. `sentence` says what a person can mend, or None for a fault of ours."""

    def __init__(self, app: ASGIApp, sentence: Callable[[BaseException], str | None]) -> None:
        self.app, self._sentence = app, sentence

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on but the news that the start has failed, which comes with its traceback."""
        if scope["type"] != "lifespan":
            await self.app(scope, receive, send)
            return
        failed: list[Message] = []

        async def held(message: Message) -> None:
            if message["type"] == FAILED:
                failed.append(message)
            else:
                await send(message)

        try:
            await self.app(scope, receive, held)
        except BaseException as error:
            # Starlette raises again what it has told.
            for message in failed:
                await send({**message, "message": self._sentence(error) or message["message"]})
            raise
