"""What the interpreter is worth: `.venv/bin/python -m bench.interpreters PYTHON [PYTHON …]`, each with our packages.

The operations of bench.accounting on each of them in turns, one database each; CPU a request, the median of the turns,
and the median of its ratios to the first in the same turn.
"""
# ruff: noqa: T201 # a benchmark speaks

import statistics
import sys
from contextlib import ExitStack

from bench.accounting import OPERATIONS
from bench.runner import running

TURNS = 30


def main() -> None:
    """Run them all, and print a table."""
    pythons = sys.argv[1:]
    if not pythons:
        raise SystemExit(__doc__)
    with ExitStack() as stack:
        runners = {python: stack.enter_context(running(python=python)) for python in pythons}
        taken = {(python, name): list[float]() for python in pythons for name in OPERATIONS}
        for turn in range(TURNS):
            for number, name in enumerate(OPERATIONS):
                for python in sorted(pythons, key=pythons.index, reverse=turn % 2 == 1):
                    taken[python, name].append(runners[python].run(number))
    print("| operation | interpreter | CPU ms | ÷ first |\n|---|---|--:|--:|")
    for name in OPERATIONS:
        for python in pythons:
            both = zip(taken[python, name], taken[pythons[0], name], strict=True)
            ratio = statistics.median(own / first for own, first in both)
            print(f"| {name} | {python} | {statistics.median(taken[python, name]):.2f} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
