# SPDX-License-Identifier: GPL-3.0-or-later
"""Help, names that are none, exit statuses; new and check."""
import re
import resource

import pytest

COMMANDS = ["new", "list", "run", "merge", "trace", "replay", "params", "check", "compare", "test", "sensitivity", "select", "report", "plot", "export", "verify"]
LATER = ["fit"]


def test_help_lists_every_command(run):
    done = run("--help")
    assert done.returncode == 0 and done.stderr == ""
    assert set(COMMANDS) <= set(re.findall(r"^  (\w+) ", done.stdout, re.M))
    assert run("help").stdout == done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_shows_an_example(run, command):
    done = run(command, "--help")
    assert done.returncode == 0 and done.stderr == ""
    assert done.stdout.startswith(f"Usage: detente {command} ")
    assert re.search(rf"^ +detente {command}\b", done.stdout.split("\n\n", 1)[1], re.M), "an example"
    assert run("help", command).stdout == done.stdout


def test_version(run):
    done = run("--version")
    assert done.returncode == 0
    assert re.match(r"detente \d+\.\d+\.\d+ \(model \d+, format \d+, revision \S+\)\n", done.stdout)


@pytest.mark.parametrize("command", LATER)
def test_later_commands_are_said_to_be_missing(run, command):
    done = run(command, "out.h5")
    assert done.returncode == 2 and done.stdout == ""
    assert "this version" in done.stderr and command in done.stderr


@pytest.mark.parametrize("arguments, words", [
    ((), "no command"),
    (("rnu",), 'did you mean "run"?'),
    (("exprot",), 'did you mean "export"?'),
    (("zzzzzz",), "`detente --help`"),
    (("--verison",), "no such option"),
    (("run",), "name a CONFIG"),
    (("run", "minimal"), "-o OUT.h5"),
    (("run", "minimal", "minimal", "-o", "o.h5"), "one CONFIG"),
    (("run", "minimal", "-o", "o.h5", "--frobnicate"), "frobnicate"),
    (("run", "minimal", "-o", "o.h5", "--threads", "0"), "1 to"),
    (("run", "minimal", "-o", "o.h5", "--threads", "2x"), "1 to"),
    (("run", "minimal", "-o", "o.h5", "--keep", "encouters"), 'did you mean "encounters"?'),
    (("run", "minimal", "-o", "o.h5", "--progress", "perhaps"), "auto, always, never"),
    (("run", "minimal", "-o", "o.h5", "--set", "seed"), "PATH=VALUE"),
    (("run", "minimal", "-o", "o.h5", "--extend", "--shard", "1/2"), "merge its shards first"),
    (("run", "minimal", "-o", "o.h5", "--shard", "3/2"), "I from 1 to N"),
    (("check",), "name a CONFIG"),
    (("export", "o.h5"), "--table"),
    (("export", "o.h5", "--table", "sumary"), 'did you mean "summary"?'),
    (("export", "o.h5", "--table", "turns", "--traits"), "--table encounters"),
    (("export", "o.h5", "--table", "turns", "--format", "xls"), "csv"),
    (("test",), "name a results file"),
    (("verify", "--seed", "x"), "a whole number"),
    (("verify", "L1"), "takes no argument"),
    (("verify", "--config", "L7"), "no such limit"),
    (("new",), "say what to start"),
    (("new", "playbok", "mine"), 'did you mean "playbook"?'),
    (("new", "playbook"), "NAME"),
    (("new", "playbook", "typical"), "library"),
    (("new", "persona", "entitled"), "library"),
    (("new", "playbook", "mine.yaml"), "without .yaml"),
    (("new", "scenario", "../up"), "letters"),
    (("new", "scenario", "Null"), "word for nothing"),
    (("new", "scenario", "x" * 64), "63"),
])
def test_wrong_usage(run, tmp_path, arguments, words):
    done = run(*arguments)
    assert done.returncode == 2 and done.stdout == ""
    assert words in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_unknown_isa_is_wrong_usage(run, tmp_path):
    done = run("run", "minimal", "-o", "o.h5", environment={"DETENTE_ISA": "mmx"})
    assert done.returncode == 2 and "DETENTE_ISA=mmx" in done.stderr and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [("run", "no.yaml", "-o", "o.h5"), ("check", "no.yaml"), ("export", "no.h5", "--table", "turns"),
                                     ("run", ".", "-o", "o.h5"), ("check", "billing-disputes"),
                                     ("trace", "billing-disputes")])
def test_inputs_that_are_not_there(run, tmp_path, command):
    done = run(*command)
    assert done.returncode == 3 and command[1] in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["run", "check", "trace"])
def test_a_name_that_is_neither_file_nor_scenario(run, command):
    done = run(command, "billing-disputes", *(("-o", "o.h5") if command == "run" else ()))
    assert done.stderr == ("detente: billing-disputes: neither a file nor a scenario of the library (`detente list scenarios`); "
                           "did you mean billing-dispute?\n")


def test_what_is_taken_for_a_config(run, tmp_path):
    """Results, a strategy, a persona, a name without its suffix, a folder that holds a config."""
    assert run("run", "minimal", "-o", "x.h5", "--set", "replications=2", "--set", "encounters=10").returncode == 0
    assert run("new", "experiment", "kind").returncode == 0 and run("new", "playbook", "desk").returncode == 0
    (tmp_path / "empty").mkdir()
    for name, words in (("x.h5", "x.h5: is a results file (HDF5), not a text: `detente compare`, `report` and `replay` read it\n"),
                        ("mirroring", "mirroring is a strategy of the library, not a scenario; a scenario or config plays it: "
                                      "--set 'strategies=[mirroring]'\n"),
                        ("entitled", "entitled is a persona of the library, not a scenario; a scenario or config has it as its "
                                     "customers: --set customer.persona=entitled\n"),
                        ("desk", "desk: neither a file nor a scenario of the library; did you mean desk.yaml?\n"),
                        ("kind", "kind: is a folder, not a file; did you mean kind/config.yaml?\n"),
                        ("kind/", "kind/: is a folder, not a file; did you mean kind/config.yaml?\n"),
                        ("empty", "empty: is a folder, not a file\n")):
        for command in (("check", name), ("trace", name), ("run", name, "-o", "y.h5")):
            done = run(*command)
            assert done.returncode == 3 and done.stderr == "detente: " + words, command
    for hint in ("strategies=[mirroring]", "customer.persona=entitled"):
        assert run("check", "minimal", "--set", hint).returncode == 0


@pytest.mark.parametrize("command", [("compare",), ("test",), ("sensitivity", "-m", "resolved"), ("export", "--table", "summary"),
                                     ("replay", "--cell", 0, "--replication", 0, "--encounter", 0), ("report", "-o", "o.html"),
                                     ("plot", "-m", "resolved", "-o", "o.svg")])
def test_a_config_is_no_results_file(run, tmp_path, command):
    (tmp_path / "c.yaml").write_text("detente: 1\n")
    done = run(command[0], "c.yaml", *command[1:])
    assert done.returncode == 3 and done.stderr == ("detente: c.yaml: not a results file of detente: no HDF5; a config is played "
                                                    "first: `detente run CONFIG -o OUT.h5`\n")
    (tmp_path / "cut.h5").write_bytes(b"\x89HDF\r\n\x1a\nwhat is left of one")
    done = run(command[0], "cut.h5", *command[1:])
    assert done.returncode == 3 and done.stderr == "detente: cut.h5: not a results file of detente: damaged or truncated\n"


def test_warnings_begin_with_their_place(run, tmp_path):
    (tmp_path / "c.yaml").write_text("detente: 1\ntiers: [{wait: 1}, {wait: 3}]\n")
    done = run("check", "c.yaml", "--set", "tiers[0].empathy=0.5")
    assert done.returncode == 0
    assert set(done.stderr.splitlines()) == {
        "c.yaml:2:10: warning: tiers[0].wait: has no effect: the front line answers first",
        "detente: --set: warning: tiers[0].empathy: has no effect: the front line's empathy is agent.empathy"}


@pytest.mark.parametrize("kind", ["scenario", "playbook", "persona", "experiment"])
def test_a_starter_runs_as_it_is(run, tmp_path, kind):
    assert run("new", kind, "mine").returncode == 0
    config = tmp_path / ("mine/config.yaml" if kind == "experiment" else "mine.yaml")
    text = config.read_text()
    assert text.count("#") >= 5 and "\nname: mine\n" in text
    done = run("run", config, "-o", "mine.h5", "--set", "replications=2")
    assert done.returncode == 0 and done.stderr == "" and (tmp_path / "mine.h5").exists()
    if kind == "playbook":
        rows = dict(line.split(None, 1) for line in done.stdout.splitlines()[1:3])
        assert set(rows) == {"typical", "mine"} and rows["typical"].strip() == rows["mine"].strip()
    if kind == "persona":
        tables = done.stdout.split("customer.persona ")
        assert [table.splitlines()[0] for table in tables[1:]] == ["reasonable", "mine"] and len(tables[1].splitlines()) == 3
        assert tables[1].splitlines()[1:3] == tables[2].splitlines()[1:3]
    again = run("new", kind, "mine")
    assert again.returncode == 1 and "exists" in again.stderr
    assert config.read_text() == text
    assert not list(tmp_path.rglob("*.tmp"))


def test_new_touches_nothing_else(run, tmp_path):
    (tmp_path / "mine.yaml.tmp").write_text("mine")
    (tmp_path / "link.yaml").symlink_to("nowhere")
    assert run("new", "scenario", "mine").returncode == 0 and (tmp_path / "mine.yaml.tmp").read_text() == "mine"
    done = run("new", "scenario", "link")
    assert done.returncode == 1 and "exists" in done.stderr and not (tmp_path / "nowhere").exists()


def test_new_on_a_full_disk_leaves_nothing(run, tmp_path):
    done = run("new", "scenario", "mine", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)))
    assert done.returncode == 1 and "mine.yaml: File too large" in done.stderr and list(tmp_path.iterdir()) == []


def test_check_reads_playbooks_back(run, tmp_path):
    (tmp_path / "c.yaml").write_text("detente: 1\nname: c\nreplications: 4\nencounters: 10\nstrategies:\n"
                                     "  - {name: a, playbook: [{when: {turn: \"< 3\"}, do: ask},\n"
                                     "                         {when: {turn: \"< 2\"}, do: apologise}, {do: offer}]}\n")
    done = run("check", "c.yaml")
    assert done.returncode == 0 and done.stderr == ""
    assert "c: no mistakes" in done.stdout and "Otherwise: makes an offer." in done.stdout
    assert done.stdout.count("can never apply: ") == 1
    assert "1 strategy x 4 replications x 10 encounters = 40 encounters" in done.stdout
    done = run("check", "c.yaml", "--set", "replications=0", "--set", "nonsense=1")
    assert done.returncode == 3 and done.stdout == ""
    assert "replications" in done.stderr and "nonsense" in done.stderr


def test_check_reads_standard_input(run, tmp_path):
    (tmp_path / "c.yaml").write_text("detente: 1\nname: piped\n")
    with open(tmp_path / "c.yaml", encoding="utf-8") as file:
        assert "piped: no mistakes" in run("check", "-", stdin=file).stdout


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("run", "--help"), ("check", "minimal"), ("trace", "minimal"),
                                       ("run", "minimal", "-o", "o.h5", "--dry-run")])
def test_a_full_disk_for_what_is_printed(run, arguments):
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = run(*arguments, stdout=full)
    assert done.returncode == 1
    assert done.stderr == "detente: cannot write to standard output: No space left on device\n"
