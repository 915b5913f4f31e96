#!/usr/bin/env python3
"""Are the results of the fused step those of the eager one? A sweep trained with both, compared trial by trial.

step_statistics.py HEADSWEEP SWEEP.toml [--set key=value]... [--json]

Both trainings of a trial have the same data, initial weights and dropout decisions; they round differently, and
training amplifies that, so single trials differ. If neither step is off, the differences have mean zero. For accuracy
and for each core metric of the held-out sequences: the differences (fused - eager; of logarithms for times) over all
trials and layers, their mean in units of the metric's spread over trials, and the p of a t test with a trial's mean over
layers as one value; Holm's correction over the metrics. Needs SciPy.
"""

import argparse
import json
import math
import sqlite3
import statistics
import subprocess
import tempfile

from scipy import stats

TIMES = ("hitting_time_forward_mean", "hitting_time_backward_mean")
OTHERS = ("mixing_time_paper", "fidelity_min_inner", "fidelity_parallel", "js_divergence", "cosine_similarity")


def train(headsweep, sweep, step, settings, folder):
    store = f"{folder}/{step}.db"
    subprocess.run([headsweep, "run", sweep, "--store", store, "--quiet", "--step", step, *settings], check=True)
    return sqlite3.connect(store)


def values(database, name):
    """Of each trial key: the mean over layers."""
    value = f"log({name})" if name in TIMES else name
    sql = f"SELECT t.key, avg({value}) FROM layer_results l JOIN trial_results t USING (trial) " \
          "WHERE l.split = 'heldout' AND l.layer >= 0 GROUP BY t.key"
    if name == "accuracy":
        sql = "SELECT key, accuracy FROM trial_results"
    return dict(database.execute(sql))


def compare(name, eager, fused):
    ours, theirs = values(fused, name), values(eager, name)
    differences = [ours[key] - theirs[key] for key in sorted(theirs) if theirs[key] is not None and ours[key] is not None]
    mean, deviation = statistics.mean(differences), statistics.stdev(differences)
    p = 2 * stats.t.sf(abs(mean) / (deviation / math.sqrt(len(differences))), len(differences) - 1) if deviation else 1.0
    spread = statistics.stdev(value for value in theirs.values() if value is not None)
    return {"metric": name, "trials": len(differences), "mean_difference": mean,
            "in_spreads": mean / spread if spread else 0.0, "p": p}


def correct_by_holm(rows):
    largest = 0.0
    for rank, row in enumerate(sorted(rows, key=lambda row: row["p"])):
        largest = max(largest, min(1.0, (len(rows) - rank) * row["p"]))
        row["p_holm"] = largest


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("headsweep")
    parser.add_argument("sweep")
    parser.add_argument("--set", action="append", default=[], dest="settings")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    settings = [word for setting in options.settings for word in ("--set", setting)]
    with tempfile.TemporaryDirectory(prefix="headsweep-bench-") as folder:
        eager = train(options.headsweep, options.sweep, "eager", settings, folder)
        fused = train(options.headsweep, options.sweep, "fused", settings, folder)
        rows = [compare(name, eager, fused) for name in ("accuracy", *TIMES, *OTHERS)]
    correct_by_holm(rows)
    if options.json:
        print(json.dumps(rows, indent=1))
        return
    print("metric                       trials  mean difference  in spreads      p  Holm")
    for row in rows:
        print(f"{row['metric']:28} {row['trials']:6} {row['mean_difference']:16.5f} {row['in_spreads']:11.3f} "
              f"{row['p']:6.3f} {row['p_holm']:5.2f}")


if __name__ == "__main__":
    main()
