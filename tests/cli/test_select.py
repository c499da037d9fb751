# SPDX-License-Identifier: GPL-3.0-or-later
"""detente select: who wins, after how much, from wherever it starts; and that what is read stays as it is."""
import csv
import hashlib
import io
import json
import math
import os
import random
import signal
import subprocess
import time

import h5py
import numpy
import pytest

from results import digest

STRATEGIES = ["typical", "mirroring", "choices", "quid-pro-quo", "personal"]
CONFIG = """detente: 1
name: c
extends: billing-dispute
seed: 11
replications: %d
encounters: 48
strategies: [""" + ", ".join(STRATEGIES) + """]
"""
DESIGN = """design:
  type: factorial
  vary: {agent.warmth: {from: 0.1, to: 0.5, steps: 3}, customer.persona: [loyal, entitled]}
"""
FIRST = 20
KN = ("--metric", "net_value", "--max", "--delta", "1")


@pytest.fixture
def config(tmp_path):
    (tmp_path / "c.yaml").write_text(CONFIG % 30)
    return "c.yaml"


def sha(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def select(run, *arguments, status=0, **more):
    """The rows and the words of an answer."""
    done = run("select", *arguments, "--format", "json", **more)
    assert done.returncode == status, done.stderr
    answer = json.loads(done.stdout)
    return answer["rows"], " ".join(answer["notes"])


def outcome(rows):
    return [(row["strategy"], row["replications"], row["outcome"]) for row in rows]


def replications(run, path, metric, where=lambda row: True, group=lambda row: row["strategy"]):
    """By group, its replications: averages over its cells."""
    sums = {}
    for row in csv.DictReader(io.StringIO(run("export", path, "--table", "replications").stdout)):
        if where(row):
            sums.setdefault(group(row), {}).setdefault(int(row["replication"]), []).append(float(row[metric]))
    return {name: [sum(values[r]) / len(values[r]) for r in sorted(values)] for name, values in sums.items()}


def kim_nelson(values, delta, confidence, first, largest):
    """The procedure as in the paper of 2001, section 3, with c = 1. Replications by name, and the names that are left."""
    x = {name: numpy.array(v) * (1 if largest else -1) for name, v in values.items()}
    k = len(x)
    eta = 0.5 * ((2 * (1 - confidence) / (k - 1)) ** (-2 / (first - 1)) - 1)
    h2 = 2 * eta * (first - 1)
    s2 = {(i, l): numpy.var(x[i][:first] - x[l][:first], ddof=1) for i in x for l in x if i != l}
    most = {i: max(math.floor(h2 * s2[i, l] / delta**2) for l in x if l != i) for i in x}
    left, r = list(x), first
    taken = dict.fromkeys(x, first)
    while True:
        mean = {i: x[i][:r].mean() for i in left}
        w = lambda i, l: max(0, delta / (2 * r) * (h2 * s2[i, l] / delta**2 - r))
        left = [i for i in left if all(l == i or mean[i] >= mean[l] - w(i, l) for l in left)]
        if len(left) == 1 or r == max(most[i] for i in left) + 1:
            return taken, left
        r += 1
        taken.update(dict.fromkeys(left, r))


# ---- who wins, after how much -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("metric, way, delta, confidence, first", [("net_value", "--max", 1, 0.95, 20), ("escalated", "--min", 0.005, 0.99, 10),
                                                                     ("minutes", "--max", 0.05, 0.8, 5)])
def test_as_in_the_paper(run, config, tmp_path, metric, way, delta, confidence, first):
    assert run("run", config, "-o", "all.h5", "--set", "replications=1200").returncode == 0
    before = sha(tmp_path / "all.h5")
    taken, left = kim_nelson(replications(run, "all.h5", metric), delta, confidence, first, way == "--max")
    assert len(left) == 1 and max(taken.values()) > first
    arguments = ("--metric", metric, way, "--delta", delta, "--confidence", confidence, "--first", first)
    rows, words = select(run, "all.h5", *arguments)
    assert rows[0]["strategy"] == left[0] and rows[0]["outcome"] == "best" and rows[0]["behind"] == 0
    assert {row["strategy"]: row["replications"] for row in rows} == taken
    total = 48 * sum(taken.values())
    assert f"It took {total:,} encounters, {total:,} of them from all.h5." in words and "Kim & Nelson" in words
    assert sha(tmp_path / "all.h5") == before
    assert select(run, config, *arguments)[0] == rows


def test_equal_shares(run, config):
    """Clark & Yang 1986: t(19, 1 - .05/4) = 2.433440 (R: qt(.9875, 19))."""
    values = replications_of_first(run, config)
    most = max(numpy.var(numpy.array(a) - numpy.array(b), ddof=1) for a in values for b in values)
    alike = max(FIRST, math.ceil(2.433440 ** 2 * most))
    words = select(run, config, *KN)[1]
    assert f"have taken {alike:,} replications of each, {alike * 5 * 48:,} encounters (Clark & Yang 1986)" in words


def replications_of_first(run, config):
    assert run("run", config, "-o", "first.h5", "--set", f"replications={FIRST}").returncode == 0
    return list(replications(run, "first.h5", "net_value").values())


def test_from_anywhere_the_same(run, config, tmp_path):
    """Any number of threads, any replications that are there, a file whose cells have unequal numbers of them."""
    rows, words = select(run, config, *KN)
    assert "of them from" not in words and rows[0]["replications"] > FIRST
    for threads in (1, 2, 4):
        assert select(run, config, *KN, "--threads", threads) == (rows, words)
    assert run("run", config, "-o", "until.h5", "--set", "replications={min: 4, max: 90, until: {metric: minutes, halfwidth: 3%}}"
               ).returncode == 0
    with h5py.File(tmp_path / "until.h5") as file:
        assert len(set(file["replications_run"][:])) > 1
    for n in (1, 19, 33, 300):
        assert run("run", config, "-o", f"{n}.h5", "--set", f"replications={n}").returncode == 0
    for name in ("1.h5", "19.h5", "33.h5", "300.h5", "until.h5"):
        before = sha(tmp_path / name)
        for threads in (1, 3):
            found, said = select(run, name, *KN, "--threads", threads)
            assert found == rows and f"of them from {name}" in said
        assert sha(tmp_path / name) == before
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(
        ["c.yaml", "1.h5", "19.h5", "33.h5", "300.h5", "until.h5"])


def test_own_customers(run, config, tmp_path):
    """Without common random numbers the differences vary more, and it takes more; the pairing is by replication still."""
    own = ("--set", "common_random_numbers=false")
    rows = select(run, config, *KN, *own)[0]
    assert run("run", config, "-o", "own.h5", *own, "--set", "replications=2000").returncode == 0
    taken, left = kim_nelson(replications(run, "own.h5", "net_value"), 1, 0.95, FIRST, True)
    assert rows[0]["strategy"] == left[0] and {row["strategy"]: row["replications"] for row in rows} == taken


def test_table(run, config):
    done = run("select", config, *KN)
    lines = done.stdout.splitlines()
    assert done.returncode == 0 and not done.stderr and max(map(len, lines)) <= 100
    assert lines[0].split() == ["strategy", "net_value", "behind", "replications", "encounters", "outcome"]
    assert lines[1].split()[0] == select(run, config, *KN)[0][0]["strategy"] and lines[1].endswith("best")
    done = run("select", config, *KN, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert len(rows) == 5 and rows[0]["outcome"] == "best" and "Promise" in done.stderr


# ---- a design ---------------------------------------------------------------------------------------------------------


def test_over_the_points(run, config, tmp_path):
    """A strategy's replication is its average over the points; those that --where names; or each cell for itself."""
    with open(tmp_path / config, "a") as file:
        file.write(DESIGN)
    assert run("run", config, "-o", "all.h5", "--set", "replications=250").returncode == 0
    assert run("run", config, "-o", "few.h5", "--set", "replications=7").returncode == 0
    cases = [((), lambda row: True, lambda row: row["strategy"]),
             (("--where", "customer.persona=entitled"), lambda row: row["customer.persona"] == "entitled", lambda row: row["strategy"]),
             (("--where", "agent.warmth=0.3", "--where", "customer.persona=loyal"),
              lambda row: row["customer.persona"] == "loyal" and float(row["agent.warmth"]) == 0.3, lambda row: row["strategy"]),
             (("--among", "cells"), lambda row: True,
              lambda row: (row["strategy"], float(row["agent.warmth"]), row["customer.persona"]))]
    for more, where, group in cases:
        taken, left = kim_nelson(replications(run, "all.h5", "net_value", where, group), 1, 0.95, FIRST, True)
        for start in (config, "few.h5", "all.h5"):
            rows, words = select(run, start, *KN, *more)
            name = (lambda row: (row["strategy"], row["agent.warmth"], row["customer.persona"])) if "--among" in more else (
                lambda row: row["strategy"])
            assert {name(row): row["replications"] for row in rows} == taken and name(rows[0]) == left[0]
            assert ("over 6 points" in words) == (more == ())


def test_where_is_checked(run, config, tmp_path):
    done = run("select", config, *KN, "--where", "agent.warmth=0.1")
    assert done.returncode == 2 and "there is no design" in done.stderr
    with open(tmp_path / config, "a") as file:
        file.write(DESIGN)
    for where, said in [("agent.warm=0.1", "does not vary"), ("agent.warmth=0.2", "no point"), ("agent.warmth=warm", "not a number"),
                        ("customer.persona=entitle", "did you mean entitled"), ("customer.persona", "PATH=VALUE")]:
        done = run("select", config, *KN, "--where", where)
        assert done.returncode == 2 and said in done.stderr, done.stderr


FAILS = """design:
  type: sobol
  points: 4
  vary: {outcome.distributive: {from: 0, to: 1}, outcome.procedural: {from: 0, to: 1}, outcome.interactional: {from: 0, to: 1}}
"""


def test_points_that_fail(run, config, tmp_path):
    """Sobol's first point is 0 in every coordinate: satisfaction then has no weights."""
    with open(tmp_path / config, "a") as file:
        file.write(FAILS)
    assert run("run", config, "-o", "all.h5", "--set", "replications=400").returncode == 1
    taken, left = kim_nelson(replications(run, "all.h5", "net_value", lambda row: int(row["cell"]) >= 5), 1, 0.95, FIRST, True)
    for start in (config, "all.h5"):
        done = run("select", start, *KN, "--format", "csv")
        rows = list(csv.DictReader(io.StringIO(done.stdout)))
        assert done.returncode == 0 and "5 of 20 cells fail; their points were left out for all strategies" in done.stderr
        assert {row["strategy"]: int(row["replications"]) for row in rows} == taken and rows[0]["strategy"] == left[0]
        assert "over 3 points" in done.stderr
        done = run("select", start, *KN, "--among", "cells", "--format", "csv")
        assert len(done.stdout.splitlines()) == 1 + 15 and "they were left out" in done.stderr
    assert run("select", config, *KN, "-o", "o.h5").returncode == 0
    with h5py.File(tmp_path / "o.h5") as file:
        assert list(file["status"][:]) == 5 * [3] + 15 * [0] and set(file["stopped_by"][:5]) == {2} and file["error"][0]
    only = ("--where", "outcome.procedural=0")
    for start in (config, "all.h5"):
        done = run("select", start, *KN, *only)
        assert done.returncode == 2 and "a strategy fails at each" in done.stderr


# ---- what cannot be told apart ------------------------------------------------------------------------------------------


def test_identical_strategies(run, config, tmp_path):
    (tmp_path / "c.yaml").write_text((CONFIG % 30).replace(
        "typical, ", "{name: a, playbook: [{do: offer}]}, {name: b, playbook: [{do: offer}]}, "))
    rows, words = select(run, config, "--metric", "resolved", "--min", "--delta", "0.01", "--set",
                         "strategies=[{name: a, playbook: [{do: offer}]}, {name: b, playbook: [{do: offer}]}]")
    assert outcome(rows) == [("a", 20, "best"), ("b", 20, "alike")] and "2 strategies came out alike" in words


def test_a_metric_that_never_varies(run, config):
    rows, words = select(run, config, "--metric", "breaches", "--min", "--delta", "0.01")
    assert {row["replications"] for row in rows} == {20} and "5 strategies came out alike" in words
    words = select(run, config, "--metric", "breaches", "--min", "--procedure", "ocba", "--budget", "100000")[1]
    assert "It took 4,800 encounters." in words


def test_what_is_doubtful(run, config):
    """Few encounters are no normal mean; what never came up may be rare: 1 - .05^(1/n) for n encounters (Clopper & Pearson)."""
    assert "hardly a normal" in select(run, config, *KN, "--set", "encounters=29")[1]
    assert "hardly a normal" not in select(run, config, *KN)[1]
    never = ("--metric", "executive", "--min", "--set", "tiers=[{name: front line, authority: 0.5, cost_per_minute: 0.8}]")
    words = select(run, config, *never, "--delta", "0.001")[1]
    assert "5 strategies came out alike" in words
    assert f"executive is 0 in all encounters of those alike, 960 of each: shares up to {1 - 0.05 ** (1 / 960):.2g} from" in words
    assert "But executive" not in select(run, config, *never, "--delta", "0.0032")[1]


def test_the_largest_delta(run, config):
    rows = select(run, config, "--metric", "net_value", "--max", "--delta", "1e9")[0]
    assert {row["replications"] for row in rows} == {20}


def test_a_budget_for_the_promise(run, config):
    rows, words = select(run, config, "--metric", "net_value", "--max", "--delta", "0.001", "--budget", "20000", status=4)
    assert rows[0]["outcome"] == "ahead" and "Undecided" in words and "Promise" not in words
    assert sum(row["encounters"] for row in rows) <= 20000


# ---- OCBA -------------------------------------------------------------------------------------------------------------


def test_ocba(run, config, tmp_path):
    arguments = ("--metric", "net_value", "--max", "--procedure", "ocba", "--budget", 48 * 1000 + 47)
    rows, words = select(run, config, *arguments, "--threads", 1)
    assert sum(row["replications"] for row in rows) == 1000 and min(row["replications"] for row in rows) >= 20
    assert select(run, config, *arguments, "--threads", 4)[0] == rows
    assert run("run", config, "-o", "o.h5", "--set", "replications=50").returncode == 0
    before = sha(tmp_path / "o.h5")
    assert select(run, "o.h5", *arguments)[0] == rows and sha(tmp_path / "o.h5") == before
    assert "estimated probability" in words and "no promise" in words and "Kim" not in words
    # Near rivals get more than far ones: the last in the table is the farthest.
    assert rows[1]["replications"] > 3 * rows[-1]["replications"]
    # The estimate, from the same replications.
    assert run("run", config, "-o", "all.h5", "--set", "replications=1000").returncode == 0
    values = replications(run, "all.h5", "net_value")
    mean, error = {}, {}
    for row in rows:
        own = numpy.array(values[row["strategy"]][:row["replications"]])
        mean[row["strategy"]], error[row["strategy"]] = own.mean(), own.var(ddof=1) / len(own)
    best = rows[0]["strategy"]
    assert all(abs(row["net_value"] - mean[row["strategy"]]) < 1e-9 for row in rows) and mean[best] == max(mean.values())
    p = 1 - sum(math.erfc((mean[best] - mean[i]) / math.sqrt(2 * (error[best] + error[i]))) / 2 for i in mean if i != best)
    assert f"an estimated probability of {p:.3f}:" in words


# ---- the file that is written --------------------------------------------------------------------------------------------


def test_output(run, config, tmp_path):
    with open(tmp_path / config, "a") as file:
        file.write("keep: {encounters: 2, turns: 1}\nquantiles: true\n" + DESIGN)
    assert run("run", config, "-o", "all.h5", "--set", "replications=300").returncode == 0
    assert run("run", config, "-o", "few.h5").returncode == 0
    digests = set()
    for start, name in ((config, "one.h5"), (config, "two.h5"), ("few.h5", "three.h5")):
        rows, words = select(run, start, *KN, "--threads", len(digests) + 1, "-o", name)
        assert f"Written to {name}." in words
        digests.add(digest(tmp_path / name))
    assert len(digests) == 1
    taken = [next(row["replications"] for row in rows if row["strategy"] == s) for s in STRATEGIES] * 6
    with h5py.File(tmp_path / "one.h5") as file, h5py.File(tmp_path / "all.h5") as whole:
        assert list(file["replications_run"][:]) == taken and not file["status"][:].any()
        assert list(file["stopped_by"][:]) == [0 if n == max(taken) else 4 for n in taken]
        assert file["stopped_by"].attrs["flag_meanings"].split()[4] == "selection"
        assert file["minutes"].shape == (30, max(taken))
        for cell, n in enumerate(taken):
            for metric in ("minutes", "net_value", "escalated"):
                assert (file[metric][cell, :n] == whole[metric][cell, :n]).all() and numpy.isnan(file[metric][cell, n:]).all()
            assert file["summary/minutes"][cell, 12] == 48 * n
            assert (file["encounters/cell"][:] == cell).sum() == 2 * n
    assert select(run, "one.h5", *KN)[0] == rows
    assert not list(tmp_path.glob("*.parts"))
    done = run("run", config, "-o", "one.h5", "--resume", "--set", f"replications={max(taken)}")
    assert done.returncode == 3 and "detente select" in done.stderr


def test_output_is_safe(run, config, tmp_path):
    assert run("run", config, "-o", "in.h5").returncode == 0
    before = sha(tmp_path / "in.h5")
    os.link(tmp_path / "in.h5", tmp_path / "same.h5")
    for name in ("in.h5", "same.h5"):
        done = run("select", "in.h5", *KN, "-o", name, "--force")
        assert done.returncode == 2 and "never altered" in done.stderr
    (tmp_path / "there.h5").write_bytes((tmp_path / "in.h5").read_bytes())
    done = run("select", config, *KN, "-o", "there.h5")
    assert done.returncode == 1 and "exists" in done.stderr and not done.stdout
    assert sha(tmp_path / "in.h5") == sha(tmp_path / "there.h5") == before
    assert run("select", config, *KN, "-o", "there.h5", "--force").returncode == 0
    assert sha(tmp_path / "there.h5") != before
    done = run("select", config, *KN, "-o", config, "--force")
    assert done.returncode == 2 and (tmp_path / config).read_text() == CONFIG % 30
    done = run("select", config, *KN, "-o", "nowhere/o.h5")
    assert done.returncode == 1 and not done.stdout


# ---- what is wrong ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments, said", [
    ((), "--metric"),
    (("--metric", "net_value"), "--max or --min (more of it is usually the better)"),
    (("--metric", "escalated"), "--max or --min (less of it is usually the better)"),
    (("--metric", "net_value", "--max", "--min"), "exclude"),
    (("--metric", "net_valu", "--max"), "did you mean net_value"),
    (("--metric", "net_value", "--max"), "--delta"),
    (("--metric", "net_value", "--max", "--delta", "0"), "above 0"),
    (("--metric", "net_value", "--max", "--delta", "-1"), "above 0"),
    (("--metric", "net_value", "--max", "--delta", "nan"), "above 0"),
    (("--metric", "net_value", "--max", "--delta", "inf"), "above 0"),
    (("--metric", "net_value", "--max", "--delta", "1x"), "above 0"),
    (("--metric", "net_value", "--max", "--delta", "1", "--confidence", "1"), "below 1"),
    (("--metric", "net_value", "--max", "--delta", "1", "--confidence", "0.2"), "a guess among 5"),
    (("--metric", "net_value", "--max", "--delta", "1", "--first", "1"), "from 2"),
    (("--metric", "net_value", "--max", "--delta", "1", "--budget", "4799"), "the first stage alone takes 4,800"),
    (("--metric", "net_value", "--max", "--procedure", "ocba"), "--budget"),
    (("--metric", "net_value", "--max", "--procedure", "ocba", "--budget", "9000", "--delta", "1"), "belong to"),
    (("--metric", "net_value", "--max", "--procedure", "kn2", "--delta", "1"), "did you mean"),
    (("--metric", "net_value", "--max", "--delta", "1", "--force"), "-o"),
    (("--metric", "net_value", "--max", "--delta", "1", "--set", "strategies=[typical]"), "only one strategy"),
])
def test_wrong_usage(run, config, arguments, said):
    done = run("select", config, *arguments)
    assert done.returncode == 2 and said in done.stderr and not done.stdout, done.stderr


def test_wrong_input(run, config, tmp_path):
    assert run("select", *KN).returncode == 2
    assert run("select", "nothing.h5", *KN).returncode == 3
    (tmp_path / "bad.h5").write_text("not HDF5")
    assert run("select", "bad.h5", *KN).returncode == 3
    (tmp_path / "bad.yaml").write_text("detente: 1\nseeds: 3\n")
    assert run("select", "bad.yaml", *KN).returncode == 3
    assert run("run", config, "-o", "o.h5").returncode == 0
    done = run("select", "o.h5", *KN, "--set", "seed=3")
    assert done.returncode == 2 and "--set goes with a CONFIG" in done.stderr
    done = run("select", "o.h5", "--metric", "net_value", "--max")
    assert done.returncode == 2 and "going by o.h5, --delta" in done.stderr and "in money" in done.stderr
    with h5py.File(tmp_path / "o.h5", "a") as file:
        file.attrs["model_version"] = numpy.int32(1)
    done = run("select", "o.h5", *KN)
    assert done.returncode == 3 and "version 1 of the model" in done.stderr
    assert select(run, "o.h5", *KN[:-1], "1e6")[0][0]["outcome"] == "best"  # what is there suffices


# ---- signals ---------------------------------------------------------------------------------------------------------------


def start(detente, tmp_path, *arguments):
    return subprocess.Popen([detente, "select", *map(str, arguments)], cwd=tmp_path, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)


def test_interrupted(detente, config, tmp_path):
    program = start(detente, tmp_path, config, "--metric", "net_value", "--max", "--delta", "0.00001", "-o", "o.h5",
                    "--progress", "always")
    time.sleep(1.5)
    program.send_signal(signal.SIGINT)
    out, error = program.communicate(timeout=30)
    assert program.returncode == 130 and not out
    assert "stopped by signal 2" in error and "nothing was selected or written" in error
    assert " of 5 candidates left" in error and " of 0 " not in error  # how far it had come
    assert [p.name for p in tmp_path.iterdir()] == ["c.yaml"]


def test_stopped_while_writing(run, detente, config, tmp_path):
    """Whenever it is stopped or killed: the whole file or none; what a kill leaves is said, and --force goes over it."""
    arguments = (config, *KN, "--set", "keep={encounters: all, turns: all}", "-o", "o.h5")
    assert run("select", *arguments).returncode == 0
    reference = digest(tmp_path / "o.h5")
    (tmp_path / "o.h5").unlink()
    rng = random.Random(3)
    for how in 3 * [signal.SIGINT, signal.SIGKILL]:
        program = start(detente, tmp_path, *arguments, "--force")
        time.sleep(rng.uniform(0.02, 0.5))
        program.send_signal(how)
        program.communicate(timeout=30)
        assert program.returncode in (0, 130 if how == signal.SIGINT else -9)
        if program.returncode == 130:
            assert [p.name for p in tmp_path.iterdir()] == ["c.yaml"]
        if (tmp_path / "o.h5").exists():
            assert digest(tmp_path / "o.h5") == reference
            (tmp_path / "o.h5").unlink()
    assert run("select", *arguments, "--force").returncode == 0 and digest(tmp_path / "o.h5") == reference
