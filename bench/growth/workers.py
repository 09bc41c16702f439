"""One worker and two: what they answer, and what of the machine each takes.

wrk, from Debian's package of that name, asks: on a machine of two cores the clients must leave both of them free, and
a client in Python takes as much as a worker.
"""
# ruff: noqa: S101, T201 # a benchmark speaks, and checks what it is answered before it counts it

import json
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from contextlib import ExitStack

from bench.asgi_servers import used
from bench.growth.servers import Serving, screen, serving, switcher
from bench.growth.worlds import Loaded

ROUNDS, SECONDS, CLIENTS, PORT = 7, 2, 32, 8490
SIGN_IN_PAGE = b"GET /sign-in HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"


def compare_workers(world: Loaded) -> None:
    """Tell what one worker and two answer, in turns that alternate, after one that warms up."""
    assert shutil.which("wrk"), "This asks with wrk: apt-get install wrk"
    requests = {"sign-in page, no database": SIGN_IN_PAGE, "switcher, 10": switcher(10), "screen": screen()}
    rates: dict[tuple[str, int], list[tuple[float, float]]] = {}
    with ExitStack() as stack:
        running = {
            workers: stack.enter_context(serving(world, PORT + workers, workers=workers, is_pinned=False))
            for workers in (1, 2)
        }
        for number in range(ROUNDS + 1):
            for workers in sorted(running, reverse=number % 2 == 1):
                for label, request in requests.items():
                    rate = _rate(running[workers], request)
                    rates.setdefault((label, workers), []).extend([rate] if number else [])
    print(f"| request, {CLIENTS} clients | 1 worker, req/s | 2 workers, req/s | ÷ | CPU ms a request, 1 | 2 |")
    print("|---|--:|--:|--:|--:|--:|")
    for label in requests:
        one, two = (_medians(rates[label, workers]) for workers in (1, 2))
        print(f"| {label} | {one[0]:.0f} | {two[0]:.0f} | {two[0] / one[0]:.2f} | {one[1]:.2f} | {two[1]:.2f} |")


def _rate(running: Serving, request: bytes) -> tuple[float, float]:
    """Return answers a second, and the server's milliseconds of CPU for each."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_asking(request))
        script.flush()
        before, began = used(running.pid)[0], time.perf_counter()
        told = subprocess.run(  # noqa: S603 # a program of Debian's
            ["wrk", "-t1", f"-c{CLIENTS}", f"-d{SECONDS}s", "-s", script.name, f"http://127.0.0.1:{running.port}"],  # noqa: S607
            check=True,
            capture_output=True,
            text=True,
        ).stdout
    assert "Non-2xx" not in told, told
    answered = int(re.findall(r"(\d+) requests in", told)[0])
    return answered / (time.perf_counter() - began), (used(running.pid)[0] - before) / answered * 1e3


def _asking(request: bytes) -> str:
    """Return a request as wrk has it."""
    head, _, body = request.decode().partition("\r\n\r\n")
    first, *headers = head.split("\r\n")
    method, path, _ = first.split(" ")
    named = dict(line.split(": ", 1) for line in headers if not line.startswith(("host", "content-length")))
    lines = [f"wrk.method = {json.dumps(method)}", f"wrk.path = {json.dumps(path)}", f"wrk.body = {json.dumps(body)}"]
    return "\n".join([*lines, *(f"wrk.headers[{json.dumps(name)}] = {json.dumps(it)}" for name, it in named.items())])


def _medians(rates: list[tuple[float, float]]) -> list[float]:
    return [statistics.median(each) for each in zip(*rates, strict=True)]
