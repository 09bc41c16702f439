"""The data of a server (PostgreSQL says cluster): made once and whole, and read by the major version that made them."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from models.embedded.binaries import Binaries
from models.embedded.errors import EmbeddedDatabaseError
from models.embedded.folder import DataFolder, sync_folder, write_whole

# The C.UTF-8 collation is PostgreSQL's own: an update of the operating system cannot change it and corrupt indexes.
INITDB = (
    "--username=postgres",
    "--pwfile=/dev/stdin",
    "--auth=scram-sha-256",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--encoding=UTF8",
    "--data-checksums",
    "--no-instructions",
)

SETTINGS = """\
# Written anew at every start. Yours go to user.conf in the data folder: it is read last and wins.
listen_addresses = ''               # the unix socket in a private folder is the only way in
max_connections = 200
shared_buffers = 128MB
effective_cache_size = 512MB
random_page_cost = 1.1              # solid state disks
jit = off                           # our queries are short: compiling them costs more than it saves
timezone = 'UTC'
log_timezone = 'UTC'
datestyle = 'iso, mdy'
logging_collector = on
log_directory = '../log'
log_filename = 'postgresql-%a.log'  # a week of days, each file written over after seven
log_rotation_age = 1d
log_rotation_size = 0
log_truncate_on_rotation = on
include_if_exists = '../user.conf'
"""


def require_same_major(folder: DataFolder, binaries: Binaries) -> None:
    """Return where there are no data yet or these programs can read them; raises EmbeddedDatabaseError."""
    if not folder.pgdata.exists():
        return
    try:
        major = (folder.pgdata / "PG_VERSION").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise EmbeddedDatabaseError(
            f"{folder.pgdata} holds no PostgreSQL data (PG_VERSION is missing): restore it or choose another DATA_DIR."
        ) from None
    if major != binaries.major:
        raise EmbeddedDatabaseError(
            f"The data in {folder.pgdata} are of PostgreSQL {major}, the programs are of PostgreSQL {binaries.major}: "
            f"dump them with pg_dumpall of PostgreSQL {major} and restore the dump into an empty DATA_DIR, "
            "or choose another DATA_DIR."
        )


def ensure_cluster(folder: DataFolder, binaries: Binaries, *, password: str, server_lock: int) -> None:
    """Leave data that a server can start on, of the server's user, under our settings.

    initdb holds the server's lock: where we are killed, the next one waits for its end before it begins again.
    """
    if folder.pgdata.exists():
        folder.give(folder.pgdata)
    else:
        _make_cluster(folder, binaries, password, server_lock)
    write_whole(folder.pgdata / "postgresql.conf", SETTINGS)


def _make_cluster(folder: DataFolder, binaries: Binaries, password: str, server_lock: int) -> None:
    unfinished = folder.path / "pgdata.unfinished"
    if unfinished.exists():
        shutil.rmtree(unfinished)
    folder.make_private(unfinished)
    with folder.seen_by_server() as (seen, descriptors), _readable(folder, password) as standard_input:
        initdb = binaries.run(
            "initdb",
            f"--pgdata={seen / unfinished.name}",
            *INITDB,
            stdin=standard_input,
            pass_fds=(server_lock, *descriptors),
        )
    if initdb.returncode != 0:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise EmbeddedDatabaseError(
            f"PostgreSQL cannot make its data in {folder.path}: {' / '.join(initdb.stderr.splitlines())}"
        )
    unfinished.rename(folder.pgdata)
    sync_folder(folder.path)


@contextmanager
def _readable(folder: DataFolder, password: str) -> Iterator[int]:
    """Yield a file with the password for the server's user, without a name: none is left behind, whoever is killed."""
    with tempfile.TemporaryFile("w", encoding="ascii") as file:
        file.write(f"{password}\n")
        file.seek(0)
        if folder.user is not None:
            os.fchown(file.fileno(), folder.user.uid, folder.user.gid)
        yield file.fileno()
