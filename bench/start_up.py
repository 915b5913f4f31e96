#!/usr/bin/env python3
"""How long after `mpirun` the first trial begins, beside what bare ranks take to reach a barrier.

start_up.py BUILD/bin [--ranks 8 64] [--rounds 3]

The two take turns; the medians are printed as JSON. A trial has begun when its trainer has written so to its log: LibTorch
is loaded then, weights and data are there.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

import machine

SWEEP = """
[sweep]
name = "start-up"
seeds = 200
[model]
vocabulary = 16
length = 16
width = 16
layers = 1
mlp_width = 16
[training]
samples = 0
steps = 200000
batch = 8
"""


def mpirun(ranks):
    return ["mpirun", "--bind-to", "none", "--oversubscribe", "-n", str(ranks)]


def environment():
    return dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")


def barrier_seconds(binaries, ranks):
    began = time.monotonic()
    process = subprocess.Popen([*mpirun(ranks), str(binaries / "bench" / "mpi_barrier")], stdout=subprocess.PIPE,
                               env=environment())
    process.stdout.readline()
    seconds = time.monotonic() - began
    process.wait()
    return seconds


def any_trial_begun(logs):
    return any(b"begins at step" in log.read_bytes() for log in logs.glob("trial-*.log"))


def first_trial_seconds(binaries, ranks):
    with tempfile.TemporaryDirectory(prefix="headsweep-bench-") as folder:
        sweep = pathlib.Path(folder) / "sweep.toml"
        sweep.write_text(SWEEP)
        store = pathlib.Path(folder) / "results.db"
        began = time.monotonic()
        process = subprocess.Popen([*mpirun(ranks), str(binaries / "headsweep"), "run", str(sweep), "--store", str(store),
                                    "--quiet"], env=environment())
        while not any_trial_begun(pathlib.Path(f"{store}.d") / "logs"):
            if process.poll() is not None or time.monotonic() - began > 300:
                raise SystemExit("no trial began")
            time.sleep(0.01)
        seconds = time.monotonic() - began
        process.terminate()
        process.wait()
        return seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binaries", type=pathlib.Path)
    parser.add_argument("--ranks", type=int, nargs="+", default=[8, 64])
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    results = []
    for ranks in arguments.ranks:
        rounds = [(barrier_seconds(arguments.binaries, ranks), first_trial_seconds(arguments.binaries, ranks))
                  for _ in range(arguments.rounds)]
        results.append({"ranks": ranks, "barrier_seconds": statistics.median(one for one, _ in rounds),
                        "first_trial_seconds": statistics.median(one for _, one in rounds)})
    print(json.dumps({"bench": "start_up", "results": results, "machine": machine.machine()}, indent=2))


if __name__ == "__main__":
    main()
