"""Readers of a store while a run writes it, all of them processes: none of them breaks the writer, nor it them."""

import contextlib
import os
import pathlib
import sqlite3
import subprocess
import threading
import time
import unittest

from harness import BIN, DONE, ERROR, HEADSWEEP, StoreTest, UNFINISHED, done_trials, rows, wait_until
from process_family import ProcessFamily

SWEEP = str(pathlib.Path(__file__).with_name("chaos.toml"))
SETTINGS = ("--set", "sweep.seeds=200", "--set", "zip=[]", "--set", "training.steps=50", "--set", "measure.every=0", "--set", "measure.keep=\"none\"")
READERS = 8
HELD_SECONDS = 10
IS_FULL = os.environ.get("HEADSWEEP_FULL") == "1"
COMMIT_SECONDS, READER_SECONDS = 60, 30  # what each waits for the other at most, with a rollback journal
QUERIES = (("status",), ("query",), ("verify",), ("query", "--sql", "select count(*), sum(loss) from trial_results"))


class Reader(threading.Thread):
    """Runs one command on the store again and again, each time a new process."""

    def __init__(self, command, store, stop):
        super().__init__()
        self.command = [HEADSWEEP, command[0], store, *command[1:]]
        self.stop = stop
        self.ended_well = 0
        self.problems = []

    def run(self):
        while not self.stop.is_set():
            finished = subprocess.run(self.command, capture_output=True, text=True, timeout=120)
            if finished.returncode in (DONE, UNFINISHED):
                self.ended_well += 1
            else:
                self.problems.append((finished.args, finished.returncode, finished.stderr))


class ReaderTest(StoreTest):
    def start(self, **environment):
        family = ProcessFamily()
        self.addCleanup(family.kill_all)
        run = subprocess.Popen([HEADSWEEP, "run", SWEEP, *SETTINGS, "--store", self.store(), "--workers", "1", "--quiet"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                               env=family.environment() | environment)
        self.addCleanup(run.stderr.close)
        wait_until(lambda: run.poll() is not None or done_trials(self.store()) > 0)
        self.assertIsNone(run.poll())
        return run

    def end(self, run):
        _, errors = run.communicate(timeout=300)
        self.assertEqual((run.returncode, errors), (DONE, ""))
        self.assert_code(self.run_headsweep("verify", self.store()), DONE)
        self.assertEqual(rows(self.store(), "select count(*) from attempts where state = 'done'"), [(800,)])


class Readers(ReaderTest):
    @contextlib.contextmanager
    def readers(self):
        """READERS of them while the body runs; all their commands have to end well."""
        stop = threading.Event()
        readers = [Reader(QUERIES[i % len(QUERIES)], self.store(), stop) for i in range(READERS)]
        for reader in readers:
            reader.start()
        try:
            yield
        finally:
            stop.set()
            for reader in readers:
                reader.join()
        for reader in readers:
            self.assertEqual(reader.problems, [])
            self.assertGreater(reader.ended_well, 0, reader.command)
        print(f"\n{sum(reader.ended_well for reader in readers)} commands of {READERS} readers", flush=True)

    @contextlib.contextmanager
    def held_transaction(self):
        """A read transaction that is open for HELD_SECONDS and longer than the body; it sees one moment."""
        connection = sqlite3.connect(f"file:{self.store()}?mode=ro", uri=True, isolation_level=None)
        self.addCleanup(connection.close)
        count = "select count(*) from results"
        connection.execute("begin")
        before = connection.execute(count).fetchone()
        began = time.monotonic()
        yield
        time.sleep(max(0, HELD_SECONDS - (time.monotonic() - began)))
        self.assertEqual(connection.execute(count).fetchone(), before)
        connection.execute("commit")

    def trained(self):
        """Trials that were begun, as their logs say, whatever the store knows."""
        return len(list(self.folder.glob("results.db.d/logs/trial-*.log")))

    def test_write_ahead_log(self):
        """On a local file system nobody waits for anybody."""
        run = self.start()
        self.assertEqual(rows(self.store(), "pragma journal_mode"), [("wal",)])
        with self.readers(), self.held_transaction():
            done = done_trials(self.store())
            wait_until(lambda: done_trials(self.store()) >= done + 20, seconds=HELD_SECONDS)  # commits go on
        self.end(run)

    def test_rollback_journal(self):
        """As on a network file system: commits wait for the reader, new readers for the commit, training for nobody."""
        run = self.start(LD_PRELOAD=str(BIN / "tests" / "libas_network_file_system.so"))
        self.assertEqual(rows(self.store(), "pragma journal_mode"), [("delete",)], "of a connection: not WAL")
        self.assertFalse(os.path.exists(self.store() + "-wal"))
        with self.held_transaction():
            wait_until(lambda: os.path.exists(self.store() + "-journal") and
                       os.path.getsize(self.store() + "-journal") > 0, seconds=HELD_SECONDS)  # a commit that waits
            trained = self.trained()
            late = subprocess.Popen([HEADSWEEP, "query", self.store()], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            wait_until(lambda: self.trained() >= trained + 20, seconds=HELD_SECONDS)
        _, errors = late.communicate(timeout=60)
        self.assertEqual((late.returncode, errors), (DONE, b""))
        with self.readers():
            time.sleep(3)
        self.end(run)


class Patience(ReaderTest):
    """How long they wait where they have to: with a rollback journal. Takes three minutes."""

    def start_and_hold(self):
        """A run whose commit waits for the reader that is returned."""
        run = self.start(LD_PRELOAD=str(BIN / "tests" / "libas_network_file_system.so"))
        reader = sqlite3.connect(f"file:{self.store()}?mode=ro", uri=True, isolation_level=None)
        self.addCleanup(reader.close)
        reader.execute("begin")
        reader.execute("select count(*) from results").fetchone()
        journal = pathlib.Path(self.store() + "-journal")
        wait_until(lambda: journal.exists() and journal.stat().st_size > 0, seconds=HELD_SECONDS)
        return run, reader

    def test_a_reader_gives_up_before_a_commit_does(self):
        run, reader = self.start_and_hold()
        began = time.monotonic()
        late = self.run_headsweep("query", self.store())
        self.assert_one_line(late, ERROR, self.store(), "locked")
        self.assertAlmostEqual(time.monotonic() - began, READER_SECONDS, delta=10)
        reader.execute("commit")
        self.end(run)

    def test_a_run_whose_commit_waits_too_long_ends_and_resumes(self):
        run, reader = self.start_and_hold()
        began = time.monotonic()
        _, errors = run.communicate(timeout=2 * COMMIT_SECONDS)
        self.assertAlmostEqual(time.monotonic() - began, COMMIT_SECONDS, delta=20)
        self.assertEqual((run.returncode, len(errors.splitlines())), (ERROR, 1), errors)
        self.assertIn("locked", errors)
        reader.execute("commit")
        self.end(subprocess.Popen([HEADSWEEP, "run", SWEEP, *SETTINGS, "--store", self.store(), "--quiet"],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True))


def load_tests(loader, _tests, _pattern):
    cases = (Readers, Patience) if IS_FULL else (Readers,)
    return unittest.TestSuite(loader.loadTestsFromTestCase(case) for case in cases)


if __name__ == "__main__":
    unittest.main()
