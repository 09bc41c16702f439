"""Where a request comes from: a page of ours, one that is allowed, or one that must not act with somebody's cookie.

A browser says it in Sec-Fetch-Site, and in Origin for everything that a page of another site could send; no page can
say otherwise. What says neither is an old browser or none: it has to send a header that a page of another site can send
only after the browser has asked us, which we deny.
"""

from dataclasses import dataclass

from starlette.types import Scope

from web.headers import single

# Those that clients of GraphQL know for this purpose. Not just any: proxies add headers of their own.
CUSTOM = frozenset(
    {
        b"x-requested-with",
        b"graphql-require-preflight",
        b"apollo-require-preflight",
        b"x-apollo-operation-name",
        b"x-csrf-token",
    }
)


@dataclass(frozen=True, slots=True)
class Origins:
    """Ours, and those that ALLOWED_ORIGINS names."""

    ours: str
    allowed: tuple[str, ...] = ()

    def may_act(self, scope: Scope) -> bool:
        """Tell whether the request may act with the cookie that it carries.

        A customer's subdomain is the same site, but foreign: same-site is not enough.
        """
        if single(scope, b"sec-fetch-site") == "same-origin":
            return True
        if self.is_foreign(scope):
            return False
        return single(scope, b"origin") is not None or any(name in CUSTOM for name, _ in scope["headers"])

    def is_foreign(self, scope: Scope) -> bool:
        """Tell whether a browser says that a page of somebody else has caused the request."""
        site, origin = single(scope, b"sec-fetch-site"), single(scope, b"origin")
        if site == "same-origin":
            return False
        if origin is not None:
            return origin != self.ours and origin not in self.allowed
        # "none" is what no page has caused.
        return site not in {None, "none"}
