"""How many instructions a request takes: `.venv/bin/python -m bench.instructions`, with Debian's valgrind.

The same operations as in bench.accounting, counted by callgrind in the process of the server: to 1 % the same number
each time, whatever else the machine does, so that small gains can be told apart. They are no time: what waits for
memory or for the system counts as little as what does not. The harness reads each answer, and that is in it (`_json`).
"""
# ruff: noqa: S603, S607, T201 # a benchmark speaks, and starts programs by their names

import re
import shutil
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

from bench.accounting import OPERATIONS
from bench.runner import REQUESTS, running

LIBRARIES = 8
VALGRIND = ("valgrind", "--tool=callgrind", "--instr-atstart=no")
_NAMED = re.compile(r"\((\d+)\)(?: (.+))?")


def control(process_id: int, option: str) -> None:
    """Tell the counter of a process to begin, to end, or to write down what it counted and begin anew."""
    subprocess.run(["callgrind_control", option, str(process_id)], check=True, capture_output=True)


def by_library(text: str) -> Counter[str]:
    """Return the instructions of each library in what callgrind has written, without those of what it calls."""
    names: dict[str, str] = {}
    spent: Counter[str] = Counter()
    library, is_call = "", False
    for line in text.splitlines():
        key, _, rest = line.partition("=")
        if key in {"ob", "cob"} and (found := _NAMED.fullmatch(rest)):
            name = names.setdefault(found[1], Path(found[2] or "?").name.partition(".")[0])
            library = name if key == "ob" else library
        elif key == "calls":
            # The next line has what is called.
            is_call = True
        elif line[:1] in "0123456789+-*" and line:
            spent[library] += 0 if is_call else int(line.rpartition(" ")[2])
            is_call = False
    return spent


def main() -> None:
    """Count each operation, and print a table of whose the instructions are."""
    if shutil.which("valgrind") is None:
        raise SystemExit("valgrind is not installed: apt-get install valgrind")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "callgrind"
        with running(*VALGRIND, f"--callgrind-out-file={out}") as runner:
            control(runner.process.pid, "--instr=on")
            for number, name in enumerate(OPERATIONS):
                control(runner.process.pid, "--zero")
                runner.run(number)
                control(runner.process.pid, "--dump")
                written = max(Path(folder).glob("callgrind*"), key=lambda each: each.stat().st_mtime_ns)
                spent = by_library(written.read_text())
                print(f"\n| {name}: {spent.total() / REQUESTS / 1e6:.2f} million | thousands | share |\n|---|--:|--:|")
                for library, part in spent.most_common(LIBRARIES):
                    print(f"| {library} | {part / REQUESTS / 1e3:,.0f} | {part / spent.total():.0%} |")


if __name__ == "__main__":
    main()
