"""Every mistake gives one clear line and a non-zero code, and loses nothing."""

import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import unittest

from harness import BIN, DONE, ERROR, HEADSWEEP, SMOKE, WRONG_USAGE, StoreTest, mpirun, rows

SHORT = ("--set", "training.steps=5", "--set", "measure.sequences=2", "--quiet")


class WrongInput(StoreTest):
    def sweep(self, old, new):
        """A copy of the smoke sweep with `old` replaced by `new`."""
        text = pathlib.Path(SMOKE).read_text()
        self.assertIn(old, text)
        path = self.folder / "sweep.toml"
        path.write_text(text.replace(old, new, 1))
        return str(path)

    def test_wrong_command_line(self):
        for arguments in ((), ("rum",), ("run",), ("plan", SMOKE, "--format", "xml"), ("query",)):
            self.assert_code(self.run_headsweep(*arguments), WRONG_USAGE)

    def test_usage_errors_are_printed_once_under_mpirun(self):
        finished = self.run_mpi(3, "run")
        self.assertNotEqual(finished.returncode, DONE)
        self.assertEqual(finished.stderr.count("SWEEP is required") + finished.stderr.count("sweep is required"), 1,
                         finished.stderr)

    def test_sweep_file_mistakes(self):
        for old, new, words in (
            ("heads", "haeds", ("haeds", "did you mean", "heads")),
            ('"copy"', '"copie"', ("copie", "copy")),
            ("[axes]", "[axis]", ("axis", "axes")),
            ("layers = ", "layers = -", ("layers",)),
            ("[model]", "[model", ("sweep.toml",)),
        ):
            with self.subTest(new=new):
                finished = self.run_headsweep("plan", self.sweep(old, new))
                self.assert_one_line(finished, ERROR, "sweep.toml", *words)

    def test_head_width_that_changes_the_parameters(self):
        finished = self.run_headsweep("plan", SMOKE, "--set", "model.head_width=8", "--set", "budget.tolerance=0")
        self.assert_one_line(finished, ERROR, "12,224", "12,207")

    def test_missing_files(self):
        self.assert_one_line(self.run_headsweep("plan", "/nowhere/sweep.toml"), ERROR, "/nowhere/sweep.toml")
        self.assert_one_line(self.run_headsweep("status", "/nowhere/results.db"), ERROR, "/nowhere/results.db")
        self.assert_one_line(self.run_headsweep("run", SMOKE, "--store", "/nowhere/results.db"), ERROR, "/nowhere")
        self.assert_one_line(self.run_headsweep("measure", "/nowhere/model.pt", "--task", "copy", "--heads", "1"),
                             ERROR, "/nowhere/model.pt")

    def test_stores_that_are_not_ours(self):
        text = self.store("notes.txt")
        pathlib.Path(text).write_text("these are notes, not a database\n" * 100)
        other = self.store("other.db")
        with sqlite3.connect(other) as database:
            database.execute("create table recipes (name)")
        newer = self.store("newer.db")
        self.assert_code(self.run_headsweep("run", SMOKE, "--store", newer, "--limit", "0", *SHORT), 3)
        with sqlite3.connect(newer) as database:
            database.execute("pragma user_version = 99")
        for store, word in ((text, "notes.txt"), (other, "other.db"), (newer, "99")):
            before = pathlib.Path(store).read_bytes()
            for command in (("run", SMOKE, "--store", store), ("status", store), ("query", store), ("verify", store)):
                with self.subTest(store=store, command=command[0]):
                    self.assert_one_line(self.run_headsweep(*command), ERROR, word)
            self.assertEqual(pathlib.Path(store).read_bytes(), before)

    def test_a_changed_sweep_is_refused_and_then_extended(self):
        run = ("run", SMOKE, "--store", self.store(), "--workers", "2", *SHORT)
        self.assert_code(self.run_headsweep(*run), DONE)
        before = rows(self.store(), "select key, finished_at from trial_results order by key")
        more = (*run, "--set", 'axes={"training.task" = ["copy", "cycle"], "model.heads" = [1, 2, 4]}', "--set",
                "sweep.seeds=3")
        self.assert_one_line(self.run_headsweep(*more), ERROR, "seeds", "model.heads", "--extend")
        self.assert_code(self.run_headsweep(*more, "--extend"), DONE)
        after = dict(rows(self.store(), "select key, finished_at from trial_results"))
        self.assertEqual(len(after), 2 * 3 * 3)
        self.assertEqual(before, sorted((key, after[key]) for key, _ in before), "a finished trial was repeated")
        self.assertEqual(rows(self.store(), "select count(*) from amendments"), [(1,)])
        self.assert_code(self.run_headsweep("verify", self.store()), DONE)

    def test_no_gpu(self):
        if shutil.which("nvidia-smi"):
            self.skipTest("this machine has a GPU")
        finished = self.run_headsweep("run", SMOKE, "--store", self.store(), "--device", "cuda", *SHORT)
        self.assert_one_line(finished, ERROR, "CUDA")
        self.assert_one_line_of_ours(self.run_mpi(3, "run", SMOKE, "--store", self.store(), "--device", "cuda"), "CUDA")
        self.assertFalse(os.path.exists(self.store()))

    def test_missing_trainer(self):
        lonely = self.folder / "headsweep"
        shutil.copy(HEADSWEEP, lonely)
        finished = subprocess.run([str(lonely), "run", SMOKE, "--store", self.store(), *SHORT], capture_output=True,
                                  text=True, timeout=120)
        self.assert_one_line(finished, ERROR, "headsweep-trainer")
        finished = self.run_mpi(3, "run", SMOKE, "--store", self.store(), "--trainer", "/nowhere/trainer")
        self.assert_one_line_of_ours(finished, "/nowhere/trainer")
        self.assertFalse(os.path.exists(self.store()))

    def test_full_file_system(self):
        device = self.folder / "small"
        device.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(device)],
                                 capture_output=True)
        if mounted.returncode != 0:
            self.skipTest("cannot mount a small file system here")
        self.addCleanup(subprocess.run, ["umount", str(device)], check=True)
        finished = self.run_headsweep("run", SMOKE, "--store", str(device / "results.db"), "--workers", "2", *SHORT)
        self.assert_one_line(finished, ERROR, "no space is left")

    def test_read_only_file_system(self):
        device = self.folder / "readonly"
        device.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(device)],
                          capture_output=True).returncode != 0:
            self.skipTest("cannot mount a read-only file system here")
        self.addCleanup(subprocess.run, ["umount", str(device)], check=True)
        finished = self.run_headsweep("run", SMOKE, "--store", str(device / "results.db"), *SHORT)
        self.assert_one_line(finished, ERROR, "results.db")

    def test_a_second_coordinator_is_refused(self):
        long_run = subprocess.Popen([HEADSWEEP, "run", SMOKE, "--store", self.store(), "--workers", "1", "--set",
                                     "training.steps=200000"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            while not os.path.exists(self.store()):
                self.assertIsNone(long_run.poll())
            finished = self.run_headsweep("run", SMOKE, "--store", self.store(), "--set", "training.steps=200000")
            self.assert_one_line(finished, ERROR, str(long_run.pid))
        finally:
            long_run.terminate()
            long_run.communicate(timeout=60)
        self.assertEqual(long_run.returncode, 3)

    def test_help_fits_a_screen_and_ends_with_an_example(self):
        commands = ("plan", "run", "status", "query", "measure", "graph", "verify", "doctor", "retry", "cancel", "logs",
                    "export")
        for command in commands:
            with self.subTest(command=command):
                finished = self.run_headsweep(command, "--help")
                self.assert_code(finished, DONE)
                lines = finished.stdout.rstrip().splitlines()
                self.assertLessEqual(len(lines), 40)
                self.assertRegex(lines[-1], re.compile(r"^\s+headsweep " + command))


if __name__ == "__main__":
    unittest.main()
