"""The numbers of every figure and table of the page beside those of the store."""

import json
import unittest

from page_case import PageCase, close

HEADLINE = ("mixing_time_paper", "mixing_time_forward", "mixing_time_backward", "hitting_time_forward_mean",
            "hitting_time_backward_mean", "fidelity_min_inner", "fidelity_min")
ROWS_OF = """return [...document.querySelectorAll(arguments[0] + ' tbody tr')].map((row) =>
  [...row.cells].map((cell) => cell.textContent))"""


class NumbersTest(PageCase):
    def rows(self, selector):
        return self.browser.run(ROWS_OF, selector)

    def assert_shown(self, cell, number):
        """Tables on the page have five digits, or all of whole numbers."""
        if number is None:
            self.assertEqual(cell, "–")
        else:
            self.assertLessEqual(abs(float(cell) - number), 6e-5 * abs(number), cell)

    def differences(self, *where):
        return json.loads(self.headsweep("query", self.store, "differences", "--format", "json", "--where", "layer=1",
                                         "--where", "split=heldout", *where).stdout)

    def test_layers(self):
        for layer in (0, 1):
            for task in ("copy", "cycle"):
                with self.subTest(f"layer {layer} of {task}"):
                    mean, = self.traces("layers", kind="mean", metric="hitting_time_forward_mean", task=task,
                                        layer=str(layer))
                    rows = self.query("select hitting_time_forward_mean from summary where task = ? and layer = ? and "
                                      "split = 'heldout'", task, layer)
                    self.assert_same_numbers(mean["y"], [value for value, in rows])

    def test_accuracy(self):
        for task in ("copy", "cycle"):
            seeds, = self.traces("accuracy", kind="seeds", task=task)
            rows = self.query("select accuracy from trial_results where task = ?", task)
            self.assertEqual(len(rows), 12)
            self.assert_same_numbers(seeds["y"], [100 * accuracy for accuracy, in rows])
        ceilings = {trace["y"][0] for trace in self.traces("accuracy", kind="level")}
        for ceiling, chance in self.query("select distinct ceiling_accuracy, chance_accuracy from trial_results"):
            for level in (ceiling, 0.9 * ceiling, chance):
                self.assertTrue(any(close(100 * level, drawn) for drawn in ceilings), (level, ceilings))

    def test_diversity(self):
        for task in ("copy", "cycle"):
            points, = self.traces("diversity", kind="seeds", metric="fidelity_min_inner", task=task)
            rows = self.query("select js_divergence, 100 * fidelity_min_inner from layer_results where task = ? and "
                              "layer = 1 and split = 'heldout' and heads = 2", task)
            self.assertEqual(len(rows), 6)
            self.assert_same_numbers(points["x"], [across for across, _ in rows])
            self.assert_same_numbers(points["y"], [upward for _, upward in rows])

    def test_signs_of_all_definitions(self):
        rows = {row[0]: row[1:] for row in self.rows("#signs")}
        found = {(one["task"], one["metric"]): one for metric in HEADLINE
                 for one in self.differences("--where", f"metric={metric}")}
        self.assertEqual(len(rows), 2)
        arrows = 0
        for task in ("copy", "cycle"):
            cells = rows[f"{task}, heads 2"]
            signs = {}
            for metric, cell in zip(HEADLINE, cells):
                one = found[task, metric]
                signs[metric] = (one["difference_low"] > 0) - (one["difference_high"] < 0)
                self.assertEqual(cell[0], {1: "▲", -1: "▼", 0: "·"}[signs[metric]], (task, metric, cell))
                arrows += abs(signs[metric])
                number = float(cell[2:].replace("×", "").replace(" pp", ""))
                stored = one["ratio"] if "_time_" in metric and metric != "mixing_time_paper" else one["difference"]
                scale = 100 if metric.startswith("fidelity") else 1
                self.assertLessEqual(abs(number - scale * stored), 6e-3 * abs(scale * stored), (cell, stored))
            opposite = [kind for kind, some in (("mixing", HEADLINE[:5]), ("fidelity", HEADLINE[5:]))
                        if {1, -1} <= {signs[metric] for metric in some}]
            self.assertEqual(cells[len(HEADLINE)], " and ".join(opposite) or "none")
        self.assertGreater(arrows, 0)

    def test_trends(self):
        rows = {(row[0], row[2]): row for row in self.rows("#trends")}
        self.assertEqual(len(rows), 2 * len(HEADLINE))
        for metric, shown in (("hitting_time_forward_mean", lambda slope: 10 ** slope),
                              ("fidelity_min_inner", lambda slope: slope)):
            for task in ("copy", "cycle"):
                # From one head to two the slope on log2 of the heads is the difference.
                pairs = self.query("select p.difference from pairs p join trials t on t.trial = p.trial where "
                                   "p.metric = ? and p.layer = 1 and p.split = 'heldout' and t.task = ?", metric, task)
                self.assertEqual(len(pairs), 6)
                self.assert_shown(rows[task, metric][4], shown(sum(pair for pair, in pairs) / 6))
                self.assertEqual(rows[task, metric][7], "6")

    def test_fairness(self):
        rows = {row[0]: row[1:] for row in self.rows("#fairness-ledger")}
        stored = self.query("select task, heads, parameters, max(abs(parameter_mismatch)), steps, tokens, "
                            "avg(accuracy), ceiling_accuracy, count(*) from trial_results group by task, heads")
        self.assertEqual(len(stored), 4)
        for task, heads, parameters, mismatch, steps, tokens, accuracy, ceiling, done in stored:
            row = rows[f"{task}, heads {heads}"]
            for cell, number in zip(row[:4], (parameters, mismatch, steps, tokens)):
                self.assert_shown(cell, number)
            self.assert_shown(row[6], accuracy)
            self.assert_shown(row[7], ceiling)
            self.assertEqual(row[9:], [str(done), str(done), "0", "0"])
        self.assertIn("No attempt failed", self.text("failures-section"))

    def test_provenance(self):
        text = self.text("provenance")
        for fact in self.query("select name, hash, host, created_at, headsweep_version, sqlite_version, "
                               "metrics_version, parameters from sweeps")[0]:
            self.assertIn(str(fact), text)
        workers = self.rows("#workers")
        self.assertEqual(sum(int(row[4]) for row in workers), self.query("select count(*) from workers")[0][0])
        builds = {(row[0], row[1]): row[3] for row in self.rows("#builds")}
        for build, kind, trials in self.query("select build, step_kind, count(*) from results group by 1, 2"):
            self.assertEqual(builds[build, kind], str(trials))

    def test_smallest_p_stands_beside_every_p(self):
        for figure in ("confirmatory", "differences"):
            for row in self.table(figure):
                self.assertEqual(row["smallest p possible"], 2 ** -5)
                one, = [one for one in self.differences("--where", f"metric={row['metric']}")
                        if one["task"] == row["arm"].split(",")[0]]
                self.assertTrue(close(row["p"], one["p"]))
            for trace in self.traces(figure, kind="mean"):
                for text in trace["text"]:
                    self.assertIn("(smallest possible 0.0313)", text)
        # Holm's correction over four tests asks for 0.0125.
        self.assertEqual({row["cannot reject at this n"] for row in self.table("confirmatory")}, {"cannot"})
        self.assertIn("where 0.0312 is the smallest possible", self.text("answer"))

    def test_accuracy_and_failures_stand_beside_every_metric(self):
        stored = {(task, heads): accuracy for task, heads, accuracy in self.query(
            "select task, heads, avg(accuracy) from trial_results group by task, heads")}
        for figure in ("mixing", "fidelity", "layers"):
            for row in self.table(figure):
                self.assertTrue(close(row["accuracy"], stored[row["task"], row["heads"]]), (figure, row))
                self.assertEqual((row["failure rate"], row["divergence rate"]), (0, 0))
        for figure in ("confirmatory", "differences"):
            for row in self.table(figure):
                self.assertTrue(close(row["accuracy"], stored[row["arm"].split(",")[0], 2]))
        for figure in ("mixing", "fidelity", "layers", "differences", "confirmatory", "signs", "trajectories",
                       "diversity"):
            caption = self.caption(figure)
            self.assertRegex(caption, r"Accuracy: copy, heads 1: [\d.]+%; copy, heads 2: ", figure)
            self.assertIn("No trial failed or diverged.", caption, figure)
        for row in self.rows("#trends"):
            self.assertEqual(row[-2:], ["0%", "0%"])

    def test_equal_accuracy_stands_beside_equal_steps(self):
        rows = {(row[0], row[1]): row[2:] for row in self.rows("#equal-accuracy")}
        self.assertEqual(len(rows), 8)
        reached = 0
        for task in ("copy", "cycle"):
            for heads in (1, 2):
                cells = rows[f"{task}, heads {heads}", "fidelity_min_inner"]
                at_steps, = self.query("select fidelity_min_inner from summary where task = ? and heads = ? and "
                                       "layer = 1 and split = 'heldout'", task, heads)
                self.assert_shown(cells[0], at_steps[0])
                at_accuracy, count = self.query(
                    "select avg(fidelity_min_inner), count(*) from at_accuracy where task = ? and heads = ? and "
                    "layer = 1 and split = 'heldout'", task, heads)[0]
                self.assert_shown(cells[3], at_accuracy)
                self.assertEqual(cells[1:3], [str(count), "6"])
                reached += count
        self.assertGreater(reached, 0, "some trials reach 90% of the ceiling")
        for one in self.differences("--where", "metric=fidelity_min_inner", "--where", "at=accuracy"):
            cells = rows[f"{one['task']}, heads 2", "fidelity_min_inner"]
            for cell, name in zip(cells[6:9], ("difference", "difference_low", "difference_high")):
                self.assert_shown(cell, one[name])
            self.assertEqual(cells[9], str(one["n"]))

    def test_captions_say_that_copy_needs_no_attention(self):
        for figure in ("confirmatory", "mixing", "fidelity", "layers", "signs", "differences", "trends", "accuracy",
                       "trajectories", "diversity", "attention-maps", "attention-graph"):
            self.assertIn("copy needs no attention", self.caption(figure), figure)
        self.browser.run("""const select = document.querySelector('#attention-section select');
            select.value = [...select.options].find((option) => option.text.startsWith('cycle')).value;
            select.dispatchEvent(new Event('change'))""")
        for figure in ("attention-maps", "attention-graph"):
            self.assertNotIn("copy needs no attention", self.caption(figure), figure)


if __name__ == "__main__":
    unittest.main()
