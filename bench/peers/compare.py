#!/usr/bin/env python3
"""`dispatch`, mpi4py.futures and Optuna with the same work, taking turns on the same machine.

python3 -m venv build/peers && build/peers/bin/pip install -r bench/peers/requirements.txt
build/peers/bin/python bench/peers/compare.py build/default/bin/bench/dispatch [--rounds N]

Prints JSON: the median trials a second of each, over the rounds.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import machine  # noqa: E402

MPIRUN = ["mpirun", "--bind-to", "none", "--oversubscribe", "-n", "3"]


def trials_per_second(command):
    environment = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    output = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return json.loads(output.stdout)["trials_per_second"]


def measure(peer, arguments):
    with tempfile.TemporaryDirectory(prefix="headsweep-bench-") as folder:
        if peer == "headsweep":
            return trials_per_second([*MPIRUN, arguments.dispatch, "--trials", str(arguments.trials), "--latency-trials",
                                      "0", "--second-trials", "0", "--folder", folder, "--format", "json"])
        if peer == "mpi4py.futures":
            return trials_per_second([*MPIRUN, sys.executable, str(HERE / "mpi4py_futures.py"), "--trials",
                                      str(arguments.trials // 10), "--store", f"{folder}/results.db"])
        return trials_per_second([sys.executable, str(HERE / "optuna_study.py"), "--trials",
                                  str(arguments.optuna_trials), "--storage", peer.split()[1], "--folder", folder])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dispatch")
    parser.add_argument("--trials", type=int, default=100_000)
    parser.add_argument("--optuna-trials", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    peers = ["headsweep", "mpi4py.futures", "optuna journal", "optuna sqlite"]
    rates = {peer: [] for peer in peers}
    for _ in range(arguments.rounds):
        for peer in peers:
            rates[peer].append(measure(peer, arguments))
    print(json.dumps({"bench": "peers", "trials_per_second": {peer: statistics.median(all_rates)
                                                              for peer, all_rates in rates.items()},
                      "rounds": rates, "machine": machine.machine()}, indent=2))


if __name__ == "__main__":
    main()
