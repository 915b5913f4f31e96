"""Any process that is paused for nearly as long as the lease allows: nobody is given up and nothing is repeated. A coordinator
that is paused for longer: its workers leave, the run can be resumed."""

import pathlib
import signal
import subprocess
import time
import unittest

from harness import StoreTest, UNFINISHED, mpirun, rows, wait_until
from process_family import COORDINATOR, ProcessFamily, TRAINER, WORKER, parent_of, send, trial_under_way

SWEEP = str(pathlib.Path(__file__).with_name("chaos.toml"))
ENDLESS = ("--set", "zip=[]", "--set", "training.steps=100000000", "--limit", "2")
LEASE_SECONDS = 15
PAUSE_SECONDS = 12  # a pause ends late where a machine is busy


class Paused(StoreTest):
    def setUp(self):
        super().setUp()
        self.family = ProcessFamily()
        self.addCleanup(self.family.kill_all)

    def under_way(self):
        return [m for m in self.family.members(TRAINER) if trial_under_way(m)]

    def start(self):
        """A run whose workers train."""
        run = subprocess.Popen([*mpirun(3, "run"), SWEEP, *ENDLESS, "--store", self.store()], stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True, env=self.family.environment())
        self.addCleanup(run.stderr.close)
        wait_until(lambda: run.poll() is None and len(self.under_way()) == 2)
        return run

    def stop(self, run):
        run.send_signal(signal.SIGUSR1)
        self.assertEqual(run.wait(timeout=60), UNFINISHED)

    def pause(self, member):
        began = time.monotonic()
        send(member, signal.SIGSTOP)
        time.sleep(PAUSE_SECONDS)
        send(member, signal.SIGCONT)
        self.assertLess(time.monotonic() - began, LEASE_SECONDS, "this machine is too busy for this test")

    def test_a_worker_its_trainer_and_the_coordinator_one_after_another(self):
        run = self.start()
        trainers = {member.pid for member in self.under_way()}
        trainer = self.under_way()[0]
        worker = next(m for m in self.family.members(WORKER) if m.pid == parent_of(trainer.pid))
        [coordinator] = self.family.members(COORDINATOR)
        for member in (worker, trainer, coordinator):
            self.pause(member)
            time.sleep(3)  # whatever follows from it
            self.assertIsNone(run.poll(), f"{member} was paused")
        self.assertEqual({member.pid for member in self.under_way()}, trainers, "the same train on")
        self.assertEqual(rows(self.store(), "select kind, message from events"), [])
        self.assertEqual(rows(self.store(), "select state from attempts"), [("running",)] * 2)
        self.stop(run)

    def test_a_coordinator_that_is_silent_for_too_long(self):
        """Its workers end after 20 s of silence, and mpirun the run; the same command resumes."""
        run = self.start()
        [coordinator] = self.family.members(COORDINATOR)
        send(coordinator, signal.SIGSTOP)
        wait_until(lambda: not self.family.members(TRAINER))
        send(coordinator, signal.SIGCONT)
        run.stderr.read()
        self.assertNotEqual(run.wait(timeout=60), 0)
        wait_until(lambda: not self.family.members(), seconds=20)
        self.stop(self.start())
        reasons = rows(self.store(), "select reason from attempts where state = 'interrupted' order by attempt")
        self.assertEqual(len(reasons), 4, "two of each run; nothing is counted against a trial")
        self.assertEqual(self.run_headsweep("verify", self.store()).returncode, 0)


if __name__ == "__main__":
    unittest.main()
