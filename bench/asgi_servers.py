"""Which ASGI server serves `server:app` best: uvicorn (uvloop, httptools) against granian, on the same requests.

granian is no dependency of the project. Install it outside the repository, and say where it is:

    .venv/bin/pip install --target /tmp/bench-granian granian
    GRANIAN=/tmp/bench-granian .venv/bin/python -m bench.asgi_servers

One worker each, pinned to the first core; PostgreSQL and the clients have the others. Answers are checked before
anything is timed, rounds alternate between the servers, and only medians and ratios within one run mean anything.
"""
# ruff: noqa: S101, T201 # a benchmark speaks, and checks what it is answered before it counts it

import asyncio
import json
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from models.embedded import embedded_database

ROOT = Path(__file__).parent.parent
PORTS = {"uvicorn": 8471, "granian": 8472}
COMMANDS = {
    "uvicorn": ["uvicorn", "server:app", "--loop", "uvloop", "--http", "httptools", "--no-access-log"],
    "granian": ["granian", "server:app", "--interface", "asgi", "--loop", "uvloop", "--workers", "1"],
}
ROUNDS, SECONDS, CLIENTS, ACCOUNTS = 5, 2.0, (1, 32), 100
PASSWORD = secrets.token_urlsafe(12)
SIGN_IN = "mutation($i: SignInInput!) { signIn(input: $i) { viewer { dashboards { id kind } } } }"
CREATE = "mutation($i: CreateAccountInput!) { createAccount(input: $i) { errors { message } } }"
SWITCHER = "{ viewer { name dashboards { id kind name role } } }"
SCREEN = """
query($id: ID!) { reseller(id: $id) { accounts(first: 100) { totalCount pageInfo { hasNextPage endCursor } nodes {
  id name subdomain supportType status statusEndsOn dashboardUrl
  subscription { id status systems startsOn total { amount currencyCode } } } } } }
"""
TICKS, PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")


@contextmanager
def started(name: str, database_url: str) -> Iterator[int]:
    """Run a server pinned to the first core; yield the process that leads its session."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.environ["GRANIAN"], "DATABASE_URL": database_url}
    command = [sys.executable, "-m", *COMMANDS[name], "--port", str(PORTS[name])]
    pin = ["taskset", "--cpu-list", "0"] if (os.cpu_count() or 1) > 1 else []
    process = subprocess.Popen(  # noqa: S603 # our own commands
        [*pin, *command],
        cwd=ROOT,
        # One caller sends everything.
        env=environment
        | {"LOG_LEVEL": "WARNING", "BUDGET_POINTS": "1000000000", "BUDGET_POINTS_A_SECOND": "1000000000"},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until_ready(f"http://127.0.0.1:{PORTS[name]}")
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


def wait_until_ready(address: str) -> None:
    """Return when the server is ready; asked without a pause."""
    ends_at = time.monotonic() + 60
    while time.monotonic() < ends_at:
        try:
            if httpx.get(f"{address}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.005)
    raise TimeoutError(address)


def used(session: int) -> tuple[float, float]:
    """Return the CPU seconds that a session's processes have used, and the largest one's resident MB."""
    seconds, resident = 0.0, 0.0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            fields = (process / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session:
            seconds += (int(fields[11]) + int(fields[12])) / TICKS
            resident = max(resident, int(fields[21]) * PAGE / 1e6)
    return seconds, resident


def prepared(address: str) -> dict[str, bytes]:
    """Fill the first reseller up to 100 accounts and return the requests as they go over the wire."""
    with httpx.Client(base_url=address, headers={"x-requested-with": "bench"}) as http:

        def ask(document: str, **variables: object) -> dict[str, dict[str, dict[str, list[dict[str, str]]]]]:
            body = http.post("/graphql", json={"query": document, "variables": variables}).json()
            assert "errors" not in body, body
            return dict(body["data"])

        dashboards = ask(SIGN_IN, i={"email": "ada@northwind.example", "password": PASSWORD})["signIn"]["viewer"]
        reseller = next(each["id"] for each in dashboards["dashboards"] if each["kind"] == "RESELLER")
        for number in range(ACCOUNTS - len(ask(SCREEN, id=reseller)["reseller"]["accounts"]["nodes"])):
            account = {"resellerId": reseller, "name": f"Customer {number}", "subdomain": f"customer-{number}"}
            ask(CREATE, i={**account, "supportType": "PARTNER_SUPPORTED"})
        cookie = f"session={http.cookies['session']}"
        assert len(ask(SWITCHER)["viewer"]["dashboards"]) == 3
        assert len(ask(SCREEN, id=reseller)["reseller"]["accounts"]["nodes"]) == ACCOUNTS
    return {
        "viewer with dashboards": posted(cookie, SWITCHER),
        "accounts screen, 100 rows": posted(cookie, SCREEN, id=reseller),
        "sign-in page": b"GET /sign-in HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n",
    }


def posted(cookie: str, document: str, **variables: str) -> bytes:
    """Return a GraphQL request, headers and all."""
    body = json.dumps({"query": document, "variables": variables})
    head = f"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: {cookie}\r\n"
    head += "content-type: application/json\r\nx-requested-with: bench\r\n"
    return f"{head}content-length: {len(body)}\r\n\r\n{body}".encode()


async def load(port: int, request: bytes, clients: int) -> list[float]:
    """Let clients ask as fast as they are answered; return the seconds that each answer took."""
    ends_at, took = time.perf_counter() + SECONDS, list[float]()

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
        while (began := time.perf_counter()) < ends_at:
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            assert head.startswith(b"http/1.1 200"), head
            body = await reader.readexactly(int(head.partition(b"content-length:")[2].split(b"\r\n")[0]))
            assert b'"errors"' not in body, body
            took.append(time.perf_counter() - began)
        writer.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    return took


def measured(sessions: dict[str, int], requests: dict[str, bytes]) -> None:
    """Print a table: medians of the rounds for each request, number of clients and server."""
    print("| request | clients | server | req/s | p50 ms | CPU ms/req | resident MB |\n|---|--:|---|--:|--:|--:|--:|")
    for label, request in requests.items():
        for clients in CLIENTS:
            rounds: dict[str, list[tuple[float, ...]]] = {name: [] for name in sessions}
            for number in range(ROUNDS + 1):  # the first one warms up
                for name in sorted(sessions, reverse=number % 2 == 1):
                    before, began = used(sessions[name])[0], time.perf_counter()
                    took = asyncio.run(load(PORTS[name], request, clients))
                    seconds, (after, resident) = time.perf_counter() - began, used(sessions[name])
                    row = (len(took) / seconds, statistics.median(took) * 1e3, (after - before) / len(took) * 1e3)
                    rounds[name] += [(*row, resident)] if number else []
            medians = {
                name: [statistics.median(each) for each in zip(*rows, strict=True)] for name, rows in rounds.items()
            }
            for name, (rate, p50, cpu, resident) in medians.items():
                print(f"| {label} | {clients} | {name} | {rate:.0f} | {p50:.2f} | {cpu:.2f} | {resident:.0f} |")
            ratio = [one / other for one, other in zip(medians["granian"], medians["uvicorn"], strict=True)]
            print(f"| | | granian ÷ uvicorn | {' | '.join(f'{each:.2f}' for each in ratio)} |", flush=True)


def main() -> None:
    """Make the data, start both servers on them, and measure."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, set(range(1, os.cpu_count() or 1)) or {0})
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, str(ROOT / "server.py"), "demo"]
        settings = {"PATH": os.environ["PATH"], "DATA_DIR": f"{folder}/data", "DEMO_PASSWORD": PASSWORD}
        subprocess.run(command, env=settings, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
        with embedded_database(Path(folder) / "data") as database:
            url = database.application_url
            with started("uvicorn", url) as one, started("granian", url) as other:
                measured({"uvicorn": one, "granian": other}, prepared(f"http://127.0.0.1:{PORTS['uvicorn']}"))


if __name__ == "__main__":
    main()
