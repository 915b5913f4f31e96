"""What can happen to a trial, with the real trainer: each attempt is recorded with its cause, the trial is tried again
with the same seed, everything else goes on."""

import os
import pathlib
import signal
import subprocess
import unittest

from harness import BIN, DONE, ERROR, HEADSWEEP, SOME_FAILED, StoreTest, mpirun, rows, wait_until
from process_family import ProcessFamily, TRAINER, trial_under_way

SWEEP = """
[sweep]
name = "faults"
seeds = {seeds}
[model]
vocabulary = 16
length = 16
width = {width}
layers = 2
mlp_width = 32
[training]
samples = 0
steps = {steps}
batch = 8
learning_rate = 3e-3
[measure]
sequences = 4
permuted_draws = 2
[resources]
checkpoint_every = "0.2s"
retries = 1
"""
TRAINER_PROGRAM = str(BIN / "headsweep-trainer")


def memory_group(size):
    """The folder of a new control group (either version) of at most `size` bytes, or nothing where that is not allowed."""
    for root, limit in (("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max")):
        group = pathlib.Path(root, f"headsweep-test-{os.getpid()}")
        try:
            group.mkdir()
            (group / limit).write_text(str(size))
            return group
        except OSError:
            continue
    return None


class TrialFaults(StoreTest):
    def setUp(self):
        super().setUp()
        self.family = ProcessFamily()
        self.addCleanup(self.family.kill_all)

    def sweep(self, seeds=3, steps=2000, width=16, more=""):
        path = self.folder / "faults.toml"
        path.write_text(SWEEP.format(seeds=seeds, steps=steps, width=width) + more)
        return str(path)

    def start(self, *arguments, workers=1):
        return subprocess.Popen([HEADSWEEP, "run", *arguments, "--store", self.store(), "--workers", str(workers)],
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                env=self.family.environment())

    def end(self, run, code, timeout=200):
        _, errors = run.communicate(timeout=timeout)
        self.assertEqual(run.returncode, code, errors)
        wait_until(lambda: not self.family.members(), seconds=20)
        return errors

    def wrapper(self, text):
        """A program that stands for the trainer; "$@" are its arguments."""
        path = self.folder / "trainer.sh"
        path.write_text(f"#!/bin/bash\n{text}\n")
        path.chmod(0o755)
        return str(path)

    def once(self, text):
        """A trainer that does something else the first time."""
        mark = self.folder / "happened"
        return self.wrapper(f'if [[ ! -e "{mark}" ]]; then touch "{mark}"; {text}; fi\nexec "{TRAINER_PROGRAM}" "$@"')

    def failures(self):
        return rows(self.store(), "select trial, reason, signal, exit_code, message, log_tail from attempts "
                                  "where state = 'failed' order by attempt")

    def states(self):
        return dict(rows(self.store(), "select trial, state from trials"))

    def assert_retried_and_done(self, reason, signal_number=None):
        (trial, found, number, _, message, log) = self.failures()[0]
        self.assertEqual((found, number), (reason, signal_number), message)
        self.assertNotEqual(log, "", "the log's last lines are recorded")
        self.assertEqual(set(self.states().values()), {"done"})
        attempts = rows(self.store(), f"select state from attempts where trial = {trial} order by attempt")
        self.assertEqual(attempts, [("failed",), ("done",)])

    def kill_when(self, condition, number, run):
        victim = wait_until(lambda: next((m for m in self.family.members(TRAINER) if condition(m)), None)
                            if run.poll() is None else self.fail("the run ended"))
        os.kill(victim.pid, number)

    def test_killed_and_crashed(self):
        run = self.start(self.sweep(seeds=4, steps=8000))
        self.kill_when(lambda m: trial_under_way(m) == 1, signal.SIGKILL, run)
        self.kill_when(lambda m: trial_under_way(m) == 3, signal.SIGSEGV, run)
        self.end(run, DONE)
        self.assertEqual([(row[0], row[1], row[2]) for row in self.failures()],
                         [(1, "trainer_killed", signal.SIGKILL), (3, "trainer_killed", signal.SIGSEGV)])
        self.assertEqual(set(self.states().values()), {"done"})

    def test_hang(self):
        """A stopped process makes no progress; the deadline is 30 s at least."""
        run = self.start(self.sweep(seeds=2, steps=20000), workers=2)
        self.kill_when(lambda m: trial_under_way(m) == 1 and self.has_checkpoint(), signal.SIGSTOP, run)
        self.end(run, DONE)
        self.assert_retried_and_done("trainer_hung")

    def has_checkpoint(self):
        return any(self.folder.glob("results.db.d/checkpoints/*.ckpt"))

    def test_divergence_fails_the_trial_and_no_other(self):
        more = '[axes]\n"training.learning_rate" = [1e-3, 10.0]\n'
        self.end(self.start(self.sweep(seeds=1, steps=3000, more=more)), SOME_FAILED)
        self.assertEqual([row[:2] for row in self.failures()], [(2, "diverged"), (2, "diverged")])
        self.assertIn("at step", self.failures()[0][4])
        self.assertEqual(self.states(), {1: "done", 2: "failed"})

    def test_a_folder_that_cannot_be_written(self):
        """Where weights are to be kept lies a file: nothing is wrong with the trials."""
        folder = self.folder / "results.db.d"
        folder.mkdir()
        (folder / "models").write_text("in the way")
        errors = self.end(self.start(self.sweep(seeds=2), "--set", 'measure.keep="all"'), ERROR)
        self.assertIn("models", errors)
        self.assertEqual(self.failures(), [])
        self.assertEqual(set(self.states().values()), {"planned"})

    def test_exception(self):
        """Less address space than LibTorch and a large model need together: said by the trainer, not its end."""
        limited = self.wrapper(f'ulimit -v 3000000; exec "{TRAINER_PROGRAM}" "$@"')
        self.end(self.start(self.sweep(seeds=1, steps=3, width=4096), "--trainer", limited), SOME_FAILED)
        self.assertEqual([row[1] for row in self.failures()], ["error", "error"])
        self.assertIn("memory", self.failures()[0][4])

    def test_a_bundle_that_does_not_fit_into_memory_is_nobodys_fault(self):
        """Its members alone do."""
        limited = self.wrapper(f'ulimit -v 2150000; exec "{TRAINER_PROGRAM}" "$@"')
        self.end(self.start(self.sweep(seeds=4, steps=3, width=1024), "--stack", "4", "--set", "model.mlp_width=2048",
                            "--trainer", limited), DONE)
        self.assertEqual([row[:2] for row in self.failures()], [(trial, "error") for trial in (1, 2, 3, 4)])
        self.assertEqual(set(self.states().values()), {"done"})

    def test_killed_for_its_memory(self):
        """By the kernel, in a group of processes that may have less than the model needs."""
        group = memory_group(400 << 20)
        if group is None:
            self.skipTest("no control group for memory can be made here")
        self.addCleanup(group.rmdir)
        trainer = self.once(f'echo $$ >{group}/cgroup.procs; exec "{TRAINER_PROGRAM}" "$@"')
        self.end(self.start(self.sweep(seeds=1, steps=3, width=2048), "--trainer", trainer), DONE)
        self.assert_retried_and_done("trainer_killed", signal.SIGKILL)

    def test_a_worker_that_fails_everything_is_drained_and_named(self):
        """The trainers of the first worker that starts one die in every trial; the other worker's do not."""
        bad = self.folder / "bad"
        trainer = self.wrapper(f'''
( set -o noclobber; echo $PPID >"{bad}" ) 2>/dev/null
if [[ $(<"{bad}") == "$PPID" ]]; then
  ( until [[ $(readlink /proc/$$/fd/1) == */trial-* ]]; do sleep 0.01; done; kill -SEGV $$ ) 3>&- >/dev/null 2>&1 &
fi
exec "{TRAINER_PROGRAM}" "$@"''')
        finished = subprocess.run(
            [*mpirun(3, "run", self.sweep(seeds=24, steps=3000), "--store", self.store(), "--trainer", trainer)],
            capture_output=True, text=True, timeout=300, env=self.family.environment())
        self.assert_code(finished, DONE)
        wait_until(lambda: not self.family.members(), seconds=20)
        [(pid, state)] = rows(self.store(), "select pid, state from workers where state <> 'finished'")
        self.assertEqual((str(pid), state), (bad.read_text().strip(), "drained"))
        [(message,)] = rows(self.store(), "select message from events where kind = 'worker_drained'")
        self.assertIn("failed 5 trials in a row while others finished some", message)
        failed = rows(self.store(), "select count(distinct trial), count(*) from attempts where state = 'failed'")
        self.assertGreaterEqual(failed[0][0], 5)
        self.assertEqual(set(self.states().values()), {"done"})

    def test_cannot_start(self):
        trainer = self.wrapper('echo "no such library" >&2; exit 3')
        errors = self.end(self.start(self.sweep(), "--trainer", trainer), ERROR)
        self.assertIn("cannot start its trainer", errors)
        self.assertIn("no such library", errors)
        (_, reason, _, code, message, _) = self.failures()[0]
        self.assertEqual((reason, code), ("cannot_start", 3))
        self.assertIn("3 times", message)
        self.assertEqual(set(self.states().values()), {"planned"}, "not the trials' fault")

    def test_killed_before_its_hello(self):
        """More often than a trainer may exit there: it is started again each time, and no trial is blamed."""
        deaths = self.folder / "deaths"
        trainer = self.wrapper(f'echo >>"{deaths}"; (( $(wc -l <"{deaths}") > 5 )) || kill -KILL $$\n'
                               f'exec "{TRAINER_PROGRAM}" "$@"')
        self.end(self.start(self.sweep(seeds=2), "--trainer", trainer), DONE)
        self.assertEqual((len(deaths.read_text()), self.failures()), (6, []))
        self.assertEqual(set(self.states().values()), {"done"})

    def test_garbage(self):
        trainer = self.once("printf 'terminate called after throwing' >&3; sleep 100")
        self.end(self.start(self.sweep(seeds=2), "--trainer", trainer), DONE)
        self.assertEqual(set(self.states().values()), {"done"})
        self.assertEqual(self.failures(), [], "before its hello a trainer is started again, no trial is blamed")

    def test_garbage_in_a_trial(self):
        """A child that shares the trainer's pipe writes into it once a trial is under way."""
        mark = self.folder / "happened"
        trainer = self.wrapper(f'''if [[ ! -e "{mark}" ]]; then
  touch "{mark}"
  ( until [[ $(readlink /proc/$$/fd/1) == *trial-1.log ]]; do sleep 0.01; done
    printf 'terminate called after throwing an instance' >&3 ) >/dev/null 2>&1 &
fi
exec "{TRAINER_PROGRAM}" "$@"''')
        self.end(self.start(self.sweep(seeds=2, steps=8000), "--trainer", trainer), DONE)
        self.assert_retried_and_done("bad_frames")

    def test_the_guilty_member_of_a_bundle_is_found(self):
        """Trials 1 and 2 train together, in the log of trial 1; whatever trains trial 2 dies."""
        together = self.folder / "together"
        trainer = self.wrapper(f'''
( while sleep 0.01; do
    log=$(readlink /proc/$$/fd/1)
    if [[ $log == */trial-2.log ]]; then kill -SEGV $$; fi
    if [[ $log == */trial-1.log && ! -e "{together}" ]] && grep -q "trial 2 .* begins" "$log"; then
      touch "{together}"; kill -SEGV $$
    fi
  done ) 3>&- >/dev/null 2>&1 &
exec "{TRAINER_PROGRAM}" "$@"''')
        self.end(self.start(self.sweep(seeds=2, steps=20000), "--stack", "2", "--trainer", trainer), SOME_FAILED)
        self.assertEqual(self.states(), {1: "done", 2: "failed"})
        self.assertEqual([row[:3] for row in self.failures()],
                         [(trial, "trainer_killed", signal.SIGSEGV) for trial in (1, 2, 2, 2)])
        log = self.failures()[1][5]
        self.assertRegex(log, "trial 2 attempt 2: trains together with trial 1(.*\n)+trial 2 attempt 2: begins at",
                         "what was said in the other trial's log is recorded too")


if __name__ == "__main__":
    unittest.main()
