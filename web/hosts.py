"""The names under which we are reached: a request for any other one is a mistake, or DNS that was pointed at us.

Names count, ports do not: a port is often forwarded, and no browser keeps cookies of two ports apart.
"""

import re
from dataclasses import dataclass
from ipaddress import ip_address

from starlette.types import Scope

from web.headers import single
from web.refusals import Refused

LOOPBACK = frozenset({"127.0.0.1", "[::1]", "localhost"})
EVERY_INTERFACE = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 # recognised, not listened on
_HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::[0-9]{1,5})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Hosts:
    """The names in lower case, and whether every IP address is one: no DNS can be pointed at us by a number."""

    names: frozenset[str]
    any_address: bool = False

    @classmethod
    def of(cls, *, listening_on: str, public: str, others: tuple[str, ...] = ()) -> "Hosts":
        """Return the names that follow from where we listen, where people reach us, and the settings."""
        names = {_bracketed(name.lower()) for name in (listening_on, public, *others)}
        is_everywhere = listening_on in EVERY_INTERFACE
        if is_everywhere or _bracketed(listening_on.lower()) in LOOPBACK:
            names |= LOOPBACK
        return cls(frozenset(names), any_address=is_everywhere)

    def check(self, scope: Scope) -> None:
        """Raise Refused where the request is not for us, or does not say for whom it is."""
        host = single(scope, b"host")
        matched = _HOST.fullmatch(host) if host is not None else None
        if matched is None:
            raise Refused(400, "The header host must name a host.")
        name = matched[1].lower()
        if name not in self.names and not (self.any_address and _is_address(name)):
            raise Refused(421, "This server does not answer for this host.")


def _bracketed(name: str) -> str:
    return f"[{name}]" if ":" in name and not name.startswith("[") else name


def _is_address(name: str) -> bool:
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
