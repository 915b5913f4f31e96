"""A disk that fails below a store, or in its folder, while a run writes: the run ends with code 1 and one line, no trial is
blamed; the store opens, is whole, and the same command resumes to equal results."""

import errno
import pathlib
import subprocess
import sys
import unittest

from harness import BIN, DONE, ERROR, HEADSWEEP, StoreTest, UNFINISHED, done_trials, mpirun, rows, wait_until
from process_family import ProcessFamily

SWEEP = str(pathlib.Path(__file__).with_name("chaos.toml"))
SETTINGS = ("--set", "sweep.seeds=10", "--set", "zip=[]", "--set", "training.steps=4000")


class Disk(StoreTest):
    @classmethod
    def setUpClass(cls):
        cls.undisturbed = cls("test_full")
        cls.undisturbed.setUp()
        cls.addClassCleanup(cls.undisturbed.doCleanups)
        cls.reference = cls.undisturbed.store()
        cls.undisturbed.assert_code(
            cls.undisturbed.run_headsweep("run", SWEEP, *SETTINGS, "--store", cls.reference, "--workers", "2"), DONE)

    def test_full(self):
        self.fail_and_resume((HEADSWEEP, "run"), f"{errno.ENOSPC}", "no space is left")

    def test_input_output_error(self):
        self.fail_and_resume((HEADSWEEP, "run"), f"{errno.EIO}", "input/output error")

    def test_input_output_error_under_mpirun(self):
        self.fail_and_resume(mpirun(3, "run"), f"{errno.EIO}", "input/output error")

    def test_full_where_weights_are_kept(self):
        """The trainers notice it: their trials are not blamed."""
        self.fail_and_resume((HEADSWEEP, "run"), f"{errno.ENOSPC} models", "No space left on device", "models/")
        self.assertIn(("cannot_write", "interrupted"), self.attempts())

    def test_quota_of_logs(self):
        self.fail_and_resume((HEADSWEEP, "run"), f"{errno.EDQUOT} logs", "quota exceeded", "logs/")

    def test_one_worker_of_two_cannot_write(self):
        """It gets no more work and is named; the other one trains all."""
        family = ProcessFamily()
        self.addCleanup(family.kill_all)
        (self.folder / "broken").write_text(f"{errno.EROFS} models")
        one_broken = ("import os, sys\n"
                      "if os.environ['OMPI_COMM_WORLD_RANK'] == '2':\n"
                      f"  os.environ['LD_PRELOAD'] = '{BIN / 'tests' / 'libfailing_disk.so'}'\n"
                      f"  os.environ['HEADSWEEP_TEST_DISK'] = '{self.folder / 'broken'}'\n"
                      "os.execv(sys.argv[1], sys.argv[1:])")
        *launch, headsweep, run = mpirun(3, "run")
        finished = subprocess.run((*launch, sys.executable, "-c", one_broken, headsweep, run, SWEEP, *SETTINGS, "--store",
                                   self.store(), "--quiet"), capture_output=True, text=True, timeout=300,
                                  env=family.environment())
        self.assert_code(finished, DONE)
        self.assertIn(("cannot_write", "interrupted"), self.attempts())
        self.assertNotIn("failed", {state for _, state in self.attempts()})
        [(drained,)] = rows(self.store(), "select message from events where kind = 'worker_drained'")
        self.assertRegex(drained, "worker 2 .*models/.*Read-only file system")
        self.assert_equal_results(self.store(), self.reference)

    def attempts(self):
        return rows(self.store(), "select distinct reason, state from attempts order by state desc")

    def fail_and_resume(self, command, what, *words):
        family = ProcessFamily()
        self.addCleanup(family.kill_all)
        switch = self.folder / "broken"
        arguments = (*command, SWEEP, *SETTINGS, "--store", self.store(), "--quiet")
        run = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                               env=family.environment() | {"LD_PRELOAD": str(BIN / "tests" / "libfailing_disk.so"),
                                                           "HEADSWEEP_TEST_DISK": str(switch)})
        wait_until(lambda: run.poll() is not None or done_trials(self.store()) >= 2)
        self.assertIsNone(run.poll())
        switch.write_text(what)
        _, errors = run.communicate(timeout=60)
        self.assertEqual(run.returncode, ERROR, errors)
        said = [line for line in errors.splitlines() if line.startswith("headsweep")]
        self.assertEqual(len(said), 1, errors)
        for word in words:
            self.assertIn(word, said[0])
        wait_until(lambda: not family.members(), seconds=20)
        done = done_trials(self.store())
        self.assertTrue(2 <= done < 40, done)
        self.assertEqual(rows(self.store(), "select count(*) from trials where state = 'failed'"), [(0,)])
        self.assertNotIn("failed", {state for _, state in self.attempts()}, "nothing is counted against a trial")
        self.assert_code(self.run_headsweep("verify", self.store()), DONE)
        self.assert_code(self.run_headsweep("status", self.store()), UNFINISHED)
        resumed = subprocess.run(arguments, capture_output=True, text=True, timeout=300)
        self.assert_code(resumed, DONE)
        self.assert_equal_results(self.store(), self.reference)
        self.assert_code(self.run_headsweep("verify", self.store()), DONE)


if __name__ == "__main__":
    unittest.main()
