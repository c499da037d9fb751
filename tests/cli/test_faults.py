# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong around the program: full disks, kills, files damaged, foreign or shut; a clear line, the right exit code."""
import os
import random
import re
import shutil
import signal
import subprocess
import time

import h5py
import pytest

from results import digest

# Takes minutes if it is not stopped.
LONG = ("billing-dispute", "--set", "replications=1000000")
READERS = [("export", "o.h5", "--table", "summary"), ("replay", "o.h5", "--cell", 0, "--replication", 0, "--encounter", 0)]


def said_in_a_line(done, status, *words):
    """It failed as told, in one line of its own, with nothing printed."""
    assert done.returncode == status and done.stdout == "", done.stderr
    assert done.stderr.startswith("detente: ") and done.stderr.count("\n") == 1, done.stderr
    for word in words:
        assert word in done.stderr
    return True


@pytest.fixture
def results(run, tmp_path):
    assert run("run", "minimal", "-o", "o.h5", "--set", "replications=2", "--keep", "turns").returncode == 0
    return tmp_path / "o.h5"


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 1 MB, where this user may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip("no disk can be mounted: " + done.stderr.strip())
    yield disk
    subprocess.run(["umount", disk], check=True)


def resize(disk, kilobytes):
    subprocess.run(["mount", "-o", f"remount,size={kilobytes}k", disk], check=True)


def test_a_disk_that_fills_up(run, small_disk):
    done = run("run", "billing-dispute", "-o", small_disk / "o.h5", "--keep", "turns")
    assert done.returncode == 1 and done.stdout == "" and "o.h5 was not written" in done.stderr
    assert "No space left on device" in done.stderr.splitlines()[0]
    assert not (small_disk / "o.h5").exists() and not list(small_disk.rglob("*.tmp"))
    # An older file survives the failure.
    assert run("run", "minimal", "-o", small_disk / "m.h5", "--force").returncode == 0
    before = (small_disk / "m.h5").read_bytes()
    done = run("run", "billing-dispute", "-o", small_disk / "m.h5", "--keep", "turns", "--force")
    assert done.returncode == 1 and (small_disk / "m.h5").read_bytes() == before


SWEEP = """detente: 1
extends: billing-dispute
replications: 6
encounters: 200
keep: {encounters: 50}
strategies: [typical, mirroring]
design: {type: sobol, points: 8, vary: {customer.anger.mean: {from: 0.2, to: 0.8}}}
"""


@pytest.mark.parametrize("before", [None, ("replications=3",), ("design.points=4",), ("design.points=4", "replications=3")], ids=str)
def test_a_disk_with_more_room_later(run, small_disk, tmp_path, before):
    """What is said to be kept is what is there when the run goes on; what was added to is as it was until then."""
    (tmp_path / "s.yaml").write_text(SWEEP)
    option, there, environment = "--resume", 0, {"DETENTE_SHARD_BYTES": "60000"}
    assert run("run", "s.yaml", "-o", "reference.h5").returncode == 0
    if before:
        option = "--extend"
        assert run("run", "s.yaml", "-o", small_disk / "o.h5", *(word for b in before for word in ("--set", b))).returncode == 0
        there = 200 * (3 if "replications=3" in before else 6) * (8 if "design.points=4" in before else 16)
        old = (small_disk / "o.h5").read_bytes()
    resize(small_disk, 400 + (small_disk / "o.h5").stat().st_size // 1024 if before else 600)
    done = run("run", "s.yaml", "-o", small_disk / "o.h5", option, environment=environment)
    words = done.stderr.splitlines()
    assert done.returncode == 1 and "No space left on device" in words[-3] and option in words[-1], done.stderr
    kept = int(re.search(r"parts \(([0-9,]+) of 19,200 encounters\)", words[-2])[1].replace(",", ""))
    if before:
        assert words[-2].endswith("is as it was") and (small_disk / "o.h5").read_bytes() == old
    else:
        assert words[-2].endswith("was not written") and not (small_disk / "o.h5").exists()
    resize(small_disk, 8000)
    done = run("run", "s.yaml", "-o", small_disk / "o.h5", option)
    assert done.returncode == 0 and f"going on: {there + kept:,} of 19,200 encounters" in done.stderr, done.stderr
    assert digest(small_disk / "o.h5") == digest(tmp_path / "reference.h5")
    assert [path.name for path in small_disk.iterdir()] == ["o.h5"]


def test_killed_in_the_middle(detente, run, tmp_path):
    """Nothing bears the output's name; the next run says what lies there, or clears it away."""
    program = subprocess.Popen([detente, "run", *LONG, "-o", "o.h5"], cwd=tmp_path, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    deadline = time.time() + 30
    while not (tmp_path / "o.h5.parts/lock").exists() and time.time() < deadline:
        time.sleep(0.02)
    # As if it had been killed while a shard and the merged file were being written.
    time.sleep(0.3)
    program.send_signal(signal.SIGKILL)
    assert program.wait(30) == -signal.SIGKILL
    assert not (tmp_path / "o.h5").exists()
    (tmp_path / "o.h5.parts/merged.tmp").write_bytes(b"\211HDF half")
    (tmp_path / "o.h5.parts/shard-000000000000-000000000004-0.h5.tmp").write_bytes(b"")
    (tmp_path / "o.h5.parts/notes.txt").write_text("mine")
    done = run("run", "minimal", "-o", "o.h5")
    assert done.returncode == 0 or (said_in_a_line(done, 1, "o.h5.parts", "--force"))
    assert run("run", "minimal", "-o", "o.h5", "--force").returncode == 0
    assert h5py.is_hdf5(tmp_path / "o.h5")
    # What is not ours is not ours to remove.
    assert [p.name for p in (tmp_path / "o.h5.parts").iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("command", READERS)
def test_what_is_no_results_file(run, results, tmp_path, command):
    whole = results.read_bytes()
    for bad in (b"", b"detente: 1\n", whole[:40], whole[:-1], whole[:len(whole) // 3], bytes(len(whole)), whole[512:]):
        results.write_bytes(bad)
        assert said_in_a_line(run(*command), 3, "o.h5")
    with h5py.File(results, "w") as file:
        file["cell"] = [1.0, 2.0]
    assert said_in_a_line(run(*command), 3, "o.h5", "not a results file of detente")
    with h5py.File(results, "w") as file:
        file.attrs["format_version"] = 1000
    assert said_in_a_line(run(*command), 3, "o.h5", "newer")
    results.unlink()
    results.mkdir()
    assert said_in_a_line(run(*command), 3, "o.h5", "folder")


@pytest.mark.parametrize("command", READERS)
def test_changed_bytes(run, results, command):
    """A changed byte is noticed, or was mere data; nothing crashes, and HDF5 itself has nothing to say."""
    whole = results.read_bytes()
    rng = random.Random(5)
    for where in [9, 60, 180] + [rng.randrange(len(whole)) for _ in range(40)]:
        results.write_bytes(whole[:where] + bytes([whole[where] ^ 1 << rng.randrange(8)]) + whole[where + 1:])
        done = run(*command)
        assert done.returncode in (0, 3, 4), (where, done.stderr)
        assert done.returncode != 3 or ("o.h5" in done.stderr and "HDF5:" not in done.stderr), done.stderr


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="only root can become somebody else")
def test_what_somebody_else_may_not_read(detente, results, tmp_path):
    config = tmp_path / "c.yaml"
    config.write_text("detente: 1\nextends: minimal\n")
    for path in (config, results):
        path.chmod(0o600)
    program = shutil.copy(detente, tmp_path / "detente")
    outside = [p for p in tmp_path.parents if p.stat().st_uid == 0 and p.name.startswith("pytest-")]
    modes = {p: p.stat().st_mode for p in [tmp_path, *outside]}
    try:
        for path in modes:
            path.chmod(0o755)
        for command, status, word in ((("run", "c.yaml", "-o", "n.h5"), 3, "c.yaml"), (("check", "c.yaml"), 3, "c.yaml"),
                                      (READERS[0], 3, "o.h5"), (("run", "minimal", "-o", "n.h5"), 1, "n.h5")):
            done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", program, *command],
                                  cwd=tmp_path, capture_output=True, text=True, check=False)
            assert said_in_a_line(done, status, word, "Permission denied")
    finally:
        for path, mode in modes.items():
            path.chmod(mode)


def test_configs_that_are_no_files(run, tmp_path):
    (tmp_path / "folder.yaml").mkdir()
    assert said_in_a_line(run("run", "folder.yaml", "-o", "n.h5"), 3, "folder.yaml", "folder")
    with open(tmp_path / "huge.yaml", "wb") as file:
        file.truncate(1 << 30)
    assert said_in_a_line(run("run", "huge.yaml", "-o", "n.h5"), 3, "huge.yaml", "larger than")
    assert said_in_a_line(run("check", "/dev/zero"), 3, "/dev/zero", "larger than")


@pytest.mark.parametrize("value", [".nan", ".inf", "-.inf", "1e999", "-1e999", "nan"])
def test_numbers_that_are_none(run, tmp_path, value):
    done = run("run", "minimal", "-o", "n.h5", "--set", f"agent.warmth={value}")
    assert said_in_a_line(done, 3, "agent.warmth") and list(tmp_path.iterdir()) == []
