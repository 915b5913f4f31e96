"""What is done to a running sweep: kills and pauses of its processes, at moments that a seed decides."""

import collections
import dataclasses
import random
import signal
import time

from process_family import COORDINATOR, EMBEDDED, LAUNCHER, TRAINER, WORKER, send, trial_under_way


@dataclasses.dataclass(frozen=True)
class Disturbance:
    name: str
    role: str
    signals: tuple  # sent one after another, PAUSE seconds apart


PAUSE = 0.5

KILLED_TRAINER = Disturbance("trainer killed", TRAINER, (signal.SIGKILL,))
CRASHED_TRAINER = Disturbance("trainer crashed", TRAINER, (signal.SIGSEGV,))
PAUSED_TRAINER = Disturbance("trainer paused", TRAINER, (signal.SIGSTOP, signal.SIGCONT))
KILLED_WORKER = Disturbance("worker killed", WORKER, (signal.SIGKILL,))
PAUSED_WORKER = Disturbance("worker paused", WORKER, (signal.SIGSTOP, signal.SIGCONT))
KILLED_COORDINATOR = Disturbance("coordinator killed", COORDINATOR, (signal.SIGKILL,))
PAUSED_COORDINATOR = Disturbance("coordinator paused", COORDINATOR, (signal.SIGSTOP, signal.SIGCONT))
KILLED_LAUNCHER = Disturbance("mpirun killed", LAUNCHER, (signal.SIGKILL,))
KILLED_RUN = Disturbance("run killed", EMBEDDED, (signal.SIGKILL,))
PAUSED_RUN = Disturbance("run paused", EMBEDDED, (signal.SIGSTOP, signal.SIGCONT))


class Disturber:
    """Strikes the processes of `family` while `is_running()`, in an order that `seed` decides."""

    def __init__(self, family, kinds, count, seed):
        self._family = family
        self._random = random.Random(seed)
        self._left = [kinds[i % len(kinds)] for i in range(count)]
        self._random.shuffle(self._left)
        self.done = collections.Counter()
        self.struck_trials = []  # (trial, time of the signal) of trainers that were killed

    @property
    def is_finished(self):
        return not self._left

    def strike(self, is_running):
        """Waits a moment, then strikes once and returns how; None if the run ended first."""
        end = time.monotonic() + self._random.uniform(0.1, 0.7)
        while time.monotonic() < end and is_running():
            time.sleep(0.02)
        disturbance = self._left[-1]
        victim = self._victim(disturbance, is_running)
        if victim is None:
            return None
        trial = trial_under_way(victim) if disturbance.role == TRAINER else None
        if not send(victim, disturbance.signals[0]):
            return None
        if trial is not None and len(disturbance.signals) == 1:
            self.struck_trials.append((trial, time.time()))
        for number in disturbance.signals[1:]:
            time.sleep(PAUSE)
            send(victim, number)
        self._left.pop()
        self.done[disturbance] += 1
        return disturbance

    def _victim(self, disturbance, is_running):
        while is_running():
            found = self._family.members(disturbance.role)
            if disturbance.role == TRAINER:  # starting ones are only half the fun
                found = [member for member in found if trial_under_way(member) is not None]
            if found:
                return self._random.choice(sorted(found, key=lambda member: member.pid))
            time.sleep(0.02)
        return None
