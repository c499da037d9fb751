# SPDX-License-Identifier: GPL-3.0-or-later
"""The page as it is built, before data are in it."""
import base64
import hashlib
import json
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
LARGEST = 350_000  # bytes


def build(*arguments):
    return subprocess.run([ROOT / "sim/report/page/build", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)


def test_build(browser):
    """the page is built again byte for byte, whole or not at all, with one mark for the data, in under 350 kB"""
    again = browser.folder / "again.html"
    assert build(again).returncode == 0 and again.read_text(encoding="utf-8") == browser.page
    assert browser.page.count("@DATA@") == 1 and not re.search("@(POLICY|STYLE|SCRIPT)@", browser.page)
    assert len(browser.page.encode()) < LARGEST, len(browser.page.encode())
    assert build(pathlib.Path("/proc/no/such/place.html")).returncode != 0


def test_policy(browser):
    """the policy allows the page's own script by its hash, and nothing else"""
    (policy,) = re.findall('http-equiv="Content-Security-Policy" content="([^"]*)"', browser.page)
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    scripts = re.findall(r"(?s)<script>(.*?)</script>", browser.page)
    assert len(scripts) == 1 and browser.page.count("<script") == 2
    assert rules["default-src"] == "'none'" and set(rules) == {"default-src", "script-src", "style-src", "base-uri", "form-action"}
    digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    assert rules["script-src"] == f"'sha256-{digest}'"


def test_no_addresses(browser):
    """the page leads nowhere else, and the locks record no registry's address"""
    outside = re.sub(r"(?s)<script>.*?</script>", "", browser.page)
    assert not re.search(r"(?:src|href|url)\s*[=(]\s*[\"']?(?:https?:)?//", outside)
    for lock in ("sim/report/page/package-lock.json", "tests/page/package-lock.json"):
        packages = json.loads((ROOT / lock).read_text(encoding="utf-8"))["packages"]
        assert packages and all("resolved" not in package for package in packages.values())
        assert all(package.get("integrity", "").startswith("sha512-") for name, package in packages.items() if name)


def test_network_is_shut(browser):
    """a script that asks the network for something is stopped"""
    browser.show({"name": "shut", "strategies": []})
    stopped = browser.driver.execute_async_script("""const done = arguments[0]; let count = 0;
        document.addEventListener("securitypolicyviolation", () => (++count === 3 ? done(count) : 0)); setTimeout(() => done(count), 3000);
        fetch("https://example.org/").catch(() => 0); new Image().src = "https://example.org/x.png";
        const script = document.createElement("script"); script.textContent = "window.injected = true"; document.body.append(script);""")
    assert stopped == 3 and browser.js("return window.injected") is None
    assert [address for address in browser.requests() if not address.startswith("https://example.org/")] == []
    browser.forget()


def test_unfilled(browser):
    """the page without data, or with what is no JSON, says so"""
    for text in (browser.page, browser.page.replace("@DATA@", "{")):
        path = browser.folder / "unfilled.html"
        path.write_text(text, encoding="utf-8")
        browser.show(path)
        assert "cannot be read" in browser.one("main").text
        browser.forget()
