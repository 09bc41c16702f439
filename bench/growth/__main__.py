"""How cost grows with what is stored: `.venv/bin/python -m bench.growth [FOLDER]`, a folder for the worlds, kept.

The accounts screen of a reseller of 1,000 accounts, alone in the database and among 999 others, and of one that has all
million; the switcher by memberships; each order and search by EXPLAIN; one worker and two; memory; start-up. Turns
alternate, and only ratios within one run mean anything.
"""
# ruff: noqa: S101, T201 # a benchmark speaks, and checks what it is answered before it counts it

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench.asgi_servers import load
from bench.growth.plans import plans
from bench.growth.servers import resident, screen, serving, switcher
from bench.growth.workers import compare_workers
from bench.growth.worlds import MEMBERS, Loaded, loaded, worlds

ACCOUNTS, ROUNDS, PORT = 1_000_000, 7, 8480


async def answered(port: int, request: bytes) -> Any:  # noqa: ANN401 # an answer
    """Return the data of one answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    body = json.loads(await reader.readexactly(int(head.partition(b"content-length:")[2].split(b"\r\n")[0])))
    writer.close()
    assert "errors" not in body, body
    return body["data"]


async def turn(port: int, request: bytes, seconds: float) -> list[float]:
    """Ask on one connection as fast as it is answered; return the seconds that each answer took, three at least."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
    took, ends_at = list[float](), time.perf_counter() + seconds
    while len(took) < 3 or time.perf_counter() < ends_at:
        began = time.perf_counter()
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        await reader.readexactly(int(head.partition(b"content-length:")[2].split(b"\r\n")[0]))
        assert head.startswith(b"http/1.1 200"), head
        took.append(time.perf_counter() - began)
    writer.close()
    return took


def alternating(turns: dict[str, tuple[int, bytes]], seconds: float = 1.0) -> dict[str, float]:
    """Return the median milliseconds of each, in rounds that go to and fro, after one that warms up."""
    took: dict[str, list[float]] = {name: [] for name in turns}
    for number in range(ROUNDS + 1):
        for name in sorted(turns, reverse=number % 2 == 1):
            some = asyncio.run(turn(*turns[name], seconds))
            took[name] += some if number else []
    return {name: statistics.median(each) * 1e3 for name, each in took.items()}


def compare_screens(ports: dict[str, int]) -> None:
    """Tell the screen's p50 in each world."""
    request = screen()
    for name, port in ports.items():
        page = asyncio.run(answered(port, request))["reseller"]["accounts"]
        counted = page["totalCount"], len(page["edges"]), len(page["edges"][0]["node"]["organizations"]["nodes"])
        assert counted == (ACCOUNTS if name == "one" else 1_000, 100, 3), (name, counted)
    p50 = alternating({name: (port, request) for name, port in ports.items()})
    uncounted = {name: (port, _without_count(request)) for name, port in ports.items()}
    p50_uncounted = alternating(uncounted)
    print("| accounts in the database | p50 ms | ÷ 1,000 | without totalCount, ms | ÷ 1,000 |\n|---|--:|--:|--:|--:|")
    labels = {"few": "1,000 of one reseller", "many": "1,000,000 of 1,000 resellers", "one": "1,000,000 of one"}
    for name, label in labels.items():
        ratios = p50[name] / p50["few"], p50_uncounted[name] / p50_uncounted["few"]
        print(f"| {label} | {p50[name]:.1f} | {ratios[0]:.2f} | {p50_uncounted[name]:.1f} | {ratios[1]:.2f} |")


def _without_count(request: bytes) -> bytes:
    head, _, body = request.partition(b"\r\n\r\n")
    shorter = body.replace(b"totalCount", b"")
    length = f"content-length: {len(shorter)}".encode()
    return head.replace(f"content-length: {len(body)}".encode(), length) + b"\r\n\r\n" + shorter


def compare_switchers(port: int) -> None:
    """Tell the switcher's p50 by memberships."""
    for number in MEMBERS:
        assert len(asyncio.run(answered(port, switcher(number)))["viewer"]["dashboards"]) == number
    p50 = alternating({str(number): (port, switcher(number)) for number in MEMBERS})
    print("| memberships | p50 ms | µs a membership | more µs for each one more |\n|--:|--:|--:|--:|")
    before = 0, 0.0
    for number in MEMBERS:
        ms = p50[str(number)]
        more = (ms - before[1]) / (number - before[0]) * 1e3
        print(f"| {number:,} | {ms:.1f} | {ms / number * 1e3:.0f} | {'' if before[0] == 0 else f'{more:.0f}'} |")
        before = number, ms


def tell_memory_and_start(world: Loaded) -> None:
    """Tell a worker's resident memory at rest, after each load, and how long servers take to be ready."""
    started = []
    for _ in range(ROUNDS):
        with serving(world, PORT + 20, is_pinned=False) as one:
            started.append(one.seconds)
    print(f"ready in {statistics.median(started):.2f} s (median of {ROUNDS}), {max(started):.2f} s at the slowest\n")
    with serving(world, PORT + 20) as one:
        told = {"at rest": resident(one.pid)}
        for label, request in {"screen": screen(), "switcher, 10,000": switcher(10_000)}.items():
            for _ in range(4):
                asyncio.run(load(one.port, request, 32 if label == "screen" else 4))
            told[f"after {label}"] = resident(one.pid)
    print("| a worker | resident MB |\n|---|--:|")
    for label, megabytes in told.items():
        print(f"| {label} | {megabytes:.0f} |")


def section(title: str, tell: Callable[[], None]) -> None:
    """Print a part under its title, with the machine's load before and after."""
    before = os.getloadavg()[0]
    print(f"\n### {title}\n")
    tell()
    print(f"\n(load {before:.1f} before, {os.getloadavg()[0]:.1f} after)", flush=True)


def main() -> None:
    """Make the worlds where they are not there, and tell everything."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.gettempdir()) / "growth"
    with loaded(folder, worlds(ACCOUNTS)) as found:
        named = {each.world.name: each for each in found}
        with ExitStack() as stack:
            ports = {name: PORT + number for number, name in enumerate(named)}
            for name, port in ports.items():
                stack.enter_context(serving(named[name], port))
            section("The accounts screen", lambda: compare_screens(ports))
            section("The switcher", lambda: compare_switchers(ports["many"]))
        section("Orders, searches and counts", lambda: asyncio.run(plans(named["many"], named["one"])))
        section("Workers", lambda: compare_workers(named["many"]))
        section("Memory and start", lambda: tell_memory_and_start(named["many"]))


if __name__ == "__main__":
    main()
