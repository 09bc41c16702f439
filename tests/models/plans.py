"""How PostgreSQL reads what a statement asks for: told by itself, after it has run it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from models.asking import Asked
from models.database import Database
from models.prepared import Question


@dataclass(frozen=True, slots=True)
class Scan:
    """How one table is read: in which way, by which index, what is asked of it, and how many rows are looked at."""

    table: str
    kind: str
    index: str | None
    asked: str
    rows: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Every place where a table is read, and what it took: pages of the cache or the disk, and milliseconds."""

    scans: list[Scan]
    pages: int
    milliseconds: float

    def of(self, table: str) -> Scan:
        """Return the one place where this table is."""
        (scan,) = [each for each in self.scans if each.table == table]
        return scan

    @property
    def reads_whole(self) -> list[str]:
        """Which tables are read from end to end."""
        return [each.table for each in self.scans if each.kind == "Seq Scan"]


async def planned(database: Database, question: Asked, tenants: set[UUID], *, is_generic: bool) -> Plan:
    """Run a statement as the application would, and tell how.

    `is_generic` plans for any values, as PostgreSQL may after some repetitions; otherwise for these.
    """
    assert isinstance(question, Question)
    mode = "force_generic_plan" if is_generic else "force_custom_plan"
    values = f"({', '.join(map(_literal, question.values))})"
    async with database.snapshot(tenants) as snapshot:
        for sql in (f"SET LOCAL plan_cache_mode = {mode}", f"PREPARE asked AS {question.sql}"):
            await snapshot.fetch(Question(sql, [], list))
        explained = f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) EXECUTE asked {values}"
        ((told,),) = await snapshot.fetch(Question(explained, [], list))
        await snapshot.fetch(Question("DEALLOCATE asked", [], list))
    root = told[0]["Plan"]
    pages = root["Shared Hit Blocks"] + root["Shared Read Blocks"]
    return Plan(list(_scans(root)), pages, told[0]["Execution Time"])


def _literal(value: object) -> str:
    if isinstance(value, list):
        return "'{" + ",".join(map(str, value)) + "}'"
    return "'" + str(value).replace("'", "''") + "'"


def _scans(node: dict[str, Any]) -> Iterator[Scan]:
    below = node.get("Plans", [])
    if "Relation Name" in node:
        looked_at = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
        # A bitmap is made from an index by a node of its own.
        by_index = next((each for each in below if each["Node Type"] == "Bitmap Index Scan"), node)
        yield Scan(
            node["Relation Name"],
            node["Node Type"],
            by_index.get("Index Name"),
            by_index.get("Index Cond", ""),
            round(looked_at * node["Actual Loops"]),
        )
    for each in below:
        yield from _scans(each)
