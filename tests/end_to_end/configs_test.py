"""Every sweep in configs/ trains two shortened trials, measures them and leaves a store without findings."""

import json
import sys
import unittest

from harness import DONE, SOURCE, UNFINISHED, StoreTest, rows

CONFIGS = sorted((SOURCE / "configs").glob("*.toml"))
# One seed, so that the two trials are of different arms.
SHORTENED = ("training.steps=20", "measure.every=0", "measure.sequences=2", "sweep.seeds=1")


class ConfigsTest(StoreTest):
    def test_there_are_configs(self):
        self.assertGreaterEqual(len(CONFIGS), 9)

    def test_each_plans_equal_parameters(self):
        for config in CONFIGS:
            with self.subTest(config=config.name):
                planned = self.run_headsweep("plan", str(config), "--format", "json")
                self.assert_code(planned, DONE)
                plan = json.loads(planned.stdout)
                self.assertGreater(plan["count"], 0)
                for trial in plan["trials"]:
                    self.assertLessEqual(abs(trial["parameter_mismatch"]), 0.002)
                    parts = ("embeddings", "attention", "mlp", "norms")
                    self.assertEqual(trial["parameters"], sum(trial[f"parameters_{part}"] for part in parts))

    def test_each_trains_and_measures(self):
        for config in CONFIGS:
            with self.subTest(config=config.name):
                store = self.store(config.stem + ".db")
                arguments = [part for override in SHORTENED for part in ("--set", override)]
                ran = self.run_headsweep(
                    "run", str(config), "--store", store, "--limit", "2", "--workers", "2", *arguments, timeout=300
                )
                self.assert_code(ran, UNFINISHED)
                self.assertEqual("combinations collapsed: " in ran.stderr, config.stem == "diversity_penalty")
                done = rows(store, "select count(*) from trial_results where state = 'done' and loss is not null")
                self.assertEqual(done, [(2,)])
                self.assertGreater(rows(store, "select count(*) from layer_results")[0][0], 0)
                self.assert_code(self.run_headsweep("verify", store), DONE)


if __name__ == "__main__":
    sys.exit(unittest.main())
