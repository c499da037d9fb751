# SPDX-License-Identifier: GPL-3.0-or-later
"""A cell whose parameters break only together, while the sweep runs: it is recorded, and the rest goes on."""
import os
import subprocess
import time

import h5py
import numpy
import pytest

from conftest import ROOT
from results import digest

# The first of Sobol's points is 0 in every coordinate: satisfaction then has no weights at all.
CONFIG = """detente: 1
name: f
replications: 30
encounters: 150
quantiles: true
keep: {encounters: 40, turns: 10}
strategies: [typical, mirroring]
design:
  type: sobol
  points: 8
  vary:
    outcome.distributive: {from: 0, to: 1}
    outcome.procedural: {from: 0, to: 1}
    outcome.interactional: {from: 0, to: 1}
"""
WORDS = "distributive, procedural and interactional are all 0"


@pytest.fixture
def whole(run, tmp_path):
    (tmp_path / "f.yaml").write_text(CONFIG)
    done = run("run", "f.yaml", "-o", "whole.h5")
    assert done.returncode == 1 and "written to whole.h5" in done.stdout
    assert f"{14 * 30 * 150:,} encounters" in done.stdout
    last = done.stderr.splitlines()[-1]
    assert last.startswith("detente: 2 of 16 cells failed") and WORDS in last and "point 0" in last
    return digest(tmp_path / "whole.h5")


def test_what_is_recorded(run, whole, tmp_path):
    with h5py.File(tmp_path / "whole.h5") as file:
        assert file["status"].attrs["flag_meanings"].split()[3] == "failed"
        assert file["stopped_by"].attrs["flag_meanings"].split()[2] == "failure"
        assert list(file["status"]) == [3, 3] + 14 * [0] and list(file["stopped_by"]) == [2, 2] + 14 * [0]
        assert list(file["replications_run"]) == [0, 0] + 14 * [30]
        errors = file["error"].asstr()[:]
        assert WORDS in errors[0] and WORDS in errors[1] and not any(errors[2:])
        missing = numpy.isnan(file["minutes"][:])
        assert missing[:2].all() and not missing[2:].any()
        assert numpy.isnan(file["summary/minutes"][:2, :-1]).all() and (file["summary/minutes"][:2, -1] == 0).all()
        assert set(file["encounters/cell"][:]) == set(range(2, 16)) and (file["encounters/first_row"][:2] == -1).all()
        assert file["provenance"].attrs["encounters"] == 14 * 30 * 150
    for table in ("summary", "replications", "encounters", "turns"):
        assert run("export", "whole.h5", "--table", table).returncode == 0
    done = run("run", "f.yaml", "-o", "whole.h5", "--resume")
    assert done.returncode == 0 and "nothing to do" in done.stderr
    assert run("run", "f.yaml", "-o", "one.h5", "--threads", 1).returncode == 1
    assert digest(tmp_path / "one.h5") == whole


def test_shards_resume_and_extend(run, detente, whole, tmp_path):
    for i in range(1, 8):
        done = run("run", "f.yaml", "-o", f"s{i}.h5", "--shard", f"{i}/7")
        assert done.returncode == 1 and "replications of cells failed" in done.stderr.splitlines()[-1]
    done = run("merge", "-o", "m.h5", *(f"s{i}.h5" for i in (4, 7, 1, 2, 6, 3, 5)))
    assert done.returncode == 1 and "2 of 16 cells failed" in done.stderr
    assert digest(tmp_path / "m.h5") == whole
    assert run("run", "f.yaml", "-o", "e.h5", "--set", "replications=1").returncode == 1
    assert run("run", "f.yaml", "-o", "e.h5", "--extend", "--set", "replications=13").returncode == 1
    assert run("run", "f.yaml", "-o", "e.h5", "--extend").returncode == 1
    assert digest(tmp_path / "e.h5") == whole
    for points, replications in ((1, 5), (3, 7), (8, 30)):  # of the first point no cell has rows
        (tmp_path / "f.yaml").write_text(CONFIG.replace("points: 8", f"points: {points}"))
        done = run("run", "f.yaml", "-o", "p.h5", "--extend" if points > 1 else "--resume", "--set", f"replications={replications}")
        assert done.returncode == 1, done.stderr
    assert digest(tmp_path / "p.h5") == whole
    import os
    for delay in (0.03, 0.06, 0.1):
        program = subprocess.Popen([detente, "run", "f.yaml", "-o", "r.h5", "--resume"], cwd=tmp_path,
                                   env={**os.environ, "DETENTE_SHARD_BYTES": "20000"}, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        time.sleep(delay)
        program.kill()
        program.wait(30)
    assert run("run", "f.yaml", "-o", "r.h5", "--resume").returncode in (0, 1)
    assert digest(tmp_path / "r.h5") == whole


def test_a_sweep_of_failures(run, tmp_path):
    """Nothing but failures is a file all the same, whole and to be extended."""
    (tmp_path / "f.yaml").write_text(CONFIG.replace("points: 8", "points: 1"))
    assert run("run", "f.yaml", "-o", "o.h5").returncode == 1
    assert run("run", "f.yaml", "-o", "o.h5", "--resume").returncode == 0
    assert run("run", "f.yaml", "-o", "o.h5", "--extend", "--set", "replications=40").returncode == 1
    with h5py.File(tmp_path / "o.h5") as file:
        assert file["minutes"].shape == (2, 40) and list(file["status"]) == [3, 3]


def test_the_array_script(detente, run, whole, tmp_path):
    """Slurm's part is played here. Tasks with a failed cell exit with 1, and the merge, which runs after any end, makes the file."""
    def task(*arguments, **variables):
        environment = {**os.environ, "DETENTE": detente, "CONFIG": "f.yaml", "OUT": "part", **variables}
        return subprocess.run(["bash", ROOT / "experiments/cluster/array.sbatch", *arguments], cwd=tmp_path, env=environment,
                              capture_output=True, text=True, check=False)

    for number in "123":
        done = task(SLURM_ARRAY_TASK_ID=number, SLURM_ARRAY_TASK_COUNT="4", SLURM_CPUS_PER_TASK="1")
        assert done.returncode == 1 and "replications of cells failed" in done.stderr
    done = task("merge", "4")
    assert done.returncode == 3 and "part-4.h5" in done.stderr and not (tmp_path / "part.h5").exists()
    assert task(SLURM_ARRAY_TASK_ID="4", SLURM_ARRAY_TASK_COUNT="1", SHARDS="4").returncode == 1
    done = task("merge", "4")
    assert done.returncode == 1 and "2 of 16 cells failed" in done.stderr
    assert digest(tmp_path / "part.h5") == whole
