"""How soon a loss is noticed and how soon training goes on after it, in every way to run a sweep.

    python3 bench/reliability.py BUILD/bin [ULFM_BIN ULFM_MPIRUN] [--rounds 5]

Each round starts two long trials of the sweep of tests/chaos (under mpirun with a third worker, which idles), waits until
both have checkpoints, and kills one process. Printed are medians over the rounds, in seconds, and the largest: from the signal to

- noticed: the store has the loss (another attempt of the trial, or the event), or, where MPI ends the job, mpirun's end;
- resumed: a trainer has begun again with a trial that was lost, from its checkpoint. Where the run ended the same command
  is started at once, and its start counts.

Nothing is compared with: these are delays, not speeds. Run it on a machine that does nothing else.
"""

import argparse
import dataclasses
import os
import pathlib
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(SOURCE / "tests" / "chaos"))
from process_family import COORDINATOR, EMBEDDED, ProcessFamily, TRAINER, WORKER, parent_of, send, trial_under_way  # noqa: E402

SWEEP = str(SOURCE / "tests" / "chaos" / "chaos.toml")
SETTINGS = ("--set", "zip=[]", "--set", "training.steps=100000000", "--limit", "2")
TRIALS = 2
WORKERS = 3  # under mpirun: one to take over
LIMIT_SECONDS = 120


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    command: tuple
    role: str
    arguments: tuple = ()
    ends: bool = False  # the run ends with it


def cases(options):
    headsweep = str(options.bin / "headsweep")
    environment_of_tests = ("--bind-to", "none", "--oversubscribe", "-n", str(WORKERS + 1))
    embedded = ((headsweep,), ("--workers", str(TRIALS)))
    plain = (("mpirun", *environment_of_tests, headsweep), ())
    recovery = (("mpirun", "--enable-recovery", *environment_of_tests, headsweep), ())
    found = [Case("embedded: trainer", embedded[0], TRAINER, embedded[1]),
             Case("embedded: the run", embedded[0], EMBEDDED, embedded[1], ends=True),
             Case("mpirun: trainer", plain[0], TRAINER),
             Case("mpirun: worker", plain[0], WORKER, ends=True),
             Case("mpirun: coordinator", plain[0], COORDINATOR, ends=True),
             Case("mpirun --enable-recovery: worker", recovery[0], WORKER)]
    if options.ulfm_bin:
        ulfm = (options.ulfm_mpirun, "--with-ft", "ulfm", "--mca", "pml", "ob1", "--mca", "btl", "self,tcp",
                *environment_of_tests, str(options.ulfm_bin / "headsweep"))
        found.append(Case("mpirun --with-ft ulfm: worker", ulfm, WORKER,
                          ("--trainer", str(options.bin / "headsweep-trainer"))))
    return found


def wait_for(condition, what):
    end = time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.005)
    raise SystemExit(f"{what} did not happen within {LIMIT_SECONDS} s")


def count(store, sql):
    try:
        with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as database:
            return database.execute(sql).fetchone()[0]
    except sqlite3.Error:
        return 0


class Round:
    def __init__(self, case, folder):
        self.case = case
        self.folder = pathlib.Path(folder)
        self.store = str(self.folder / "results.db")
        self.family = ProcessFamily()

    def start(self):
        with open(self.folder / "output.txt", "ab") as output:
            return subprocess.Popen([*self.case.command, "run", SWEEP, *SETTINGS, "--store", self.store,
                                     *self.case.arguments], stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                    env=self.family.environment() | {"OMPI_ALLOW_RUN_AS_ROOT": "1",
                                                                     "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"})

    def resumptions(self):
        return sum(log.read_text(errors="replace").count("resumes at step")
                   for log in self.folder.glob("results.db.d/logs/trial-*.log"))

    def checkpointed(self):
        """Both trials are under way and have a checkpoint."""
        under_way = {trial_under_way(member) for member in self.family.members(TRAINER)} - {None}
        files = {path.name.split(".")[0] for path in self.folder.glob("results.db.d/checkpoints/*.ckpt")}
        return len(under_way) == TRIALS and len(files) == TRIALS

    def victim(self):
        """One that a trial depends on."""
        training = next(member for member in self.family.members(TRAINER) if trial_under_way(member))
        if self.case.role == TRAINER:
            return training
        found = self.family.members(self.case.role)
        if self.case.role == WORKER:
            found = [member for member in found if member.pid == parent_of(training.pid)]
        return found[0]

    def noticed(self, run):
        if self.case.ends:
            return run.poll() is not None
        return count(self.store, "select count(*) from attempts where state in ('failed', 'interrupted')")

    def measure(self):
        run = self.start()
        try:
            wait_for(self.checkpointed, "a checkpoint of both trials")
            victim = self.victim()
            began = time.monotonic()
            send(victim, signal.SIGKILL)
            wait_for(lambda: self.noticed(run), "the loss")
            noticed = time.monotonic() - began
            if self.case.ends:
                run.wait()
                wait_for(lambda: not self.family.members(), "the end of every process")
                run = self.start()
            wait_for(self.resumptions, "a trial that resumes")
            return noticed, time.monotonic() - began
        finally:
            self.family.kill_all()
            run.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("ulfm_bin", type=pathlib.Path, nargs="?")
    parser.add_argument("ulfm_mpirun", nargs="?")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {options.rounds} rounds")
    print("| killed | noticed after | at most | resumed after | at most |\n|---|---|---|---|---|")
    for case in cases(options):
        measured = []
        for _ in range(options.rounds):
            with tempfile.TemporaryDirectory(prefix="headsweep-bench-") as folder:
                measured.append(Round(case, folder).measure())
        noticed, resumed = zip(*measured)
        print(f"| {case.name} | {statistics.median(noticed):.2f} s | {max(noticed):.2f} s | "
              f"{statistics.median(resumed):.2f} s | {max(resumed):.2f} s |", flush=True)
    print(f"load at the end {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
