"""A collector of traces on loopback: what an exporter sends to it, as it was sent."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

Received = list[tuple[str, bytes]]


class _Collector(BaseHTTPRequestHandler):
    received: Received

    def do_POST(self) -> None:  # the base class calls it so
        self.received.append((self.path, self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def collecting() -> Iterator[tuple[str, Received]]:
    """Give the address of a collector, and what it has received so far: paths and bodies."""
    taking = type("Taking", (_Collector,), {"received": []})
    with HTTPServer(("127.0.0.1", 0), taking) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", taking.received
        server.shutdown()
        thread.join()
