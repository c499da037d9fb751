# SPDX-License-Identifier: GPL-3.0-or-later
"""detente run --shard I/N and detente merge: the parts of a run, made anywhere, are one run."""
import random
import shutil
import zlib

import h5py
import numpy
import pytest

from results import digest

CONFIG = """detente: 1
name: c
extends: billing-dispute
seed: 7
replications: 31
encounters: 400
keep: {encounters: 300, turns: 60}
strategies: [typical, listen-then-pay, mirroring]
"""
SHARDS = 7
NAMES = [f"s{i}.h5" for i in range(1, SHARDS + 1)]


@pytest.fixture(scope="module")
def made(detente, tmp_path_factory):
    """The seven shards of a run, and what all of it comes to."""
    import subprocess
    folder = tmp_path_factory.mktemp("shards")
    (folder / "c.yaml").write_text(CONFIG)
    for options in [("-o", "whole.h5")] + [("-o", name, "--shard", f"{i}/{SHARDS}") for i, name in enumerate(NAMES, 1)]:
        done = subprocess.run([detente, "run", "c.yaml", *options], cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert "--shard" not in options or (f"{options[-1][0]} of {SHARDS}" in done.stdout and "merge" in done.stdout)
    return folder


@pytest.fixture
def shards(made, tmp_path):
    for name in ["c.yaml", *NAMES]:
        shutil.copy(made / name, tmp_path)
    return digest(made / "whole.h5")


def test_in_any_order(run, shards, tmp_path):
    rng = random.Random(7)
    for _ in range(4):
        names = rng.sample(NAMES, SHARDS)
        done = run("merge", "-o", "m.h5", "--force", *names)
        assert done.returncode == 0 and done.stderr == "" and "written to m.h5" in done.stdout, done.stderr
        assert digest(tmp_path / "m.h5") == shards, names
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(["c.yaml", "m.h5", *NAMES])
    with h5py.File(tmp_path / "m.h5") as file:
        assert file["provenance"].attrs["encounters"] == 3 * 31 * 400
        assert file["provenance"].attrs["turns"] == pytest.approx(400 * file["turns_taken"][:].sum())


def test_more_shards_than_units(run, tmp_path):
    (tmp_path / "c.yaml").write_text(CONFIG.replace("replications: 31", "replications: 2"))
    assert run("run", "c.yaml", "-o", "whole.h5").returncode == 0
    for i in range(1, 10):
        assert run("run", "c.yaml", "-o", f"s{i}.h5", "--shard", f"{i}/9").returncode == 0
    assert run("merge", "-o", "m.h5", *(f"s{i}.h5" for i in range(1, 10))).returncode == 0
    assert digest(tmp_path / "m.h5") == digest(tmp_path / "whole.h5")


def refused(run, status, words, *names):
    done = run("merge", "-o", "m.h5", *names)
    assert done.returncode == status and done.stdout == "", done.stderr
    for word in words:
        assert word in done.stderr, done.stderr


def test_what_does_not_fit_together(run, shards, tmp_path):
    refused(run, 3, ["shards 2, 5 of 7 are missing", "--partial"], "s1.h5", "s3.h5", "s4.h5", "s6.h5", "s7.h5")
    refused(run, 3, ["shard 4 of 7 is missing: name it too"], *[n for n in NAMES if n != "s4.h5"])
    refused(run, 3, ["s3.h5: is named twice"], *NAMES, "s3.h5")
    refused(run, 3, ["s3.h5: is named twice"], "--partial", "s3.h5", "s1.h5", "s3.h5")
    shutil.copy(tmp_path / "s3.h5", tmp_path / "again.h5")
    refused(run, 3, ["s3.h5 and again.h5 are both shard 3 of 7"], *NAMES, "again.h5")
    refused(run, 3, ["both hold the same replications"], "--partial", "s3.h5", "again.h5")
    for options, words in ((("--set", "seed=8"), "seed: 8 there, 7 here"),
                           (("--set", "agent.warmth=0.9"), "agent.warmth: 0.9 there"),
                           (("--set", "replications=32"), "replications: 32 there, 31 here"),
                           (("--keep", "none", "--set", "replications={min: 4, max: 31, until: {metric: escalated, halfwidth: 0.1}}"),
                            "replications: a map there, 31 here")):
        assert run("run", "c.yaml", "-o", "other.h5", "--shard", "2/7", "--force", *options).returncode == 0
        refused(run, 3, ["other.h5: is of another run than s1.h5", words], "s1.h5", "other.h5", *NAMES[2:])
    assert run("run", "c.yaml", "-o", "other.h5", "--shard", "2/8", "--force").returncode == 0
    refused(run, 3, ["other.h5", "one of 8 shards", "s1.h5 is one of 7"], "s1.h5", "other.h5")
    assert not (tmp_path / "m.h5").exists() and not (tmp_path / "m.h5.parts").exists()


def test_what_is_no_shard(run, shards, tmp_path):
    whole = (tmp_path / "s2.h5").read_bytes()
    for bad in (whole[:-1], whole[:2000], b"", bytes(len(whole))):
        (tmp_path / "s2.h5").write_bytes(bad)
        refused(run, 3, ["s2.h5", "damaged or truncated"], *NAMES)
    refused(run, 3, ["c.yaml", "not a shard"], "c.yaml")
    refused(run, 3, ["nowhere.h5", "No such file"], "nowhere.h5")
    (tmp_path / "folder").mkdir()
    refused(run, 3, ["folder", "--partial"], "folder")
    refused(run, 3, ["no shards"], "--partial", "folder")
    refused(run, 2, ["name the shard files"])
    done = run("merge", "s1.h5")
    assert done.returncode == 2 and "-o OUT.h5" in done.stderr
    (tmp_path / "s2.h5").write_bytes(whole)
    assert run("merge", "-o", "m.h5", *NAMES).returncode == 0 and digest(tmp_path / "m.h5") == shards
    (tmp_path / "other.h5").write_bytes((tmp_path / "m.h5").read_bytes())
    refused(run, 3, ["other.h5: is a results file", "not a shard"], "--force", "s1.h5", "other.h5")
    # The shards stay, whatever the output is called.
    whole = (tmp_path / "s1.h5").read_bytes()
    done = run("merge", "-o", "./s1.h5", "--force", *NAMES)
    assert done.returncode == 3 and "./s1.h5: is a shard to be merged" in done.stderr
    assert (tmp_path / "s1.h5").read_bytes() == whole
    # One shard is no results file, and the output is never overwritten unasked.
    done = run("export", "s1.h5", "--table", "summary")
    assert done.returncode == 3 and "is a shard" in done.stderr
    refused(run, 1, ["m.h5: exists"], *NAMES)


def flipped(whole, where, rng):
    return whole[:where] + bytes([whole[where] ^ 1 << rng.randrange(8)]) + whole[where + 1:]


def sealed(changed):
    """With the seal that the changed bytes would have."""
    end = len(changed) - 4
    return changed[:end] + zlib.crc32(changed[:end - len(b"detente\n")]).to_bytes(4, "little")


def test_a_changed_bit_is_noticed(run, shards, tmp_path):
    rng = random.Random(1)
    whole = (tmp_path / "s2.h5").read_bytes()
    assert sealed(whole) == whole
    for where in [0, len(whole) - 1, *(rng.randrange(len(whole)) for _ in range(30))]:
        (tmp_path / "s2.h5").write_bytes(flipped(whole, where, rng))
        refused(run, 3, ["s2.h5", "damaged or truncated", "--partial"], "--force", *NAMES)
    assert not (tmp_path / "m.h5").exists()


@pytest.mark.parametrize("damage", range(4))
def test_changed_bytes_under_a_right_seal_do_not_crash(run, shards, tmp_path, damage):
    rng = random.Random(damage)
    whole = (tmp_path / "s2.h5").read_bytes()
    for _ in range(12):
        (tmp_path / "s2.h5").write_bytes(sealed(flipped(whole, rng.randrange(min(len(whole), 20000)), rng)))
        done = run("merge", "-o", "m.h5", "--force", *NAMES)
        assert done.returncode in (0, 3), done.stderr
        assert done.returncode == 0 or ("HDF5:" not in done.stderr and done.stderr.startswith("detente: ")), done.stderr


def test_partial(run, made, shards, tmp_path):
    """What is there is as in the whole; the rest says so, and readers can do with it."""
    done = run("merge", "-o", "p.h5", "--partial", "s6.h5", "s1.h5", "s2.h5")
    assert done.returncode == 0 and "partial: 41 of 93" in done.stdout, done.stdout
    with h5py.File(tmp_path / "p.h5") as part, h5py.File(made / "whole.h5") as whole:
        there = ~numpy.isnan(part["minutes"][:])
        assert there.sum() == 41 and there.shape == (3, 31)
        assert (part["minutes"][:][there] == whole["minutes"][:][there]).all()
        assert (part["replications_run"][:] == there.sum(1)).all() and ptp(part["replications_run"][:]) <= 2
        assert (part["status"][:] == 1).all() and (part["stopped_by"][:] == 1).all()
        assert ((part["encounters/first_row"][:] >= 0) == there).all()
        assert len(part["encounters/minutes"]) == 41 * 300
        assert part["summary/minutes"][0, 0] == pytest.approx(part["minutes"][0][there[0]].mean())
    for table in ("summary", "replications", "encounters", "turns"):
        assert run("export", "p.h5", "--table", table).returncode == 0
    assert run("replay", "p.h5", "--cell", 1, "--replication", 0, "--encounter", 5).returncode == 0


def ptp(values):
    return int(values.max()) - int(values.min())


def test_a_full_disk(run, shards, tmp_path):
    """No room for the merged file: nothing is lost, and it works once there is."""
    import resource
    names = {name: (tmp_path / name).read_bytes() for name in NAMES}
    whole = max(map(len, names.values()))
    for limit in (1000, 60000, whole):
        done = run("merge", "-o", "m.h5", *NAMES, preexec_fn=lambda limit=limit: resource.setrlimit(
            resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY)))
        assert done.returncode == 1 and "m.h5.parts/merged.tmp: cannot write it: File too large" in done.stderr, done.stderr
        assert "m.h5 was not written, the shards are as they were" in done.stderr
        assert not (tmp_path / "m.h5").exists() and not (tmp_path / "m.h5.parts").exists()
    assert all((tmp_path / name).read_bytes() == data for name, data in names.items())
    assert run("merge", "-o", "m.h5", *NAMES).returncode == 0 and digest(tmp_path / "m.h5") == shards
    # A run that comes as far as its merge keeps its work.
    less = (tmp_path / "m.h5").stat().st_size - 10000
    done = run("run", "c.yaml", "-o", "o.h5", environment={"DETENTE_SHARD_BYTES": "400000"}, preexec_fn=lambda: resource.setrlimit(
        resource.RLIMIT_FSIZE, (less, resource.RLIM_INFINITY)))
    assert done.returncode == 1 and "merged.tmp" in done.stderr and "--resume" in done.stderr, done.stderr
    done = run("run", "c.yaml", "-o", "o.h5", "--resume")
    assert done.returncode == 0 and done.stdout.splitlines()[-1].startswith("0 encounters"), done.stdout
    assert digest(tmp_path / "o.h5") == shards


def test_two_at_once(run, shards, tmp_path):
    """The output is locked while it is made, by whoever makes it."""
    import fcntl
    (tmp_path / "m.h5.parts").mkdir()
    with open(tmp_path / "m.h5.parts/lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused(run, 1, ["m.h5: in use by another run"], *NAMES)
    assert run("merge", "-o", "m.h5", *NAMES).returncode == 0 and not (tmp_path / "m.h5.parts").exists()


def test_a_shard_goes_on(run, shards, tmp_path):
    done = run("run", "c.yaml", "-o", "s1.h5", "--shard", "1/7", "--resume")
    assert done.returncode == 0 and "nothing to do" in done.stderr
    done = run("run", "c.yaml", "-o", "s1.h5", "--shard", "2/7", "--resume")
    assert done.returncode == 3 and "s1.h5: is of shard 1/7, not of shard 2/7" in done.stderr
    for wrong in ("0/7", "8/7", "1", "1/0", "/7", "1/x", "-1/7"):
        assert run("run", "c.yaml", "-o", "n.h5", "--shard", wrong).returncode == 2
