"""headsweep measure: kept models, what it refuses, and stores brought up to date."""

import json
import pathlib
import sqlite3
import subprocess
import unittest

from harness import DONE, ERROR, HEADSWEEP, SMOKE, StoreTest, numbers, rows, wait_until

MEASURED_VIEWS = ("layer_results", "head_results", "nulls")
MEASURED_TABLES = ("results", "layer_metrics", "head_metrics", "baselines")
SHORT = ("--set", "training.steps=30", "--set", "measure.sequences=3", "--set", "measure.permuted_draws=2", "--set",
         "sweep.seeds=1", "--quiet")


class Measure(StoreTest):
    @classmethod
    def setUpClass(cls):
        """A small store with its kept weights, which no test changes."""
        cls.shared = cls("test_a_kept_model")
        cls.shared.setUp()
        cls.addClassCleanup(cls.shared.doCleanups)
        finished = cls.shared.run_headsweep("run", SMOKE, "--store", cls.shared.store(), "--workers", "2", *SHORT)
        cls.shared.assert_code(finished, DONE)

    def model(self, heads):
        """A kept model with so many heads."""
        name = rows(self.shared.store(), f"select checkpoint from trial_results where heads = {heads}")[0][0]
        return self.shared.store() + ".d/" + name

    def copied_store(self):
        store = self.store()
        pathlib.Path(store).write_bytes(pathlib.Path(self.shared.store()).read_bytes())
        models = pathlib.Path(store + ".d") / "models"
        models.mkdir(parents=True)
        for path in pathlib.Path(self.shared.store() + ".d").glob("models/*"):
            (models / path.name).write_bytes(path.read_bytes())
        return store

    def older_store(self, where="1"):
        """A copy whose rows say that an older version measured them, with numbers that it measured differently."""
        store = self.copied_store()
        with sqlite3.connect(store) as database:
            for table in MEASURED_TABLES:
                database.execute(f"update {table} set metrics_version = 1 where {where}")
            database.execute(f"update layer_metrics set fidelity_min = 7, fidelity_synergy_mean = null where {where}")
            database.execute(f"delete from head_metrics where head = 1 and {where}")
        return store

    def test_a_kept_model(self):
        finished = self.run_headsweep("measure", self.model(4), "--sequences", "3", "--format", "json")
        self.assert_code(finished, DONE)
        measured = json.loads(finished.stdout)
        self.assertEqual((measured["heads"], measured["sequences"], len(measured["layers"])), (4, 3, 2))
        for layer in measured["layers"]:
            self.assertEqual(len(layer["heads"]), 4)
            value = layer["metrics"]["fidelity_min_inner"]
            self.assertEqual(len(value["per_sequence"]), 3)
            self.assertAlmostEqual(value["mean"], sum(value["per_sequence"]) / 3, 12)
        self.assertIn("mixing_time_forward", measured["rollout"]["metrics"])
        table = self.run_headsweep("measure", self.model(4), "--sequences", "3").stdout
        for word in ("layer 1 head 3", "rollout", "fidelity_synergy_inner_worst", "head_importance"):
            self.assertIn(word, table)

    def inputs(self, content):
        path = self.folder / "inputs.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return str(path)

    def test_given_sequences(self):
        tokens = [[i % 16 for i in range(16)], [0] * 16]
        finished = self.run_headsweep("measure", self.model(1), "--inputs", self.inputs({"tokens": tokens}),
                                      "--format", "json")
        self.assert_code(finished, DONE)
        self.assertEqual(json.loads(finished.stdout)["sequences"], 2)

    def test_wrong_inputs(self):
        row = [0] * 16
        for content, words in (
            ("{", ("inputs.json", "not JSON")),
            ({"sequences": [row]}, ("inputs.json", "tokens")),
            ({"tokens": []}, ("inputs.json", "tokens")),
            ({"tokens": [row, row[1:]]}, ("inputs.json", "tokens[1]", "16")),
            ({"tokens": [[16] + row[1:]]}, ("inputs.json", "tokens[0]", "16", "0 to 15")),
            ({"tokens": [[-1] + row[1:]]}, ("inputs.json", "-1")),
            ({"tokens": [["a"] + row[1:]]}, ("inputs.json", '"a"')),
            ({"tokens": [row], "targets": [row, row]}, ("inputs.json", "targets")),
        ):
            with self.subTest(content=content):
                finished = self.run_headsweep("measure", self.model(1), "--inputs", self.inputs(content))
                self.assert_one_line(finished, ERROR, *words)
        self.assert_one_line(self.run_headsweep("measure", self.model(1), "--inputs", "/nowhere/inputs.json"), ERROR,
                             "/nowhere/inputs.json")

    def test_wrong_models(self):
        for arguments, words in (
            (("/nowhere/model.pt", "--task", "copy", "--heads", "1"), ("/nowhere/model.pt",)),
            ((str(self.folder),), (str(self.folder),)),
            ((self.model(4), "--heads", "2"), ("4 heads", "not 2")),
            ((self.model(4), "--task", "cycel"), ("cycel", "cycle")),
            ((), ("CHECKPOINT",)),
            ((self.model(4), "--missing"), ("--store", "--missing")),
            ((self.model(4), "--store", self.shared.store(), "--missing"), ("CHECKPOINT",)),
            (("--store", self.shared.store()), ("--store", "--missing")),
            (("--store", "/nowhere/results.db", "--missing"), ("/nowhere/results.db",)),
        ):
            with self.subTest(arguments=arguments):
                self.assert_one_line(self.run_headsweep("measure", *arguments), ERROR, *words)
        damaged = self.folder / "damaged.hsm"
        damaged.write_bytes(pathlib.Path(self.model(4)).read_bytes()[:-1])
        self.assert_one_line(self.run_headsweep("measure", str(damaged)), ERROR, "damaged.hsm")

    def missing(self, store, *options):
        return self.run_headsweep("measure", "--store", store, "--missing", *options)

    def test_an_older_store_is_brought_up_to_date(self):
        store = self.older_store()
        finished = self.missing(store)
        self.assert_code(finished, DONE)
        self.assertIn("measured again: 4 trials, 3 nulls in closed form", finished.stdout)
        for view in MEASURED_VIEWS:
            self.assertEqual(numbers(store, view), numbers(self.shared.store(), view), view)
        self.assert_code(self.run_headsweep("verify", store), DONE)
        self.assertEqual(rows(store, "select count(*) from events where kind = 'remeasured'"), [(1,)])
        again = self.missing(store, "--format", "json")
        self.assert_code(again, DONE)
        self.assertEqual(json.loads(again.stdout)["measured"], [])

    def test_what_cannot_be_measured_is_said(self):
        store = self.older_store("trial in (1, 2, 3)")
        name = rows(store, "select checkpoint from trial_results where trial = 2")[0][0]
        (pathlib.Path(store + ".d") / name).unlink()
        with sqlite3.connect(store) as database:
            database.execute("update results set model_file = null where trial = 1")
        finished = self.missing(store)
        self.assert_code(finished, ERROR)
        self.assertIn("measured again: 1 trial,", finished.stdout)
        self.assertIn("weights were not kept: trial 1 ", finished.stdout)
        self.assertIn("not measured: trial 2: ", finished.stdout)
        self.assertEqual(rows(store, "select trial, min(metrics_version) from layer_results group by trial"),
                         [(1, 1), (2, 1), (3, 2), (4, 2)])

    def test_a_store_in_use_is_refused(self):
        run = subprocess.Popen([HEADSWEEP, "run", SMOKE, "--store", self.store(), "--workers", "1", "--set",
                                "training.steps=200000"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_until(lambda: pathlib.Path(self.store() + ".d").exists() and pathlib.Path(self.store()).exists())
            wait_until(lambda: rows(self.store(), "select count(*) from sqlite_schema")[0][0] > 0)
            self.assert_one_line(self.missing(self.store()), ERROR, "in use", str(run.pid))
        finally:
            run.terminate()
            run.communicate(timeout=60)


if __name__ == "__main__":
    unittest.main()
