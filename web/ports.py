"""Ports: whether one can be listened on, asked before anything is started."""

import socket


class PortTaken(Exception):
    """An address that cannot be listened on; the message names the settings and the address, and says why."""


def require_free_port(names: str, host: str, port: int) -> None:
    """Raise PortTaken where the address cannot be listened on; `names` are its settings: `HOST, PORT`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            which = " or ".join(reversed(names.split(", ")))
            reason = f"{host}:{port} cannot be used: {error.strerror}. Set another {which}."
            raise PortTaken(f"{names}: {reason}") from None
