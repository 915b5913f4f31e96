"""One sweep of short trials whose processes are killed and paused at random, until it is done: the store must equal
that of a run that nobody disturbed, every trial done once, nothing left behind."""

import os
import pathlib
import secrets
import subprocess
import sys
import time
import unittest

import tiers
from disturbances import KILLED_WORKER, Disturber
from harness import DONE, HEADSWEEP, StoreTest, rows, wait_until
from process_family import ProcessFamily

SWEEP = str(pathlib.Path(__file__).with_name("chaos.toml"))
IS_FULL = os.environ.get("HEADSWEEP_FULL") == "1"
STRIKES = 50 if IS_FULL else 8
SEED = int(os.environ.get("HEADSWEEP_CHAOS_SEED", secrets.randbelow(10**6) if IS_FULL else 1))  # of the disturbances
SEEDS = 30 if IS_FULL else 3  # of the sweep: so that it lasts longer than it is disturbed
RUN_SECONDS = 300 * STRIKES // 8
FATAL_SECONDS = 180  # ranks wait two minutes for one that was killed as the run began


class Chaos(StoreTest):
    @classmethod
    def setUpClass(cls):
        cls.undisturbed = cls("test_embedded")
        cls.undisturbed.setUp()
        cls.addClassCleanup(cls.undisturbed.doCleanups)
        cls.reference = cls.undisturbed.store()
        cls.undisturbed.assert_code(
            cls.undisturbed.run_headsweep("run", SWEEP, "--store", cls.reference, "--workers", "2",
                                          "--set", f"sweep.seeds={SEEDS}", timeout=RUN_SECONDS), DONE)

    def test_embedded(self):
        self.disturb(tiers.EMBEDDED)

    def test_mpirun(self):
        self.disturb(tiers.MPIRUN)

    def test_mpirun_with_recovery(self):
        self.disturb(tiers.RECOVERY)

    def test_mpirun_with_ulfm(self):
        for made in (tiers.ULFM_MPIRUN, tiers.ULFM_HEADSWEEP):
            self.assertTrue(made.exists(), f"no {made}: ./bootstrap.sh test chaos makes it")
        self.disturb(tiers.ULFM)

    if IS_FULL:  # it waits for two minutes
        def test_a_rank_that_is_killed_before_it_comes(self):
            """Then MPI_Init of the others never returns."""
            killed = ("import os, signal, sys\n"
                      "if os.environ['OMPI_COMM_WORLD_RANK'] == '2': os.kill(os.getpid(), signal.SIGKILL)\n"
                      "os.execv(sys.argv[1], sys.argv[1:])")
            run = subprocess.run(["mpirun", "--enable-recovery", "--bind-to", "none", "--oversubscribe", "-n", "3", sys.executable,
                                  "-c", killed, HEADSWEEP, "run", SWEEP, "--store", self.store()],
                                 capture_output=True, text=True, timeout=FATAL_SECONDS)  # its code is 0 whatever ranks do
            self.assertIn("did not meet within 120 s: a rank was lost as the run began; run the same command again", run.stderr)
            self.assertFalse(pathlib.Path(self.store()).exists())

    def disturb(self, tier):
        family = ProcessFamily()
        self.addCleanup(family.kill_all)
        disturber = Disturber(family, tier.disturbances, STRIKES, SEED)
        began = time.monotonic()
        runs = 0
        self.lost_at_the_beginning = 0
        while True:
            runs += 1
            self.run_once(tier, family, disturber)
            if subprocess.run([HEADSWEEP, "status", self.store()], capture_output=True).returncode == DONE:
                break
            allowed = self.fatal_strikes(tier, disturber) + self.lost_at_the_beginning
            self.assertLessEqual(runs, allowed, f"ended early: {self.output()}")
        self.report(tier, disturber, runs, time.monotonic() - began)
        self.assertTrue(disturber.is_finished, "the sweep was done before the last strike")
        self.assert_nothing_left_behind(family)
        self.assert_every_trial_done_once()
        self.assert_equal_results(self.store(), self.reference)
        self.assert_code(self.run_headsweep("verify", self.store()), DONE)

    def run_once(self, tier, family, disturber):
        """Starts the run, strikes it as long as there are strikes left, waits for its end."""
        with open(self.folder / "output.txt", "ab") as output:
            run = subprocess.Popen(
                [*tier.command, "run", SWEEP, "--store", self.store(), "--set", f"sweep.seeds={SEEDS}",
                 "--stack", "2", *tier.arguments],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=family.environment())
        said_before = len(self.output())
        strike = None
        while run.poll() is None and strike not in tier.fatal and not disturber.is_finished:
            strike = disturber.strike(lambda: run.poll() is None)
        try:
            run.wait(timeout=FATAL_SECONDS if strike in tier.fatal else RUN_SECONDS)
        except subprocess.TimeoutExpired:
            self.fail(f"hangs; processes: {family.members()}; output: {self.output()}")
        if strike not in tier.fatal and "a rank was lost as the run began" in self.output()[said_before:]:
            self.lost_at_the_beginning += 1

    @staticmethod
    def fatal_strikes(tier, disturber):
        # A run that lost all its workers has to be started again, too.
        lost_workers = 0 if KILLED_WORKER in tier.fatal else disturber.done[KILLED_WORKER] // tiers.WORKERS
        return sum(disturber.done[strike] for strike in tier.fatal) + lost_workers

    def output(self):
        return (self.folder / "output.txt").read_text(errors="replace")

    def report(self, tier, disturber, runs, seconds):
        strikes = ", ".join(sorted(f"{count} {strike.name}" for strike, count in disturber.done.items()))
        attempts = rows(self.store(), "select count(*) from attempts")[0][0]
        resumed = sum(path.read_text(errors="replace").count("resumes at step")
                      for path in self.folder.glob("*.d/logs/trial-*.log"))
        print(f"\n{tier.name}, disturbed by seed {SEED}: survived {strikes}; {runs} runs, {attempts} attempts, {resumed} resumed from a "
              f"checkpoint, {seconds:.0f} s", flush=True)

    def assert_nothing_left_behind(self, family):
        wait_until(lambda: not family.members(), seconds=30)
        files = sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())
        expected = ("results.db", "output.txt", "results.db.d/owner", "results.db.d/logs/", "results.db.d/models/")
        self.assertEqual([name for name in files if not name.startswith(expected) or name.endswith(".tmp")], [])
        models = [name for name in files if name.startswith("results.db.d/models/")]
        self.assertEqual(len(models), rows(self.store(), "select count(*) from trials")[0][0], models)
        self.assertNotIn("results.db-wal", files)

    def assert_every_trial_done_once(self):
        self.assertEqual(rows(self.store(), "select trial, count(*) from attempts where state = 'done' "
                                            "group by trial having count(*) <> 1"), [])
        self.assertEqual(rows(self.store(), "select count(*) from trials where state <> 'done'"), [(0,)])
        self.assertEqual(rows(self.store(), "select count(*) from attempts where state = 'running'"), [(0,)])
        later = ("select a.attempt from attempts a join attempts done on done.trial = a.trial and "
                 "done.state = 'done' where a.started_at > done.ended_at")
        self.assertEqual(rows(self.store(), later), [], "finished work was repeated")


if __name__ == "__main__":
    unittest.main()
