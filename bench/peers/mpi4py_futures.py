"""The work of `dispatch` with mpi4py.futures: tasks that do nothing, one at a time, their eight numbers committed.

mpirun -n 3 python mpi4py_futures.py --trials N --store FILE   # prints {"trials_per_second": ...}

There is no child process here: a task is a function call in the worker's rank.
"""

import argparse
import json
import time

from mpi4py import MPI
from mpi4py.futures import MPICommExecutor

from batched_store import BatchedStore


def train(trial):
    return trial, (0.1, 0.9, 0.2, 0.8, 0.0, 0.0, 1.0, 1.0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, required=True)
    parser.add_argument("--store", required=True)
    arguments = parser.parse_args()
    with MPICommExecutor(MPI.COMM_WORLD, root=0) as executor:
        if executor is None:
            return
        store = BatchedStore(arguments.store)
        list(executor.map(train, range(100)))  # the workers are up
        began = time.monotonic()
        for trial, numbers in executor.map(train, range(arguments.trials), unordered=True):
            store.add(trial, numbers)
        store.commit()
        print(json.dumps({"trials_per_second": arguments.trials / (time.monotonic() - began)}))


if __name__ == "__main__":
    main()
