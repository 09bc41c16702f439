"""Where the data lie: in a database of somebody's, or in one that we bring along."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from models.embedded import embedded_database


@dataclass(frozen=True, slots=True)
class Stored:
    """Where they lie as long as the storage is opened: as the application's role, and as the owner of the tables."""

    url: str
    owner_url: str


@dataclass(frozen=True, slots=True)
class Storage:
    """What is known before anything is started; without a `url` an embedded PostgreSQL is, in `data_dir`."""

    url: str
    owner_url: str
    data_dir: Path

    @property
    def is_embedded(self) -> bool:
        """Whether we bring our own PostgreSQL."""
        return not self.url

    @contextmanager
    def opened(self) -> Iterator[Stored]:
        """Yield where the data lie; an embedded PostgreSQL runs at least as long as the block.

        Raises EmbeddedDatabaseError.
        """
        if not self.is_embedded:
            yield Stored(self.url, self.owner_url or self.url)
            return
        with embedded_database(self.data_dir) as embedded:
            yield Stored(embedded.application_url, embedded.owner_url)
