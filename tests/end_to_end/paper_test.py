"""headsweep report --paper: of a store and of the released checkpoints, against what measure and the store say."""

import json
import os
import pathlib
import unittest

from harness import DONE, ERROR, SMOKE, StoreTest, rows

GOLDEN = os.environ.get("HEADSWEEP_GOLDEN_DIR")
RELEASED = ("1_heads_cycle", "4_heads_copy", "8_heads_copy", "16_heads_cycle")


def cells(text, title):
    """{model: cells} of the table under the line that begins with `title`."""
    block = next(block for block in text.split("\n\n") if block.startswith(title)).splitlines()
    columns = [column.strip() for column in block[1].split("  ") if column.strip()]
    lines = [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in block[3:]]
    return {line[0]: dict(zip(columns, line)) for line in lines}


class Paper(StoreTest):
    def test_a_store(self):
        finished = self.run_headsweep("run", SMOKE, "--store", self.store(), "--quiet", "--set", "training.steps=20", "--set",
                                      "measure.sequences=3", "--set", "measure.permuted_draws=2", "--set", "sweep.seeds=3")
        self.assert_code(finished, DONE)
        printed = self.run_headsweep("report", self.store(), "--paper")
        self.assert_code(printed, DONE)
        task, heads, mean = rows(self.store(), "select task, heads, avg(mixing_time_paper) from layer_results where layer = 0"
                                 " and split = 'heldout' group by task, heads order by heads desc limit 1")[0]
        table = cells(printed.stdout, f"{task}: mixing_time_paper")
        shown = table[f"{heads} heads"]["layer 0"]
        self.assertAlmostEqual(float(shown.split(" ± ")[0]) / mean, 1, 3)
        self.assertIn("over seeds", printed.stdout)

    def test_what_goes_together(self):
        for words in ((self.store(), "other.db"), (self.store(),), (self.store(), "--paper", "--out", "x.html"),
                      ("model.pt", "--paper")):
            finished = self.run_headsweep("report", *words)
            self.assert_code(finished, ERROR)
            self.assertEqual(len(finished.stderr.splitlines()), 1, finished.stderr)

    @unittest.skipUnless(GOLDEN, "HEADSWEEP_GOLDEN_DIR is not set: the released checkpoints were not read")
    def test_the_released_checkpoints(self):
        files = [str(pathlib.Path(GOLDEN) / "checkpoints" / f"{name}.pt") for name in RELEASED]
        printed = self.run_headsweep("report", *files, "--paper")
        self.assert_code(printed, DONE)
        self.assertEqual(set(cells(printed.stdout, "copy: fidelity_min ")), {"4 heads", "8 heads"})
        measured = json.loads(self.run_headsweep("measure", files[1], "--task", "copy", "--heads", "4", "--format",
                                                 "json").stdout)
        for layer in measured["layers"]:
            shown = cells(printed.stdout, "copy: mixing_time_paper")["4 heads"][f"layer {layer['layer']}"]
            mean, deviation = map(float, shown.split(" ± "))
            value = layer["metrics"]["mixing_time_paper"]
            self.assertAlmostEqual(mean / value["mean"], 1, 3)
            self.assertAlmostEqual(deviation / value["std"], 1, 3)


if __name__ == "__main__":
    unittest.main()
