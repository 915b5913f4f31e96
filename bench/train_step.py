#!/usr/bin/env python3
"""Eager training in headsweep-trainer against eager PyTorch, on the paper's model.

train_step.py TRAIN_STEP [--python PYTHON_WITH_TORCH] [--threads N] [--rounds N] [--steps N] [--json]

TRAIN_STEP is build/<preset>/bin/bench/train_step. Both programs run side by side and take turns: in every
round each does a few steps while the other waits, so that a machine that slows down slows down both. A ratio
above 1 says how many times more steps a second the trainer does; it is the median over the rounds.
"""

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

HEADS = (1, 4, 8, 16)


class Program:
    """One of the two: told "HEADS STEPS", it answers with the seconds of a step."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def seconds(self, heads, steps):
        print(heads, steps, file=self.process.stdin, flush=True)
        return float(self.process.stdout.readline())

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def compare(options):
    trainer = Program([options.train_step, str(options.threads)])
    torch = Program([options.python, str(Path(__file__).with_name("torch_twin.py")), str(options.threads)])
    rows = []
    for heads in HEADS:
        rounds = [
            (trainer.seconds(heads, options.steps), torch.seconds(heads, options.steps)) for _ in range(options.rounds)
        ]
        rows.append(
            {
                "heads": heads,
                "trainer_steps_per_second": 1 / statistics.median(ours for ours, _ in rounds),
                "torch_steps_per_second": 1 / statistics.median(theirs for _, theirs in rounds),
                "ratio": statistics.median(theirs / ours for ours, theirs in rounds),
            }
        )
    trainer.end()
    torch.end()
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("train_step")
    parser.add_argument("--python", default=sys.executable, help="interpreter that imports torch")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--steps", type=int, default=8, help="a round")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = compare(options)
    if options.json:
        print(json.dumps({"threads": options.threads, "results": rows}, indent=1))
        return
    print(f"eager step, paper's model, {options.threads} thread(s)")
    print(f"{'heads':>5} {'headsweep-trainer':>18} {'eager PyTorch':>15} {'ratio':>6}")
    for row in rows:
        print(
            f"{row['heads']:>5} {row['trainer_steps_per_second']:>12.2f} steps/s"
            f" {row['torch_steps_per_second']:>7.2f} steps/s {row['ratio']:>6.2f}"
        )


if __name__ == "__main__":
    main()
