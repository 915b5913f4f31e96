"""A run that is told to stop, or whose time is up, checkpoints its trials and is resumable within 20 s."""

import pathlib
import signal
import sqlite3
import subprocess
import sys
import time
import unittest

from harness import BIN, ERROR, HEADSWEEP, StoreTest, UNFINISHED, done_trials, mpirun, rows, wait_until
from process_family import COORDINATOR, ProcessFamily, TRAINER, send, trial_under_way

SWEEP = str(pathlib.Path(__file__).with_name("chaos.toml"))
ENDLESS = ("run", SWEEP, "--set", "zip=[]", "--set", "training.steps=100000000", "--set", "resources.checkpoint_every=\"1h\"")
SHORT = ("run", SWEEP, "--set", "sweep.seeds=200", "--set", "zip=[]", "--set", "training.steps=50",
         "--set", "measure.every=0", "--set", "measure.keep=\"none\"")
LONG_PLAN = ("run", SWEEP, "--set", "sweep.seeds=800000", "--set", "zip=[]")
MOST_SECONDS = 20  # promised


class Stopping(StoreTest):
    def setUp(self):
        super().setUp()
        self.family = ProcessFamily()
        self.addCleanup(self.family.kill_all)

    def start(self, command, *arguments, work=ENDLESS, **environment):
        run = subprocess.Popen([*command, *work, "--store", self.store(), *arguments], stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True, env=self.family.environment() | environment)
        self.addCleanup(run.stderr.close)
        return run

    def under_way(self):
        return [m for m in self.family.members(TRAINER) if trial_under_way(m)]

    def wait_until_trained(self, run):
        wait_until(lambda: run.poll() is None and len(self.under_way()) == 2)
        time.sleep(1)  # some steps

    def assert_stopped(self, run, began, trials=2):
        """With the code that says so, in time, every trial that ran checkpointed, nobody left."""
        self.assertEqual(run.wait(timeout=60), UNFINISHED, run.stderr.read())
        self.assertLess(time.monotonic() - began, MOST_SECONDS)
        wait_until(lambda: not self.family.members(), seconds=10)
        ended = rows(self.store(), "select reason, message from attempts where message not like 'handed back%'")
        self.assertEqual(len(ended), trials)
        for reason, message in ended:
            self.assertEqual(reason, "stopped")
            self.assertIn("checkpoint of step", message)
        self.assertEqual(len(list(self.folder.glob("*.d/checkpoints/*.ckpt"))), trials)
        self.assertEqual(list(self.folder.glob("*-wal")) + list(self.folder.glob("*.d/checkpoints/*.tmp")), [])
        self.assertEqual(rows(self.store(), "select distinct state from trials"), [("planned",)])

    def stop(self, command, number, *arguments):
        run = self.start(command, *arguments)
        self.wait_until_trained(run)
        began = time.monotonic()
        run.send_signal(number)
        self.assert_stopped(run, began)

    def test_embedded_term(self):
        self.stop((HEADSWEEP,), signal.SIGTERM, "--workers", "2")

    def test_embedded_interrupt(self):
        self.stop((HEADSWEEP,), signal.SIGINT, "--workers", "2")

    def test_embedded_user_signal(self):
        self.stop((HEADSWEEP,), signal.SIGUSR1, "--workers", "2")

    def test_mpirun_user_signal(self):
        self.stop(mpirun(3), signal.SIGUSR1)

    def test_walltime(self):
        began = time.monotonic()
        run = self.start((HEADSWEEP,), "--workers", "2", "--walltime", "15s")
        self.assert_stopped(run, began)
        self.assertLess(time.monotonic() - began, 15, "it ends before its time is over")

    def test_walltime_begins_with_the_process(self):
        """MPI_Init takes 8 s of the time, since one rank comes late."""
        late = ("import os, sys, time\n"
                "if os.environ['OMPI_COMM_WORLD_RANK'] == '2': time.sleep(8)\n"
                "os.execv(sys.argv[1], sys.argv[1:])")
        *launch, headsweep = mpirun(3)
        began = time.monotonic()
        run = self.start((*launch, sys.executable, "-c", late, headsweep), "--walltime", "20s")
        self.assert_stopped(run, began)
        self.assertLess(time.monotonic() - began, 20, "it ends before its time is over")

    def test_the_end_of_a_batch_job_is_the_end_of_the_walltime(self):
        began = time.monotonic()
        run = self.start((HEADSWEEP,), "--workers", "2", SLURM_JOB_END_TIME=str(int(time.time()) + 16))
        self.assert_stopped(run, began)
        self.assertLess(time.monotonic() - began, 16, "it ends before the job does")
        said = rows(self.store(), "select message from events where kind = 'stopped'")
        self.assertEqual(said, [("the walltime is nearly over",)])

    def test_a_signal_while_another_owner_is_waited_for(self):
        folder = self.folder / "results.db.d"
        folder.mkdir()
        (folder / "owner").write_text("elsewhere 1 2026-01-02T03:04:05.000Z 2026-01-02T03:04:06.000Z boot 1 \n")
        run = self.start((HEADSWEEP,), "--workers", "2")
        self.assertIn("waiting up to 60 s for a sign of life", run.stderr.readline())
        run.send_signal(signal.SIGTERM)
        self.assertEqual(run.wait(timeout=MOST_SECONDS), UNFINISHED)
        self.assertIn("stopped while it was waiting for a run on host elsewhere", run.stderr.read())
        self.assertEqual(list(self.folder.glob("results.db")), [], "nothing was begun")

    def test_a_signal_while_the_plan_is_made(self):
        """Which would take longer than a run has to stop."""
        run = self.start((HEADSWEEP,), "--workers", "2", "--max-trials", "4000000", work=LONG_PLAN)
        wait_until(lambda: run.poll() is None and pathlib.Path(self.store()).exists())
        time.sleep(1)
        began = time.monotonic()
        run.send_signal(signal.SIGTERM)
        self.assertEqual(run.wait(timeout=MOST_SECONDS), UNFINISHED)
        self.assertLess(time.monotonic() - began, 5)
        self.assertIn("stopped while its plan was made; the same command begins again", run.stderr.read())
        self.assert_code(self.run_headsweep("run", SWEEP, "--store", self.store(), "--limit", "1", "--quiet"), UNFINISHED)

    def test_a_signal_while_the_ranks_meet(self):
        """Rank 0 has it in MPI_Init, which ends once the last rank is there; the run stops before any trial."""
        late = ("import os, sys, time\n"
                "if os.environ['OMPI_COMM_WORLD_RANK'] == '2': time.sleep(4)\n"
                "os.execv(sys.argv[1], sys.argv[1:])")
        *launch, headsweep = mpirun(3)
        run = self.start((*launch, sys.executable, "-c", late, headsweep))
        rank_0 = wait_until(lambda: next((m for m in self.family.members(COORDINATOR) if self.catches(m, signal.SIGTERM)),
                                         None))
        self.assertFalse(pathlib.Path(self.store()).exists())
        send(rank_0, signal.SIGTERM)
        self.assertEqual(run.wait(timeout=MOST_SECONDS), UNFINISHED, run.stderr.read())
        self.assertEqual(list(self.folder.glob("*.d/logs/trial-*")), [], "no trial was begun")
        wait_until(lambda: not self.family.members(), seconds=10)

    def catches(self, member, number):
        [mask] = [line.split()[1] for line in pathlib.Path(f"/proc/{member.pid}/status").read_text().splitlines()
                  if line.startswith("SigCgt")]
        return int(mask, 16) >> (number - 1) & 1

    def test_nothing_begins_that_cannot_reach_a_checkpoint(self):
        """The first trial takes 8 s and more to its first update, since the trainer is slow to start. Of the 24 s before the
        run is stopped it leaves less than twice that: no second one begins, although it would have been fast."""
        trainer = self.folder / "trainer.sh"
        trainer.write_text(f'#!/bin/bash\nsleep 8\nexec "{BIN / "headsweep-trainer"}" "$@"\n')
        trainer.chmod(0o755)
        finished = self.run_headsweep("run", SWEEP, "--set", "zip=[]", "--set", "training.steps=200", "--store", self.store(),
                                      "--trainer", str(trainer), "--workers", "1", "--walltime", "32s")
        self.assert_code(finished, UNFINISHED)
        self.assertIn("the walltime is nearly over: no other trial would reach a checkpoint", finished.stderr)
        self.assertEqual(rows(self.store(), "select trial, state from attempts"), [(1, "done")])

    def test_mpirun_terminated(self):
        self.end_mpirun(signal.SIGTERM)

    def test_mpirun_interrupted(self):
        self.end_mpirun(signal.SIGINT)

    def end_mpirun(self, number):
        """The ranks have a second. A reader keeps rank 0 from committing what it holds until it has the signal."""
        run = self.start(mpirun(3), work=SHORT, LD_PRELOAD=str(BIN / "tests" / "libas_network_file_system.so"))
        wait_until(lambda: run.poll() is None and done_trials(self.store()) > 0)
        reader = sqlite3.connect(f"file:{self.store()}?mode=ro", uri=True, isolation_level=None)
        self.addCleanup(reader.close)
        reader.execute("begin")
        [(committed,)] = reader.execute("select count(*) from trials where state = 'done'").fetchall()
        wait_until(lambda: self.begun() >= committed + 20)
        ended = self.begun() - 2  # each worker is at one
        run.send_signal(number)
        time.sleep(0.2)  # mpirun sends TERM at once and KILL a second later; what ranks print it passes on later still
        reader.execute("commit")
        run.stderr.read()
        self.assertNotEqual(run.wait(timeout=60), 0)
        wait_until(lambda: not self.family.members(), seconds=20)
        self.assertGreaterEqual(done_trials(self.store()), ended)
        self.assertEqual(self.run_headsweep("verify", self.store()).returncode, 0)
        self.assertEqual(self.run_headsweep("status", self.store()).returncode, UNFINISHED)

    def begun(self):
        """Trials that have a log, whatever the store knows of them."""
        return len(list(self.folder.glob("results.db.d/logs/trial-*.log")))

    def test_a_second_coordinator_is_refused(self):
        run = self.start((HEADSWEEP,), "--workers", "2")
        self.wait_until_trained(run)
        second = subprocess.run([HEADSWEEP, *ENDLESS, "--store", self.store()], capture_output=True, text=True, timeout=60)
        self.assert_one_line(second, ERROR, "is in use by a run on host", f"pid {run.pid}")
        self.assertIsNone(run.poll(), "the first goes on")
        began = time.monotonic()
        run.send_signal(signal.SIGTERM)
        self.assert_stopped(run, began)


if __name__ == "__main__":
    unittest.main()
