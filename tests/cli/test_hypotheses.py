# SPDX-License-Identifier: GPL-3.0-or-later
"""Verdicts on hypotheses, computed again from the exported table with SciPy; files of which little can be said."""
import csv
import io
import json
import math

import h5py
import numpy
import pandas
import pytest
import yaml
from scipy import stats

ALPHA = 0.05  # of the whole list, in either direction
HEAD = "detente: 1\nname: h\nextends: billing-dispute\nreplications: 12\nencounters: 40\nstrategies: [typical, surrender, bare-refusal]\n"
FACTORIAL = "design: {vary: {agent.mirroring: {from: 0, to: 1, steps: 3}, customer.persona: [abusive, loyal]}}\n"
HYPOTHESES = [
    {"metric": "minutes", "strategy": "typical", "where": {"agent.mirroring": 1, "customer.persona": "abusive"},
     "versus": {"agent.mirroring": 0}, "difference": "> 0.1"},
    {"metric": "minutes", "where": {"agent.mirroring": 0.5}, "versus": {"agent.mirroring": 0}, "difference": "< 0.5"},
    {"metric": "escalated", "strategy": "bare-refusal", "versus": {"strategy": "typical"}, "difference": "> 0"},
    {"metric": "net_value", "strategy": "typical", "where": {"customer.persona": "loyal"},
     "versus": {"strategy": "surrender", "customer.persona": "abusive"}, "difference": "< -5"},
    {"metric": "reported_satisfaction", "where": {"customer.persona": "loyal"}, "value": "> 0.4"},
    {"metric": "turns", "strategy": "surrender", "value": "< 11"},
    {"metric": "total_cost", "strategy": "typical", "versus": {"strategy": "bare-refusal"}, "difference": "> -2"},
    {"metric": "minutes", "strategy": "typical", "versus": {"strategy": "surrender"}, "difference": "> 40"},
]


def text_of(hypotheses):
    return yaml.safe_dump({"hypotheses": [{"name": f"h{i}", "expect": h} for i, h in enumerate(hypotheses)]}, width=1000)


def play(run, folder, text, *more):
    (folder / "h.yaml").write_text(text)
    done = run("run", "h.yaml", "-o", "h.h5", "--force", *more)
    assert done.returncode in (0, 1), done.stderr
    return done


def verdicts(run, path="h.h5"):
    """Rows by name, numbers as numbers, and the exit status."""
    done = run("test", path, "--format", "csv")
    assert done.stderr == "", done.stderr
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(done.stdout))}
    for row in rows.values():
        for key in ("effect", "low", "high", "p", "p_holm", "replications", "cells", "failed"):
            row[key] = float(row[key]) if row[key] else math.nan
    return rows, done.returncode


# ---- the same, computed otherwise ------------------------------------------------------------------------------------


def side(frame, metric, where, strategy, strategies):
    """Means over the cells that are asked for, by replication."""
    for path, value in where.items():
        frame = frame[frame[path] == value]
    if strategy is not None:
        frame = frame[frame.strategy == strategy]
    assert len(frame) and frame.strategy.nunique() == (1 if strategy else strategies)
    return frame.groupby("replication")[metric].mean().to_numpy(), frame.cell.nunique()


def one(frame, h, paired):
    """Effect, standard error, degrees of freedom, p of the claim and of its opposite, cells."""
    n_strategies = frame.strategy.nunique()
    a, cells = side(frame, h["metric"], h.get("where", {}), h.get("strategy"), n_strategies)
    words = h.get("difference", h.get("value"))
    above, threshold = words[0] == ">", float(words[1:])
    if "versus" not in h:
        test = lambda way: stats.ttest_1samp(a, threshold, alternative=way)
        effect, se, freedom = a.mean(), stats.sem(a), len(a) - 1
    else:
        versus = dict(h["versus"])
        strategy = versus.pop("strategy", h.get("strategy"))
        b, _ = side(frame, h["metric"], {**h.get("where", {}), **versus}, strategy, n_strategies)
        effect = a.mean() - b.mean()
        if paired:
            test = lambda way: stats.ttest_rel(a - threshold, b, alternative=way)
            se, freedom = stats.sem(a - b), len(a) - 1
        else:
            test = lambda way: stats.ttest_ind(a - threshold, b, equal_var=False, alternative=way)
            va, vb = a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)
            se, freedom = math.sqrt(va + vb), (va + vb) ** 2 / (va**2 / (len(a) - 1) + vb**2 / (len(b) - 1))
    ways = ("greater", "less") if above else ("less", "greater")
    return effect, se, freedom, test(ways[0]).pvalue, test(ways[1]).pvalue, above, threshold, cells


def step_down(p):
    """Holm's procedure as he wrote it: from the smallest p on, while it is at most alpha over those that are left."""
    rejected, levels = set(), {}
    for i in sorted(range(len(p)), key=lambda i: p[i]):
        level = ALPHA / (len(p) - len(rejected))
        if p[i] > level:
            break
        rejected.add(i)
        levels[i] = level
    return rejected, [levels.get(i, ALPHA / max(1, len(p) - len(rejected))) for i in range(len(p))]


def check_numbers(run, folder, paired=True):
    done = run("export", "h.h5", "--table", "replications")
    frame = pandas.read_csv(io.StringIO(done.stdout), keep_default_na=False, na_values=[""])
    rows, status = verdicts(run)
    known = [one(frame, h, paired) for h in HYPOTHESES]
    supported, levels = step_down([k[3] for k in known])
    refused, opposite_levels = step_down([k[4] for k in known])
    worst = 0
    for i in sorted(range(len(known)), key=lambda i: known[i][3]):
        effect, se, freedom, p, _, above, threshold, cells = known[i]
        row = rows[f"h{i}"]
        assert row["verdict"] == ("supported" if i in supported else "not supported" if i in refused else "undecided")
        assert row["metric"] == HYPOTHESES[i]["metric"] and row["reason"] == "" and row["cells"] == cells
        assert row["replications"] == 12 and row["failed"] == 0
        low, high = (levels, opposite_levels) if above else (opposite_levels, levels)
        assert row["effect"] == pytest.approx(effect, rel=1e-9, abs=1e-12)
        assert row["low"] == pytest.approx(effect - stats.t.ppf(1 - low[i], freedom) * se, rel=1e-9)
        assert row["high"] == pytest.approx(effect + stats.t.ppf(1 - high[i], freedom) * se, rel=1e-9)
        # In the order of p: Holm's adjustment, whose factor is the number of those that are left.
        worst = max(worst, p * (len(known) - sum(k[3] < p for k in known)))
        if threshold == 0:
            assert math.isnan(row["p"]) and math.isnan(row["p_holm"])
        else:
            assert row["p"] == pytest.approx(p, rel=1e-9) and row["p_holm"] == pytest.approx(min(1, worst), rel=1e-9)
    assert status == 4
    return {row["verdict"] for row in rows.values()}


def test_agrees_with_scipy(run, tmp_path):
    play(run, tmp_path, HEAD + FACTORIAL + text_of(HYPOTHESES))
    assert check_numbers(run, tmp_path) == {"supported", "not supported", "undecided"}


def test_cells_of_their_own_customers(run, tmp_path):
    play(run, tmp_path, HEAD + "common_random_numbers: false\n" + FACTORIAL + text_of(HYPOTHESES))
    assert check_numbers(run, tmp_path, paired=False) == {"supported", "not supported", "undecided"}


# ---- partners --------------------------------------------------------------------------------------------------------

DESIGNS = {
    # The base is one of the points where nothing else is changed, the only ones that have a partner.
    "one-at-a-time": ("design: {type: one-at-a-time, vary: {agent.mirroring: {values: [0, 0.5, 1], base: 0}, agent.warmth: "
                      "{values: [0.1, 0.2, 0.3], base: 0.2}}}\n", [(1, 0.2)], [(0, 0.2)]),
    # In no order, one point twice, and one without a partner.
    "list": ("design: {type: list, points: [{agent.mirroring: 0, agent.warmth: 0.3}, {agent.mirroring: 1, agent.warmth: 0.1}, "
             "{agent.mirroring: 0, agent.warmth: 0.1}, {agent.mirroring: 1, agent.warmth: 0.9}, {agent.mirroring: 1, agent.warmth: "
             "0.3}, {agent.mirroring: 0.5, agent.warmth: 0.9}]}\n", [(1, 0.1), (1, 0.3)], [(0, 0.1), (0, 0.3)]),
}


@pytest.mark.parametrize("kind", DESIGNS)
def test_only_partners_are_compared(run, tmp_path, kind):
    design, ours, theirs = DESIGNS[kind]
    expect = [{"metric": "minutes", "strategy": "typical", "where": {"agent.mirroring": 1}, "versus": {"agent.mirroring": 0},
               "difference": "> 3"}]
    play(run, tmp_path, HEAD + design + text_of(expect))
    frame = pandas.read_csv(io.StringIO(run("export", "h.h5", "--table", "replications").stdout))
    frame = frame[frame.strategy == "typical"]
    mean = lambda pairs: pandas.concat([frame[(frame["agent.mirroring"] == m) & (frame["agent.warmth"] == w)] for m, w in pairs]).minutes.mean()
    row = verdicts(run)[0]["h0"]
    assert row["cells"] == len(ours) and row["effect"] == pytest.approx(mean(ours) - mean(theirs), rel=1e-9)
    assert row["verdict"] == "not supported"


def test_a_file_of_points(run, tmp_path):
    """What values it has is seen in the results only."""
    (tmp_path / "points.csv").write_text("agent.mirroring,agent.warmth\n0,0.1\n1,0.1\n0.3,0.1\n1,0.5\n")
    base = {"metric": "minutes", "strategy": "typical", "difference": "< 99"}
    play(run, tmp_path, HEAD + "design: {type: list, file: points.csv}\n" + text_of([
        {**base, "where": {"agent.mirroring": 0.3}, "versus": {"agent.mirroring": 0}},
        {**base, "where": {"agent.mirroring": 0.4}, "versus": {"agent.mirroring": 0}},
        {**base, "where": {"agent.warmth": 0.5}, "versus": {"agent.warmth": 0.25}}]))
    (tmp_path / "points.csv").unlink()
    rows, status = verdicts(run)
    assert status == 4
    assert [rows[f"h{i}"]["verdict"] for i in range(3)] == ["supported", "undecided", "undecided"]
    assert "no cell" in rows["h1"]["reason"] and "partner" in rows["h2"]["reason"]
    assert all(math.isnan(rows[f"h{i}"][key]) for i in (1, 2) for key in ("effect", "low", "high", "p", "p_holm"))


def test_failed_cells_and_their_partners_are_left_out(run, tmp_path):
    """The point where all weights of satisfaction are 0 fails; its partner with a weight then has none."""
    play(run, tmp_path, HEAD + "design: {vary: {outcome.distributive: [0, 1], outcome.procedural: [0, 1], outcome.interactional: "
         "{values: [0]}}}\n" + text_of([
             {"metric": "satisfaction", "strategy": "typical", "where": {"outcome.distributive": 1}, "versus": {"outcome.distributive": 0},
              "difference": "> 0.9"},
             {"metric": "satisfaction", "strategy": "typical", "where": {"outcome.distributive": 0, "outcome.procedural": 0}, "value": "> 0"}]))
    frame = pandas.read_csv(io.StringIO(run("export", "h.h5", "--table", "replications").stdout))
    frame = frame[(frame.strategy == "typical") & (frame["outcome.procedural"] == 1)].groupby("outcome.distributive").satisfaction.mean()
    rows, _ = verdicts(run)
    assert (rows["h0"]["cells"], rows["h0"]["failed"]) == (1, 1)
    assert rows["h0"]["effect"] == pytest.approx(frame[1] - frame[0], rel=1e-9)
    assert rows["h1"]["verdict"] == "undecided" and "failed" in rows["h1"]["reason"]
    assert "1 of its cells were left out" in run("test", "h.h5").stdout


# ---- files of which little can be said -------------------------------------------------------------------------------

TWO = [{"metric": "minutes", "strategy": "typical", "versus": {"strategy": "surrender"}, "difference": "> -99"},
       {"metric": "minutes", "strategy": "bare-refusal", "value": "< 99"}]


def test_all_supported(run, tmp_path):
    play(run, tmp_path, HEAD + text_of(TWO))
    rows, status = verdicts(run)
    assert status == 0 and {row["verdict"] for row in rows.values()} == {"supported"}
    for form in ("table", "markdown", "json", "csv"):
        done = run("test", "h.h5", "--format", form)
        assert (done.returncode, done.stderr) == (0, "")
        assert "NaN" not in done.stdout and "nan" not in done.stdout
    assert all(len(line) <= 100 for line in run("test", "h.h5").stdout.splitlines())
    assert json.loads(run("test", "h.h5", "--format", "json").stdout)["rows"][1]["verdict"] == "supported"


def test_metrics_stand_above_where_names_are_long(run, tmp_path):
    """There is no room for a column of them then; those that follow each other have one line."""
    three = [*TWO, {"metric": "total_cost", "strategy": "typical", "value": "< 999"}]
    play(run, tmp_path, HEAD + text_of(three).replace("name: h", "name: a-name-of-fifty-letters-that-fills-nearly-the-line-"))
    lines = run("test", "h.h5").stdout.splitlines()
    assert "metric" not in lines[0].split() and lines[1] == "minutes" and lines[4] == "total_cost"
    assert [i for i, line in enumerate(lines) if line.strip().startswith("supported")] == [2, 3, 5]
    assert all(len(line) <= 100 for line in lines)


def test_one_replication(run, tmp_path):
    play(run, tmp_path, HEAD.replace("replications: 12", "replications: 1") + text_of(TWO))
    rows, status = verdicts(run)
    assert status == 4
    for row in rows.values():
        assert row["verdict"] == "undecided" and "only one replication" in row["reason"] and row["replications"] == 1
        assert math.isfinite(row["effect"]) and math.isnan(row["low"]) and math.isnan(row["p"])
    done = run("test", "h.h5")
    assert done.returncode == 4 and "h0: only one replication was run" in done.stdout


def test_half_finished(run, tmp_path):
    """A shard alone, merged as far as it goes: some cells have no replication."""
    (tmp_path / "h.yaml").write_text(HEAD + FACTORIAL + text_of([
        {"metric": "minutes", "strategy": "typical", "versus": {"strategy": "surrender"}, "difference": "> -99"},
        {"metric": "minutes", "value": "< 99"}]))
    assert run("run", "h.yaml", "-o", "s1.h5", "--shard", "1/300").returncode == 0
    assert run("merge", "--partial", "-o", "h.h5", "s1.h5").returncode == 0
    rows, status = verdicts(run)
    assert status == 4 and {row["verdict"] for row in rows.values()} == {"undecided"}
    assert all("no replication was run in all its cells" in row["reason"] for row in rows.values())
    done = run("test", "h.h5")
    assert done.returncode == 4 and "h1: no replication was run" in done.stdout


def test_a_metric_without_values(run, tmp_path):
    """NAN everywhere is no unfinished run: it is said of the metric. So it is of one side; one value is one replication."""
    versus = {"metric": "minutes", "strategy": "surrender", "versus": {"strategy": "typical"}, "difference": "< 99"}
    play(run, tmp_path, HEAD + text_of([{"metric": "minutes", "strategy": "typical", "value": "< 99"}, versus,
                                        {"metric": "minutes", "strategy": "bare-refusal", "value": "< 99"}]))
    with h5py.File(tmp_path / "h.h5", "r+") as file:
        file["minutes"][0] = numpy.nan
    rows, status = verdicts(run)
    assert status == 4 and [rows[f"h{i}"]["verdict"] for i in range(3)] == ["undecided", "undecided", "supported"]
    assert all(rows[f"h{i}"]["reason"] == "the metric has no value in any encounter that it is about" for i in range(2))
    text = run("test", "h.h5").stdout
    assert "h0: the metric has no value in any encounter" in text and "unfinished" not in text
    with h5py.File(tmp_path / "h.h5", "r+") as file:
        file["minutes"][0, 3] = 5
    rows, _ = verdicts(run)
    assert all("only one replication was run" in rows[f"h{i}"]["reason"] for i in range(2))


def test_part_of_the_replications(run, tmp_path):
    """Verdicts on a run that was stopped say so."""
    play(run, tmp_path, HEAD + FACTORIAL + text_of([{"metric": "minutes", "value": "< 99"}]))
    assert "unfinished" not in run("test", "h.h5").stdout
    with h5py.File(tmp_path / "h.h5", "r+") as file:
        file["minutes"][2, 7:] = numpy.nan
        file["replications_run"][2] = 7
    done = run("test", "h.h5")
    assert done.returncode == 0
    assert "The run is unfinished: verdicts rest on as few as 7 of 12 replications, and may change." in done.stdout.replace("\n", " ")


def test_replications_that_both_sides_have(run, tmp_path):
    """A cell that stopped earlier is compared over the replications that it has."""
    play(run, tmp_path, HEAD.replace("replications: 12", "replications: {min: 4, max: 30, until: {metric: minutes, halfwidth: 12%}}") +
         text_of([{"metric": "minutes", "strategy": "surrender", "versus": {"strategy": "typical"}, "difference": "< 0.5"}]))
    with h5py.File(tmp_path / "h.h5") as file:
        n = file["replications_run"][:2]
        minutes = file["minutes"][:2, : min(n)]
    assert n[0] != n[1]
    row = verdicts(run)[0]["h0"]
    assert row["replications"] == min(n) and row["effect"] == pytest.approx(numpy.mean(minutes[1] - minutes[0]), rel=1e-12)
    assert row["p"] == pytest.approx(stats.ttest_rel(minutes[1] - 0.5, minutes[0], alternative="less").pvalue, rel=1e-9)


def test_what_changes_nothing(run, tmp_path):
    """`mirroring` sets its agent's mirroring itself: both sides are the same to the last bit, which is an answer."""
    expect = {"metric": "minutes", "strategy": "mirroring", "where": {"agent.mirroring": 1}, "versus": {"agent.mirroring": 0}}
    play(run, tmp_path, HEAD.replace("bare-refusal", "mirroring") + FACTORIAL + text_of([
        {**expect, "difference": "> 0.02"}, {**expect, "difference": "< 0"}, {**expect, "difference": "< 0.01"}]))
    rows, status = verdicts(run)
    assert status == 4 and [rows[f"h{i}"]["verdict"] for i in range(3)] == ["not supported", "not supported", "supported"]
    assert all(rows[f"h{i}"][key] == 0 for i in range(3) for key in ("effect", "low", "high"))
    done = run("test", "h.h5")
    assert "what `versus` says changes nothing there" in done.stdout.replace("\n", " ")
    assert "No p against a threshold of 0" in done.stdout


def test_shares_without_spread(run, tmp_path):
    """Nobody is served by an executive in 3 x 20 calls: that is no proof that nobody ever is. The bound is the exact one of 0 in 60."""
    expect = {"metric": "executive", "strategy": "surrender"}
    play(run, tmp_path, HEAD.replace("replications: 12", "replications: 3").replace("encounters: 40", "encounters: 20") + text_of([
        {**expect, "value": "< 0.04"}, {**expect, "value": "< 0.2"}]))
    rows, status = verdicts(run)
    assert status == 4 and (rows["h0"]["verdict"], rows["h1"]["verdict"]) == ("undecided", "supported")
    assert rows["h0"]["effect"] == 0 and rows["h0"]["p"] == pytest.approx(0.96**60, rel=1e-9)
    high = stats.binomtest(0, 60, alternative="less").proportion_ci(1 - ALPHA, "exact").high
    assert rows["h0"]["high"] == pytest.approx(high, rel=1e-9) and rows["h0"]["low"] == 0


def test_nothing_to_test(run, tmp_path):
    play(run, tmp_path, HEAD)
    done = run("test", "h.h5")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "detente: h.h5: the config that made it has no `hypotheses`, so there is nothing to test\n"
    (tmp_path / "no.h5").write_text("nothing")
    for name in ("no.h5", "nowhere.h5"):
        done = run("test", name)
        assert done.returncode == 3 and done.stdout == "" and name in done.stderr


def test_hypotheses_belong_to_the_run(run, tmp_path):
    """Changed after the fact they are another config: a run is not resumed or extended under them."""
    play(run, tmp_path, HEAD + text_of(TWO))
    (tmp_path / "h.yaml").write_text(HEAD + text_of([TWO[0], {**TWO[1], "value": "< 98"}]))
    for option in ("--resume", "--extend"):
        done = run("run", "h.yaml", "-o", "h.h5", option)
        assert done.returncode == 3 and 'hypotheses[h1].expect.value: the text "< 99" there, the text "< 98" here' in done.stderr
    with h5py.File(tmp_path / "h.h5") as file:
        assert '"< 99"' in file.attrs["config"]


@pytest.mark.parametrize("arguments, words", [
    ([], "name a results file"), (["a.h5", "b.h5"], "results file"), (["a.h5", "--format", "cvs"], 'did you mean "csv"?')])
def test_usage(run, arguments, words):
    done = run("test", *arguments)
    assert done.returncode == 2 and done.stdout == "" and words in done.stderr
