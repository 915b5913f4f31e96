"""Which training step trials take: what `plan` foretells is what `run` does, and --step decides."""

import json
import unittest

from harness import DONE, SMOKE, StoreTest, rows

# One arm of two is penalised, which the fused step does not do.
PENALISED = ("--set", 'axes={"diversity.penalty_weight" = [0.0, 0.1]}', "--set", 'diversity.penalty="output"', "--set",
             "model.heads=4", "--set", "sweep.seeds=1", "--set", "training.steps=20", "--set", "measure.sequences=2",
             "--set", "measure.permuted_draws=0")


class StepChoice(StoreTest):
    def planned(self, *options):
        plan = self.run_headsweep("plan", SMOKE, *PENALISED, "--format", "json", *options)
        self.assert_code(plan, DONE)
        return [trial["step_kind"] for trial in json.loads(plan.stdout)["trials"]]

    def step_lines(self, *options):
        plan = self.run_headsweep("plan", SMOKE, *PENALISED, *options)
        self.assert_code(plan, DONE)
        return [line.split(None, 1)[1] for line in plan.stdout.splitlines() if line.startswith("step ")]

    def taken(self, store, *options):
        finished = self.run_headsweep("run", SMOKE, *PENALISED, "--store", self.store(store), "--device", "cpu", *options)
        self.assert_code(finished, DONE)
        return finished.stderr, rows(self.store(store), "SELECT step_kind, numerics FROM trial_results ORDER BY trial")

    def test_fused_where_it_can_be(self):
        said, taken = self.taken("auto.db")
        self.assertEqual([kind for kind, _ in taken], ["fused", "eager"])
        self.assertEqual(self.planned(), ["fused", "eager"])
        self.assertEqual(self.step_lines(), ["fused on CPUs, 1 trial",
                                             "eager, 1 trial: diversity penalties have no fused gradient"])
        self.assertIn("1 trials take the eager step (diversity penalties have no fused gradient)", said)
        self.assertEqual(self.planned("--step", "fused"), ["fused", "eager"])

    def test_eager_for_all_by_force(self):
        said, taken = self.taken("eager.db", "--step", "eager")
        self.assertEqual([kind for kind, _ in taken], ["eager", "eager"])
        self.assertEqual([json.loads(numerics)["step"] for _, numerics in taken], ["eager", "eager"])
        self.assertEqual(self.planned("--step", "eager"), ["eager", "eager"])
        self.assertEqual(self.step_lines("--step", "eager"), ["eager, 2 trials: asked for with --step"])
        self.assertNotIn("eager step (", said)  # what was asked for needs no warning

    def test_on_gpus(self):
        self.assertEqual(self.step_lines("--device", "cuda")[0], "fused on GPUs, 1 trial")
        gang = self.step_lines("--device", "cuda", "--set", "resources.gpus_per_trial=2")
        self.assertEqual(gang, ["eager, 2 trials: on GPUs a gang takes the eager step"])


if __name__ == "__main__":
    unittest.main()
