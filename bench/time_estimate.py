#!/usr/bin/env python3
"""`headsweep plan --estimate` against the run that follows.

time_estimate.py HEADSWEEP SWEEP.toml... [--rounds N] [--json]

For each sweep and round: the estimate, then the run into a store that is thrown away, and the ratio of the two. Run it
on a machine that does nothing else: the estimate cannot know who will disturb the run.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile
import time

import machine


def estimated_seconds(headsweep, sweep):
    plan = subprocess.run([headsweep, "plan", sweep, "--estimate", "--format", "json"], capture_output=True, text=True,
                          check=True)
    return json.loads(plan.stdout)["estimate"]["seconds"]


def run_seconds(headsweep, sweep):
    with tempfile.TemporaryDirectory(prefix="headsweep-bench-") as folder:
        began = time.monotonic()
        subprocess.run([headsweep, "run", sweep, "--store", f"{folder}/results.db", "--quiet"], check=True)
        return time.monotonic() - began


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("headsweep")
    parser.add_argument("sweeps", nargs="+")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    results = []
    for sweep in options.sweeps:
        for _ in range(options.rounds):
            estimate, run = estimated_seconds(options.headsweep, sweep), run_seconds(options.headsweep, sweep)
            results.append({"sweep": pathlib.Path(sweep).stem, "estimated_seconds": estimate, "run_seconds": run,
                            "ratio": estimate / run})
    if options.json:
        print(json.dumps({"bench": "time_estimate", "results": results, "machine": machine.machine()}, indent=1))
        return
    print("sweep          estimated  run      ratio")
    for row in results:
        print(f"{row['sweep']:14} {row['estimated_seconds']:8.1f}s {row['run_seconds']:7.1f}s {row['ratio']:6.2f}")


if __name__ == "__main__":
    main()
