#!/usr/bin/env python3
"""Keepwell's score engine beside numpy, Polars and DuckDB, and its ingest beside Python and Node.

    tests/benches/peers/run.py

Everything it needs lies under target/peers: a Python environment with pinned packages, and the data, made once. All contestants take
turns, three rounds of each; what counts is the least CPU time of the process, on one thread. Ends with an error when results differ.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
PLACE = ROOT / "target" / "peers"
PYTHON = PLACE / "venv" / "bin" / "python"
PACKAGES = ["numpy==2.4.6", "polars==2.1.0", "duckdb==2.0.1", "pyarrow==26.0.1"]
ONE_THREAD = {name: "1" for name in ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
ROUNDS = 3


def prepare():
    """The Python environment, the data and our own program; its path."""
    PLACE.mkdir(parents=True, exist_ok=True)
    if not PYTHON.exists():
        subprocess.run([sys.executable, "-m", "venv", PLACE / "venv"], check=True)
    subprocess.run([PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES], check=True)
    portfolio = PLACE / "portfolio"
    if not (portfolio / "scorecard.json").exists():
        portfolio.mkdir(exist_ok=True)
        subprocess.run([PYTHON, HERE / "data.py", portfolio], check=True)
    subprocess.run(["cargo", "build", "--profile", "bench", "-p", "keepwell-benches"], cwd=ROOT, check=True)
    return ROOT / "target" / "release" / "keepwell-peer"


def measure(contestants):
    """Each contestant's least time, all taking turns, and what each gave."""
    least, gave = {}, {}
    for _ in range(ROUNDS):
        for name, command in contestants.items():
            output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=os.environ | ONE_THREAD).stdout
            result = json.loads(output.splitlines()[-1])
            least[name] = min(least.get(name, float("inf")), result.pop("ns"))
            gave[name] = result
    return least, gave


def table(title, unit, least, gave):
    """Prints the table; whether all gave the same."""
    ours = least["Keepwell"]
    print(f"\n| {title} | {unit} | times Keepwell |\n|---|---|---|")
    for name, time in least.items():
        print(f"| {name} | {time:,.1f} | {time / ours:.1f} |")
    same = all(result == gave["Keepwell"] for result in gave.values())
    print(f"\n{'All gave' if same else 'RESULTS DIFFER:'} {gave['Keepwell'] if same else gave}")
    return same


def main():
    keepwell = prepare()
    portfolio, batch = PLACE / "portfolio", PLACE / "batch.json"
    peers = {name: [PYTHON, HERE / "portfolio.py", name, portfolio] for name in ("numpy", "numpy, blocks", "polars", "duckdb")}
    least, gave = measure({"Keepwell": [keepwell, "portfolio", portfolio]} | peers)
    same = table("1,000,000 customers x 16 rules", "ns per customer", least, gave)
    peers = {"Python": [PYTHON, HERE / "batch.py", batch]}
    if node := shutil.which("node"):
        peers["Node"] = [node, HERE / "batch.mjs", batch]
    least, gave = measure({"Keepwell": [keepwell, "batch", batch]} | peers)
    same &= table("a batch of 50 events", "us", {name: ns / 1000 for name, ns in least.items()}, gave)
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
