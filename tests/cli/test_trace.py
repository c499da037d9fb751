# SPDX-License-Identifier: GPL-3.0-or-later
"""detente trace and detente replay: what a person reads, what a program reads, and that stored turns come out again."""
import csv
import io
import json
import re
import shutil

import h5py
import numpy
import pytest

STORED = ["turn", "rule", "move", "tier", "anger", "hostility", "agent_hostility", "heard", "rapport", "demand", "offer", "minutes"]


def text(run, *arguments, **more):
    done = run(*arguments, **more)
    assert done.returncode == 0, done.stderr
    return done.stdout


def library(run):
    """Names of the strategies that are compiled in."""
    return re.findall(r"^([a-z][a-z-]+)", text(run, "list", "strategies"), re.M)


def rows_of(run, *arguments):
    return list(csv.DictReader(io.StringIO(text(run, *arguments, "--format", "csv"))))


# ---- text ----------------------------------------------------------------------------------------------------------------


def test_base_scenario(run):
    out = text(run, "trace", "billing-dispute")
    for part in ("billing-dispute, strategy typical", "number 0 of replication 0, seed 20241005",
                 "refund, costs 80, at the desk's discretion", "front line 50%", "The call begins", "Turn 1, front line",
                 "asks what happened", "rule 1 because asks 0 < 1", "The end: ", "net: what the customer's return is worth"):
        assert part in out
    assert out.count("illustration") == 1


def test_terms_that_differ_read_differently(run):
    """Where what is asked and what is offered round to the same per cent, and are not the same, decimals tell them apart."""
    close = 0
    for encounter in range(41):  # two such turns are among these
        out = text(run, "trace", "billing-dispute", "--encounter", encounter)
        for asked, offered in re.findall(r"asks for ([\d.]+)%, is offered ([\d.]+)%", out):
            assert asked != offered
            close += round(float(asked)) == round(float(offered))
    assert close >= 2


def test_return_says_why(run):
    """Equation (17): a return hangs on how the call ended and how fast."""
    seen = set()
    for encounter in range(20):  # 16 and 18 are unresolved
        out = re.sub(r"\s+", " ", text(run, "trace", "billing-dispute", "--encounter", encounter))
        reason = re.search(r"comes back with a probability of [\d.]+% \((.*?)[,)]", out)[1]
        if "resolved by" not in out:
            expected = "unresolved"
        else:
            minutes = float(re.search(r"Took \d+ turns, ([\d.]+) minutes", out)[1])
            quick = "in one call" in out and minutes <= 5
            expected = f"resolved{'' if quick else ', but not'} at the first contact within 5 minutes".split(",")[0]
        assert reason == expected
        seen.add(reason)
    assert seen == {"unresolved", "resolved at the first contact within 5 minutes", "resolved"}
    assert "\033" not in out
    assert re.search(r"\[#*\.*\] 0\.\d\d", out)
    assert re.search(r"Likely +accept [\d.]+%, ask for a manager ", out)


def test_width_and_words_of_every_strategy(run):
    strategies = library(run)
    assert len(strategies) >= 24
    for strategy in strategies:
        out = text(run, "trace", "billing-dispute", "--strategy", strategy, "-e", 3, "--set", "customer.anger.mean=0.5")
        assert f"strategy {strategy}" in out
        assert max(map(len, out.splitlines())) <= 100
        assert "(null)" not in out and "nan" not in out


def test_same_customer_for_every_strategy(run):
    customers = {re.search(r"(?s)  Customer .*?\n  Playbook", text(run, "trace", "billing-dispute", "-e", 9, "--strategy", s))[0]
                 for s in ("typical", "mirroring", "surrender")}
    assert len(customers) == 1


def test_wait_is_said_and_counted(run):
    """The minutes of a transfer are those between the end of a turn and the beginning of the next."""
    out = text(run, "trace", "billing-dispute", "--set", "customer.expectation.mean=1.3")
    ends = [float(x) for x in re.findall(r"minute [\d.]+ to ([\d.]+)", out)]
    starts = [float(x) for x in re.findall(r"minute ([\d.]+) to", out)]
    waits = [float(x) for x in re.findall(r"after a wait of ([\d.]+) minute", out)]
    gaps = [s - e for e, s in zip(ends, starts[1:]) if s - e > 0.05]
    assert len(waits) == 1 and gaps == pytest.approx(waits, abs=0.11)


def test_settings(run):
    warm = json.loads(text(run, "trace", "billing-dispute", "--set", "agent.warmth=1", "--format", "json"))
    cold = json.loads(text(run, "trace", "billing-dispute", "--set", "agent.warmth=0", "--format", "json"))
    assert warm["traits"] == cold["traits"]
    assert warm["turns"][0]["agent_hostility"] < cold["turns"][0]["agent_hostility"]


def test_settings_reach_a_library_strategy(run):
    out = text(run, "trace", "billing-dispute", "--strategy", "surrender", "--set", "strategy.persistence=0",
               "--set", "strategies[surrender].agent.warmth=0.9", "--format", "json")
    assert json.loads(out)["strategy"] == "surrender"
    plain = text(run, "trace", "billing-dispute", "--strategy", "surrender", "--format", "json")
    assert json.loads(out)["turns"][0]["agent_hostility"] < json.loads(plain)["turns"][0]["agent_hostility"]


def test_strategies_from_elsewhere(run, tmp_path):
    """One of the config's, one of a file, one by --set; standard input has only its own."""
    (tmp_path / "mine.yaml").write_text("name: other\nplaybook: [{do: offer}]\n")
    (tmp_path / "c.yaml").write_text("detente: 1\nname: c\nseed: 1\ncommon_random_numbers: false\nstrategies: [typical, mirroring]\n")
    got = lambda *a, **more: json.loads(text(run, "trace", *a, "--format", "json", **more))
    assert got("c.yaml")["strategy"] == "typical"
    assert (got("c.yaml", "--strategy", "mirroring")["strategy"], got("c.yaml", "--strategy", "mirroring")["cell"]) == ("mirroring", 1)
    assert got("c.yaml", "--strategy", "mine.yaml")["strategy"] == "other"
    assert got("c.yaml", "--strategy", "surrender", "--set", "strategies=[typical, surrender]")["cell"] == 1
    with open(tmp_path / "c.yaml", encoding="utf-8") as stdin:
        assert got("-", "--strategy", "mirroring", stdin=stdin)["cell"] == 1
    with open(tmp_path / "c.yaml", encoding="utf-8") as stdin:
        done = run("trace", "-", "--strategy", "surrender", stdin=stdin)
    assert done.returncode == 2 and 'not a strategy of the config' in done.stderr


def test_own_sentences(run, tmp_path):
    """Words change nothing but words."""
    ours = (tmp_path / "mine.yaml")
    source = open(__file__.replace("tests/cli/test_trace.py", "configs/phrases.yaml"), encoding="utf-8").read()
    ours.write_text(re.sub(r'      - ".*"', '      - "Bla {offer} ü."', source), encoding="utf-8")
    out, plain = text(run, "trace", "billing-dispute", "--phrases", ours), text(run, "trace", "billing-dispute")
    assert re.search(r'"Bla \d+ percent ü\."', out)
    strip = lambda s: [line for line in s.splitlines() if not re.match(r" {13}", line)]
    assert strip(out) == strip(plain)
    ours.write_text(source.replace("{offer}", "{price}"), encoding="utf-8")
    done = run("trace", "billing-dispute", "--phrases", ours)
    assert done.returncode == 3 and done.stdout == "" and "allowed in braces are {offer} and {demand}" in done.stderr


# ---- csv and json ------------------------------------------------------------------------------------------------------------


def test_csv_and_json_agree(run):
    arguments = ("trace", "three-part-complaint", "--strategy", "easy-first", "-r", 2, "-e", 11)
    rows, tree = rows_of(run, *arguments), json.loads(text(run, *arguments, "--format", "json"))
    assert len(rows) == len(tree["turns"]) == tree["metrics"]["turns"] > 1
    assert list(rows[0])[:15] == ["cell", "replication", "encounter"] + STORED
    for row, turn in zip(rows, tree["turns"]):
        assert (row["cell"], row["replication"], row["encounter"]) == ("0", "2", "11")
        for name, value in row.items():
            if name in ("event", "move_name"):
                assert value == turn[name]
            elif name not in ("cell", "replication", "encounter"):
                assert float(value) == turn[name]
                assert numpy.float32(value) == float(value)
        for guard in turn["because"]:
            assert eval(f"{guard['observed']} {guard['is']} {guard['value']}")  # numbers and a comparison
        assert 0 <= turn["p_accept"] + turn["p_manager"] + turn["p_hangup"] <= 1.00001
    ended = {"accept", "hang_up", "impasse", "terminated", "set_aside"}
    assert rows[-1]["event"] in ended
    assert (tree["config"], tree["strategy"], tree["replication"]) == ("three-part-complaint", "easy-first", 2)
    assert set(tree["traits"]) >= {"anger", "patience", "calls_back"}
    assert tree["metrics"]["minutes"] >= tree["turns"][-1]["minutes"]


# ---- replay ------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def results(detente, tmp_path_factory):
    """Turns of every strategy of the library, with every persona."""
    import subprocess
    folder = tmp_path_factory.mktemp("replay")
    names = re.findall(r"^([a-z][a-z-]+)", subprocess.run([detente, "list", "strategies"], capture_output=True, text=True,
                                                        check=True).stdout, re.M)
    (folder / "all.yaml").write_text("detente: 1\nname: all\nextends: three-part-complaint\nseed: 11\nreplications: 3\n"
                                     "encounters: 40\nkeep: turns\ncustomer: {calls_back: 0.5, personas: "
                                     "[reasonable, anxious, entitled, opportunist, abusive, loyal]}\n"
                                     f"strategies: [{', '.join(names)}]\n")
    subprocess.run([detente, "run", folder / "all.yaml", "-o", folder / "all.h5"], check=True, capture_output=True)
    return folder / "all.h5"


def replay(run, path, cell, replication, encounter, *more):
    return run("replay", path, "--cell", cell, "--replication", replication, "--encounter", encounter, *more)


def test_replay_equals_stored_turns(run, results):
    with h5py.File(results) as file:
        stored = {name: file["turns"][name][:] for name in ["cell", "replication", "encounter"] + STORED}
        cells = len(file["cell"])
    assert cells >= 24
    for cell in range(cells):
        for replication, encounter in ((0, 0), (1, 7 + cell % 5), (2, 39)):
            done = replay(run, results, cell, replication, encounter, "--format", "csv")
            assert done.returncode == 0 and "bit for bit" in done.stderr, done.stderr
            rows = list(csv.DictReader(io.StringIO(done.stdout)))
            here = ((stored["cell"] == cell) & (stored["replication"] == replication) & (stored["encounter"] == encounter))
            assert here.sum() == len(rows)
            for name in STORED:
                column = stored[name][here]
                again = numpy.array([float(row[name]) for row in rows]).astype(column.dtype)
                assert again.tobytes() == column.tobytes(), (cell, replication, encounter, name)


def test_replay_reads_like_a_trace(run, results, tmp_path):
    (tmp_path / "c.yaml").write_text((results.parent / "all.yaml").read_text())
    trace = text(run, "trace", "c.yaml", "--strategy", "mirroring", "-r", 1, "-e", 5)
    with h5py.File(results) as file:
        cell = [s.decode() if isinstance(s, bytes) else s for s in file["strategy"][:]].index("mirroring")
    assert replay(run, results, cell, 1, 5).stdout == trace


@pytest.mark.parametrize("column, change", [("anger", numpy.float32(1e-7)), ("move", 1), ("minutes", numpy.float32(0.5))])
def test_replay_finds_a_difference(run, results, tmp_path, column, change):
    """One value of one turn that is not what it was."""
    path = tmp_path / "changed.h5"
    shutil.copy(results, path)
    with h5py.File(path, "r+") as file:
        turns = file["turns"]
        at = numpy.flatnonzero((turns["cell"][:] == 2) & (turns["replication"][:] == 1) & (turns["encounter"][:] == 5))[0]
        turns[column][at] += change
    done = replay(run, path, 2, 1, 5)
    assert done.returncode == 4 and done.stdout == ""
    assert f"turn 1, {column}: stored is" in done.stderr and "the model version is the same" in done.stderr
    assert replay(run, path, 2, 1, 6).returncode == 0
    with h5py.File(path, "r+") as file:
        file.attrs["model_version"] = numpy.int32(999)
    assert "written by model version 999" in replay(run, path, 2, 1, 5).stderr


def test_replay_compares_outcomes(run, tmp_path):
    (tmp_path / "c.yaml").write_text("detente: 1\nname: c\nseed: 3\nreplications: 2\nencounters: 30\nkeep: {encounters: 10}\n")
    assert run("run", "c.yaml", "-o", "c.h5").returncode == 0
    assert "stored row of group encounters bit for bit" in replay(run, "c.h5", 0, 1, 9).stderr
    done = replay(run, "c.h5", 0, 1, 10)
    assert done.returncode == 0 and "keeps no row of this encounter" in done.stderr and "The end: " in done.stdout
    with h5py.File(tmp_path / "c.h5", "r+") as file:
        file["encounters/net_value"][19] += 1
    done = replay(run, "c.h5", 0, 1, 9)
    assert done.returncode == 4 and "net_value: stored is" in done.stderr


# ---- mistakes ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("which, numbers, message", [
    ("--cell", (99, 0, 0), "has 24 of them, from 0 to 23"),
    ("--replication", (0, 3, 0), "has 3 of them, from 0 to 2"),
    ("--encounter", (0, 0, 40), "has 40 of them, from 0 to 39"),
])
def test_replay_out_of_range(run, results, which, numbers, message):
    done = replay(run, results, *numbers)
    assert done.returncode == 2 and done.stdout == ""
    assert which in done.stderr and message.split(" of ")[1].split(",")[0] in done.stderr
    if which != "--cell":
        assert message in done.stderr


@pytest.mark.parametrize("arguments, status, message", [
    (["trace"], 2, "name a CONFIG"),
    (["trace", "billing-dispute", "-e", "256"], 2, "--encounter 256: billing-dispute has 256 of them, from 0 to 255"),
    (["trace", "billing-dispute", "-r", "40"], 2, "--replication 40: billing-dispute has 40 of them, from 0 to 39"),
    (["trace", "billing-dispute", "-e", "256", "--set", "encounters=12"], 2, "has 12 of them"),
    (["trace", "billing-dispute", "-e", "-1"], 2, "a whole number from 0 to 4294967294"),
    (["trace", "billing-dispute", "--format", "jsn"], 2, 'did you mean "json"?'),
    (["trace", "billing-dispute", "--set", "x"], 2, "write PATH=VALUE"),
    (["trace", "billing-dispute", "--strategy", "mirorring"], 3, "did you mean mirroring?"),
    (["trace", "billing-dispute", "--strategy", "zzzzzz"], 3, "zzzzzz: neither a strategy of the config nor one of the library"),
    (["trace", "billing-dispute", "--strategy", "no.yaml"], 3, "no.yaml: No such file"),
    (["trace", "nowhere.yaml"], 3, "nowhere.yaml"),
    (["trace", "billing-dispute", "--phrases", "nowhere.yaml"], 3, "nowhere.yaml"),
    (["trace", "a", "b"], 2, "one CONFIG at a time"),
    (["replay"], 2, "name a results file"),
    (["replay", "o.h5", "--cell", "0"], 2, "--cell C --replication R --encounter E"),
    (["replay", "o.h5", "--cell", "0", "-r", "0", "-e", "0"], 3, "o.h5"),
])
def test_mistakes(run, arguments, status, message):
    done = run(*arguments)
    assert done.returncode == status and done.stdout == ""
    assert message in done.stderr


def test_a_config_is_no_results_file(run, tmp_path):
    (tmp_path / "c.yaml").write_text("detente: 1\n")
    done = replay(run, "c.yaml", 0, 0, 0)
    assert done.returncode == 3 and "not a results file" in done.stderr


@pytest.mark.parametrize("command", ["trace", "replay"])
def test_help(run, command):
    done = run(command, "--help")
    assert done.returncode == 0 and "Example" in done.stdout and f"detente {command}" in done.stdout
