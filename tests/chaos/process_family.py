"""Every process that a run started, found by a mark in its environment: also those whose parents were killed."""

import dataclasses
import os
import pathlib
import secrets
import signal

MARK = "HEADSWEEP_CHAOS_MARK"
TRAINER, COORDINATOR, WORKER, LAUNCHER, EMBEDDED = "trainer", "coordinator", "worker", "launcher", "embedded"
UNBORN = "unborn"  # forked and still with its parent's program: a signal to it is none to its parent


@dataclasses.dataclass(frozen=True)
class Member:
    pid: int
    role: str


class ProcessFamily:
    def __init__(self):
        self.mark = secrets.token_hex(8)
        self._runs = 0

    def environment(self):
        """Of a new run."""
        self._runs += 1
        return os.environ | {MARK: self._mark_of_run()}

    def members(self, *roles):
        """Those alive now; no zombies. With roles those of the last run: of one before it a process may still be about to end.
        Without roles all of them."""
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit():
                role, run = self._role_and_run(entry)
                if role and (not roles or (role in roles and run == self._mark_of_run())):
                    found.append(Member(int(entry.name), role))
        return found

    def kill_all(self):
        for member in self.members():
            send(member, signal.SIGKILL)

    def _mark_of_run(self):
        return f"{self.mark}-{self._runs}"

    def _role_and_run(self, entry):
        try:
            variables = dict(variable.partition("=")[::2]
                             for variable in (entry / "environ").read_text(errors="replace").split("\0"))
            executable = pathlib.Path(os.readlink(entry / "exe")).name
        except OSError:  # it has ended, or is a zombie, which has neither
            return None, None
        run = variables.get(MARK, "")
        if not run.startswith(self.mark):
            return None, None
        return UNBORN if self._is_copy_of_parent(entry) else role_of(executable, variables.get("OMPI_COMM_WORLD_RANK")), run

    @staticmethod
    def _is_copy_of_parent(entry):
        try:
            parent = entry.parent / str(parent_of(entry.name))
            return os.readlink(entry / "exe") == os.readlink(parent / "exe")
        except OSError:
            return False


def role_of(executable, rank):
    if executable == "headsweep-trainer":
        return TRAINER
    if executable != "headsweep":
        return LAUNCHER
    if rank is None:
        return EMBEDDED
    return COORDINATOR if rank == "0" else WORKER


def send(member, number):
    """False if it has ended meanwhile."""
    try:
        os.kill(member.pid, number)
        return True
    except ProcessLookupError:
        return False


def parent_of(pid):
    return int(pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def trial_under_way(member):
    """The number of the trial to whose log this trainer writes, or nothing."""
    try:
        name = pathlib.Path(os.readlink(f"/proc/{member.pid}/fd/1")).name
    except OSError:
        return None
    return int(name.removeprefix("trial-").removesuffix(".log")) if name.startswith("trial-") else None
