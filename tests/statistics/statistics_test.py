"""headsweep's statistics against SciPy and statsmodels, on a small sweep and on random numbers written into its store."""

import json
import math
import random
import sqlite3
import unittest

import numpy
import scipy.stats
import statsmodels.stats.multitest

import harness

SWEEP = """
[sweep]
name = "statistics"
seeds = 10
[model]
vocabulary = 8
length = 8
width = 8
layers = 2
mlp_width = 8
dropout = 0.0
[training]
samples = 0
steps = 4
batch = 4
[measure]
sequences = 4
horizon = 8
[analysis]
primary = ["hitting_time_forward_mean", "fidelity_min_inner"]
baseline = { "model.heads" = 1 }
[axes]
"training.task" = ["copy", "cycle"]
"model.heads" = [1, 2, 4]
"""
PRIMARY = {"hitting_time_forward_mean": True, "fidelity_min_inner": False}  # whether it is a walk time
TOLERANCE = 1e-9


class Statistics(harness.StoreTest):
    def setUp(self):
        super().setUp()
        sweep = self.folder / "sweep.toml"
        sweep.write_text(SWEEP)
        self.assert_code(self.run_headsweep("run", str(sweep), "--store", self.store()), harness.DONE)
        self.scramble()
        # The next run makes the store's running sums of the new numbers.
        self.assert_code(self.run_headsweep("run", str(sweep), "--store", self.store()), harness.DONE)

    def scramble(self):
        """Random numbers in place of the measured ones: log-normal times, uniform fidelities, some undefined."""
        generator = random.Random(20)
        with sqlite3.connect(self.store()) as store:
            store.execute("DELETE FROM store_info WHERE name = 'sums'")
            for row, in store.execute("SELECT rowid FROM layer_metrics ORDER BY rowid").fetchall():
                fidelity = None if generator.random() < 0.02 else generator.random()
                store.execute(
                    "UPDATE layer_metrics SET hitting_time_forward_mean = ?, fidelity_min_inner = ? WHERE rowid = ?",
                    (math.exp(generator.gauss(3, 2)), fidelity, row))
        store.close()

    def query(self, name, *where):
        arguments = [part for condition in where for part in ("--where", condition)]
        finished = self.run_headsweep("query", self.store(), name, *arguments, "--format", "json")
        self.assert_code(finished, harness.DONE)
        return json.loads(finished.stdout)

    def values(self, metric, layer):
        """By task, heads and seed; walk times as log10; layer "mean": over the layers of a trial."""
        with sqlite3.connect(self.store()) as store:
            rows = store.execute(f"SELECT task, heads, seed, layer, {metric} FROM layer_results WHERE split = 'heldout'"
                                 " AND layer >= 0 ORDER BY layer").fetchall()
        store.close()
        collected = {}
        for task, heads, seed, at, value in rows:
            if layer in ("mean", at):
                scaled = math.nan if value is None else math.log10(value) if PRIMARY[metric] else value
                collected.setdefault((task, heads, seed), []).append(scaled)
        return {key: numpy.mean(values) for key, values in collected.items()}

    def differences(self, metric, layer, task, heads):
        values = self.values(metric, layer)
        pairs = [values[task, heads, seed] - values[task, 1, seed] for seed in range(10)]
        return [pair for pair in pairs if not math.isnan(pair)]

    def assert_near(self, found, expected):
        self.assertLessEqual(abs(found - expected), TOLERANCE * max(1, abs(expected)), (found, expected))

    def test_differences_are_those_of_scipy(self):
        rows = self.query("differences")
        checked = 0
        for row in rows:
            if row["metric"] not in PRIMARY or row["layer"] == -1:
                continue
            pairs = self.differences(row["metric"], row["layer"], row["task"], row["heads"])
            self.assertEqual(row["n"], len(pairs))
            self.assertEqual(row["broken"], 10 - len(pairs))
            self.assert_near(row["difference"], numpy.mean(pairs))
            self.assert_near(row["difference_sd"], numpy.std(pairs, ddof=1))
            interval = scipy.stats.ttest_1samp(pairs, 0).confidence_interval(0.95)
            self.assert_near(row["difference_low"], interval.low)
            self.assert_near(row["difference_high"], interval.high)
            test = scipy.stats.permutation_test((pairs,), numpy.mean, permutation_type="samples", n_resamples=math.inf,
                                                vectorized=True)
            self.assert_near(row["p"], test.pvalue)
            self.assertEqual(row["smallest_p"], 2.0 ** (1 - len(pairs)))
            checked += 1
        self.assertEqual(checked, 2 * 2 * 2 * 3)  # tasks, arms, metrics, layers

    def test_holm_is_that_of_statsmodels(self):
        family = [row for row in self.query("differences") if row["label"] == "confirmatory"]
        self.assertEqual(len(family), 8)
        self.assertTrue(all(row["layer"] == "mean" for row in family))
        adjusted = statsmodels.stats.multitest.multipletests([row["p"] for row in family], method="holm")[1]
        for row, expected in zip(family, adjusted):
            self.assert_near(row["holm_p"], expected)

    def test_trends_are_those_of_scipy(self):
        checked = 0
        for row in self.query("trend", "layer=mean"):
            if row["metric"] not in PRIMARY:
                continue
            values = self.values(row["metric"], "mean")
            slopes = []
            for seed in range(10):
                of_seed = [values[row["task"], heads, seed] for heads in (1, 2, 4)]
                if not any(map(math.isnan, of_seed)):
                    slopes.append(scipy.stats.linregress([0, 1, 2], of_seed).slope)
            test = scipy.stats.ttest_1samp(slopes, 0)
            self.assertEqual(row["n"], len(slopes))
            self.assert_near(row["slope"], numpy.mean(slopes))
            self.assert_near(row["slope_high"], test.confidence_interval(0.95).high)
            self.assert_near(row["p"], test.pvalue)
            checked += 1
        self.assertEqual(checked, 4)

    def test_summary_is_that_of_scipy(self):
        checked = 0
        for row in self.query("summary", "split=heldout"):
            if row["layer"] < 0:
                continue
            for metric, is_time in PRIMARY.items():
                values = self.values(metric, row["layer"])
                of_arm = [values[row["task"], row["heads"], seed] for seed in range(10)]
                of_arm = [value for value in of_arm if not math.isnan(value)]
                interval = scipy.stats.ttest_1samp(of_arm, 0).confidence_interval(0.95)
                scale = (lambda value: 10**value) if is_time else (lambda value: value)
                self.assert_near(row[metric], scale(numpy.mean(of_arm)))
                self.assert_near(row[metric + "_sd"], numpy.std(of_arm, ddof=1))
                self.assert_near(row[metric + "_low"], scale(interval.low))
                self.assert_near(row[metric + "_high"], scale(interval.high))
                checked += 1
        self.assertEqual(checked, 6 * 2 * 2)


class TwoStage(harness.StoreTest):
    """[replicate] through the real programs, embedded and under MPI."""

    def test_the_run_goes_on_with_more_seeds(self):
        sweep = self.folder / "sweep.toml"
        sweep.write_text(SWEEP.replace("seeds = 10", "seeds = 8").replace("[axes]", """[replicate]
metric = "fidelity_min_inner"
half_width = 1e-9
max_seeds = 11
[axes]"""))
        embedded, under_mpi = self.store("embedded.db"), self.store("mpi.db")
        finished = self.run_headsweep("run", str(sweep), "--store", embedded)
        self.assert_code(finished, harness.DONE)
        self.assertIn("replicate: 8 -> 11 seeds", finished.stderr)
        self.assert_code(self.run_mpi(3, "run", str(sweep), "--store", under_mpi), harness.DONE)
        rows = []
        for store in (embedded, under_mpi):
            self.assert_code(self.run_headsweep("verify", store), harness.DONE)
            finished = self.run_headsweep("query", store, "differences", "--format", "json")
            rows.append(json.loads(finished.stdout))
        self.assertEqual(rows[0], rows[1])
        self.assertEqual({row["n"] for row in rows[0]}, {11})
        self.assertTrue(all(row["p"] is None and "[replicate]" in row["note"] for row in rows[0]))


if __name__ == "__main__":
    unittest.main()
