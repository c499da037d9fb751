# SPDX-License-Identifier: GPL-3.0-or-later
"""Sweeps: what a design's cells are, as the results file has them."""

import h5py
import numpy
import pytest
import scipy.stats
import xarray

from conftest import ROOT, weigh

BASE = """detente: 1
name: sweep
extends: billing-dispute
seed: 11
replications: 3
encounters: 40
strategies: [typical, mirroring]
"""
DESIGN = """design:
  type: factorial
  vary:
    agent.mirroring: {from: 0, to: 1, steps: 3}
    customer.persona: [abusive, reasonable]
    strategy.concession.beta: {from: 0.2, to: 5, steps: 3, log: true}
    "tiers[supervisor].wait": [1, 9]
"""
POINTS = [(mirroring, persona, beta, wait) for mirroring in (0, 0.5, 1) for persona in ("abusive", "reasonable")
          for beta in (0.2, 1, 5) for wait in (1, 9)]
PATHS = ["agent.mirroring", "customer.persona", "strategy.concession.beta", "tiers[supervisor].wait"]
METRICS = ["resolved", "minutes", "net_value", "turns_taken"]


def sweep(run, tmp_path, text=BASE + DESIGN, *arguments, name="sweep"):
    (tmp_path / f"{name}.yaml").write_text(text)
    done = run("run", f"{name}.yaml", "-o", f"{name}.h5", *arguments)
    assert done.returncode == 0, done.stderr
    return done


def test_coordinates(run, tmp_path):
    sweep(run, tmp_path)
    with h5py.File(tmp_path / "sweep.h5") as file:
        assert file["cell"].shape == (72,)
        for k, path in enumerate(PATHS):
            stored = file[path].asstr()[:] if k == 1 else file[path][:]
            assert list(stored) == [point[k] for point in POINTS for _ in range(2)]
        assert list(file["strategy"].asstr()[:]) == 36 * ["typical", "mirroring"]
        assert file["tiers[supervisor].wait"].attrs["units"] == "min"
        assert file["agent.mirroring"].attrs["long_name"].startswith("how far hostility is answered in kind")
        assert file["agent.mirroring"].dtype == "<f8"
        assert numpy.isfinite(file["resolved"][:]).all()


@pytest.mark.parametrize("engine", ["h5netcdf", "netcdf4"])
def test_xarray(run, tmp_path, engine):
    sweep(run, tmp_path)
    with xarray.open_dataset(tmp_path / "sweep.h5", engine=engine) as data:
        assert set(PATHS) | {"strategy"} <= set(data.coords)
        chosen = data.where((data["agent.mirroring"] == 0.5) & (data["customer.persona"] == "abusive"), drop=True)
        assert chosen.sizes["cell"] == 12


def test_a_cell_is_its_config(run, tmp_path):
    """Every value of a cell is what a run of the config with the cell's values set gives."""
    sweep(run, tmp_path)
    with h5py.File(tmp_path / "sweep.h5") as file:
        for point in (0, 10, 23, 35):
            values = [a for path, value in zip(PATHS, POINTS[point]) for a in ("--set", f"{path}={value}")]
            sweep(run, tmp_path, BASE, *values, name=f"one{point}")
            with h5py.File(tmp_path / f"one{point}.h5") as one:
                for metric in METRICS:
                    assert (file[metric][2 * point:2 * point + 2] == one[metric][:]).all()


def test_same_for_any_threads(run, tmp_path):
    sweep(run, tmp_path, BASE + DESIGN, "--threads", 1, name="a")
    sweep(run, tmp_path, BASE + DESIGN, "--threads", 3, name="b")
    with h5py.File(tmp_path / "a.h5") as a, h5py.File(tmp_path / "b.h5") as b:
        for metric in METRICS:
            assert (a[metric][:] == b[metric][:]).all()


def test_common_random_numbers(run, tmp_path):
    """Cells that differ in nothing have the same customers and luck, unless asked otherwise."""
    design = "design: {type: list, points: [{agent.warmth: 0.2}, {agent.warmth: 0.2}]}\n"
    for common in ("true", "false"):
        sweep(run, tmp_path, BASE + design, "--set", f"common_random_numbers={common}", name=common)
        with h5py.File(tmp_path / f"{common}.h5") as file:
            same = file["minutes"][0:2] == file["minutes"][2:4]
            assert same.all() if common == "true" else not same.any()


def test_kept_rows_can_be_replayed(run, tmp_path):
    sweep(run, tmp_path, BASE + DESIGN, "--keep", "turns")
    for cell in (0, 37, 71):
        done = run("replay", "sweep.h5", "--cell", cell, "--replication", 2, "--encounter", 17)
        assert done.returncode == 0 and "bit for bit" in done.stderr
    with h5py.File(tmp_path / "sweep.h5") as file:
        # Number 0 is another persona in each cell: the coordinate customer.persona says which.
        assert "flag_meanings" not in file["encounters/persona"].attrs
    done = run("export", "sweep.h5", "--table", "encounters", "--traits")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert len(lines) == 1 + 72 * 3 * 40
    persona = lines[0].split(",").index("persona")
    for line in lines[1:]:
        assert line.split(",")[persona] == POINTS[int(line.split(",")[0]) // 2][1]
    assert run("replay", "sweep.h5", "--cell", 72, "--replication", 0, "--encounter", 0).returncode == 2


def test_export_names_the_point(run, tmp_path):
    sweep(run, tmp_path)
    lines = run("export", "sweep.h5", "--table", "replications").stdout.splitlines()
    assert lines[0].startswith("cell,strategy," + ",".join(PATHS) + ",replication,")
    assert lines[1 + 3 * 3].startswith("3,mirroring,0,abusive,0.2,9,0,")
    lines = run("export", "sweep.h5", "--table", "summary").stdout.splitlines()
    assert lines[0].startswith("cell,strategy," + ",".join(PATHS) + ",metric,mean,")


def test_table(run, tmp_path):
    """A few points are shown one by one; many put together, within each replication."""
    few = DESIGN.replace("{from: 0, to: 1, steps: 3}", "[0]").replace("{from: 0.2, to: 5, steps: 3, log: true}", "[0.2]")
    lines = sweep(run, tmp_path, BASE + few).stdout.splitlines()
    assert lines[1] == "agent.mirroring 0, customer.persona abusive, strategy.concession.beta 0.2, tiers[supervisor].wait 1"
    assert lines[2].startswith("  typical ") and lines[3].startswith("  mirroring ")
    lines = sweep(run, tmp_path, BASE + DESIGN, "--force").stdout.splitlines()
    assert "Mean over the 36 points of the design; `detente export --table summary` has each." in lines
    with h5py.File(tmp_path / "sweep.h5") as file:
        means = file["total_cost"][:].reshape(36, 2, 3).mean(axis=0)
    for line, values in zip(lines[1:3], means):
        half = scipy.stats.t.ppf(0.975, 2) * values.std(ddof=1) / 3**0.5
        assert line.split()[-3:] == [f"{values.mean():.2f}", "±", f"{half:.2f}"]


@pytest.mark.parametrize("command", [("check",), ("run", "--dry-run")])
def test_size_is_told_before(run, tmp_path, command):
    (tmp_path / "c.yaml").write_text(BASE + "design: {type: saltelli, points: 64, vary: {agent.mirroring: {from: 0, to: 1}, "
                                            "agent.warmth: {from: 0, to: 1}}}\n")
    done = run(command[0], "c.yaml", *command[1:])
    assert done.returncode == 0
    assert "saltelli design: 256 points x 2 strategies = 512 cells;" in done.stdout
    assert "512 cells x 3 replications x 40 encounters = 61,440 encounters" in done.stdout
    assert " of this machine\n      a results file of about " in done.stdout
    assert " MB more while it runs" in done.stdout
    assert list(tmp_path.iterdir()) == [tmp_path / "c.yaml"]


def test_quantiles_of_a_sweep(run, tmp_path):
    """Without a word of it a sweep has none."""
    for quantiles in "", "quantiles: true\n":
        sweep(run, tmp_path, BASE + DESIGN + quantiles, "--force")
        with h5py.File(tmp_path / "sweep.h5") as file:
            assert numpy.isfinite(file["summary/minutes"][0, 9]) == bool(quantiles)


def test_what_has_no_effect(run, tmp_path):
    done = sweep(run, tmp_path, BASE + "design: {type: sobol, points: 4, levels: 4, vary: {agent.warmth: {from: 0, to: 1, "
                 "steps: 3}}}\n", "--set", "agent.warmth=0.3")
    assert "warning: design.levels: has no effect in a sobol design" in done.stderr
    assert "warning: design.vary.agent.warmth.steps: has no effect" in done.stderr
    assert "agent.warmth: has no effect: the design varies it" in done.stderr


REFINED = "agent.empathy: [0.1], scenario: [billing-dispute, damaged-product], scenario.value: [100, 900]"
ONE = 'strategy.persistence: [1, 2], "strategies[typical].persistence": [0, 3], "strategies[1].agent.warmth": [0.1], agent.warmth: [0, 1]'
LISTED = "customer.persona: [a, abusive], 'customer.personas[0].anger': [0.1, 0.2]"


@pytest.mark.parametrize("vary,settings,said", [
    (REFINED, [], []),
    (REFINED, ["scenario.value=300", "customer.anger.mean=0.4"], ["--set: warning: scenario.value: has no effect: the design varies it"]),
    (REFINED, ["scenario.substitute.cost=3"], ["scenario.substitute.cost: is overwritten: the design varies scenario"]),
    (ONE, [], ["strategy.persistence: does not reach strategy typical, for which strategies[typical].persistence varies as well",
               "agent.warmth: does not reach strategy mirroring, for which strategies[1].agent.warmth varies as well"]),
    ("'tiers[supervisor].wait': [1, 2]", ["tiers[1].wait=4"], ["tiers[1].wait: is overwritten: the design varies tiers[supervisor].wait"]),
    ("customer.anger.mean: [0.3, 0.4]", ["customer.anger={mean: 0.3, sd: 0.1}"], []),
    ("strategy.persistence: [1, 2]", ["strategies[mirroring].persistence=0"], ["strategies[mirroring].persistence: is overwritten: the design "
                                                                             "varies strategy.persistence"]),
    (LISTED, ["customer.personas=[{name: a, share: 1}]"], ["customer.personas[0].anger: does not reach a persona of customer.persona that is not"]),
])
def test_what_paths_reach(run, tmp_path, vary, settings, said):
    """Paths are set in their order; what is put over another, or does not reach everybody, is told."""
    (tmp_path / "c.yaml").write_text(BASE + f"design: {{vary: {{{vary}}}}}\n")
    done = run("check", "c.yaml", *[a for setting in settings for a in ("--set", setting)])
    assert done.returncode == 0 and len(done.stderr.splitlines()) == len(said), done.stderr
    for line in said:
        assert line in done.stderr


def test_a_set_base_has_an_effect(run, tmp_path):
    """One at a time goes out from what the config says, and so from what --set says, unless a base is given."""
    vary = BASE + "design: {type: one-at-a-time, vary: {agent.mirroring: VALUES}}\n"
    done = sweep(run, tmp_path, vary.replace("VALUES", "[0, 1]"), "--set", "agent.mirroring=0.25")
    with h5py.File(tmp_path / "sweep.h5") as file:
        assert list(file["agent.mirroring"][::2]) == [0.25, 0, 1]
    assert "has no effect" not in done.stderr
    done = sweep(run, tmp_path, vary.replace("VALUES", "{values: [0, 1], base: 0}"), "--set", "agent.mirroring=0.25", name="given")
    assert "agent.mirroring: has no effect: the design varies it" in done.stderr


def test_later_paths_refine_earlier_ones(run, tmp_path):
    """A coordinate is what was played: a scenario chosen by name, and then one of its values."""
    sweep(run, tmp_path, BASE + f"design: {{vary: {{{REFINED}}}}}\n")
    with h5py.File(tmp_path / "sweep.h5") as file:
        for cell in (2, 6):
            scenario, value = file["scenario"].asstr()[cell], file["scenario.value"][cell]
            sweep(run, tmp_path, BASE, "--set", f"scenario={scenario}", "--set", f"scenario.value={value}", "--set", "agent.empathy=0.1",
                  name=f"one{cell}")
            with h5py.File(tmp_path / f"one{cell}.h5") as one:
                assert (file["net_value"][cell:cell + 2] == one["net_value"][:]).all()


def test_settings_reach_the_design(run, tmp_path):
    sweep(run, tmp_path, BASE + DESIGN, "--set", "design.vary={agent.warmth: [0.1, 0.2]}", "--set", "agent.mirroring=0.3")
    with h5py.File(tmp_path / "sweep.h5") as file:
        assert list(file["agent.warmth"][:]) == [0.1, 0.1, 0.2, 0.2]
        assert "agent.mirroring" not in file


def test_points_from_a_file(run, tmp_path):
    """The same cells as the points listed in the config; the results hold them, so the file is needed but once."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in/points.csv").write_text('\ufeff# two paths and a persona\n"agent.mirroring", agent.warmth ,customer.persona\r\n'
                                            '0.5,2.5e-1,"loyal"\r\n\r\n1, 0 , abusive\n0.1,1e-1,loyal')
    sweep(run, tmp_path, BASE + "design: {type: list, file: points.csv}\n", name="in/file")
    points = ("{agent.mirroring: 0.5, agent.warmth: 0.25, customer.persona: loyal}, {agent.mirroring: 1, agent.warmth: 0, "
              "customer.persona: abusive}, {agent.mirroring: 0.1, agent.warmth: 0.1, customer.persona: loyal}")
    sweep(run, tmp_path, BASE + f"design: {{type: list, points: [{points}]}}\n", name="listed")
    with h5py.File(tmp_path / "in/file.h5") as file, h5py.File(tmp_path / "listed.h5") as listed:
        for name in METRICS + ["agent.mirroring", "agent.warmth", "customer.persona", "strategy"]:
            assert (file[name][:] == listed[name][:]).all()
    assert run("replay", "in/file.h5", "--cell", 3, "--replication", 0, "--encounter", 0).returncode == 0
    (tmp_path / "in/points.csv").unlink()
    (tmp_path / "in/file.h5").rename(tmp_path / "moved.h5")
    assert run("replay", "moved.h5", "--cell", 3, "--replication", 0, "--encounter", 0).returncode == 0
    lines = run("export", "moved.h5", "--table", "replications").stdout.splitlines()
    assert lines[1 + 3 * 3].startswith("3,mirroring,1,0,abusive,0,")


@pytest.mark.parametrize("paths, points", [
    (["customer.anger.mean", "customer.anger.sd"], [(0.5, 0.1), (0.99, 0.02)]),
    (["strategy.concession.tactic", "strategy.concession.opening"], [("polynomial", 0), ("relative", 0.1)])])
def test_values_from_a_file_that_only_go_together(run, tmp_path, paths, points):
    """Neither a mean of 0.99 with the scenario's sd nor the tactic `relative` with its opening of 0 could be played."""
    (tmp_path / "points.csv").write_text("\n".join(",".join(map(str, row)) for row in [paths, *points]))
    sweep(run, tmp_path, BASE + "design: {type: list, file: points.csv}\n", name="file")
    listed = ", ".join("{" + ", ".join(f"{path}: {value}" for path, value in zip(paths, row)) + "}" for row in points)
    sweep(run, tmp_path, BASE + f"design: {{type: list, points: [{listed}]}}\n", name="listed")
    with h5py.File(tmp_path / "file.h5") as file, h5py.File(tmp_path / "listed.h5") as other:
        for name in METRICS + paths:
            assert (file[name][:] == other[name][:]).all()
    assert run("replay", "file.h5", "--cell", 3, "--replication", 0, "--encounter", 0).returncode == 0


def test_a_million_points_start_at_once(detente, tmp_path):
    with open(tmp_path / "points.csv", "w") as file:
        file.write("agent.mirroring,agent.warmth,strategy.persistence\n")
        file.writelines(f"{i / 1e6},{1 - i / 1e6},{i % 4}\n" for i in range(1000000))
    (tmp_path / "c.yaml").write_text(BASE + "design: {type: list, file: points.csv}\n")
    output, most, seconds = weigh(detente, "run", "c.yaml", "--dry-run", cwd=tmp_path)
    assert "1,000,000 points x 2 strategies" in output
    assert seconds < 2
    assert most < 40e6


@pytest.mark.parametrize("name", sorted(path.name for path in (ROOT / "experiments/sweeps").glob("*.yaml")))
def test_examples(run, tmp_path, name):
    """There is one for each type of design, and each runs in seconds without a word."""
    done = run("run", ROOT / "experiments/sweeps" / name, "-o", "out.h5", "--set", "replications=2", "--progress", "never")
    assert done.returncode == 0 and done.stderr == ""
    with h5py.File(tmp_path / "out.h5") as file:
        assert (file["status"][:] == 0).all()
        assert f"type: {name[:-5].replace('-from-file', '')}\n" in file.attrs["config"]


def test_points_that_fail_are_left_out(run, tmp_path):
    (tmp_path / "c.yaml").write_text(BASE + "customer: {personas: [{name: a}]}\ndesign: {vary: {customer.anger.mean: [0.5, 0.1], "
                                            "customer.anger.sd: [0.1, 0.45]}}\n")
    for command in ("check", "c.yaml"), ("run", "c.yaml", "--dry-run"):
        done = run(*command)
        assert done.returncode == 0 and done.stderr.startswith(
            "detente: warning: of 4 points tried 1 fails, the first: point 3 (customer.anger.mean 0.1, customer.anger.sd 0.45): ")
    # A point that fails is not one of no turns and no time.
    assert 6 < float(done.stdout.split(" of about ")[1].split(" turns")[0]) < 24
    done = run("check", "c.yaml", "--set", "design={vary: {customer.anger.mean: [0.1, 0.12], customer.anger.sd: [0.45]}}")
    assert done.returncode == 3 and "all of 2 points tried fail, the first: point 0 (" in done.stderr
    done = run("run", "c.yaml", "-o", "c.h5")
    assert done.returncode == 1
    with h5py.File(tmp_path / "c.h5") as file:
        assert list(file["status"][:]) == 6 * [0] + 2 * [3]
        assert "customer.anger.mean 0.1, customer.anger.sd 0.45" in file["error"].asstr()[7]
        assert numpy.isnan(file["minutes"][6:]).all() and numpy.isfinite(file["minutes"][:6]).all()


def test_starter_runs(run, tmp_path):
    assert run("new", "sweep", "mine").returncode == 0
    assert run("check", "mine.yaml").returncode == 0
    done = run("run", "mine.yaml", "-o", "mine.h5")
    assert done.returncode == 0 and done.stderr.count("warning") == 0
    with h5py.File(tmp_path / "mine.h5") as file:
        assert file["cell"].size == 30


def test_what_a_varied_path_does_not_reach(run, tmp_path):
    """A strategy or a persona that says itself what varies plays on unchanged: that needs a word."""
    (tmp_path / "w.yaml").write_text("""detente: 1
extends: billing-dispute
strategies: [typical, mirroring]
customer: {personas: [{extends: loyal, share: 0.5}, {extends: reasonable, share: 0.5}]}
design: {vary: {agent.mirroring: [0, 1], agent.empathy: [0.5, 0.7], customer.anger.mean: [0.1, 0.5], customer.detect: [0, 1]}}
""")
    said = run("check", "w.yaml").stderr
    assert "agent.mirroring: does not reach strategy mirroring" in said and "strategy.agent.mirroring" in said
    assert "customer.anger.mean: may not reach persona loyal" in said
    assert "empathy" not in said and "detect" not in said and "typical" not in said
    (tmp_path / "w.yaml").write_text("""detente: 1
extends: billing-dispute
strategies: [mirroring]
design: {vary: {strategy.agent.mirroring: [0, 1], customer.persona: [loyal, abusive], customer.anger.mean: [0.1, 0.5]}}
""")
    said = run("check", "w.yaml").stderr
    assert "mirroring:" not in said and "customer.anger.mean: does not reach a persona of customer.persona" in said
