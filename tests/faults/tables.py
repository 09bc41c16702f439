"""What lies in the database, read by SQL, and which effects it tells of."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from models import ids
from tests.faults.histories import Attempt, History

Row = dict[str, Any]
NAMES = (
    "accounts",
    "audit_events",
    "invitation_tokens",
    "invitations",
    "mails",
    "memberships",
    "resellers",
    "subdomains",
    "subscriptions",
    "user_emails",
    "users",
)


class Fetching(Protocol):
    """What can be asked in SQL."""

    async def fetch(self, statement: str) -> list[Row]:
        """Return the rows."""


@dataclass(frozen=True, slots=True)
class Tables:
    """Every row of the tables that clients change."""

    rows: dict[str, list[Row]]

    def __getitem__(self, name: str) -> list[Row]:
        return self.rows.get(name, [])

    def by_id(self, name: str) -> dict[Any, Row]:
        """Return the rows of a table by their ids."""
        return {row["id"]: row for row in self[name]}


async def read_tables(database: Fetching) -> Tables:
    """Return what lies in the database now, while nobody changes it."""
    read = [await database.fetch(f"SELECT * FROM {name}") for name in NAMES]
    return Tables(dict(zip(NAMES, read, strict=True)))


@dataclass(frozen=True, slots=True)
class Effect:
    """A row of the audit that a client has caused, with the attempt whose request id it has."""

    row: Row
    attempt: Attempt

    @property
    def action(self) -> str:
        """The mutation's name."""
        return str(self.row["action"])

    @property
    def subject(self) -> str:
        """The id of what it is about, as clients know it."""
        return ids.encode(self.row["object_prefix"], self.row["object_id"])

    @property
    def changes(self) -> dict[str, list[Any]]:
        """What was and what is, by field."""
        changes: dict[str, list[Any]] = json.loads(self.row["changes"])
        return changes


@dataclass(frozen=True, slots=True)
class Run:
    """What is judged: what clients saw, and what lay in the database before and after."""

    history: History
    before: Tables
    after: Tables

    def added(self, name: str) -> list[Row]:
        """Return the rows of a table that were not there before, the oldest first where ids tell."""
        known = {row["id"] for row in self.before[name]}
        return sorted((row for row in self.after[name] if row["id"] not in known), key=lambda row: row["id"].bytes)

    def effects(self, *actions: str) -> list[Effect]:
        """Return what clients have caused, in the order in which it was done.

        Ids of the audit are made while the rows are held, so they tell the order of what concerns one object.
        """
        known = self.history.by_request()
        found = ((row, known.get(row["request_id"])) for row in self.added("audit_events"))
        made = [Effect(row, attempt) for row, attempt in found if attempt is not None]
        return [effect for effect in made if not actions or effect.action in actions]


Check = Callable[[Run], Iterator[str]]
