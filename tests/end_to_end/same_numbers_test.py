"""The store holds the same numbers, bit for bit, whatever ran the sweep and however often it was interrupted."""

import os
import signal
import subprocess
import unittest

from harness import DONE, SMOKE, StoreTest, done_trials, mpirun, processes, rows, wait_until


class SameNumbers(StoreTest):
    @classmethod
    def setUpClass(cls):
        cls.reference_test = cls("test_two_workers_embedded")
        cls.reference_test.setUp()
        cls.addClassCleanup(cls.reference_test.doCleanups)
        cls.reference = cls.reference_test.store()
        finished = cls.reference_test.run_headsweep("run", SMOKE, "--store", cls.reference, "--workers", "1")
        cls.reference_test.assert_code(finished, DONE)

    def test_two_workers_embedded(self):
        self.assert_code(self.run_headsweep("run", SMOKE, "--store", self.store(), "--workers", "2"), DONE)
        self.assert_equal_results(self.store(), self.reference)
        self.assertEqual([str(path) for path in self.folder.rglob("*.ckpt")], [], "checkpoints were left behind")

    def test_two_workers_under_mpirun(self):
        self.assert_code(self.run_mpi(3, "run", SMOKE, "--store", self.store()), DONE)
        self.assert_equal_results(self.store(), self.reference)
        self.assertEqual([str(path) for path in self.folder.rglob("*.ckpt")], [], "checkpoints were left behind")
        self.assertEqual(self.run_headsweep("verify", self.store()).returncode, DONE)

    def test_killed_half_way_and_run_again(self):
        run = subprocess.Popen(mpirun(3, "run", SMOKE, "--store", self.store()), start_new_session=True,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(lambda: done_trials(self.store()) >= 2)
        run.send_signal(signal.SIGKILL)
        run.wait()
        wait_until(lambda: not processes("headsweep-trainer", self.folder), seconds=30)
        wait_until(lambda: not processes("headsweep", self.folder), seconds=30)
        done = dict(rows(self.store(), "select trial, finished_at from trial_results where state = 'done'"))
        self.assertGreaterEqual(len(done), 2)

        self.assert_code(self.run_mpi(3, "run", SMOKE, "--store", self.store()), DONE)
        self.assert_equal_results(self.store(), self.reference)
        after = dict(rows(self.store(), "select trial, finished_at from trial_results"))
        self.assertEqual(done, {trial: after[trial] for trial in done}, "a finished trial was repeated")

    def test_killed_trainers_cost_one_attempt_each(self):
        run = subprocess.Popen(mpirun(3, "run", SMOKE, "--store", self.store()),
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for number in (signal.SIGKILL, signal.SIGSEGV):
            trained = done_trials(self.store())
            victim = wait_until(lambda: self.trainer_in_a_trial())
            os.kill(victim, number)
            wait_until(lambda: done_trials(self.store()) > trained)
        run.wait(timeout=300)
        self.assertEqual(run.returncode, DONE, run.stderr.read())
        run.stderr.close()
        self.assert_equal_results(self.store(), self.reference)
        failed = rows(self.store(), "select signal, reason from attempts where state != 'done' order by signal")
        self.assertEqual([row[0] for row in failed], [signal.SIGKILL, signal.SIGSEGV])
        self.assertEqual(rows(self.store(), "select count(*) from attempts")[0][0],
                         rows(self.store(), "select count(*) from trials")[0][0] + 2)

    def trainer_in_a_trial(self):
        """A trainer of this test that writes to a trial's log, so that a trial is under way."""
        for pid in processes("headsweep-trainer", self.folder):
            try:
                if "/logs/trial-" in os.readlink(f"/proc/{pid}/fd/1"):
                    return pid
            except OSError:
                continue
        return None


if __name__ == "__main__":
    unittest.main()
