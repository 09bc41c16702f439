"""The data folder: what lies where, whose it is, and how the server reaches it.

Where the server runs as another user than we do, the folder and what we write stay ours; pgdata, log and socket are
given to that user. The folder lets it pass by its group (0710), but a folder above may not (/root is 0700). Then the
server inherits the folder as an open descriptor and reaches it through /proc/self/fd: the data stay where they were
asked for, on the volume that is backed up, and nothing above is opened to anybody. Without /proc (macOS) it is refused.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from models.embedded.errors import EmbeddedDatabaseError
from models.embedded.system_user import SystemUser, server_user

LONGEST_ADDRESS = 103  # bytes of a socket's path: 108 on Linux, 104 on macOS, with a closing zero


@dataclass(frozen=True, slots=True)
class DataFolder:
    """A folder that exists, can be written, and lets the server's user (None: whoever runs us) pass."""

    path: Path
    user: SystemUser | None

    @property
    def pgdata(self) -> Path:
        """The data, once initdb has finished."""
        return self.path / "pgdata"

    @property
    def log(self) -> Path:
        """The folder of the logs."""
        return self.path / "log"

    @property
    def passwords(self) -> Path:
        """The file with the passwords of the roles."""
        return self.path / "passwords.json"

    @property
    def socket(self) -> Path:
        """The folder of the unix socket, or a link to it: what the server binds to."""
        return self.path / "socket"

    @property
    def socket_address(self) -> Path:
        """The folder of the unix socket as clients name it, short enough."""
        return self.socket.readlink() if self.socket.is_symlink() else self.socket

    @contextmanager
    def seen_by_server(self) -> Iterator[tuple[Path, tuple[int, ...]]]:
        """Yield this folder's path for the server, and the descriptors it must inherit for that path to hold."""
        if self.user is None or self.user.passes_to(self.pgdata):
            yield self.path, ()
            return
        if not Path("/proc/self/fd").exists():
            raise EmbeddedDatabaseError(
                f"The user {self.user.name}, who runs PostgreSQL for root, may not pass the folders above {self.path}: "
                "choose another DATA_DIR or set DATABASE_URL."
            )
        descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            yield Path(f"/proc/self/fd/{descriptor}"), (descriptor,)
        finally:
            os.close(descriptor)

    def make_private(self, folder: Path) -> Path:
        """Leave a folder (0700), made if missing, that belongs to the server's user with all that is in it."""
        folder.mkdir(mode=0o700, exist_ok=True)
        self.give(folder)
        return folder

    def give(self, top: Path) -> None:
        """Make the server's user the owner of everything in a folder that is not: data brought from another machine.

        The folder itself comes last, so that the next one finishes where we are killed. Links are not followed.
        """
        if self.user is None or top.stat().st_uid == self.user.uid:
            return
        for _, _, files, descriptor in os.fwalk(top, topdown=False):
            for name in (*files, "."):
                os.chown(name, self.user.uid, self.user.gid, dir_fd=descriptor, follow_symlinks=False)

    def make_socket_folder(self) -> None:
        """Leave an empty private folder for the socket; below /tmp, behind a link, where no URL could name one in here.

        An earlier one is kept, so that whoever is still joined after a crash reconnects to the same address.
        """
        if self.socket.is_symlink() and not self.socket.exists():
            self.socket.unlink()
        if not self.socket.exists() and not _addressable(self.socket):
            short = tempfile.mkdtemp(prefix="dashboard-", dir="/tmp")  # TMPDIR may be long itself
            self.socket.symlink_to(self.make_private(Path(short)))
        self.make_private(self.socket)
        self._empty_socket_folder()

    def remove_socket_folder(self) -> None:
        """Leave no socket and no folder of it."""
        if not self.socket.is_dir():
            return
        self._empty_socket_folder()
        self.socket_address.rmdir()
        if self.socket.is_symlink():
            self.socket.unlink()

    def _empty_socket_folder(self) -> None:
        for stale in self.socket.glob(".s.PGSQL.*"):
            stale.unlink()


def prepared_folder(data_dir: Path) -> DataFolder:
    """Return the data folder, made if missing; raises OSError where it cannot be made or entered."""
    path = data_dir.absolute()
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    user = server_user(path)
    if user is not None and not user.may(0o1, path):
        os.chown(path, -1, user.gid)
        path.chmod(path.stat().st_mode & 0o7777 | 0o010)
    return DataFolder(path, user)


def write_whole(path: Path, text: str) -> None:
    """Leave a private file (0600) of its folder's owner with that text on the disk; never half of it."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        if os.geteuid() == 0:
            status = path.parent.stat()
            os.fchown(file.fileno(), status.st_uid, status.st_gid)
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Leave the names in the folder on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _addressable(socket_folder: Path) -> bool:
    """Return whether a URL can name a socket in there: short enough, and without what separates hosts and ports."""
    address = os.fsencode(socket_folder / ".s.PGSQL.65535")
    return len(address) <= LONGEST_ADDRESS and b"," not in address and b":" not in address
