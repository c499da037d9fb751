# SPDX-License-Identifier: GPL-3.0-or-later
"""detente run --extend: replications and points added later are as if they had been asked for at once."""
import random
import signal
import subprocess
import time

import h5py
import pytest

from results import digest

CONFIG = """detente: 1
name: c
extends: billing-dispute
seed: 7
replications: 100
encounters: 150
quantiles: true
keep: {encounters: 100, turns: 20}
strategies: [typical, listen-then-pay, mirroring]
"""
SMALL_SHARDS = {"DETENTE_SHARD_BYTES": "60000"}


def asking(n):
    return ("--set", f"replications={n}")


@pytest.fixture
def config(tmp_path):
    (tmp_path / "c.yaml").write_text(CONFIG)
    return "c.yaml"


@pytest.fixture
def reference(run, config, tmp_path):
    assert run("run", config, "-o", "reference.h5").returncode == 0
    return digest(tmp_path / "reference.h5")


@pytest.mark.parametrize("more", [(), ("--keep", "none"), ("--keep", "encounters"), ("--set", "quantiles=false"),
                                  ("--set", "encounters=6000", "--set", "replications=11", "--keep", "encounters")])
def test_in_steps(run, config, tmp_path, more):
    """One replication, then more and more; rows that fill no chunk, one, and several."""
    last = 11 if "replications=11" in more else 100
    assert run("run", config, "-o", "whole.h5", *more, "--set", f"replications={last}").returncode == 0
    assert run("run", config, "-o", "o.h5", *more, *asking(1)).returncode == 0
    for n in (4, 9, last, last):
        done = run("run", config, "-o", "o.h5", "--extend", *more, *asking(n))
        assert done.returncode == 0, done.stderr
    assert "nothing to do" in done.stderr
    assert digest(tmp_path / "o.h5") == digest(tmp_path / "whole.h5")
    assert not (tmp_path / "o.h5.parts").exists()
    with h5py.File(tmp_path / "o.h5") as file, h5py.File(tmp_path / "whole.h5") as whole:
        for name in ("encounters", "turns"):
            assert file["provenance"].attrs[name] == pytest.approx(whole["provenance"].attrs[name], abs=1)


def start(detente, folder, *arguments):
    import os
    return subprocess.Popen([detente, *map(str, arguments)], cwd=folder, env={**os.environ, **SMALL_SHARDS},
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_killed_while_extending(detente, run, config, reference, tmp_path):
    """The old file is there until the new one is whole; --extend again, or --resume, goes on."""
    assert run("run", config, "-o", "old.h5", *asking(30)).returncode == 0
    old, rng = (tmp_path / "old.h5").read_bytes(), random.Random(11)
    killed = 0
    for round_ in range(8):
        (tmp_path / "o.h5").write_bytes(old)
        for _ in range(2):
            program = start(detente, tmp_path, "run", config, "-o", "o.h5", "--extend")
            time.sleep(rng.uniform(0.02, 0.35))
            program.kill()
            killed += program.wait(30) == -signal.SIGKILL
            program.communicate()
            assert (tmp_path / "o.h5").read_bytes() == old or digest(tmp_path / "o.h5") == reference
        has_parts = list((tmp_path / "o.h5.parts").glob("shard-*.h5"))
        done = run("run", config, "-o", "o.h5", "--resume" if round_ % 2 and has_parts else "--extend")
        assert done.returncode == 0, done.stderr
        assert digest(tmp_path / "o.h5") == reference and not (tmp_path / "o.h5.parts").exists()
    assert killed >= 8


def test_a_half_finished_run(detente, run, config, reference, tmp_path):
    for _ in range(3):
        program = start(detente, tmp_path, "run", config, "-o", "o.h5", "--resume", *asking(70))
        deadline = time.time() + 30
        while len(list((tmp_path / "o.h5.parts").glob("shard-*.h5"))) < 3 and time.time() < deadline:
            time.sleep(0.005)
        program.kill()
        program.communicate()
        if not (tmp_path / "o.h5").exists():
            break
        (tmp_path / "o.h5").unlink()
    done = run("run", config, "-o", "o.h5", "--resume")
    assert done.returncode == 3 and "replications: 70 there, 100 here (--extend adds" in done.stderr
    assert run("run", config, "-o", "o.h5", "--extend").returncode == 0
    assert digest(tmp_path / "o.h5") == reference


def test_a_partial_file(run, config, reference, tmp_path):
    """What --partial merged is gone on with, unless something is missing in its middle."""
    for i in range(1, 5):
        assert run("run", config, "-o", f"s{i}.h5", "--shard", f"{i}/4", *asking(41)).returncode == 0
    assert run("merge", "-o", "o.h5", "--partial", "s1.h5", "s2.h5").returncode == 0
    assert run("run", config, "-o", "o.h5", "--resume", *asking(41)).returncode == 0
    assert run("run", config, "-o", "whole.h5", *asking(41)).returncode == 0
    assert digest(tmp_path / "o.h5") == digest(tmp_path / "whole.h5")
    assert run("merge", "-o", "o.h5", "--partial", "--force", "s1.h5", "s2.h5", "s3.h5").returncode == 0
    assert run("run", config, "-o", "o.h5", "--extend").returncode == 0
    assert digest(tmp_path / "o.h5") == reference
    assert run("merge", "-o", "o.h5", "--partial", "--force", "s1.h5", "s3.h5").returncode == 0
    done = run("run", config, "-o", "o.h5", "--extend")
    assert done.returncode == 3 and "merged with gaps" in done.stderr


def test_what_cannot_be_extended(run, config, tmp_path):
    done = run("run", config, "-o", "o.h5", "--extend")
    assert done.returncode == 3 and "nothing to extend" in done.stderr
    assert not (tmp_path / "o.h5.parts").exists()
    assert run("run", config, "-o", "o.h5").returncode == 0
    before = (tmp_path / "o.h5").read_bytes()
    for change, words in ((asking(99), "replications: 100 there, 99 here"), (("--set", "seed=8"), "seed: 7 there, 8 here"),
                          (("--keep", "none", *asking(120)), "keep.encounters: 100 there, 0 here")):
        done = run("run", config, "-o", "o.h5", "--extend", *change)
        assert done.returncode == 3 and words in done.stderr, done.stderr
    done = run("run", config, "-o", "o.h5", "--resume", *asking(120))
    assert done.returncode == 3 and "(--extend adds replications)" in done.stderr
    done = run("run", config, "-o", "o.h5", "--extend", "--shard", "1/2")
    assert done.returncode == 2 and "merge" in done.stderr
    assert (tmp_path / "o.h5").read_bytes() == before
    with h5py.File(tmp_path / "o.h5", "a") as file:
        del file["continuation"]
    done = run("run", config, "-o", "o.h5", "--extend", *asking(120))
    assert done.returncode == 3 and "cannot be gone on from" in done.stderr
    (tmp_path / "o.h5").write_text("mine")
    done = run("run", config, "-o", "o.h5", "--extend")
    assert done.returncode == 3 and "not a results file" in done.stderr and (tmp_path / "o.h5").read_text() == "mine"


# ---- points ----------------------------------------------------------------------------------------------------------

SWEEP = """detente: 1
name: c
extends: billing-dispute
seed: 7
replications: %(replications)s
encounters: 150
quantiles: true
strategies: [typical, mirroring]
design: {type: %(type)s, points: %(points)d, vary: {agent.warmth: {from: 0, to: 1}, customer.anger.mean: {from: 0.1, to: 0.6}}}
"""
RULE = "{min: 8, max: 40, until: {metric: escalated, halfwidth: 0.04}}"


def write(folder, **values):
    (folder / "s.yaml").write_text(SWEEP % values)


@pytest.mark.parametrize("kind", ["random", "sobol", "saltelli", "morris"])
@pytest.mark.parametrize("before, after", [(9, 9), (5, 9), (RULE, RULE)], ids=["points", "both", "rule"])
def test_more_points(run, tmp_path, kind, before, after):
    """Two steps of more points, and more replications of the old ones, are one run of all."""
    write(tmp_path, type=kind, points=7, replications=after)
    assert run("run", "s.yaml", "-o", "reference.h5").returncode == 0
    for points, replications in ((2, before), (3, before), (7, after)):
        write(tmp_path, type=kind, points=points, replications=replications)
        if points > 2:
            refused = run("run", "s.yaml", "-o", "o.h5", "--resume")
            assert refused.returncode == 3 and "--extend" in refused.stderr
        done = run("run", "s.yaml", "-o", "o.h5", "--extend" if points > 2 else "--resume")
        assert done.returncode == 0, done.stderr
    assert digest(tmp_path / "o.h5") == digest(tmp_path / "reference.h5")


def test_killed_while_points_are_added(run, detente, tmp_path):
    write(tmp_path, type="sobol", points=16, replications=60)
    assert run("run", "s.yaml", "-o", "reference.h5").returncode == 0
    write(tmp_path, type="sobol", points=8, replications=60)
    assert run("run", "s.yaml", "-o", "small.h5").returncode == 0
    write(tmp_path, type="sobol", points=16, replications=60)
    rng, killed = random.Random(7), 0
    while killed < 5:
        (tmp_path / "o.h5").write_bytes((tmp_path / "small.h5").read_bytes())
        option = "--extend"
        for _ in range(rng.randint(1, 3)):
            program = subprocess.Popen([detente, "run", "s.yaml", "-o", "o.h5", option], cwd=tmp_path, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL, env={**SMALL_SHARDS, "PATH": "/usr/bin"})
            time.sleep(rng.uniform(0.02, 0.25))
            program.kill()
            killed += program.wait(30) == -signal.SIGKILL
            option = "--resume" if (tmp_path / "o.h5.parts").exists() and rng.random() < 0.5 else "--extend"
        done = run("run", "s.yaml", "-o", "o.h5", "--extend")
        assert done.returncode == 0, done.stderr
        assert digest(tmp_path / "o.h5") == digest(tmp_path / "reference.h5")
        (tmp_path / "o.h5").unlink()


@pytest.mark.parametrize("change, words", [
    (("type: sobol", "type: random"), "design.type"), (("from: 0, to: 1", "from: 0, to: 0.5"), "agent.warmth"),
    (("points: 8", "points: 4"), "design.points"), (("quantiles: true", "keep: encounters"), "keep"),
    (("type: sobol, points: 8", "type: latin-hypercube, points: 9"), "design.type")], ids=str)
def test_what_is_no_extension(run, tmp_path, change, words):
    write(tmp_path, type="sobol", points=6, replications=3)
    assert run("run", "s.yaml", "-o", "o.h5").returncode == 0
    before = digest(tmp_path / "o.h5")
    write(tmp_path, type="sobol", points=8, replications=3)
    (tmp_path / "s.yaml").write_text((tmp_path / "s.yaml").read_text().replace(*change))
    done = run("run", "s.yaml", "-o", "o.h5", "--extend")
    assert done.returncode == 3 and words in done.stderr, done.stderr
    assert digest(tmp_path / "o.h5") == before


def test_kept_rows_take_no_points(run, tmp_path):
    for points in (6, 8):
        write(tmp_path, type="sobol", points=points, replications=3)
        (tmp_path / "s.yaml").write_text((tmp_path / "s.yaml").read_text() + "keep: encounters\n")
        done = run("run", "s.yaml", "-o", "o.h5", "--extend" if points > 6 else "--resume")
    assert done.returncode == 3 and "points cannot be added where rows are kept" in done.stderr
