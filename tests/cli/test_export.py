# SPDX-License-Identifier: GPL-3.0-or-later
"""detente export: what is printed reads back as what is stored."""
import csv
import io

import h5py
import numpy
import pytest

CONFIG = """detente: 1
name: c
extends: billing-dispute
seed: 7
replications: 5
encounters: 1200
keep: {encounters: 1100, turns: 9}
customer: {personas: [reasonable, anxious, entitled, opportunist, abusive, loyal]}
strategies: [typical, {name: 'a, "b"', extends: mirroring}]
"""


@pytest.fixture
def results(run, tmp_path):
    (tmp_path / "c.yaml").write_text(CONFIG)
    assert run("run", "c.yaml", "-o", "o.h5").returncode == 0
    return tmp_path / "o.h5"


def table(run, *arguments):
    done = run("export", "o.h5", "--table", *arguments)
    assert done.returncode == 0 and done.stderr == ""
    rows = list(csv.reader(io.StringIO(done.stdout)))
    assert {len(row) for row in rows} == {len(rows[0])}
    return {name: column for name, column in zip(rows[0], zip(*rows[1:]))}


def test_summary(run, results):
    got = table(run, "summary")
    with h5py.File(results) as file:
        statistics = [s.decode() for s in file["summary/statistic"][:]]
        assert list(got) == ["cell", "strategy", "metric"] + statistics
        for i, (cell, metric) in enumerate(zip(got["cell"], got["metric"])):
            stored = file["summary"][metric][int(cell)]
            printed = [float(got[s][i] or "nan") for s in statistics]
            assert numpy.array_equal(printed, stored, equal_nan=True)
    assert got["strategy"][:2] == ("typical", 'a, "b"')


def test_replications(run, results):
    got = table(run, "replications")
    assert list(got)[:3] == ["cell", "strategy", "replication"] and len(got["cell"]) == 10
    with h5py.File(results) as file:
        for name in list(got)[3:]:
            stored = file["turns_taken" if name == "turns" else name][:]
            assert numpy.array_equal(numpy.array(got[name], float).reshape(2, 5), stored)


@pytest.mark.parametrize("group", ["encounters", "turns"])
def test_rows_read_back_as_the_same_bits(run, results, group):
    got = table(run, group)
    with h5py.File(results) as file:
        columns = [n for n in file[group] if n not in ("row", "first_row")]
        assert set(got) == set(columns) | {"strategy"}
        for name in columns:
            stored = file[group][name][:]
            if name in ("persona", "move"):
                names = file[group][name].attrs["flag_meanings"]
                names = (names.decode() if isinstance(names, bytes) else str(names)).split()
                assert [names[i] for i in stored] == list(got[name])
            else:
                assert numpy.array_equal(numpy.array(got[name], stored.dtype), stored), name
    assert set(got["strategy"]) == {"typical", 'a, "b"'}
    assert len(got["cell"]) == 2 * 5 * 1100 if group == "encounters" else len(got["cell"]) > 2 * 5 * 9


def test_numbers_are_as_short_as_they_can_be(run, results):
    for text in table(run, "turns")["anger"][:500]:
        value, digits = numpy.float32(text), len(text.split("e")[0].replace(".", "").lstrip("0"))
        assert all(numpy.float32(f"{float(value):.{d}g}") != value for d in range(1, digits))


def test_traits(run, results):
    plain, got = table(run, "encounters"), table(run, "encounters", "--traits")
    traits = list(got)[len(plain):]
    assert {k: got[k] for k in plain} == plain and "anger" in traits and "entitlement" in traits
    numbers = {t: numpy.array(got[t], float) for t in traits}
    # All strategies meet the same customers, and the entitled ones are more so (their mean is set higher in the library).
    first, second = (numpy.array(got["cell"]) == c for c in ("0", "1"))
    for t in traits:
        assert numpy.array_equal(numbers[t][first], numbers[t][second]), t
    persona = numpy.array(got["persona"])
    assert numbers["entitlement"][persona == "entitled"].mean() > numbers["entitlement"][persona == "reasonable"].mean() + 0.1
    # The kernel that redraws them makes no difference.
    again = run("export", "o.h5", "--table", "encounters", "--traits", environment={"DETENTE_ISA": "scalar"})
    assert again.stdout == run("export", "o.h5", "--table", "encounters", "--traits").stdout


def test_traits_are_refused_for_rows_that_the_model_does_not_play(run, results):
    with h5py.File(results, "r+") as file:
        file["encounters/minutes"][1500] = 1.0
    done = run("export", "o.h5", "--table", "encounters", "--traits")
    assert done.returncode == 3 and "row 1500" in done.stderr
    assert run("export", "o.h5", "--table", "encounters").returncode == 0


def test_rows_that_were_not_kept(run):
    assert run("run", "minimal", "-o", "o.h5").returncode == 0
    for group in ("encounters", "turns"):
        done = run("export", "o.h5", "--table", group)
        assert done.returncode == 3 and done.stdout == "" and f"--keep {group}" in done.stderr


def test_foreign_truncated_and_full(run, results):
    whole = results.read_bytes()
    for bad in (b"", b"not HDF5", whole[:len(whole) // 2]):
        results.write_bytes(bad)
        done = run("export", "o.h5", "--table", "summary")
        assert done.returncode == 3 and "o.h5" in done.stderr and done.stdout == ""
    results.write_bytes(whole)
    for name in ("summary", "replications", "encounters", "turns"):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = run("export", "o.h5", "--table", name, stdout=full)
        assert done.returncode == 1 and done.stderr.count("\n") == 1 and "No space left" in done.stderr
