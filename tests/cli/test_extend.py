# SPDX-License-Identifier: GPL-3.0-or-later
"""detente run --extend: replications and points added later are as if they had been asked for at once."""
import os
import random
import signal
import subprocess
import time

import h5py
import pytest

from going_on import config, reference, start  # pylint: disable=unused-import  # fixtures
from results import digest


def asking(n):
    return ("--set", f"replications={n}")


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
encounters: %(encounters)s
quantiles: true
keep: %(keep)s
strategies: [typical, mirroring]
design: {type: %(type)s, points: %(points)d, vary: {agent.warmth: {from: 0, to: 1}, customer.anger.mean: {from: 0.1, to: 0.6}}}
"""
RULE = "{min: 8, max: 40, until: {metric: escalated, halfwidth: 0.04}}"


def write(folder, **values):
    (folder / "s.yaml").write_text(SWEEP % {"encounters": 150, "keep": "none", **values})


@pytest.mark.parametrize("kind", ["random", "sobol", "saltelli", "morris"])
@pytest.mark.parametrize("before, after, keep", [(9, 9, "none"), (5, 9, "{encounters: 100, turns: 20}"),
                                                 (RULE, RULE, "{encounters: all, columns: [minutes]}")],
                         ids=["points", "both", "rule"])
def test_more_points(run, tmp_path, kind, before, after, keep):
    """Two steps of more points, and more replications of the old ones, are one run of all."""
    write(tmp_path, type=kind, points=7, replications=after, keep=keep)
    assert run("run", "s.yaml", "-o", "reference.h5").returncode == 0
    for points, replications in ((2, before), (3, before), (7, after)):
        write(tmp_path, type=kind, points=points, replications=replications, keep=keep)
        if points > 2:
            refused = run("run", "s.yaml", "-o", "o.h5", "--resume")
            assert refused.returncode == 3 and "--extend" in refused.stderr
        done = run("run", "s.yaml", "-o", "o.h5", "--extend" if points > 2 else "--resume")
        assert done.returncode == 0, done.stderr
    assert digest(tmp_path / "o.h5") == digest(tmp_path / "reference.h5")


def chunks(path):
    """What the chunks of all rows hold, as they lie in the file."""
    found = {}
    with h5py.File(path) as file:
        for table in ("encounters", "turns"):
            for name, column in file[table].items() if table in file else ():
                for i in range(column.id.get_num_chunks() if column.chunks else 0):
                    at = column.id.get_chunk_info(i).chunk_offset
                    found[table, name, at] = column.id.read_direct_chunk(at)[1]
    return found


@pytest.mark.parametrize("encounters, keep, shards", [
    (4096, "encounters", None),  # 4 cells fill a chunk
    (9000, "encounters", "1000"),  # the rows of one replication of a cell are more than a shard holds
    (60, "turns", "1"),
    (700, "{turns: 31}", None)])
def test_rows_of_more_points(run, tmp_path, encounters, keep, shards):
    """On the edges of chunks and over them, from shards that hold more, or less, than a replication of a cell."""
    environment = {"DETENTE_SHARD_BYTES": shards} if shards else {}
    for name, steps in (("reference.h5", [4]), ("o.h5", [2, 3, 4])):
        for points in steps:
            write(tmp_path, type="sobol", points=points, replications=2, encounters=encounters, keep=keep)
            done = run("run", "s.yaml", "-o", name, "--extend" if points > 2 and name == "o.h5" else "--resume",
                       environment=environment)
            assert done.returncode == 0, done.stderr
    assert digest(tmp_path / "o.h5") == digest(tmp_path / "reference.h5")
    reference = chunks(tmp_path / "reference.h5")
    assert len(reference) > 10 and chunks(tmp_path / "o.h5") == reference


def test_killed_while_points_are_added(run, detente, tmp_path):
    keep = "{encounters: 100, turns: 20}"
    write(tmp_path, type="sobol", points=8, replications=60, keep=keep)
    assert run("run", "s.yaml", "-o", "reference.h5").returncode == 0
    write(tmp_path, type="sobol", points=4, replications=50, keep=keep)
    assert run("run", "s.yaml", "-o", "small.h5").returncode == 0
    write(tmp_path, type="sobol", points=8, replications=60, keep=keep)
    rng, killed = random.Random(7), 0
    while killed < 5:
        (tmp_path / "o.h5").write_bytes((tmp_path / "small.h5").read_bytes())
        option = "--extend"
        for _ in range(rng.randint(1, 3)):
            program = start(detente, tmp_path, "run", "s.yaml", "-o", "o.h5", option)
            time.sleep(rng.uniform(0.02, 0.25))
            program.kill()
            killed += program.wait(30) == -signal.SIGKILL
            program.communicate()
            option = "--resume" if (tmp_path / "o.h5.parts").exists() and rng.random() < 0.5 else "--extend"
        done = run("run", "s.yaml", "-o", "o.h5", "--extend")
        assert done.returncode == 0, done.stderr
        assert digest(tmp_path / "o.h5") == digest(tmp_path / "reference.h5")
        (tmp_path / "o.h5").unlink()


def ended(detente, folder, *arguments):
    """A run that is killed once it has put some shards away: their names."""
    parts = folder / "o.h5.parts"
    program = start(detente, folder, "run", *arguments)
    deadline = time.time() + 30
    while len(list(parts.glob("shard-*.h5"))) < 3 and time.time() < deadline:
        time.sleep(0.002)
    program.kill()
    program.communicate()
    kept = sorted(path.name for path in parts.glob("shard-*.h5"))
    assert len(kept) >= 3
    return kept


@pytest.mark.parametrize("points", [8, 2], ids=["replications", "points"])
def test_what_was_being_added_stays(run, detente, tmp_path, points):
    """The smaller run, asked for again, is all there: that does not cost what was being added to it, nor is it in the way."""
    write(tmp_path, type="sobol", points=8, replications=200, keep="encounters")
    larger = (tmp_path / "s.yaml").read_text()
    write(tmp_path, type="sobol", points=points, replications=30, keep="encounters")
    assert run("run", "s.yaml", "-o", "o.h5").returncode == 0
    (tmp_path / "smaller.yaml").write_text((tmp_path / "s.yaml").read_text())
    (tmp_path / "s.yaml").write_text(larger)
    kept = ended(detente, tmp_path, "s.yaml", "-o", "o.h5", "--extend")
    for option in ("--resume", "--extend"):
        done = run("run", "smaller.yaml", "-o", "o.h5", option)
        assert done.returncode == 0 and "nothing to do" in done.stderr and "left alone" in done.stderr, done.stderr
        assert sorted(path.name for path in (tmp_path / "o.h5.parts").glob("shard-*.h5")) == kept
    assert run("run", "s.yaml", "-o", "reference.h5").returncode == 0
    done = run("run", "s.yaml", "-o", "o.h5", "--extend")
    assert done.returncode == 0 and "going on" in done.stderr, done.stderr
    assert digest(tmp_path / "o.h5") == digest(tmp_path / "reference.h5") and not (tmp_path / "o.h5.parts").exists()


def test_points_where_a_larger_run_was_begun(run, detente, tmp_path):
    """Parts of a run of all points hold what a file that was put beside them has too: it counts once."""
    write(tmp_path, type="sobol", points=4, replications=30, keep="encounters")
    assert run("run", "s.yaml", "-o", "o.h5").returncode == 0
    (tmp_path / "o.h5").rename(tmp_path / "small.h5")
    write(tmp_path, type="sobol", points=8, replications=30, keep="encounters")
    assert run("run", "s.yaml", "-o", "reference.h5").returncode == 0
    program = start(detente, tmp_path, "run", "s.yaml", "-o", "o.h5")
    deadline = time.time() + 30
    while len(list((tmp_path / "o.h5.parts").glob("shard-*.h5"))) < 3 and time.time() < deadline:
        time.sleep(0.002)
    program.kill()
    program.communicate()
    assert not (tmp_path / "o.h5").exists()
    (tmp_path / "small.h5").rename(tmp_path / "o.h5")
    done = run("run", "s.yaml", "-o", "o.h5", "--extend")
    assert done.returncode == 0, done.stderr
    assert digest(tmp_path / "o.h5") == digest(tmp_path / "reference.h5")


@pytest.fixture(scope="module")
def unsynced(tmp_path_factory):
    """What makes fsync do nothing, so that a thousand files are soon written, and says how often it was called."""
    folder = tmp_path_factory.mktemp("unsynced")
    (folder / "s.c").write_text("""#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
int fsync(int file)
{
    (void)file;
    const int log = open(getenv("SYNCS"), O_WRONLY | O_CREAT | O_APPEND, 0666);
    const int bad = write(log, "s", 1) != 1;
    close(log);
    return -bad;
}
""")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", folder / "s.so", folder / "s.c"], check=True)
    return folder / "s.so"


def extend_and_watch(detente, folder, shim, environment):
    """Extend o.h5; the most files that were ever in its parts, how many were synced, and the most often gathered."""
    syncs = folder / "syncs"
    syncs.write_text("")
    program = subprocess.Popen([detente, "run", "s.yaml", "-o", "o.h5", "--extend", "-t", "1"], cwd=folder,
                               env={**os.environ, "LD_PRELOAD": str(shim), "SYNCS": str(syncs), **environment},
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    parts, most, gathered = folder / "o.h5.parts", 0, 0
    while program.poll() is None:
        names = os.listdir(parts) if parts.exists() else []
        most = max(most, len(names))
        gathered = max(gathered, sum(name.split("-")[3:4] == ["1"] for name in names))
        time.sleep(0.002)
    assert program.returncode == 0, program.stderr.read()
    program.communicate()
    return most, len(syncs.read_text()), gathered


def test_points_of_many_replications(run, detente, unsynced, tmp_path):
    """The replications that are there do not each cost a file, and files of new points are gathered as all others."""
    for points, name in ((6, "reference.h5"), (5, "old.h5"), (6, None)):
        write(tmp_path, type="random", points=points, replications=1000, encounters=2, keep="encounters")
        (tmp_path / "s.yaml").write_text((tmp_path / "s.yaml").read_text().replace("[typical, mirroring]", "[typical]"))
        assert not name or run("run", "s.yaml", "-o", name).returncode == 0
    for environment, fewest, most_files, most_syncs in (({}, 0, 6, 8), ({"DETENTE_SHARD_BYTES": "1"}, 900, 999, 2100)):
        (tmp_path / "o.h5").write_bytes((tmp_path / "old.h5").read_bytes())
        files, syncs, gathered = extend_and_watch(detente, tmp_path, unsynced, environment)
        assert fewest <= files <= most_files and fewest <= syncs <= most_syncs, (files, syncs)
        assert gathered > 0 or not environment
        assert digest(tmp_path / "o.h5") == digest(tmp_path / "reference.h5")


def kill_when_shards_are_there(detente, folder, n, *arguments):
    program = start(detente, folder, *arguments)
    deadline = time.time() + 30
    while len(list((folder / "o.h5.parts").glob("shard-*.h5"))) < n and time.time() < deadline:
        time.sleep(0.002)
    program.kill()
    program.communicate()
    return list((folder / "o.h5.parts").glob("shard-*.h5"))


def test_added_points_without_their_file(run, detente, tmp_path):
    """Points that were being added are worth nothing without the file: that is said, and nothing is lost."""
    write(tmp_path, type="sobol", points=4, replications=30, keep="encounters")
    assert run("run", "s.yaml", "-o", "o.h5").returncode == 0
    assert run("run", "s.yaml", "-o", "other.h5", "--set", "replications=1").returncode == 0
    write(tmp_path, type="sobol", points=8, replications=30, keep="encounters")
    assert run("run", "s.yaml", "-o", "reference.h5").returncode == 0
    kept = kill_when_shards_are_there(detente, tmp_path, 3, "run", "s.yaml", "-o", "o.h5", "--extend")
    assert kept and all(path.stem.endswith("-8") for path in kept)  # named by the first new cell
    (tmp_path / "o.h5").rename(tmp_path / "small.h5")
    for other in (None, "other.h5"):
        if other:
            (tmp_path / "o.h5").write_bytes((tmp_path / other).read_bytes())
        done = run("run", "s.yaml", "-o", "o.h5", "--resume")
        assert done.returncode == 3 and "added to a results file of 8 cells, and o.h5 is not that file" in done.stderr, done.stderr
        assert sorted(kept) == sorted((tmp_path / "o.h5.parts").glob("shard-*.h5"))
    (tmp_path / "small.h5").rename(tmp_path / "o.h5")
    # Without its file what was added can be looked at, and it is what it is in the whole.
    assert run("merge", "-o", "part.h5", "--partial", "o.h5.parts").returncode == 0
    with h5py.File(tmp_path / "part.h5") as part, h5py.File(tmp_path / "reference.h5") as whole:
        there = part["minutes"][:] == part["minutes"][:]
        assert 0 < there.sum() < 30 * 8 and not there[:8].any()
        assert (part["minutes"][:][there] == whole["minutes"][:][there]).all()
        rows, all_rows, first = part["encounters/minutes"][:], whole["encounters/minutes"][:], whole["encounters/first_row"][:]
        assert ((part["encounters/first_row"][:] >= 0) == there).all() and len(rows) == 150 * there.sum()
        for cell, replication in zip(*there.nonzero()):
            begin, at = part["encounters/first_row"][cell, replication], first[cell, replication]
            assert (rows[begin:begin + 150] == all_rows[at:at + 150]).all()
    done = run("run", "s.yaml", "-o", "o.h5", "--resume")
    assert done.returncode == 0, done.stderr
    assert digest(tmp_path / "o.h5") == digest(tmp_path / "reference.h5")


def test_added_points_that_their_file_has_by_now(run, detente, tmp_path):
    """As when a kill came after the file was there, and before its parts were removed; then more replications are asked for."""
    write(tmp_path, type="sobol", points=4, replications=30)
    assert run("run", "s.yaml", "-o", "o.h5").returncode == 0
    write(tmp_path, type="sobol", points=8, replications=30)
    assert kill_when_shards_are_there(detente, tmp_path, 3, "run", "s.yaml", "-o", "o.h5", "--extend")
    assert run("run", "s.yaml", "-o", "done.h5").returncode == 0
    (tmp_path / "o.h5").write_bytes((tmp_path / "done.h5").read_bytes())
    write(tmp_path, type="sobol", points=8, replications=35)
    assert run("run", "s.yaml", "-o", "reference.h5").returncode == 0
    done = run("run", "s.yaml", "-o", "o.h5", "--extend")
    assert done.returncode == 0, done.stderr
    assert digest(tmp_path / "o.h5") == digest(tmp_path / "reference.h5")


@pytest.mark.parametrize("wrong", [{(1, 1): 3}, {(0, 0): 1}, {(3, 2): 10**12}, {(0, 2): 10**12}, {(1, 2): -1, (2, 2): 0}])
def test_rows_that_are_not_where_they_are_said_to_be(run, tmp_path, wrong):
    write(tmp_path, type="sobol", points=2, replications=3, keep="encounters")
    assert run("run", "s.yaml", "-o", "o.h5").returncode == 0
    with h5py.File(tmp_path / "o.h5", "a") as file:
        for (cell, replication), row in wrong.items():
            file["encounters/first_row"][cell, replication] = row
    before = (tmp_path / "o.h5").read_bytes()
    write(tmp_path, type="sobol", points=3, replications=3, keep="encounters")
    done = run("run", "s.yaml", "-o", "o.h5", "--extend")
    assert done.returncode in (1, 3) and "o.h5: is damaged" in done.stderr, done.stderr
    assert (tmp_path / "o.h5").read_bytes() == before


@pytest.mark.parametrize("change, words", [
    (("type: sobol", "type: random"), "design.type"), (("from: 0, to: 1", "from: 0, to: 0.5"), "agent.warmth"),
    (("points: 8", "points: 4"), "design.points"), (("keep: none", "keep: encounters"), "keep"),
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


def refusal(run, *more):
    done = run("run", "s.yaml", "-o", "o.h5", "--extend", *more)
    assert done.returncode == 3 and "go on with its own config, or write to another file" in done.stderr
    return done.stderr.split("differ:\n")[1].rstrip("\n").split("\n")


@pytest.mark.parametrize("kind, words", [("latin-hypercube", "2 there, 4 here (a Latin hypercube takes no more points: they would need other strata)"),
                                         ("random", "2 there, 4 here")])
def test_points_that_cannot_be_added(run, tmp_path, kind, words):
    """Of a type that takes no more it is said why; a random design would, but not with another seed."""
    write(tmp_path, type=kind, points=2, replications=3, keep="none")
    assert run("run", "s.yaml", "-o", "o.h5").returncode == 0
    assert refusal(run, "--set", "design.points=4", "--set", "seed=8") == [f"  design.points: {words}", "  seed: 7 there, 8 here"]


def test_other_levels(run, tmp_path):
    """A design that varies something else differs in that, not in how the config writes what is varied."""
    config = """detente: 1
extends: billing-dispute
replications: 2
encounters: 9
customer: {anger: {mean: %s}, personas: [{name: a, share: 0.4}, {name: b, share: 0.6, belief: 1}]}
hypotheses: [{name: h, expect: {metric: escalated, value: "< %s"}}]
design: {vary: {%s, agent.warmth: [0, 0.1]}}
"""
    (tmp_path / "s.yaml").write_text(config % (.3, .9, "customer.persona: [a, b], max_turns: [50, 80]"))
    assert run("run", "s.yaml", "-o", "o.h5").returncode == 0
    (tmp_path / "s.yaml").write_text(config % (.4, .8, "scenario.value: [300, 400]"))
    assert refusal(run) == [
        "  design.vary.customer.persona: a map there, nothing here (a factorial design takes no more points: new ones would lie between "
        "those there)",
        "  design.vary.max_turns: a map there, nothing here",
        "  design.vary.scenario.value: nothing there, a map here",
        "  customer.anger.mean: 0.3 there, 0.4 here",
        '  hypotheses[h].expect.value: the text "< 0.9" there, the text "< 0.8" here']


def test_points_of_a_file_that_changed(run, tmp_path):
    (tmp_path / "s.yaml").write_text("detente: 1\nreplications: 2\nencounters: 9\ndesign: {type: list, file: p.csv}\n")
    (tmp_path / "p.csv").write_text("agent.warmth\n0.1\n0.2\n")
    assert run("run", "s.yaml", "-o", "o.h5").returncode == 0
    for last, words in (("0.3", ""), ("0.2\n0.3", ", 2 there, 3 here")):
        (tmp_path / "p.csv").write_text(f"agent.warmth\n0.1\n{last}\n")
        assert refusal(run) == [f"  design.file: p.csv has other points than it had{words} (a list takes no more points: run new ones as a list "
                                "of their own, into another file)"]


def test_a_narrower_rule(run, tmp_path):
    write(tmp_path, type="sobol", points=2, replications=RULE, keep="none")
    assert run("run", "s.yaml", "-o", "o.h5").returncode == 0
    [line] = refusal(run, "--set", "replications.until.halfwidth=0.03")
    assert line.startswith("  replications.until.halfwidth: 0.04 there, 0.03 here (cells that had enough would need")
