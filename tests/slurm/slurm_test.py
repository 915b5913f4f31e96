"""headsweep submit and what follows, against a real SLURM.

The scripts are those that users get; nothing stands in for sbatch, srun, squeue or scancel. HEADSWEEP_FULL=1 adds what
waits for SLURM's own clock.
"""

import json
import os
import pathlib
import shutil
import stat
import subprocess
import time
import unittest

from harness import HEADSWEEP, BIN, DONE, ERROR, UNFINISHED, StoreTest, rows
from testbed import Testbed, ask, fields, wait_for, wait_for_end

FULL = os.environ.get("HEADSWEEP_FULL") == "1"
HOSTILE = "a b $(touch x) `id` \"q\" 'r' \\s %j ~ # & é ‘t’"

SWEEP = """
[sweep]
name = "tiny"
seeds = {seeds}
[model]
vocabulary = 8
length = 12
width = 16
layers = 1
mlp_width = 32
dropout = 0.0
[training]
samples = 0
steps = {steps}
batch = 8
[measure]
sequences = 4
every = 0
[axes]
"model.heads" = [1, 2]
[resources]
checkpoint_every = "1s"
"""

GPUS = [{"index": i, "name": "Testbed", "uuid": f"GPU-{i}", "memory_bytes": 1 << 34, "compute_capability": "9.0"}
        for i in range(2)]

# Trains on the CPU whatever device it is given, and says which one that was.
TRAINER = """#!/bin/bash
words=()
while (($#)); do
  if [[ $1 == --device ]]; then echo "$2 of $CUDA_VISIBLE_DEVICES" >>{seen}; words+=(--device cpu); shift 2; continue; fi
  if [[ $1 == --devices ]]; then echo '{gpus}'; exit; fi
  words+=("$1"); shift
done
exec {trainer} "${{words[@]}}"
"""


def setUpModule():
    global testbed
    testbed = Testbed()


def tearDownModule():
    testbed.stop()


class SlurmTest(StoreTest):
    def setUp(self):
        super().setUp()
        self.environment = dict(os.environ, XDG_CONFIG_HOME=str(self.folder / "config"))
        self.addCleanup(subprocess.run, ["scancel", "--user", "root"], capture_output=True)

    def sweep(self, steps=200, seeds=2, name="sweep.toml"):
        path = self.folder / name
        path.write_text(SWEEP.format(steps=steps, seeds=seeds))
        return str(path)

    def headsweep(self, *arguments, **options):
        return self.run_headsweep(*arguments, env=self.environment, **options)

    def submit(self, sweep, store, *arguments):
        finished = self.headsweep("submit", sweep, "--store", store, "--time", "5", *arguments)
        self.assert_code(finished, DONE)
        return finished.stdout.split()

    def status(self, store):
        finished = self.headsweep("status", store, "--format", "json")
        return finished.returncode, json.loads(finished.stdout)

    def log(self, store):
        return "".join(path.read_text() for path in sorted(pathlib.Path(store + ".d/logs").glob("slurm*.log")))

    def assert_end(self, job, expected, store, seconds=100):
        ended = wait_for_end(job, seconds)
        self.assertEqual(ended, expected, self.log(store))

    def undisturbed(self, sweep):
        reference = self.store("reference.db")
        self.assert_code(self.headsweep("run", sweep, "--store", reference, "--quiet", "--workers", "2"), DONE)
        return reference

    @staticmethod
    def checkpoints(store):
        """Trials that have one."""
        return len({path.name.partition(".")[0] for path in pathlib.Path(store + ".d/checkpoints").glob("*.ckpt")})

    def wait_until_training(self, store):
        def steps():
            mark = self.headsweep("status", store, "--progress").stdout.strip()
            return mark and not mark.endswith("steps=0")
        wait_for(steps, "a checkpoint")


class Scripts(SlurmTest):
    VARIANTS = ((), ("--launcher", "srun", "--gpus-per-node", "2"), ("--array", "3", "--cpus-per-task", "2"),
                ("--nodes", "4", "--ntasks-per-node", "8"))

    def hostile_script(self, *variant):
        folder = self.folder / HOSTILE
        folder.mkdir(exist_ok=True)
        sweep = self.sweep(name=f"{HOSTILE}/s.toml")
        finished = self.headsweep(
            "submit", sweep, "--store", str(folder / "r.db"), "--time", "2h", "--setup", str(folder / "setup"),
            "--partition", HOSTILE, "--account", HOSTILE, "--qos", HOSTILE, "--constraint", "a&b|c",
            "--mail-user", HOSTILE, "--sbatch-arg=--comment=" + HOSTILE, "--set", 'training.task="cycle"',
            "--trainer", str(folder / "trainer"), *variant, "--dry-run")
        self.assert_code(finished, DONE)
        return finished.stdout

    def test_hostile_names_are_quoted_words(self):
        for variant in self.VARIANTS:
            with self.subTest(variant=variant):
                script = self.folder / "script.sh"
                script.write_text(self.hostile_script(*variant))
                checked = subprocess.run(["shellcheck", str(script)], capture_output=True, text=True)
                self.assertEqual(checked.returncode, 0, checked.stdout)
                parsed = subprocess.run(["bash", "-n", str(script)], capture_output=True, text=True)
                self.assertEqual(parsed.returncode, 0, parsed.stderr)

    def test_a_dry_run_touches_nothing(self):
        sweep = self.sweep()
        before = sorted(self.folder.rglob("*"))
        finished = self.headsweep("submit", sweep, "--store", self.store("none/r.db"), "--dry-run")
        self.assert_code(finished, DONE)
        self.assertTrue(finished.stdout.startswith("#!/bin/bash\n"))
        self.assertIn("4 trials to train", finished.stderr)
        self.assertEqual(sorted(self.folder.rglob("*")), before)

    def test_a_newline_is_refused(self):
        finished = self.headsweep("submit", self.sweep(), "--store", self.store("a\nb.db"), "--dry-run")
        self.assert_one_line(finished, ERROR, "newline")

    def test_options_come_from_the_command_line_then_the_sweep_then_the_person(self):
        own = self.folder / "config" / "headsweep" / "slurm.toml"
        own.parent.mkdir(parents=True)
        own.write_text('[slurm]\nqos = "mine"\naccount = "mine"\npartition = "mine"\n')
        sweep = self.sweep()
        with open(sweep, "a") as file:
            file.write('[slurm]\naccount = "sweep"\npartition = "sweep"\n')
        text = self.headsweep("submit", sweep, "--store", self.store(), "--partition", "line", "--dry-run").stdout
        for line in ('--partition="line"', '--account="sweep"', '--qos="mine"'):
            self.assertIn(f"#SBATCH {line}\n", text)


class Jobs(SlurmTest):
    def test_a_sweep_runs_in_a_folder_with_a_hostile_name(self):
        folder = self.folder / HOSTILE
        folder.mkdir()
        sweep, store = self.sweep(name=f"{HOSTILE}/s.toml"), str(folder / "r.db")
        (folder / "setup").write_text("echo the site was set up\n")
        [job] = self.submit(sweep, store, "--setup", str(folder / "setup"))
        self.assert_end(job, "COMPLETED", store)
        self.assertIn("the site was set up", self.log(store))
        code, status = self.status(store)
        self.assertEqual(code, DONE)
        self.assertEqual([(one["job"], one["state"]) for one in status["jobs"]], [(job, "COMPLETED")])
        self.assertTrue(pathlib.Path(status["jobs"][0]["log"]).is_file())
        plain = shutil.copy(store, self.store("plain.db"))  # a name that SQLite takes in a URI
        self.assert_equal_results(plain, self.undisturbed(sweep))

    def test_mpirun_and_srun_give_each_worker_a_gpu_of_its_own(self):
        for launcher in ("mpirun", "srun"):
            with self.subTest(launcher=launcher):
                seen, trainer = self.folder / f"seen-{launcher}", self.folder / f"trainer-{launcher}"
                trainer.write_text(TRAINER.format(seen=seen, trainer=BIN / "headsweep-trainer", gpus=json.dumps({"gpus": GPUS})))
                trainer.chmod(trainer.stat().st_mode | stat.S_IXUSR)
                sweep, store = self.sweep(seeds=4, steps=2000), self.store(launcher + ".db")
                [job] = self.submit(sweep, store, "--launcher", launcher, "--gpus-per-node", "2",
                                    "--trainer", str(trainer))
                self.assert_end(job, "COMPLETED", store)
                self.assertEqual(set(seen.read_text().split("\n")) - {""}, {"cuda:0 of 0,1", "cuda:1 of 0,1"})
                workers = rows(store, "select device, count(*) from workers group by device order by device")
                self.assertEqual(len(workers), 2, workers)

    def test_a_slot_that_ends_is_requeued_and_resumes_to_equal_results(self):
        sweep, store = self.sweep(steps=80000, seeds=1), self.store()
        [job] = self.submit(sweep, store, "--ntasks-per-node", "2")
        # Both of them: were the second still waiting, the first could end on its own and nothing be interrupted.
        wait_for(lambda: self.checkpoints(store) == 2, "a checkpoint of each trial")
        ask("scancel", "--batch", "--signal=USR1", job)
        wait_for(lambda: fields(job).get("Restarts") == "1", "the restart")
        refused = self.headsweep("submit", sweep, "--store", store)
        self.assert_code(refused, ERROR)
        self.assertIn(f"has SLURM job {job} already", refused.stderr)
        self.assert_end(job, "COMPLETED", store, seconds=300)
        self.assertIn("work remains: requeued", self.log(store))
        attempts = rows(store, "select trial, state, reason, message from attempts")
        self.assertIn("interrupted", [state for _, state, _, _ in attempts], f"{attempts}\n{self.log(store)}")
        self.assert_equal_results(store, self.undisturbed(sweep))

    if FULL:  # it waits for SLURM's clock
        def test_slurm_itself_signals_before_the_end_of_the_slot(self):
            sweep, store = self.sweep(steps=400000, seeds=2), self.store()
            finished = self.headsweep("submit", sweep, "--store", store, "--time", "1", "--ntasks-per-node", "2")
            self.assert_code(finished, DONE)
            job = finished.stdout.strip()
            wait_for(lambda: fields(job).get("Restarts") not in (None, "0"), "the restart", 150)
            self.assertIn("work remains: requeued", self.log(store))
            self.assert_code(self.headsweep("cancel", store), DONE)

    def test_a_second_run_is_refused_with_the_first_ones_job(self):
        sweep, store = self.sweep(steps=100000), self.store()
        [job] = self.submit(sweep, store)
        self.wait_until_training(store)
        refused = self.headsweep("run", sweep, "--store", store)
        self.assert_code(refused, ERROR)
        self.assertIn(f"is in use by SLURM job {job} on host", refused.stderr)
        code, status = self.status(store)
        self.assertEqual((code, status["owner"]["job"], status["jobs"][0]["state"]), (UNFINISHED, job, "RUNNING"))

        self.assert_code(self.headsweep("cancel", store), DONE)
        self.assertEqual(rows(store, "select count(*) from trials where state in ('planned', 'running')"), [(0,)])
        wait_for_end(job)
        self.assertEqual(fields(job).get("Restarts"), "0", self.log(store))

    def test_scancel_ends_a_job_that_can_be_submitted_again(self):
        sweep, store = self.sweep(steps=40000, seeds=1), self.store()
        [job] = self.submit(sweep, store)
        self.wait_until_training(store)
        ask("scancel", job)
        self.assert_end(job, "CANCELLED", store)
        self.assertEqual(fields(job).get("Restarts"), "0")
        self.assert_code(self.headsweep("verify", store), DONE)
        self.assertEqual(self.headsweep("status", store).returncode, UNFINISHED)
        [again] = self.submit(sweep, store, "--ntasks-per-node", "2")
        self.assert_end(again, "COMPLETED", store)
        self.assert_equal_results(store, self.undisturbed(sweep))

    def test_jobs_that_train_nothing_stop_after_two_restarts(self):
        setup = self.folder / "setup"
        setup.write_text("mpirun() { [[ $1 == --version ]] || return 1; }\n")
        store = self.store()
        [job] = self.submit(self.sweep(), store, "--setup", str(setup))
        self.assert_end(job, "FAILED", store)
        self.assertEqual(fields(job).get("Restarts"), "2")
        self.assertEqual(fields(job).get("ExitCode"), "3:0")
        self.assertIn("no progress in two restarts", self.log(store))


# A person's own script: nothing but the run. It says the run's exit code.
SCRIPT = """#!/bin/bash
{launch} {headsweep} run {sweep} --store {store} {arguments}
echo "code $?"
"""


class OwnScripts(SlurmTest):
    """A run that no submit wrote the script for."""

    def batch(self, store, *options, launch="", arguments=""):
        script = self.folder / "own.sh"
        sweep = self.sweep(steps=100_000_000, seeds=1)
        script.write_text(SCRIPT.format(launch=launch, headsweep=HEADSWEEP, sweep=sweep, store=store,
                                        arguments=arguments))
        job = ask("sbatch", "--parsable", f"--output={self.folder}/own.log", *options, str(script)).strip()
        wait_for(lambda: self.checkpoints(store) == 2, "a checkpoint of each trial")
        return job

    def assert_stopped(self, job, store):
        self.assert_end(job, "COMPLETED", store)
        log = (self.folder / "own.log").read_text()
        self.assertIn("code 3", log)
        ended = rows(store, "select state, reason, message from attempts order by trial")
        self.assertEqual([one[:2] for one in ended], [("interrupted", "stopped")] * 2, log)
        for _, _, message in ended:
            self.assertIn("stopped; checkpoint of step", message)
        return log

    def test_signals_under_srun(self):
        for signal in ("TERM", "INT", "USR1"):
            with self.subTest(signal=signal):
                store = self.store(signal + ".db")
                job = self.batch(store, "--ntasks=3", "--overcommit",
                                 launch="srun --mpi=pmix --ntasks=3 --overcommit --cpu-bind=none")
                began = time.monotonic()
                ask("scancel", f"--signal={signal}", job)
                log = self.assert_stopped(job, store)
                self.assertLess(time.monotonic() - began, 20, log)
                self.assertIn(f"interrupted by SIG{signal}", log)

    if FULL:  # it waits for SLURM's clock
        def test_the_end_of_the_job_is_known(self):
            store = self.store()
            job = self.batch(store, "--time=1", arguments="--workers 2 --walltime 1h")
            self.assertIn("the walltime is nearly over", self.assert_stopped(job, store))


class Arrays(SlurmTest):
    def test_shards_are_trained_apart_and_merged(self):
        sweep, store = self.sweep(seeds=4), self.store()
        array, merge = self.submit(sweep, store, "--array", "2")
        self.assert_end(merge, "COMPLETED", store)
        self.assert_code(self.headsweep("verify", store), DONE)
        self.assert_equal_results(store, self.undisturbed(sweep))
        code, status = self.status(store)
        self.assertEqual(code, DONE)
        self.assertEqual([one["job"] for one in status["jobs"]], [array + "_1", array + "_2", merge])

    def test_the_merge_is_given_up_when_a_shard_fails(self):
        sweep, store = self.sweep(), self.store()
        _, merge = self.submit(sweep, store, "--array", "2", "--trainer", str(self.folder / "missing"))
        self.assert_end(merge, "CANCELLED", store)
        self.assertFalse(pathlib.Path(store).exists())
        self.assertIn("missing", self.log(store))
        code, status = self.status(store)
        self.assertEqual(code, UNFINISHED)
        self.assertEqual([one["state"] for one in status["jobs"]], ["FAILED", "FAILED", "CANCELLED"])


class Refusals(SlurmTest):
    def test_without_sbatch_it_is_said_what_to_do(self):
        self.environment["PATH"] = str(self.folder)
        finished = self.headsweep("submit", self.sweep(), "--store", self.store())
        self.assert_code(finished, ERROR)
        self.assertIn("sbatch is not on the PATH", finished.stderr)

    def test_what_sbatch_refuses_it_says_itself(self):
        finished = self.headsweep("submit", self.sweep(), "--store", self.store(), "--partition", "nowhere")
        self.assert_code(finished, ERROR)
        self.assertIn("invalid partition specified: nowhere", finished.stderr)
        self.assertIn("sbatch refused the job", finished.stderr)
        self.assertEqual(finished.stdout, "")

    def test_a_missing_setup_is_refused(self):
        finished = self.headsweep("submit", self.sweep(), "--store", self.store(), "--setup", "/no such file")
        self.assert_code(finished, ERROR)
        self.assertIn("--setup /no such file: no such file", finished.stderr)


if __name__ == "__main__":
    unittest.main()
