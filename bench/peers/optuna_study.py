"""The work of `dispatch` as an Optuna study: two processes, trials that do nothing and keep eight numbers.

python optuna_study.py --trials N --storage journal|sqlite --folder FOLDER   # prints {"trials_per_second": ...}
"""

import argparse
import json
import multiprocessing
import pathlib
import time

import optuna
from optuna.storages import JournalStorage, RDBStorage
from optuna.storages.journal import JournalFileBackend

WORKERS = 2


def storage_of(kind, folder):
    if kind == "journal":
        return JournalStorage(JournalFileBackend(str(pathlib.Path(folder) / "journal.log")))
    return RDBStorage(f"sqlite:///{pathlib.Path(folder) / 'study.db'}")


def objective(trial):
    for number in range(8):
        trial.set_user_attr(f"n{number}", 0.1)
    return 0.2


def work(kind, folder, trials):
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.load_study(study_name="bench", storage=storage_of(kind, folder),
                              sampler=optuna.samplers.RandomSampler(seed=0))
    study.optimize(objective, n_trials=trials)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, required=True)
    parser.add_argument("--storage", choices=["journal", "sqlite"], required=True)
    parser.add_argument("--folder", required=True)
    arguments = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    optuna.create_study(study_name="bench", storage=storage_of(arguments.storage, arguments.folder))
    share = arguments.trials // WORKERS
    workers = [multiprocessing.Process(target=work, args=(arguments.storage, arguments.folder, share))
               for _ in range(WORKERS)]
    began = time.monotonic()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        raise SystemExit("a worker failed")
    print(json.dumps({"trials_per_second": WORKERS * share / (time.monotonic() - began)}))


if __name__ == "__main__":
    main()
