# SPDX-License-Identifier: GPL-3.0-or-later
"""detente report: the numbers on the page against h5py, SciPy and traces; its sentences; what is refused."""
import csv
import io
import json
import re
import resource
import subprocess

import h5py
import numpy
import pytest
import scipy.stats

DIGITS = 1e-4  # numbers on the page have five significant digits, half-widths of cells two
CONFIG = """\
detente: 1
name: small
question: Is it so?
extends: billing-dispute
seed: 7
replications: 12
encounters: 60
strategies: [typical, listen-then-pay, bare-refusal]
design:
  type: factorial
  vary:
    customer.persona: [reasonable, abusive]
    agent.warmth: [0, 0.2, 0.6]
"""


def data_of(page):
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    return json.loads(data)


def close(found, text):
    """A number of the page is that of a CSV field, or both are missing."""
    return found is None if text == "" else found == pytest.approx(float(text), rel=1e-3)


def holm(p):
    p = numpy.asarray(p, float)
    order = numpy.argsort(p)
    adjusted = numpy.maximum.accumulate(numpy.minimum(1, p[order] * (len(p) - numpy.arange(len(p)))))
    out = numpy.empty(len(p))
    out[order] = adjusted
    return out


@pytest.fixture(scope="module")
def small(detente, tmp_path_factory):
    """A small sweep, its file's replication means by name, and the data of its page."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "small.yaml").write_text(CONFIG)
    for arguments in (["run", "small.yaml", "-o", "small.h5"], ["report", "small.h5", "-o", "small.html"]):
        done = subprocess.run([detente, *arguments], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              check=False)
        assert done.returncode == 0, done.stderr
    with h5py.File(folder / "small.h5") as file:
        means = {name: file["turns_taken" if name == "turns" else name][:].reshape(2, 3, 3, 12)
                 for name in file["summary"] if name not in ("statistic",)}
        summary = {name: file["summary"][name][:] for name in means}
        statistics = list(file["summary/statistic"].asstr())
    data = data_of((folder / "small.html").read_text())
    return folder, means, (summary, statistics), data, done.stdout


def test_frame(small):
    folder, means, _, data, _ = small
    assert data["name"] == "small" and data["question"] == "Is it so?" and data["seed"] == "7"
    assert [s["name"] for s in data["strategies"]] == ["typical", "listen-then-pay", "bare-refusal"]
    assert "apologises once" in data["strategies"][1]["words"]
    assert {m["name"] for m in data["metrics"]} == set(means) and data["metrics"][0]["name"] == "resolved"
    kinds, warmth = data["factors"]
    assert kinds["named"] and kinds["levels"] == ["reasonable", "abusive"] and warmth["levels"] == [0, 0.2, 0.6]
    assert data["grid"] is True and data["points"] == [[k, w] for k in (0, 1) for w in (0, 0.2, 0.6)]
    with h5py.File(folder / "small.h5") as file:
        assert data["config"] == file.attrs["config"] and data["config_sha256"] == file.attrs["config_sha256"]
        assert data["run"]["command"] == file["provenance"].attrs["command"]
        assert data["run"]["encounters"] == 18 * 12 * 60 == file["provenance"].attrs["encounters"]
    assert data["run"]["replications_least"] == data["run"]["replications_most"] == 12
    assert data["run"]["failed"] == data["run"]["unfinished"] == 0


def ends(data, name, values):
    """Student's interval on each mean over the last axis; the exact one of 12 x 60 encounters on a share that is 0 or 1 in all."""
    mean = values.mean(-1)
    width = scipy.stats.t.ppf(0.975, 11) * values.std(-1, ddof=1) / 12**0.5
    low, high = mean - width, mean + width
    if next(m["share"] for m in data["metrics"] if m["name"] == name):
        for certain in (0, 1):
            exact = scipy.stats.binomtest(720 * certain, 720).proportion_ci(method="exact")
            here = (values == certain).all(-1)
            low, high = numpy.where(here, exact.low, low), numpy.where(here, exact.high, high)
    return low, high


def test_cells(small):
    _, means, (summary, statistics), data, _ = small
    for name, values in means.items():
        cells = numpy.array(data["cells"]["mean"][name])
        assert cells == pytest.approx(values.mean(-1).reshape(6, 3), rel=DIGITS, abs=1e-12), name
        half = numpy.array(data["cells"]["half"][name], float)
        low, high = ends(data, name, values)
        reach = numpy.maximum(values.mean(-1) - low, high - values.mean(-1))
        assert half == pytest.approx(reach.reshape(6, 3), rel=0.051, abs=1e-9), name
        assert values.mean(-1).ravel() == pytest.approx(summary[name][:, statistics.index("mean")], abs=1e-9)


def test_effects(small):
    _, means, _, data, _ = small
    found = {(e["strategy"], e["metric"]): e for e in data["effects"]}
    p, places = [], []
    for name in (m["name"] for m in data["metrics"]):
        pooled = means[name].mean(axis=(0, 1))  # strategy x replication
        for s in range(3):
            e = found[s, name]
            low, high = ends(data, name, pooled[s])
            assert e["count"] == 12 and e["mean"] == pytest.approx(pooled[s].mean(), rel=DIGITS, abs=1e-12)
            assert e["high"] - e["mean"] == pytest.approx(high - pooled[s].mean(), rel=0.02, abs=2e-5 * abs(e["mean"]) + 1e-12)
            assert e["mean"] - e["low"] == pytest.approx(pooled[s].mean() - low, rel=0.02, abs=2e-5 * abs(e["mean"]) + 1e-12)
            if s == 0:
                assert e["difference"] is None and e["p_holm"] is None
                continue
            difference = pooled[s] - pooled[0]
            if numpy.ptp(difference) == 0:
                assert e["difference"] == pytest.approx(difference[0])
                p.append(1.0 if difference[0] == 0 else 0.0)
            else:
                p.append(scipy.stats.ttest_rel(pooled[s], pooled[0]).pvalue)
                low, high = scipy.stats.t.interval(0.95, 11, difference.mean(), difference.std(ddof=1) / 12**0.5)
                assert (e["difference_low"], e["difference_high"]) == pytest.approx((low, high), rel=DIGITS, abs=1e-9)
            assert e["difference"] == pytest.approx(difference.mean(), rel=DIGITS, abs=1e-12)
            places.append((s, name))
    assert len(p) == 2 * 33
    for (s, name), expected in zip(places, holm(p)):
        assert found[s, name]["p_holm"] == pytest.approx(expected, rel=1e-3), (s, name)


def test_front(small):
    """No other strategy satisfies as much at no more cost."""
    _, means, _, data, _ = small
    satisfied, cost = (means[name].mean(axis=(0, 1, 3)) for name in ("reported_satisfaction", "total_cost"))
    front = {s for s in range(3) if not any(satisfied[o] >= satisfied[s] and cost[o] <= cost[s] for o in range(3) if o != s)}
    assert {e["strategy"] for e in data["effects"] if e["pareto"]} == front and 0 < len(front) < 3
    assert data["pareto"] == {"x": "total_cost", "y": "reported_satisfaction"}


def test_curves(small):
    _, means, _, data, _ = small
    assert len(data["curves"]) == 2 * 33 * 3
    for curve in data["curves"]:
        # The other parameter is averaged within each replication, intervals are over replications.
        values = means[curve["metric"]].mean(axis=1 - curve["factor"])[:, curve["strategy"]]
        assert curve["x"] == ([0, 1] if curve["factor"] == 0 else [0, 0.2, 0.6])
        low, high = ends(data, curve["metric"], values)
        assert curve["mean"] == pytest.approx(values.mean(-1), rel=DIGITS, abs=1e-12)
        assert curve["low"] == pytest.approx(low, rel=DIGITS, abs=1e-5)
        assert curve["high"] == pytest.approx(high, rel=DIGITS, abs=1e-5)


def test_endings(small):
    _, means, _, data, _ = small
    share = {name: means[name].mean(axis=(0, 1, 3)) for name in ("first_contact", "resolved", "hung_up", "impasse", "terminated")}
    for s in range(3):
        expected = [share["first_contact"][s], share["resolved"][s] - share["first_contact"][s], share["hung_up"][s],
                    share["impasse"][s], share["terminated"][s]]
        assert data["endings"]["share"][s] == pytest.approx(expected, abs=1e-4)
        assert sum(data["endings"]["share"][s]) == pytest.approx(1, abs=3e-4)


def turns(run, cell, replication, encounter):
    done = run("replay", "small.h5", "--cell", cell, "--replication", replication, "--encounter", encounter, "--format", "csv")
    assert done.returncode == 0, done.stderr
    return list(csv.DictReader(io.StringIO(done.stdout)))


def test_trajectories(detente, tmp_path, run):
    """Few calls, so that all can be played again one by one."""
    (tmp_path / "small.yaml").write_text(CONFIG.replace("replications: 12", "replications: 2").replace(
        "encounters: 60", "encounters: 6").replace("[0, 0.2, 0.6]", "[0.2]"))
    assert run("run", "small.yaml", "-o", "small.h5").returncode == 0
    assert run("report", "small.h5", "-o", "small.html").returncode == 0
    found = data_of((tmp_path / "small.html").read_text())["trajectories"]
    assert found["encounters"] == 2 * 2 * 6
    for s in (0, 2):
        calls = [turns(run, cell, r, e) for cell in (s, 3 + s) for r in range(2) for e in range(6)]
        for t in found["turn"]:
            here = [call[t - 1] for call in calls if len(call) >= t]
            assert found["going"][s][t - 1] == pytest.approx(len(here) / len(calls), abs=1e-3)
            for name in ("anger", "offer"):
                if len(here) < 20:
                    assert found[name][s][t - 1] is None
                else:
                    assert found[name][s][t - 1] == pytest.approx(numpy.mean([float(turn[name]) for turn in here]), rel=1e-2)


def test_calls_in_full(small, run):
    folder, _, _, data, _ = small
    assert [t["strategy"] for t in data["traces"]] in ([0, 1], [0, 1, 0, 1])
    for story in data["traces"]:
        shown = run("replay", "small.h5", "--cell", story["cell"], "--replication", story["replication"], "--encounter",
                    story["encounter"], cwd=folder)
        assert shown.stdout == story["text"]
        played = list(csv.DictReader(io.StringIO(run("replay", "small.h5", "--cell", story["cell"], "--replication",
                                                     story["replication"], "--encounter", story["encounter"], "--format", "csv",
                                                     cwd=folder).stdout)))
        assert len(played) == len(story["turns"])
        for there, here in zip(played, story["turns"]):
            assert there["move_name"] == here["move"] and float(there["anger"]) == pytest.approx(here["anger"], rel=1e-2, abs=1e-6)
    settled = [t["ending"] == "settled at first contact" for t in data["traces"]]
    assert settled[:2] == [False, True] and settled[2:] in ([], [True, False])


def test_headline(small):
    """The sentence's figures are those of the file."""
    _, means, _, data, printed = small
    first = data["headline"][0]
    assert printed.splitlines()[:-1] == data["headline"] and printed.splitlines()[-1] == "report: small.html"
    assert first.startswith("Of 1000 such calls, listen-then-pay ") and data["best"] == 1
    fewer, low, high = map(float, re.search(r"reaches a supervisor (\S+) fewer times \((\S+) to (\S+)\)", first).groups())
    difference = 1000 * (means["escalated"].mean(axis=(0, 1))[0] - means["escalated"].mean(axis=(0, 1))[1])
    expected = scipy.stats.t.interval(0.95, 11, difference.mean(), difference.std(ddof=1) / 12**0.5)
    assert fewer == pytest.approx(difference.mean(), abs=0.51) and (low, high) == pytest.approx(expected, abs=0.51)
    assert any("the kind of customer" in line for line in data["headline"])
    assert "not from your desk" in data["limits"][0]


def test_headline_of_one_playbook(run, tmp_path):
    """What the varied parameter with the largest effect does to the metric of the first hypothesis; like with like, or nothing."""
    text = CONFIG.replace("[typical, listen-then-pay, bare-refusal]", "[typical]").replace("agent.warmth: [0, 0.2, 0.6]", "agent.mirroring: {from: 0, to: 1.8, steps: 4}")
    asked = "hypotheses: [{name: a, expect: {metric: escalated, where: {agent.mirroring: 1.2}, value: '> 0.1'}}]\n"
    for more, metric in ((asked, "escalated"), ("", "reported_satisfaction")):
        (tmp_path / "one.yaml").write_text(text.replace("[reasonable, abusive]", "[reasonable, loyal]") + more)
        assert run("run", "one.yaml", "-o", "one.h5", "--force", "--set", "encounters=400").returncode == 0
        done = run("report", "one.h5", "-o", "one.html", "--force")
        (line,) = [line for line in done.stdout.splitlines() if line.startswith("Along ")]
        with h5py.File(tmp_path / "one.h5") as file:
            means = file[metric][:].reshape(2, 4, 12)
        effects = {("agent.mirroring", f"from 0 to {name}"): (means[:, i] - means[:, 0]).mean(axis=0)
                   for i, name in enumerate(("0", "0.6", "1.2", "1.8")) if i}
        effects[("customer.persona", "from reasonable to loyal")] = (means[1] - means[0]).mean(axis=0)
        (path, ends), most = max(effects.items(), key=lambda item: abs(item[1].mean()))
        assert line.startswith(f"Along {path}, {ends}, ")
        low, high = sorted(abs(x) for x in scipy.stats.t.interval(0.95, 11, most.mean(), most.std(ddof=1) / 12**0.5))
        scale = 1000 if more else 1
        found = [float(x) for x in re.search(r", (?:\S+ [^()]* by )?(\d\S*)[^()]* \((\S+) to (\S+)\)", line[len(f"Along {path}, {ends}"):]).groups()]
        assert found == pytest.approx([scale * x for x in (abs(most.mean()), low, high)], abs=0.51 if more else 0.0051)
        assert ("more of 1000 calls reach a supervisor (" if most.mean() > 0 else "fewer of 1000 calls reach a supervisor (") in line if more else \
            ("rises by" if most.mean() > 0 else "falls by") in line
    (tmp_path / "one.yaml").write_text(text.replace("type: factorial", "type: one-at-a-time").replace("customer.persona: [reasonable, abusive]", "agent.warmth: [0, 0.6]"))
    assert run("run", "one.yaml", "-o", "one.h5", "--force").returncode == 0
    assert "Along" not in run("report", "one.h5", "-o", "one.html", "--force").stdout


MIX = """\
detente: 1
extends: billing-dispute
replications: 12
encounters: 150
customer: {personas: [{extends: reasonable, share: 0.5}, {extends: entitled, share: 0.3}, {extends: abusive, share: 0.2}]}
strategies: [bare-refusal, firm-but-kind, typical]
"""


def choices_by_persona(run, results):
    """docs/report.md's rule on what `detente compare --by persona` says."""
    told = {}
    done = run("compare", results, "--by", "persona", "--format", "csv", "--metric", "resolved,escalated,reported_satisfaction,total_cost,net_value")
    for row in csv.DictReader(io.StringIO(done.stdout)):
        told.setdefault(row["persona"], {}).setdefault(row["strategy"], {})[row["metric"]] = row

    def sign(row):
        return 0 if row["p_holm"] == "" or float(row["p_holm"]) > 0.05 else 1 if float(row["difference"]) > 0 else -1

    best = {}
    for persona, strategies in told.items():
        baseline, most = next(iter(strategies)), -1.0
        best[persona] = baseline
        for name, metrics in strategies.items():
            satisfied, cost = metrics["reported_satisfaction"], metrics["total_cost"]
            dearer = sign(cost) > 0 and float(cost["difference"]) > 0.1 * float(strategies[baseline]["total_cost"]["mean"])
            if cost["pareto"] == "1" and (sign(satisfied) > 0 and not dearer or sign(satisfied) >= 0 and sign(cost) < 0) and float(satisfied["mean"]) > most:
                best[persona], most = name, float(satisfied["mean"])
    return best


@pytest.mark.parametrize("design", ["", "design: {vary: {agent.warmth: [0, 0.4]}}\n", "design: {type: one-at-a-time, vary: {agent.warmth: [0, 0.4]}}\n"])
def test_the_choice_by_persona_of_a_mix(run, tmp_path, design):
    (tmp_path / "mix.yaml").write_text(MIX + design)
    assert run("run", "mix.yaml", "-o", "mix.h5", "--keep", "encounters").returncode == 0
    printed = run("report", "mix.h5", "-o", "mix.html").stdout.splitlines()
    best = choices_by_persona(run, "mix.h5")
    assert best == {"reasonable": "bare-refusal", "entitled": "firm-but-kind", "abusive": "firm-but-kind"}
    assert "It depends on the kind of customer: judged so nothing better than bare-refusal for reasonable; firm-but-kind for entitled and abusive." in printed
    assert not any("is not told" in line for line in data_of((tmp_path / "mix.html").read_text())["limits"])


def test_the_same_choice_for_all_of_a_mix(run, tmp_path):
    (tmp_path / "mix.yaml").write_text(MIX.replace("[bare-refusal, firm-but-kind, typical]", "[typical, listen-then-pay]"))
    assert run("run", "mix.yaml", "-o", "mix.h5", "--keep", "encounters").returncode == 0
    assert set(choices_by_persona(run, "mix.h5").values()) == {"listen-then-pay"}
    assert "Judged so, listen-then-pay is the choice whatever the kind of customer may be." in run("report", "mix.h5", "-o", "mix.html").stdout


@pytest.mark.parametrize("keep, why", [
    ("none", "the file keeps no encounters, so personas cannot be told apart; run with --keep encounters, or vary customer.persona in the design."),
    ("{encounters: 40, columns: [escalated]}", "the kept encounters have no column resolved (keep.columns of the config)."),
])
def test_a_mix_whose_kinds_cannot_be_told(run, tmp_path, keep, why):
    (tmp_path / "mix.yaml").write_text(MIX + f"keep: {keep}\n")
    assert run("run", "mix.yaml", "-o", "mix.h5").returncode == 0
    assert "kind of customer" not in run("report", "mix.h5", "-o", "mix.html").stdout
    assert "Whether the choice depends on the kind of customer is not told: " + why in data_of((tmp_path / "mix.html").read_text())["limits"]


def test_too_few_of_a_kind(run, tmp_path):
    (tmp_path / "mix.yaml").write_text(MIX.replace("share: 0.5", "share: 0.799").replace("share: 0.2}", "share: 0.001}").replace("share: 0.3", "share: 0.2"))
    assert run("run", "mix.yaml", "-o", "mix.h5", "--keep", "encounters", "--set", "encounters=100").returncode == 0
    (line,) = [line for line in run("report", "mix.h5", "-o", "mix.html").stdout.splitlines() if "kind of customer" in line]
    assert line.endswith("; too little was run to say for abusive.") and "firm-but-kind for entitled; " in line


def write(tmp_path, text):
    (tmp_path / "c.yaml").write_text(text)
    return "c.yaml"


PLAIN = "detente: 1\nextends: billing-dispute\nreplications: 6\nencounters: 20\n"


@pytest.mark.parametrize("text, says", [
    (PLAIN, "There is no other playbook here to compare it with."),
    (PLAIN.replace("6", "1") + "strategies: [typical, surrender]\n", "cannot be said: with one replication"),
    (PLAIN + "strategies: [typical, {name: same, extends: typical}]\n", "same does exactly what typical does, in every call"),
    (PLAIN + "strategies: [typical, task-focused]\n", "No playbook differs from typical"),
    (PLAIN.replace("20", "400") + "strategies: [listen-then-pay, typical, bare-refusal]\n", "No playbook satisfies more than listen-then-pay"),
])
def test_sentences_of_other_files(run, tmp_path, text, says):
    assert run("run", write(tmp_path, text), "-o", "c.h5").returncode == 0
    done = run("report", "c.h5", "-o", "c.html")
    assert done.returncode == 0 and says in done.stdout.splitlines()[0], done.stdout + done.stderr
    data = data_of((tmp_path / "c.html").read_text())
    assert data["curves"] == data["points"] == data["factors"] == [] and data["grid"] is False
    assert not re.search(r"\bnan\b|\binf\b", " ".join(data["headline"] + data["limits"] + data["notes"]))


def test_verdicts_and_sensitivity_are_those_of_their_commands(run, tmp_path):
    text = PLAIN.replace("20", "200") + """\
strategies: [typical, listen-then-pay]
hypotheses:
  - {name: listening, expect: {metric: escalated, strategy: listen-then-pay, versus: {strategy: typical}, difference: "< 0"}}
  - {name: cheap, expect: {metric: total_cost, strategy: typical, value: "< 1"}}
design:
  type: TYPE
  points: 24
  vary: {agent.warmth: {from: 0, to: 1}, customer.anger.mean: {from: 0.1, to: 0.6}}
"""
    for kind in ("saltelli", "morris"):
        assert run("run", write(tmp_path, text.replace("TYPE", kind)), "-o", f"{kind}.h5").returncode == 0
        printed = run("report", f"{kind}.h5", "-o", f"{kind}.html").stdout
        data = data_of((tmp_path / f"{kind}.html").read_text())
        found = list(csv.DictReader(io.StringIO(run("test", f"{kind}.h5", "--format", "csv").stdout)))
        assert [v["name"] for v in data["verdicts"]] == ["listening", "cheap"] and data["verdicts"][1]["verdict"] == "not supported"
        for verdict, expected in zip(data["verdicts"], found):
            assert verdict["verdict"] == expected["verdict"]
            for name in ("effect", "low", "high"):
                assert close(verdict[name], expected[name])
        assert "customers hangs most on " in printed and " 0 of " not in printed
        held = " is supported (listening), 1 is" if data["verdicts"][0]["verdict"] == "supported" else ""
        assert printed.startswith("Of 2 expectations that the config states, ") and f"{held} not supported (" in printed.splitlines()[0]
        found = list(csv.DictReader(io.StringIO(run("sensitivity", f"{kind}.h5", "--metric", "reported_satisfaction", "--format",
                                                    "csv").stdout)))
        rows = {(row["strategy"], row["parameter"]): row for row in data["sensitivity"]["rows"]
                if row["metric"] == "reported_satisfaction"}
        assert data["sensitivity"]["kind"] == {"saltelli": "sobol", "morris": "morris"}[kind] and len(found) == len(rows) == 4
        for expected in found:
            row = rows[expected["strategy"], expected["parameter"]]
            assert row["above_noise"] == (expected["above_noise"] == "yes")
            for name in set(row) & set(expected) - {"strategy", "parameter", "metric", "above_noise"}:
                assert close(row[name], expected[name]), (name, row)


def test_the_one_of_most_net_value_is_told(run, tmp_path):
    """The choice goes by satisfaction and cost; a playbook that clearly brings more net value is not passed over."""
    text = PLAIN.replace("20", "400") + "strategies: [typical, listen-then-pay, quid-pro-quo]\n"
    assert run("run", write(tmp_path, text), "-o", "c.h5").returncode == 0
    done = run("report", "c.h5", "-o", "c.html").stdout
    rows = {r["strategy"]: float(r["mean"]) for r in csv.DictReader(io.StringIO(
        run("compare", "c.h5", "--metric", "net_value", "--format", "csv").stdout))}
    assert "listen-then-pay settles" in done and max(rows, key=rows.get) == "quid-pro-quo"
    number = float(re.search(r"quid-pro-quo leads: net value of a call is (\S+) \(", done)[1])
    assert number == pytest.approx(rows["quid-pro-quo"], abs=1)


@pytest.mark.parametrize("minutes, begins, word", [(5, "Against it: with", "lower"), (50, "With what", "higher")])
def test_what_speaks_against_the_choice(run, tmp_path, minutes, begins, word):
    """Listening takes calls past the five minutes after which an answer is no longer a quick one."""
    text = PLAIN.replace("20", "400") + f"strategies: [typical, listen-then-pay]\noutcome: {{quick_minutes: {minutes}}}\n"
    assert run("run", write(tmp_path, text), "-o", "c.h5").returncode == 0
    (line,) = [line for line in run("report", "c.h5", "-o", "c.html").stdout.splitlines() if "net value" in line and "leads" not in line]
    with h5py.File(tmp_path / "c.h5") as file:
        net = file["net_value"][:]
    assert line.startswith(begins)
    assert float(re.search(rf"net value of a call is (\S+) {word}", line)[1]) == pytest.approx(abs((net[1] - net[0]).mean()), abs=0.51)


def test_baseline(run, tmp_path):
    assert run("run", write(tmp_path, PLAIN + "strategies: [typical, surrender]\n"), "-o", "c.h5").returncode == 0
    assert run("report", "c.h5", "-o", "c.html", "--baseline", "surrender").returncode == 0
    data = data_of((tmp_path / "c.html").read_text())
    assert data["baseline"] == 1
    assert [e["difference"] is None for e in data["effects"][:2]] == [False, True]
    done = run("report", "c.h5", "-o", "d.html", "--baseline", "surender")
    assert done.returncode == 2 and 'did you mean "surrender"?' in done.stderr and not (tmp_path / "d.html").exists()


def test_a_name_ends_nothing(run, tmp_path):
    """What a config or a command line says cannot end the element that holds the data."""
    text = PLAIN + "name: '</script><script>alert(1)</script>'\nquestion: 'a <!-- b'\n"
    assert run("run", write(tmp_path, text), "-o", "c.h5", "--set", "name=</script>x", "--set", "question=a <!-- é").returncode == 0
    assert run("report", "c.h5", "-o", "c.html").returncode == 0
    page = (tmp_path / "c.html").read_text()
    assert "</script>x" not in page
    data = data_of(page)
    assert data["name"] == "</script>x" and data["question"] == "a <!-- é" and "</script>x" in data["run"]["command"]


def test_bytes_that_are_no_text(run, tmp_path):
    path = write(tmp_path, PLAIN)
    assert run("run", path, "-o", "c.h5").returncode == 0
    with h5py.File(tmp_path / "c.h5", "r+") as file:
        file["provenance"].attrs.create("host", b"\xff\xc0\xafhost\xe2\x82", dtype=h5py.string_dtype("utf-8"))
    assert run("report", "c.h5", "-o", "c.html").returncode == 0
    assert data_of((tmp_path / "c.html").read_text(encoding="utf-8"))["run"]["host"] == "\ufffd\ufffd\ufffdhost\ufffd\ufffd"


def test_failed_and_unfinished_cells(run, tmp_path):
    """Failed cells are left out, what is not finished is said, and a file without anything is refused."""
    text = PLAIN + ("strategies: [typical, surrender]\ndesign:\n  type: list\n  points: [{customer.anger.mean: 0.25, customer.anger.sd: 0.1}, "
                    "{customer.anger.mean: 0.02, customer.anger.sd: 0.3}]\n")
    assert run("run", write(tmp_path, text), "-o", "c.h5").returncode == 1
    assert run("report", "c.h5", "-o", "c.html").returncode == 0
    data = data_of((tmp_path / "c.html").read_text())
    assert data["run"]["failed"] == 2 and any("2 of 4" in line for line in data["notes"])
    assert data["cells"]["mean"]["resolved"][1] == [None, None] and data["effects"][0]["mean"] is not None
    with h5py.File(tmp_path / "c.h5", "r+") as file:
        file["status"][:2] = 1
        file["replications_run"][:2] = 3
    assert run("report", "c.h5", "-o", "c.html", "--force").returncode == 0
    assert any("not finished" in line for line in data_of((tmp_path / "c.html").read_text())["notes"])
    with h5py.File(tmp_path / "c.h5", "r+") as file:
        file["status"][:2] = 2
        file["replications_run"][:2] = 0
    done = run("report", "c.h5", "-o", "d.html")
    assert done.returncode == 3 and "nothing to report yet" in done.stderr
    with h5py.File(tmp_path / "c.h5", "r+") as file:
        file["status"][:] = 3
    done = run("report", "c.h5", "-o", "d.html")
    assert done.returncode == 3 and "every cell failed" in done.stderr and not (tmp_path / "d.html").exists()


def test_parts_of_a_run(run, tmp_path):
    """Some cells lack what others have: nothing is pooled that is not there, and the answer says so first."""
    text = PLAIN.replace("6", "3") + "strategies: [typical, surrender]\ndesign: {vary: {agent.warmth: [0, 0.1, 0.2]}}\n"
    said = {}
    for shard in ("1/4", "1/2"):  # about 4 and 9 of 18 units: some cells have none, or one replication less
        name = shard.replace("/", "-")
        assert run("run", write(tmp_path, text), "-o", f"{name}.part", "--shard", shard).returncode == 0
        assert run("merge", "--partial", "-o", f"{name}.h5", f"{name}.part").returncode == 0
        said[shard] = run("report", f"{name}.h5", "-o", f"{name}.html").stdout.splitlines()
        data = data_of((tmp_path / f"{name}.html").read_text())
        assert said[shard][1].startswith("The run is not finished") and data["run"]["unfinished"] == 6
        assert not re.search(r"\bnan\b|\binf\b", " ".join(data["headline"] + data["limits"] + data["notes"]))
        assert data["effects"][1]["difference_low"] is None
    assert said["1/4"][0].startswith("Nothing can be said yet") and "with one replication" in said["1/2"][0]


def test_playbooks_are_compared_at_the_same_points(run, tmp_path):
    """A point at which one playbook failed is left out for the other too."""
    text = PLAIN + ("strategies: [typical, surrender]\ndesign: {vary: {agent.warmth: [0, 0.2]}}\n")
    assert run("run", write(tmp_path, text), "-o", "c.h5").returncode == 0
    with h5py.File(tmp_path / "c.h5", "r+") as file:
        file["status"][3] = 3
        first = [file[name][0].mean() for name in ("resolved", "first_contact")]
    assert run("report", "c.h5", "-o", "c.html").returncode == 0
    data = data_of((tmp_path / "c.html").read_text())
    assert data["effects"][0]["mean"] == pytest.approx(first[0], rel=DIGITS)
    assert data["endings"]["share"][0][0] == pytest.approx(first[1], abs=1e-4)
    assert any(line.startswith("At 1 combinations of values some playbook could not be played") for line in data["notes"])


def test_another_model_plays_nothing(run, tmp_path):
    assert run("run", write(tmp_path, PLAIN), "-o", "c.h5").returncode == 0
    with h5py.File(tmp_path / "c.h5", "r+") as file:
        file.attrs["model_version"] = 1
    assert run("report", "c.h5", "-o", "c.html").returncode == 0
    data = data_of((tmp_path / "c.html").read_text())
    assert data["trajectories"] is None and data["traces"] == [] and any("version 1 of the model" in n for n in data["notes"])


def test_what_is_refused(run, tmp_path, small):
    folder = small[0]
    (tmp_path / "small.h5").symlink_to(folder / "small.h5")
    (tmp_path / "text.h5").write_text("no results")
    (tmp_path / "empty.h5").touch()
    (tmp_path / "keep").write_text("a config")
    (tmp_path / "there.html").write_text("<!doctype html>\n")
    (tmp_path / "link.html").symlink_to("there.html")
    for arguments, status, says in (
            (["small.h5"], 2, "name the page: -o REPORT.html"), (["-o", "a.html"], 2, "name a results file"),
            (["small.h5", "-o", "there.html"], 1, "use --force"), (["small.h5", "-o", "keep", "--force"], 1, "is not a page"),
            (["small.h5", "-o", "small.h5", "--force"], 2, "name it REPORT.html"),
            (["small.h5", "-o", "a.pdf"], 2, "name it REPORT.html (a browser prints it as PDF)"), (["small.h5", "-o", "link.html", "--force"], 1, "symbolic link"),
            (["small.h5", "-o", "/dev/full", "--force"], 1, "not an ordinary file"), (["small.h5", "-o", "."], 1, "is a folder"),
            (["small.h5", "-o", "none/a.html"], 1, "detente: none: there is no such folder"), (["small.h5", "-o", ""], 1, "not the name of a file"),
            (["none.h5", "-o", "a.html"], 3, "cannot read it"), (["text.h5", "-o", "a.html"], 3, "not a results file"),
            (["empty.h5", "-o", "a.html"], 3, "not a results file"), ([".", "-o", "a.html"], 3, "is a folder")):
        done = run("report", *arguments)
        assert done.returncode == status and says in done.stderr and done.stdout == "", (arguments, done.stderr)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["empty.h5", "keep", "link.html", "small.h5", "text.h5", "there.html"]
    assert (tmp_path / "keep").read_text() == "a config"
    assert run("report", "small.h5", "-o", "there.html", "--force").returncode == 0
    assert data_of((tmp_path / "there.html").read_text())["name"] == "small"


def test_a_disk_that_is_full(run, tmp_path, small):
    page = small[0] / "small.h5"
    with open("/dev/full", "w", encoding="ascii") as full:
        done = run("report", page, "-o", "-", stdout=full)
    assert done.returncode == 1 and "cannot write to standard output" in done.stderr
    done = run("report", page, "-o", "a.html", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (50000, 50000)))
    assert done.returncode == 1 and "File too large" in done.stderr and list(tmp_path.iterdir()) == []
    done = run("report", page, "-o", "-")
    assert done.returncode == 0 and data_of(done.stdout) == small[3]


def test_size(run, tmp_path):
    """1000 points and 10 strategies make a page below 2 MB; more points are thinned out."""
    names = "typical, mirroring, listen-then-pay, surrender, choices, bare-refusal, persistent, personal, interim, firm-but-kind"
    text = f"""\
detente: 1
extends: billing-dispute
replications: 2
encounters: 2
strategies: [{names}]
design:
  type: sobol
  points: 1000
  vary: {{agent.warmth: {{from: 0.1, to: 0.6}}, decision.accept_base: {{from: -2, to: -1}}, affect.slowdown: {{from: 0, to: 1}}}}
"""
    assert run("run", write(tmp_path, text), "-o", "c.h5").returncode == 0
    assert run("report", "c.h5", "-o", "c.html").returncode == 0
    page = (tmp_path / "c.html").read_bytes()
    assert len(page) < 2e6
    data = data_of(page.decode())
    assert len(data["points"]) == 1000 and numpy.array(data["cells"]["mean"]["resolved"]).shape == (1000, 10)
    assert all(len(curve["x"]) == 12 for curve in data["curves"])
    with h5py.File(tmp_path / "c.h5") as file:
        warmth, resolved = file["agent.warmth"][::10], file["resolved"][::10].mean(-1)
    (curve,) = [c for c in data["curves"] if (c["factor"], c["strategy"], c["metric"]) == (0, 0, "resolved")]
    bins = numpy.minimum(((warmth - 0.1) / 0.5 * 12).astype(int), 11)
    assert curve["x"] == pytest.approx([warmth[bins == b].mean() for b in range(12)], rel=DIGITS)
    assert curve["mean"] == pytest.approx([resolved[bins == b].mean() for b in range(12)], rel=DIGITS)


def test_many_parameters(run, tmp_path):
    """More numbers than a page can hold: points are taken evenly, curves are over the first parameters, and both is said."""
    moves = run("list", "moves").stdout.split("\n")
    paths = [f"moves.{move.split()[0]}.{effect}" for move in moves if move[:1].isalpha()
             for effect in ("validation", "warmth", "irritation", "explanation", "choice")]
    text = PLAIN.replace("20", "1").replace("6", "2") + "design:\n  type: random\n  points: 1300\n  vary:\n" + "".join(
        f"    {path}: {{from: 0, to: 0.1}}\n" for path in paths)
    assert len(paths) == 125 and run("run", write(tmp_path, text), "-o", "d.h5").returncode == 0
    assert run("report", "d.h5", "-o", "d.html").returncode == 0
    page = (tmp_path / "d.html").read_bytes()
    data = data_of(page.decode())
    fits = 150000 // (125 + 12)
    assert len(page) < 2e6 and fits - 3 <= len(data["points"]) <= fits < 1300 and data["grid"] is False
    assert f"Of 1300 combinations of values {len(data['points'])} are shown" in data["notes"][0]
    assert {curve["factor"] for curve in data["curves"]} == set(range(32)) and len(data["factors"]) == 125
    assert any("first 32 of 125" in line for line in data["notes"])
    with h5py.File(tmp_path / "d.h5") as file:
        values = numpy.array([file[path][:] for path in paths[:5]]).T
        mean = file["summary/resolved"][:, 0]
    at = [int(numpy.argmin(abs(values - point[:5]).sum(axis=1))) for point in data["points"]]
    assert at == sorted(set(at)) and 0.4 < numpy.mean(numpy.array(at) < 650) < 0.6
    assert [row[0] for row in data["cells"]["mean"]["resolved"]] == pytest.approx(mean[at], rel=DIGITS)
