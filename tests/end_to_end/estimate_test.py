"""`headsweep plan --estimate` tells how long a run takes. How near it comes is measured by bench/time_estimate.py."""

import json
import unittest

from harness import DONE, ERROR, SMOKE, StoreTest


class Estimate(StoreTest):
    def estimate(self, *arguments):
        finished = self.run_headsweep("plan", SMOKE, "--estimate", "--format", "json", *arguments)
        self.assert_code(finished, DONE)
        return json.loads(finished.stdout)["estimate"]

    def test_adds_up_over_workers(self):
        alone = self.estimate("--workers", "1")
        self.assertGreater(alone["seconds"], 0)
        self.assertAlmostEqual(alone["seconds"], alone["trial_seconds"])
        together = self.estimate("--workers", "8", "--threads", "2")
        self.assertEqual((together["workers"], together["threads"]), (8, 2))
        self.assertGreaterEqual(together["trial_seconds"], together["seconds"])  # 8 trials: the longest of them
        self.assertLessEqual(together["trial_seconds"], 8 * together["seconds"])

    def test_counts_the_steps(self):
        few = self.estimate("--workers", "1", "--set", "training.steps=10", "--set", "measure.every=0")
        many = self.estimate("--workers", "1", "--set", "training.steps=1000000", "--set", "measure.every=0")
        self.assertGreater(many["seconds"], 10 * few["seconds"])

    def test_needs_the_trainer(self):
        finished = self.run_headsweep("plan", SMOKE, "--estimate", "--trainer", str(self.folder / "none"))
        self.assert_one_line(finished, ERROR, "none")

    def test_without_it_the_plan_asks_no_trainer(self):
        finished = self.run_headsweep("plan", SMOKE, "--format", "json", "--trainer", str(self.folder / "none"))
        self.assert_code(finished, DONE)
        self.assertNotIn("seconds", json.loads(finished.stdout)["estimate"])


if __name__ == "__main__":
    unittest.main()
