"""`report --watch` beside a run that trains: whoever opens the page while it is written again sees a whole one."""

import os
import pathlib
import subprocess
import unittest

from harness import DONE, HEADSWEEP, SMOKE, UNFINISHED, StoreTest, done_trials, wait_until

# More trials than anybody waits for: the test ends the run itself.
MANY_SHORT_TRIALS = ("--set", "training.steps=50", "--set", "measure.sequences=2", "--set", "sweep.seeds=5000")


class Pages:
    """Looks at a page again and again. Every look must find a whole one."""

    def __init__(self, path):
        self.path = path
        self.versions = set()
        self.files = set()  # inode numbers: what is renamed into place was a file of its own beside the old page

    def look(self):
        try:
            with self.path.open(encoding="utf-8") as file:
                self.files.add(os.fstat(file.fileno()).st_ino)
                text = file.read()
        except FileNotFoundError:
            return self
        if not (text.startswith("<!DOCTYPE html>") and text.rstrip().endswith("</html>")):
            raise AssertionError(f"half a page of {len(text)} characters")
        self.versions.add(hash(text))
        return self


class WatchReport(StoreTest):
    def start(self, *arguments):
        process = subprocess.Popen([HEADSWEEP, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def test_the_page_is_replaced_while_a_run_trains(self):
        run = self.start("run", SMOKE, "--store", self.store(), "--workers", "1", "--quiet", *MANY_SHORT_TRIALS)
        wait_until(lambda: done_trials(self.store()) > 0)
        pages = Pages(pathlib.Path(self.store("report.html")))
        watch = self.start("report", self.store(), "--out", str(pages.path), "--watch", "--every", "1")
        wait_until(lambda: len(pages.look().versions) >= 3, every=0.001)
        self.assertIsNone(run.poll(), "the run still trains")
        self.assertGreaterEqual(len(pages.files), 2)
        self.assertIn('"reload_seconds"', pages.path.read_text())

        self.assert_code(self.run_headsweep("cancel", self.store()), DONE)
        self.assertEqual(run.wait(timeout=60), UNFINISHED)
        said = watch.communicate(timeout=60)[1].splitlines()
        self.assertEqual(watch.returncode, DONE, said)
        self.assertGreaterEqual(len(said), 4)
        self.assertNotIn('"reload_seconds"', pages.look().path.read_text())
        left = [path.name for path in self.folder.iterdir() if path.name.endswith(".tmp")]
        self.assertEqual(left, [], "nothing temporary stays")


if __name__ == "__main__":
    unittest.main()
