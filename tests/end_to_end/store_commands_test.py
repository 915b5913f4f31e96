"""Commands on a store between and during runs: retry, cancel, logs, export."""

import pathlib
import subprocess
import unittest

from harness import DONE, ERROR, HEADSWEEP, SMOKE, UNFINISHED, WRONG_USAGE, StoreTest, done_trials, rows
from harness import wait_until

SHORT = ("--set", "training.steps=5", "--set", "measure.sequences=2", "--quiet")


class StoreCommands(StoreTest):
    def test_cancel_retry_and_logs(self):
        run = ("run", SMOKE, "--store", self.store(), "--workers", "1", *SHORT)
        self.assert_code(self.run_headsweep(*run, "--limit", "2"), UNFINISHED)
        self.assert_code(self.run_headsweep("cancel", self.store(), "--trial", "5"), DONE)
        self.assert_one_line(self.run_headsweep("logs", self.store(), "--trial", "5"), ERROR, "not tried")
        self.assert_code(self.run_headsweep(*run), DONE)
        self.assertEqual(rows(self.store(), "select trial from trials where state <> 'done'"), [(5,)])
        self.assert_code(self.run_headsweep("status", self.store()), DONE)
        self.assert_code(self.run_headsweep("retry", self.store(), "--trial", "5"), DONE)
        self.assert_code(self.run_headsweep(*run), DONE)
        self.assertEqual(done_trials(self.store()), 8)
        log = pathlib.Path(self.store() + ".d/logs/trial-5.log").read_text()
        finished = self.run_headsweep("logs", self.store(), "--trial", "5")
        self.assert_code(finished, DONE)
        self.assertEqual(finished.stdout, log)
        self.assertGreater(len(log), 0)

    def test_cancel_stops_a_run_first(self):
        long_run = subprocess.Popen([HEADSWEEP, "run", SMOKE, "--store", self.store(), "--workers", "1", "--quiet", "--set",
                                     "training.steps=200000"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(long_run.kill)
        wait_until(lambda: pathlib.Path(self.store() + ".d/logs/trial-1.log").exists())
        self.assert_one_line(self.run_headsweep("retry", self.store()), ERROR, str(long_run.pid))
        self.assert_code(self.run_headsweep("cancel", self.store()), DONE)
        self.assertEqual(long_run.wait(timeout=10), UNFINISHED)
        self.assertEqual(rows(self.store(), "select distinct state from trials"), [("cancelled",)])

    def test_checkpoints_of_done_trials_go_with_the_next_run(self):
        """A trainer that is stopped or killed does not learn that its last results are committed."""
        run = ("run", SMOKE, "--store", self.store(), "--workers", "1", *SHORT, "--limit", "2")
        self.assert_code(self.run_headsweep(*run), UNFINISHED)
        folder = pathlib.Path(self.store() + ".d/checkpoints")
        folder.mkdir(exist_ok=True)
        keys = dict(rows(self.store(), "select key, state from trials"))
        for key in keys:
            (folder / f"{key}.3.ckpt").write_text("as if")
        self.assert_code(self.run_headsweep("cancel", self.store(), "--trial", "8"), DONE)
        self.assert_code(self.run_headsweep(*run), UNFINISHED)
        left = {path.name.partition(".")[0] for path in folder.iterdir()}
        self.assertEqual({keys[key] for key in left}, {"planned"}, "those of trials that were done went")
        kept = rows(self.store(), "select key from trials where state in ('planned', 'cancelled')")
        self.assertLessEqual({key for (key,) in kept}, left)

    def test_export(self):
        run = ("run", SMOKE, "--store", self.store(), "--workers", "2", *SHORT)
        self.assert_code(self.run_headsweep(*run), DONE)
        copy = self.store("copy.db")
        self.assert_code(self.run_headsweep("export", self.store(), "--out", str(self.folder / "csv"), "--snapshot", copy),
                         DONE)
        self.assertEqual(len((self.folder / "csv" / "trial_results.csv").read_text().splitlines()), 1 + 8)
        trials = "select * from trial_results"
        self.assertEqual(rows(copy, trials), rows(self.store(), trials))
        self.assert_one_line(self.run_headsweep("export", self.store(), "--snapshot", copy), ERROR, "exists already")
        self.assert_code(self.run_headsweep("export", self.store()), WRONG_USAGE)

    def test_stores_and_trials_that_are_not_there(self):
        for command in ("retry", "cancel"):
            self.assert_one_line(self.run_headsweep(command, "/nowhere/r.db"), ERROR, "/nowhere/r.db")
        self.assert_one_line(self.run_headsweep("logs", "/nowhere/r.db", "--trial", "1"), ERROR, "/nowhere/r.db")
        self.assert_code(self.run_headsweep("run", SMOKE, "--store", self.store(), "--limit", "0", *SHORT), UNFINISHED)
        for command in ("retry", "cancel", "logs"):
            self.assert_one_line(self.run_headsweep(command, self.store(), "--trial", "99"), ERROR, "no trial 99")
            self.assert_code(self.run_headsweep(command, self.store(), "--trial", "zero"), WRONG_USAGE)


if __name__ == "__main__":
    unittest.main()
