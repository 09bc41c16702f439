"""The server's processes: started on the data, found again, awaited, stopped.

server.lock is the truth about them: the postmaster is started with it held, and every process of the server inherits
it. While any of them lives, nobody else can take it; once it can be taken, postmaster.pid and the socket's files are
left over from a crash, whatever process has their numbers now.
"""

import os
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from models.embedded.binaries import Binaries
from models.embedded.cluster import ensure_cluster, require_same_major
from models.embedded.errors import EmbeddedDatabaseError
from models.embedded.folder import DataFolder
from models.embedded.passwords import SUPERUSER, ensure_passwords
from models.embedded.sharing import open_lock, taken

START_SECONDS = 300  # bounds the recovery after a crash: a third of a second as a rule, 1 GB of log at worst
STOP_SECONDS = 30  # bounds the last checkpoint; then the next start recovers instead
POLL_SECONDS = 0.005
LOG_LINES = 5


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server listens."""

    socket_folder: Path
    port: int

    @property
    def is_listening(self) -> bool:
        """Whether a server takes connections there, and not just a file is left."""
        with socket.socket(socket.AF_UNIX) as client:
            try:
                client.connect(str(self.socket_folder / f".s.PGSQL.{self.port}"))
            except OSError:
                return False
            return True


@dataclass(frozen=True, slots=True)
class Server:
    """The one server of a data folder. Its methods are called in turns (sharing.py)."""

    folder: DataFolder
    binaries: Binaries

    def ensure_running(self) -> Address:
        """Return where the server listens that takes connections now: one that runs already, or a new one.

        Raises EmbeddedDatabaseError with the end of the log where it ends or takes too long.
        """
        require_same_major(self.folder, self.binaries)
        started = False
        for _ in _polling(START_SECONDS):
            with open_lock(self.folder.path / "server.lock") as lock:
                if taken(lock):
                    if started:
                        raise EmbeddedDatabaseError(f"PostgreSQL did not start; {self._end_of_log()}")
                    self._start(lock)
                    started = True
            if address := self._ready_address():
                return address
        raise EmbeddedDatabaseError(f"PostgreSQL was not ready after {START_SECONDS} seconds; {self._end_of_log()}")

    def stop(self) -> None:
        """Leave no process and no socket of the server. Connections are ended; what was committed is on the disk."""
        if not (self._ended("INT") or self._ended("QUIT")):
            raise EmbeddedDatabaseError(f"PostgreSQL does not stop; {self._end_of_log()}")
        self.folder.remove_socket_folder()

    def _start(self, lock: int) -> None:
        password = ensure_passwords(self.folder)[SUPERUSER]
        ensure_cluster(self.folder, self.binaries, password=password, server_lock=lock)
        (self.folder.pgdata / "postmaster.pid").unlink(missing_ok=True)
        self.folder.make_socket_folder()
        log = self.folder.make_private(self.folder.log) / "start.log"
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_NOFOLLOW
        with (
            open(os.open(log, flags, 0o600), "wb") as output,
            self.folder.seen_by_server() as (seen, descriptors),
        ):
            postmaster = self.binaries.start(
                "postgres",
                "-D",
                str(seen / self.folder.pgdata.name),
                "-c",
                "unix_socket_directories=../socket",  # not in the file: we could not find one elsewhere
                output=output,
                pass_fds=(lock, *descriptors),
            )
        Thread(target=postmaster.wait, daemon=True).start()  # it may outlive us; where it does not, no zombie is left

    def _ready_address(self) -> Address | None:
        status = self._postmaster_status()
        if status[7:8] != ["ready"]:
            return None
        address = Address(self.folder.socket_address, int(status[3]))
        return address if address.is_listening else None

    def _ended(self, signal: str) -> bool:
        """Ask the postmaster to end and return whether all its processes have, within STOP_SECONDS.

        pg_ctl sends the signal as the server's user: what that user writes cannot make root end another's process.
        """
        if self._is_alive() and (status := self._postmaster_status()):
            self.binaries.run("pg_ctl", "kill", signal, status[0])
        return any(not self._is_alive() for _ in _polling(STOP_SECONDS))

    def _is_alive(self) -> bool:
        with open_lock(self.folder.path / "server.lock") as lock:
            return not taken(lock)

    def _postmaster_status(self) -> list[str]:
        """Return the lines of postmaster.pid (0 the process, 3 the port, 7 the status), none where there is no file."""
        try:
            lines = (self.folder.pgdata / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        return [line.strip() for line in lines]

    def _end_of_log(self) -> str:
        """Return where the log is and its last lines: PostgreSQL's own words."""
        logs = sorted(self.folder.log.glob("*.log"), key=lambda path: path.stat().st_mtime_ns)
        if not logs:
            return f"there is no log in {self.folder.log} yet"
        lines = logs[-1].read_text(encoding="utf-8", errors="replace").splitlines()
        return f"its log {logs[-1]} ends with: {' / '.join(lines[-LOG_LINES:])}"


def _polling(seconds: int) -> Iterator[None]:
    """Yield again and again until that time is over."""
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at:
        yield
        time.sleep(POLL_SECONDS)
