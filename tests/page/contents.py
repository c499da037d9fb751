# SPDX-License-Identifier: GPL-3.0-or-later
"""What the page shows agrees with its data."""
import re

import sample

SECTIONS = ["answer", "limits", "verdicts", "strategies", "effects", "curves", "slice", "pareto", "sensitivity", "endings", "trajectories", "traces",
            "run", "reproduce"]
WITHOUT = {  # sections that a sample has no data for
    "playbooks": {"curves", "slice", "sensitivity"}, "grid": {"sensitivity"}, "one_factor": {"sensitivity"}, "sampled": set(), "morris": set(),
    "one_strategy": {"effects", "curves", "slice", "sensitivity", "pareto"}, "bare": set(SECTIONS) - {"run"}, "holes": {"sensitivity", "pareto", "reproduce"},
    "nasty": {"sensitivity"},
}


def number(text):
    """The first number of a text."""
    found = re.search(r"[−+]?[\d,]+(?:\.\d+)?", text)
    return float(found[0].replace("−", "-").replace(",", ""))


def agrees(text, value, scale=1, slack=0.5001):
    """A number shown is the value, rounded to the digits that are shown."""
    if value is None or text is None:
        return value is None and text is None
    decimals = len(re.search(r"[−+]?[\d,]+(?:\.(\d+))?", text)[1] or "")
    return abs(number(text) - value * scale) <= slack * 10.0 ** -decimals


def half_agrees(text, value):
    """As agrees, but what is less than half of the last digit is shown as less than that digit."""
    return 0 < value < float(text[1:]) * 0.5001 if text[0] == "<" else agrees(text, value) and float(text) > 0


def scale_of(metric):
    return 100 if metric in sample.SHARES else 1


def test_sections(browser):
    """every kind of data: the sections that have some, in their order; no complaint, no request, no markup from the data"""
    for name, make in sample.ALL.items():
        browser.show(make(), name=name)
        shown = browser.js("return [...document.querySelectorAll('main > section')].map((s) => s.id)")
        assert shown == [s for s in SECTIONS if s not in WITHOUT[name]], (name, shown)
        assert browser.complaints() == [] and browser.requests() == [], name
        links = browser.js("return [...document.querySelectorAll('nav a')].map((a) => a.getAttribute('href').slice(1))")
        assert links == shown
        assert browser.js("return document.querySelectorAll('script').length") == 2
        assert browser.js("return document.querySelectorAll('img, iframe, object, embed, i, b, audio, video, link').length") == 0
        assert not re.search("undefined|NaN|Infinity|\\[object|null", browser.js("return document.querySelector('body').innerText")), name
        browser.unfold("nothing" if name in ("one_factor", "holes") else "#curves .data, #slice .data")
        assert browser.complaints() == [] and browser.requests() == [], name
        assert not re.search("undefined|NaN|Infinity|\\[object", browser.js("return document.querySelector('body').innerText")), name


def test_words(browser):
    """the answer, the limits, the verdicts, the run and the commands stand there word for word"""
    for data in (sample.playbooks(), sample.nasty()):
        browser.show(data)
        assert browser.texts("h1") == [data["question"]] and browser.driver.title.startswith(data["question"])
        assert browser.one(".tools select").get_attribute("value") == data["verdicts"][0]["metric"]
        assert browser.texts("#answer p") == data["headline"]
        assert browser.texts("#limits li") == data["limits"]
        assert browser.texts("#verdicts h3") == [v["name"] for v in data["verdicts"]]
        assert [t.split(maxsplit=1)[1] for t in browser.texts("#verdicts .badge")] == [v["verdict"] for v in data["verdicts"]]
        for verdict, text in zip(data["verdicts"], browser.texts("#verdicts .verdict")):
            assert verdict["sentence"] in text and (verdict["why"] or "") in text and f"Effect {verdict['effect']:g}".replace("-", "−") in text
        assert browser.texts("#reproduce pre") == ["\n".join(data["reproduce"])]
        assert browser.texts("#run li") == data["notes"]
        assert browser.texts("#trajectories > p") == [data["trajectories"]["words"]]
        facts = dict(zip(browser.texts("#run dt"), browser.texts("#run dd")))
        assert facts["Calls simulated"] == "4,505,600" and facts["Seed"] == "20241005" and facts["Replications of each cell"] == "200"
        assert facts["Began"] == "28 November 2026, 10:31 UTC" and facts["Command"] == data["run"]["command"]
        assert facts["Detente"] == "0.1.0, model 2, format 1, revision 0123456789ab"
        browser.js("document.querySelector('#run details').open = true")
        browser.settle()
        assert browser.texts("#run pre") == [data["config"]]


def test_strategy_table(browser):
    """the table has every strategy's mean and half-width, and marks the best"""
    for data in (sample.playbooks(), sample.holes(), sample.nasty()):
        browser.show(data)
        names = browser.texts("#strategies tbody .name")
        assert sorted(names) == sorted(s["name"] for s in data["strategies"])
        effects = {(row["strategy"], row["metric"]): row for row in data["effects"]}
        metrics = [m["name"] for m in data["metrics"] if any(row["mean"] is not None for row in data["effects"] if row["metric"] == m["name"])]
        each = lambda what: browser.js(f"""return [...document.querySelectorAll('#strategies tbody tr')].map((r) =>
            [...r.querySelectorAll('td:not(.mark)')].map((c) => {what}))""")
        cells, leads = each("c.textContent"), each("c.classList.contains('leads')")
        assert all(len(row) == len(metrics) for row in cells)
        for name, row, lead in zip(names, cells, leads):
            for metric, text, best in zip(metrics, row, lead):
                effect = effects[name, metric]
                if effect["mean"] is None:
                    assert text == "–no value" and not best
                    continue
                mean, half = text.replace(" best", "").split(" ± ")
                assert agrees(mean, effect["mean"], scale_of(metric)) and half_agrees(half, max(effect["high"] - effect["mean"], effect["mean"] - effect["low"]) * scale_of(metric))
                rows = [r for r in data["effects"] if r["metric"] == metric and r["mean"] is not None]
                better = next(m["better"] for m in data["metrics"] if m["name"] == metric)
                top = max(rows, key=lambda r: r["mean"] if better == "up" else -r["mean"])
                assert best == (better is not None and effect["low"] <= top["high"] and effect["high"] >= top["low"])


def drawn(browser, section):
    """Pixels across of a figure of rows, from top to bottom: its dots, the ends of its intervals, and its line at zero."""
    return browser.js("""const svg = document.querySelector(`#${arguments[0]} .plot svg`), of = (mark) => [...svg.querySelectorAll(`g[data-mark="${mark}"] > *`)];
        const ends = (path) => path.getAttribute("d").match(/[-\\d.]+/g).map(Number), shift = (e) => e.parentElement.transform.baseVal.consolidate()?.matrix.e ?? 0;
        return [of("dot").map((e) => e.transform.baseVal.consolidate().matrix.e), of("link").map((e) => [ends(e)[0], ends(e)[2]]),
                of("rule").map((e) => Number(e.getAttribute("x1")))]""", section)


def straight(pairs):
    """Whether pixels are a straight line's over values, within a pixel."""
    (v0, p0), (v1, p1) = min(pairs), max(pairs)
    return v1 > v0 and all(abs(p0 + (v - v0) * (p1 - p0) / (v1 - v0) - p) < 1 for v, p in pairs)


def test_effects(browser):
    """metrics of every kind, differences and means: the figure's dots lie where the data say, and its table has the numbers"""
    data = sample.playbooks()
    browser.show(data)
    metric_box = browser.one(".tools select")
    for metric in ("escalated", "reported_satisfaction", "total_cost", "turns"):
        browser.choose(metric_box, metric)
        rows = {row["strategy"]: row for row in data["effects"] if row["metric"] == metric}
        for value, mode in (("difference", "differences"), ("mean", "means")):
            browser.one(f"#effects input[value={mode}]").click()
            browser.settle()
            heads, table = browser.table("effects")
            assert sample.TITLES[metric] in browser.one("#effects h3").text.lower()
            assert len(table) == (21 if value == "difference" else 22)
            for cells in table:
                row = rows[cells[0]]
                for text, key in zip(cells[1:7], ("mean", "low", "high", "difference", "difference_low", "difference_high")):
                    assert agrees(text, row[key], scale_of(metric)), (metric, cells)
                assert agrees(cells[7], row["effect_size"]) and cells[-1] == "200"
            assert len(heads) == len(table[0]) == 13
            dots, intervals, zero = drawn(browser, "effects")
            keys = ("difference_low", "difference_high") if value == "difference" else ("low", "high")
            assert len(dots) == len(intervals) == len(table) and len(zero) == (value == "difference")
            assert straight([(rows[cells[0]][value], x) for cells, x in zip(table, dots)]
                            + [(rows[cells[0]][key], x) for cells, pair in zip(table, intervals) for key, x in zip(keys, pair)] + [(0, x) for x in zero])
            down = next(m["better"] for m in data["metrics"] if m["name"] == metric) == "down"
            order = [rows[cells[0]][value] for cells in table]
            assert order == sorted(order, reverse=not down)
        browser.one("#effects input[value=differences]").click()


def test_curves(browser):
    """response curves: a panel a parameter, every curve's numbers in the table"""
    data = sample.grid()
    browser.show(data)
    assert len(browser.all("#curves svg[role=img]")) == len(data["factors"])
    for metric in ("resolved", "minutes"):
        browser.choose(browser.one(".tools select"), metric)
        _, table = browser.table("curves")
        wanted = [(curve, k) for factor in range(len(data["factors"])) for curve in data["curves"] if curve["metric"] == metric and curve["factor"] == factor
                  for k in range(len(curve["x"]))]
        assert len(table) == len(wanted)
        for cells, (curve, k) in zip(table, wanted):
            assert cells[0] == data["factors"][curve["factor"]]["path"] and cells[1] == curve["strategy"]
            levels = data["factors"][curve["factor"]]["levels"]
            assert cells[2] == levels[k] if isinstance(levels[k], str) else agrees(cells[2], levels[k])
            assert all(agrees(text, curve[key][k], scale_of(metric)) for text, key in zip(cells[3:], ("mean", "low", "high")))


def test_best(browser):
    """where which strategy is best: for each value the best, and those that are not told apart from it"""
    data = sample.one_factor()
    browser.show(data)
    head = browser.js("return [...document.querySelectorAll('#curves .best thead th')].map((c) => c.textContent)")
    assert head == ["agent.mirroring", "best", "mean", "not told apart from it"]
    data = sample.grid(factors=sample.FACTORS[:2])
    browser.show(data)
    better = {m["name"]: m["better"] for m in data["metrics"]}
    for metric in ("total_cost", "resolved", "turns"):
        browser.choose(browser.one(".tools select"), metric)
        rows = browser.js("return [...document.querySelectorAll('#curves .best tbody tr')].map((r) => [...r.cells].map((c) => c.textContent))")
        wanted = []
        for k, factor in enumerate(data["factors"]):
            curves = [c for c in data["curves"] if c["factor"] == k and c["metric"] == metric]
            for n in range(len(factor["levels"])):
                top = max(curves, key=lambda c: c["mean"][n] * (-1 if better[metric] == "down" else 1))
                ties = [c["strategy"] for c in curves if c is not top and c["low"][n] <= top["high"][n] and c["high"][n] >= top["low"][n]]
                wanted.append((factor, n, top, ties))
        assert len(rows) == (len(wanted) if better[metric] else 0)
        for (path, value, name, mean, others), (factor, n, top, ties) in zip(rows, wanted):
            assert path == factor["path"] and agrees(value, factor["levels"][n]) and name == top["strategy"]
            assert agrees(mean, top["mean"][n], scale_of(metric)) and others == (" and ".join(ties) or "none") if len(ties) < 3 else "more" in others or ties[0] in others


def test_pareto(browser):
    """the trade-off: rings around the Pareto-best, numbers in the table"""
    data = sample.playbooks()
    browser.show(data)
    best = [row["strategy"] for row in data["effects"] if row["metric"] == "total_cost" and row["pareto"]]
    rings = browser.js("""return [...document.querySelectorAll('#pareto svg g[data-mark="dot"]')].map((g) => g.children.length)""")
    assert rings == [len(best), 22]
    effects = {(row["strategy"], row["metric"]): row for row in data["effects"]}
    _, table = browser.table("pareto")
    assert len(table) == 22 and [cells[0] for cells in table if cells[-1] == "yes"] == best
    for cells in table:
        for offset, metric in ((1, "total_cost"), (4, "reported_satisfaction")):
            assert all(agrees(text, effects[cells[0], metric][key]) for text, key in zip(cells[offset:offset + 3], ("mean", "low", "high")))
    assert all(name in browser.one("#pareto svg[role=img]").get_attribute("aria-label") for name in best)


def test_sensitivity(browser):
    """indices: bars sorted, numbers in the table, what is not above noise is said"""
    for data, keys in ((sample.sampled(50, 3), ("first", "first_low", "first_high", "total", "total_low", "total_high")),
                       (sample.morris(), ("mu_star", "mu_star_low", "mu_star_high", "mu", "sigma", "noise_floor"))):
        browser.show(data)
        bar = "total" if "total" in keys else "mu_star"
        for metric in ("resolved", "escalated"):
            browser.choose(browser.one(".tools select"), metric)
            for owner in sorted({row["strategy"] or "" for row in data["sensitivity"]["rows"]}):
                if owner:
                    browser.choose(browser.one("#sensitivity select"), [s["name"] for s in data["strategies"]].index(owner))
                    assert owner in browser.one("#sensitivity h3").text
                rows = sorted((r for r in data["sensitivity"]["rows"] if r["metric"] == metric and (r["strategy"] or "") == owner), key=lambda r: -r[bar])
                _, table = browser.table("sensitivity")
                assert [cells[0] for cells in table] == [row["parameter"] for row in rows]
                for cells, row in zip(table, rows):
                    assert all(agrees(text, row[key]) for text, key in zip(cells[1:], keys)) and cells[-1] == ("yes" if row["above_noise"] else "no")
                quiet = [row["parameter"] for row in rows if not row["above_noise"]]
                note = browser.one("#sensitivity .note").text
                assert all(parameter in note for parameter in quiet)
                assert not quiet or "not above noise" in note
        browser.choose(browser.one(".tools select"), "minutes")
        assert "no more than by chance" in browser.one("#sensitivity .plot").text and browser.all("#sensitivity svg") == []


def test_endings(browser):
    """endings: the parts of every bar are as wide as their shares"""
    data = sample.playbooks()
    browser.show(data)
    _, table = browser.table("endings")
    share = {s["name"]: parts for s, parts in zip(data["strategies"], data["endings"]["share"])}
    assert [cells[0] for cells in table] == sorted(share, key=lambda name: -share[name][0])
    widths = browser.js("""return [...document.querySelectorAll('#endings svg g[data-mark="bar"] rect')].map((r) => Number(r.getAttribute("width")))""")
    places = browser.js("""return [...document.querySelectorAll('#endings svg g[data-mark="bar"] rect')].map((r) => Number(r.getAttribute("x")))""")
    whole = sum(widths[:5])
    for k, cells in enumerate(table):
        for e, text in enumerate(cells[1:]):
            assert agrees(text, share[cells[0]][e], 100)
            assert abs(widths[5 * k + e] / whole - share[cells[0]][e]) < 0.01
            assert not e or abs(places[5 * k + e] - places[5 * k + e - 1] - widths[5 * k + e - 1]) < 0.1


def test_trajectories(browser):
    """the course of the calls: anger, offer and calls going on, turn by turn in the tables"""
    data = sample.holes()
    browser.show(data)
    for number_of, (name, scale) in enumerate((("anger", 1), ("offer", 100), ("going", 100))):
        heads, table = browser.table("trajectories", number_of)
        assert heads == ["Turn"] + [s["name"] for s in data["strategies"]] and [int(cells[0]) for cells in table] == data["trajectories"]["turn"]
        for t, cells in enumerate(table):
            assert all(agrees(text, data["trajectories"][name][s][t], scale) for s, text in enumerate(cells[1:]))


def test_traces(browser):
    """single calls: folded away, the text to the letter but for the lines that it begins with, the course as a figure with its table"""
    data = sample.nasty()
    browser.show(data)
    assert browser.all("#traces pre") == []
    for summary in browser.all("#traces details.trace > summary"):
        summary.click()
    browser.settle()
    assert browser.texts("#traces details.trace > p:first-of-type") == [trace["why"] for trace in data["traces"]]
    assert browser.texts("#traces pre") == [trace["text"].lstrip("\n") for trace in data["traces"]]
    assert [text.split(": ")[0] for text in browser.texts("#traces details.trace > summary")] == [trace["strategy"] for trace in data["traces"]]
    _, table = browser.table("traces", 0)
    assert [int(cells[0]) for cells in table] == [turn["turn"] for turn in data["traces"][0]["turns"]]
    for cells, turn in zip(table, data["traces"][0]["turns"]):
        assert cells[1] == turn["move"] and all(agrees(text, turn[key]) for text, key in zip(cells[2:], ("demand", "offer", "anger", "hostility", "minutes")))
