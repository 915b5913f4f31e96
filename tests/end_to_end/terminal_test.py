"""What a person at a terminal sees while a sweep runs: a pseudo-terminal is one."""

import os
import pty
import re
import subprocess
import threading
import unittest

from harness import DONE, HEADSWEEP, SMOKE, SOME_FAILED, StoreTest, mpirun, rows

SETTINGS = ("--set", "training.steps=60")


class Terminal:
    """A command whose stderr, or stdout, is a terminal; what it wrote there as lines and redrawn parts of lines."""

    def __init__(self, command, stream="stderr"):
        ours, theirs = pty.openpty()
        self.written = b""
        reader = threading.Thread(target=self._read, args=(ours,))
        reader.start()
        streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL} | {stream: theirs}
        self.code = subprocess.run(command, stdin=subprocess.DEVNULL, timeout=300, **streams).returncode
        os.close(theirs)
        reader.join()
        os.close(ours)
        self.text = self.written.decode()

    def _read(self, descriptor):
        try:
            while part := os.read(descriptor, 4096):
                self.written += part
        except OSError:  # its other end is closed
            pass

    def bars(self):
        """(share in percent, done, planned) of every bar, in their order."""
        return [tuple(int(number) for number in found)
                for found in re.findall(r"\[[#-]{20}\]\s+(\d+)%\s+(\d+)/(\d+) done", self.text)]


class TerminalTest(StoreTest):
    def trials(self):
        return rows(self.store(), "select count(*) from trials")[0][0]

    def assert_progress(self, terminal):
        self.assertEqual(terminal.code, DONE, terminal.text)
        bars = terminal.bars()
        self.assertGreater(len(bars), 3, terminal.text)
        self.assertEqual(bars, sorted(bars), "it never goes back")
        self.assertEqual(bars[-1], (100, self.trials(), self.trials()))
        drawn = [part for part in re.split("[\r\n]", terminal.text) if part.startswith("[")]
        self.assertLess(max(map(len, drawn)), 80, "it fits a line")

    def test_run_redraws_its_bar(self):
        terminal = Terminal([HEADSWEEP, "run", SMOKE, *SETTINGS, "--store", self.store()])
        self.assert_progress(terminal)
        self.assertLess(terminal.text.count("\n"), len(terminal.bars()), "bars are redrawn, not lines")

    def test_under_mpirun_too(self):
        self.assert_progress(Terminal([*mpirun(3), "run", SMOKE, *SETTINGS, "--store", self.store()]))

    def test_failures_are_lines_above_the_bar(self):
        terminal = Terminal([HEADSWEEP, "run", SMOKE, "--set", "training.steps=1000000", "--set", "resources.trial_timeout=\"1s\"",
                             "--set", "resources.retries=1", "--set", "sweep.seeds=1", "--store", self.store()])
        self.assertEqual(terminal.code, SOME_FAILED, terminal.text)
        self.assertRegex(terminal.text, r"(?m)[\r\n]headsweep: trial \d+: timeout: .+ \(will be tried again\)\r?$")
        self.assertRegex(terminal.text, r"(?m)[\r\n]headsweep: trial \d+: timeout: .+ \(failed for good\)\r?$")
        self.assertEqual(re.findall(r"-\d[\d:-]* left|-\d{6,}", terminal.text), [], "no time below zero")

    def test_quiet_says_nothing(self):
        terminal = Terminal([HEADSWEEP, "run", SMOKE, *SETTINGS, "--store", self.store(), "--quiet"])
        self.assertEqual((terminal.code, terminal.text), (DONE, ""))

    def test_watching_a_finished_store_shows_it_and_ends(self):
        self.assert_code(self.run_headsweep("run", SMOKE, *SETTINGS, "--store", self.store()), DONE)
        terminal = Terminal([HEADSWEEP, "status", self.store(), "--watch"], "stdout")
        self.assertEqual(terminal.code, DONE)
        self.assertIn("100%", terminal.text)
        self.assertRegex(terminal.text, rf"trials +{self.trials()}: {self.trials()} done")


if __name__ == "__main__":
    unittest.main()
