"""Steps of gpu-check.sh. Each has a time limit of its own within --seconds for all; the JSON is written after every
step, so that what came before a failure or a kill is there. Exit code: 0 if every step was run and went well, else 1."""

import argparse
import datetime
import json
import os
import platform
import re
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from shutil import which

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "cuda"
STEPS = ("build", "tests", "sanitizer", "bench")

# Few updates of few trials: the sanitizer slows kernels by a factor of ten to a hundred.
SANITIZER_PROGRAM = "stacked_cuda_test"
SANITIZER_TESTS = ("*GradientsAreThoseOfFusedForTiedHeadsAndSparseLoss:*GradientsAreThoseOfFusedForEveryGraph:"
                   "*TensorCoresAreAskedForOrLeftAlone")
STACKED_STEP = ("bench/stacked_step", "--format", "json")
# What `run --tf32` and training on fresh samples take, beside the same stacks in float32.
VARIANTS = {"stacked_step_tf32": ("--tf32", "--stacks", "1,16,64"), "stacked_step_fresh": ("--samples", "0", "--stacks", "1,16,64")}
TWIN_HEADS, TWIN_STEPS = (1, 4, 8, 16), 50

MORE_ABOUT_TORCH = """
import json, torch
nccl = ".".join(map(str, torch.cuda.nccl.version())) if torch.cuda.is_available() else None
print(json.dumps({"torch": torch.__version__, "cuda": torch.version.cuda, "cudnn": torch.backends.cudnn.version(), "nccl": nccl}))
"""


class Check:
    def __init__(self, out, seconds):
        self.out = out
        self.deadline = time.monotonic() + seconds
        self.result = {"date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"), "steps": []}

    def write(self):
        partial = self.out.with_name(self.out.name + ".tmp")
        partial.write_text(json.dumps(self.result, indent=1) + "\n")
        partial.replace(self.out)

    def run(self, name, command, limit, stdin="", show=True):
        """Runs one command of at most `limit` seconds; returns whether it went well and what it wrote to stdout."""
        limit = max(1.0, min(limit, self.deadline - time.monotonic()))
        print(f"== {name}: {' '.join(map(str, command))}", file=sys.stderr, flush=True)
        begin = time.monotonic()
        output, code = run_group(command, limit, stdin)
        step = {"name": name, "command": list(map(str, command)), "exit_code": code, "timed_out": code is None,
                "seconds": round(time.monotonic() - begin, 1)}
        if code != 0:
            step["output_tail"] = output[-4000:]
        self.result["steps"].append(step)
        self.write()
        if show or code != 0:
            print(output[-4000:], file=sys.stderr)
        return code == 0, output

    def missing(self, name, what):
        print(f"== {name}: {what}", file=sys.stderr)
        self.result["steps"].append({"name": name, "exit_code": None, "missing": what})
        self.write()

    def went_well(self):
        return all(step["exit_code"] == 0 for step in self.result["steps"])


def run_group(command, limit, stdin):
    """stdout and stderr together, exit code; None if it had to be killed, with all that it started."""
    try:
        process = subprocess.Popen(list(map(str, command)), cwd=ROOT, text=True, stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    except OSError as error:
        return str(error), 127
    try:
        return process.communicate(stdin, timeout=limit)[0], process.returncode
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return process.communicate()[0], None


def ask(command):
    """First lines of what a program says of itself, or None."""
    output, code = run_group(command, 60, "")
    return output.strip() if code == 0 else None


def cache_entry(name):
    found = re.search(rf"^{name}:\w+=(.*)$", (BUILD / "CMakeCache.txt").read_text(), re.MULTILINE)
    return found[1] if found else ""


def commit():
    noted = ROOT / "build" / "offline" / "commit"
    described = ask(["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"])
    return described or (noted.read_text().strip() if noted.exists() else None)


def describe_machine(check):
    smi = ask(["nvidia-smi", "--query-gpu=name,driver_version,memory.total,power.limit,mig.mode.current", "--format=csv"])
    compiler = ask(["nvcc", "--version"]) or ""
    check.result |= {
        "commit": commit(), "nvidia_smi": smi.splitlines() if smi else None,
        "host": {"cores": os.cpu_count(), "system": platform.platform()},
        "versions": {"nvcc": (re.findall(r"V([\d.]+)", compiler) or [None])[0],
                     "cxx": (ask(["c++", "--version"]) or "").split("\n")[0],
                     "cmake": (ask(["cmake", "--version"]) or "").split("\n")[0]},
    }


def describe_trainer(check):
    """What LibTorch sees, and which one it is."""
    trainer = BUILD / "bin" / "headsweep-trainer"
    for key, option in (("devices", "--devices"), ("trainer", "--version")):
        said = ask([trainer, option])
        check.result[key] = json.loads(said.splitlines()[-1]) if said else None
    python = cache_entry("HEADSWEEP_TORCH_PYTHON")
    said = ask([python, "-c", MORE_ABOUT_TORCH]) if python else None
    check.result["versions"]["python_torch"] = json.loads(said.splitlines()[-1]) if said else None
    check.write()


def build(check, jobs):
    done, _ = check.run("configure", ["cmake", "--preset", "cuda"], 90, show=False)
    return done and check.run("build", ["cmake", "--build", "--preset", "cuda", "-j", jobs, "--target", "cuda_checks"],
                              300, show=False)[0]


def test(check):
    report = BUILD / "cuda-tests.xml"
    report.unlink(missing_ok=True)
    check.run("tests", ["ctest", "--preset", "cuda", "--no-tests=error", "--output-junit", report], 120)
    if not report.exists():
        return
    cases = []
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        outcome = {"run": "passed", "fail": "failed"}.get(case.get("status"), "not run")
        cases.append({"name": case.get("name"), "outcome": outcome, "seconds": float(case.get("time"))})
    count = {outcome: sum(case["outcome"] == outcome for case in cases) for outcome in ("passed", "failed", "not run")}
    check.result["tests"] = {**count, "cases": cases}
    if count["not run"]:
        check.missing("tests", f"{count['not run']} tests were not run")
    check.write()


def sanitize(check):
    program = BUILD / "bin" / "tests" / SANITIZER_PROGRAM
    if not which("compute-sanitizer"):
        return check.missing("sanitizer", "compute-sanitizer is not on the PATH; it comes with the CUDA toolkit")
    if not program.exists():
        return check.missing("sanitizer", f"{program} is not built")
    for tool in ("memcheck", "racecheck"):
        command = ["compute-sanitizer", "--tool", tool, "--error-exitcode", "9", program, f"--gtest_filter={SANITIZER_TESTS}"]
        done, output = check.run(tool, command, 90)
        if done and ("no CUDA device" in output or not re.search(r"\[  PASSED  \] [1-9]", output)):
            check.missing(tool, "no test was run")
        summary = re.findall(r"ERROR SUMMARY: .*|RACECHECK SUMMARY: .*", output)
        check.result.setdefault("sanitizer", {})[tool] = summary[-1] if summary else None
    check.write()


def bench(check):
    program, *options = STACKED_STEP
    for name, more in {"stacked_step": (), **VARIANTS}.items():
        done, output = check.run(name, [BUILD / "bin" / program, *options, *more], 60 if more else 150, show=False)
        if done:
            check.result[name] = json.loads(output[output.index("{"):])
            check.write()
    python = cache_entry("HEADSWEEP_TORCH_PYTHON")
    if not python:
        return check.missing("torch_twin", "this LibTorch has no Python beside it")
    wanted = "".join(f"{heads} {TWIN_STEPS}\n" for heads in TWIN_HEADS)
    done, output = check.run("torch_twin", [python, "bench/torch_twin.py", "1", "cuda"], 60, wanted, show=False)
    if done:
        seconds = map(float, output.split()[-len(TWIN_HEADS):])
        check.result["torch_twin"] = {"seconds_per_step": dict(zip(map(str, TWIN_HEADS), seconds)), "steps": TWIN_STEPS}
        check.write()


def parse_arguments():
    parser = argparse.ArgumentParser(description="Builds, tests and measures on a GPU; writes one JSON.")
    parser.add_argument("--out", type=Path, required=True, help="the JSON")
    parser.add_argument("--only", default=",".join(STEPS), help="of " + ",".join(STEPS))
    parser.add_argument("--no-build", action="store_true", help="take build/cuda as it is")
    parser.add_argument("--seconds", type=float, default=600, help="for everything")
    parser.add_argument("--jobs", default=str(os.cpu_count()), help="of the build")
    options = parser.parse_args()
    options.only = options.only.split(",")
    for step in options.only:
        if step not in STEPS:
            parser.error(f"--only: '{step}' is none of {','.join(STEPS)}")
    if "build" not in options.only or options.no_build:
        options.no_build = True
        if not (BUILD / "CMakeCache.txt").exists():
            parser.error(f"--no-build: {BUILD} is not configured")
    options.out = options.out.resolve()
    options.out.parent.mkdir(parents=True, exist_ok=True)
    return options


def main():
    options = parse_arguments()
    check = Check(options.out, options.seconds)
    describe_machine(check)
    check.write()
    if options.no_build or build(check, options.jobs):
        describe_trainer(check)
        for name, step in (("tests", test), ("sanitizer", sanitize), ("bench", bench)):
            if name in options.only:
                step(check)
    print(f"== {options.out}: " + ", ".join(
        f"{step['name']} {'ok' if step['exit_code'] == 0 else 'FAILED'}" for step in check.result["steps"]), file=sys.stderr)
    return 0 if check.went_well() else 1


if __name__ == "__main__":
    sys.exit(main())
