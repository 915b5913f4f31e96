"""The report of a real sweep in a real browser: what it draws is what the store has."""

import csv
import io
import math
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

import large_store
from browser import Browser
from harness import HEADSWEEP
from page_case import SWEEP, TABLE, PageCase, close

FIGURES = ("confirmatory", "mixing", "fidelity", "layers", "differences", "accuracy", "trajectories", "diversity",
           "attention-maps", "attention-graph")


class ReportTest(PageCase):
    def test_opens_without_a_word_on_the_console_and_without_the_network(self):
        self.assertEqual(self.browser.complaints(), [])
        self.assertEqual(self.browser.requests(), [])
        self.assertEqual(self.browser.run("return document.querySelector('h1').textContent"), "little </script> sweep")

    def test_every_figure_is_drawn(self):
        for figure in FIGURES:
            with self.subTest(figure):
                self.assertGreater(len(self.traces(figure)), 0)
                marks = self.browser.run(
                    "return document.getElementById(arguments[0]).querySelectorAll('.plot .trace, .plot .hm').length",
                    figure)
                self.assertGreater(marks, 0)
                label = self.browser.run(
                    "return document.getElementById(arguments[0]).querySelector('.plot').getAttribute('aria-label')",
                    figure)
                self.assertIn("table", label)

    def test_seeds_means_and_intervals_are_those_of_the_store(self):
        for figure, metric, scale in (("mixing", "hitting_time_forward_mean", 1), ("mixing", "mixing_time_paper", 1),
                                      ("fidelity", "fidelity_min_inner", 100), ("fidelity", "fidelity_min", 100)):
            for task in ("copy", "cycle"):
                with self.subTest(f"{metric} of {task}"):
                    seeds, = self.traces(figure, kind="seeds", metric=metric, task=task)
                    values = self.query(f"select {metric} from layer_results where task = ? and layer = 1 and "
                                        f"split = 'heldout' and {metric} is not null", task)
                    self.assert_same_numbers(seeds["y"], [scale * value for value, in values])
                    mean, = self.traces(figure, kind="mean", metric=metric, task=task)
                    rows = self.query(f"select {metric}, {metric}_high from summary where task = ? and layer = 1 and "
                                      "split = 'heldout' order by heads", task)
                    self.assert_same_numbers(mean["y"], [scale * value for value, _ in rows])
                    for up, (value, high) in zip(mean["up"], rows):
                        self.assertLess(abs(up - scale * (high - value)), 1e-4 * abs(scale * high) + 1e-9)

    def test_nulls_are_those_of_the_store(self):
        for null in ("untrained", "permuted", "uniform"):
            with self.subTest(null):
                trace, = self.traces("mixing", kind="null", null=null, metric="hitting_time_forward_mean", task="cycle")
                rows = self.query("select value from nulls where null_name = ? and task = 'cycle' and layer = 1 and "
                                  "metric = 'hitting_time_forward_mean' and (split = 'heldout' or split is null)", null)
                self.assert_same_numbers(trace["y"], [value for value, in rows])

    def test_paired_differences_are_those_of_the_store(self):
        for figure in ("confirmatory", "differences"):
            for metric, shown in (("hitting_time_forward_mean", lambda d: 10 ** d), ("fidelity_min_inner", lambda d: 100 * d)):
                with self.subTest(f"{metric} in {figure}"):
                    pairs = self.query("select difference from pairs where metric = ? and layer = 1 and "
                                       "split = 'heldout' and difference is not null", metric)
                    seeds, = self.traces(figure, kind="seeds", metric=metric)
                    self.assert_same_numbers(seeds["x"], [shown(difference) for difference, in pairs])

    def test_first_screen_says_that_six_pairs_cannot_establish_anything(self):
        text = self.browser.run("return document.getElementById('answer').innerText")
        self.assertIn("Does the number of heads change mixing and fidelity", text)
        self.assertIn("Cannot be established with 6 pairs", text)
        self.assertIn("copy needs no attention", text)

    def test_curves_end_where_the_store_ends(self):
        rows = self.query("select t.heads, avg(c.accuracy) from curves c join trials t using (trial) where t.task = 'cycle' "
                          "and c.step = 120 group by t.heads order by t.heads")
        ends = [trace["y"][-1] for trace in self.traces("trajectories", kind="curve", quantity="accuracy")]
        for _, accuracy in rows:
            self.assertTrue(any(close(end, 100 * accuracy) for end in ends), (accuracy, ends))
        layers = self.traces("trajectories", kind="curve", quantity="hitting_time_forward_mean")
        self.assertEqual(layers[0]["x"], [60, 120])

    def test_attention_rows_sum_to_one(self):
        maps = self.browser.run("return document.getElementById('attention-maps').querySelector('.plot').data.map("
                                "(trace) => trace.z)")
        self.assertGreaterEqual(len(maps), 2)
        for rows in maps:
            for row in rows:
                self.assertAlmostEqual(sum(value for value in row if value is not None), 1, delta=0.05)

    def test_layer_and_sequences_can_be_chosen(self):
        self.browser.run("""const [layer, split] = [...document.querySelectorAll('.selection select')];
                            split.value = 'train'; split.dispatchEvent(new Event('change'));
                            const again = document.querySelector('.selection select');
                            again.value = '0'; again.dispatchEvent(new Event('change'));""")
        seeds, = self.traces("fidelity", kind="seeds", metric="fidelity_min_inner", task="cycle")
        values = self.query("select fidelity_min_inner from layer_results where task = 'cycle' and layer = 0 and split = 'train'")
        self.assert_same_numbers(seeds["y"], [100 * value for value, in values])
        self.assertEqual(self.browser.complaints(), [])

    def test_tables_and_csv_have_the_figures_numbers(self):
        table = self.browser.run(TABLE, "fidelity")
        place = {name: number for number, name in enumerate(table["columns"])}
        summary = self.query("select task, heads, fidelity_min_inner, fidelity_min_inner_low, fidelity_min_inner_n, "
                             "fidelity_min_inner_untrained from summary where layer = 1 and split = 'heldout'")
        self.assertEqual(len(summary), 4)
        for task, heads, mean, low, n, untrained in summary:
            row, = [row for row in table["rows"] if row[place["task"]] == task and row[place["heads"]] == heads and
                    row[place["metric"]] == "fidelity_min_inner"]
            self.assertTrue(close(row[place["mean"]], mean))
            self.assertTrue(math.isclose(row[place["low"]], low, rel_tol=1e-4, abs_tol=1e-8))
            self.assertEqual(row[place["n"]], n)
            self.assertTrue(close(row[place["untrained"]], untrained))
        text = self.browser.run("return csvText(figures.find((one) => one.id === 'fidelity').drawn.table)")
        lines = list(csv.reader(io.StringIO(text)))
        self.assertEqual(lines[0], table["columns"])
        self.assertEqual(len(lines) - 1, len(table["rows"]))
        for line, row in zip(lines[1:], table["rows"]):
            for cell, value in zip(line, row):
                if isinstance(value, (int, float)):
                    self.assertTrue(close(float(cell), value))
                else:
                    self.assertEqual(cell, value or "")

    def test_light_dark_and_phone_fit(self):
        for name, width, dark in (("light", 1400, False), ("dark", 1400, True), ("phone", 390, False)):
            with self.subTest(name):
                self.browser.open(self.page, width=width, dark=dark)
                self.assertEqual(self.browser.complaints(), [])
                self.assertEqual(self.browser.run("return document.documentElement.scrollWidth"), width)
                ink = self.browser.run("return document.querySelector('#mixing .plot').layout.font.color")
                self.assertEqual(ink, "#e8eaed" if dark else "#1a1d21")
                self.browser.screenshot(name)

    def test_prints_light_on_paper(self):
        self.browser.open(self.page, dark=True)
        self.assertGreater(len(self.browser.print_pdf("printed")), 100_000)
        self.browser.run("window.dispatchEvent(new Event('beforeprint'))")
        layout = self.browser.run("const { font, width } = document.querySelector('#mixing .plot').layout; return [font.color, width]")
        self.assertEqual(layout, ["#1a1d21", 680])
        self.browser.run("window.dispatchEvent(new Event('afterprint'))")
        self.assertEqual(self.browser.run("return document.querySelector('#mixing .plot').layout.font.color"), "#e8eaed")
        self.assertEqual(self.browser.complaints(), [])


class OtherStoresTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="headsweep-report-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.store, self.page = self.folder / "results.db", self.folder / "report.html"
        (self.folder / "sweep.toml").write_text(SWEEP)

    def headsweep(self, *words):
        return subprocess.run([HEADSWEEP, *map(str, words)], capture_output=True, text=True, timeout=300)

    def open(self):
        browser = Browser(self.folder)
        self.addCleanup(browser.close)
        browser.open(self.page)
        self.assertEqual(browser.complaints(), [])
        return browser

    def test_unfinished_store_without_weights_says_so(self):
        self.headsweep("run", self.folder / "sweep.toml", "--store", self.store, "--quiet", "--limit", "3",
                       "--set", "measure.keep=\"none\"")
        done = self.headsweep("report", self.store, "--out", self.page)
        self.assertEqual(done.returncode, 0, done.stderr)
        browser = self.open()
        self.assertIn("21 of 24 trials are still to come", browser.run("return document.getElementById('answer').innerText"))
        self.assertIn("No weights were kept", browser.run("return document.getElementById('attention-section').innerText"))

    def test_ten_thousand_trials_fit_in_fifteen_megabytes(self):
        self.headsweep("run", self.folder / "sweep.toml", "--store", self.store, "--quiet", "--set", "sweep.seeds=10")
        large_store.make_large(str(self.store), str(self.folder / "large.db"), 250)
        done = self.headsweep("report", self.folder / "large.db", "--out", self.page)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertLess(self.page.stat().st_size, 15_000_000)
        browser = self.open()
        self.assertIn("10,000 trials done", browser.run("return document.querySelector('.facts').textContent"))

    def test_watching_ends_when_all_trials_have(self):
        run = subprocess.Popen([HEADSWEEP, "run", str(self.folder / "sweep.toml"), "--store", str(self.store), "--quiet"])
        self.addCleanup(run.wait)
        end = time.monotonic() + 60
        while self.headsweep("status", self.store).returncode == 1 and time.monotonic() < end:
            time.sleep(0.05)
        status = self.headsweep("status", self.store, "--watch")
        self.assertEqual(status.returncode, 0, status.stderr)
        self.assertIn("100%", status.stdout)
        self.assertIn("24 done", status.stdout)
        report = self.headsweep("report", self.store, "--out", self.page, "--watch", "--every", "1")
        self.assertIn("shows 24 of 24 trials", report.stderr)
        self.assertNotIn('"reload_seconds"', self.page.read_text())

    def test_bad_input_is_one_line(self):
        missing = self.headsweep("report", self.folder / "none.db", "--out", self.page)
        self.assertEqual(missing.returncode, 1)
        self.assertEqual(len(missing.stderr.splitlines()), 1)
        self.headsweep("run", self.folder / "sweep.toml", "--store", self.store, "--quiet", "--limit", "1")
        nowhere = self.headsweep("report", self.store, "--out", self.folder / "none" / "report.html")
        self.assertEqual(nowhere.returncode, 1)
        self.assertIn("cannot write", nowhere.stderr)
        self.assertEqual(len(nowhere.stderr.splitlines()), 1)


if __name__ == "__main__":
    unittest.main()
