"""What the turns of a comparison come to: tables and a chart in bench/RESULTS.md, with date, machine and versions."""

import json
import os
import platform
import statistics
from collections import defaultdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

import pygal

FOLDER = Path(__file__).parent.parent
TARGET, CHART = FOLDER / "RESULTS.md", FOLDER / "results.svg"
OPERATIONS = {
    "q1": "the switcher: a person with 53 dashboards",
    "q2": "the accounts screen: 100 accounts x 3 organizations x contract, 64 kB",
    "q3": "saving a contract in a transaction",
}
MEASURES = ("rps", "p50", "p99", "srv_ms", "pg_ms", "rss", "foreign0")
CEILINGS = {"raw-rows", "raw-json", "raw-rows+caller", "raw-json+caller"}
PACKAGES = ("strawberry-graphql", "graphql-core", "uvicorn", "uvloop", "asyncpg", "sqlalchemy", "orjson")
HEADER = """# Beside the peers

Written by `make bench-peers`; bench/peers/compare.py says what is compared. The servers have one core, PostgreSQL and
the load generator another; turns alternate, and the figures are medians of {rounds} rounds. **Only ratios within this
run mean anything**; CPU a request bears a busy machine best. `+caller` are peers that look up who asks by a token, as
ours always does, besides row level security, limits and audit, which none of them has. Ratios are to the fastest peer
of the table, and to the ceiling: hand-written Python over the same data, with the look-up of its caller.

{date}, {cores} cores, {system}, load {load:.1f} at the end; {versions}.

![CPU of the server a request](results.svg)
"""
Medians = dict[str, dict[str, float]]


def write(turns: Path, theirs: ModuleType) -> None:
    """Write the tables and the chart of a run's turns."""
    found: dict[tuple[str, int], dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for line in turns.read_text().splitlines():
        turn = json.loads(line)
        found[turn["op"], turn["conc"]][turn["target"]].append(turn)
    tables = {key: _medians(targets) for key, targets in sorted(found.items())}
    rounds = max(len(each) for targets in found.values() for each in targets.values())
    head = HEADER.format(rounds=rounds, **_circumstances(theirs))
    TARGET.write_text("\n".join([head, *(_table(*key, medians) for key, medians in tables.items())]))
    CHART.write_bytes(_chart(tables))


def _medians(targets: dict[str, list[dict[str, Any]]]) -> Medians:
    return {
        name: {measure: statistics.median(turn[measure] for turn in turns) for measure in MEASURES}
        for name, turns in targets.items()
    }


def _circumstances(theirs: ModuleType) -> dict[str, Any]:
    postgresql = theirs.psql("SHOW server_version", "postgres").split()[0]
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "load": os.getloadavg()[0],
        "versions": f"PostgreSQL {postgresql}, Python {platform.python_version()}, {packages}",
    }


def _table(operation: str, clients: int, medians: Medians) -> str:
    peers = [name for name in medians if not name.startswith("ours") and name not in CEILINGS]
    best = max(medians[name]["rps"] for name in peers) if peers else None
    ceiling = medians.get("raw-rows+caller") or medians.get("raw-rows")
    lines = [
        f"\n## {operation}, {OPERATIONS[operation]}; {clients} client{'s' * (clients > 1)}\n",
        "| server | req/s | ÷ best peer | ÷ ceiling | p50 ms | p99 ms | server CPU ms | ÷ ceiling | PostgreSQL CPU ms "
        "| resident MB | others on its core |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for name, each in sorted(medians.items(), key=lambda item: -item[1]["rps"]):
        figures = [
            f"{each['rps']:.0f}",
            _ratio(each["rps"], best),
            _ratio(each["rps"], ceiling and ceiling["rps"]),
            f"{each['p50']:.2f}",
            f"{each['p99']:.2f}",
            f"{each['srv_ms']:.2f}",
            _ratio(each["srv_ms"], ceiling and ceiling["srv_ms"]),
            f"{each['pg_ms']:.2f}",
            f"{each['rss']:.0f}",
            f"{each['foreign0']:.0%}",
        ]
        lines.append(f"| {name} | {' | '.join(figures)} |")
    return "\n".join(lines) + "\n"


def _ratio(figure: float, to: float | None) -> str:
    return f"{figure / to:.2f}" if to else "-"


def _chart(tables: dict[tuple[str, int], Medians]) -> bytes:
    most = {operation: max(clients for each, clients in tables if each == operation) for operation, _ in tables}
    names = sorted({name for medians in tables.values() for name in medians}, reverse=True)
    chart = pygal.HorizontalBar(
        js=(), title="CPU of the server a request, ms (logarithmic; less is better)", logarithmic=True, show_legend=True
    )
    chart.x_labels = names
    shown = [each["srv_ms"] for medians in tables.values() for each in medians.values()]
    # A bar begins below the least of them, or that one would have no length.
    chart.range, chart.zero = (min(shown) / 2, max(shown)), min(shown) / 2
    for operation, clients in most.items():
        medians = tables[operation, clients]
        chart.add(operation, [medians[name]["srv_ms"] if name in medians else None for name in names])
    rendered: bytes = chart.render()
    return rendered
