"""How long the named queries and `status` take on a large store, as people call them (1,000 rows at most).

    python3 bench/query_times.py build/default/bin/headsweep STORE [--rounds 5] [--json]

Wall and CPU seconds of the whole program, medians over rounds; the first round, which may read from the disk, is left out. CPU
seconds say what an idle machine would take.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import time

import machine

QUERIES = ("trials", "layers", "heads", "curve", "summary", "pairs", "failures", "workers", "differences", "trend", "nulls")


def seconds_of(words):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(words, rounds):
    times = [seconds_of(words) for _ in range(rounds + 1)][1:]
    return {"wall_ms": round(1000 * statistics.median(wall for wall, _ in times)),
            "cpu_ms": round(1000 * statistics.median(cpu for _, cpu in times))}


def measure_all(headsweep, store, rounds):
    """By the name of the query; and `status`."""
    commands = {name: [headsweep, "query", store, name] for name in QUERIES} | {"status": [headsweep, "status", store]}
    return {name: measure(words, rounds) for name, words in commands.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("headsweep")
    parser.add_argument("store")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    times = measure_all(options.headsweep, options.store, options.rounds)
    if options.json:
        print(json.dumps({"machine": machine.machine(), "store": os.path.getsize(options.store), "queries": times}, indent=2))
        return
    print("| query | wall ms | CPU ms |\n|---|---|---|")
    for name, time_of in times.items():
        print(f"| `{name}` | {time_of['wall_ms']} | {time_of['cpu_ms']} |")


if __name__ == "__main__":
    main()
