"""The ways to run a sweep, and what each survives."""

import dataclasses

import disturbances as d
from harness import BIN, HEADSWEEP, SOURCE


# Made by ./bootstrap.sh test chaos.
ULFM_MPIRUN = SOURCE / "build" / "openmpi5" / "bin" / "mpirun"
ULFM_HEADSWEEP = SOURCE / "build" / "ulfm" / "bin" / "headsweep"

WORKERS = 3  # ranks beside the coordinator


@dataclasses.dataclass(frozen=True)
class Tier:
    name: str
    command: tuple  # before the arguments of `run`
    disturbances: tuple
    fatal: tuple  # those that end the run; it survives the others
    arguments: tuple = ()


def mpirun(*options, program="mpirun", headsweep=HEADSWEEP):
    return (program, *options, "--bind-to", "none", "--oversubscribe", "-n", str(WORKERS + 1), headsweep)


TRAINERS = (d.KILLED_TRAINER, d.CRASHED_TRAINER, d.PAUSED_TRAINER)
HEADS = (d.KILLED_COORDINATOR, d.KILLED_LAUNCHER)
RANKS = (d.KILLED_WORKER, d.PAUSED_WORKER, d.PAUSED_COORDINATOR, *HEADS)

EMBEDDED = Tier("embedded", (HEADSWEEP,), (*TRAINERS, d.KILLED_RUN, d.PAUSED_RUN), (d.KILLED_RUN,),
                ("--workers", "2"))
MPIRUN = Tier("mpirun", mpirun(), (*TRAINERS, *RANKS), (d.KILLED_WORKER, *HEADS))
RECOVERY = Tier("mpirun --enable-recovery", mpirun("--enable-recovery"), (*TRAINERS, *RANKS), HEADS)
ULFM = Tier(
    "mpirun --with-ft ulfm",
    mpirun("--with-ft", "ulfm", "--mca", "pml", "ob1", "--mca", "btl", "self,tcp",
           program=str(ULFM_MPIRUN), headsweep=str(ULFM_HEADSWEEP)),
    (*TRAINERS, *RANKS), HEADS, ("--trainer", str(BIN / "headsweep-trainer")))
