"""How long from `serve` typed to ready: cold, on a data folder that is not there, and warm, on one that is."""
# ruff: noqa: T201 # a benchmark speaks

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.asgi_servers import ROOT, wait_until_ready

ROUNDS, PORT = 5, 8470


def seconds_to_ready(data_dir: Path) -> float:
    """Start the command, wait until /readyz says so, end it, and return the seconds in between."""
    settings = {"PATH": os.environ["PATH"], "DATA_DIR": str(data_dir), "PORT": str(PORT)}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, ROOT / "server.py", "serve"], env=settings, **quiet)  # type: ignore[call-overload] # noqa: S603 # options
    try:
        wait_until_ready(f"http://127.0.0.1:{PORT}")
        return time.perf_counter() - began
    finally:
        process.terminate()
        process.wait(60)


def main() -> None:
    """Print the medians, and the slowest."""
    cold, warm = list[float](), list[float]()
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            cold.append(seconds_to_ready(Path(folder) / "data"))
            warm.append(seconds_to_ready(Path(folder) / "data"))
    for name, each in (("cold", cold), ("warm", warm)):
        print(f"{name}: median {statistics.median(each):.2f} s, slowest {max(each):.2f} s")


if __name__ == "__main__":
    main()
