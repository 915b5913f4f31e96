#!/usr/bin/env python3
"""The ratio of interpreted Monte Carlo to exact walks: graph_monte_carlo.py PATH/TO/graph_monte_carlo [--n N] [--walks W].

Walks W times forward from every start of the fully connected causal graph and as often backward from the sink, in
plain Python, then runs the compiled benchmark on the same graph and prints its JSON with `interpreted_seconds` and
`interpreted_ratio`.
"""

import argparse
import json
import random
import subprocess
import time


def walk_forward(start, n):
    """Steps to the sink; every later position and the position itself are equally likely."""
    steps, at = 0, start
    while at != n - 1:
        at = random.randint(at, n - 1)
        steps += 1
    return steps


def walk_backward(n, visits):
    at, t = n - 1, 0
    while at != 0:
        at = random.randint(0, at)
        if t == len(visits):
            visits.append([0] * n)
        visits[t][at] += 1
        t += 1


def estimate_forward(n, walks):
    """Mean and largest hitting time, mixing time."""
    means, mixing = [], 0
    for start in range(n - 1):
        steps = sorted(walk_forward(start, n) for _ in range(walks))
        means.append(sum(steps) / walks)
        mixing = max(mixing, steps[-(-3 * walks // 4) - 1])
    return sum(means) / len(means), max(means), mixing


def estimate_fidelity(n, walks):
    visits = []
    for _ in range(n * walks):
        walk_backward(n, visits)
    return min(max(step[j] for step in visits) for j in range(1, n - 1)) / (n * walks)


def seconds_of(work, *arguments):
    begin = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - begin


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("benchmark", help="the compiled graph_monte_carlo")
    parser.add_argument("--n", type=int, default=100)
    parser.add_argument("--walks", type=int, default=500)
    arguments = parser.parse_args()
    random.seed(0)
    forward = seconds_of(estimate_forward, arguments.n, arguments.walks)
    backward = seconds_of(estimate_fidelity, arguments.n, arguments.walks)
    command = [arguments.benchmark, "--family", "full", "--n", str(arguments.n), "--walks", str(arguments.walks)]
    result = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    exact = result["exact_seconds"]
    result["interpreted_seconds"] = {"forward": forward, "backward": backward}
    result["interpreted_ratio"] = {
        "hitting": forward / exact["hitting"],
        "mixing": forward / exact["mixing"],
        "fidelity": backward / exact["fidelity"],
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
