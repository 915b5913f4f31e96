#!/usr/bin/env python3
"""Start and memory of a trainer, on the paper's model.

trainer_start.py TRAIN_STEP [--heads H]... [--rounds N] [--json]

TRAIN_STEP is build/<preset>/bin/bench/train_step, which does what headsweep-trainer does between its start and the end
of an update. "start": seconds from exec to the end of its third update (LibTorch's loading, buffers and all), one
thread; the median. "beyond LibTorch": the most memory that it held in 20 updates less what it held before the first,
when LibTorch was loaded.
"""

import argparse
import json
import statistics
import subprocess
import time

import machine


def ask(program, line):
    print(line, file=program.stdin, flush=True)
    return float(program.stdout.readline())


def memory_mb(program, name):
    with open(f"/proc/{program.pid}/status", encoding="ascii") as status:
        for line in status:
            if line.startswith(name + ":"):
                return int(line.split()[1]) / 1024
    raise KeyError(name)


def measure(train_step, heads):
    began = time.monotonic()
    with subprocess.Popen([train_step, "1", "fused"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        ask(program, f"{heads} 1")
        start = time.monotonic() - began
    with subprocess.Popen([train_step, "1", "fused"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        ask(program, "0 1")  # the floor: loads everything, trains nothing
        before = memory_mb(program, "VmRSS")
        ask(program, f"{heads} 20")
        return start, memory_mb(program, "VmHWM") - before, before


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("train_step")
    parser.add_argument("--heads", type=int, action="append")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = []
    for heads in options.heads or (1, 4, 8, 16):
        rounds = [measure(options.train_step, heads) for _ in range(options.rounds)]
        start, beyond, libtorch = (statistics.median(values) for values in zip(*rounds))
        rows.append({"heads": heads, "start_seconds": start, "mb_beyond_libtorch": beyond, "mb_of_libtorch": libtorch})
    if options.json:
        print(json.dumps({"bench": "trainer_start", "results": rows, "machine": machine.machine()}, indent=1))
        return
    print("heads  start s  MB beyond LibTorch  MB of LibTorch")
    for row in rows:
        print(f"{row['heads']:5} {row['start_seconds']:8.2f} {row['mb_beyond_libtorch']:19.0f} {row['mb_of_libtorch']:15.0f}")


if __name__ == "__main__":
    main()
