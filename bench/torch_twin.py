"""Speed of the same training in eager PyTorch: `torch_twin.py THREADS`. Speaks like train_step.cpp."""

import sys
import time
from pathlib import Path

import torch
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "worker" / "trainer"))
from torch_model import Transformer  # noqa: E402

WARM_UP = 2
BATCH, SAMPLES = 50, 5000


def seconds_per_step(heads, steps):
    torch.manual_seed(0)
    model = Transformer(heads=heads, dropout=0.1)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    samples = torch.randint(0, 256, (SAMPLES, 100))
    for step in range(WARM_UP + steps):
        if step == WARM_UP:
            begin = time.perf_counter()
        first = step * BATCH % SAMPLES
        tokens = samples[first : first + BATCH]
        optimizer.zero_grad()
        logits = model(tokens)
        loss = functional.cross_entropy(logits.flatten(0, 1), tokens.flatten())
        loss.backward()
        optimizer.step()
        loss.item(), (logits.argmax(-1) == tokens).sum().item()  # train_step reports both too
    return (time.perf_counter() - begin) / steps


if __name__ == "__main__":
    torch.set_num_threads(int(sys.argv[1]))
    torch.set_num_interop_threads(1)
    for line in sys.stdin:
        print(seconds_per_step(*map(int, line.split())), flush=True)
