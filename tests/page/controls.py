# SPDX-License-Identifier: GPL-3.0-or-later
"""Every control does what it says."""
import time

import sample
from contents import agrees, scale_of
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys


SEEN = "return [...document.querySelectorAll('#slice input[type=range]')].filter((e) => e.checkVisibility())"


def names(browser):
    return browser.texts("#strategies tbody .name")


def test_sorting(browser):
    """every heading sorts by click and by keyboard, says so in aria-sort, and has what is missing last"""
    data = sample.holes()
    browser.show(data)
    mean = {(row["strategy"], row["metric"]): row["mean"] for row in data["effects"]}
    metrics = {title: name for name, title in sample.TITLES.items()}
    more = browser.one("#strategies input[type=checkbox]")
    shown = lambda: browser.js("return [...document.querySelectorAll('#strategies thead th')].filter((h) => h.checkVisibility()).length")
    few = shown()
    more.click()
    assert few == 8 and shown() == 9 == len(browser.all("#strategies thead th"))  # net_value has no values here
    for head in browser.all("#strategies thead th"):
        button = head.find_element(By.TAG_NAME, "button")
        name = browser.js("return arguments[0].firstChild.textContent", button)
        metric = metrics.get(name, name)
        states = []
        for press in (button.click, lambda: button.send_keys(Keys.ENTER), lambda: button.send_keys(Keys.SPACE)):
            press()
            states.append(head.get_attribute("aria-sort"))
            others = browser.js("return [...document.querySelectorAll('#strategies thead th')].filter((h) => h !== arguments[0]).map((h) => h.ariaSort)", head)
            assert set(others) == {"none"}
            up = states[-1] == "ascending"
            if metric == "Strategy":
                assert names(browser) == sorted(names(browser), reverse=not up)
            elif metric != "Pareto-best":
                values = [mean[name, metric] for name in names(browser)]
                known = [value for value in values if value is not None]
                assert values[:len(known)] == sorted(known, reverse=not up) and values.count(None) == len(values) - len(known)
            assert states[-1] in browser.one("#strategies [role=status]").get_attribute("textContent")
        assert set(states) == {"ascending", "descending"}, states
    assert browser.complaints() == []


def test_highlights(browser):
    """colours: the boxes give and take them, a sixth takes the oldest one's, the button goes back to the start"""
    browser.show(sample.playbooks())
    boxes = browser.all(".highlight input")
    label = lambda box: browser.js("return arguments[0].parentElement.textContent", box)
    first = [label(box) for box in boxes if box.is_selected()]
    assert len(boxes) == 21 and len(first) == 5
    legend = lambda: browser.js("return [...document.querySelectorAll('#trajectories svg')].map((s) => s.ariaLabel)")[0]
    assert all(name in legend() for name in first + ["typical"])
    # At the start the colours were given in their order, the circle's first.
    (oldest,) = [label(box) for box in boxes if "s-0" in browser.js("return arguments[0].parentElement.querySelector('path')?.getAttribute('style') ?? ''", box)]
    other = next(box for box in boxes if not box.is_selected())
    other.click()
    browser.settle()
    now = [label(box) for box in boxes if box.is_selected()]
    (gone,) = set(first) - set(now)
    assert gone == oldest
    assert set(now) == set(first) - {gone} | {label(other)} and label(other) in legend() and f"{gone} from" not in legend()
    assert gone in browser.one(".highlight [role=status]").text
    for box in boxes:
        if box.is_selected():
            box.send_keys(Keys.SPACE)
    browser.settle()
    assert not any(box.is_selected() for box in boxes) and "typical" in legend() and label(other) not in legend()
    browser.one(".highlight button").click()
    browser.settle()
    assert [label(box) for box in boxes if box.is_selected()] == first
    assert browser.complaints() == []


def test_slice_of_a_grid(browser):
    """sliders of a grid, by keyboard: the figures show exactly the point that they say"""
    data = sample.grid()
    browser.show(data)
    browser.choose(browser.one(".tools select"), "resolved")
    place = [len(f["levels"]) // 2 for f in data["factors"]]
    sliders = browser.all("#slice input[type=range]")
    assert len(sliders) == len(data["factors"])
    text = lambda k, level: data["factors"][k]["levels"][level] if data["factors"][k]["named"] else f"{data['factors'][k]['levels'][level]:g}"

    certain = set()

    def check(metric):
        for k, slider in enumerate(sliders):
            assert slider.get_attribute("aria-valuetext") == text(k, place[k]) == browser.texts(f"#slice output[for={slider.get_attribute('id')}]")[0]
        values = [place[k] if f["named"] else f["levels"][place[k]] for k, f in enumerate(data["factors"])]
        point = data["points"].index(values)
        _, table = browser.table("slice", 0)
        for cells in table:
            s = [one["name"] for one in data["strategies"]].index(cells[0])
            mean, half = data["cells"]["mean"][metric][point][s], data["cells"]["half"][metric][point][s]
            share = next(m["share"] for m in data["metrics"] if m["name"] == metric)
            ends = (0 if share and mean == 0 else mean - half, 1 if share and mean == 1 else mean + half)
            assert all(agrees(cell, value, scale_of(metric)) for cell, value in zip(cells[1:], (mean, *ends)))
            certain.add(share and mean in (0, 1))

    check("resolved")
    for k, slider in enumerate(sliders):
        for key, step in ((Keys.HOME, 0), (Keys.ARROW_RIGHT, 1), (Keys.END, len(data["factors"][k]["levels"]) - 1)):
            slider.send_keys(key)
            place[k] = step
            browser.settle()
            check("resolved")
    browser.choose(browser.one(".tools select"), "total_cost")
    check("total_cost")
    assert certain == {False, True} and browser.complaints() == []


def test_maps_of_a_grid(browser):
    """the curve along a parameter and the heat map: both axes and the strategy can be chosen, never the same axis twice"""
    data = sample.grid()
    browser.show(data)
    browser.choose(browser.one(".tools select"), "resolved")
    across, up, whose = browser.all("#slice .fields select")
    for x, y, strategy in ((0, 1, 0), (3, 1, 2), (3, 0, 4), (0, 3, 5)):
        browser.choose(across, x)
        browser.choose(up, y)
        browser.choose(whose, strategy)
        middle = [len(f["levels"]) // 2 if f["named"] else f["levels"][len(f["levels"]) // 2] for f in data["factors"]]
        _, table = browser.table("slice", 2)
        levels = lambda k: list(range(len(data["factors"][k]["levels"]))) if data["factors"][k]["named"] else data["factors"][k]["levels"]
        wanted = [(a, b) for b in levels(y) for a in levels(x)]
        assert len(table) == len(wanted)
        for cells, (a, b) in zip(table, wanted):
            point = list(middle)
            point[x], point[y] = a, b
            assert agrees(cells[2], data["cells"]["mean"]["resolved"][data["points"].index(point)][strategy], 100) and cells[3] == "1"
        _, along = browser.table("slice", 1)
        assert len(along) == len(levels(x)) * len(data["strategies"])
        title = browser.texts("#slice .figure h3")[2]
        assert data["strategies"][strategy]["name"] in title and data["factors"][x]["path"] in title and data["factors"][y]["path"] in title
    browser.choose(up, 0)
    assert across.get_attribute("value") != up.get_attribute("value")


def test_slice_of_a_sample(browser):
    """sliders of a sampled design: only points near what is held count, and their number is said"""
    data = sample.sampled(300, 3)
    browser.show(data)
    browser.choose(browser.one(".tools select"), "resolved")
    sliders, holds = browser.all("#slice input[type=range]"), browser.all("#slice input[type=checkbox]")
    held = {}

    def check():
        factors = data["factors"]
        near = [p for p, point in enumerate(data["points"])
                if all(abs((point[k] - value) / (factors[k]["to"] - factors[k]["from"])) <= 0.1 + 1e-12 for k, value in held.items())]
        assert browser.one("#slice > [role=status]").text.startswith(f"{len(near)} point")
        _, table = browser.table("slice", 0)
        for cells in table:
            s = [one["name"] for one in data["strategies"]].index(cells[0])
            mean = [data["cells"]["mean"]["resolved"][p][s] for p in near]
            assert agrees(cells[1], sum(mean) / len(mean) if mean else None, 100) and cells[2] is None

    check()
    holds[0].click()
    held[0] = 0.5
    browser.settle()
    check()
    sliders[2].send_keys(Keys.HOME)  # to move it is to hold it
    held[2] = 0
    browser.settle()
    assert holds[2].is_selected()
    check()
    for k in (1, 3):
        sliders[k].send_keys(Keys.END)
        held[k] = 1
    browser.settle()
    check()
    for hold in holds:
        if hold.is_selected():
            hold.send_keys(Keys.SPACE)
    held.clear()
    browser.settle()
    check()
    assert browser.complaints() == []


def test_many_sliders(browser):
    """of twenty parameters each has its slider, most of them folded away"""
    browser.show(sample.morris())
    sliders = browser.all("#slice input[type=range]")
    assert len(sliders) == 20 and len(browser.js(SEEN)) == 6
    browser.one("#slice .sliders > details > summary").click()
    browser.settle()
    assert len(browser.js(SEEN)) == 20


def test_copy(browser):
    """the button copies the commands, without the clipboard's permission too"""
    data = sample.playbooks()
    browser.show(data)
    browser.command("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
    wanted = "\n".join(data["reproduce"])
    for spoil in ("", "navigator.clipboard.writeText = () => Promise.reject(new Error('no'))"):
        browser.js("navigator.clipboard.writeText('other')")
        browser.js(spoil)
        browser.one("#reproduce button").click()
        end = time.time() + 3
        while "Copied" not in browser.one("#reproduce [role=status]").text:
            assert time.time() < end
        found = browser.driver.execute_async_script("navigator.clipboard.readText().then(arguments[0], (e) => arguments[0](String(e)))")
        assert found == wanted, (spoil, found)
        browser.js("document.querySelector('#reproduce [role=status]').textContent = ''")
    browser.command("Browser.resetPermissions")
    assert browser.complaints() == [] and browser.requests() == []


def test_details(browser):
    """every fold opens and closes, and what is drawn follows the window's width"""
    browser.show(sample.sampled(60, 3))
    for summary in browser.all("summary"):
        before = browser.js("return arguments[0].parentElement.open", summary)
        browser.js("arguments[0].scrollIntoView({block: 'center'})", summary)
        summary.send_keys(Keys.ENTER)
        assert browser.js("return arguments[0].parentElement.open", summary) != before
    for width in (900, 360, 1280):
        browser.look(width)
        browser.settle()
        widths = browser.js("""return [...document.querySelectorAll('.plot')].filter((p) => p.clientWidth && !p.querySelector('.panels'))
            .map((p) => p.clientWidth - Number(p.querySelector('svg[role=img]').getAttribute('width')))""")
        assert widths and all(abs(difference) < 2 for difference in widths), widths
    assert browser.complaints() == []


def test_quick(browser):
    """1000 points of 10 strategies: under two seconds of work until all is drawn, under a quarter of one for a slider's move"""
    data = sample.sampled()
    browser.show(sample.bare())
    drawn = browser.work(lambda: browser.show(data))
    assert drawn < 2, drawn
    slider = browser.all("#slice input[type=range]")[0]
    moved = browser.work(lambda: slider.send_keys(Keys.ARROW_RIGHT))
    assert moved < 0.25, moved
