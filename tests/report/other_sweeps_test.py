"""Pages of sweeps in which something is established, trials diverge, or there are more heads or tasks than usual."""

import itertools
import json
import unittest

from page_case import SWEEP, PageCase, close


def sign_flip_p(differences):
    """The definition: over all signs, as far from nothing as what was seen."""
    seen = abs(sum(differences)) * (1 - 1e-12)
    signs = list(itertools.product((1, -1), repeat=len(differences)))
    return sum(abs(sum(sign * one for sign, one in zip(some, differences))) >= seen for some in signs) / len(signs)


class EstablishedTest(PageCase):
    """One test of eight pairs can reject, and eight heads are far from one."""

    SWEEP = (SWEEP.replace("seeds = 6", "seeds = 8").replace('["copy", "cycle"]', '["cycle"]')
             .replace("[1, 2]", "[1, 8]")
             .replace('["hitting_time_forward_mean", "fidelity_min_inner"]', '["hitting_time_forward_mean"]'))

    def test_established_is_what_the_definition_rejects(self):
        pairs = [pair for pair, in self.query("select difference from pairs where layer = 1 and split = 'heldout' and "
                                              "metric = 'hitting_time_forward_mean'")]
        self.assertEqual(len(pairs), 8)
        p = sign_flip_p(pairs)
        self.assertLessEqual(p, 0.05, pairs)
        row, = self.table("confirmatory")
        self.assertTrue(close(row["p"], p))
        self.assertTrue(close(row["Holm p"], p))
        self.assertEqual(row["verdict"], "established")
        self.assertEqual((row["smallest p possible"], row["cannot reject at this n"]), (2 ** -7, "can"))
        filled, = self.traces("confirmatory", kind="mean", established=True)
        self.assertEqual(len(filled["y"]), 1)
        self.assertEqual(self.traces("confirmatory", kind="mean", established=False), [])
        answer = self.text("answer")
        self.assertIn("Established", answer)
        self.assertNotIn("cannot reject", answer.lower())
        self.assertEqual(len(self.browser.run("return [...document.querySelectorAll('.answers li.established')]")), 1)


class DivergedTest(PageCase):
    """Sixteen layers at a learning rate at which their loss is no number after some 200 steps."""

    SWEEP = (SWEEP.replace("seeds = 6", "seeds = 3").replace('["copy", "cycle"]', '["cycle"]')
             .replace("layers = 2", "layers = 16").replace("steps = 120", "steps = 600")
             .replace("every = 60", "every = 300")
             + '"training.learning_rate" = [3e-3, 10.0]\n[resources]\nretries = 0\n')

    @classmethod
    def headsweep(cls, *words):
        return super().headsweep(*words, allowed=(0, 4))

    def rows(self, element):
        return self.browser.run("""return [...document.querySelectorAll('#' + arguments[0] + ' tbody tr')].map((row) =>
            [...row.cells].map((cell) => cell.textContent))""", element)

    def test_failures_are_those_of_the_store(self):
        attempts = self.query("select t.heads, a.reason, count(*), count(distinct a.trial) from attempts a "
                              "join trials t using (trial) where a.state = 'failed' group by t.heads, a.reason")
        self.assertEqual(attempts, [(1, "diverged", 3, 3), (2, "diverged", 3, 3)])
        self.assertEqual([row[1:] for row in self.rows("failure-reasons")], [["diverged", "3", "3", "3"]] * 2)
        last = self.rows("last-failures")
        messages = self.query("select trial, message from attempts where state = 'failed'")
        self.assertEqual({row[0]: row[5] for row in last}, {str(trial): message for trial, message in messages})
        self.assertIn("6 trials failed", self.text("answer"))

    def test_rates_stand_beside_metrics_and_in_the_ledger(self):
        ledger = {row[0]: row for row in self.rows("fairness-ledger")}
        for label, row in ledger.items():
            diverged = "learning_rate 10" in label
            self.assertEqual(row[-4:], ["3", "0", "3", "3"] if diverged else ["3", "3", "0", "0"])
        self.assertEqual(len(ledger), 4)
        self.assertIn("cycle, heads 2, learning_rate 10", self.caption("mixing"))
        self.assertIn("100% (diverged 100%)", self.caption("mixing"))
        broken = self.rows("broken-pairs")
        self.assertEqual([row[1:] for row in broken], [["trial is failed", "3"]])


class ManyHeadsTest(PageCase):
    SWEEP = (SWEEP.replace("seeds = 6", "seeds = 1").replace('["copy", "cycle"]', '["cycle"]').replace("[1, 2]", "[16]")
             .replace('baseline = { "model.heads" = 1 }', ""))

    def test_sixteen_heads_can_be_told_apart(self):
        lines = self.browser.run("""return document.querySelector('#attention-graph .plot').data.filter((trace) =>
            trace.meta.kind === 'edge').map((trace) => [trace.meta.head, trace.line.color + trace.line.dash])""")
        looks = {}
        for head, line in lines:
            looks.setdefault(head, set()).add(line)
        self.assertEqual(sorted(looks), list(range(16)))
        self.assertTrue(all(len(some) == 1 for some in looks.values()))
        self.assertEqual(len(set().union(*looks.values())), 16)
        labels, = self.traces("attention-graph", kind="head numbers")
        named = sorted(int(head) for text in labels["text"] for head in text.split(", "))
        with_arcs = sorted({row["head"] for row in self.table("attention-graph")})
        self.assertTrue(with_arcs)
        self.assertEqual(named, with_arcs)


class ManyTasksTest(PageCase):
    TASKS = ["reverse", "copy", "cycle", "shift", "prefix_parity"]
    SWEEP = (SWEEP.replace("seeds = 6", "seeds = 1").replace('["copy", "cycle"]', json.dumps(TASKS))
             .replace("[1, 2]", "[1]"))

    def test_page_says_whose_attention_it_shows(self):
        text = self.text("attention-section")
        self.assertIn("the first 4 of 5 tasks, in the order of their names", text)
        names = self.browser.run("""return [...document.querySelector('#attention-section select').options].map((one) =>
            one.text.split(':')[0])""")
        self.assertEqual(list(dict.fromkeys(names)), sorted(self.TASKS)[:4])


if __name__ == "__main__":
    unittest.main()
