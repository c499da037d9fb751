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




SWEEP = (CONFIG % 300).replace("keep: {encounters: 3, turns: 1}", "keep: none\nquantiles: true") + """design:
  type: factorial
  vary: {agent.warmth: [0, 0.4], customer.persona: [reasonable, entitled]}
"""


@pytest.fixture
def sweep(run, tmp_path):
    """A sweep whose cells stop early or late, the file that it gives, and that file's digest."""
    (tmp_path / "c.yaml").write_text(SWEEP)
    assert run("run", "c.yaml", "-o", "whole.h5").returncode == 0
    with h5py.File(tmp_path / "whole.h5") as file:
        assert len(set(file["replications_run"][:])) > 5
    return digest(tmp_path / "whole.h5")


def play_shards(run, n, *more):
    names = [f"{n}-{i}.h5" for i in range(1, n + 1)]
    for i, name in enumerate(names, 1):
        done = run("run", "c.yaml", "-o", name, "--shard", f"{i}/{n}", *more)
        assert done.returncode == 0, done.stderr
    return names


@pytest.mark.parametrize("n", [2, 5, 18])
def test_shards_of_cells(run, sweep, tmp_path, n):
    """Each has some cells with all their replications; merged in any order they are the run of one process."""
    names = play_shards(run, n, "--threads", 1 + n % 3)
    random.Random(n).shuffle(names)
    done = run("merge", "-o", "m.h5", *names)
    assert done.returncode == 0 and "partial" not in done.stdout, done.stderr
    assert digest(tmp_path / "m.h5") == sweep
    # It can be gone on from as if nothing had been parted.
    (tmp_path / "c.yaml").write_text(SWEEP.replace("max: 300", "max: 330"))
    for name in ("m.h5", "whole.h5"):
        assert run("run", "c.yaml", "-o", name, "--extend").returncode == 0
    assert digest(tmp_path / "m.h5") == digest(tmp_path / "whole.h5")


def test_shards_of_cells_that_are_not_all_there(run, sweep, tmp_path):
    names = play_shards(run, 3)
    rng = random.Random(4)
    intact = (tmp_path / names[1]).read_bytes()
    for _ in range(12):
        where = rng.randrange(min(len(intact), 20000))
        (tmp_path / names[1]).write_bytes(intact[:where] + bytes([intact[where] ^ 1 << rng.randrange(8)]) + intact[where + 1:])
        assert run("merge", "-o", "damaged.h5", "--force", *names).returncode in (0, 3)
    (tmp_path / names[1]).write_bytes(intact)
    done = run("merge", "-o", "m.h5", names[0], names[2])
    assert done.returncode == 3 and "shard 2 of 3 is missing" in done.stderr
    done = run("merge", "-o", "m.h5", "--partial", names[0], names[2])
    assert done.returncode == 0 and "partial: " in done.stdout, done.stderr
    with h5py.File(tmp_path / "m.h5") as part, h5py.File(tmp_path / "whole.h5") as whole:
        here = [c for c in range(16) if not 6 <= c < 11]
        assert list(part["replications_run"][:]) == [n if c in here else 0 for c, n in enumerate(whole["replications_run"][:])]
        most = part["minutes"].shape[1]
        assert numpy.array_equal(part["minutes"][here, :], whole["minutes"][here, :most], equal_nan=True)
        assert numpy.array_equal(part["summary/minutes"][here, :], whole["summary/minutes"][here, :], equal_nan=True)
        assert set(part["status"][6:11]) == {2} and list(part["stopped_by"][here]) == list(whole["stopped_by"][here])
    done = run("merge", "-o", "n.h5", "--partial", names[0], names[0])
    assert done.returncode == 3 and f"{names[0]}: is named twice" in done.stderr
    done = run("merge", "-o", "n.h5", "--partial", names[0], f"./{names[0]}")
    assert done.returncode == 3 and "both hold the same replications" in done.stderr and "leave one" in done.stderr
    two = play_shards(run, 2)
    done = run("merge", "-o", "n.h5", "--partial", names[0], two[0])
    assert done.returncode == 3 and "both hold cell" in done.stderr
    assert run("run", "c.yaml", "-o", "plain.h5", "--shard", "2/3", "--set", "replications=300").returncode == 0
    done = run("merge", "-o", "n.h5", names[0], "plain.h5", names[2])
    assert done.returncode == 3 and f"plain.h5: is of another run than {names[0]}" in done.stderr
    assert "replications: 300 there, a map here" in done.stderr


def test_a_killed_shard_of_cells(run, detente, sweep, tmp_path):
    rng = random.Random(8)
    environment = {**os.environ, "DETENTE_SHARD_BYTES": "60000"}
    for i in (1, 2):
        for _ in range(4):
            program = subprocess.Popen([detente, "run", "c.yaml", "-o", f"{i}.h5", "--resume", "--shard", f"{i}/2"], cwd=tmp_path,
                                       env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(rng.uniform(0.01, 0.2))
            program.kill()
            program.wait(30)
        if (tmp_path / f"{i}.h5.parts").exists():
            assert run("merge", "-o", f"look{i}.h5", "--partial", f"{i}.h5.parts").returncode in (0, 3)  # 3: nothing there yet
        done = run("run", "c.yaml", "-o", f"{i}.h5", "--resume", "--shard", f"{i}/2")
        assert done.returncode == 0, done.stderr
    assert run("merge", "-o", "m.h5", "2.h5", "1.h5").returncode == 0 and digest(tmp_path / "m.h5") == sweep


def test_shards_of_cells_that_fail(run, tmp_path):
    (tmp_path / "c.yaml").write_text((CONFIG % 60).replace("keep: {encounters: 3, turns: 1}", "keep: none") + """design:
  type: sobol
  points: 2
  vary: {outcome.distributive: {from: 0, to: 1}, outcome.procedural: {from: 0, to: 1}, outcome.interactional: {from: 0, to: 1}}
""")
    assert run("run", "c.yaml", "-o", "whole.h5").returncode == 1
    names = []
    for i in (1, 2, 3):
        names.append(f"{i}.h5")
        assert run("run", "c.yaml", "-o", names[-1], "--shard", f"{i}/3").returncode == (0 if i == 3 else 1)
    assert run("merge", "-o", "m.h5", *names).returncode == 1 and digest(tmp_path / "m.h5") == digest(tmp_path / "whole.h5")


@pytest.mark.parametrize("keep, n, shard_bytes", [("{encounters: all, turns: 2}", 3, "400000"), ("turns", 2, "1000000"),
                                                  ("{encounters: 40, columns: [minutes]}", 18, "1000000000")])
def test_kept_rows_of_shards_of_cells(run, detente, tmp_path, keep, n, shard_bytes):
    """Rows lie by replications, and a shard has all those of some cells: merged they lie as in one run, wherever it was killed."""
    (tmp_path / "c.yaml").write_text(SWEEP.replace("keep: none", f"keep: {keep}").replace("max: 300", "max: 24"))
    environment = {"DETENTE_SHARD_BYTES": shard_bytes}
    assert run("run", "c.yaml", "-o", "whole.h5").returncode == 0
    names = [f"{i}.h5" for i in range(1, n + 1)]
    for i, name in enumerate(names, 1):
        command = [detente, "run", "c.yaml", "-o", name, "--resume", "--shard", f"{i}/{n}"]
        if n < 4:
            program = subprocess.Popen(command, cwd=tmp_path, env={**os.environ, **environment}, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            time.sleep(0.1)
            program.kill()
            program.wait(30)
        done = run(*command[1:], environment=environment)
        assert done.returncode == 0, done.stderr
    assert run("merge", "-o", "m.h5", *reversed(names)).returncode == 0
    assert digest(tmp_path / "m.h5") == digest(tmp_path / "whole.h5")
    assert abs((tmp_path / "m.h5").stat().st_size - (tmp_path / "whole.h5").stat().st_size) < 1000  # their provenance


def test_some_shards_of_cells_with_rows(run, tmp_path):
    """What is there is as in the whole. It cannot be gone on from, and that is said, and what can be done."""
    (tmp_path / "c.yaml").write_text(SWEEP.replace("keep: none", "keep: {encounters: 5}").replace("max: 300", "max: 60"))
    assert run("run", "c.yaml", "-o", "whole.h5").returncode == 0
    names = play_shards(run, 3)
    assert run("merge", "-o", "m.h5", "--partial", names[2], names[0]).returncode == 0
    with h5py.File(tmp_path / "m.h5") as part, h5py.File(tmp_path / "whole.h5") as whole:
        there = numpy.isfinite(part["minutes"][:])
        first, all_first = part["encounters/first_row"][:], whole["encounters/first_row"][:]
        assert not there[6:11].any() and ((first >= 0) == there).all() and len(part["encounters/cell"]) == 5 * there.sum()
        for cell, replication in zip(*there.nonzero()):
            for column in ("cell", "replication", "encounter", "minutes"):
                begin, at = first[cell, replication], all_first[cell, replication]
                assert (part["encounters"][column][begin:begin + 5] == whole["encounters"][column][at:at + 5]).all()
    for option in ("--resume", "--extend"):
        done = run("run", "c.yaml", "-o", "m.h5", option)
        assert done.returncode == 3 and "merged with gaps (finish its shards by `detente run --shard I/N --resume`, and merge" in done.stderr


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
