"""Makes a large store of a small one, for size and speed: every arm again with other learning rates.

    python3 large_store.py small.db large.db 125

Numbers are those of the small store, so that all views and the report work; row hashes, keys and running sums are not kept true.
"""

import json
import shutil
import sqlite3
import sys

# Tables whose rows belong to a trial, and their own primary key, if they have one.
TABLES = {
    "attempts": "attempt", "results": None, "layer_metrics": None, "head_metrics": None, "curves": None,
    "curve_metrics": None, "baselines": "baseline",
}


def copy_table(database, table, own_key, copies):
    columns = [row[1] for row in database.execute(f"pragma table_info({table})")]
    most = {"trial": database.execute("select max(trial) from trials").fetchone()[0]}
    for key in ("attempt", "baseline"):
        owner = {"attempt": "attempts", "baseline": "baselines"}[key]
        most[key] = database.execute(f"select max({key}) from {owner}").fetchone()[0]
    moved = [f"{column} + copies.n * {most[column]}" if column in most else column for column in columns]
    database.execute(
        f"insert into {table} ({', '.join(columns)}) with recursive copies(n) as (select 1 union all select n + 1 from "
        f"copies where n + 1 < {copies}) select {', '.join(moved)} from {table}, copies where {table}.trial is not null "
        f"order by copies.n, {own_key or 'trial'}")


def copy_trials(database, copies):
    columns = [row[1] for row in database.execute("pragma table_info(trials)")]
    most = database.execute("select max(trial) from trials").fetchone()[0]
    places = database.execute("select max(position) + 1 from trials").fetchone()[0]
    new = {
        "trial": f"trial + copies.n * {most}", "position": f"position + copies.n * {places}",
        "key": "key || '-' || copies.n", "arm": "arm || '-' || copies.n",
        "baseline_arm": "baseline_arm || '-' || copies.n", "learning_rate": "learning_rate * (1 + copies.n)",
    }
    selected = ", ".join(new.get(column, column) for column in columns)
    database.execute(
        f"insert into trials ({', '.join(columns)}) with recursive copies(n) as (select 1 union all select n + 1 from "
        f"copies where n + 1 < {copies}) select {selected} from trials, copies order by copies.n, trial")


def add_axis(database, copies):
    sweep, canonical = database.execute("select sweep, canonical from sweeps").fetchone()
    plan = json.loads(canonical)
    rates = sorted(row[0] for row in database.execute("select distinct learning_rate from trials"))
    plan["axes"].append({"setting": "training.learning_rate", "values": rates})
    database.execute("update sweeps set canonical = ? where sweep = ?", (json.dumps(plan), sweep))
    assert len(rates) == copies, (len(rates), copies)


def make_large(small, large, copies):
    shutil.copyfile(small, large)
    with sqlite3.connect(large) as database:
        database.execute("pragma foreign_keys = off")
        for table, own_key in TABLES.items():
            copy_table(database, table, own_key, copies)
        copy_trials(database, copies)
        add_axis(database, copies)
        database.execute("delete from store_info where name = 'sums'")  # nobody keeps running sums of these
    database.close()


if __name__ == "__main__":
    make_large(sys.argv[1], sys.argv[2], int(sys.argv[3]))
