"""Which worker trains on which GPU. There need be none: a trainer that says it has some trains on the CPU and notes what it
was told."""

import json
import os
import pathlib
import stat
import unittest

from harness import BIN, DONE, ERROR, SMOKE, StoreTest, rows

SHORT = ("--set", "training.steps=4", "--device", "cuda")

TRAINER = """#!/bin/bash
words=()
while (($#)); do
  case $1 in
    --device) echo "$2 of ${{CUDA_VISIBLE_DEVICES:-all}}" >>{told}; words+=(--device cpu); shift ;;
    --devices)
      case ${{CUDA_VISIBLE_DEVICES:-}} in
        MIG-*) echo '{{"gpus": [{{"index": 0, "name": "Test MIG 1g", "uuid": "'"${{CUDA_VISIBLE_DEVICES%%,*}}"'",
                     "memory_bytes": 1, "compute_capability": "9.0"}}]}}' ;;
        *) echo '{gpus}' ;;
      esac
      exit ;;
    --tf32) echo "$1" >>{told} ;;
    *) words+=("$1") ;;
  esac
  shift
done
exec {trainer} "${{words[@]}}"
"""


def said_gpus(count):
    """What `headsweep-trainer --devices` prints with so many."""
    gpus = [{"index": i, "name": "Test", "uuid": f"GPU-{i}", "memory_bytes": 1 << 34, "compute_capability": "9.0"}
            for i in range(count)]
    return json.dumps({"gpus": gpus} if gpus else {"gpus": [], "why_none": "none in the test"})


class Gpus(StoreTest):
    def trainer(self, gpus):
        """A trainer of so many GPUs."""
        self.told = self.folder / "told"
        path = self.folder / "trainer"
        path.write_text(TRAINER.format(told=self.told, gpus=said_gpus(gpus), trainer=BIN / "headsweep-trainer"))
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return ("--trainer", str(path))

    def devices(self):
        """What the trainers were told, each once."""
        return sorted(set(self.told.read_text().splitlines()))

    def run_smoke(self, gpus, *arguments, **options):
        return self.run_headsweep("run", SMOKE, "--store", self.store(), *SHORT, *self.trainer(gpus), *arguments, **options)

    def run_smoke_under_mpi(self, ranks, gpus):
        return self.run_mpi(ranks, "run", SMOKE, "--store", self.store(), *SHORT, *self.trainer(gpus))

    def test_embedded_one_worker_a_gpu(self):
        self.assert_code(self.run_smoke(2), DONE)
        self.assertEqual(self.devices(), ["cuda:0 of all", "cuda:1 of all"])

    def test_embedded_more_workers_than_gpus(self):
        self.assert_one_line(self.run_smoke(2, "--workers", "3"), ERROR, "--workers 3", "2 GPUs")
        self.assertFalse(os.path.exists(self.store()))

    def test_an_estimate_asks_every_gpu(self):
        finished = self.run_headsweep("plan", SMOKE, "--estimate", "--device", "cuda", *self.trainer(2))
        self.assert_code(finished, DONE)
        self.assertIn("with 2 workers", finished.stdout)
        self.assertEqual(self.devices(), ["cuda:0 of all", "cuda:1 of all"])

    def test_slices(self):
        environment = dict(os.environ, CUDA_VISIBLE_DEVICES="MIG-a,MIG-b")
        self.assert_code(self.run_smoke(0, env=environment), DONE)
        self.assertEqual(self.devices(), ["cuda:0 of MIG-a", "cuda:0 of MIG-b"])

    def test_tf32_asks_for_gpus_and_reaches_the_trainers(self):
        finished = self.run_headsweep("run", SMOKE, "--store", self.store(), "--set", "training.steps=4", "--tf32",
                                      *self.trainer(1))
        self.assert_code(finished, DONE)
        self.assertEqual(self.devices(), ["--tf32", "cuda:0 of all"])

    def test_tf32_without_a_gpu(self):
        for more, words in (((), ("--tf32: no CUDA device (none in the test)",)), (("--device", "cpu"), ("--device cpu",)),
                            (("--step", "eager"), ("--step eager",))):
            finished = self.run_headsweep("run", SMOKE, "--store", self.store(), "--tf32", *self.trainer(0), *more)
            self.assert_one_line(finished, ERROR, "--tf32", *words)
        finished = self.run_mpi(3, "run", SMOKE, "--store", self.store(), "--tf32", *self.trainer(0))
        self.assert_one_line_of_ours(finished, "--tf32: no CUDA device (none in the test)")
        self.assertFalse(os.path.exists(self.store()))

    def test_ranks_share_the_gpus_and_one_too_many_leaves(self):
        finished = self.run_smoke_under_mpi(4, 2)
        self.assert_code(finished, DONE)
        said = [line for line in finished.stderr.splitlines() if "leaves" in line]
        self.assertEqual(len(said), 1, finished.stderr)
        self.assertIn("worker 3", said[0])
        self.assertEqual(self.devices(), ["cuda:0 of all", "cuda:1 of all"])
        self.assertEqual(rows(self.store(), "select count(*) from trials where state != 'done'"), [(0,)])
        self.assertEqual(rows(self.store(), "select max(attempts) from trial_results"), [(1,)])

    def test_ranks_without_any(self):
        self.assert_one_line_of_ours(self.run_smoke_under_mpi(3, 0), "none in the test")
        self.assertFalse(os.path.exists(self.store()))


if __name__ == "__main__":
    unittest.main()
