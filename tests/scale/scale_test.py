"""A hundred thousand trials, with --full a million: dispatched by real ranks, and as a store that is merged, resumed, asked and
verified. Bytes are bounded; times are printed and bounded by nothing, since they are the machine's."""

import json
import os
import subprocess
import sys
import unittest

from harness import BIN, SOURCE, StoreTest

IS_FULL = os.environ.get("HEADSWEEP_FULL") == "1"
TRIALS = 1_000_000 if IS_FULL else 100_000


class Scale(StoreTest):
    def json_of(self, *command):
        finished = subprocess.run([str(word) for word in command], capture_output=True, text=True)
        self.assertEqual(finished.returncode, 0, finished.stderr)
        print(f"\n{finished.stdout}", flush=True)
        return json.loads(finished.stdout)

    def test_dispatch(self):
        """Every trial an assignment of its own, through a trainer's pipe into the store; dispatch fails if one is missing."""
        said = self.json_of("mpirun", "--bind-to", "none", "--oversubscribe", "-n", "3", BIN / "bench" / "dispatch", "--trials",
                            TRIALS, "--latency-trials", 2000, "--second-trials", 2, "--folder", self.folder, "--format", "json")
        self.assertEqual(said["trials"], TRIALS)
        cache_bytes = 64 << 20  # SQLite's, whatever the number of trials
        self.assertLess(said["coordinator_bytes_per_trial"] - cache_bytes / TRIALS, 1024)
        self.assertLess(said["store_bytes_per_trial"], 2048)

    def test_store(self):
        """Ten shards with all metrics of layers, one of them not trained yet, merged; a run that resumes; queries; verify."""
        said = self.json_of(sys.executable, SOURCE / "bench" / "store_scale.py", BIN, "--trials", TRIALS, "--folder", self.folder)
        self.assertEqual(said["merged"], {"trials": TRIALS, "done": TRIALS - said["waiting"]})
        self.assertAlmostEqual(said["waiting"], TRIALS / 10, delta=TRIALS / 100)
        self.assertLess(said["bytes_per_trial"], 12_000)


if __name__ == "__main__":
    unittest.main()
