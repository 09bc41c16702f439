"""Who runs the server: whoever starts the application, and somebody without privileges where that is root.

initdb and postgres refuse to run as root. The owner of the data folder runs them then; where that is root or a number
without a name, a system user that cannot log in, made on first use; where none can be made, nobody.
"""

import fcntl
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

NAME = "dashboard-postgres"


@dataclass(frozen=True, slots=True)
class SystemUser:
    """A user with an entry in passwd, which PostgreSQL insists on."""

    name: str
    uid: int
    gid: int

    def passes_to(self, path: Path) -> bool:
        """Return whether this user may pass every folder above the path.

        Judged by the mode bits alone: an access list can only make the answer needlessly careful.
        """
        return all(self.may(0o1, folder) for folder in path.resolve().parents)

    def may(self, wanted: int, path: Path) -> bool:
        """Return whether the path grants this user all wanted bits: 4 to read, 2 to write, 1 to run or pass."""
        status = path.stat()
        shift = 6 if status.st_uid == self.uid else 3 if status.st_gid == self.gid else 0
        return status.st_mode >> shift & wanted == wanted


def server_user(folder: Path) -> SystemUser | None:
    """Return who runs the server on that data folder, or None where it is whoever runs us."""
    if os.geteuid() != 0:
        return None
    owner = folder.stat().st_uid
    return (owner != 0 and _found(owner)) or _found(NAME) or _made() or _found("nobody")


def _found(key: int | str) -> SystemUser | None:
    try:
        entry = pwd.getpwuid(key) if isinstance(key, int) else pwd.getpwnam(key)
    except KeyError:
        return None
    return SystemUser(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _made() -> SystemUser | None:
    """Make the system user, one process at a time; the next ones find what the first has made.

    Two useradds at once would both succeed, and the second give the user another number.
    """
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        return None
    options = ("--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/bin/false")
    accounts = os.open("/etc", os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(accounts, fcntl.LOCK_EX)
        if _found(NAME) is None:
            subprocess.run([useradd, *options, NAME], check=False, capture_output=True)  # noqa: S603 # fixed words
    finally:
        os.close(accounts)
    return _found(NAME)
