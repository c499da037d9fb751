# SPDX-License-Identifier: GPL-3.0-or-later
"""detente run --resume: killed at any moment, however often, a run ends as if nothing had happened."""
import os
import random
import signal
import subprocess
import time

import pytest

from going_on import CONFIG, config, reference, start  # pylint: disable=unused-import  # fixtures
from results import digest

KILLS = 200 if os.environ.get("DETENTE_LONG") else 20


def units_kept(folder):
    """Units that finished shards hold, by their names."""
    kept = set()
    for shard in folder.glob("shard-*.h5"):
        first, last = map(int, shard.name.split("-")[1:3])
        kept.update(range(first, last))
    return kept


def test_killed_at_random(detente, config, reference, tmp_path):
    """One to three kills a run; no finished shard is lost; what comes out is what was to come out."""
    rng = random.Random(20241005)
    parts = tmp_path / "o.h5.parts"
    killed = 0
    while killed < KILLS:
        kept = set()
        for _ in range(rng.randint(1, 3)):
            program = start(detente, tmp_path, "run", config, "-o", "o.h5", "--resume", "--threads", rng.randint(1, 3))
            time.sleep(rng.uniform(0.005, 0.45))
            program.kill()
            killed += program.wait(30) == -signal.SIGKILL
            program.communicate()
            assert kept <= units_kept(parts) or (tmp_path / "o.h5").exists()
            kept = units_kept(parts)
        program = start(detente, tmp_path, "run", config, "-o", "o.h5", "--resume")
        _, said = program.communicate(timeout=60)
        assert program.returncode == 0, said
        assert digest(tmp_path / "o.h5") == reference and not parts.exists()
        (tmp_path / "o.h5").unlink()


def test_nothing_there_and_all_there(run, config, reference, tmp_path):
    done = run("run", config, "-o", "o.h5", "--resume")
    assert done.returncode == 0 and "written to o.h5" in done.stdout
    assert digest(tmp_path / "o.h5") == reference
    before = (tmp_path / "o.h5").read_bytes()
    done = run("run", config, "-o", "o.h5", "--resume")
    assert done.returncode == 0 and done.stdout == "" and "nothing to do" in done.stderr
    assert (tmp_path / "o.h5").read_bytes() == before and not (tmp_path / "o.h5.parts").exists()


@pytest.fixture
def unfinished(detente, config, tmp_path):
    """A run that was killed with some work done."""
    program = start(detente, tmp_path, "run", config, "-o", "o.h5")
    deadline = time.time() + 30
    while len(units_kept(tmp_path / "o.h5.parts")) < 30 and time.time() < deadline:
        time.sleep(0.005)
    program.kill()
    program.communicate()
    assert units_kept(tmp_path / "o.h5.parts") and not (tmp_path / "o.h5").exists()


CHANGES = [
    (("--set", "seed=8"), "seed: 7 there, 8 here"),
    (("--set", "agent.mirroring=0.9"), "agent.mirroring: "),
    (("--set", "strategies[mirroring].persistence=5"), "strategies[mirroring].persistence: "),
    (("--set", "strategies=[typical]"), "strategies: 3 elements there, 1 here"),
    (("--set", "replications=110"), "replications: 100 there, 110 here"),
    (("--set", "replications=90"), "replications: 100 there, 90 here"),
    (("--keep", "none"), "keep.encounters: 100 there, 0 here"),
]


@pytest.mark.parametrize("change,words", CHANGES)
def test_a_changed_config_is_refused(run, config, unfinished, tmp_path, change, words):
    kept = units_kept(tmp_path / "o.h5.parts")
    done = run("run", config, "-o", "o.h5", "--resume", *change)
    assert done.returncode == 3 and words in done.stderr and "o.h5.parts" in done.stderr, done.stderr
    assert units_kept(tmp_path / "o.h5.parts") == kept
    # And so it is where the file is finished.
    assert run("run", config, "-o", "o.h5", "--resume").returncode == 0
    done = run("run", config, "-o", "o.h5", "--resume", *change)
    assert done.returncode == 3 and words in done.stderr and "o.h5: " in done.stderr, done.stderr


def test_a_damaged_shard_is_named(run, config, reference, unfinished, tmp_path):
    shard = sorted((tmp_path / "o.h5.parts").glob("shard-*.h5"))[1]
    whole = shard.read_bytes()
    for bad in (whole[:-100], b"", bytes(len(whole)), whole[:9000] + bytes([whole[9000] ^ 4]) + whole[9001:]):
        shard.write_bytes(bad)
        done = run("run", config, "-o", "o.h5", "--resume")
        assert done.returncode == 3 and shard.name in done.stderr and "damaged" in done.stderr, done.stderr
    # Without it, its units are played again.
    shard.unlink()
    assert run("run", config, "-o", "o.h5", "--resume").returncode == 0
    assert digest(tmp_path / "o.h5") == reference


def test_options_that_exclude_each_other(run, config):
    done = run("run", config, "-o", "o.h5", "--resume", "--force")
    assert done.returncode == 2 and "exclude each other" in done.stderr


def test_without_resume_it_is_refused(run, config, unfinished):
    done = run("run", config, "-o", "o.h5")
    assert done.returncode == 1 and "--resume" in done.stderr and "--force" in done.stderr


def test_never_a_thousand_files(detente, run, tmp_path):
    """A shard a unit, more of them than a folder should hold: they are gathered, also by a run that is killed meanwhile."""
    (tmp_path / "m.yaml").write_text(CONFIG.replace("replications: 100", "replications: 420").replace("encounters: 150", "encounters: 3"))
    assert run("run", "m.yaml", "-o", "reference.h5").returncode == 0
    parts, most, gathered = tmp_path / "o.h5.parts", 0, 0
    for goes_on in range(3):
        program = subprocess.Popen([detente, "run", "m.yaml", "-o", "o.h5", "--resume"], cwd=tmp_path,
                                   env={**os.environ, "DETENTE_SHARD_BYTES": "1"}, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE)
        # The first is killed when it has begun to gather, the next ones after some more shards.
        until = gathered + 1 if goes_on < 2 else 10000
        while program.poll() is None and gathered < until:
            names = os.listdir(parts) if parts.exists() else []
            most = max(most, len(names))
            gathered = max(gathered, sum("-1.h5" in name for name in names))
            time.sleep(0.002)
        program.kill()
        program.communicate()
    assert run("run", "m.yaml", "-o", "o.h5", "--resume").returncode == 0
    assert digest(tmp_path / "o.h5") == digest(tmp_path / "reference.h5")
    assert 900 < most < 1000 and gathered > 1


def test_what_is_there_is_told(run, config, tmp_path):
    """--extend of a finished file says how much of the work it need not do again."""
    assert run("run", config, "-o", "o.h5", "--set", "replications=50").returncode == 0
    done = run("run", config, "-o", "o.h5", "--extend")
    assert done.returncode == 0 and "going on: 22,500 of 45,000 encounters are there already" in done.stderr
