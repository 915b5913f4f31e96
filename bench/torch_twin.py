"""Speed of the same training in PyTorch: `torch_twin.py THREADS [cuda] [compile]`. Speaks like train_step.cpp."""

import functools
import sys
import time
from pathlib import Path

import torch
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "worker" / "trainer"))
from torch_model import Transformer  # noqa: E402

WARM_UP = 2
BATCH, SAMPLES = 50, 5000
DEVICE = "cuda" if "cuda" in sys.argv[2:] else "cpu"

FLOPS = 5.95968e9  # of a step (trial::training_flops_per_sequence), whatever the head count


def floor_seconds(steps):
    """A step's floating-point operations as products of a layer's activations and weights alone."""
    left, right = torch.rand(100 * BATCH, 64), torch.rand(64, 192)
    out = left @ right
    repetitions = 20 * steps
    begin = time.perf_counter()
    for _ in range(repetitions):
        torch.mm(left, right, out=out)
    rate = repetitions * 2 * left.numel() * right.shape[1] / (time.perf_counter() - begin)
    return FLOPS / rate


@functools.cache
def training(heads):
    """Model, the function that computes its logits, optimizer; compiled once."""
    torch.manual_seed(0)
    model = Transformer(heads=heads, dropout=0.1).to(DEVICE)
    logits_of = torch.compile(model) if "compile" in sys.argv[2:] else model
    return logits_of, torch.optim.Adam(model.parameters(), lr=1e-3)


def seconds_per_step(heads, steps):
    logits_of, optimizer = training(heads)
    samples = torch.randint(0, 256, (SAMPLES, 100), device=DEVICE)
    for step in range(WARM_UP + steps):
        if step == WARM_UP:
            begin = time.perf_counter()
        first = step * BATCH % SAMPLES
        tokens = samples[first : first + BATCH]
        optimizer.zero_grad()
        logits = logits_of(tokens)
        loss = functional.cross_entropy(logits.flatten(0, 1), tokens.flatten())
        loss.backward()
        optimizer.step()
        loss.item(), (logits.argmax(-1) == tokens).sum().item()  # train_step reports both too
    return (time.perf_counter() - begin) / steps


if __name__ == "__main__":
    torch.set_num_threads(int(sys.argv[1]))
    torch.set_num_interop_threads(1)
    for line in sys.stdin:
        heads, steps = map(int, line.split())
        print(floor_seconds(steps) if heads == 0 else seconds_per_step(heads, steps), flush=True)
