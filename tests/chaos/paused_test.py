"""Any process that is paused for nearly as long as the lease allows: nobody is given up and nothing is repeated."""

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

    def pause(self, member):
        began = time.monotonic()
        send(member, signal.SIGSTOP)
        time.sleep(PAUSE_SECONDS)
        send(member, signal.SIGCONT)
        self.assertLess(time.monotonic() - began, LEASE_SECONDS, "this machine is too busy for this test")

    def test_a_worker_its_trainer_and_the_coordinator_one_after_another(self):
        run = subprocess.Popen([*mpirun(3, "run"), SWEEP, *ENDLESS, "--store", self.store()], stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True, env=self.family.environment())
        self.addCleanup(run.stderr.close)
        wait_until(lambda: run.poll() is None and len(self.under_way()) == 2)
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
        run.send_signal(signal.SIGUSR1)
        self.assertEqual(run.wait(timeout=60), UNFINISHED)


if __name__ == "__main__":
    unittest.main()
