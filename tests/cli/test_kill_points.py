# SPDX-License-Identifier: GPL-3.0-or-later
"""Killed before and after every call that changes a file, merges included, or refused that call, or all that need room from there
on: nothing finished is lost or bad, and going on gives the file of a run that nobody disturbed. All of a test goes on in a folder
of its own, its working directory."""
import multiprocessing
import os
import shutil
import signal
import subprocess
import traceback
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
SWEEP = """detente: 1
name: k
extends: billing-dispute
replications: 4
encounters: 60
keep: {encounters: 20, turns: 4}
strategies: [typical, mirroring]
design: {type: sobol, points: 3, vary: {customer.anger.mean: {from: 0.2, to: 0.8}}}
"""
# Cells that stop at a precision: their shards are of some cells each.
UNTIL = """detente: 1
name: k
extends: billing-dispute
replications: {min: 3, max: 40, until: {metric: escalated, halfwidth: 0.04}}
encounters: 60
strategies: [typical, mirroring, listen-then-pay]
"""
# A shard for every few units, and one at the end that stays in memory.
ENVIRONMENT = {**os.environ, "DETENTE_SHARD_BYTES": "40000"}
LONG = bool(os.environ.get("DETENTE_LONG"))
WORKERS = len(os.sched_getaffinity(0)) if LONG else 1
OUTPUT = Path("o.h5")
PARTS = Path("o.h5.parts")
KILLED = ("before", "after")
REFUSED = ("fails", "full")


@pytest.fixture(scope="module")
def shim(tmp_path_factory):
    library = tmp_path_factory.mktemp("shim") / "kill_at.so"
    subprocess.run(["cc", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", library,
                    ROOT / "tests/fault/kill_at.c", "-ldl"], check=True)
    return library


@pytest.fixture
def call(detente, shim, tmp_path, monkeypatch):
    """Run the program, perhaps to its death."""
    monkeypatch.chdir(tmp_path)
    Path("k.yaml").write_text(CONFIG)
    Path("s.yaml").write_text(SWEEP)
    Path("u.yaml").write_text(UNTIL)

    def run(*arguments, **killing):
        environment = dict(ENVIRONMENT)
        if killing:
            environment.update(killing, LD_PRELOAD=str(shim))
        return subprocess.run([detente, *arguments], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=60, check=False)

    return run


def run_of(config):
    return "run", config, "--threads", "1", "-o", "o.h5"


RUN = run_of("k.yaml")


def play(call, *arguments):
    """Let alone: what it says."""
    done = call(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def clear():
    OUTPUT.unlink(missing_ok=True)
    shutil.rmtree(PARTS, ignore_errors=True)


def kept():
    """The finished shards and their bytes."""
    return {path.name: path.read_bytes() for path in PARTS.glob("shard-*.h5")}


def units():
    """What finished shards hold, by their names."""
    found = set()
    for name in kept():
        first, last, _, *cells = name[:-3].split("-")[1:]
        found.update((*cells, unit) for unit in range(int(first), int(last)))
    return found


def calls_of(call, *arguments):
    """What a run does to files when it is let alone."""
    log = Path("calls.txt")
    log.unlink(missing_ok=True)
    done = call(*arguments, KILL_LOG=str(log))
    assert done.returncode == 0, done.stderr
    return log.read_text().split()


def was_refused(done, name, when):
    """It says so, unless what it could not do was to clear away what is of no more use."""
    words = {"fails": "Input/output error", "full": "No space left on device"}[when]
    if done.returncode == 0:
        return False
    assert done.returncode == 1 and words in done.stderr and "unlink" not in name, (name, done.stderr)
    assert done.stdout == "" and all(line.startswith("detente: ") for line in done.stderr.splitlines()), done.stderr
    assert OUTPUT.name in done.stderr, done.stderr
    return True


def kill_each(call, moments, arguments, prepare, go_on, check):
    """Kill at each of these moments, go on, and check. How often it died, or said that it failed."""
    killed = 0
    for number, name, when in moments:
        prepare()
        done = call(*arguments, KILL_AT=str(number), KILL_WHEN=when)
        if when in REFUSED:
            killed += was_refused(done, name, when)
        else:
            killed += done.returncode == -signal.SIGKILL
            assert done.returncode in (0, -signal.SIGKILL), (number, when, done.stderr)
        if done.returncode == 0:
            shutil.rmtree(PARTS, ignore_errors=True)
        check(done, (number, name, when))
        again = call(*go_on)
        assert again.returncode == 0, (number, name, when, again.stderr)
        check(again, (number, name, when))
    return killed


def kill_in_many(moments, kill):
    """The same by several processes, each with its share of the moments and a copy of the folder."""
    fork = multiprocessing.get_context("fork")
    found = fork.SimpleQueue()

    def work(folder, share):
        try:
            os.chdir(folder)
            found.put(kill(share))
        except BaseException:  # pylint: disable=broad-exception-caught  # whatever it was, the test is to say it
            found.put(traceback.format_exc())

    here = Path.cwd()
    workers = []
    for i in range(WORKERS):
        folder = here.parent / f"{here.name}-worker{i}"
        shutil.copytree(here, folder)
        workers.append(fork.Process(target=work, args=(folder, moments[i::WORKERS])))
    for worker in workers:
        worker.start()
    results = [found.get() for _ in workers]
    for worker in workers:
        worker.join()
        shutil.rmtree(f"{here}-worker{workers.index(worker)}")
    failures = [result for result in results if isinstance(result, str)]
    assert not failures, "\n".join(failures)
    return sum(results)


def kill_everywhere(call, arguments, prepare, go_on, check, stride=1, how=KILLED):
    """Kill a command at each of its calls; in a short run at every call that is no write, and some that are, or at one in
    `stride` of these."""
    prepare()
    calls = calls_of(call, *arguments)
    assert {"pwrite", "fsync", "renameat2" if "renameat2" in calls else "rename"} <= set(calls), calls
    moments = [(number, name, when) for number, name in enumerate(calls, 1)
               if LONG or "write" not in name or number % 9 == 0 for when in how]
    if LONG:
        killed = kill_in_many(moments, lambda share: kill_each(call, share, arguments, prepare, go_on, check))
    else:
        moments = moments[::stride]
        killed = kill_each(call, moments, arguments, prepare, go_on, check)
    print(f"{' '.join(arguments)}: ended {killed} times, at {len(moments)} moments ({', '.join(how)}) of {len(calls)} calls")
    # What a run does varies by a call or two, by how its threads meet: the last moments may never come. And what it could not
    # clear away at its end is no failure.
    assert killed >= 0.95 * len(moments) - (1 if how == KILLED else 20)


def of_a_run(reference):
    """What holds while a file is made: one that bears its name is whole; shards that were there are there until it does."""
    before = set()

    def prepare():
        clear()
        before.clear()

    def check(done, what):
        found = units()
        assert done.returncode != 0 or (OUTPUT.exists() and not PARTS.exists()), what
        assert not OUTPUT.exists() or digest(OUTPUT) == reference, what
        assert OUTPUT.exists() or before <= found, what
        before.update(found)

    return prepare, check


def of_an_extension(old, reference):
    """The old file or the new one, whole: nothing else is ever there, nor is a shard lost before the new one is."""
    before = set()

    def prepare():
        clear()
        OUTPUT.write_bytes(old)
        before.clear()

    def check(done, what):
        found, new = units(), OUTPUT.read_bytes() != old
        assert new or done.returncode != 0, what
        assert not new or digest(OUTPUT) == reference, what
        assert new or before <= found, what
        assert done.returncode != 0 or not PARTS.exists(), what
        before.update(found)

    return prepare, check


def reference_of(call, config):
    play(call, "run", config, "-o", "reference.h5")
    return digest("reference.h5")


def end_half_way(call):
    """A run that was killed when it had finished two shards: what it left, in the folder half."""
    calls = calls_of(call, *RUN)
    OUTPUT.unlink()
    half = [i for i, name in enumerate(calls, 1) if name == "rename"][1]
    assert call(*RUN, KILL_AT=str(half), KILL_WHEN="after").returncode == -signal.SIGKILL
    PARTS.rename("half")


def test_a_run(call):
    prepare, check = of_a_run(reference_of(call, "k.yaml"))
    kill_everywhere(call, RUN, prepare, (*RUN, "--resume"), check)


def test_a_run_to_a_precision(call):
    prepare, check = of_a_run(reference_of(call, "u.yaml"))
    kill_everywhere(call, run_of("u.yaml"), prepare, (*run_of("u.yaml"), "--resume"), check, stride=9)


def test_a_resume(call):
    """The second half of a run that was killed before; its shards are not touched until the output is there."""
    reference = reference_of(call, "k.yaml")
    end_half_way(call)
    shards = {path.name: path.read_bytes() for path in Path("half").glob("shard-*.h5")}
    assert shards

    def prepare():
        clear()
        shutil.copytree("half", PARTS)

    def check(done, what):
        assert done.returncode != 0 or OUTPUT.exists(), what
        assert digest(OUTPUT) == reference if OUTPUT.exists() else shards.items() <= kept().items(), what

    kill_everywhere(call, (*RUN, "--resume"), prepare, (*RUN, "--resume"), check)


def test_an_extension(call):
    reference = reference_of(call, "k.yaml")
    play(call, "run", "k.yaml", "-o", "old.h5", "--set", "replications=3")
    prepare, check = of_an_extension(Path("old.h5").read_bytes(), reference)
    kill_everywhere(call, (*RUN, "--extend"), prepare, (*RUN, "--extend"), check)


def test_more_points(call):
    """And more replications of all of them; --resume goes on with it too."""
    reference = reference_of(call, "s.yaml")
    play(call, "run", "s.yaml", "-o", "old.h5", "--set", "replications=2", "--set", "design.points=2")
    prepare, check = of_an_extension(Path("old.h5").read_bytes(), reference)
    kill_everywhere(call, (*run_of("s.yaml"), "--extend"), prepare, (*run_of("s.yaml"), "--extend"), check, stride=5)


@pytest.mark.parametrize("config, stride", [("k.yaml", 1), ("u.yaml", 9)], ids=["of_replications", "of_cells"])
def test_a_shard_and_a_merge(call, config, stride):
    reference = reference_of(call, config)
    for i in (1, 2, 3):
        play(call, "run", config, "-o", f"s{i}.h5", "--shard", f"{i}/3")
    shards = {name: Path(name).read_bytes() for name in ("s1.h5", "s2.h5", "s3.h5")}

    def check(done, what):
        assert all(Path(name).read_bytes() == whole for name, whole in shards.items()), what
        assert done.returncode != 0 or OUTPUT.exists(), what
        assert not OUTPUT.exists() or digest(OUTPUT) == reference, what

    merge = ("merge", "-o", "o.h5", "--force", *shards)
    kill_everywhere(call, merge, clear, merge, check, stride)

    def check_shard(done, what):
        assert done.returncode != 0 or OUTPUT.exists(), what
        if OUTPUT.exists():
            OUTPUT.rename("s2.h5")
            assert call("merge", "-o", "m.h5", "--force", *shards).returncode == 0, what
            assert digest("m.h5") == reference, what
            Path("s2.h5").rename(OUTPUT)

    shard = (*run_of(config), "--shard", "2/3")
    kill_everywhere(call, shard, clear, (*shard, "--resume"), check_shard, stride)


def test_a_partial_merge(call):
    """What an ended run left is merged, and gone on from, wherever the merge was killed."""
    reference = reference_of(call, "k.yaml")
    end_half_way(call)
    merge = ("merge", "--partial", "-o", "o.h5", "--force", "half")
    play(call, *merge)
    part = digest(OUTPUT)

    def check(done, what):
        assert done.returncode != 0 or OUTPUT.exists(), what
        assert not OUTPUT.exists() or digest(OUTPUT) == part, what
        if done.returncode == 0:
            play(call, *RUN, "--resume")
            assert digest(OUTPUT) == reference, what

    kill_everywhere(call, merge, clear, merge, check, stride=9)


@pytest.mark.parametrize("what", ["run", "extension", "points", "shard", "merge"])
def test_a_call_that_is_refused(call, what):
    """A disk that fails, or is full from some moment on, then no more."""
    config = "s.yaml" if what == "points" else "k.yaml"
    reference = reference_of(call, config)
    if what in ("extension", "points"):
        play(call, "run", config, "-o", "old.h5", "--set", "replications=2", *(["--set", "design.points=2"] if what == "points" else []))
        prepare, check = of_an_extension(Path("old.h5").read_bytes(), reference)
        command = go_on = (*run_of(config), "--extend")
    elif what == "merge":
        for i in (1, 2):
            play(call, "run", config, "-o", f"s{i}.h5", "--shard", f"{i}/2")
        prepare, check = of_a_run(reference)
        command = go_on = ("merge", "-o", "o.h5", "--force", "s1.h5", "s2.h5")
    elif what == "shard":
        play(call, *RUN, "--shard", "2/3")
        OUTPUT.rename("s2.h5")
        prepare, check = of_a_run(digest("s2.h5"))
        command = (*RUN, "--shard", "2/3")
        go_on = (*command, "--resume")
    else:
        prepare, check = of_a_run(reference)
        command, go_on = RUN, (*RUN, "--resume")
    kill_everywhere(call, command, prepare, go_on, check, stride=11, how=REFUSED)
