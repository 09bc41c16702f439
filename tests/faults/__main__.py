"""A long run by hand: python -m tests.faults --seed 1 --seconds 300."""

import argparse
import asyncio
import dataclasses
import sys
import tempfile
from pathlib import Path

from tests.faults.histories import Cut
from tests.faults.running import judged_run
from tests.faults.scenes import Plan


def main() -> int:
    """Run once and print the figures; the status is 1 where a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    for field in dataclasses.fields(Plan):
        if field.name != "cuts":
            is_required = field.default is dataclasses.MISSING
            kind = int if is_required else type(field.default)
            parser.add_argument(
                f"--{field.name.replace('_', '-')}", type=kind, required=is_required, default=field.default
            )
    parser.add_argument("--cuts", nargs="*", type=Cut, default=tuple(Cut), choices=tuple(Cut))
    given = vars(parser.parse_args())
    plan = Plan(**{**given, "cuts": tuple(given["cuts"])})
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        verdict = asyncio.run(judged_run(plan, Path(folder)))
    print(plan, verdict.report(), sep="\n")  # noqa: T201 # a command speaks
    return 1 if verdict.violations or verdict.server_faults else 0


if __name__ == "__main__":
    sys.exit(main())
