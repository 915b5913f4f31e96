#!/usr/bin/env python3
"""Training in headsweep-trainer against PyTorch, on the paper's model.

train_step.py TRAIN_STEP [--step eager|fused] [--python PYTHON_WITH_TORCH] [--threads N] [--processes N]
              [--compile] [--rounds N] [--steps N] [--json]

TRAIN_STEP is build/<preset>/bin/bench/train_step. Both sides take turns: in every round each does a few steps while
the other waits, so that a machine that slows down slows down both. A ratio above 1 says how many times more steps a
second the trainer does; it is the median over the rounds. With --processes each side is that many processes of
--threads threads at once, each with a model of its own, and a rate is the sum over them.

The floor is the time in which matrix products alone, everything in cache, do as many floating-point operations as a
step (the masked half of attention counted): of the trainer's own product and of PyTorch's, in the same rounds.
"""

import argparse
import json
import math
import statistics
import subprocess
import sys
from pathlib import Path

import machine

HEADS = (1, 4, 8, 16)
FLOOR = 0  # asked for in place of a head count


class Side:
    """Equal programs that work at the same time: told "HEADS STEPS", each answers with the seconds of a step."""

    def __init__(self, command, processes):
        self.programs = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(processes)
        ]

    def rate(self, heads, steps):
        """Steps a second of all programs together."""
        for program in self.programs:
            print(heads, steps, file=program.stdin, flush=True)
        return sum(1 / float(program.stdout.readline()) for program in self.programs)

    def works(self):
        """Whether every program trains here: torch.compile needs a compiler that it likes."""
        try:
            return self.rate(HEADS[0], 1) > 0
        except (OSError, ValueError):
            return False

    def end(self):
        for program in self.programs:
            program.communicate()


def take_turns(sides, heads, options):
    """A list of rates a side, and one of floors each for the trainer and PyTorch, over the rounds."""
    rounds = []
    for _ in range(options.rounds):
        rates = [side.rate(heads, options.steps) for side in sides]
        rounds.append([rates, [side.rate(FLOOR, options.steps) for side in sides[:2]]])
    rates, floors = zip(*rounds)
    return list(zip(*rates)), list(zip(*floors))


def median_ratio(numerators, denominators):
    return statistics.median(one / other for one, other in zip(numerators, denominators))


def compare(options):
    threads = str(options.threads)
    torch_twin = [options.python, str(Path(__file__).with_name("torch_twin.py")), threads]
    sides = [
        Side([options.train_step, threads, options.step], options.processes),
        Side(torch_twin, options.processes),
    ]
    if options.compile:
        compiled_twin = Side([*torch_twin, "compile"], options.processes)
        if compiled_twin.works():
            sides.append(compiled_twin)
        else:
            print("torch.compile does not work here: its columns are left out", file=sys.stderr)
            compiled_twin.end()
    rows = []
    for heads in HEADS:
        (ours, torch, *compiled), floors = take_turns(sides, heads, options)
        row = {
            "heads": heads,
            "trainer_steps_per_second": statistics.median(ours),
            "torch_steps_per_second": statistics.median(torch),
            "ratio": median_ratio(ours, torch),
            "times_own_floor": median_ratio(floors[0], ours),
            "times_torch_floor": median_ratio(floors[1], ours),
        }
        if compiled:
            row["compiled_steps_per_second"] = statistics.median(compiled[0])
            row["ratio_to_compiled"] = median_ratio(ours, compiled[0])
        rows.append(row)
    for side in sides:
        side.end()
    return rows


def print_table(rows, options):
    print(f"{options.step} step, paper's model, {options.processes} process(es) of {options.threads} thread(s)")
    columns = [
        ("heads", "heads", "d"),
        ("trainer_steps_per_second", "trainer steps/s", ".2f"),
        ("torch_steps_per_second", "PyTorch steps/s", ".2f"),
        ("ratio", "ratio", ".2f"),
        ("times_own_floor", "x own floor", ".2f"),
        ("times_torch_floor", "x PyTorch's floor", ".2f"),
        ("compiled_steps_per_second", "torch.compile", ".2f"),
        ("ratio_to_compiled", "ratio", ".2f"),
    ]
    columns = [column for column in columns if column[0] in rows[0]]
    print("  ".join(title for _, title, _ in columns))
    for row in rows:
        print("  ".join(format(row[name], form).rjust(len(title)) for name, title, form in columns))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("train_step")
    parser.add_argument("--step", choices=("eager", "fused"), default="eager", help="the trainer's")
    parser.add_argument("--python", default=sys.executable, help="interpreter that imports torch")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1, help="of each side, at the same time")
    parser.add_argument("--compile", action="store_true", help="compare with torch.compile, too")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--steps", type=int, default=8, help="a round")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = compare(options)
    mean = math.exp(statistics.mean(math.log(row["ratio"]) for row in rows))
    if options.json:
        settings = {"step": options.step, "threads": options.threads, "processes": options.processes}
        print(json.dumps({"bench": "train_step", **settings, "geometric_mean": mean, "results": rows,
                          "machine": machine.machine()}, indent=1))
        return
    print_table(rows, options)
    print(f"geometric mean of the ratios: {mean:.2f}")


if __name__ == "__main__":
    main()
