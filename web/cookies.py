"""The session's cookie: HttpOnly, SameSite=Lax, and Secure with the __Host- prefix outside loopback."""

from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import HTTPConnection
from starlette.responses import Response

from auth.sessions import SESSION_LENGTH
from schema.context import Context


@dataclass(frozen=True, slots=True)
class SessionCookie:
    """How the token travels; a __Host- cookie can be set by no other host, and over https only."""

    is_secure: bool
    length: timedelta = SESSION_LENGTH

    @property
    def name(self) -> str:
        """The cookie's name."""
        return "__Host-session" if self.is_secure else "session"

    def read(self, connection: HTTPConnection) -> str | None:
        """Return the token that the browser sent."""
        return connection.cookies.get(self.name)

    def follow(self, context: Context, response: Response) -> None:
        """Let the browser keep or forget what the request has opened or ended."""
        if context.opened_session is not None:
            self.give(response, context.opened_session.token)
        elif context.has_ended_session:
            self.take(response)

    def give(self, response: Response, token: str) -> None:
        """Set the cookie for as long as the session can live."""
        response.set_cookie(
            self.name,
            token,
            max_age=int(self.length.total_seconds()),
            path="/",
            secure=self.is_secure,
            httponly=True,
            samesite="lax",
        )

    def take(self, response: Response) -> None:
        """Remove the cookie."""
        response.delete_cookie(self.name, path="/", secure=self.is_secure, httponly=True, samesite="lax")
