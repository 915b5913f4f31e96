"""A real SLURM of one node with two CPUs and two GPUs that are none, for as long as a test module runs."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).parent
TESTBED = str(HERE / "slurm-testbed")
ENDED = {"COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY"}


class Testbed:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="hs-slurm-", dir="/tmp")  # short: sockets lie in it
        os.chmod(self.folder, 0o755)  # munge has its socket where everybody may go
        started = subprocess.run([TESTBED, "start", self.folder, "--gpus", "2"], capture_output=True, text=True)
        if started.returncode != 0:
            raise RuntimeError(started.stderr)
        for word in started.stdout.split():
            name, _, value = word.partition("=")
            if value:
                os.environ[name] = value

    def stop(self):
        subprocess.run([TESTBED, "stop", self.folder], check=True)
        shutil.rmtree(self.folder, ignore_errors=True)


def ask(*argv):
    return subprocess.run(argv, capture_output=True, text=True, timeout=60).stdout


def fields(job):
    """What `scontrol show job` says, by name."""
    pairs = (word.partition("=") for word in ask("scontrol", "-o", "show", "job", job).split())
    return {name: value for name, _, value in pairs}


def state(job):
    return fields(job).get("JobState", "gone")


def wait_for(condition, what, seconds=100):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.2)
    raise AssertionError(f"{what} did not happen within {seconds} s\n" + ask("squeue"))


def wait_for_end(job, seconds=100):
    """The state in which the job ended for good."""
    return wait_for(lambda: state(job) if state(job) in ENDED else None, f"the end of job {job}", seconds)
