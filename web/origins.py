"""Where a request comes from: a page of ours, one that is allowed, or one that must not act with somebody's cookie.

A browser says it in Sec-Fetch-Site, and in Origin for everything that a page of another site could send; no page can
say otherwise. What says neither is no browser, and has no cookies but those it was given.
"""

from dataclasses import dataclass

from starlette.requests import HTTPConnection

OURS = frozenset({"same-origin", "none"})


@dataclass(frozen=True, slots=True)
class Origins:
    """Ours, and those that ALLOWED_ORIGINS names."""

    ours: str
    allowed: tuple[str, ...] = ()

    def may_act(self, connection: HTTPConnection) -> bool:
        """Tell whether the request may act with the cookie that it carries.

        A customer's subdomain is the same site, but foreign: same-site is not enough.
        """
        site, origin = connection.headers.get("sec-fetch-site"), connection.headers.get("origin")
        if site in OURS or (site is None and origin is None):
            return True
        return origin is not None and origin in {self.ours, *self.allowed}
