"""The report of a real sweep in a real browser: what it draws is what the store has."""

import csv
import io
import json
import math
import pathlib
import shutil
import sqlite3
import statistics
import subprocess
import tempfile
import time
import unittest

from selenium.webdriver.common.keys import Keys

import large_store
from browser import Browser
from harness import HEADSWEEP

# 48 trainings of a tenth of a second. Six seeds are the fewest that are tested at all.
SWEEP = """
[sweep]
name = "little </script> sweep"
seeds = 6
[model]
vocabulary = 16
length = 12
width = 16
layers = 2
mlp_width = 32
dropout = 0.0
[training]
samples = 0
steps = 120
batch = 16
learning_rate = 3e-3
[measure]
sequences = 4
permuted_draws = 2
every = 60
keep = "all"
[analysis]
primary = ["hitting_time_forward_mean", "fidelity_min_inner"]
layers = "last"
baseline = { "model.heads" = 1 }
[axes]
"training.task" = ["copy", "cycle"]
"model.heads" = [1, 2]
"""

FIGURES = ("confirmatory", "mixing", "fidelity", "layers", "differences", "accuracy", "trajectories", "diversity",
           "attention-maps", "attention-graph")
TRACES = """return document.getElementById(arguments[0]).querySelector(".plot").data.map((trace) => ({
  x: Array.from(trace.x || []), y: Array.from(trace.y || []), meta: trace.meta, text: trace.text,
  up: trace.error_y && Array.from(trace.error_y.array || []), xaxis: trace.xaxis }))"""
TABLE = """const figure = figures.find((one) => one.id === arguments[0]);
return { columns: figure.drawn.table.columns, rows: figure.drawn.table.rows.map((row) => row.map((cell) =>
  (Number.isNaN(cell) || cell === undefined) ? null : cell)) };"""


def close(one, other):
    return math.isclose(one, other, rel_tol=2e-6, abs_tol=1e-9)


class ReportTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="headsweep-report-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.store = cls.folder / "results.db"
        cls.page = cls.folder / "report.html"
        (cls.folder / "sweep.toml").write_text(SWEEP)
        cls.headsweep("run", cls.folder / "sweep.toml", "--store", cls.store, "--quiet")
        cls.headsweep("report", cls.store, "--out", cls.page)
        cls.database = sqlite3.connect(f"file:{cls.store}?mode=ro", uri=True)
        cls.addClassCleanup(cls.database.close)
        cls.browser = Browser(cls.folder)
        cls.addClassCleanup(cls.browser.close)

    @classmethod
    def headsweep(cls, *words):
        return subprocess.run([HEADSWEEP, *map(str, words)], check=True, capture_output=True, text=True, timeout=300)

    def setUp(self):
        self.browser.open(self.page)

    def query(self, sql, *values):
        return self.database.execute(sql, values).fetchall()

    def traces(self, figure, **meta):
        found = self.browser.run(TRACES, figure)
        return [trace for trace in found if all((trace["meta"] or {}).get(key) == value for key, value in meta.items())]

    def assert_same_numbers(self, ours, theirs):
        self.assertEqual(len(ours), len(theirs))
        for one, other in zip(sorted(ours), sorted(theirs)):
            self.assertTrue(close(one, other), f"{ours} and {theirs}")

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

    def test_the_smallest_possible_p_stands_beside_p(self):
        table = self.browser.run(TABLE, "confirmatory")
        place = {name: number for number, name in enumerate(table["columns"])}
        self.assertEqual({row[place["smallest p possible"]] for row in table["rows"]}, {2 ** -5})
        self.assertEqual({row[place["cannot reject at this n"]] for row in table["rows"]}, {"cannot"})
        self.assertIn("where 0.0312 is the smallest possible", self.browser.run("return document.getElementById('answer').innerText"))

    def caption(self, figure):
        return self.browser.run("return document.querySelector(`#${arguments[0]} figcaption`).textContent", figure)

    def test_figures_that_show_copy_say_that_it_needs_no_attention(self):
        for figure in FIGURES:
            with self.subTest(figure):
                self.assertIn("copy needs no attention", self.caption(figure))

    def test_accuracy_and_failures_stand_beside_every_metric(self):
        for figure in ("confirmatory", "mixing", "fidelity", "layers", "differences"):
            with self.subTest(figure):
                self.assertIn("No trial failed or diverged.", self.caption(figure))
                self.assertRegex(self.caption(figure), r"Accuracy: copy, .*%")
                table = self.browser.run(TABLE, figure)
                columns = {name: number for number, name in enumerate(table["columns"])}
                for row in table["rows"]:
                    self.assertGreater(row[columns["accuracy"]], 0)
                    self.assertEqual([row[columns["failure rate"]], row[columns["divergence rate"]]], [0, 0])

    def test_equal_accuracy_stands_beside_equal_steps(self):
        shown = self.browser.run("return report.equal_accuracy.map((line) => ({ ...line, task: report.arms[line.arm].task, "
                                 "heads: report.arms[line.arm].heads, metric: report.metrics[line.metric].name }))")
        self.assertEqual(len(shown), 8)  # arms x primary metrics
        for line in shown:
            with self.subTest(f"{line['metric']} of {line['task']}, {line['heads']}"):
                values = [value for value, in self.query(
                    f"select {line['metric']} from at_accuracy where layer = 1 and split = 'heldout' and task = ? and "
                    "heads = ? order by seed", line["task"], line["heads"])]
                self.assertEqual((line["accuracy"]["n"], line["done"]), (len(values), 6))
                if values:
                    mean = (math.exp(sum(map(math.log, values)) / len(values)) if "time" in line["metric"]
                            else sum(values) / len(values))
                    self.assertTrue(close(line["accuracy"]["mean"], mean), (line, mean))
        self.assertTrue(any(line["accuracy"]["n"] > 0 for line in shown))
        rows = self.browser.run("return document.querySelectorAll('#equal-accuracy tbody tr').length")
        self.assertEqual(rows, 8)

    def test_signs_are_those_of_the_differences(self):
        rows = self.browser.run("return [...document.querySelectorAll('#signs tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent))")
        self.assertEqual(len(rows), 2)
        intervals = json.loads(self.headsweep("query", self.store, "differences", "--format", "json", "--limit", "0",
                                              "--where", "layer=last", "--where", "metric=hitting_time_forward_mean").stdout)
        place = self.browser.run("return [...document.querySelectorAll('#signs thead th')].map((cell) => cell.textContent)").index(
            "Hitting time forward, to the sink")
        self.assertEqual(len(intervals), 2)
        for interval, row in zip(sorted(intervals, key=lambda one: one["task"]), sorted(rows)):
            arrow = "▲" if interval["difference_low"] > 0 else "▼" if interval["difference_high"] < 0 else "·"
            self.assertTrue(row[place].startswith(arrow), (interval, row))

    def test_layers_accuracy_and_diversity_have_the_stores_values(self):
        drawn = [trace for trace in self.traces("layers", kind="seeds", task="cycle") if trace["meta"]["layer"] == "0"]
        values = self.query("select hitting_time_forward_mean from layer_results where task = 'cycle' and layer = 0 and split = 'heldout'")
        self.assert_same_numbers([y for trace in drawn for y in trace["y"]], [value for value, in values])
        for task in ("copy", "cycle"):
            accuracy, = self.traces("accuracy", kind="seeds", task=task)
            self.assert_same_numbers(accuracy["y"], [100 * value for value, in self.query(
                "select accuracy from trial_results where task = ?", task)])
        table = self.browser.run(TABLE, "diversity")
        trial, across = table["columns"].index("trial"), table["columns"].index("split") + 1
        name = table["columns"][across]
        for row in table["rows"]:
            value, = self.query(f"select {name} from layer_results where trial = ? and layer = 1 and split = 'heldout'", row[trial])[0]
            self.assertTrue(row[across] is None and value is None or close(row[across], value), (name, row, value))

    def test_trends_are_those_of_the_query(self):
        queried = json.loads(self.headsweep("query", self.store, "trend", "--format", "json", "--limit", "0", "--where", "layer=last").stdout)
        slopes = {(line["task"], line["metric"]): line for line in queried}
        shown = self.browser.run("return report.trends.map((line) => ({ ...line, metric: report.metrics[line.metric].name }))")
        self.assertGreater(len(shown), 0)
        for line in shown:
            slope = slopes[line["task"], line["metric"]]
            expected = 10 ** slope["slope"] if "_time_" in line["metric"] and line["metric"] != "mixing_time_paper" else slope["slope"]
            self.assertTrue(close(line["mean"], expected), (line, slope))
            self.assertTrue(close(line["p"], slope["p"]), (line, slope))

    def test_fairness_and_provenance_are_those_of_the_store(self):
        rows = self.browser.run("return [...document.querySelectorAll('#fairness-ledger tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent))")
        parameters, = self.query("select distinct parameters from trial_results")[0]
        self.assertEqual(len(rows), 4)
        for row in rows:
            self.assertEqual((float(row[1]), row[-4:]), (parameters, ["6", "6", "0", "0"]))
        text = self.browser.run("return document.getElementById('provenance').textContent")
        plan_hash, = self.query("select hash from sweeps")[0]
        build, = self.query("select distinct build from trial_results")[0]
        self.assertIn(build, text)
        self.assertEqual(self.browser.run("return report.sweep.hash"), plan_hash)
        self.assertIn("No attempt failed.", self.browser.run("return document.getElementById('failures-section').textContent"))

    def test_sixteen_heads_differ_in_colour_or_line(self):
        for dark in (False, True):
            self.browser.open(self.page, dark=dark)
            looks = self.browser.run("return Array.from({ length: 16 }, (_, head) => `${colour(head)} ${headDash(head)}`)")
            self.assertEqual(len(set(looks)), 16)

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

    def test_everything_works_by_keyboard(self):
        self.browser.press(Keys.TAB)
        self.assertEqual(self.browser.run("return document.activeElement.textContent"), "Skip to the answer")
        self.browser.press(Keys.ENTER)
        self.assertEqual(self.browser.run("return location.hash"), "#answer")
        self.browser.run("document.querySelector('#mixing select').focus()")
        self.browser.press(Keys.ARROW_DOWN)
        self.assertEqual(len(self.traces("mixing", kind="mean", metric="mixing_time_forward")), 2)
        self.browser.press(Keys.TAB)
        self.assertEqual(self.browser.run("return document.activeElement.textContent"), "Table")
        self.browser.press(Keys.ENTER)
        shown = self.browser.run("""const button = document.activeElement; return [button.getAttribute('aria-expanded'),
            button.closest('figure').querySelectorAll('tbody tr').length]""")
        self.assertEqual(shown, ["true", len(self.browser.run(TABLE, "mixing")["rows"])])
        self.browser.press(Keys.TAB)
        self.assertEqual(self.browser.run("return document.activeElement.textContent"), "CSV")
        self.browser.press(Keys.SPACE)
        end = time.monotonic() + 30
        while not (self.folder / "mixing.csv").exists() and time.monotonic() < end:
            time.sleep(0.05)
        self.assertTrue((self.folder / "mixing.csv").read_text().startswith("task,heads,metric,"))

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

    def test_a_replicated_sweep_gives_its_rule_and_interval_and_no_p(self):
        text = SWEEP.replace("seeds = 6", "seeds = 8") + """
[replicate]
metric = "hitting_time_forward_mean"
half_width = 0.05
max_seeds = 10
"""
        (self.folder / "sweep.toml").write_text(text.replace("steps = 120", "steps = 60"))
        self.assertEqual(self.headsweep("run", self.folder / "sweep.toml", "--store", self.store, "--quiet").returncode, 0)
        self.assertEqual(self.headsweep("report", self.store, "--out", self.page).returncode, 0)
        browser = self.open()
        answer = browser.run("return document.getElementById('answer').innerText")
        for words in ("The interval is the result", "first n0 = 8 paired differences", "at most 10", "h = 0.05 (of log10)"):
            self.assertIn(words, answer)
        for word in ("Not tested", "Established", "Holm", "sign-flip", " p = "):
            self.assertNotIn(word, answer)
        table = browser.run(TABLE, "confirmatory")
        self.assertEqual([name for name in ("p", "Holm p", "smallest p possible") if name in table["columns"]], [])
        rule = browser.run("return report.rule.map((line) => ({ ...line, label: report.arms[line.arm].label }))")
        with sqlite3.connect(f"file:{self.store}?mode=ro", uri=True) as database:
            for line in rule:
                pairs = [difference for difference, in database.execute(
                    "select p.difference from pairs p where p.metric = 'hitting_time_forward_mean' and p.layer = 1 and "
                    "p.split = 'heldout' and p.task = ? order by p.seed", (line["label"].split(",")[0],))]
                self.assertEqual((line["n0"], line["n"]), (8, len(pairs)))
                self.assertTrue(close(line["s"], statistics.stdev(pairs[:8])), (line, pairs))
        self.assertEqual(len(rule), 2)

    def test_tasks_whose_attention_is_left_out_are_counted(self):
        (self.folder / "sweep.toml").write_text(SWEEP.replace('["copy", "cycle"]', '["copy", "cycle", "shift", "reverse", "induction"]')
                                                .replace("seeds = 6", "seeds = 1").replace("steps = 120", "steps = 2"))
        run = self.headsweep("run", self.folder / "sweep.toml", "--store", self.store, "--quiet", "--set", "measure.every=0")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(self.headsweep("report", self.store, "--out", self.page).returncode, 0)
        self.assertIn("the first 4 of 5 tasks", self.open().run("return document.getElementById('attention-section').innerText"))

    def test_what_ten_pairs_can_establish(self):
        self.headsweep("run", self.folder / "sweep.toml", "--store", self.store, "--quiet", "--set", "sweep.seeds=10",
                       "--set", "measure.keep=\"none\"")
        self.assertEqual(self.headsweep("report", self.store, "--out", self.page).returncode, 0)
        tests = self.open().run("return report.confirmatory.map((test) => ({ ...test, metric: report.metrics[test.metric].name, "
                                "task: report.arms[test.arm].task }))")
        queried = {(line["task"], line["metric"]): line for line in json.loads(self.headsweep(
            "query", self.store, "differences", "--format", "json", "--limit", "0", "--where", "label=confirmatory").stdout)}
        self.assertEqual(len(tests), 4)
        for test in tests:
            line = queried[test["task"], test["metric"]]
            self.assertFalse(test["cannot_reject"])
            self.assertTrue(close(test["holm_p"], line["holm_p"]))
            self.assertEqual(test["established"], line["holm_p"] <= 0.05)
            self.assertEqual(test["verdict"], "established" if line["holm_p"] <= 0.05 else "not established")

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
