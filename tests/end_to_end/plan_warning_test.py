"""`plan` warns before any trial where the seeds of a sweep cannot reject anything, and only there."""

import json
import unittest

from harness import DONE, SMOKE, StoreTest

TESTED = ("--set", 'analysis.baseline={"model.heads"=1}', "--set", 'analysis.primary=["fidelity_min_inner"]')


class PlanWarning(StoreTest):
    def notes(self, *options):
        finished = self.run_headsweep("plan", SMOKE, "--format", "json", *options)
        self.assert_code(finished, DONE)
        return [note for note in json.loads(finished.stdout)["notes"] if "cannot reject" in note]

    # Two tasks and one arm beside the baseline are two tests: the smallest p, 2^(1-n), must reach 0.05 / 2.
    def test_too_few_seeds_are_told_and_how_many_it_takes(self):
        for seeds in (2, 6):
            notes = self.notes(*TESTED, "--set", f"sweep.seeds={seeds}")
            self.assertEqual(len(notes), 1)
            self.assertIn(f"{seeds} seeds cannot reject", notes[0])
            self.assertIn("it takes 7 seeds", notes[0])

    def test_people_see_it_in_the_table_too(self):
        finished = self.run_headsweep("plan", SMOKE, *TESTED)
        self.assert_code(finished, DONE)
        self.assertRegex(finished.stdout, r"(?m)^note +2 seeds cannot reject: .* it takes 7 seeds$")

    def test_nothing_is_said_where_seeds_suffice_or_nothing_is_tested(self):
        self.assertEqual(self.notes(*TESTED, "--set", "sweep.seeds=7"), [])
        self.assertEqual(self.notes("--set", "sweep.seeds=2"), [])

    # Seven primary metrics make fourteen tests, for which eight seeds are too few; the rule's result is an interval all the same.
    def test_nothing_is_said_of_a_replicated_sweep(self):
        many = ("--set", 'analysis.baseline={"model.heads"=1}', "--set", "sweep.seeds=8", "--set",
                'analysis.primary=["fidelity_min", "fidelity_min_inner", "mixing_time_paper", "mixing_time_forward",'
                ' "mixing_time_backward", "hitting_time_forward_mean", "hitting_time_backward_mean"]')
        self.assertEqual(len(self.notes(*many)), 1)
        rule = 'replicate={metric="fidelity_min", half_width=0.1, max_seeds=20}'
        self.assertEqual(self.notes(*many, "--set", rule), [])


if __name__ == "__main__":
    unittest.main()
