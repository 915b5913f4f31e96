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

    def environment(self):
        return os.environ | {MARK: self.mark}

    def members(self, *roles):
        """Those alive now; no zombies. Without roles all of them."""
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit():
                role = self._role(entry)
                if role and (not roles or role in roles):
                    found.append(Member(int(entry.name), role))
        return found

    def kill_all(self):
        for member in self.members():
            send(member, signal.SIGKILL)

    def _role(self, entry):
        try:
            variables = (entry / "environ").read_bytes().split(b"\0")
            executable = pathlib.Path(os.readlink(entry / "exe")).name
        except OSError:  # it has ended, or is a zombie, which has neither
            return None
        if f"{MARK}={self.mark}".encode() not in variables:
            return None
        if self._is_copy_of_parent(entry):
            return UNBORN
        if executable == "headsweep-trainer":
            return TRAINER
        if executable != "headsweep":
            return LAUNCHER
        ranks = [variable for variable in variables if variable.startswith(b"OMPI_COMM_WORLD_RANK=")]
        if not ranks:
            return EMBEDDED
        return COORDINATOR if ranks[0].endswith(b"=0") else WORKER

    @staticmethod
    def _is_copy_of_parent(entry):
        try:
            parent = entry.parent / str(parent_of(entry.name))
            return os.readlink(entry / "exe") == os.readlink(parent / "exe")
        except OSError:
            return False


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
