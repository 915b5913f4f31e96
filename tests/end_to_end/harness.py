"""Runs the real programs in a folder of their own and compares stores.

The build's bin folder and the source folder come from the environment (HEADSWEEP_BIN, HEADSWEEP_SOURCE), which
CTest sets.
"""

import os
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile
import time
import unittest

BIN = pathlib.Path(os.environ["HEADSWEEP_BIN"])
SOURCE = pathlib.Path(os.environ["HEADSWEEP_SOURCE"])
HEADSWEEP = str(BIN / "headsweep")
SMOKE = str(SOURCE / "configs" / "smoke.toml")

DONE, ERROR, WRONG_USAGE, UNFINISHED, SOME_FAILED = range(5)

# What a trial's numbers are; the rest of the columns says when, where and how fast it ran.
RUN_COLUMNS = {
    "trial", "sweep", "attempt", "attempts", "train_seconds", "measure_seconds", "device", "worker", "finished_at",
    "checkpoint", "state",
}
RESULT_VIEWS = ("trial_results", "layer_results", "head_results", "curve_results", "nulls")


class StoreTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="headsweep-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def store(self, name="results.db"):
        return str(self.folder / name)

    def run_headsweep(self, *arguments, timeout=300, **options):
        return subprocess.run([HEADSWEEP, *arguments], capture_output=True, text=True, timeout=timeout, **options)

    def run_mpi(self, ranks, *arguments, timeout=300):
        return subprocess.run(mpirun(ranks, *arguments), capture_output=True, text=True, timeout=timeout)

    def assert_code(self, finished, code):
        self.assertEqual(finished.returncode, code, f"stdout: {finished.stdout}\nstderr: {finished.stderr}")

    def assert_one_line(self, finished, code, *words):
        """The command ended with `code` and exactly one line on stderr, which holds all `words`."""
        self.assert_code(finished, code)
        lines = finished.stderr.splitlines()
        self.assertEqual(len(lines), 1, finished.stderr)
        for word in words:
            self.assertIn(word, lines[0])

    def assert_one_line_of_ours(self, finished, word):
        """Under mpirun, which adds lines of its own: all ranks together said one line, which holds `word`."""
        self.assertNotEqual(finished.returncode, DONE)
        lines = [line for line in finished.stderr.splitlines() if line.startswith("headsweep")]
        self.assertEqual(len(lines), 1, finished.stderr)
        self.assertIn(word, lines[0])

    def assert_equal_results(self, store, reference):
        for view in RESULT_VIEWS:
            ours, theirs = numbers(store, view), numbers(reference, view)
            self.assertGreater(len(theirs), 0, view)
            self.assertEqual(ours, theirs, f"{view} of {store} and {reference} differ")


def mpirun(ranks, *arguments):
    return ["mpirun", "--bind-to", "none", "--oversubscribe", "-n", str(ranks), HEADSWEEP, *arguments]


def rows(store, sql):
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as database:
        return database.execute(sql).fetchall()


def numbers(store, view):
    """All result columns of a view as sorted tuples of exact values, each row led by its trial's key."""
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as database:
        columns = [row[1] for row in database.execute(f"pragma table_info({view})")]
        kept = [column for column in columns if column not in RUN_COLUMNS]
        key = ""
        if "trial" in columns and "key" not in columns:
            key = "(select key from trials where trials.trial = v.trial) as trial_key, "
        selected = ", ".join(f'v."{column}"' for column in kept)
        found = database.execute(f"select {key}{selected} from {view} v").fetchall()
    return sorted(tuple(repr(value) for value in row) for row in found)


def wait_until(condition, seconds=60, every=0.02):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(every)
    raise AssertionError(f"did not happen within {seconds} s")


def processes(name, folder=None):
    """Process ids whose executable is called `name`; with `folder`, whose open files include one below it."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if pathlib.Path(os.readlink(entry / "exe")).name != name:
                continue
            opened = [os.readlink(descriptor) for descriptor in (entry / "fd").iterdir()]
        except OSError:
            continue
        if folder is None or any(path.startswith(str(folder)) for path in opened):
            found.append(int(entry.name))
    return found


def done_trials(store):
    try:
        return rows(store, "select count(*) from trials where state = 'done'")[0][0]
    except sqlite3.Error:
        return 0
