"""Ours beside the peers: the same three operations on the same data in one PostgreSQL, turns alternating.

The peers and what measures them are no part of this project. Copy their folder somewhere, install them as their README
says, and tell where they are:

    make bench-peers PEERS=/tmp/peers
    PEERS=/tmp/peers .venv/bin/python -m bench.peers.compare --targets mercurius,ours --rounds 1   # while working

Every peer runs twice: as it is, and with a look-up of the caller by token (`NAME+caller`), which ours never goes
without. Ours has authentication, row level security, limits and audit on; only the rate budget is widened, because one
caller sends everything. Ours is measured as it is, and with durable commits (`ours-durable`); the peers have
synchronous_commit off, and so has `ours`.
"""
# ruff: noqa: S101 # a benchmark speaks, and checks what it is answered before it counts it

import argparse
import os
import sys
import time
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from bench.peers import ours
from bench.peers.results import write

HERE = Path(__file__).parent
PEERS = Path(os.environ.get("PEERS", ""))
PORT_OF_CALLERS = 100


def measuring() -> ModuleType:
    """Return the peers' own bench.py, under another name than this package's."""
    spec = spec_from_file_location("peers_bench", PEERS / "bench.py")
    assert spec is not None
    assert spec.loader is not None
    theirs = module_from_spec(spec)
    spec.loader.exec_module(theirs)
    return theirs


def with_caller(target: dict[str, Any]) -> dict[str, Any]:
    """Return the peer with the look-up of its caller."""
    port = target["port"] + PORT_OF_CALLERS
    moved = [
        word.replace(str(target["port"]), str(port)).replace("raw_app:app", "lookup:app") for word in target["cmd"]
    ]
    python = {"LOOKUP_APP": "raw_app:app", "PYTHONPATH": f"{PEERS}/py:{HERE}"}
    node = {"NODE_OPTIONS": f"--require {HERE}/lookup.cjs"}
    return target | {
        "name": f"{target['name']}+caller",
        "port": port,
        "cmd": moved,
        "url": target["url"].replace(str(target["port"]), str(port)),
        "env": target["env"] | (python if moved != target["cmd"] and "lookup:app" in moved else node),
        "headers": {"authorization": "Bearer {token}"},
        "tokens": ours.TOKENS_OF_PEERS,
    }


def taught(theirs: ModuleType) -> None:
    """Let the peers' bench.py know how ours is asked and checked."""
    variables, check, load = theirs.variables, theirs.check, theirs.pg_load
    theirs.variables = lambda t, op, **kw: ours.variables(op, **kw) if ours.is_ours(t) else variables(t, op, **kw)
    theirs.check = lambda t, want: ours.check(t, theirs) if ours.is_ours(t) else check(t, want)

    def load_both() -> None:
        load()
        theirs.psql_file(str(HERE / "lookup.sql"))

    theirs.pg_load = load_both


def main() -> None:
    """Load what is missing, measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--targets", default="mercurius,yoga-jit,raw-rows,ours")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=6)
    parser.add_argument("--ops", default="q1,q2,q3")
    parser.add_argument("--clients", default="1,32")
    parser.add_argument("--without-callers", action="store_true", help="leave the peers as they are")
    parser.add_argument("--write", action="store_true", help="write bench/RESULTS.md and its chart")
    asked = parser.parse_args()
    theirs = measuring()
    taught(theirs)
    for folder in ("logs", "results"):
        (PEERS / folder).mkdir(exist_ok=True)
    theirs.pg_start()
    theirs.psql_file(str(HERE / "lookup.sql"))
    ours.load(theirs)
    named = asked.targets.split(",")
    peers = theirs.load_targets([], ",".join(name for name in named if not name.startswith("ours"))) if named else []
    callers = [] if asked.without_callers else [with_caller(each) for each in peers if each["kind"] != "pgbench"]
    targets = [*peers, *callers, *(ours.target(name) for name in named if name.startswith("ours"))]
    out = str(PEERS / "results" / f"{time.strftime('%m%d-%H%M%S')}.jsonl")
    clients = [int(number) for number in asked.clients.split(",")]
    theirs.run(targets, asked.rounds, [asked.seconds] * len(clients), clients, asked.ops.split(","), out)
    plain_load = theirs.load_targets
    theirs.load_targets = lambda *_: [*plain_load([], None), *targets]
    theirs.report([out])
    if asked.write:
        write(Path(out), theirs)


if __name__ == "__main__":
    sys.exit(main())
