# SPDX-License-Identifier: GPL-3.0-or-later
"""A results file as other programs read it, and the examples of docs/formats.md."""
import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import h5py
import netCDF4
import numpy
import pandas
import pytest
import xarray

from conftest import weigh

ROOT = Path(__file__).resolve().parents[2]
CONFIG = """detente: 1
name: c
extends: billing-dispute
seed: 7
replications: 3
encounters: 6000
keep: {encounters: all, turns: 40}
customer:
  personas: [{name: reasonable, share: 0.7}, {name: très pressé, share: 0.3, anger: {mean: 0.5}}]
strategies: [typical, {name: 'überlegt', extends: listen-then-pay}]
"""
NAMES = ["typical", "überlegt"]
GROUPS = ["", "summary", "encounters", "turns"]


@pytest.fixture(scope="module")
def results(detente, tmp_path_factory):
    folder = tmp_path_factory.mktemp("readers")
    (folder / "c.yaml").write_text(CONFIG)
    subprocess.run([detente, "run", "c.yaml", "-o", "o.h5"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return folder / "o.h5"


def variables(group):
    """The variables of a group: what is no group itself and no dimension without one."""
    return {n: v for n, v in group.items()
            if isinstance(v, h5py.Dataset) and b"This is a netCDF dimension" not in v.attrs.get("NAME", b"")}


def stored(path):
    """Everything that h5py sees, by path."""
    with h5py.File(path) as file:
        return {f"{g}/{n}".lstrip("/"): v.asstr()[:] if v.dtype == object else v[:]
                for g in GROUPS for n, v in variables(file[g or "/"]).items()}


def assert_equal(got, expected, name):
    got = numpy.asarray(got)
    assert got.shape == expected.shape, name
    if expected.dtype == object:
        assert [str(x) for x in got.flat] == [str(x) for x in expected.flat], name
    else:
        assert numpy.array_equal(got.astype(expected.dtype), expected, equal_nan=expected.dtype.kind == "f"), name


def test_every_variable_says_what_it_is(results):
    with h5py.File(results) as file:
        for group in GROUPS:
            found = variables(file[group or "/"])
            assert len(found) > 13
            for name, variable in found.items():
                for attribute in ("units", "long_name"):
                    text = variable.attrs[attribute]
                    assert isinstance(text, str) and text, (group, name, attribute)
        assert list(file["strategy"].asstr()) == NAMES
        for name, dtype in (("encounters/persona", "int8"), ("turns/tier", "int8"), ("turns/move", "int8"), ("status", "int8")):
            attributes = file[name].attrs
            words = attributes["flag_meanings"].split()
            assert file[name].dtype == dtype and attributes["flag_values"].dtype == dtype
            assert list(attributes["flag_values"]) == list(range(len(words)))
            assert set(file[name][:]) <= set(attributes["flag_values"])
        assert file["encounters/persona"].attrs["flag_meanings"] == "reasonable très_pressé"


def test_chunks_and_filters(results):
    with h5py.File(results) as file:
        for group, rows in (("encounters", 2 * 3 * 6000), ("turns", None)):
            for name, variable in variables(file[group]).items():
                if name == "first_row":
                    assert variable.chunks is None
                    continue
                rows = rows or len(variable)
                assert variable.shape == (rows,) and variable.chunks == (min(rows, 16384),), name
                assert variable.compression == "gzip" and variable.compression_opts == 1 and not variable.shuffle
                # What each chunk holds once inflated is whole, and all chunks are there.
                assert variable.id.get_num_chunks() == -(-rows // variable.chunks[0])
                assert 0 < variable.id.get_storage_size() < rows * variable.dtype.itemsize, name
        assert file["encounters/minutes"].id.get_num_chunks() == 3


@pytest.mark.parametrize("engine", ["netcdf4", "h5netcdf"])
def test_xarray(results, engine):
    left = stored(results)
    for group in GROUPS:
        with xarray.open_dataset(results, engine=engine, group=group or None) as data:
            for name in data.variables:
                path = f"{group}/{name}".lstrip("/")
                if path in ("encounters/row", "turns/row"):
                    continue
                assert_equal(data[name].values, left.pop(path), path)
                assert data[name].attrs["units"] and data[name].attrs["long_name"]
            if not group:
                assert data.escalated.dims == ("cell", "replication")
                assert "strategy" in data.coords and data.attrs["seed"] == 7
            if group == "summary":
                assert data.minutes.dims == ("cell", "statistic") and "q95" in data.statistic
            if group in ("encounters", "turns"):
                assert data.minutes.dims == ("row",) and data.first_row.dims == ("cell", "replication")
    assert not left, "not seen by xarray"


def test_netcdf4(results):
    expected = stored(results)
    with netCDF4.Dataset(results) as file:
        assert file.data_model == "NETCDF4"
        assert {n: len(d) for n, d in file.dimensions.items()} == {"cell": 2, "replication": 3}
        file.set_auto_mask(False)
        for group in GROUPS:
            for name, variable in (file[group] if group else file).variables.items():
                path = f"{group}/{name}".lstrip("/")
                assert_equal(variable[:], expected.pop(path), path)
    assert not expected


def test_first_row_finds_every_replication(results):
    got = stored(results)
    for group in ("encounters", "turns"):
        first = got[f"{group}/first_row"]
        cell, replication = got[f"{group}/cell"], got[f"{group}/replication"]
        for c in range(2):
            for r in range(3):
                rows = numpy.flatnonzero((cell == c) & (replication == r))
                assert rows[0] == first[c, r] and rows[-1] - rows[0] + 1 == len(rows)


def test_means_and_rows_agree(results):
    """Replication means and summary are those of the rows: float32 values added up in double."""
    got = stored(results)
    statistic = list(got["summary/statistic"])
    for path, rows in got.items():
        if not path.startswith("encounters/") or path[11:] in ("cell", "replication", "encounter", "persona", "first_row"):
            continue
        name = path[11:]
        values = rows.astype(float).reshape(3, 2, 6000)
        means = got["turns_taken" if name == "turns" else name]
        assert numpy.allclose(values.mean(axis=2).T, means, rtol=1e-12, atol=1e-15), name
        summary = got[f"summary/{name}"]
        for c in range(2):
            row = dict(zip(statistic, summary[c]))
            assert row["count"] == 18000 and row["min"] == values[:, c].min() and row["max"] == values[:, c].max()
            assert numpy.isclose(row["mean"], values[:, c].mean(), rtol=1e-12, atol=1e-15)
            assert numpy.isclose(row["sd"], values[:, c].std(ddof=1), rtol=1e-9, atol=1e-12)
            spread = means[c].std(ddof=1) / 3**0.5
            assert numpy.isclose(row["se"], spread, rtol=1e-7, atol=1e-12)
            # t of 2 degrees of freedom at 0.975: 4.30265 (any table)
            assert numpy.isclose(row["ci_high"] - row["mean"], 4.302652729911 * spread, rtol=1e-6, atol=1e-12)
            for q in ("q05", "q50", "q95"):
                exact = numpy.quantile(values[:, c], int(q[1:]) / 100)
                assert abs(row[q] - exact) <= abs(exact) * 2**-6 + 1e-6, (name, q)


def test_pandas_reads_the_export(run, results):
    expected = stored(results)
    for group in ("encounters", "turns"):
        done = run("export", "o.h5", "--table", group, cwd=results.parent)
        table = pandas.read_csv(io.StringIO(done.stdout), float_precision="round_trip")
        assert [NAMES[c] for c in table.cell] == list(table.strategy)
        for name in table.columns.drop("strategy"):
            value = expected[f"{group}/{name}"]
            if name in ("persona", "move"):
                assert table[name].nunique() == len(set(value)), name
            else:
                assert_equal(table[name].to_numpy(), value, name)


R_PROGRAM = """
library(ncdf4)
file <- nc_open("o.h5")
cat("strategy", ncvar_get(file, "strategy"), sep = "\\n")
for (name in commandArgs(trailingOnly = TRUE)) {
  value <- ncvar_get(file, name)
  stopifnot(nchar(ncatt_get(file, name, "units")$value) > 0, nchar(ncatt_get(file, name, "long_name")$value) > 0)
  shape <- if (is.null(dim(value))) length(value) else dim(value)
  cat(name, paste(shape, collapse = "x"), sprintf("%.17g", sum(value)), sprintf("%.17g", head(as.vector(value), 3)), "\\n")
}
"""


def test_r(results):
    expected = {n: v for n, v in stored(results).items() if v.dtype != object and n not in (
        # what shares its name with a dimension is no variable for ncdf4
        "cell", "replication", "encounters/cell", "encounters/replication", "turns/cell", "turns/replication")}
    done = subprocess.run(["Rscript", "-e", R_PROGRAM, *expected], cwd=results.parent, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False, env={**os.environ, "LC_ALL": "C.UTF-8"})
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[:3] == ["strategy", *NAMES]
    assert len(lines) == 3 + len(expected)
    for line in lines[3:]:
        name, shape, total, *few = line.split()
        value = expected[name]
        assert shape == "x".join(str(n) for n in reversed(value.shape)), name
        assert [float(x) for x in few] == list(value.flatten()[:3].astype(float)), name
        assert float(total) == pytest.approx(value.sum(dtype=float), rel=1e-12), name


def test_the_stored_config_runs_again(run, results):
    with h5py.File(results) as file:
        (results.parent / "again.yaml").write_text(file.attrs["config"])
        digest = file.attrs["config_sha256"]
    assert run("run", "again.yaml", "-o", "again.h5", cwd=results.parent).returncode == 0
    first, second = stored(results), stored(results.parent / "again.h5")
    assert first.keys() == second.keys()
    for name, value in first.items():
        assert_equal(second[name], value, name)
    with h5py.File(results.parent / "again.h5") as file:
        assert file.attrs["config_sha256"] == digest


# ---- memory ----------------------------------------------------------------------------------------------------------

MEGABYTE = 1 << 20


def weigh_run(detente, folder, *settings):
    words = [word for setting in settings for word in ("--set", setting)]
    return weigh(detente, "run", "billing-dispute", "-o", folder / "m.h5", "--force", "--threads", "2", *words)[1]


@pytest.mark.parametrize("few, many", [("encounters=400000", "encounters=1600000"),
                                       ("replications=120000", "replications=360000")])
def test_memory_without_rows(detente, tmp_path, few, many):
    other = "replications=1" if few.startswith("encounters") else "encounters=2"
    first, second = weigh_run(detente, tmp_path, few, other), weigh_run(detente, tmp_path, many, other)
    assert second < 100 * MEGABYTE and second < first + 24 * MEGABYTE, (first / MEGABYTE, second / MEGABYTE)


def test_memory_of_a_sweep(detente, tmp_path):
    """What is kept of cells has limits; the promise is 200 MB for any sweep. These traits have more tables than are kept."""
    traits = ["anger", "entitlement", "expectation", "patience", "reciprocity", "susceptibility", "reactivity", "openness", "belief",
              "alternative", "detect", "calls_back"]
    customer = ", ".join(f"{trait}: {{dist: uniform, mean: 0.5, sd: 0.1}}" for trait in traits)
    vary = ", ".join(f"customer.{trait}.sd: {{from: 0.01, to: 0.1}}" for trait in traits)
    few, many = (weigh_run(detente, tmp_path, f"customer={{{customer}}}", "replications=2", "encounters=1",
                       f"design={{type: random, points: {n}, vary: {{{vary}}}}}") for n in (1000, 8000))
    assert few + 40 * MEGABYTE < many < 200 * MEGABYTE, (few / MEGABYTE, many / MEGABYTE)


@pytest.mark.parametrize("few, many, other", [("replications=110", "replications=220", "encounters=10000"),
                                              ("encounters=1100000", "encounters=2200000", "replications=1")])
def test_memory_with_rows(detente, tmp_path, few, many, other):
    """A shard holds 64 MiB of rows, here about half a million; less once deflated. Beyond that, more rows take no more."""
    first, second = (weigh_run(detente, tmp_path, "keep=encounters", n, other) for n in (few, many))
    assert (tmp_path / "m.h5").stat().st_size > 100 * MEGABYTE
    assert second < 128 * MEGABYTE and second < first + 24 * MEGABYTE, (first / MEGABYTE, second / MEGABYTE)


# ---- docs/formats.md -------------------------------------------------------------------------------------------------

DOCUMENT = (ROOT / "docs/formats.md").read_text()
BLOCKS = [(m["info"], m["text"]) for m in re.finditer(r"^```(?P<info>[^\n]+)\n(?P<text>.*?)^```$", DOCUMENT, re.M | re.S)]


def blocks(info):
    found = [text for kind, text in BLOCKS if kind == info]
    assert found, info
    return found


@pytest.fixture(scope="module")
def tried(detente, tmp_path_factory):
    """A folder where every shell example of the document was run."""
    folder = tmp_path_factory.mktemp("formats")
    path = f"{Path(detente).parent}:{os.environ['PATH']}"
    for text in blocks("sh"):
        done = subprocess.run(["bash", "-euc", text], cwd=folder, env={**os.environ, "PATH": path}, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        assert done.returncode == 0 and done.stderr == "", (text, done.stderr)
    return folder


@pytest.mark.parametrize("text", blocks("python"), ids=range(len(blocks("python"))))
def test_python_examples(tried, text):
    done = subprocess.run([sys.executable, "-c", text], cwd=tried, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)
    assert done.returncode == 0 and len(done.stdout) > 50, done.stderr


def test_r_examples(tried):
    for text in blocks("r"):
        done = subprocess.run(["Rscript", "-e", text], cwd=tried, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False)
        assert done.returncode == 0 and "listen-then-pay" in done.stdout, done.stderr


def test_config_examples(run, tmp_path):
    """Each is a config, or what one may hold below `detente: 1`; one that begins with a file's name is that file."""
    checked = 0
    for text in blocks("yaml"):
        named = re.match(r"# (\S+\.yaml)\n", text)
        if named:
            (tmp_path / named[1]).write_text(text)
            continue
        (tmp_path / "c.yaml").write_text(text if "detente: 1" in text else "detente: 1\n" + text)
        done = run("check", "c.yaml")
        assert done.returncode == 0 and done.stderr == "", (text, done.stderr)
        checked += 1
    assert checked > 15


def test_refused_example(run, tmp_path):
    (refused,), (said,) = blocks("yaml refused"), blocks("text")
    (tmp_path / "refused.yaml").write_text(refused)
    done = run("check", "refused.yaml")
    assert done.returncode == 3 and done.stderr == said


def test_every_variable_is_documented(results):
    with h5py.File(results) as file:
        for name, variable in variables(file["encounters"]).items():
            if name in ("cell", "replication", "encounter", "persona", "first_row"):
                continue
            assert re.search(rf"^\| `{name}` \| {variable.attrs['units']} \| {variable.dtype.name} \| "
                             rf"{re.escape(variable.attrs['long_name'])} \|$", DOCUMENT, re.M), name
            assert ("turns_taken" if name == "turns" else name) in file
        for name, variable in variables(file["turns"]).items():
            if name in ("cell", "replication", "encounter", "first_row"):
                continue
            assert re.search(rf"^\| `{name}` \| {variable.dtype.name} \| {variable.attrs['units']} \| "
                             rf"{re.escape(variable.attrs['long_name'])} \|$", DOCUMENT, re.M), name
        for names in (file, file.attrs, file["provenance"].attrs, file["summary/statistic"].asstr()):
            for name in names:
                assert f"`{name}`" in DOCUMENT or name in file["summary"] or name == "coordinates", name


def test_every_key_is_documented(run):
    done = run("params", "--format", "json-schema")
    for key in json.loads(done.stdout)["definitions"]["config"]["properties"]:
        assert re.search(rf"^{key}:|^#+ .*\b{key}\b|`{key}`", DOCUMENT, re.M), key


def draw(program, script, *arguments):
    """What a script of docs/examples/ drew, as text."""
    done = subprocess.run([program, ROOT / "docs/examples" / script, *arguments], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    return Path(arguments[1]).read_text()


def test_the_figure_of_the_readme(results, tmp_path):
    """docs/examples/figure.py draws every strategy of a results file."""
    figure = draw(sys.executable, "figure.py", results, tmp_path / "figure.svg")
    assert all(name in figure for name in (*NAMES, "satisfaction", "escalated"))


@pytest.fixture(scope="module")
def sweep(detente, tmp_path_factory):
    """A results file of two strategies at 2 x 3 points."""
    folder = tmp_path_factory.mktemp("sweep")
    (folder / "c.yaml").write_text("detente: 1\nextends: billing-dispute\nreplications: 3\nencounters: 20\nstrategies: [typical, choices]\n"
                                   "design: {vary: {customer.persona: [loyal, abusive], agent.mirroring: [0, 0.5, 1]}}\n")
    subprocess.run([detente, "run", "c.yaml", "-o", "o.h5"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return folder / "o.h5"


def test_figures_of_a_sweep(sweep, tmp_path):
    """Points have a colour each in one figure, one of the paths is the axis of the other."""
    figure = draw(sys.executable, "figure.py", sweep, tmp_path / "figure.svg", "resolved", "minutes")
    assert all(text in figure for text in ("typical", "choices", "share resolved", "minutes", "customer.persona abusive, agent.mirroring 1"))
    curves = draw(sys.executable, "curves.py", sweep, tmp_path / "curves.svg", "agent.mirroring", "resolved", "total_cost")
    assert all(text in curves for text in ("choices, customer.persona loyal", "resolved", "total_cost (money)", ">agent.mirroring<"))
    assert "agent.mirroring 1" not in curves
    # Six lines are too many for one legend: a panel for each value of the other path, whose legend has the strategies.
    panels = draw(sys.executable, "curves.py", sweep, tmp_path / "panels.svg", "customer.persona", "resolved", "total_cost")
    assert all(panels.count(f">agent.mirroring {value}<") == 1 for value in ("0", "0.5", "1")) and "choices, " not in panels
    assert panels.count(">choices<") == panels.count(">resolved<") == 1 and panels.count('id="axes_') == 6
    assert curves.count('id="axes_') == 2


def test_curves_says_what_it_wants(results, sweep, tmp_path):
    script = [sys.executable, ROOT / "docs/examples/curves.py"]
    for more, words in (([results], "usage: curves.py RESULTS.h5 FIGURE.svg PATH METRIC..."),
                        ([results, tmp_path / "c.svg", "agent.warmth", "resolved"], "agent.warmth is not varied; varied are: none, as the run has no design"),
                        ([sweep, tmp_path / "c.svg", "strategy", "resolved"], "strategy is not varied; varied are: customer.persona, agent.mirroring")):
        done = subprocess.run([*script, *more], capture_output=True, text=True, check=False)
        assert done.returncode == 1 and words in done.stderr and done.stderr.count("\n") == 1, done.stderr
    assert not (tmp_path / "c.svg").exists()


def test_the_digest(run, results, tmp_path):
    """docs/examples/digest.py: one hash for one config, however it was played; another for one bit of one value or attribute."""
    def digests(*arguments):
        done = subprocess.run([sys.executable, ROOT / "docs/examples/digest.py", *arguments], capture_output=True, text=True, check=False)
        return done.stderr or dict(reversed(line.split("  ")) for line in done.stdout.splitlines())

    for options in (["a.h5", "--threads", 1], ["a-longer-name.h5", "--threads", 2], ["s1.h5", "--shard", "1/2"], ["s2.h5", "--shard", "2/2"]):
        assert run("run", "billing-dispute", "--keep", "turns", "--set", "replications=3", "-o", *options).returncode == 0
    assert run("merge", "-o", "m.h5", "s2.h5", "s1.h5").returncode == 0
    for name in ("value", "attribute"):
        shutil.copy(tmp_path / "a.h5", tmp_path / f"{name}.h5")
        with h5py.File(tmp_path / f"{name}.h5", "a") as file:
            if name == "value":
                file["turns/anger"][-1] = numpy.nextafter(file["turns/anger"][-1], numpy.float32(2))
            else:
                file["turns/anger"].attrs["units"] = "2"
    paths = [str(tmp_path / f"{name}.h5") for name in ("a", "a-longer-name", "m", "value", "attribute")]
    found = digests(*paths)
    assert len(found) == 5 and found[paths[0]] == found[paths[1]] == found[paths[2]] and len(set(found.values())) == 3
    data = digests("--data", *paths)
    assert data[paths[0]] == data[paths[4]] and len(set(data.values())) == 2
    assert digests("--date", results).startswith("usage: digest.py") and digests().startswith("usage:")
    assert str(tmp_path / "c.h5") in digests(tmp_path / "c.h5")


def test_the_figures_of_r(results, sweep, tmp_path):
    """docs/examples/figure.R draws a point for every cell of a results file (its letters are outlines, not text)."""
    for file, cells, metric in ((results, 2, []), (sweep, 12, ["escalated"])):
        figure = draw("Rscript", "figure.R", file, tmp_path / "figure.svg", *metric)
        assert len(re.findall(r'<path style="fill-rule:nonzero;fill:rgb\(0%,0%,0%\)', figure)) == cells
