# SPDX-License-Identifier: GPL-3.0-or-later
"""Killed before and after every call that changes a file, merges included: nothing finished is lost or bad, and going on gives
the file of a run that nobody disturbed."""
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from results import digest

ROOT = Path(__file__).resolve().parents[2]
CONFIG = """detente: 1
name: k
extends: billing-dispute
replications: 8
encounters: 60
quantiles: true
keep: {encounters: 20, turns: 4}
strategies: [typical, mirroring]
"""
# A shard for every few units, and one at the end that stays in memory.
ENVIRONMENT = {**os.environ, "DETENTE_SHARD_BYTES": "40000"}
LONG = bool(os.environ.get("DETENTE_LONG"))


@pytest.fixture(scope="module")
def shim(tmp_path_factory):
    library = tmp_path_factory.mktemp("shim") / "kill_at.so"
    subprocess.run(["cc", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", library,
                    ROOT / "tests/fault/kill_at.c", "-ldl"], check=True)
    return library


@pytest.fixture
def call(detente, shim, tmp_path):
    """Run the program, perhaps to its death."""
    (tmp_path / "k.yaml").write_text(CONFIG)

    def run(*arguments, **killing):
        environment = dict(ENVIRONMENT)
        if killing:
            environment.update(killing, LD_PRELOAD=str(shim))
        return subprocess.run([detente, *arguments], cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60, check=False)

    return run


RUN = ("run", "k.yaml", "--threads", "1", "-o", "o.h5")


def kept(folder):
    """The finished shards and their bytes."""
    return {path.name: path.read_bytes() for path in folder.glob("o.h5.parts/shard-*.h5")}


def units(shards):
    found = set()
    for name in shards:
        first, last = map(int, name.split("-")[1:3])
        found.update(range(first, last))
    return found


def calls_of(call, folder, *arguments):
    """What a run does to files when it is let alone."""
    done = call(*arguments, KILL_LOG=str(folder / "calls.txt"))
    assert done.returncode == 0, done.stderr
    return (folder / "calls.txt").read_text().split()


def kill_everywhere(call, folder, arguments, prepare, go_on, check):
    """Kill a command at each of its calls, go on, and check; in a short run at every call that is no write, and some that are."""
    prepare()
    calls = calls_of(call, folder, *arguments)
    assert {"pwrite", "fsync", "renameat2" if "renameat2" in calls else "rename"} <= set(calls), calls
    killed = 0
    for number, name in enumerate(calls, 1):
        if "write" in name and not LONG and number % 9:
            continue
        for when in ("before", "after"):
            prepare()
            done = call(*arguments, KILL_AT=str(number), KILL_WHEN=when)
            killed += done.returncode == -signal.SIGKILL
            assert done.returncode in (0, -signal.SIGKILL), (number, when, done.stderr)
            check(done, (number, name, when))
            again = call(*go_on)
            assert again.returncode == 0, (number, name, when, again.stderr)
            check(again, (number, name, when))
    assert killed > 15
    return killed


def test_a_run(call, tmp_path):
    assert call("run", "k.yaml", "-o", "reference.h5").returncode == 0
    reference = digest(tmp_path / "reference.h5")

    def prepare():
        (tmp_path / "o.h5").unlink(missing_ok=True)
        shutil.rmtree(tmp_path / "o.h5.parts", ignore_errors=True)
        prepare.units = set()

    def check(done, what):
        """A file that bears its name is whole; shards that were there are there until it does."""
        output = tmp_path / "o.h5"
        found = units(kept(tmp_path))
        assert done.returncode != 0 or (output.exists() and not (tmp_path / "o.h5.parts").exists()), what
        assert not output.exists() or digest(output) == reference, what
        assert output.exists() or prepare.units <= found, what
        prepare.units = found

    kill_everywhere(call, tmp_path, RUN, prepare, (*RUN, "--resume"), check)


def test_a_resume(call, tmp_path):
    """The second half of a run that was killed before; its shards are not touched until the output is there."""
    assert call("run", "k.yaml", "-o", "reference.h5").returncode == 0
    reference = digest(tmp_path / "reference.h5")
    calls = calls_of(call, tmp_path, *RUN)
    (tmp_path / "o.h5").unlink()
    half = [i for i, name in enumerate(calls, 1) if name == "rename"][1]
    assert call(*RUN, KILL_AT=str(half), KILL_WHEN="after").returncode == -signal.SIGKILL
    (tmp_path / "o.h5.parts").rename(tmp_path / "half")
    shards = {path.name: path.read_bytes() for path in (tmp_path / "half").glob("shard-*.h5")}
    assert shards

    def prepare():
        (tmp_path / "calls.txt").unlink(missing_ok=True)
        (tmp_path / "o.h5").unlink(missing_ok=True)
        shutil.rmtree(tmp_path / "o.h5.parts", ignore_errors=True)
        shutil.copytree(tmp_path / "half", tmp_path / "o.h5.parts")

    def check(done, what):
        output = tmp_path / "o.h5"
        assert done.returncode != 0 or output.exists(), what
        assert digest(output) == reference if output.exists() else shards.items() <= kept(tmp_path).items(), what

    kill_everywhere(call, tmp_path, (*RUN, "--resume"), prepare, (*RUN, "--resume"), check)


def test_an_extension(call, tmp_path):
    assert call("run", "k.yaml", "-o", "reference.h5").returncode == 0
    assert call("run", "k.yaml", "-o", "old.h5", "--set", "replications=3").returncode == 0
    reference, old = digest(tmp_path / "reference.h5"), (tmp_path / "old.h5").read_bytes()

    def prepare():
        shutil.rmtree(tmp_path / "o.h5.parts", ignore_errors=True)
        (tmp_path / "o.h5").write_bytes(old)

    def check(done, what):
        """The old file or the new one, whole: nothing else is ever there."""
        new = (tmp_path / "o.h5").read_bytes() != old
        assert new or done.returncode != 0, what
        assert not new or digest(tmp_path / "o.h5") == reference, what

    kill_everywhere(call, tmp_path, (*RUN, "--extend"), prepare, (*RUN, "--extend"), check)


def test_a_shard_and_a_merge(call, tmp_path):
    assert call("run", "k.yaml", "-o", "reference.h5").returncode == 0
    reference = digest(tmp_path / "reference.h5")
    for i in (1, 2, 3):
        assert call("run", "k.yaml", "-o", f"s{i}.h5", "--shard", f"{i}/3").returncode == 0
    shards = {name: (tmp_path / name).read_bytes() for name in ("s1.h5", "s2.h5", "s3.h5")}

    def prepare():
        (tmp_path / "o.h5").unlink(missing_ok=True)
        shutil.rmtree(tmp_path / "o.h5.parts", ignore_errors=True)

    def check(done, what):
        assert all((tmp_path / name).read_bytes() == whole for name, whole in shards.items()), what
        assert done.returncode != 0 or (tmp_path / "o.h5").exists(), what
        assert not (tmp_path / "o.h5").exists() or digest(tmp_path / "o.h5") == reference, what

    merge = ("merge", "-o", "o.h5", "--force", *shards)
    kill_everywhere(call, tmp_path, merge, prepare, merge, check)

    def check_shard(done, what):
        assert done.returncode != 0 or (tmp_path / "o.h5").exists(), what
        if (tmp_path / "o.h5").exists():
            (tmp_path / "o.h5").rename(tmp_path / "s2.h5")
            assert call("merge", "-o", "m.h5", "--force", *shards).returncode == 0, what
            assert digest(tmp_path / "m.h5") == reference, what
            (tmp_path / "s2.h5").rename(tmp_path / "o.h5")

    (tmp_path / "calls.txt").unlink()
    shard = (*RUN, "--shard", "2/3")
    kill_everywhere(call, tmp_path, shard, prepare, (*shard, "--resume"), check_shard)
