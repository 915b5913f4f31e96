#!/usr/bin/env python3
"""Start and memory of headsweep-trainer, on the paper's model.

trainer_start.py BUILD/bin [--heads H]... [--rounds N] [--json]

Each round runs a sweep of one trial of three updates with one worker. "start": seconds from the start of the trainer's
process to the end of its first update (LibTorch's loading, buffers, data and all). "beyond LibTorch": the most memory that it
held until its end, the final measurement included, less what headsweep-trainer --version takes, which loads LibTorch and
does nothing. Medians.
"""

import argparse
import json
import os
import pathlib
import resource
import sqlite3
import statistics
import subprocess
import tempfile
import time

import machine

SWEEP = """
[sweep]
name = "trainer-start"
seeds = 1
[model]
heads = {heads}
[training]
steps = {updates}
"""
UPDATES = 3


def parent_and_start(process):
    """Its parent, and its start in seconds since the machine's."""
    fields = pathlib.Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return int(fields[1]), int(fields[19]) / os.sysconf("SC_CLK_TCK")


def trainer_of(run):
    """The process number of the trainer that `run` started, once there is one."""
    for entry in os.listdir("/proc"):
        try:
            if entry.isdigit() and parent_and_start(entry)[0] == run.pid and b"headsweep-trainer" in pathlib.Path(
                    f"/proc/{entry}/cmdline").read_bytes().split(b"\0")[0]:
                return int(entry)
        except (FileNotFoundError, ProcessLookupError):
            continue
    return None


def wait_for(find, run):
    while (found := find()) is None:
        if run.poll() is not None:
            raise SystemExit(f"the run ended too soon: {run.stderr.read()}")
        time.sleep(0.002)
    return found


def most_memory_mb(process):
    """None when it has ended."""
    try:
        for line in pathlib.Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    except (FileNotFoundError, ProcessLookupError):
        pass
    return None


def libtorch_mb(trainer):
    subprocess.run([trainer, "--version"], check=True, stdout=subprocess.DEVNULL)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def measure(binaries, heads):
    with tempfile.TemporaryDirectory(prefix="headsweep-bench-") as name:
        folder = pathlib.Path(name)
        sweep, store = folder / "sweep.toml", folder / "results.db"
        sweep.write_text(SWEEP.format(heads=heads, updates=UPDATES))
        log = pathlib.Path(f"{store}.d") / "logs" / "trial-1.log"
        with subprocess.Popen([binaries / "headsweep", "run", sweep, "--store", store, "--workers", "1", "--device", "cpu",
                               "--quiet"], stderr=subprocess.PIPE, text=True) as run:
            trainer = wait_for(lambda: trainer_of(run), run)
            wait_for(lambda: log.exists() and "begins at step" in log.read_text() or None, run)
            begun = time.clock_gettime(time.CLOCK_BOOTTIME) - parent_and_start(trainer)[1]
            most = 0
            while (now := most_memory_mb(trainer)) is not None:
                most = now
                time.sleep(0.005)
        with sqlite3.connect(store) as results:
            (train_seconds,) = results.execute("SELECT train_seconds FROM trial_results").fetchone()
        return begun + train_seconds / UPDATES, most


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binaries", type=pathlib.Path)
    parser.add_argument("--heads", type=int, action="append")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    libtorch = libtorch_mb(options.binaries / "headsweep-trainer")
    rows = []
    for heads in options.heads or (1, 4, 8, 16):
        starts, memory = zip(*(measure(options.binaries, heads) for _ in range(options.rounds)))
        rows.append({"heads": heads, "start_seconds": statistics.median(starts),
                     "mb_beyond_libtorch": statistics.median(memory) - libtorch, "mb_of_libtorch": libtorch})
    if options.json:
        print(json.dumps({"bench": "trainer_start", "results": rows, "machine": machine.machine()}, indent=1))
        return
    print("heads  start s  MB beyond LibTorch  MB of LibTorch")
    for row in rows:
        print(f"{row['heads']:5} {row['start_seconds']:8.2f} {row['mb_beyond_libtorch']:19.0f} {row['mb_of_libtorch']:15.0f}")


if __name__ == "__main__":
    main()
