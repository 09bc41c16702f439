"""The command as a user runs it: a process of its own, with nothing but the settings in its environment."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from threading import Condition, Thread
from typing import IO, Any

import httpx

from tests.clients import SCRIPTED
from tests.models.embedded.conftest import kill, server_processes, until

ROOT = Path(__file__).parents[2]
COMMAND = (str(ROOT / "server.py"), "serve")
PASSWORD = "demo-password-of-the-tests"
# All tests come from one address.
PLENTY = {"STRANGER_BUDGET_POINTS": 10**6}
ADA = "ada@northwind.example"
SIGN_IN = "mutation($input: SignInInput!) { signIn(input: $input) { viewer { name } errors { code } } }"


@dataclass(frozen=True, slots=True)
class Finished:
    """A command that has ended: its exit status and what it said."""

    status: int
    stdout: str
    stderr: str


def run(*arguments: object, **settings: object) -> Finished:
    """Run a command of server.py to its end."""
    done = subprocess.run(  # noqa: S603 # our own command
        [sys.executable, ROOT / "server.py", *map(str, arguments)],
        env=environment(**settings),
        cwd="/",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Finished(done.returncode, done.stdout, done.stderr)


class Listener(Thread):
    """Keeps every line that a process logs, until it ends."""

    def __init__(self, stream: IO[str]) -> None:
        super().__init__(daemon=True)
        self.stream, self.lines, self.has_ended, self.heard = stream, list[str](), False, Condition()

    def run(self) -> None:
        """Read to the end."""
        with self.stream:
            for line in self.stream:
                self._note(line)
        self.has_ended = True
        self._note("")

    def hears(self, text: str, *, times: int = 1) -> bool:
        """Wait until that many lines have the text in them, or no other line can come, and tell which."""
        with self.heard:
            return self.heard.wait_for(lambda: self.has_ended or self._count(text) >= times, 60) and not self.has_ended

    def _count(self, text: str) -> int:
        return sum(text in line for line in self.lines)

    def _note(self, line: str) -> None:
        with self.heard:
            self.lines += [line] if line else []
            self.heard.notify_all()


@dataclass(frozen=True, slots=True)
class Server:
    """A server that listens."""

    process: "subprocess.Popen[str]"
    address: str
    data_dir: Path
    printed: str
    log: Listener

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Get a page as a stranger."""
        with self.browser() as browser:
            return browser.get(path, headers=headers)

    def browser(self) -> httpx.Client:
        """Return a client that keeps its cookies, to be closed by a block."""
        # A worker has started an instant before it listens.
        return httpx.Client(
            base_url=self.address, timeout=30, headers=SCRIPTED, transport=httpx.HTTPTransport(retries=3)
        )

    @contextmanager
    def signed_in(self, email: str = ADA) -> Iterator[httpx.Client]:
        """Give a browser in which somebody of the demo is signed in."""
        with self.browser() as browser:
            payload = ask(browser, SIGN_IN, input={"email": email, "password": PASSWORD})["signIn"]
            assert payload["errors"] == []
            yield browser

    def press_ctrl_c(self) -> int:
        """Interrupt the whole group, as a terminal does, and return the exit status."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(60)

    def terminate(self) -> int:
        """Ask the command alone to end, as a supervisor does, and return the exit status."""
        self.process.terminate()
        return self.process.wait(60)

    def leaves_nothing_behind(self) -> bool:
        """Wait until no process of the command's session and of its data folder lives: a helper of Python's is last."""
        until(lambda: _session(self.process.pid) + server_processes(self.data_dir) == [])
        return True


def ask(browser: httpx.Client, document: str, **variables: Any) -> Any:
    """Send an operation that nothing is wrong with, and return its data."""
    body = browser.post("/graphql", json={"query": document, "variables": variables}).json()
    assert "errors" not in body, body
    return body["data"]


@contextmanager
def serving(
    data_dir: Path, *, command: tuple[str, ...] = COMMAND, workers: int = 1, **settings: object
) -> Iterator[Server]:
    """Give a server that listens on a free port; whatever the test does to it, nothing of it is left."""
    port = free_port()
    given = {"DATA_DIR": data_dir, "PORT": port, "DEMO_PASSWORD": PASSWORD, "WORKERS": workers, **PLENTY, **settings}
    with TemporaryFile("w+") as printed:
        process = subprocess.Popen(  # noqa: S603 # our own command
            [sys.executable, *(word.format(port=port) for word in command)],
            env=environment(**given),
            cwd="/",
            stdout=printed,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert process.stderr is not None
        log = Listener(process.stderr)
        log.start()
        try:
            assert log.hears("Application startup complete", times=workers), log.lines
            printed.seek(0)
            address = f"http://127.0.0.1:{port}"
            server = Server(process, address, data_dir, printed.read(), log)
            assert server.get("/readyz").status_code == 200, log.lines
            yield server
        finally:
            _end(process)
            log.join(60)


def environment(**settings: object) -> dict[str, str]:
    """Return what a process sees: the settings given, and nothing of ours."""
    return {"PATH": os.environ["PATH"], **{name: str(value) for name, value in settings.items()}}


def free_port() -> int:
    """Return a port at which nobody listened a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _end(process: "subprocess.Popen[str]") -> None:
    process.terminate()
    try:
        process.wait(60)
    finally:
        kill(*_session(process.pid))


def _session(leader: int) -> list[int]:
    """Return the processes of a session that live: state, parent, group and session follow the name in brackets."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            state, _, _, session = (process / "stat").read_text().rpartition(")")[2].split()[:4]
            if int(session) == leader and state != "Z":
                found.append(int(process.name))
    return found
