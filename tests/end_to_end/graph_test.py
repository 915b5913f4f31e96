"""headsweep graph: what it prints for every family and file, and what it refuses."""

import json
import unittest

from harness import DONE, ERROR, SOURCE, StoreTest

FAMILIES = ("line", "full", "window", "dilated", "star", "layered", "random")
UNREACHABLE = {"star"}  # no way back from the sink's keys to the source


class Graph(StoreTest):
    def graph(self, *arguments):
        """The JSON document of a graph that is measured without complaint, all bounds checked."""
        finished = self.run_headsweep("graph", *arguments, "--check", "--format", "json")
        self.assert_code(finished, DONE)
        self.assertEqual(finished.stderr, "")
        return json.loads(finished.stdout)

    def file(self, text, name="graph.toml"):
        path = self.folder / name
        path.write_text(text)
        return str(path)

    def test_every_family(self):
        for family in FAMILIES:
            with self.subTest(family=family):
                measured = self.graph("--family", family, "--n", "12")
                self.assertEqual((measured["family"], measured["n"], measured["violations"]), (family, 12, 0))
                combined = measured["combined"]
                self.assertGreater(combined["hitting_time_forward_mean"], 1)
                self.assertEqual(combined["hitting_time_backward_mean"] is None, family in UNREACHABLE)
                text = self.run_headsweep("graph", "--family", family, "--n", "12").stdout
                self.assertIn("hitting_time_forward_mean", text)
                self.assertIn("0 violated", text)

    def test_closed_forms(self):
        line = self.graph("--family", "line", "--n", "64")["combined"]
        self.assertEqual(line["hitting_time_forward_max"], 2 * 63)
        # A token with k positions before it goes to each of them or stays: 2, 5/2 and 17/6 steps for k = 1, 2, 3.
        full = self.graph("--family", "full", "--n", "4")["combined"]
        self.assertAlmostEqual(full["hitting_time_forward_mean"], 22 / 9, 12)
        self.assertAlmostEqual(full["hitting_time_forward_max"], 17 / 6, 12)

    def test_the_examples(self):
        files = sorted((SOURCE / "configs" / "graphs").glob("*.toml"))
        self.assertGreaterEqual(len(files), 6)
        for path in files:
            with self.subTest(file=path.name):
                self.assertEqual(self.graph(str(path))["violations"], 0)
        relay = self.graph(str(SOURCE / "configs" / "graphs" / "two_head_relay.toml"))
        alone = [head["fidelity_min_inner"] for head in relay["heads"]]
        self.assertGreater(relay["combined"]["fidelity_min_inner"], max(alone))
        self.assertGreater(relay["combined"]["fidelity_switching_gain"], 0)

    def test_a_table_over_n(self):
        finished = self.run_headsweep("graph", "--family", "line", "--table", "--format", "json")
        self.assert_code(finished, DONE)
        rows = json.loads(finished.stdout)
        self.assertEqual([row["n"] for row in rows], [4 * 2 ** k for k in range(11)])
        for row in rows:
            self.assertEqual(row["hitting_time_forward_max"], 2 * (row["n"] - 1))

    def test_best_weights(self):
        arguments = ("--family", "line", "--family", "star", "--n", "10")
        for objective in ("fidelity", "mixing"):
            best = self.graph(*arguments, "--optimize", objective)["best"]
            better = best["value"] - best["value_given"]
            self.assertGreaterEqual(better if objective == "fidelity" else -better, 0)
            self.assertAlmostEqual(sum(best["weights"]), 1, 12)

    def test_a_sink_out_of_reach_is_a_value(self):
        path = self.file("nodes = 3\n[[head]]\nedges = [[0, 1]]\n")
        measured = self.graph(path)["combined"]
        self.assertIsNone(measured["hitting_time_forward_mean"])
        self.assertIsNone(measured["mixing_time_forward"])
        self.assertEqual(measured["fidelity_min_inner"], 0)
        self.assertIn("inf", self.run_headsweep("graph", path).stdout)

    def test_one_position(self):
        measured = self.graph("--family", "full", "--n", "1")["combined"]
        self.assertIsNone(measured["hitting_time_forward_mean"])
        self.assertEqual(measured["fidelity_min"], 1)

    def test_wrong_options(self):
        for arguments, words in (
            ((), ("--family", "--n")),
            (("--family", "windw", "--n", "8"), ("windw", "did you mean 'window'")),
            (("--family", "line"), ("--n",)),
            (("--family", "line", "--n", "0"), ("n = 0",)),
            (("--family", "line", "--n", "8", "--width", "3"), ("--width", "line")),
            (("--family", "window", "--n", "8", "--width", "0"), ("width = 0",)),
            (("--family", "full", "--n", "1000000"), ("edges",)),
            (("--family", "line", "--n", "8", "--epsilon", "0"), ("epsilon = 0",)),
            (("--family", "line", "--n", "8", "--horizon", "0"), ("horizon = 0",)),
            (("--family", "line", "--n", "8", "--optimize", "fidelity"), ("two heads",)),
            (("--family", "line", "--family", "star", "--n", "8", "--weights", "0.5", "0.6"), ("--weights", "sum")),
            (("--family", "line", "--n", "8", "--table"), ("--table",)),
            (("/nowhere/graph.toml",), ("/nowhere/graph.toml",)),
        ):
            with self.subTest(arguments=arguments):
                self.assert_one_line(self.run_headsweep("graph", *arguments), ERROR, *words)

    def test_wrong_files(self):
        for text, words in (
            ("nodes = 3\n[[head]]\nedges = [[2, 1]]\n", ("graph.toml:3", "2", "1")),
            ("nodes = 3\n[[head]]\nedges = [[0, 7]]\n", ("graph.toml:3", "0 to 2")),
            ("nodes = 3\n[[head]]\nedges = [[0, 1], [0, 1]]\n", ("graph.toml", "twice")),
            ("nodes = 2\n[[head]]\nedges = [[0, 0, 1.0], [0, 1, 0.5], [1, 1, 0.6]]\n", ("graph.toml", "1.1")),
            ("nodes = 2\n[[head]]\nedges = [[0, 0, 1.0], [0, 1, -0.5], [1, 1, 1.5]]\n", ("graph.toml", "-0.5")),
            ("nodes = 2\n[[head]]\nedges = [[0, 0, nan], [1, 1, 1.0]]\n", ("graph.toml", "nan")),
            ("nodes = 2\nweight = [1]\n[[head]]\nedges = []\n", ("graph.toml:2", "weight", "weights")),
            ("nodes = 2\n", ("graph.toml", "head")),
            ("nodes = [\n", ("graph.toml",)),
        ):
            with self.subTest(text=text):
                self.assert_one_line(self.run_headsweep("graph", self.file(text)), ERROR, *words)
        self.assert_one_line(self.run_headsweep("graph", str(self.folder)), ERROR, str(self.folder))


if __name__ == "__main__":
    unittest.main()
