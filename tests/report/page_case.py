"""A store of a real sweep, its page in a real browser, and the numbers of both."""

import math
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile
import unittest

from browser import Browser
from harness import HEADSWEEP

# 24 trainings of a tenth of a second. Six seeds are the fewest that are tested at all.
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

TRACES = """return document.getElementById(arguments[0]).querySelector(".plot").data.map((trace) => ({
  x: Array.from(trace.x || []), y: Array.from(trace.y || []), meta: trace.meta, text: trace.text,
  up: trace.error_y && Array.from(trace.error_y.array || []), xaxis: trace.xaxis }))"""
TABLE = """const figure = figures.find((one) => one.id === arguments[0]);
return { columns: figure.drawn.table.columns, rows: figure.drawn.table.rows.map((row) => row.map((cell) =>
  (Number.isNaN(cell) || cell === undefined) ? null : cell)) };"""


def close(one, other):
    return math.isclose(one, other, rel_tol=2e-6, abs_tol=1e-9)


class PageCase(unittest.TestCase):
    SWEEP = SWEEP

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="headsweep-report-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.store = cls.folder / "results.db"
        cls.page = cls.folder / "report.html"
        (cls.folder / "sweep.toml").write_text(cls.SWEEP)
        cls.headsweep("run", cls.folder / "sweep.toml", "--store", cls.store, "--quiet")
        cls.headsweep("report", cls.store, "--out", cls.page)
        cls.database = sqlite3.connect(f"file:{cls.store}?mode=ro", uri=True)
        cls.addClassCleanup(cls.database.close)
        cls.browser = Browser(cls.folder)
        cls.addClassCleanup(cls.browser.close)

    @classmethod
    def headsweep(cls, *words, allowed=(0,)):
        done = subprocess.run([HEADSWEEP, *map(str, words)], capture_output=True, text=True, timeout=300)
        if done.returncode not in allowed:
            raise AssertionError(f"headsweep {words[0]} ended with {done.returncode}: {done.stderr}")
        return done

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

    def table(self, figure):
        """Of a figure, by column: a list of rows as dictionaries."""
        table = self.browser.run(TABLE, figure)
        return [dict(zip(table["columns"], row)) for row in table["rows"]]

    def caption(self, figure):
        return self.browser.run("return document.querySelector(`#${arguments[0]} figcaption`).textContent", figure)

    def text(self, element):
        return self.browser.run("return document.getElementById(arguments[0]).innerText", element)
