"""Runs every fuzz target from its kept corpus: `fuzz.py BUILD SECONDS`. Inputs that reach new code are kept in
BUILD/corpus; what is worth keeping for good belongs in tests/fuzz/corpus."""

import os
import pathlib
import re
import subprocess
import sys

TARGETS = ("sweep", "message", "checkpoint", "state_dict")
KEPT = pathlib.Path(__file__).parent / "corpus"


def start(build, target, seconds):
    found = build / "corpus" / target
    crashes = build / "crashes" / target
    for folder in (found, crashes):
        folder.mkdir(parents=True, exist_ok=True)
    with open(build / f"{target}.log", "wb") as log:
        return subprocess.Popen(
            [build / "bin" / "fuzz" / f"fuzz_{target}", f"-max_total_time={seconds}", "-print_final_stats=1",
             "-max_len=16384", "-timeout=20", "-rss_limit_mb=4096", f"-artifact_prefix={crashes}/", found,
             KEPT / target],
            stdout=log, stderr=log)


def report(build, target, run):
    """One line; whether it ended well."""
    ended_well = run.wait() == 0
    log = (build / f"{target}.log").read_text(errors="replace")
    speed = re.search(r"average_exec_per_sec: *(\d+)", log)
    runs = re.search(r"number_of_executed_units: *(\d+)", log)
    covered = re.findall(r"cov: (\d+)", log)
    kept = len(list((KEPT / target).iterdir()))
    print(f"fuzz {target}: {runs[1] if runs else '?'} runs, {speed[1] if speed else '?'} a second, "
          f"{covered[-1] if covered else '?'} branches, {kept} inputs kept: {'ok' if ended_well else 'FAILED'}")
    if not ended_well:
        print(log[-6000:])
    return ended_well and kept > 0


def main():
    build, seconds = pathlib.Path(sys.argv[1]).resolve(), int(sys.argv[2])
    side_by_side = os.cpu_count() or 1
    passed = 0
    for first in range(0, len(TARGETS), side_by_side):
        running = [(target, start(build, target, seconds)) for target in TARGETS[first:first + side_by_side]]
        passed += sum([report(build, target, run) for target, run in running])
    print(f"{len(TARGETS)} fuzz targets run, {passed} passed, {seconds} s each")
    return 0 if passed == len(TARGETS) else 1


if __name__ == "__main__":
    sys.exit(main())
