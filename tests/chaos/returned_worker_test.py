"""A worker that is stopped for longer than its lease and continued: it drops what went to others, and works again."""

import pathlib
import signal
import subprocess
import time
import unittest

import tiers
from harness import DONE, HEADSWEEP, StoreTest, rows, wait_until
from process_family import ProcessFamily, TRAINER, WORKER, parent_of, send, trial_under_way

SWEEP = str(pathlib.Path(__file__).with_name("chaos.toml"))
SETTINGS = ("--set", "sweep.seeds=3", "--set", "zip=[]", "--set", "training.steps=4000")


class ReturnedWorker(StoreTest):
    @classmethod
    def setUpClass(cls):
        cls.undisturbed = cls("test_mpirun")
        cls.undisturbed.setUp()
        cls.addClassCleanup(cls.undisturbed.doCleanups)
        cls.reference = cls.undisturbed.store()
        cls.undisturbed.assert_code(
            cls.undisturbed.run_headsweep("run", SWEEP, *SETTINGS, "--store", cls.reference, "--workers", "2"), DONE)

    def test_mpirun(self):
        self.stop_and_continue(tiers.MPIRUN)

    def test_mpirun_with_recovery(self):
        self.stop_and_continue(tiers.RECOVERY)

    def test_mpirun_with_ulfm(self):
        self.stop_and_continue(tiers.ULFM)

    def stop_and_continue(self, tier):
        family = ProcessFamily()
        self.addCleanup(family.kill_all)
        run = subprocess.Popen([*tier.command, "run", SWEEP, *SETTINGS, "--store", self.store(), *tier.arguments],
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                               env=family.environment())
        self.addCleanup(run.stderr.close)
        training = wait_until(lambda: self.training(family, run))
        worker = next(m for m in family.members(WORKER) if m.pid == parent_of(training.pid))
        # The others are held meanwhile, for less than a trainer may be silent: something is left to do afterwards.
        others = [member for member in family.members(TRAINER) if member.pid != training.pid]
        for member in (worker, *others):
            send(member, signal.SIGSTOP)
        self.assertTrue(wait_until(lambda: self.events("worker_lost"), seconds=120))
        for member in (worker, *others):
            send(member, signal.SIGCONT)
        [(name,)] = wait_until(lambda: self.events("worker_returned"), seconds=60)
        wait_until(lambda: not is_alive(training), seconds=60)  # it trained what was given up
        _, errors = run.communicate(timeout=300)
        self.assertEqual(run.returncode, DONE, errors)
        wait_until(lambda: not family.members(), seconds=30)
        self.assert_worked_again(worker.pid, name)
        self.assert_equal_results(self.store(), self.reference)
        self.assert_code(self.run_headsweep("verify", self.store()), DONE)

    @staticmethod
    def training(family, run):
        if run.poll() is not None:
            raise AssertionError("the run ended early: " + run.stderr.read())
        # All of them: one that comes later would not be held below.
        under_way = [m for m in family.members(TRAINER) if trial_under_way(m)]
        return under_way[0] if len(under_way) == tiers.WORKERS else None

    def events(self, kind):
        return rows(self.store(), f"select message from events where kind = '{kind}'")

    def assert_worked_again(self, pid, name):
        states = rows(self.store(), f"select state, (select count(*) from attempts a where a.worker = w.worker and "
                                    f"a.state = 'done') from workers w where pid = {pid} order by worker")
        self.assertEqual([state for state, _ in states], ["lost", "finished"], name)
        self.assertGreater(states[1][1], 0, "it finished a trial after its return")
        lost = rows(self.store(), "select count(*) from attempts where reason = 'worker_lost'")
        self.assertEqual(lost, [(1,)])


def is_alive(member):
    try:
        return pathlib.Path(f"/proc/{member.pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


if __name__ == "__main__":
    unittest.main()
