# SPDX-License-Identifier: GPL-3.0-or-later
"""The experiments' READMEs say what comes out, and without its mechanism an experiment's claims fall."""
import csv
import importlib.util
import io
import subprocess
import sys

import h5py
import pytest
import yaml

from conftest import PROGRAM, ROOT

FOLDER = ROOT / "experiments"
TOOL = ROOT / "tools" / "experiment"

# Settings that take the mechanism away, and the claims, supported as shipped, that must fall with it.
SWITCHED_OFF = {
    "mirroring": (["agent.task_focus=1", "affect.task_shield=1"],
                  ["more-tempers-lost", "across-the-line"]),
    "listen-then-apologise": (["affect.apology_relief=0"],
                              ["an-apology-pays", "apologising-wins", "listening-calms", "prompt-beats-late"]),
    "concession-timing": (["outcome.regret=0"], ["later-satisfies", "steps-not-at-once"]),
    "exception-after-terms": (["outcome.regret=0", "outcome.surprise=0"], ["an-extra-delights"]),
    "persistence": (["decision.manager_base=-1000"],
                    ["keeps-calls", "keeps-angry-calls", "saves-money"]),
    "choices": (["moves.options.choice=0", "bargaining.option_spread=0"],
                ["a-choice-satisfies", "beside-little-pay"]),
    "voice-filter": (["affect.strain_gain=0", "affect.strain_surface=0", "affect.strain_abuse=0", "agent.lapse=0", "agent.mirroring=0"],
                     ["spares-the-agent", "fewer-lapses", "fewer-tempers-lost"]),
}


def hypotheses(name):
    return [each["name"] for each in yaml.safe_load((FOLDER / name / "config.yaml").read_text())["hypotheses"]]


def readme(name):
    return (FOLDER / name / "README.md").read_text(encoding="utf-8")


def shipped(name):
    """What the README's table says of each claim: test_the_readmes_say_what_comes_out holds it to what comes out."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in readme(name).splitlines() if line.startswith("| ")]
    return {row[0]: row[-1] for row in rows if row[0] in hypotheses(name)}


def tool(*arguments):
    return subprocess.run([TOOL, PROGRAM, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)


def test_every_experiment_has_a_test_and_a_row():
    tested = {path.parent.name for path in FOLDER.glob("*/config.yaml") if "\nhypotheses:" in path.read_text()} - {"playbooks"}
    assert tested == set(SWITCHED_OFF)
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert all(f"| [{name}]({name}) |" in index for name in tested)


def test_the_readmes_say_what_comes_out(tmp_path):
    """Each experiment as it is shipped gives the verdicts and effects of its README, and is in the index."""
    done = tool("--check", "--folder", tmp_path)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr


@pytest.mark.parametrize("name", SWITCHED_OFF)
def test_claims_fall_without_their_mechanism(run, name):
    settings, falling = SWITCHED_OFF[name]
    assert list(shipped(name)) == hypotheses(name) and falling
    assert [claim for claim in falling if shipped(name)[claim] != "supported"] == []
    told = " ".join(f"--set {setting}" for setting in settings)
    assert f"Switched off (`{told}`" in readme(name).replace("\n", " ")
    few = [option for setting in [*settings, "replications=20", "encounters=256"] for option in ("--set", setting)]
    assert run("run", FOLDER / name / "config.yaml", "-o", "off.h5", "--progress", "never", *few).returncode == 0
    done = run("test", "off.h5", "--format", "csv")
    assert done.returncode == 4, done.stderr
    verdict = {row["name"]: row["verdict"] for row in csv.DictReader(io.StringIO(done.stdout))}
    assert list(verdict) == hypotheses(name)
    assert [claim for claim in falling if verdict[claim] == "supported"] == []


@pytest.fixture(scope="module")
def small(detente, tmp_path_factory):
    """The results of a little of the experiment on mirroring."""
    file = tmp_path_factory.mktemp("mirroring") / "few.h5"
    subprocess.run([detente, "run", FOLDER / "mirroring/config.yaml", "-o", file, "--progress", "never", "--set", "replications=2",
                    "--set", "encounters=8"], check=True, stdout=subprocess.DEVNULL)
    return file


def test_the_map_of_mirroring(small, tmp_path):
    done = subprocess.run([sys.executable, FOLDER / "mirroring/map.py", small, "map.svg"], cwd=tmp_path, capture_output=True, text=True,
                          check=False)
    assert (done.returncode, done.stderr) == (0, "")
    text = (tmp_path / "map.svg").read_text()
    assert all(label in text for label in ("L1: ", "L8: ", "agent.mirroring", "affect.customer_influence", "escalate by itself?"))


def test_the_lines_of_the_map(small):
    """L1 and L8 as docs/ODD.md, section 8, writes them are where the linear model behind the map neither grows nor shrinks."""
    spec = importlib.util.spec_from_file_location("map", FOLDER / "mirroring/map.py")
    lines = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(lines)
    with h5py.File(small) as file:
        config = yaml.safe_load(file.attrs["config"])
    affect = config["affect"]
    r_c, r_a, k_1 = affect["customer_inertia"], affect["agent_inertia"], affect["tone_gain"]
    delta = 2 ** (-affect["turn_minutes"] * config["moves"]["minutes_scale"] / affect["anger_half_life"])
    for mirroring in (0.05, 0.4, 1.6):
        m = lines.hands_back(config, mirroring)
        assert m == pytest.approx(mirroring * (1 - 0.6 * (1 - 0.2)) * (1 - 0.5 * 0.3))  # the defaults of docs/parameters.md
        without_anger = {**config, "affect": {**affect, "hostility_frustration": 0}}
        assert lines.growth(without_anger, mirroring, lines.tone_line(config, mirroring)) == pytest.approx(1, abs=1e-9)
        gain = m / (1 - r_a)
        influence = (1 - k_1 * affect["hostility_frustration"] * gain / (1 - delta)) * (1 - r_c) / gain
        if influence > 0:
            assert lines.growth(config, mirroring, influence) == pytest.approx(1, abs=1e-9)
            assert lines.growth(config, mirroring, influence + 0.01) > 1 > lines.growth(config, mirroring, influence - 0.01)
    assert influence < 0  # beyond L8 whatever the influence


def test_one_experiment_with_other_numbers(tmp_path):
    """As `make experiment NAME=... SET=...` does it: verdicts, results, a figure and a page; the shipped documents stay."""
    done = tool("--folder", tmp_path, "--set", "replications=5", "--set", "encounters=64", "exception-after-terms")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("\nexception-after-terms\nverdict") and all(name in done.stdout for name in hypotheses("exception-after-terms"))
    assert "that-is-not-all" in (tmp_path / "exception-after-terms.svg").read_text()
    page = tmp_path / "exception-after-terms.html"
    assert page.stat().st_size > 100000 if page.exists() else "no report: " in done.stdout
    with h5py.File(tmp_path / "exception-after-terms.h5") as file:
        assert file["resolved"].shape == (8, 5)


def test_what_the_tool_refuses():
    for arguments, words in ((["--write", "--set", "agent.mirroring=0"], "without --set"), (["mirrorring"], "there are mirroring, ")):
        done = tool(*arguments)
        assert done.returncode == 2 and words in done.stderr
