"""The tools that docs/querying.md names, on the store of a real sweep: its snippets run as they stand there."""

import csv
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import unittest

import harness

DOCUMENT = pathlib.Path(os.environ["HEADSWEEP_SOURCE"]) / "docs" / "querying.md"
SWEEP = """
[sweep]
name = "tools"
seeds = 3
[model]
vocabulary = 8
length = 8
width = 8
layers = 2
mlp_width = 8
dropout = 0.0
[training]
samples = 0
steps = 6
batch = 4
[measure]
sequences = 3
horizon = 8
permuted_draws = 2
every = 3
[analysis]
primary = ["fidelity_min_inner"]
baseline = { "model.heads" = 1 }
[axes]
"training.task" = ["copy", "cycle"]
"model.heads" = [1, 2]
"diversity.init_similarity" = [0.0, 0.5]
"""
ARMS = 6  # heads that are alone have no similarity: one arm a task


def snippets(language):
    return re.findall(rf"```{language}\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)


def snippet_with(language, word):
    found = [text for text in snippets(language) if word in text]
    assert len(found) == 1, (language, word, len(found))
    return found[0]


class Tools(harness.StoreTest):
    @classmethod
    def setUpClass(cls):
        """One store for all, called as in the document."""
        cls.shared = cls("test_pandas")
        cls.shared.setUp()
        cls.addClassCleanup(cls.shared.doCleanups)
        cls.home = cls.shared.folder
        (cls.home / "sweep.toml").write_text(SWEEP)
        finished = cls.shared.run_headsweep("run", str(cls.home / "sweep.toml"), "--store", cls.path("results.db"),
                                            "--quiet")
        cls.shared.assert_code(finished, harness.DONE)
        cls.environment = {**os.environ, "PATH": f"{os.environ['HEADSWEEP_BIN']}:{os.environ['PATH']}"}

    @classmethod
    def path(cls, name):
        return str(cls.home / name)

    def run_there(self, *words):
        return subprocess.run(words, cwd=self.home, env=self.environment, capture_output=True, text=True, timeout=300)

    def means(self):
        """(task, heads, layer) -> mean of mixing_time_paper, from SQLite itself."""
        with sqlite3.connect(self.path("results.db")) as store:
            return {row[:3]: row[3] for row in store.execute(
                "select task, heads, layer, avg(mixing_time_paper) from layer_results"
                " where split = 'heldout' and layer >= 0 group by 1, 2, 3")}

    def run_python(self, snippet, then):
        """The snippet, then lines that print what it made as JSON."""
        finished = self.run_there(sys.executable, "-c", snippet + "\nimport json\n" + then)
        self.assertEqual(finished.returncode, 0, finished.stderr)
        return json.loads(finished.stdout.splitlines()[-1])

    def assert_means(self, rows):
        expected = self.means()
        self.assertEqual(len(rows), len(expected))
        for task, heads, layer, mean in rows:
            self.assertAlmostEqual(mean, expected[task, heads, layer], 9)

    def test_pandas(self):
        rows = self.run_python(snippet_with("python", "pandas"),
                               "print(json.dumps([[task, int(heads), int(layer), float(mean)] for (task, heads, layer),"
                               " mean in table['mixing_time_paper']['mean'].items()]))")
        self.assert_means(rows)

    def test_duckdb(self):
        rows = self.run_python(snippet_with("python", "duckdb"),
                               "print(json.dumps([list(row[:4]) for row in table.fetchall()]))")
        self.assert_means(rows)

    def test_r(self):
        finished = self.run_there("Rscript", "-e", snippet_with("r", "RSQLite"))
        self.assertEqual(finished.returncode, 0, finished.stderr)
        self.assertIn("mixing_time_paper", finished.stdout)
        self.assertEqual(len(finished.stdout.strip().splitlines()), 1 + len(self.means()))

    def test_datasette(self):
        finished = self.run_there("headsweep", "export", "results.db", "--datasette", "datasette.yaml")
        self.assertEqual(finished.returncode, 0, finished.stderr)
        names = re.findall(r"`(\w+)`", snippet_after("canned queries:"))
        self.assertGreater(len(names), 5)
        for name in names:
            page = self.ask_datasette(f"/results/{name}.json?_shape=array&metric=fidelity_min_inner&task=copy&trial=1")
            if name != "last_failures":
                self.assertGreater(len(page), 0, name)
        self.assert_arms_stay_apart()
        self.assert_every_metric_has_its_seeds()
        page = self.ask_datasette("/results/layer_results", as_json=False)
        self.assertIn("Layers: a row a trial, layer and split", page)
        self.assertIn("[fraction]", page)

    def assert_arms_stay_apart(self):
        columns = "arm, task, heads, init_similarity, layer"
        with sqlite3.connect(self.path("results.db")) as store:
            expected = {row[:5]: row[5:] for row in store.execute(
                f"select {columns}, avg(mixing_time_paper), count(*) from layer_results where split = 'heldout' group by {columns}")}
        self.assertEqual(len({key[0] for key in expected}), ARMS)
        by_heads = self.ask_datasette("/results/by_heads.json?_shape=array")
        self.assertEqual(len(by_heads), len(expected))
        for row in by_heads:
            mean, seeds = expected[tuple(row[name] for name in columns.split(", "))]
            self.assertAlmostEqual(row["mixing_time_paper"], mean, 9)
            self.assertEqual(row["seeds"], seeds)

    def assert_every_metric_has_its_seeds(self):
        with sqlite3.connect(self.path("results.db")) as store:
            columns = {row[1] for row in store.execute("pragma table_info(layer_results)")}
            metrics = [row[0] for row in store.execute("select metric from metrics") if row[0] in columns]
        self.assertGreater(len(metrics), 30)
        for metric in ("hitting_time_backward_mean", "js_divergence", metrics[-1]):
            with sqlite3.connect(self.path("results.db")) as store:
                expected = {tuple(row) for row in store.execute(
                    f"select trial, layer, {metric} from layer_results where task = 'copy' and split = 'heldout'")}
            page = self.ask_datasette(f"/results/seeds_of_metric.json?_shape=array&_size=max&metric={metric}&task=copy")
            self.assertEqual({(row["trial"], row["layer"], row["value"]) for row in page}, expected, metric)

    def ask_datasette(self, address, as_json=True):
        """One request, answered without a server."""
        finished = self.run_there(sys.executable, "-m", "datasette", "results.db", "--metadata", "datasette.yaml",
                                  "--get", address)
        self.assertEqual(finished.returncode, 0, address + finished.stdout + finished.stderr)
        return json.loads(finished.stdout) if as_json else finished.stdout

    def test_export(self):
        finished = self.run_there("headsweep", "export", "results.db", "--out", "csv")
        self.assertEqual(finished.returncode, 0, finished.stderr)
        with open(self.home / "csv" / "data_dictionary.csv", newline="", encoding="utf-8") as file:
            dictionary = list(csv.DictReader(file))
        with sqlite3.connect(self.path("results.db")) as store:
            for view in {row["view"] for row in dictionary}:
                cursor = store.execute(f"select * from {view}")
                columns = [column[0] for column in cursor.description]
                self.assertEqual([row["column"] for row in dictionary if row["view"] == view], columns)
                with open(self.home / "csv" / f"{view}.csv", newline="", encoding="utf-8") as file:
                    rows = list(csv.reader(file))
                self.assertEqual(rows[0], columns)
                self.assertEqual(len(rows) - 1, len(cursor.fetchall()), view)


def snippet_after(words):
    text = DOCUMENT.read_text()
    return text[text.index(words):].split("\n\n")[0]


if __name__ == "__main__":
    unittest.main()
