# SPDX-License-Identifier: GPL-3.0-or-later
"""detente sensitivity: against the same numbers computed by NumPy from the exported table, and what it says where there are none."""
import csv
import io
import itertools
import json
import shutil

import h5py
import numpy
import pytest

CONFIG = """detente: 1
name: s
seed: 11
replications: {replications}
encounters: 32
strategies: [typical, mirroring, {{name: 'a, "b"', extends: typical}}]
design:
  type: {type}
  points: {points}
  vary:
    strategy.agent.mirroring: {{from: 0, to: 1}}
    agent.empathy: {{from: 0.1, to: 0.9}}
    scenario.value: {{from: 100, to: 800}}
    customer.persona: [loyal, abusive]
"""
PATHS = ["strategy.agent.mirroring", "agent.empathy", "scenario.value", "customer.persona"]
SPAN = {"strategy.agent.mirroring": 1, "agent.empathy": 0.8, "scenario.value": 700}
D = len(PATHS)
SOBOL = ["first", "first_low", "first_high", "total", "total_low", "total_high"]
MORRIS = ["mu_star", "sigma", "noise_floor"]


def play(run, folder, name, type, points, replications=6, change=lambda text: text, *options):
    (folder / "c.yaml").write_text(change(CONFIG.format(type=type, points=points, replications=replications)))
    done = run("run", "c.yaml", "-o", name, "--progress", "never", *options)
    assert done.returncode == 0, done.stderr
    return folder / name


@pytest.fixture(scope="module")
def files(detente, tmp_path_factory):
    """Both kinds of results, played once."""
    import subprocess
    folder = tmp_path_factory.mktemp("sensitivity")

    def run(*arguments):
        return subprocess.run([detente, *arguments], cwd=folder, capture_output=True, text=True, check=False)

    return {type: play(run, folder, f"{type}.h5", type, points) for type, points in (("saltelli", 40), ("morris", 12))}


def answers(run, path, *options):
    done = run("sensitivity", path, "--format", "csv", *options)
    assert done.returncode == 0, done.stderr
    return list(csv.DictReader(io.StringIO(done.stdout))), done


def exported(run, path, metric, paths=PATHS, strategies=3):
    """The metric as exported, by strategy: point x replication; and the varied values by point."""
    done = run("export", path, "--table", "replications")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    table, values = {}, {}
    for row in rows:
        point = int(row["cell"]) // strategies
        table.setdefault(row["strategy"], {})[point, int(row["replication"])] = float(row[metric] or "nan")
        values[point] = [row[path] for path in paths]
    m = 1 + max(r for _, r in table["typical"])
    return {s: numpy.array([[t[p, r] for r in range(m)] for p in range(len(values))]) for s, t in table.items()}, values


def crossed(x, y):
    """Mean of x_r y_s over all pairs of different replications, pair by pair."""
    m = x.shape[-1]
    return sum(x[..., r] * y[..., s] for r, s in itertools.permutations(range(m), 2)) / (m * (m - 1))


def sobol(y):
    """Saltelli et al. 2010, table 2, (b) and (f), over pairs of replications; A and B centred within each."""
    y = y.reshape(-1, D + 2, y.shape[-1])
    a, b = y[:, 0], y[:, 1]
    centre = (a.mean(axis=0) + b.mean(axis=0)) / 2
    n = 2 * len(y)
    variance = (crossed(a - centre, a - centre).sum() + crossed(b - centre, b - centre).sum()) / (n - 1)
    return [(crossed(b - centre, y[:, 2 + k] - a).mean() / variance,
             crossed(y[:, 2 + k] - a, y[:, 2 + k] - a).mean() / 2 / variance) for k in range(D)]


def morris(y, values, paths=PATHS, span=None):
    """Effects from which value changed between neighbours, over the part of its range; of names, whatever they are."""
    m, per_row, span = y.shape[-1], len(paths) + 1, span or SPAN
    found = {k: [] for k in range(len(paths))}
    for point in range(1, len(y)):
        if point % per_row:
            before, after = values[point - 1], values[point]
            changed = [k for k in found if before[k] != after[k]]
            assert len(changed) == 1
            k = changed[0]
            step = (float(after[k]) - float(before[k])) / span[paths[k]] if paths[k] in span else 1 if after[k] > before[k] else -1
            found[k].append((y[point] - y[point - 1]) / step)
    result = []
    for k in found:
        d = numpy.array(found[k])
        noise = numpy.sqrt(d.var(axis=1, ddof=1).mean())
        mean = d.mean(axis=1)
        result.append((abs(mean).mean(), mean.std(ddof=1), noise * numpy.sqrt(2 / (numpy.pi * m)), mean.mean()))
    return result


@pytest.mark.parametrize("metric", ["escalated", "net_value", "minutes"])
def test_sobol_agrees_with_numpy(run, files, metric):
    rows, done = answers(run, files["saltelli"], "--metric", metric)
    assert list(rows[0]) == ["parameter", "metric", *SOBOL, "above_noise", "strategy"] and len(rows) == 3 * D
    table, _ = exported(run, files["saltelli"], metric)
    for strategy, y in table.items():
        mine = {row["parameter"]: row for row in rows if row["strategy"] == strategy}
        assert sorted(mine) == sorted(PATHS)
        order = [float(row["total"]) for row in rows if row["strategy"] == strategy]
        assert order == sorted(order, reverse=True)
        for path, (first, total) in zip(PATHS, sobol(y)):
            row = mine[path]
            assert float(row["first"]) == pytest.approx(first, rel=1e-9, abs=1e-9)
            assert float(row["total"]) == pytest.approx(total, rel=1e-9, abs=1e-9)
            low, high = float(row["total_low"]), float(row["total_high"])
            assert low <= total <= high and float(row["first_low"]) <= first <= float(row["first_high"])
            assert row["above_noise"] == ("yes" if low > 0 else "no") and row["metric"] == metric


@pytest.mark.parametrize("metric", ["escalated", "net_value", "minutes"])
def test_morris_agrees_with_numpy(run, files, metric):
    rows, _ = answers(run, files["morris"], "--metric", metric)
    assert list(rows[0])[:7] == ["parameter", "metric", *MORRIS, "above_noise", "strategy"]
    table, values = exported(run, files["morris"], metric)
    for strategy, y in table.items():
        mine = {row["parameter"]: row for row in rows if row["strategy"] == strategy}
        for path, expected in zip(PATHS, morris(y, values)):
            row = mine[path]
            got = [float(row[c]) for c in (*MORRIS, "mu")]
            if path == PATHS[3]:  # its values are names, so which way is up is not told by the table
                got[3], expected = abs(got[3]), (*expected[:3], abs(expected[3]))
            assert got == pytest.approx(expected, rel=1e-9, abs=1e-9)
            low, high = float(row["mu_star_low"]), float(row["mu_star_high"])
            assert low <= expected[0] <= high
            assert row["above_noise"] == ("yes" if low > got[2] else "no")


LISTED = {"customer.persona": ["reasonable", "abusive", "loyal"], "strategy.persistence": "{from: 0, to: 4}", "agent.empathy": "[0.1, 0.2]",
          "agent.warmth": "[0.5, 0, 0.1]", "agent.mirroring": "{from: 0, to: 1}"}


def test_morris_divides_by_the_step_made(run, tmp_path):
    """Of lists, whole numbers and names, whose values are not those of the grid, each is played, and the step between two is theirs."""
    vary = "".join(f"    {path}: {values}\n" for path, values in LISTED.items())
    path = play(run, tmp_path, "l.h5", "morris", 40, 3, lambda text: text[:text.index("    strategy.agent")] + vary)
    rows, _ = answers(run, path, "--metric", "minutes", "--strategy", "typical")
    table, values = exported(run, path, "minutes", list(LISTED))
    assert [len({point[k] for point in values.values()}) for k in range(5)] == [3, 5, 2, 3, 4]
    mine = {row["parameter"]: row for row in rows}
    span = {"strategy.persistence": 4, "agent.empathy": 0.1, "agent.warmth": 0.5, "agent.mirroring": 1}
    for name, expected in zip(LISTED, morris(table["typical"], values, list(LISTED), span)):
        assert [float(mine[name][c]) for c in MORRIS][::2] == pytest.approx(expected[:3:2], rel=1e-9, abs=1e-9)
        if name in span:
            assert [float(mine[name][c]) for c in ("sigma", "mu")] == pytest.approx([expected[1], expected[3]], rel=1e-9, abs=1e-9)


def test_what_must_come_out(run, files):
    """What is worth a customer drives what a kept one is worth, and no call; one strategy under another name does the same."""
    rows, _ = answers(run, files["saltelli"], "--metric", "net_value", "--metric", "escalated", "--strategy", "typical")
    by = {(row["metric"], row["parameter"]): row for row in rows}
    assert len(by) == 2 * D
    assert by["net_value", "scenario.value"]["above_noise"] == "yes" and rows[0]["parameter"] == "scenario.value"
    for column in SOBOL:
        assert float(by["escalated", "scenario.value"][column]) == 0
    assert by["escalated", "scenario.value"]["above_noise"] == "no"
    assert float(by["escalated", "customer.persona"]["total_low"]) > 0.3
    same, _ = answers(run, files["saltelli"], "--metric", "net_value", "--strategy", 'a, "b"')
    assert [r["total_high"] for r in same] == [r["total_high"] for r in rows if r["metric"] == "net_value"]


def test_formats(run, files):
    for type, columns in (("saltelli", SOBOL), ("morris", [*MORRIS, "mu", "mu_star_low", "mu_star_high"])):
        rows, _ = answers(run, files[type], "-m", "minutes", "-S", "mirroring")
        done = run("sensitivity", files[type], "-m", "minutes", "-S", "mirroring", "--format", "json")
        found = json.loads(done.stdout)
        assert done.returncode == 0 and found["notes"]
        for row, same in zip(rows, found["rows"], strict=True):
            assert all(float(row[c]) == same[c] for c in columns) and row["parameter"] == same["parameter"]
        done = run("sensitivity", files[type], "-m", "minutes", "-S", "mirroring", "--format", "markdown")
        assert done.stdout.count("\n| strategy.agent.mirroring |") == 1
        done = run("sensitivity", files[type])
        assert done.returncode == 0 and not done.stderr and max(map(len, done.stdout.splitlines())) <= 100
        for metric in ("resolved", "escalated", "reported_satisfaction", "minutes", "total_cost", "net_value"):
            assert f"\n{metric}, mirroring: " in done.stdout
        assert "changes nothing" in done.stdout and "nan" not in done.stdout


def test_confidence(run, files):
    width = []
    for confidence in ("0.5", "0.95"):
        rows, _ = answers(run, files["saltelli"], "-m", "minutes", "-S", "typical", "--confidence", confidence)
        width.append([float(r["total_high"]) - float(r["total_low"]) for r in rows if r["total"] != "0"])
    assert all(a < b for a, b in zip(*width))


def test_intervals_are_not_cut_off(run, files):
    """What lies below 0 or above 1 is shown, and a line says so where there is any, and only there."""
    said = set()
    for metric in ("resolved", "escalated", "minutes", "peak_anger", "breaches"):
        for strategy in ("mirroring", "typical"):
            rows, _ = answers(run, files["saltelli"], "-m", metric, "-S", strategy)
            ends = [float(row[c]) for row in rows for c in SOBOL if c not in ("parameter", "metric", "above_noise") and row[c]]
            text = " ".join(run("sensitivity", files["saltelli"], "-m", metric, "-S", strategy).stdout.split())
            said.add("are not cut off" in text)
            assert ("are not cut off" in text) == any(not 0 <= end <= 1 for end in ends)
    assert said == {False, True}
    assert "cut off" not in run("sensitivity", files["morris"]).stdout


def test_a_metric_that_never_varies(run, files):
    """Nothing outside the law was granted: neither design has anything to explain."""
    for type in ("saltelli", "morris"):
        rows, done = answers(run, files[type], "-m", "breaches")
        assert {row["above_noise"] for row in rows} == {"no"} and "never varies" in done.stderr
        assert {row.get("first", row.get("mu_star")) for row in rows} == {"" if type == "saltelli" else "0"}
        done = run("sensitivity", files[type], "-m", "breaches", "-S", "typical")
        assert done.returncode == 0 and "breaches, typical: never varies: 0 in every cell" in done.stdout
        assert "agent.empathy" not in done.stdout


def test_a_metric_that_is_all_noise(run, tmp_path):
    """Two replications of a call each, of a parameter that changes no call."""
    def change(text):
        return text.replace("encounters: 32", "encounters: 1").replace("common", "").replace(
            "seed: 11", "seed: 11\ncommon_random_numbers: false").split("    strategy.agent")[0] + \
            "    outcome.survey_noise: {from: 0.1, to: 0.11}\n"
    path = play(run, tmp_path, "n.h5", "saltelli", 20, 2, change)
    rows, done = answers(run, path, "-m", "minutes", "-S", "typical")
    assert rows[0]["above_noise"] == "no" and rows[0]["total"] == "" and "no more than noise" in done.stderr
    done = run("sensitivity", path, "-m", "minutes", "-S", "typical")
    assert "varies between points no more than its noise" in done.stdout and "nan" not in done.stdout


def refused(done, *words):
    assert done.returncode == 3 and done.stdout == ""
    assert done.stderr.startswith("detente: ") and done.stderr.count("\n") == 1
    for word in words:
        assert word in done.stderr, done.stderr


def test_other_designs(run, tmp_path):
    for type, name in (("factorial", "design factorial"), ("sobol", "design sobol"), ("random", "design random")):
        def change(text):
            text = text.replace("{from: 0, to: 1}", "[0, 1]").replace("{from: 0.1, to: 0.9}", "[0.1, 0.9]")
            return text.replace("{from: 100, to: 800}", "[100, 800]")
        path = play(run, tmp_path, f"{type}.h5", type, 8, 2, change if type == "factorial" else lambda text: text)
        refused(run("sensitivity", path), "type: saltelli", "type: morris", name)
    (tmp_path / "one.yaml").write_text("detente: 1\nextends: billing-dispute\nreplications: 2\nencounters: 8\n")
    run("run", "one.yaml", "-o", "one.h5")
    refused(run("sensitivity", "one.h5"), "type: saltelli", "none")


def test_one_replication(run, tmp_path):
    path = play(run, tmp_path, "o.h5", "morris", 4, 1)
    refused(run("sensitivity", path), "one replication", "--extend")
    play(run, tmp_path, "o.h5", "morris", 4, 2, lambda text: text, "--extend")
    assert run("sensitivity", path).returncode == 0


def test_one_row(run, tmp_path):
    refused(run("sensitivity", play(run, tmp_path, "o.h5", "saltelli", 1)), "one row", "two")


def test_half_finished(run, tmp_path):
    """Of a run in four parts the last two are missing: the first replications are whole."""
    for part in (1, 2, 3):
        play(run, tmp_path, f"p{part}.h5", "saltelli", 20, 8, lambda text: text, "--shard", f"{part}/4")
    assert run("merge", "--partial", "-o", "half.h5", "p1.h5", "p3.h5").returncode == 0
    rows, done = answers(run, "half.h5", "-m", "minutes", "-S", "typical")
    assert "4 of 8 replications are used" in done.stderr
    table, _ = exported(run, "half.h5", "minutes")
    whole = table["typical"][:, ~numpy.isnan(table["typical"]).any(axis=0)]
    mine = {row["parameter"]: row for row in rows}
    for path, (first, total) in zip(PATHS, sobol(whole)):
        assert float(mine[path]["total"]) == pytest.approx(total, rel=1e-9, abs=1e-9)
    for part in range(1, 10):
        play(run, tmp_path, f"q{part}.h5", "saltelli", 20, 8, lambda text: text, "--shard", f"{part}/9")
    assert run("merge", "--partial", "-o", "less.h5", "q1.h5", "q5.h5").returncode == 0
    refused(run("sensitivity", "less.h5", "-m", "minutes"), "0 of 8 replications are there in all cells")


def test_failed_cells(run, tmp_path):
    """A mean and an sd of anger that do not go together fail the cells that have both; the other rows are used."""
    def change(text):
        return text.replace("seed: 11", "seed: 11\ncustomer: {anger: {dist: beta, mean: 0.4, sd: 0.2}}").replace(
            "agent.empathy: {from: 0.1, to: 0.9}", "customer.anger.mean: {from: 0.12, to: 0.6}").replace(
            "customer.persona: [loyal, abusive]", "customer.anger.sd: {from: 0.1, to: 0.4}")
    (tmp_path / "c.yaml").write_text(change(CONFIG.format(type="saltelli", points=20, replications=3)))
    assert run("run", "c.yaml", "-o", "o.h5", "--progress", "never").returncode == 1
    rows, done = answers(run, "o.h5", "-m", "minutes", "-S", "typical")
    with h5py.File(tmp_path / "o.h5") as file:
        y = file["minutes"][:][::3].reshape(20, D + 2, 3)
    whole = ~numpy.isnan(y).any(axis=(1, 2))
    assert 2 <= whole.sum() < 20 and f"{20 - whole.sum()} of 20 rows are left out" in done.stderr
    mine = {row["parameter"]: row for row in rows}
    for path, (first, total) in zip(["strategy.agent.mirroring", "customer.anger.mean", "scenario.value", "customer.anger.sd"],
                                    sobol(y[whole].reshape(-1, 3))):
        assert float(mine[path]["total"]) == pytest.approx(total, rel=1e-9, abs=1e-9)


def test_all_nan(run, files, tmp_path):
    shutil.copy(files["morris"], tmp_path / "n.h5")
    with h5py.File(tmp_path / "n.h5", "r+") as file:
        file["minutes"][...] = numpy.nan
    refused(run("sensitivity", "n.h5", "-m", "minutes"), "minutes", "0 of 6 replications")


def test_wrong_usage(run, files):
    path = files["morris"]
    for options, words in ((["-m", "escalate"], 'did you mean "escalated"?'), ([], "name a results file"),
                           ([path, path], "one results file"), ([path, "--confidence", "95"], "between 0 and 1"),
                           ([path, "--format", "xml"], "allowed is table, csv, json, markdown"),
                           ([path, "-m", "minutes", "-m", "minutes"], "twice")):
        done = run("sensitivity", *options)
        assert done.returncode == 2 and words in done.stderr and done.stdout == ""
    refused(run("sensitivity", path, "-S", "mirorring"), 'did you mean "mirroring"?')
    refused(run("sensitivity", "none.h5"), "none.h5")
