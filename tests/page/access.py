# SPDX-License-Identifier: GPL-3.0-or-later
"""Who cannot see well, has no mouse, holds a phone, or reads on paper."""
import json
import pathlib
import re
import shutil
import subprocess

import sample
from selenium.webdriver.common.keys import Keys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEXT, GRAPHIC = 4.5, 3.0  # WCAG 2.2: 1.4.3 and 1.4.11


def axe():
    """axe-core's source, fetched once for each lock."""
    here, there = ROOT / "tests/page", ROOT / "build/page-tests"
    lock = (here / "package-lock.json").read_bytes()
    mark = there / "fetched"
    if not mark.exists() or mark.read_bytes() != lock:
        there.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(here / name, there / name)
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=there, check=True, stdout=subprocess.DEVNULL)
        mark.write_bytes(lock)
    return (there / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


def test_axe(browser):
    """axe-core finds nothing: wide and narrow, dark and light, everything unfolded"""
    source = axe()
    # Contrast takes most of the time, and is the same however many strategies there are.
    for name, width, dark in (("one_factor", 1280, False), ("one_factor", 360, True), ("playbooks", 1280, False), ("bare", 360, False)):
        browser.show(sample.ALL[name](), width, dark)
        browser.unfold()
        browser.js(source)
        found = browser.driver.execute_async_script("""const done = arguments[1];
            axe.run(document, {resultTypes: ["violations"], rules: {"color-contrast": {enabled: arguments[0]}}}).then((r) => done(r.violations.map((v) => [v.id, v.help, v.nodes.length, v.nodes[0].html.slice(0, 200), v.nodes[0].failureSummary])))""", name != "playbooks")
        assert found == [], (name, json.dumps(found, indent=1))


def test_structure(browser):
    """headings in order, landmarks, one name for every figure, its data beside it, ids that are unique"""
    for name in ("sampled", "holes", "nasty", "bare"):
        browser.show(sample.ALL[name]())
        browser.unfold()
        levels = [int(tag[1]) for tag in browser.js("return [...document.querySelectorAll('h1, h2, h3, h4')].map((h) => h.tagName)")]
        assert levels[0] == 1 and levels.count(1) == 1 and all(b - a <= 1 for a, b in zip(levels, levels[1:])), levels
        assert all(len(browser.all(landmark)) == 1 for landmark in ("header", "main", "footer", "nav"))
        names = browser.js("return [...document.querySelectorAll('svg:not([aria-hidden=true])')].map((s) => [s.getAttribute('role'), s.getAttribute('aria-label')])")
        assert all(role == "img" and label and len(label) > 30 and "undefined" not in label for role, label in names), names
        assert len({label for _, label in names}) == len(names)
        assert browser.js("return [...document.querySelectorAll('.figure')].every((f) => [...f.children].some((c) => c.matches('details.data')))")
        ids = browser.js("return [...document.querySelectorAll('[id]')].map((e) => e.id)")
        assert len(set(ids)) == len(ids)
        assert browser.js("return document.documentElement.lang") == "en"


def luminance(colour):
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    a, b = sorted((luminance(a), luminance(b)))
    return (b + 0.05) / (a + 0.05)


def test_contrast(browser):
    """text and graphics stand out from what is behind them, dark and light"""
    for dark in (False, True):
        browser.show(sample.one_factor(), dark=dark)
        value = lambda name: browser.js("""const [r, g, b] = (() => { const c = document.createElement("canvas").getContext("2d"); c.fillStyle =
            getComputedStyle(document.documentElement).getPropertyValue(arguments[0]); c.fillRect(0, 0, 1, 1); return c.getImageData(0, 0, 1, 1).data; })();
            return "#" + [r, g, b].map((x) => x.toString(16).padStart(2, "0")).join("")""", name)
        ground, raised = value("--ground"), value("--raised")
        assert (luminance(ground) < 0.1) == dark
        for name in ("text", "soft", "accent", "good", "bad", "s-base", "s-0", "s-1", "s-2", "s-3", "s-4"):
            assert contrast(value(f"--{name}"), ground) >= TEXT and contrast(value(f"--{name}"), raised) >= (TEXT if name in ("text", "soft", "good", "bad") else GRAPHIC), (name, dark)
        for name in ("rest", "focus"):
            assert contrast(value(f"--{name}"), ground) >= GRAPHIC, (name, dark)
        for kind, count in (("h", 7), ("e", 5)):
            for k in range(count):
                assert contrast(value(f"--{kind}-{k}"), value(f"--{kind}t-{k}")) >= TEXT, (kind, k, dark, contrast(value(f"--{kind}-{k}"), value(f"--{kind}t-{k}")))
        steps = [luminance(value(f"--h-{k}")) for k in range(7)]
        assert steps == sorted(steps, reverse=not dark)  # more is darker on paper, brighter in the dark
        colours = browser.js("return [...document.querySelectorAll('svg text')].map((t) => getComputedStyle(t).fill)")
        assert len(colours) > 50


def test_keyboard(browser):
    """Tab goes from the skip link through every control, each one visible, in sight, and marked"""
    browser.show(sample.grid(), width=1280)
    wanted = browser.js("""return [...document.querySelectorAll('a[href], button, input, select, summary, [tabindex="0"]')]
        .filter((e) => e.checkVisibility() && !(e.type === "radio" && !e.checked)).length""")
    body = browser.one("body")
    seen = []
    for _ in range(wanted):
        browser.driver.switch_to.active_element.send_keys(Keys.TAB) if seen else body.send_keys(Keys.TAB)
        seen.append(browser.js("""const e = document.activeElement, r = e.getBoundingClientRect(), s = getComputedStyle(e);
            const at = document.elementFromPoint(Math.min(Math.max(r.x + Math.min(r.width / 2, 20), 0), innerWidth - 1), Math.min(Math.max(r.y + Math.min(r.height / 2, 10), 0), innerHeight - 1));
            return [e.tagName, e.className, s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2, Boolean(at && (e.contains(at) || at.contains(e))), e.textContent.slice(0, 30)]"""))
    assert seen[0][1] == "skip", seen[0]
    assert all(outlined and in_sight for _, _, outlined, in_sight, _ in seen), [s for s in seen if not (s[2] and s[3])]
    assert browser.js("return document.activeElement !== document.body")
    browser.show(sample.playbooks())
    browser.one("body").send_keys(Keys.TAB)
    browser.driver.switch_to.active_element.send_keys(Keys.ENTER)
    assert browser.js("return document.activeElement.id") == "main"


def test_phone(browser):
    """on a phone of 360 pixels nothing sticks out at the side, and what can be touched is large enough"""
    for name, make in sample.ALL.items():
        browser.show(make(), width=360)
        if name in ("grid", "sampled", "nasty"):
            browser.unfold()
        browser.js("document.querySelectorAll('.highlight').forEach((d) => { d.open = false; })")
        assert browser.js("return document.documentElement.scrollWidth") == 360, name
        out = browser.js("""return [...document.querySelectorAll('body *')].filter((e) => !e.closest('.scroll') && !e.closest('.unseen') && !e.closest('.skip') && e.getClientRects().length
            && (e.getBoundingClientRect().right > 361 || e.getBoundingClientRect().left < -1)).map((e) => e.outerHTML.slice(0, 120)).slice(0, 5)""")
        assert out == [], (name, out)
        small = browser.js("""return [...document.querySelectorAll('button, select, summary, label:has(input)')].filter((e) => e.checkVisibility())
            .filter((e) => e.getBoundingClientRect().height < 24).map((e) => e.outerHTML.slice(0, 120))""")
        assert small == [], (name, small)
        assert browser.complaints() == []


def test_print(browser):
    """in print: light whatever the screen is, all sections, no controls, no tables of figures; figures fit the page"""
    data = sample.grid()
    browser.show(data, dark=True)
    path = browser.folder / "report.pdf"
    path.write_bytes(browser.pdf())
    text = subprocess.run(["pdftotext", "-layout", path, "-"], stdout=subprocess.PIPE, check=True).stdout.decode()
    flat = re.sub(r"\s+", " ", text)
    assert 3 <= text.count("\f") <= 12, text.count("\f")
    for words in (*data["headline"], *data["limits"], "The trade-off", "Do it again", data["reproduce"][0], *(s["name"] for s in data["strategies"])):
        assert words in flat, words
    for words in ("Copy the commands", "Contents", "The data as a table", "As at the start", "Skip to", "Up the heat map"):
        assert words not in flat, words
    browser.look(688, True, "print")
    browser.settle()
    ground = browser.js("return getComputedStyle(document.body).backgroundColor")
    assert min(int(part) for part in re.findall(r"\d+", ground)) > 240, ground
    assert browser.js("return document.documentElement.scrollWidth") <= 690
    browser.look()


def test_no_motion(browser):
    """nothing moves by itself"""
    browser.show(sample.grid())
    moving = browser.js("""return [...document.querySelectorAll('*')].filter((e) => { const s = getComputedStyle(e);
        return s.animationName !== "none" || s.transitionDuration !== "0s" || s.scrollBehavior === "smooth"; }).map((e) => e.tagName)""")
    assert moving == [] and browser.js("return document.getAnimations().length") == 0
