# SPDX-License-Identifier: GPL-3.0-or-later
"""replications: {min, max, until}: cells stop at a precision, the same ones however the run went."""
import os
import random
import signal
import subprocess
import time

import h5py
import numpy
import pytest

from results import digest

CONFIG = """detente: 1
name: c
extends: billing-dispute
seed: 7
replications: {min: 8, max: %d, until: {metric: escalated, halfwidth: 4%%}}
encounters: 150
keep: {encounters: 3, turns: 1}
strategies: [typical, surrender, mirroring, bare-refusal]
"""


@pytest.fixture
def config(tmp_path):
    (tmp_path / "c.yaml").write_text(CONFIG % 400)
    return "c.yaml"


def test_cells_stop_when_precise(run, config, tmp_path):
    done = run("run", config, "-o", "o.h5")
    assert done.returncode == 0 and "replications" in done.stdout, done.stderr
    with h5py.File(tmp_path / "o.h5") as file:
        ran, why, status = file["replications_run"][:], file["stopped_by"][:], file["status"][:]
        assert list(why) == [3 if n < 400 else 0 for n in ran] and set(why) == {0, 3} and not status.any()
        assert file["escalated"].shape == (4, max(ran)) and f"of {min(ran)} to {max(ran)} replications" in done.stdout
        for cell, n in enumerate(ran):
            assert numpy.isfinite(file["escalated"][cell, :n]).all() and numpy.isnan(file["escalated"][cell, n:]).all()
            if why[cell] == 3:
                mean, low, high = (file["summary/escalated"][cell, s] for s in (0, 2, 3))
                assert n == 8 or (n - 8) % 2 == 0
                assert (high - low) / 2 <= 0.04 / 1.04 * mean
            assert file["summary/escalated"][cell, 12] == 150 * n
        rows = file["encounters/cell"][:]
        assert [int((rows == cell).sum()) for cell in range(4)] == [3 * n for n in ran]


def test_the_same_for_any_number_of_threads(run, config, tmp_path):
    digests = set()
    for threads in (1, 2, 3, 8):
        assert run("run", config, "-o", f"{threads}.h5", "--threads", threads).returncode == 0
        digests.add(digest(tmp_path / f"{threads}.h5"))
    assert len(digests) == 1


def test_killed_and_resumed(run, detente, config, tmp_path):
    assert run("run", config, "-o", "reference.h5").returncode == 0
    rng = random.Random(5)
    killed = 0
    environment = {**os.environ, "DETENTE_SHARD_BYTES": "60000"}
    while killed < 8:
        for _ in range(rng.randint(1, 3)):
            program = subprocess.Popen([detente, "run", config, "-o", "o.h5", "--resume", "--threads", "2"], cwd=tmp_path,
                                       env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(rng.uniform(0.005, 0.15))
            program.kill()
            killed += program.wait(30) == -signal.SIGKILL
        done = run("run", config, "-o", "o.h5", "--resume")
        assert done.returncode == 0, done.stderr
        assert digest(tmp_path / "o.h5") == digest(tmp_path / "reference.h5")
        (tmp_path / "o.h5").unlink()




def test_a_shard_cannot_know(run, config):
    done = run("run", config, "-o", "o.h5", "--shard", "1/2")
    assert done.returncode == 3 and "replications.until" in done.stderr and "--shard" in done.stderr


def test_plan(run, config):
    assert "at most" in run("check", config).stdout

def test_extended(run, config, tmp_path):
    """More replications at most, in two steps: as if they had been asked for at once."""
    assert run("run", config, "-o", "reference.h5").returncode == 0
    for most in (43, 44, 400):
        (tmp_path / "c.yaml").write_text(CONFIG % most)
        done = run("run", config, "-o", "o.h5", "--resume" if most == 43 else "--extend")
        assert done.returncode == 0, done.stderr
    assert digest(tmp_path / "o.h5") == digest(tmp_path / "reference.h5")


def test_a_cell_that_fails_is_not_tried_again(run, tmp_path):
    """Sobol's first point is 0 in every coordinate: satisfaction then has no weights."""
    (tmp_path / "c.yaml").write_text(CONFIG % 100 + """design:
  type: sobol
  points: 2
  vary: {outcome.distributive: {from: 0, to: 1}, outcome.procedural: {from: 0, to: 1}, outcome.interactional: {from: 0, to: 1}}
""")
    done = run("run", "c.yaml", "-o", "o.h5")
    assert done.returncode == 1 and "4 of 8 cells failed" in done.stderr, done.stderr
    with h5py.File(tmp_path / "o.h5") as file:
        assert list(file["stopped_by"][:4]) == [2] * 4 and set(file["stopped_by"][4:]) <= {0, 3}
        assert list(file["replications_run"][:4]) == [0] * 4 and min(file["replications_run"][4:]) >= 8
