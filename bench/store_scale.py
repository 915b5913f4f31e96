#!/usr/bin/env python3
"""A store of a million trials: writing its shards, merging them, opening and resuming it, asking it.

    python3 bench/store_scale.py BUILD/bin [--trials 1000000] [--shards 10] [--folder FOLDER]

The results are drawn (`large_store`); plan, writer, merge, run and queries are the real ones. The last shard is planned only, so
that a run has something to resume: `resume_seconds` is the whole of a `headsweep run --limit 1`, start of a trainer and a
trial of 100 updates included. `plan_seconds` is what expanding and writing the plan anew takes, for comparison. Prints JSON.
Needs about 12 kB of disk a trial, twice while the shards are there. Nothing is compared with: these are delays.
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
import query_times


def seconds_of(*words):
    began = time.monotonic()
    finished = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    return time.monotonic() - began, finished


def checked(*words):
    seconds, finished = seconds_of(*words)
    if finished.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, words))} ended with {finished.returncode}: {finished.stderr}")
    return seconds, finished.stdout


def write_shards(bin, folder, options):
    """Their files, what large_store said of those with results, and how many trials the last one has."""
    files, said = [], []
    for shard in range(1, options.shards + 1):
        file = folder / f"shard-{shard}.db"
        planned = ["--planned"] if shard == options.shards else []
        _, output = checked(bin / "bench" / "large_store", file, "--trials", options.trials, "--seeds", 100, "--sweep-file",
                            folder / "large.toml", "--shard", f"{shard}/{options.shards}", *planned)
        files.append(file)
        said.append(json.loads(output))
    return files, said[:-1], said[-1]["trials"]


def measure(bin, folder, options):
    files, said, waiting = write_shards(bin, folder, options)
    store = folder / "merged.db"
    merge_seconds, _ = checked(bin / "headsweep", "merge", store, *files)
    merged = json.loads(checked(bin / "headsweep", "query", store, "--format", "json", "--sql",
                                "select count(*) as trials, sum(state = 'done') as done from trials")[1])[0]
    for file in files:
        file.unlink()
    resume_seconds, finished = seconds_of(bin / "headsweep", "run", folder / "large.toml", "--store", store, "--limit", 1,
                                          "--workers", 1, "--quiet")
    if finished.returncode != 3:  # unfinished
        raise SystemExit(f"run ended with {finished.returncode}: {finished.stderr}")
    plan_seconds, _ = checked(bin / "bench" / "large_store", folder / "plan.db", "--trials", options.trials, "--seeds", 100,
                              "--planned")
    queries = query_times.measure_all(bin / "headsweep", store, 3)
    verify_seconds, _ = checked(bin / "headsweep", "verify", store)
    return {"bench": "store_scale", "trials": options.trials, "shards": options.shards, "waiting": waiting,
            "merged": merged,
            "inserted_per_second": statistics.median(one["trials_per_second"] for one in said),
            "bytes_per_trial": statistics.median(one["bytes_per_trial"] for one in said),
            "merge_seconds": merge_seconds, "resume_seconds": resume_seconds, "plan_seconds": plan_seconds,
            "verify_seconds": verify_seconds, "queries": queries, "machine": machine.machine()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("--trials", type=int, default=1_000_000)
    parser.add_argument("--shards", type=int, default=10)
    parser.add_argument("--folder", help="where the stores are made")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="headsweep-bench-", dir=options.folder) as folder:
        print(json.dumps(measure(options.bin, pathlib.Path(folder), options), indent=2))


if __name__ == "__main__":
    main()
