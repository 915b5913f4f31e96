"""What a figure was measured on, for the JSON of every bench: machine, load, commit and day."""

import datetime
import os
import subprocess
from pathlib import Path


def cpu():
    """The model's name does not tell generations apart where a hypervisor shortens it; family and model do."""
    fields = {}
    for line in Path("/proc/cpuinfo").read_text(encoding="ascii").splitlines():
        name, _, value = line.partition(":")
        fields.setdefault(name.strip(), value.strip())
    return "{model name}, family {cpu family}, model {model}".format(
        **{name: fields.get(name, "unknown") for name in ("model name", "cpu family", "model")})


def commit():
    described = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=Path(__file__).parent, capture_output=True,
                               text=True, check=False)
    return described.stdout.strip() or "unknown"


def machine():
    """The load is that of the last minute, what the bench itself does included."""
    return {"cpu": cpu(), "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 2), "commit": commit(),
            "date": datetime.date.today().isoformat()}
