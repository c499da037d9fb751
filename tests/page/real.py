# SPDX-License-Identifier: GPL-3.0-or-later
"""What `detente report` writes of real, small results files."""
import csv
import io
import json
import pathlib
import re
import subprocess

from contents import SECTIONS, agrees, scale_of

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build/release/detente"
FEW = ["--set", "replications=4", "--set", "encounters=64"]
RUNS = {  # name: config, what else to say, the sections that its report has besides those that every report has
    "playbooks": ("experiments/playbooks/config.yaml", FEW, {"effects", "curves", "slice", "pareto"}),
    "mirroring": ("experiments/mirroring/config.yaml", FEW, {"verdicts", "curves", "slice"}),
    "saltelli": ("experiments/sweeps/saltelli.yaml", [], {"curves", "slice", "sensitivity"}),
    "morris": ("experiments/sweeps/morris.yaml", [], {"curves", "slice", "sensitivity"}),
    "one-at-a-time": ("experiments/sweeps/one-at-a-time.yaml", [], None),
    "plain": ("configs/minimal.yaml", FEW, {"effects", "pareto"}),
}
TWICE = 0.56  # of the last digit shown: the page's data have been rounded, too
ALWAYS = {"answer", "limits", "strategies", "endings", "trajectories", "traces", "run", "reproduce"}


def detente(*arguments):
    done = subprocess.run([PROGRAM, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def report(browser, name):
    """Plays and reports; the page's path and its data."""
    config, more, _ = RUNS[name]
    results, page = browser.folder / f"{name}.h5", browser.folder / f"real-{name}.html"
    if not page.exists():
        detente("run", ROOT / config, "-o", results, *more)
        detente("report", results, "-o", page)
    (data,) = re.findall(r'(?s)<script type="application/json" id="data">(.*?)</script>', page.read_text(encoding="utf-8"))
    return page, json.loads(data)


def test_reports(browser):
    """reports of six kinds of results files: their sections, their words, no complaint, no request, everything unfolded, two of them narrow, too"""
    for name, (_, _, sections) in RUNS.items():
        page, data = report(browser, name)
        assert page.stat().st_size < 2_000_000
        for width in (1280, 360) if name in ("playbooks", "saltelli") else (1280,):
            browser.show(page, width)
            shown = browser.js("return [...document.querySelectorAll('main > section')].map((s) => s.id)")
            assert sections is None or shown == [s for s in SECTIONS if s in ALWAYS | sections], (name, shown)
            assert browser.texts("#answer p") == data["headline"] and browser.texts("#limits li") == data["limits"]
            browser.unfold()
            text = browser.js("return document.body.innerText")
            assert not re.search(r"undefined|NaN|Infinity|\[object|could not be drawn", text), (name, re.findall(r".*(?:undefined|NaN|Infinity|\[object|could not).*", text))
            names = browser.js("return [...document.querySelectorAll('svg[role=img]')].map((s) => s.ariaLabel)")
            assert len(names) > 3 and len(set(names)) == len(names), name
            assert browser.js("return document.documentElement.scrollWidth") <= width, name
            assert browser.complaints() == [] and browser.requests() == [], name


def test_metrics(browser):
    """any metric of a real report can be chosen, without a complaint"""
    page, data = report(browser, "mirroring")
    browser.show(page)
    box = browser.one(".tools select")
    assert browser.js("return [...arguments[0].options].map((o) => o.value)", box) == [m["name"] for m in data["metrics"]]
    for metric in data["metrics"][::2]:
        browser.choose(box, metric["name"])
        assert metric["title"] in browser.one("#curves h3").text.lower()
    assert browser.complaints() == []


def test_compare(browser):
    """the page's tables have the numbers that `detente compare` prints"""
    page, _ = report(browser, "playbooks")
    rows = list(csv.DictReader(io.StringIO(detente("compare", browser.folder / "playbooks.h5", "--format", "csv"))))
    number = lambda text: float(text) if text else None
    browser.show(page)
    for metric in {row["metric"] for row in rows}:
        browser.choose(browser.one(".tools select"), metric)
        _, table = browser.table("effects")
        wanted = {row["strategy"]: row for row in rows if row["metric"] == metric}
        assert len(table) == len(wanted) - 1 == 23
        for cells in table:
            row, scale = wanted[cells[0]], scale_of(metric)
            for text, key in zip(cells[1:7], ("mean", "ci_low", "ci_high", "difference", "difference_low", "difference_high")):
                assert agrees(text, number(row[key]), scale, TWICE), (metric, cells, row)
            assert agrees(cells[7], number(row["effect_size"]), slack=TWICE), (cells, row)
