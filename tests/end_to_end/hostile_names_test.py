"""Names with quotes, newlines, path separators, spaces and leading dashes: in sweeps, stores and folders; what is
written, and who may read it."""

import json
import os
import pathlib
import stat
import subprocess
import unittest

from harness import DONE, ERROR, HEADSWEEP, UNFINISHED, StoreTest, rows

SWEEP = """
[sweep]
name = {name}
seeds = 1
[model]
vocabulary = 8
length = 8
width = 16
layers = 1
mlp_width = 32
[training]
samples = 0
steps = 3
batch = 2
[measure]
sequences = 2
keep = "all"
[axes]
"model.heads" = [1, 2]
"""

# Of a file or a folder: no slash. Of a sweep anything.
NAMES = ("it's \"quoted\" `id` $(touch broken)",
         "two\nlines; touch broken\t|",
         "-leading",
         "--out=x",
         "file:a.db?mode=memory&cache=shared#x%20%41",
         "blé ‘日本’ \\ *?[a]")
SWEEP_NAMES = (*(name for name in NAMES if "\n" not in name), "../../up/and/away", "<script>alert(1)</script>", "'; DROP TABLE trials; --")


class HostileNames(StoreTest):
    def sweep(self, name, folder=None):
        path = (folder or self.folder) / "sweep.toml"
        path.write_text(SWEEP.format(name=json.dumps(name)))  # JSON's strings are TOML's
        return str(path)

    def headsweep(self, *arguments, cwd=None, code=DONE):
        finished = subprocess.run([HEADSWEEP, *arguments], capture_output=True, text=True, timeout=120, cwd=cwd)
        self.assert_code(finished, code)
        return finished.stdout

    def files(self):
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*"))

    def test_stores(self):
        for name in NAMES:
            with self.subTest(name=name):
                self.every_command(name)
        self.assertEqual([path for path in self.files() if path.rpartition("/")[2] in ("broken", "x")], [])

    def every_command(self, name):
        """In a folder of that name, on a store of that name, from within it and by its whole path."""
        folder = self.folder / name
        folder.mkdir()
        store = str(folder / name)
        sweep = self.sweep("plain", folder)
        self.headsweep("run", "sweep.toml", f"--store={name}", "--quiet", "--workers", "1", cwd=folder)
        self.headsweep("status", store)
        self.headsweep("status", "--", name, cwd=folder)
        self.assertEqual(json.loads(self.headsweep("query", store, "--sql", "select count(*) n from trials", "--format",
                                                   "json")), [{"n": 2}])
        self.headsweep("verify", store)
        self.headsweep("export", store, "--out", store + " csv", "--snapshot", store + " copy")
        self.headsweep("report", store, "--out", store + " report")
        submit = ("submit", sweep, "--store", store, "--time", "5", "--dry-run")
        if "\n" in name:
            self.assert_one_line(self.run_headsweep(*submit), ERROR, "newline")
        else:
            self.assertEqual(subprocess.run(["bash", "-n"], input=self.headsweep(*submit), text=True).returncode, 0)
        self.headsweep("merge", store + " merged", store)
        self.headsweep("verify", store + " merged")
        self.headsweep("measure", "--store", store, "--missing")
        made = {"", ".d", " csv", " copy", " report", " merged", " merged.d"}
        self.assertEqual({path.name for path in folder.iterdir()}, {name + end for end in made} | {"sweep.toml"})

    def test_sweeps(self):
        """Names of sweeps are data."""
        for number, name in enumerate(SWEEP_NAMES):
            with self.subTest(name=name):
                store = self.store(f"{number}.db")
                sweep = self.sweep(name)
                self.headsweep("plan", sweep)
                self.headsweep("run", sweep, "--store", store, "--quiet", "--limit", "0", code=UNFINISHED)
                self.assertEqual(rows(store, "select name from sweeps"), [(name,)])
                status = self.headsweep("status", store, "--format", "json", code=UNFINISHED)
                self.assertEqual(json.loads(status)["sweep"], name)
                self.headsweep("verify", store)
                self.headsweep("report", store, "--out", store + ".html")
                self.assertNotIn("<script>alert(1)", pathlib.Path(store + ".html").read_text())
                script = self.headsweep("submit", sweep, "--store", store, "--time", "5", "--dry-run")
                self.assertEqual(subprocess.run(["bash", "-n"], input=script, text=True).returncode, 0)
        refused = self.run_headsweep("plan", self.sweep("two\nlines"))
        self.assert_one_line(refused, ERROR, "sweep.name", "without control characters")
        outside = [path for path in self.folder.parent.iterdir() if path.name in ("up", "away")]
        self.assertEqual(outside, [])

    def test_tasks_and_settings(self):
        for name in NAMES:
            with self.subTest(name=name):
                sweep = self.folder / "task.toml"
                sweep.write_text(SWEEP.format(name='"x"') + f'"training.task" = [{json.dumps(name)}]\n')
                self.assert_one_line(self.run_headsweep("plan", str(sweep)), ERROR, "training.task")
                sweep.write_text(SWEEP.format(name='"x"') + f'{json.dumps(name)} = [1, 2]\n')
                self.assert_one_line(self.run_headsweep("plan", str(sweep)), ERROR, "task.toml")

    def test_modes_follow_the_umask(self):
        sweep = self.sweep("private")
        for mask in (0o077, 0o027):
            with self.subTest(umask=oct(mask)):
                folder = self.folder / oct(mask)
                folder.mkdir()
                store = str(folder / "r.db")
                for command in (("run", sweep, "--store", store, "--quiet", "--workers", "1"),
                                ("export", store, "--out", store + ".csv", "--snapshot", store + ".copy"),
                                ("report", store, "--out", store + ".html"), ("merge", store + ".merged", store)):
                    self.assert_code(self.run_headsweep(*command, umask=mask), DONE)
                found = {str(path): stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}
                self.assertGreater(len(found), 15)
                self.assertEqual({path: oct(mode) for path, mode in found.items() if mode & mask}, {})

    def test_nothing_is_written_through_a_link_put_there_beforehand(self):
        """Whoever may write to the folder cannot make a command overwrite a file elsewhere."""
        self.headsweep("run", self.sweep("links"), "--store", self.store(), "--quiet", "--workers", "1")
        victim = self.folder / "victim"
        victim.write_text("precious")
        report = self.folder / "report.html"
        report.symlink_to(victim)
        # The names that a process would take for its temporary files if it numbered them.
        for number in range(os.getpid(), os.getpid() + 500):
            for suffix in (".new", ".tmp", "."):
                (self.folder / f"report.html{suffix}{number}").symlink_to(victim)
        self.headsweep("report", self.store(), "--out", str(report))
        self.assertEqual(victim.read_text(), "precious")
        self.assertFalse(report.is_symlink())
        self.assert_one_line(self.run_headsweep("export", self.store(), "--snapshot",
                                                str(self.link_to(victim))), ERROR, "exists already")
        self.assertEqual(victim.read_text(), "precious")

    def link_to(self, victim):
        link = self.folder / "copy.db"
        link.symlink_to(victim)
        return link


if __name__ == "__main__":
    unittest.main()
