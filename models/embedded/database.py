"""The embedded PostgreSQL: a server of our own on a data folder, shared by every process that asks for it.

Raises EmbeddedDatabaseError, one sentence each, where
- the data folder cannot be created or written, or belongs to somebody else;
- its data are of another major version of PostgreSQL than the programs;
- there are no programs for this platform;
- the server does not start: a full disk, a mistake in user.conf. The sentence ends with the end of the log.

What lies in the data folder:

    pgdata/         the data; appears whole, after initdb has finished beside it
    log/            start.log of the latest start, then one file a day of the week
    socket          the folder (0700) of the unix socket, the only way in; a link to one in /tmp where it were too long
    passwords.json  of the three roles (0600)
    user.conf       yours, if you want one: PostgreSQL settings that win over ours
    *.lock          who is joined, and whether a server lives: see sharing.py and server.py

Root may not run PostgreSQL: started by root, the server runs as another user (system_user.py). The data stay in the
data folder even where that user may not pass the folders above it (folder.py).
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from models.embedded.binaries import binaries_for
from models.embedded.errors import EmbeddedDatabaseError
from models.embedded.folder import prepared_folder
from models.embedded.passwords import APPLICATION, OWNER
from models.embedded.roles import ensure_database
from models.embedded.server import Address, Server
from models.embedded.sharing import joined, taking_turns


@dataclass(frozen=True, slots=True)
class EmbeddedDatabase:
    """How to connect while the block of embedded_database lasts; the URLs carry passwords and are kept out of repr."""

    data_dir: Path
    application_url: str = field(repr=False)  # as the role that is neither superuser nor owner
    owner_url: str = field(repr=False)  # as the owner of the database and of its schema, for migrations


@contextmanager
def embedded_database(data_dir: Path, *, database: str = "dashboard") -> Iterator[EmbeddedDatabase]:
    """Join the server that runs on the data folder, or start it; stop it on leaving if nobody else is joined.

    Inside, the database exists with its owner and its application role. Blocks, 0.1 s where data exist and a second or
    two where they are made: call it in a thread where a loop runs. A server that a killed process left behind is joined
    like any other. Raises EmbeddedDatabaseError.
    """
    with ExitStack() as stack:
        with _in_one_sentence(data_dir):
            folder = prepared_folder(data_dir)
            server = Server(folder, binaries_for(folder.user))
            stack.enter_context(joined(folder.path, leave=server.stop))
            with taking_turns(folder.path):
                address, passwords = ensure_database(server, database)
        yield EmbeddedDatabase(
            data_dir=folder.path,
            application_url=_url(APPLICATION, passwords[APPLICATION], address, database),
            owner_url=_url(OWNER, passwords[OWNER], address, database),
        )


def _url(role: str, password: str, address: Address, database: str) -> str:
    where = f"host={quote(str(address.socket_folder))}&port={address.port}"
    return f"postgresql+asyncpg://{role}:{quote(password, safe='')}@/{quote(database, safe='')}?{where}"


@contextmanager
def _in_one_sentence(data_dir: Path) -> Iterator[None]:
    """Raise what the operating system refuses as one sentence that names the data folder."""
    try:
        yield
    except OSError as error:
        where = "" if error.filename in (None, str(data_dir)) else f" ({error.filename})"
        raise EmbeddedDatabaseError(
            f"The data folder {data_dir} cannot be created or written: {error.strerror}{where}; "
            "choose another DATA_DIR or set DATABASE_URL."
        ) from error
