"""Trials that several workers train together, with real programs under mpirun: the numbers of one worker but for
rounding, and what happens when a member is lost."""

import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import unittest

from harness import DONE, ERROR, HEADSWEEP, StoreTest, UNFINISHED, mpirun, numbers, rows, wait_until

SWEEP = """
[sweep]
name = "gangs"
seeds = {seeds}
[model]
vocabulary = 16
length = 16
width = 32
layers = 2
heads = 4
mlp_width = 64
dropout = 0.1
[training]
task = "cycle"
samples = 0
steps = {steps}
batch = 12
learning_rate = 3e-3
[measure]
sequences = 4
permuted_draws = 2
[resources]
checkpoint_every = "0.2s"
gpus_per_trial = {members}
retries = 1
"""
SHORT, LONG = 150, 6000
WITH_RECOVERY = ["mpirun", "--enable-recovery", *mpirun(1)[1:4]]


def ranks(store):
    """Process ids of the workers' ranks, by the worker's number."""
    try:
        return dict(rows(store, "select number, pid from workers"))
    except sqlite3.Error:
        return {}


def trainer_of(pid):
    """The trainer that this rank has started, if it has one."""
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            status = (entry / "status").read_text()
            name = os.readlink(entry / "exe")
        except OSError:
            continue
        if f"\nPPid:\t{pid}\n" in status and name.endswith("headsweep-trainer"):
            return int(entry.name)
    return None


class Gangs(StoreTest):
    def sweep(self, members, steps=SHORT, seeds=1):
        path = self.folder / "gangs.toml"
        path.write_text(SWEEP.format(members=members, steps=steps, seeds=seeds))
        return str(path)

    def start(self, workers, members, launcher=("mpirun", "--bind-to", "none", "--oversubscribe"), seeds=1):
        command = [*launcher, "-n", str(workers + 1), HEADSWEEP, "run", self.sweep(members, LONG, seeds), "--store",
                   self.store()]
        run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.addCleanup(run.stderr.close)
        self.addCleanup(run.kill)
        wait_until(lambda: any(self.folder.glob("*.d/checkpoints/*.ckpt")), seconds=120)
        return run

    def end(self, run, code):
        run.wait(timeout=240)
        self.assertEqual(run.returncode, code, run.stderr.read())

    def attempts(self):
        return rows(self.store(), "select state, reason from attempts order by attempt")

    def resumed_at(self):
        """The step at which the last attempt of trial 1 went on."""
        log = self.run_headsweep("logs", self.store(), "--trial", "1").stdout
        lines = [line for line in log.splitlines() if " at step " in line and ("begins" in line or "resumes" in line)]
        return int(lines[-1].split(" at step ")[1].split()[0])

    def losses(self, store):
        return rows(store, "select trial, step, loss from curve_results where layer is null or layer = 0 order by 1, 2")

    def test_two_and_three_members_yield_the_numbers_of_one(self):
        alone = self.store("alone.db")
        self.assert_code(self.run_headsweep("run", self.sweep(1), "--store", alone, "--workers", "1"), DONE)
        for members in (2, 3):
            together = self.store(f"{members}.db")
            self.assert_code(self.run_mpi(members + 1, "run", self.sweep(members), "--store", together), DONE)
            pairs = list(zip(self.losses(alone), self.losses(together), strict=True))
            self.assertEqual([one[:2] for one, _ in pairs], [more[:2] for _, more in pairs])
            largest = max(abs(one[2] - more[2]) for one, more in pairs)
            print(f"{members} members: losses differ by at most {largest:.2g} in {SHORT} steps")
            self.assertLess(largest, 1e-4)
            numerics = json.loads(rows(together, "select distinct numerics from results")[0][0])
            self.assertEqual(numerics["members"], members)
            self.assertEqual(self.run_headsweep("verify", together).returncode, DONE)

    def test_more_trials_than_gangs_and_a_worker_too_many(self):
        self.assert_code(self.run_headsweep("run", self.sweep(2, SHORT, seeds=3), "--store", self.store(), "--workers",
                                            "3"), DONE)
        self.assertEqual(self.attempts(), [("done", None)] * 3)
        self.assertEqual(rows(self.store(), "select count(*) from events where kind = 'gang'"), [(3,)])

    def test_a_lost_trainer_costs_an_attempt_and_the_trial_resumes(self):
        run = self.start(workers=2, members=2)
        status = json.loads(self.run_headsweep("status", self.store(), "--format", "json").stdout)
        self.assertEqual([gang["trial"] for gang in status["gangs"]], [1])
        self.assertIn("trained by worker 1", status["gangs"][0]["members"])
        self.assertIn("gang      trial 1", self.run_headsweep("status", self.store()).stdout)
        os.kill(trainer_of(ranks(self.store())[2]), signal.SIGKILL)
        self.end(run, DONE)
        self.assertEqual(self.attempts(), [("failed", "trainer_killed"), ("done", None)])
        self.assertIn("worker 2", rows(self.store(), "select message from attempts")[0][0])
        self.assertGreater(self.resumed_at(), 0)

    def test_a_lost_rank_is_no_failure_and_the_trial_resumes(self):
        run = self.start(workers=3, members=2, launcher=WITH_RECOVERY)
        members = rows(self.store(), "select message from events where kind = 'gang'")[0][0]
        victim = 2 if "worker 2" in members else 3
        os.kill(ranks(self.store())[victim], signal.SIGKILL)
        self.end(run, DONE)
        self.assertEqual(self.attempts(), [("interrupted", "worker_lost"), ("done", None)])
        self.assertGreater(self.resumed_at(), 0)

    def test_a_gang_is_stopped_and_goes_on_to_the_same_bits(self):
        undisturbed = self.store("undisturbed.db")
        self.assert_code(self.run_mpi(3, "run", self.sweep(2, LONG), "--store", undisturbed), DONE)
        run = self.start(workers=2, members=2)
        run.send_signal(signal.SIGUSR1)
        self.end(run, UNFINISHED)
        (message,) = rows(self.store(), "select message from attempts where reason = 'stopped'")
        self.assertIn("checkpoint of step", message[0])
        self.assert_code(self.run_mpi(3, "run", self.sweep(2, LONG), "--store", self.store()), DONE)
        self.assertGreater(self.resumed_at(), 0)
        self.assertEqual(numbers(self.store(), "curve_results"), numbers(undisturbed, "curve_results"))

    def test_what_cannot_be_shared_is_said_in_one_line(self):
        sweep = self.sweep(3)
        few = self.run_headsweep("run", sweep, "--store", self.store(), "--workers", "2")
        self.assert_one_line(few, ERROR, "gpus_per_trial = 3", "needs 3 workers, this run has 2")
        self.assertFalse(os.path.exists(self.store()), "nothing was begun")
        self.assert_one_line_of_ours(self.run_mpi(3, "run", sweep, "--store", self.store()), "needs 3 workers")
        stacked = self.run_headsweep("run", sweep, "--store", self.store(), "--workers", "3", "--stack", "4")
        self.assert_one_line(stacked, ERROR, "--stack 4", "one at a time")
        rows_short = self.run_headsweep("plan", self.sweep(13))
        self.assert_one_line(rows_short, ERROR, "gpus_per_trial = 13", "batches of 12")

    def test_plan_says_what_a_gang_is(self):
        self.assertIn("gangs       2 workers train each trial", self.run_headsweep("plan", self.sweep(2)).stdout)
        plan = json.loads(self.run_headsweep("plan", self.sweep(2), "--format", "json").stdout)
        self.assertEqual(plan["gpus_per_trial"], 2)


if __name__ == "__main__":
    unittest.main()
