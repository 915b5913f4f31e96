"""The page of a sweep with [replicate]: a rule chose its seeds, so intervals are the result and nothing is tested."""

import math
import re
import unittest

from page_case import SWEEP, PageCase

REPLICATE = """
[replicate]
metric = "hitting_time_forward_mean"
half_width = 0.01
max_seeds = 10
"""
# Of what would be said of tests.
TEST_WORDS = re.compile(r"Holm|sign-flip|p =|smallest p|established|cannot", re.IGNORECASE)


class ReplicatedTest(PageCase):
    SWEEP = SWEEP.replace("seeds = 6", "seeds = 8").replace('["copy", "cycle"]', '["cycle"]') + REPLICATE

    def test_first_screen_gives_the_rule_and_what_it_chose(self):
        text = self.text("answer")
        self.assertIn("The interval is the result", text)
        self.assertIn("Stein's two-stage rule", text)
        self.assertIn("n0 = 8", text)
        self.assertIn("at most 10", text)
        logged, = self.query("select difference from amendments")[0]
        self.assertIn("8 -> 10 seeds", logged)
        self.assertIn(logged, self.text("provenance"))

    def test_deviation_of_the_first_seeds_and_the_interval_are_those_of_the_store(self):
        pairs = [difference for difference, in self.query(
            "select difference from pairs where metric = 'hitting_time_forward_mean' and layer = 1 and "
            "split = 'heldout' order by seed")]
        self.assertEqual(len(pairs), 10)
        mean = sum(pairs[:8]) / 8
        deviation = math.sqrt(sum((pair - mean) ** 2 for pair in pairs[:8]) / 7)
        half = 2.364624251 * deviation / math.sqrt(10)  # t(0.975, 7)
        rule, = self.browser.run("return report.rule")
        self.assertEqual((rule["n0"], rule["n"]), (8, 10))
        self.assertEqual(rule["asked"], math.ceil((2.364624251 * deviation / 0.01) ** 2))
        self.assertAlmostEqual(rule["s"], deviation, delta=1e-6 * deviation)
        self.assertAlmostEqual(rule["half_width"], half, delta=1e-6 * half)
        row, = [row for row in self.table("confirmatory") if row["metric"] == "hitting_time_forward_mean"]
        self.assertEqual(row["verdict"], "the interval is the result")
        self.assertAlmostEqual(row["low"], 10 ** (sum(pairs) / 10 - half), delta=1e-5)
        self.assertAlmostEqual(row["high"], 10 ** (sum(pairs) / 10 + half), delta=1e-5)
        other, = [row for row in self.table("confirmatory") if row["metric"] == "fidelity_min_inner"]
        self.assertIn("not tested", other["verdict"])

    def test_nothing_speaks_of_tests(self):
        for section in ("answer", "confirmatory", "differences-section"):
            with self.subTest(section):
                self.assertNotRegex(self.text(section), TEST_WORDS)
        for figure in ("confirmatory", "differences"):
            with self.subTest(figure):
                self.assertFalse([column for column in self.table(figure)[0] if re.search(r"\bp\b", column)])
                texts = [text for trace in self.traces(figure, kind="mean") for text in trace["text"]]
                self.assertTrue(texts)
                self.assertNotRegex(" ".join(texts), TEST_WORDS)
        self.assertNotIn("p", self.browser.run(
            "return [...document.querySelectorAll('#trends th')].map((head) => head.textContent)"))
        self.assertEqual(self.browser.complaints(), [])

    def test_before_the_first_seeds_are_done_nothing_is_the_result(self):
        store, page = self.folder / "begun.db", self.folder / "begun.html"
        self.headsweep("run", self.folder / "sweep.toml", "--store", store, "--quiet", "--limit", "6", allowed=(3,))
        self.headsweep("report", store, "--out", page)
        self.browser.open(page)
        self.assertIn("has not decided yet", self.text("answer"))
        self.assertEqual(self.browser.run("return report.rule"), [])
        self.browser.open(self.page)
        self.assertNotIn("has not decided yet", self.text("answer"))


if __name__ == "__main__":
    unittest.main()
