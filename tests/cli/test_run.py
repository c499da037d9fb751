# SPDX-License-Identifier: GPL-3.0-or-later
"""detente run: the same bytes whatever plays them; being stopped; disks and files that will not do."""
import os
import re
import resource
import signal
import subprocess
import time

import h5py
import numpy
import pytest

CONFIG = """detente: 1
name: c
extends: billing-dispute
seed: 7
replications: 6
encounters: 150
keep: {encounters: 100, turns: 20}
strategies: [typical, listen-then-pay, mirroring]
"""
# Takes minutes if it is not stopped.
LONG = ("billing-dispute", "--set", "replications=1000000")


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "c.yaml"
    path.write_text(CONFIG)
    return path


def contents(path):
    """Everything in a results file but its provenance: name -> shape, type, bytes, attributes."""
    found = {}

    def plain(value):
        """A value as something that compares; references are addresses, which the length of provenance shifts."""
        if isinstance(value, numpy.ndarray) and value.dtype.names:
            return "references"
        if isinstance(value, numpy.ndarray) and value.dtype.kind == "O":
            return [plain(v) for v in value.ravel()]
        if isinstance(value, h5py.Reference):
            return "references"
        return (str(value.dtype), value.tobytes()) if isinstance(value, (numpy.ndarray, numpy.generic)) else value

    def take(name, item):
        if name.startswith("provenance"):
            return
        attributes = {k: plain(v) for k, v in item.attrs.items()}
        data = (item.shape, str(item.dtype), plain(item[()])) if isinstance(item, h5py.Dataset) else None
        found[name] = (attributes, data)

    with h5py.File(path) as file:
        file.visititems(take)
        found["/"] = {k: plain(v) for k, v in file.attrs.items()}
    return found


def test_the_same_bytes_for_any_threads_and_kernel(run, config, tmp_path):
    assert run("run", config, "-o", "one.h5", "--threads", 1).returncode == 0
    expected = contents(tmp_path / "one.h5")
    assert len(expected) > 80 and "encounters/persona" in expected and "turns/anger" in expected
    kernels = []
    for threads in (2, 3, 8):
        assert run("run", config, "-o", f"t{threads}.h5", "--threads", threads).returncode == 0
        assert contents(tmp_path / f"t{threads}.h5") == expected, f"{threads} threads"
    for isa in ("scalar", "v2", "v3", "v4"):
        done = run("run", config, "-o", f"{isa}.h5", "--threads", 2, environment={"DETENTE_ISA": isa})
        if done.returncode == 2 and "this machine does not have it" in done.stderr:
            continue
        assert done.returncode == 0
        assert contents(tmp_path / f"{isa}.h5") == expected, isa
        with h5py.File(tmp_path / f"{isa}.h5") as file:
            kernels.append(file["provenance"].attrs["isa"])
    assert "scalar" in [k.decode() if isinstance(k, bytes) else k for k in kernels]
    # And the comparison does see a difference.
    assert run("run", config, "-o", "seed.h5", "--set", "seed=8").returncode == 0
    assert contents(tmp_path / "seed.h5")["resolved"] != expected["resolved"]


def test_provenance_and_table(run, config, tmp_path):
    done = run("run", config, "-o", "a file.h5", "--threads", 2, "--set", "agent.warmth=0.3")
    assert done.returncode == 0 and done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["strategy", "resolved", "escalated", "satisfaction", "minutes", "total", "cost"]
    assert all(len(line) <= 100 for line in lines[:-1])
    with h5py.File(tmp_path / "a file.h5") as file:
        words = dict(file["provenance"].attrs)
        summary = file["summary/minutes"][:]
        half = (summary[:, 3] - summary[:, 2]) / 2
    text = {k: v.decode() if isinstance(v, bytes) else v for k, v in words.items()}
    assert text["command"] == f"detente run {config} -o 'a file.h5' --threads 2 --set agent.warmth=0.3"
    assert text["threads"] == 2 and text["encounters"] == 3 * 6 * 150 and text["started"] <= text["finished"]
    assert len(text["started"]) == len("2024-10-05T12:00:00Z")
    for row, line in enumerate(lines[1:4]):
        assert f"{summary[row, 0]:.2f} ± {half[row]:.2f}" in line
    assert lines[4].startswith("±") and lines[5].startswith("2,700 encounters, ") and lines[5].endswith("written to a file.h5")


def test_one_replication_has_no_interval(run, config):
    done = run("run", config, "-o", "o.h5", "--set", "replications=1")
    assert done.returncode == 0 and "No ±" in done.stdout and " ± " not in done.stdout


def test_long_names_are_cut_and_numbers_stay_aligned(run, tmp_path):
    names = ["é" * 31, "n" * 63, "short"]
    strategies = ", ".join(f"{{name: {n}, playbook: [{{do: offer}}]}}" for n in names)
    (tmp_path / "n.yaml").write_text(f"detente: 1\nname: n\nreplications: 3\nencounters: 20\nstrategies: [{strategies}]\n")
    done = run("run", "n.yaml", "-o", "o.h5")
    assert done.returncode == 0
    lines = done.stdout.splitlines()[:4]
    assert {len(line) for line in lines[1:]} <= {len(lines[1])} and len(lines[1]) <= 100 and "…" in lines[2]
    assert len({line.index("±") for line in lines[1:]}) == 1


def test_dry_run_writes_nothing(run, tmp_path):
    done = run("run", "billing-dispute", "-o", "o.h5", "--dry-run", "--keep", "turns")
    assert done.returncode == 0 and "= 10,240 encounters" in done.stdout and "group turns" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_keep_overrides_the_config(run, config, tmp_path):
    assert run("run", config, "-o", "o.h5", "--keep", "none").returncode == 0
    with h5py.File(tmp_path / "o.h5") as file:
        assert "encounters" not in file and "turns" not in file


def test_progress_elsewhere_than_on_a_terminal(run):
    done = run("run", "billing-dispute", "-o", "o.h5", "--progress", "never")
    assert done.returncode == 0 and done.stderr == ""
    done = run("run", "billing-dispute", "-o", "p.h5", "--set", "replications=40000", "--progress", "always", "--threads", 1)
    assert done.returncode == 0 and "\r" not in done.stderr
    line = re.fullmatch(r"detente: +(\d+) %, left (\d+:\d\d), replication ([\d,]+) of 40,000, (\S+) M turns/s, "
                        r"([\d,]+) of 10,240,000 encounters", done.stderr.splitlines()[0])
    assert line, done.stderr
    percent, replication, encounters = (int(line[i].replace(",", "")) for i in (1, 3, 5))
    assert 0 < encounters < 10240000 and percent == round(encounters / 102400)
    assert replication == encounters // 256 + 1
    assert float(line[4]) * 1e6 > 5 * encounters / 10  # more than five turns an encounter, in ten seconds at most


def test_progress_under_a_stopping_rule(run, tmp_path):
    """Rounds shorter than a report are shown, and what is left is what the intervals tell: first at most, then about."""
    (tmp_path / "c.yaml").write_text("""detente: 1
name: c
extends: billing-dispute
encounters: 64
replications: {min: 20, max: 20000, until: {metric: escalated, halfwidth: 0.0026}}
strategies: [typical, mirroring, task-focused, surrender]
design: {type: random, points: 25, vary: {customer.anger.mean: {from: 0.3, to: 0.7}}}
""")
    done = run("run", "c.yaml", "-o", "o.h5", "--progress", "always", "--threads", 1)
    assert done.returncode == 0, done.stderr
    lines = [re.fullmatch(r"detente: +(\d+) %, left (about|at most) \d+:\d\d, (\d+) of 100 cells precise, "
                          r"replication ([\d,]+) of at most 20,000, \S+ M turns/s, ([\d,]+) of \2 ([\d,]+) encounters", line)
             for line in done.stderr.splitlines()]
    assert all(lines) and len(lines) >= 2, done.stderr
    # min 20, then five more each time
    assert all(int(line[4].replace(",", "")) % 5 == 0 for line in lines)
    played = int(re.search(r"^([\d,]+) encounters", done.stdout, re.MULTILINE)[1].replace(",", ""))
    assert lines[-1][2] == "about" and int(lines[-1][6].replace(",", "")) == pytest.approx(played, rel=0.1)
    precise = [int(line[3]) for line in lines]
    assert precise == sorted(precise) and precise[-1] > 0


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_progress_on_a_terminal(detente, tmp_path, columns):
    import fcntl
    import pty
    import struct
    import termios
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = dict(os.environ, TERM="xterm")
    program = subprocess.Popen([detente, "run", "billing-dispute", "-o", "o.h5", "--progress", "always", "--set",
                                "replications=10000"], cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL, stderr=slave)
    os.close(slave)
    seen = b""
    try:
        while piece := os.read(master, 4096):
            seen += piece
    except OSError:
        pass  # the terminal's other side was closed
    os.close(master)
    assert program.wait(60) == 0
    assert b"\r[" in seen and b"#" in seen and b"\x1b" not in seen
    lines = [line.rstrip() for line in seen.decode().split("\r") if "#" in line]
    assert all(len(line) < columns for line in lines)
    # What there is no room for is left out, from the end, and nothing is cut.
    ends = {60: r"left \d+:\d\d, replication [\d,]+ of 10,000", 80: r"\S+ M turns/s", 200: r"of 2,560,000 encounters"}
    assert all(re.search(ends[columns] + "$", line) for line in lines), lines


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGXCPU, signal.SIGUSR1])
def test_a_signal_stops_it_and_says_what_is_kept(detente, tmp_path, number):
    program = subprocess.Popen([detente, "run", *LONG, "-o", "o.h5"], cwd=tmp_path, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    deadline = time.time() + 30
    while not (tmp_path / "o.h5.parts").exists() and time.time() < deadline:
        time.sleep(0.02)
    time.sleep(0.5)
    program.send_signal(number)
    out, err = program.communicate(timeout=30)
    assert program.returncode == 128 + number
    assert out == "" and f"signal {int(number)}" in err and "is kept in o.h5.parts" in err and "--force" in err
    assert not (tmp_path / "o.h5").exists()
    assert not list(tmp_path.rglob("*.tmp")) and list((tmp_path / "o.h5.parts").glob("shard-*.h5"))
    again = subprocess.run([detente, "run", "minimal", "-o", "o.h5"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert again.returncode == 1 and "unfinished work" in again.stderr
    again = subprocess.run([detente, "run", "minimal", "-o", "o.h5", "--force"], cwd=tmp_path, capture_output=True, check=False)
    assert again.returncode == 0 and sorted(p.name for p in tmp_path.iterdir()) == ["o.h5"]


@pytest.mark.parametrize("later", [False, True])
def test_a_signal_told_twice_is_one_and_a_later_one_ends_it(detente, tmp_path, later):
    """Launchers and those who end them both send it. The program is held up by a pipe that is full, where it wants to say what is kept."""
    read, write = os.pipe()
    os.set_blocking(write, False)
    filled = 0
    try:
        while True:
            filled += os.write(write, b"\n" * 4096)
    except BlockingIOError:
        os.set_blocking(write, True)
    program = subprocess.Popen([detente, "run", *LONG, "-o", "o.h5", "--progress", "never"], cwd=tmp_path, stdout=subprocess.DEVNULL,
                               stderr=write)
    os.close(write)
    deadline = time.time() + 30
    while not (tmp_path / "o.h5.parts").exists() and time.time() < deadline:
        time.sleep(0.02)
    time.sleep(0.5)
    for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGINT):
        program.send_signal(number)
        time.sleep(0.05)
    assert program.poll() is None
    if later:
        time.sleep(1.5)
        program.send_signal(signal.SIGTERM)
        assert program.wait(30) == -signal.SIGTERM
    with os.fdopen(read, "rb") as pipe:
        said = pipe.read()[filled:].decode()
    if not later:
        assert program.wait(30) == 143 and said.count("stopped by signal 15") == 1 and "--resume" in said, said
    assert list((tmp_path / "o.h5.parts").glob("shard-*.h5"))


def test_what_is_ignored_stays_ignored(detente, tmp_path):
    program = subprocess.Popen(["nohup", detente, "run", "billing-dispute", "--set", "replications=20000", "-o", "o.h5"],
                               cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.3)
    program.send_signal(signal.SIGHUP)
    assert program.wait(60) == 0 and (tmp_path / "o.h5").exists()


def test_an_output_that_exists_is_replaced_only_by_force(run, tmp_path):
    (tmp_path / "o.h5").write_text("mine")
    done = run("run", "minimal", "-o", "o.h5")
    assert done.returncode == 1 and "o.h5: exists" in done.stderr and (tmp_path / "o.h5").read_text() == "mine"
    (tmp_path / "o.h5").write_bytes(b"\x89HDF\r\n\x1a\nwhat is left of one")
    assert run("run", "minimal", "-o", "o.h5", "--force").returncode == 0
    assert h5py.is_hdf5(tmp_path / "o.h5") and [p.name for p in tmp_path.iterdir()] == ["o.h5"]


@pytest.mark.parametrize("command", [("run", "-o", "o.h5"), ("run", "--dry-run"), ("check",)])
def test_more_encounters_than_can_be_counted(run, tmp_path, command):
    done = run(*command, "minimal", "--set", "replications=4294967295", "--set", "encounters=4294967295",
               "--set", "strategies=[typical, surrender, interim]")
    assert done.returncode == 2 and "more than 2^64 encounters" in done.stderr and not list(tmp_path.iterdir())


def test_a_config_too_large_to_be_read_back(run, tmp_path):
    rules = ", ".join(["{when: {turn: '< 5', listens: '< 2'}, do: listen}"] * 30)
    rows = [f"  - {{name: s{i}, playbook: [{rules}, {{do: offer}}]}}" for i in range(3580)]
    (tmp_path / "c.yaml").write_text("\n".join(["detente: 1", "replications: 1", "encounters: 1", "strategies:", *rows]))
    done = run("run", "c.yaml", "-o", "o.h5")
    assert done.returncode == 3 and "too large" in done.stderr and [p.name for p in tmp_path.iterdir()] == ["c.yaml"]


def test_a_file_whose_name_is_no_text(run, tmp_path):
    (tmp_path / "l\udcff\u00e4.yaml").write_text("detente: 1\nreplications: 1\nencounters: 1\n")
    assert run("run", "l\udcff\u00e4.yaml", "-o", "o.h5").returncode == 0
    with h5py.File(tmp_path / "o.h5") as file:
        assert file.attrs["name"] == "l_\u00e4"


def test_force_replaces_nothing_but_results(run, config, tmp_path):
    before = config.read_bytes()
    (tmp_path / "mine").write_bytes(before)
    done = run("run", "mine", "-o", "mine", "--force")
    assert done.returncode == 1 and "is not a results file" in done.stderr and (tmp_path / "mine").read_bytes() == before
    (tmp_path / "empty").touch()
    assert run("run", "minimal", "-o", "empty", "--force").returncode == 0 and h5py.is_hdf5(tmp_path / "empty")


@pytest.mark.parametrize("output, words", [("folder", "is a folder"), ("folder/", "folder"), ("no/o.h5", "detente: no: there is no such folder\n"),
                                           ("/dev/full", "not an ordinary file"), ("", "not the name of a file")])
def test_outputs_that_will_not_do(run, tmp_path, output, words):
    (tmp_path / "folder").mkdir()
    done = run("run", "minimal", "-o", output)
    assert done.returncode == 1 and done.stdout == "" and words in done.stderr
    assert [p.name for p in tmp_path.rglob("*")] == ["folder"]


@pytest.mark.parametrize("suffix", ["html", "htm", "yaml", "yml", "csv", "json", "svg", "pdf", "png", "HTML"])
def test_a_name_of_another_kind_is_refused(run, tmp_path, suffix):
    for command in (("run", "minimal"), ("merge", "s.h5")):
        done = run(*command, "-o", f"o.{suffix}")
        assert done.returncode == 2 and f'"o.{suffix}": what is written is a results file (HDF5)' in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("leads_to", ["nowhere.h5", "there.h5", "o.h5"])
@pytest.mark.parametrize("force", [[], ["--force"]])
def test_an_output_that_is_a_link_is_refused_at_once(run, tmp_path, leads_to, force):
    assert run("run", "minimal", "-o", "there.h5").returncode == 0
    before = (tmp_path / "there.h5").read_bytes()
    (tmp_path / "o.h5").symlink_to(leads_to)
    done = run("run", "minimal", "-o", "o.h5", *force)
    assert done.returncode == 1 and done.stdout == "" and done.stderr.count("\n") == 1 and "symbolic link" in done.stderr
    assert (tmp_path / "o.h5").is_symlink() and (tmp_path / "there.h5").read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["o.h5", "there.h5"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")
def test_what_may_not_be_read_or_written(run, config, tmp_path):
    config.chmod(0)
    done = run("run", config, "-o", "o.h5")
    assert done.returncode == 3 and "Permission denied" in done.stderr
    shut = tmp_path / "shut"
    shut.mkdir(0o500)
    done = run("run", "minimal", "-o", "shut/o.h5")
    assert done.returncode == 1 and "Permission denied" in done.stderr


def test_two_runs_on_one_file(detente, run, tmp_path):
    first = subprocess.Popen([detente, "run", *LONG, "-o", "o.h5"], cwd=tmp_path, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
    try:
        deadline = time.time() + 30
        while not (tmp_path / "o.h5.parts/lock").exists() and time.time() < deadline:
            time.sleep(0.02)
        time.sleep(0.1)
        done = run("run", "minimal", "-o", "o.h5", "--force")
        assert done.returncode == 1 and "in use by another run" in done.stderr
    finally:
        first.kill()
        first.wait()
    # The lock dies with its process.
    assert run("run", "minimal", "-o", "o.h5", "--force").returncode == 0


def test_a_full_disk(run, tmp_path):
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
    done = run("run", "billing-dispute", "-o", "o.h5", "--keep", "encounters", preexec_fn=limit)
    assert done.returncode == 1 and done.stdout == "" and "o.h5" in done.stderr and "File too large" in done.stderr
    assert not (tmp_path / "o.h5").exists() and not list(tmp_path.rglob("*.tmp"))


def test_a_closed_standard_output_does_not_get_the_results(run, detente, tmp_path):
    done = subprocess.run(["sh", "-c", '"$0" run minimal -o o.h5 >&-', detente], cwd=tmp_path, capture_output=True, text=True,
                          check=False)
    assert done.returncode == 1 and "cannot write to standard output" in done.stderr
    assert run("export", "o.h5", "--table", "summary").returncode == 0
