# SPDX-License-Identifier: GPL-3.0-or-later
"""detente plot: figures that are whole, in each format, and hold the numbers that the other commands print."""
import csv
import io
import math
import os
import re
import shutil
import struct
import subprocess
import xml.etree.ElementTree as ElementTree

import h5py
import pytest

ODD = "a, \"b\" <&> _x^2 {/Bold z} 'q'"
ONE = f"""detente: 1
extends: billing-dispute
seed: 5
replications: 6
encounters: 64
strategies: [typical, mirroring, {{name: {ODD!r}, extends: listen-then-pay}}]
""".replace(repr(ODD), '"' + ODD.replace('"', '\\"') + '"')
GRID = ONE + """design:
  type: factorial
  vary:
    strategy.agent.warmth: {from: 0, to: 0.5, steps: 3}
    customer.anger.mean: {from: 0.1, to: 0.6, steps: 4}
"""
NAMES = ONE + "design: {vary: {customer.persona: [loyal, abusive]}}\n"
SENSITIVE = ONE + "design: {type: TYPE, points: 20, vary: {scenario.value: {from: 100, to: 800}, customer.anger.mean: {from: 0.1, to: 0.7}}}\n"
CONFIGS = {"one": ONE, "grid": GRID, "names": NAMES, "saltelli": SENSITIVE.replace("TYPE", "saltelli"),
           "morris": SENSITIVE.replace("TYPE", "morris"), "log": GRID.replace("steps: 3", "steps: 3, log: true").replace(
               "warmth: {from: 0,", "warmth: {from: 0.01,")}
KINDS = {"one": ["effects", "pareto", "endings", "trajectories"], "grid": ["map", "curves", "effects"], "names": ["curves", "map"],
         "saltelli": ["sensitivity", "curves"], "morris": ["sensitivity"], "log": ["map", "curves"]}


@pytest.fixture(scope="module")
def files(detente, tmp_path_factory):
    folder = tmp_path_factory.mktemp("plot")
    for name, text in CONFIGS.items():
        (folder / f"{name}.yaml").write_text(text)
        done = subprocess.run([detente, "run", f"{name}.yaml", "-o", f"{name}.h5", "--progress", "never"], cwd=folder,
                              capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    return folder


def options_of(name, kind):
    options = ["--figure", kind] + ([] if kind in ("endings", "trajectories") else ["--metric", "escalated"])
    return options + (["--by", "customer.persona", "--by", "customer.persona"] if (name, kind) == ("names", "map") else [])


def check_svg(data):
    root = ElementTree.fromstring(data)
    assert root.tag.endswith("svg") and float(root.get("width")) == pytest.approx(604.7, abs=1)
    return {text.text for text in root.iter() if text.tag.endswith("}text") and text.text}


def check_pdf(path):
    data = path.read_bytes()
    assert data.startswith(b"%PDF-") and data.rstrip().endswith(b"%%EOF")
    if shutil.which("pdfinfo"):
        said = subprocess.run(["pdfinfo", path], capture_output=True, text=True, check=True).stdout
        assert re.search(r"^Pages: +1$", said, re.M), said
        assert float(re.search(r"^Page size: +([\d.]+) x", said, re.M)[1]) == pytest.approx(16 / 2.54 * 72, abs=1)


def check_png(data):
    assert data.startswith(b"\x89PNG\r\n\x1a\n") and data.endswith(b"IEND\xaeB`\x82")
    assert struct.unpack(">I", data[16:20])[0] in (1889, 1890)


@pytest.mark.parametrize("name, kind", [(n, k) for n in KINDS for k in KINDS[n]])
def test_each_figure_in_each_format(run, files, tmp_path, name, kind):
    suffixes = ("svg", "pdf", "png") if kind == KINDS[name][0] else ("svg",)
    for suffix in suffixes:
        done = run("plot", files / f"{name}.h5", *options_of(name, kind), "-o", f"f.{suffix}")
        assert done.returncode == 0 and done.stdout == "", done.stderr
        assert not re.search("warning|line \\d", done.stderr), done.stderr
    words = check_svg((tmp_path / "f.svg").read_bytes())
    for strategy in ("typical", "mirroring", ODD):  # a panel without bars adds why
        assert any(word == strategy or word.startswith(strategy + ": ") for word in words), words
    if len(suffixes) > 1:
        check_pdf(tmp_path / "f.pdf")
        check_png((tmp_path / "f.png").read_bytes())
    assert sorted(os.listdir(tmp_path)) == sorted(f"f.{suffix}" for suffix in suffixes)


def test_the_figure_is_that_of_the_kind(run, files, tmp_path):
    """Without --figure the script is the one of the kind that fits."""
    for name, kinds in KINDS.items():
        run("plot", files / f"{name}.h5", "-m", "minutes", "-o", f"{name}.gp")
        run("plot", files / f"{name}.h5", "-m", "minutes", "--figure", kinds[0], "-o", f"{name}-kind.gp")
        assert (tmp_path / f"{name}.gp").read_text() == (tmp_path / f"{name}-kind.gp").read_text()


# ---- the numbers -------------------------------------------------------------------------------------------------------


@pytest.fixture
def blocks(run, tmp_path):
    """The blocks of numbers of a figure's script, by name, and its text."""

    def call(path, *options):
        done = run("plot", path, *options, "-o", "n.gp", "--force")
        assert done.returncode == 0, done.stderr
        text = (tmp_path / "n.gp").read_text()
        found = {name: [[float(v) for v in line.split()] for line in body.splitlines() if line.strip()]
                 for name, body in re.findall(r"^\$(\w+) << EOD\n(.*?)^EOD$", text, re.M | re.S)}
        return found, text

    return call


def table(run, *command):
    done = run(*command, "--format", "csv")
    assert done.returncode == 0, done.stderr
    return list(csv.DictReader(io.StringIO(done.stdout)))


def close(a, b):
    return [float(x) for x in a] == pytest.approx([float(y) for y in b], rel=1e-12, abs=1e-12)


def test_effects_are_those_of_compare(run, files, blocks):
    rows = table(run, "compare", files / "one.h5", "--metric", "minutes", "--confidence", "0.9")
    found, text = blocks(files / "one.h5", "-m", "minutes", "--confidence", "0.9")
    rows.sort(key=lambda row: -float(row["mean"]))
    names = re.search(r"^set ytics .*?\((.*)\)$", text, re.M)[1]
    for i, (row, line) in enumerate(zip(rows, found["d"], strict=True)):
        assert close(line, [row["mean"], row["ci_low"], row["ci_high"], i])
        assert "'" + row["strategy"].replace("'", "''") + f"' {i}" in names


def test_only_some_strategies(run, files, blocks):
    found, text = blocks(files / "one.h5", "-m", "minutes", "-S", "mirroring", "-S", "typical")
    assert len(found["d"]) == 2 and "Bold" not in text


def test_pareto_is_that_of_compare(run, files, blocks):
    rows = table(run, "compare", files / "one.h5", "--pareto", "resolved,minutes", "--metric", "resolved,minutes")
    found, _ = blocks(files / "one.h5", "-m", "resolved", "-m", "minutes", "--figure", "pareto")
    by = {(row["metric"], row["strategy"]): row for row in rows}
    strategies = [row["strategy"] for row in rows if row["metric"] == "resolved"]
    for i, strategy in enumerate(strategies):
        y, x = by["resolved", strategy], by["minutes", strategy]
        expected = [x["mean"], x["ci_low"], x["ci_high"], y["mean"], y["ci_low"], y["ci_high"]]
        assert close(found[f"s{i}"][0], expected)
    front = sorted((float(by["minutes", s]["mean"]), float(by["resolved", s]["mean"])) for s in strategies
                   if by["minutes", s]["pareto"] in ("1", "yes", "*"))
    assert front and sorted(map(tuple, found["front"])) == pytest.approx(front)


def test_curves_are_those_of_compare(run, files, blocks):
    found, _ = blocks(files / "grid.h5", "-m", "escalated", "--figure", "curves")
    for panel, path in enumerate(["strategy.agent.warmth", "customer.anger.mean"]):
        rows = table(run, "compare", files / "grid.h5", "--metric", "escalated", "--by", path)
        for s, strategy in enumerate(["typical", "mirroring", ODD]):
            mine = sorted((float(r[path]), float(r["mean"]), float(r["ci_low"]), float(r["ci_high"])) for r in rows
                          if r["strategy"] == strategy)
            for line, row in zip(found[f"c{panel}_{s}"], mine, strict=True):
                assert close(line, row)


def test_a_map_is_that_of_compare(run, files, blocks):
    found, _ = blocks(files / "grid.h5", "-m", "escalated")
    rows = table(run, "compare", files / "grid.h5", "--metric", "escalated", "--by", "strategy.agent.warmth", "--by",
                 "customer.anger.mean")
    for s, strategy in enumerate(["typical", "mirroring", ODD]):
        mine = sorted((float(r["strategy.agent.warmth"]), float(r["customer.anger.mean"]), float(r["mean"])) for r in rows
                      if r["strategy"] == strategy)
        assert [line[:2] for line in found[f"m{s}"]] == [[i, j] for i in range(3) for j in range(4)]
        assert close([line[2] for line in found[f"m{s}"]], [row[2] for row in mine])


def test_sensitivity_is_that_of_the_command(run, files, blocks):
    columns = {"saltelli": ["total", "total_low", "total_high", "first", "first_low", "first_high"],
               "morris": ["mu_star", "mu_star_low", "mu_star_high", "sigma", "noise_floor", "noise_floor"]}
    for type, names in columns.items():
        rows = table(run, "sensitivity", files / f"{type}.h5", "--metric", "net_value")
        found, text = blocks(files / f"{type}.h5", "-m", "net_value")
        order = re.findall(r"'([^']*)' \d", re.search(r"^set ytics .*?\((.*)\)$", text, re.M)[1])
        for s, strategy in enumerate(["typical", "mirroring", ODD]):
            mine = {row["parameter"]: row for row in rows if row["strategy"] == strategy}
            for i, path in enumerate(order):
                row = mine[path]
                assert close(found[f"p{s}"][i], [i, row["above_noise"] == "yes", *[row[c] or "nan" for c in names]])


def test_endings_sum_to_one(run, files, blocks):
    found, _ = blocks(files / "one.h5", "--figure", "endings")
    rows = table(run, "compare", files / "one.h5", "--metric", "first_contact,resolved,hung_up")
    mean = {(row["metric"], row["strategy"]): float(row["mean"]) for row in rows}
    for i, strategy in enumerate(["typical", "mirroring", ODD]):
        line = found["d"][i]
        assert line[-1] == pytest.approx(1) and line[2:] == sorted(line[2:])
        assert close(line[2:5], [mean["first_contact", strategy], mean["resolved", strategy],
                                 mean["resolved", strategy] + mean["hung_up", strategy]])


def test_trajectories_begin_with_all_calls(run, files, blocks):
    """The customer's anger after the first turn: the mean of what replay says of the first calls would be the same."""
    found, _ = blocks(files / "one.h5", "--figure", "trajectories", "-S", "typical")
    assert [line[0] for line in found["t0"]] == list(range(1, len(found["t0"]) + 1))
    assert all(0 <= line[1] <= 1 for line in found["t0"][:5])


# ---- refusals ----------------------------------------------------------------------------------------------------------


def test_wrong_usage(run, files):
    path = files / "one.h5"
    for options, words in ((["-o", "f.jpg", "-m", "minutes"], "ends in .svg, .pdf, .png or .gp"),
                           (["-o", ".svg", "-m", "minutes"], "ends in"), (["-m", "minutes"], "name the figure"),
                           (["-o", "f.svg"], "name what to show"), (["-o", "f.svg", "-m", "minuets"], 'did you mean "minutes"?'),
                           (["-o", "f.svg", "-m", "minutes", "-m", "turns"], "one metric a figure"),
                           (["-o", "f.svg", "-m", "minutes", "--figure", "endings"], "shows no metric"),
                           (["-o", "f.svg", "-m", "minutes", "--figure", "effects", "--by", "x"], "not along"),
                           (["-o", "f.svg", "-m", "minutes", "--figure", "pie"], "allowed is effects"),
                           (["-o", "f.svg", "-m", "minutes", "--size", "16"], "WIDTHxHEIGHT"),
                           (["-o", "f.svg", "-m", "minutes", "--by", "agent.warmth"], "nothing is")):
        done = run("plot", path, *options)
        assert done.returncode == 2 and words in done.stderr and done.stdout == "", done.stderr
    done = run("plot", files / "grid.h5", "-m", "minutes", "-o", "f.svg", "--by", "strategy.agent.warmht")
    assert done.returncode == 2 and 'did you mean "strategy.agent.warmth"?' in done.stderr
    done = run("plot", files / "grid.h5", "-m", "minutes", "-o", "f.svg", "--by", "customer.anger.mean", "--figure", "map")
    assert done.returncode == 2 and "two varied paths" in done.stderr


def test_what_the_file_does_not_have(run, files, tmp_path):
    for name, options, words in (("one", ["--figure", "curves"], "nothing is varied"), ("one", ["--figure", "map"], "nothing is varied"),
                                 ("one", ["--figure", "sensitivity"], "type: saltelli"),
                                 ("one", ["-S", "mirorring"], 'did you mean "mirroring"?'),
                                 ("saltelli", ["-m", "breaches"], "breaches never varies"), ("morris", ["-m", "breaches"], "breaches never varies"),
                                 ("none", [], "none.h5"), ("one.yaml", [], "not a results file")):
        path = files / (name if "." in name else f"{name}.h5")
        done = run("plot", path, *([] if "-m" in options else ["-m", "minutes"]), "-o", "f.svg", *options)
        assert done.returncode == 3 and words in done.stderr and done.stderr.count("\n") == 1, done.stderr
    assert os.listdir(tmp_path) == []


def test_a_file_that_is_there(run, files, tmp_path):
    path = tmp_path / "f.svg"
    path.write_text("mine")
    for options, words in (([], "--force"), (["--force"], "not an SVG figure")):
        done = run("plot", files / "one.h5", "-m", "minutes", "-o", "f.svg", *options)
        assert done.returncode != 0 and words in done.stderr and path.read_text() == "mine"
    path.unlink()
    assert run("plot", files / "one.h5", "-m", "minutes", "-o", "f.svg").returncode == 0
    first = path.read_bytes()
    assert run("plot", files / "one.h5", "-m", "turns", "-o", "f.svg").returncode != 0 and path.read_bytes() == first
    assert run("plot", files / "one.h5", "-m", "turns", "-o", "f.svg", "--force").returncode == 0
    assert path.read_bytes() != first


def test_where_nothing_can_be_written(run, files, tmp_path):
    (tmp_path / "full.svg").symlink_to("/dev/full")
    (tmp_path / "folder.svg").mkdir()
    for name in ("full.svg", "folder.svg", "none/f.svg"):
        done = run("plot", files / "one.h5", "-m", "minutes", "-o", name, "--force")
        assert done.returncode == 1 and name.split("/")[0] in done.stderr and done.stderr.count("\n") == 1, done.stderr
    assert sorted(os.listdir(tmp_path)) == ["folder.svg", "full.svg"]


def test_without_gnuplot(run, files, tmp_path):
    done = run("plot", files / "one.h5", "-m", "minutes", "-o", "f.pdf", environment={"PATH": str(tmp_path)})
    assert done.returncode == 1 and "install the package gnuplot-nox" in done.stderr and done.stderr.count("\n") == 1
    assert os.listdir(tmp_path) == []
    done = run("plot", files / "one.h5", "-m", "minutes", "-o", "f.gp", environment={"PATH": str(tmp_path)})
    assert done.returncode == 0


def test_a_gnuplot_that_fails(run, files, tmp_path):
    tools = tmp_path / "tools"
    tools.mkdir()
    for script, words in (("echo 'no such terminal' >&2; exit 1", "no such terminal"), ("exit 0", "gnuplot drew no figure"),
                          ("echo half; kill -9 $$", "gnuplot drew no figure")):
        (tools / "gnuplot").write_text(f"#!/bin/sh\n{script}\n")
        (tools / "gnuplot").chmod(0o755)
        done = run("plot", files / "one.h5", "-m", "minutes", "-o", "f.png",
                   environment={"PATH": f"{tools}:{os.environ['PATH']}"})
        assert done.returncode == 1 and words in done.stderr, done.stderr
        assert os.listdir(tmp_path) == ["tools"]


def test_one_replication(run, files, tmp_path, blocks):
    (tmp_path / "c.yaml").write_text(GRID.replace("replications: 6", "replications: 1"))
    run("run", "c.yaml", "-o", "c.h5", "--progress", "never")
    for kind in ("curves", "map", "effects"):
        found, text = blocks(tmp_path / "c.h5", "-m", "minutes", "--figure", kind)
        assert text.count("NaN") == 1 and found  # the setting that names what is missing
    assert run("plot", "c.h5", "-m", "minutes", "-o", "f.svg").returncode == 0


def test_a_metric_without_values(run, files, tmp_path):
    """NAN everywhere: said in words of our own, before gnuplot is asked."""
    for name in ("one", "grid", "names"):
        shutil.copy(files / f"{name}.h5", tmp_path / "nan.h5")
        with h5py.File(tmp_path / "nan.h5", "r+") as file:
            file["heard"][...] = math.nan
            file["summary/heard"][:, :-1] = math.nan
        done = run("plot", tmp_path / "nan.h5", "--metric", "heard", "-o", "nan.svg", "--force")
        assert done.returncode == 3 and "heard has no value in any cell: nothing to draw" in done.stderr
        assert run("plot", tmp_path / "nan.h5", "--metric", "minutes", "-o", "nan.svg", "--force").returncode == 0


def test_an_unfinished_run(run, tmp_path, blocks):
    """Two of four parts: what there is is shown, and what is missing is said."""
    (tmp_path / "c.yaml").write_text(GRID)
    for part in (1, 3):
        assert run("run", "c.yaml", "-o", f"p{part}.h5", "--shard", f"{part}/4", "--progress", "never").returncode == 0
    assert run("merge", "--partial", "-o", "c.h5", "p1.h5", "p3.h5").returncode == 0
    for kind in ("curves", "map", "effects", "pareto", "endings"):
        options = [] if kind == "endings" else ["-m", "minutes"]
        done = run("plot", "c.h5", *options, "--figure", kind, "-o", f"{kind}.svg")
        assert done.returncode == 0 and "not finished" in done.stderr, done.stderr
        assert ElementTree.parse(tmp_path / f"{kind}.svg").getroot() is not None
