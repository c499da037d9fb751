# SPDX-License-Identifier: GPL-3.0-or-later
"""`detente compare`: every number computed again from the exported tables by SciPy and R; files of which little can be said."""
import csv
import io
import json
import math
import subprocess

import h5py
import numpy
import pandas
import pytest
from scipy import stats

NEAR = 1e-9
COLUMNS = ("cell,strategy,{}metric,count,mean,ci_low,ci_high,baseline,difference,difference_low,difference_high,effect_size,correlation,"
           "variance_saved,p,p_holm,p_better,pareto,effect_size_means,pairs,note")
DEFAULTS = ["resolved", "escalated", "reported_satisfaction", "minutes", "total_cost", "net_value"]
LESS_IS_BETTER = {"escalated", "minutes", "total_cost"}
HEAD = "detente: 1\nname: c\nextends: billing-dispute\nreplications: 12\nencounters: 50\n"
STRATEGIES = "strategies: [typical, mirroring, surrender, listen-then-pay]\n"
FACTORIAL = "design: {vary: {agent.mirroring: [0, 0.5, 1], customer.persona: [abusive, loyal]}}\n"


def play(call, folder, text, *more, name="c"):
    (folder / f"{name}.yaml").write_text(text)
    done = call("run", f"{name}.yaml", "-o", f"{name}.h5", "--force", *more)
    assert done.returncode in (0, 1), done.stderr
    return done


@pytest.fixture(scope="module")
def call(detente, tmp_path_factory):
    """Run the program in a folder of the module's."""
    folder = tmp_path_factory.mktemp("compare")
    return folder, lambda *arguments: subprocess.run([detente, *map(str, arguments)], cwd=folder, stdin=subprocess.DEVNULL,
                                                     capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture(scope="module")
def plain(call):
    folder, go = call
    play(go, folder, HEAD + STRATEGIES + "keep: encounters\ncustomer: {personas: [{name: a, share: 0.6}, {name: b, share: 0.4, anger: 0.9}]}\n",
         name="plain")
    return folder, go


def rows_of(done):
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    for row in rows:
        for key, text in row.items():
            try:
                row[key] = math.nan if text == "" and key not in ("note", "baseline") else float(text)
            except ValueError:
                pass
    return rows


def export(go, file, table):
    frame = pandas.read_csv(io.StringIO(go("export", file, "--table", table).stdout))
    if table == "encounters":  # stored as floats, written in as few digits as those need
        numbers = frame.select_dtypes("float64").columns
        frame[numbers] = frame[numbers].astype("float32").astype("float64")
    return frame


def near(got, expected):
    assert got == pytest.approx(expected, rel=NEAR, abs=1e-12), (got, expected)


def check_paired(row, a, b, sign):
    """A row against SciPy's paired t test of two vectors of replications."""
    test = stats.ttest_rel(a, b)
    half = stats.t.ppf(0.975, len(a) - 1) * stats.sem(a - b)
    near(row["difference"], a.mean() - b.mean())
    # SciPy's quantile has nine digits.
    assert row["difference_high"] - row["difference"] == pytest.approx(half, rel=1e-8)
    assert row["difference"] - row["difference_low"] == pytest.approx(half, rel=1e-8)
    near(row["p"], test.pvalue)
    near(row["correlation"], stats.pearsonr(a, b)[0])
    near(row["variance_saved"], 1 - (a - b).var(ddof=1) / (a.var(ddof=1) + b.var(ddof=1)))
    near(row["effect_size_means"], (a.mean() - b.mean()) / math.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 2))
    gain = (a - b) * sign
    near(row["p_better"], ((gain > 0).sum() + (gain == 0).sum() / 2) / len(a))
    assert row["pairs"] == len(a)


def holm(p):
    """Step by step, as Holm (1979) words it."""
    order, adjusted, most = sorted(range(len(p)), key=p.__getitem__), [0.0] * len(p), 0
    for rank, i in enumerate(order):
        most = max(most, min(1, (len(p) - rank) * p[i]))
        adjusted[i] = most
    return adjusted


def test_every_number_against_scipy(plain):
    _, go = plain
    done = go("compare", "plain.h5", "--format", "csv")
    assert done.stdout.splitlines()[0] == COLUMNS.format("") and done.stderr == ""
    rows, replications, encounters = rows_of(done), export(go, "plain.h5", "replications"), export(go, "plain.h5", "encounters")
    assert [row["metric"] for row in rows] == [m for m in DEFAULTS for _ in range(4)]
    for row in rows:
        metric, own = row["metric"], lambda name, frame: frame[frame.strategy == name][row["metric"]].to_numpy(dtype=float)
        a, b = own(row["strategy"], replications), own("typical", replications)
        assert row["count"] == 12 and row["cell"] == ["typical", "mirroring", "surrender", "listen-then-pay"].index(row["strategy"])
        near(row["mean"], a.mean())
        assert row["ci_high"] - row["mean"] == pytest.approx(stats.t.ppf(0.975, 11) * stats.sem(a), rel=1e-8)
        if row["strategy"] == "typical":
            assert row["note"] == row["baseline"] + "baseline" and all(
                math.isnan(row[key]) for key in ("difference", "p", "p_holm", "effect_size", "p_better", "correlation"))
            continue
        assert row["baseline"] == "typical"
        check_paired(row, a, b, -1 if metric in LESS_IS_BETTER else 1)
        x, y = own(row["strategy"], encounters), own("typical", encounters)
        pooled = math.sqrt((x.var(ddof=1) * (len(x) - 1) + y.var(ddof=1) * (len(y) - 1)) / (len(x) + len(y) - 2))
        near(row["effect_size"], (x.mean() - y.mean()) / pooled)
    tests = [row for row in rows if row["strategy"] != "typical"]
    for row, expected in zip(tests, holm([row["p"] for row in tests])):
        near(row["p_holm"], expected)


R = r"""
d <- read.csv("replications.csv"); rows <- read.csv("compared.csv"); p <- c()
for (i in seq_len(nrow(rows))) {
    r <- rows[i, ]; a <- d[d$strategy == r$strategy, r$metric]; b <- d[d$strategy == "typical", r$metric]
    one <- t.test(a, conf.level = .99); near <- function(x, y) stopifnot(abs(x - y) <= 1e-9 * (abs(y) + 1e-3))
    near(r$ci_low, one$conf.int[1]); near(r$ci_high, one$conf.int[2])
    if (r$strategy == "typical") next
    two <- t.test(a, b, paired = TRUE, conf.level = .99)
    near(r$difference, two$estimate); near(r$difference_low, two$conf.int[1]); near(r$difference_high, two$conf.int[2])
    stopifnot(abs(r$p / two$p.value - 1) < 1e-9); near(r$correlation, cor(a, b)); p <- c(p, two$p.value)
}
stopifnot(all(abs(p.adjust(p, "holm") / rows$p_holm[!is.na(rows$p_holm)] - 1) < 1e-9), length(p) == 9); cat("agrees")
"""


def test_against_r(plain):
    folder, go = plain
    (folder / "replications.csv").write_text(go("export", "plain.h5", "--table", "replications").stdout)
    (folder / "compared.csv").write_text(go("compare", "plain.h5", "--metric", "minutes,hung_up", "--metric", "net_value", "--confidence",
                                            ".99", "--format", "csv").stdout)
    done = subprocess.run(["Rscript", "-e", R], cwd=folder, capture_output=True, text=True, check=False)
    assert done.stdout == "agrees", done.stderr


def test_front(plain):
    """Marked is what no other beats in one metric without losing in the other, whatever the metrics compared."""
    _, go = plain
    mean = export(go, "plain.h5", "replications").groupby("strategy").mean(numeric_only=True)
    for pareto, ways in ((["reported_satisfaction", "total_cost"], (1, -1)), (["net_value", "minutes", "escalated"], (1, -1, -1))):
        rows = rows_of(go("compare", "plain.h5", "--metric", "turns", "--pareto", ",".join(pareto), "--format", "csv"))
        points = {row["strategy"]: [mean.loc[row["strategy"], m] * way for m, way in zip(pareto, ways)] for row in rows}
        for row in rows:
            own = points[row["strategy"]]
            beaten = any(all(x >= y for x, y in zip(p, own)) and p != own for p in points.values())
            assert row["pareto"] == (not beaten)
    assert {row["pareto"] for row in rows} == {0, 1}


def test_by_levels_and_pooled(call):
    """Points are put together within each replication, those of a level or all; the level is a column of its own."""
    folder, go = call
    play(go, folder, HEAD + "strategies: [typical, surrender]\n" + FACTORIAL, name="factorial")
    replications = export(go, "factorial.h5", "replications")
    for by in ([], ["agent.mirroring"], ["customer.persona", "agent.mirroring"]):
        done = go("compare", "factorial.h5", "--metric", "minutes,turns", "--baseline", "surrender", "--format", "csv",
                  *(x for path in by for x in ("--by", path)))
        assert done.stdout.splitlines()[0] == COLUMNS.format("".join(f"{path}," for path in by))
        rows = rows_of(done)
        assert len(rows) == 2 * 2 * {0: 1, 1: 3, 2: 6}[len(by)]
        for row in rows:
            chosen = replications
            for path in by:
                chosen = chosen[chosen[path] == row[path]]
            value = lambda name: chosen[chosen.strategy == name].groupby("replication")[row["metric"]].mean().to_numpy()
            near(row["mean"], value(row["strategy"]).mean())
            assert math.isnan(row["cell"]) == (len(by) < 2)
            if row["strategy"] == "surrender":
                continue
            assert row["baseline"] == "surrender"
            a, b = value("typical"), value("surrender")
            near(row["p"], stats.ttest_rel(a, b).pvalue)
            near(row["correlation"], stats.pearsonr(a, b)[0])
            assert math.isnan(row["p_better"]) == (row["metric"] == "turns")
        tests = [row for row in rows if row["strategy"] == "typical"]
        for row, expected in zip(tests, holm([row["p"] for row in tests])):
            near(row["p_holm"], expected)


def test_levels_of_one_strategy(call):
    """Compared with the first level."""
    folder, go = call
    play(go, folder, HEAD + "strategies: [typical]\n" + FACTORIAL, name="one")
    replications = export(go, "one.h5", "replications")
    rows = rows_of(go("compare", "one.h5", "--metric", "escalated", "--by", "agent.mirroring", "--format", "csv"))
    value = lambda level: replications[replications["agent.mirroring"] == level].groupby("replication").escalated.mean().to_numpy()
    assert [row["agent.mirroring"] for row in rows] == [0, 0.5, 1] and rows[0]["note"] == "baseline"
    for row in rows[1:]:
        assert row["baseline"] == "agent.mirroring 0"
        check_paired(row, value(row["agent.mirroring"]), value(0), -1)
    text = go("compare", "one.h5", "--metric", "escalated", "--by", "customer.persona", "--by", "agent.mirroring").stdout
    assert "\n  customer.persona loyal\n    0 " in text and "to customer.persona abusive, agent.mirroring 0, replication by" in text


def test_by_persona_where_it_is_varied(call):
    """It is customer.persona by a shorter name."""
    folder, go = call
    play(go, folder, HEAD + STRATEGIES + FACTORIAL, name="varied")
    for more in ([], ["--format", "csv"]):
        short, whole = (go("compare", "varied.h5", "--metric", "escalated", "--by", by, *more) for by in ("persona", "customer.persona"))
        assert short.returncode == 0 and short.stdout == whole.stdout and "abusive" in short.stdout


def test_by_persona(plain):
    """From kept encounters: the mean over those with the persona, within each replication."""
    _, go = plain
    encounters = export(go, "plain.h5", "encounters")
    rows = rows_of(go("compare", "plain.h5", "--metric", "minutes,resolved", "--by", "persona", "--format", "csv"))
    assert [(row["persona"], row["strategy"]) for row in rows[:5]] == [
        ("a", "typical"), ("a", "mirroring"), ("a", "surrender"), ("a", "listen-then-pay"), ("b", "typical")]
    for row in rows:
        of = lambda name: encounters[(encounters.strategy == name) & (encounters.persona == row["persona"])]
        value = lambda name: of(name).groupby("replication")[row["metric"]].mean().to_numpy()
        a, b = value(row["strategy"]), value("typical")
        near(row["mean"], a.mean())
        if row["strategy"] != "typical":
            check_paired(row, a, b, -1 if row["metric"] == "minutes" else 1)
            x, y = of(row["strategy"])[row["metric"]].to_numpy(float), of("typical")[row["metric"]].to_numpy(float)
            pooled = math.sqrt((x.var(ddof=1) * (len(x) - 1) + y.var(ddof=1) * (len(y) - 1)) / (len(x) + len(y) - 2))
            near(row["effect_size"], row["difference"] / pooled)


def test_by_persona_and_level_in_a_sweep(call):
    """All cells of the group together, also where not every metric was kept."""
    folder, go = call
    play(go, folder, HEAD + "strategies: [typical, surrender]\ncustomer: {personas: [{name: a, share: 0.5}, {name: b, share: 0.5}]}\n"
         "keep: {encounters: 20, columns: [minutes]}\ndesign: {vary: {agent.mirroring: [0, 1], agent.warmth: [0, 0.2]}}\n", name="sweep")
    encounters = export(go, "sweep.h5", "encounters")
    done = go("compare", "sweep.h5", "--metric", "minutes", "--by", "persona", "--by", "agent.warmth", "--format", "csv")
    rows = rows_of(done)
    points = export(go, "sweep.h5", "replications")[["cell", "agent.warmth"]].drop_duplicates().set_index("cell")["agent.warmth"]
    encounters["warmth"] = encounters.cell.map(points)
    assert len(rows) == 8
    for row in rows:
        own = encounters[(encounters.strategy == row["strategy"]) & (encounters.persona == row["persona"]) &
                         (encounters.warmth == row["agent.warmth"])]
        near(row["mean"], own.groupby("replication").minutes.mean().mean())
        assert math.isnan(row["pareto"])
    done = go("compare", "sweep.h5", "--metric", "turns", "--by", "persona")
    assert done.returncode == 2 and "kept encounters have no column turns (keep.columns" in done.stderr
    assert go("compare", "sweep.h5", "--metric", "minutes", "--by", "persona", "--pareto", "turns,minutes").returncode == 2


def test_unpaired(call):
    """Customers of their own: Welch's test and Vargha and Delaney's A."""
    folder, go = call
    play(go, folder, HEAD + "common_random_numbers: false\nstrategies: [typical, mirroring]\n", name="own")
    replications = export(go, "own.h5", "replications")
    for row in rows_of(go("compare", "own.h5", "--metric", "minutes,net_value", "--format", "csv"))[1::2]:
        a, b = (replications[replications.strategy == name][row["metric"]].to_numpy() for name in ("mirroring", "typical"))
        near(row["p"], stats.ttest_ind(a, b, equal_var=False).pvalue)
        above = stats.mannwhitneyu(a, b).statistic / (len(a) * len(b))
        near(row["p_better"], 1 - above if row["metric"] == "minutes" else above)
        assert math.isnan(row["correlation"]) and "not paired" in row["note"]
    assert "Welch's test, since cells have customers of their own" in go("compare", "own.h5").stdout.replace("\n", " ")


def test_ranges_of_a_sampled_path(call):
    """More than 16 values: four ranges of equal width, of the logarithm where it is varied so."""
    folder, go = call
    play(go, folder, HEAD + "strategies: [typical, surrender]\ndesign: {type: random, points: 40, vary: {agent.warmth: {from: 0, to: 1}, "
         "strategy.concession.beta: {from: 0.2, to: 5, log: true}}}\n", "--set", "replications=3", name="random")
    replications = export(go, "random.h5", "replications")
    for path, scale in (("agent.warmth", float), ("strategy.concession.beta", math.log)):
        rows = rows_of(go("compare", "random.h5", "--metric", "minutes", "--by", path, "--format", "csv"))
        value = replications[path].map(scale)
        edges = numpy.linspace(value.min(), value.max(), 5)
        own = numpy.clip(numpy.searchsorted(edges, value * (1 + 1e-15), side="right") - 1, 0, 3)
        assert len(rows) == 8
        for i, row in enumerate(rows):
            chosen = replications[(own == i // 2) & (replications.strategy == row["strategy"])]
            near(row["mean"], chosen.groupby("replication").minutes.mean().mean())
            low, high = map(float, row[path].split(" to "))
            assert scale(low) == pytest.approx(edges[i // 2], abs=5e-3) and scale(high) == pytest.approx(edges[i // 2 + 1], abs=5e-3)


def test_levels_as_they_would_be_written(call):
    """Ten steps from 0 to 1.8 come to 1.2000000000000002 and others; whole numbers stay whole, however large."""
    folder, go = call
    play(go, folder, HEAD + "strategies: [typical]\ndesign: {vary: {agent.mirroring: {from: 0, to: 1.8, steps: 10}, "
         "scenario.value: [400, 1234567]}}\nhypotheses: [{name: steps, expect: {metric: minutes, where: {agent.mirroring: 1.2}, "
         "versus: {agent.mirroring: 0.6}, difference: '> 1'}}]\n", "--set", "replications=2", name="steps")
    rows = rows_of(go("compare", "steps.h5", "--metric", "minutes", "--by", "agent.mirroring", "--format", "csv"))
    assert rows[6]["agent.mirroring"] == (3 * 0 + 6 * 1.8) / 9 != 1.2  # programs find it in the file again
    text = go("compare", "steps.h5", "--metric", "minutes", "--by", "scenario.value", "--by", "agent.mirroring").stdout
    assert "\n    1.2 " in text and "scenario.value 1234567\n" in text and "00000" not in text
    told = go("check", "steps.yaml").stdout.replace("\n  ", " ")
    assert "higher with agent.mirroring 1.2 than with agent.mirroring 0.6." in told
    done = play(go, folder, HEAD + "strategies: [typical]\ndesign: {vary: {scenario.value: [400, 1234567]}}\n", "--set", "replications=2", name="large")
    assert "\nscenario.value 1234567\n" in done.stdout


def test_replications_that_agree_by_chance(call):
    """The same difference of shares in both of two replications is no certainty; a difference of nothing, or of everything, is."""
    folder, go = call
    play(go, folder, HEAD + "strategies: [typical, surrender, mirroring]\n", "--set", "replications=2", name="chance")
    with h5py.File(folder / "chance.h5", "r+") as file:
        file["escalated"][...] = [[0.2, 0.3], [0.3, 0.4], [0.2, 0.3]]
        file["executive"][...] = [[0, 0], [1, 1], [0.25, 0.25]]
        file["minutes"][...] = [[5, 6], [6, 7], [5, 6]]
    done = go("compare", "chance.h5", "--metric", "escalated,executive,minutes", "--format", "csv")
    rows = {(row["metric"], row["strategy"]): row for row in rows_of(done)}
    for key, size in ((("escalated", "surrender"), 0.1), (("executive", "mirroring"), 0.25)):
        row = rows[key]
        assert row["difference"] == pytest.approx(size) and "by chance: no test" in row["note"]
        assert math.isnan(row["p"]) and math.isnan(row["p_holm"])
    for key, p in ((("escalated", "mirroring"), 1), (("executive", "surrender"), 0), (("minutes", "surrender"), 0)):
        assert rows[key]["p"] == p and "the same in every replication" in rows[key]["note"]
    assert "adjusted over the 4 tests" in words(go("compare", "chance.h5", "--metric", "escalated,executive,minutes"))


def test_levels_that_differ_in_more(call):
    """One strategy: levels of one path, at points that differ in another path too, are not like and like."""
    folder, go = call
    points = "design: {type: list, points: [{agent.mirroring: 0, agent.warmth: 0.2}, {agent.mirroring: 1, agent.warmth: 0.9}]}\n"
    play(go, folder, HEAD + "strategies: [typical]\n" + points, "--set", "replications=2", name="unlike")
    by = ("--by", "agent.mirroring", "--metric", "minutes")
    said = "in the other varied paths too, as a list design has them"
    assert said in words(go("compare", "unlike.h5", *by)) and said in go("compare", "unlike.h5", *by, "--format", "csv").stderr
    assert said not in words(go("compare", "unlike.h5", *by, "--by", "agent.warmth"))
    play(go, folder, HEAD + "strategies: [typical, surrender]\n" + points, "--set", "replications=2", name="unlike")
    assert said not in words(go("compare", "unlike.h5", *by))


def test_large_numbers_fit(call):
    folder, go = call
    play(go, folder, HEAD + "strategies: [typical, task-focused]\ndesign: {vary: {scenario.value: [1234567, 98765432.5, 1.0e+12]}}\n", name="vast")
    done = go("compare", "vast.h5", "--metric", "net_value", "--by", "scenario.value")
    assert max(map(len, done.stdout.splitlines())) <= 100 and "e+11 \u00b1 " in done.stdout


# ---- ways to write it ------------------------------------------------------------------------------------------------


def test_formats_say_the_same(plain):
    _, go = plain
    rows = rows_of(go("compare", "plain.h5", "--format", "csv"))
    tree = json.loads(go("compare", "plain.h5", "--format", "json").stdout)
    assert tree["notes"] == [] and len(tree["rows"]) == len(rows)
    for row, other in zip(rows, tree["rows"]):
        assert list(row) == list(other)
        for key, value in other.items():
            assert (row[key] in ("", None) or row[key] != row[key]) if value is None else row[key] == value, key
    markdown = go("compare", "plain.h5", "--format", "markdown").stdout
    lines = [line for line in markdown.splitlines() if line.startswith("|")]
    assert len(lines) == 2 + 6 * 5 and {line.count("|") for line in lines} == {10}
    table = go("compare", "plain.h5").stdout
    for line in lines[3:7]:
        for part in line.strip("|").split("|"):
            assert part.strip().replace("\\", "") in table


@pytest.mark.parametrize("more", [[], ["--by", "persona"]])
def test_the_table_fits(call, more):
    folder, go = call
    long = "strategies: [typical, {name: " + "ü" * 31 + ", playbook: [{do: offer}]}]\ncustomer: {personas: [{name: a, share: 0.5}, {name: " + "p" * 60 + \
        ", share: 0.5}]}\nkeep: encounters\n"
    play(go, folder, HEAD + long, "--set", "scenario.value=1000000", name="long")
    done = go("compare", "long.h5", *more)
    assert done.returncode == 0 and done.stderr == ""
    assert max(map(len, done.stdout.splitlines())) <= 100
    assert all(line == line.rstrip() for line in done.stdout.splitlines()) and "nan" not in done.stdout
    assert "üü…" in done.stdout


# ---- files of which little can be said -------------------------------------------------------------------------------


def words(done):
    """What stands on stdout, lines joined."""
    assert done.returncode == 0, done.stderr
    assert "nan" not in done.stdout.lower().replace("finance", "")
    return " ".join(done.stdout.split())


def test_one_replication(call):
    """No interval over replications and no test; a share has Wilson's interval over its encounters."""
    folder, go = call
    play(go, folder, HEAD + "strategies: [typical, surrender]\n", "--set", "replications=1", name="single")
    rows = rows_of(go("compare", "single.h5", "--metric", "resolved,minutes", "--format", "csv"))
    resolved = export(go, "single.h5", "replications").resolved
    for row, share in zip(rows, resolved):
        interval = stats.binomtest(round(share * 50), 50).proportion_ci(method="wilson")
        assert row["ci_low"] == pytest.approx(interval.low, rel=1e-9) and row["ci_high"] == pytest.approx(interval.high, rel=1e-9)
    for row in rows[2:]:
        assert math.isnan(row["ci_low"])
    for row in rows[1::2]:
        assert math.isnan(row["p"]) and row["difference"] and "one replication: no test" in row["note"]
    text = words(go("compare", "single.h5", "--metric", "resolved,minutes"))
    assert "one replication: no test" in text and "Wilson's interval over its encounters" in text and "0 tests" in text


def test_what_never_happened(call):
    """A share of 0 of n has a bound, and so has a difference of two: the exact one of one cell's encounters, since cells share their customers."""
    folder, go = call
    mix = "customer: {anger: 0, personas: [{name: a, share: 0.6}, {name: b, share: 0.4}]}\nkeep: encounters\n"
    play(go, folder, HEAD + "strategies: [typical, surrender]\ndesign: {vary: {agent.warmth: [0, 0.2, 0.4]}}\n" + mix, name="never")
    replications = 12
    for arguments, encounters in (([], 50 * replications), (["--by", "agent.warmth"], 50 * replications), (["--by", "persona"], None)):
        rows = rows_of(go("compare", "never.h5", "--metric", "terminated", "--format", "csv", *arguments))
        for row in rows:
            n = encounters
            if n is None:
                kept = export(go, "never.h5", "encounters")
                n = len(kept[kept.persona == row["persona"]]) / 6
            bound = stats.binomtest(0, round(n)).proportion_ci(method="exact").high
            assert row["mean"] == row["ci_low"] == 0
            near(row["ci_high"], bound)
            if not row["baseline"]:
                continue
            assert row["difference"] == 0 and row["p"] == 1
            near(row["difference_high"], bound)
            near(row["difference_low"], -bound)
    text = words(go("compare", "never.h5", "--metric", "terminated"))
    assert "0.000 ± 0.006 0.000 ± 0.006" in text and "Of a share that is 0 or 1 in all encounters ± is the exact bound" in text
    # A count that is 0 has none.
    assert "0.00 ± 0.00 0.00 ± 0.00" in words(go("compare", "never.h5", "--metric", "breaches"))


def test_half_finished(call):
    """Only a part of the replications, and not the same for all cells."""
    folder, go = call
    (folder / "part.yaml").write_text(HEAD + STRATEGIES)
    assert go("run", "part.yaml", "-o", "part.1.h5", "--shard", "1/5").returncode == 0
    assert go("merge", "-o", "part.h5", "--partial", "part.1.h5").returncode == 0
    rows = rows_of(go("compare", "part.h5", "--metric", "minutes", "--format", "csv"))
    assert [row["count"] for row in rows] == [3, 3, 2, 2] and [row["pairs"] for row in rows[1:]] == [3, 2, 2]
    assert "Groups have 2 to 3 of 12 replications; a difference is over those that both have." in words(go("compare", "part.h5"))
    assert "Groups have 2 to 3" in go("compare", "part.h5", "--format", "csv").stderr
    assert "Groups have 2 to 3" in json.loads(go("compare", "part.h5", "--format", "json").stdout)["notes"][0]
    assert go("run", "part.yaml", "-o", "part.2.h5", "--shard", "1/2").returncode == 0
    assert go("merge", "-o", "even.h5", "--partial", "part.2.h5").returncode == 0
    assert "There are 6 of 12 replications: the run is unfinished." in words(go("compare", "even.h5"))


def test_different_replications(call):
    """Shards with a gap: pairs are the replications that both have, whichever they are."""
    folder, go = call
    (folder / "gap.yaml").write_text(HEAD + "strategies: [typical, surrender]\n")
    for i in (1, 4):
        assert go("run", "gap.yaml", "-o", f"gap.{i}.h5", "--shard", f"{i}/5").returncode == 0
    assert go("merge", "-o", "gap.h5", "--partial", "gap.1.h5", "gap.4.h5").returncode == 0
    replications = export(go, "gap.h5", "replications").dropna()
    a, b = (replications[replications.strategy == name].set_index("replication").minutes for name in ("surrender", "typical"))
    both = sorted(set(a.index) & set(b.index))
    assert len(both) < max(len(a), len(b))
    row = rows_of(go("compare", "gap.h5", "--metric", "minutes", "--format", "csv"))[1]
    assert row["pairs"] == len(both) and row["count"] == len(a)
    near(row["p"], stats.ttest_rel(a[both], b[both]).pvalue)


def test_cells_that_failed(call):
    """Left out and counted; a group of nothing but such cells has no number, and a reason."""
    folder, go = call
    vary = "outcome.distributive: [0, 1], outcome.procedural: [0, 1], outcome.interactional: [0, 1]"
    play(go, folder, HEAD + "strategies: [typical, surrender]\ndesign: {vary: {" + vary + "}}\n", name="failing")
    text = words(go("compare", "failing.h5", "--metric", "minutes"))
    assert "2 of 16 cells failed and are left out" in text
    by = [x for path in ("outcome.distributive", "outcome.procedural", "outcome.interactional") for x in ("--by", path)]
    rows = rows_of(go("compare", "failing.h5", "--metric", "minutes", "--format", "csv", *by))
    assert [row["note"] for row in rows[:2]] == ["every cell failed; baseline", "every cell failed"] or \
        [row["note"] for row in rows[:2]] == ["baseline; every cell failed", "every cell failed"]
    assert all(math.isnan(row["mean"]) and math.isnan(row["p"]) for row in rows[:2]) and rows[2]["count"] == 12
    assert "every cell failed." in words(go("compare", "failing.h5", "--metric", "minutes", *by))


def test_points_are_matched(call):
    """Where one strategy's cell failed, the others' of that point are left out too, unless it failed everywhere."""
    folder, go = call
    play(go, folder, HEAD + "strategies: [typical, surrender, mirroring]\n" + FACTORIAL, name="matched")
    replications = export(go, "matched.h5", "replications")
    value = lambda name, left: replications[(replications.strategy == name) & (replications.cell // 3 != left)].groupby(
        "replication").minutes.mean().to_numpy()
    with h5py.File(folder / "matched.h5", "r+") as file:
        for cell in (4, *range(2, 18, 3)):  # surrender at point 1, mirroring everywhere
            file["status"][cell] = 3
            file["minutes"][cell] = numpy.nan
    typical, surrender, mirroring = rows_of(go("compare", "matched.h5", "--metric", "minutes", "--format", "csv"))
    near(typical["mean"], value("typical", 1).mean())
    check_paired(surrender, value("surrender", 1), value("typical", 1), -1)
    assert mirroring["note"] == "every cell failed"
    text = words(go("compare", "matched.h5", "--metric", "minutes"))
    assert "7 of 18 cells failed" in text and "Left out for every strategy: 1 point at which one failed that did not fail at all points." in text
    with h5py.File(folder / "matched.h5", "r+") as file:
        for cell in (3, 6, 9, 12, 15, 1):  # typical where surrender did not, and the other way round
            file["status"][cell] = 3
    rows = rows_of(go("compare", "matched.h5", "--metric", "minutes", "--format", "csv"))
    assert [row["note"] for row in rows] == ["baseline; at every point some strategy failed", "at every point some strategy failed",
                                             "every cell failed"]


def test_metrics_that_do_not_vary(call):
    """Nothing is promised here, so breaches are 0 everywhere; one that is NAN everywhere; one that is the same but for a constant."""
    folder, go = call
    play(go, folder, HEAD + "strategies: [typical, surrender]\n", name="flat")
    row = rows_of(go("compare", "flat.h5", "--metric", "breaches", "--format", "csv"))[1]
    assert row["difference"] == 0 and row["p"] == 1 and row["difference_low"] == row["difference_high"] == 0
    assert row["p_better"] == 0.5 and math.isnan(row["correlation"]) and math.isnan(row["effect_size"])
    for reason in ("the same in every replication", "no correlation", "no effect size"):
        assert reason in row["note"] and reason in words(go("compare", "flat.h5", "--metric", "breaches"))
    with h5py.File(folder / "flat.h5", "r+") as file:
        file["minutes"][...] = numpy.nan
        file["total_cost"][1] = file["total_cost"][0] + 2
    rows = rows_of(go("compare", "flat.h5", "--metric", "minutes,total_cost", "--format", "csv"))
    assert all(math.isnan(row["mean"]) and "no value in any encounter" in row["note"] for row in rows[:2])
    assert rows[3]["difference"] == pytest.approx(2) and rows[3]["p"] < 1e-9
    text = words(go("compare", "flat.h5", "--metric", "minutes"))
    assert "typical, minutes, and 1 more: the metric has no value in any encounter of it." in text and "unfinished" not in text
    with h5py.File(folder / "flat.h5", "r+") as file:  # a share that differs by as much each time, and one that is certain
        file["resolved"][...] = numpy.array([[0.5], [0.625]])
        file["hung_up"][...] = numpy.array([[0.0], [1.0]])
    rows = rows_of(go("compare", "flat.h5", "--metric", "resolved,hung_up", "--format", "csv"))
    assert rows[1]["difference"] == 0.125 and math.isnan(rows[1]["p"]) and math.isnan(rows[1]["difference_low"])
    assert "by chance: no test" in rows[1]["note"] and "by chance: no test" in words(go("compare", "flat.h5", "--metric", "resolved"))
    for row, share in zip(rows, (0.5, 0.625, 0, 1)):
        interval = stats.binomtest(round(share * 600), 600).proportion_ci(method="wilson" if 0 < share < 1 else "exact")
        near(row["ci_low"], interval.low)
        near(row["ci_high"], interval.high)
    assert rows[3]["p"] == 0 and rows[3]["difference_high"] == 1
    near(rows[3]["difference_low"], 1 - 2 * (1 - 0.025 ** (1 / 600)))
    with h5py.File(folder / "flat.h5", "r+") as file:
        file["replications_run"][...] = 0
    done = go("compare", "flat.h5")
    assert done.returncode == 3 and "no replication was run yet; go on with --resume" in done.stderr and done.stdout == ""


def test_nothing_to_compare_with(call):
    folder, go = call
    play(go, folder, HEAD + "strategies: [typical]\n", name="alone")
    text = words(go("compare", "alone.h5", "--metric", "minutes"))
    assert "There is nothing to compare with: one strategy, and no --by." in text
    (row,) = rows_of(go("compare", "alone.h5", "--metric", "minutes", "--format", "csv"))
    assert row["count"] == 12 and row["note"] == "nothing to compare it with"


@pytest.mark.parametrize("arguments, status, said", [
    ([], 2, "name a results file"), (["plain.h5", "plain.h5"], 2, "one"),
    (["plain.h5", "--metric", "minuts"], 2, 'did you mean "minutes"?'), (["plain.h5", "--metric", "minutes,minutes"], 2, "asked for twice"),
    (["plain.h5", "--metric", "cost"], 2, 'did you mean "total_cost"?'), (["plain.h5", "--metric", ""], 2, "name a metric"), (["plain.h5", "--pareto", "turns"], 2, "it has no front"),
    (["plain.h5", "--confidence", "95"], 2, "between 0 and 1"), (["plain.h5", "--format", "cvs"], 2, 'did you mean "csv"?'),
    (["plain.h5", "--baseline", "typicla"], 2, 'did you mean "typical"?'), (["plain.h5", "--baseline", "nobody"], 2, 'it has typical, '),
    (["plain.h5", "--by", "agent.warmth"], 2, "varies no parameter"), (["plain.h5", "--by", "persona", "--by", "persona"], 2, "named twice"),
    (["factorial.h5", "--by", "agent.mirrorign"], 2, 'did you mean "agent.mirroring"?'),
    (["factorial.h5", "--by", "seed"], 2, 'varied are agent.mirroring, customer.persona'),
    (["factorial.h5", "--by", "agent.mirroring", "--by", "agent.mirroring"], 2, "named twice"),
    (["factorial.h5", "--by", "persona", "--by", "customer.persona"], 2, "named twice"), (["single.h5", "--by", "persona"], 2, "run with --keep encounters"),
    (["nowhere.h5"], 3, "cannot read it"), (["empty.h5"], 3, "not a results file"), (["plain.yaml"], 3, "not a results file"),
    (["cut.h5"], 3, "not a results file"), (["part.1.h5"], 3, "is a shard"),
])
def test_what_is_refused(plain, arguments, status, said):
    folder, go = plain
    for name, text in (("factorial", "strategies: [typical, surrender]\n" + FACTORIAL), ("single", "replications: 1\n")):
        if not (folder / f"{name}.h5").exists():
            play(go, folder, (HEAD + text).replace("replications: 12\n", "" if name == "single" else "replications: 12\n"), name=name)
    if not (folder / "part.1.h5").exists():
        (folder / "part.yaml").write_text(HEAD + STRATEGIES)
        assert go("run", "part.yaml", "-o", "part.1.h5", "--shard", "1/5").returncode == 0
    (folder / "empty.h5").write_bytes(b"")
    (folder / "cut.h5").write_bytes((folder / "plain.h5").read_bytes()[:3000])
    done = go("compare", *arguments)
    assert done.returncode == status and said in done.stderr and done.stdout == "", (done.stdout, done.stderr)
