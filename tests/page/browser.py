# SPDX-License-Identifier: GPL-3.0-or-later
"""A headless Chromium that shows reports, and remembers what it complained about and asked the network for."""
import base64
import json
import os
import pathlib
import time

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

PATIENCE = 20  # seconds until a page has to be drawn
DRAWN = """return document.readyState === "complete" && [...document.querySelectorAll(".plot")].every(
    (plot) => plot.clientWidth === 0 || plot.children.length > 0)"""


def fill(page, data):
    """The page with data in it, as `detente report` puts them there."""
    return page.replace("@DATA@", json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c"))


class Browser:
    def __init__(self, page, folder):
        self.page, self.folder = page, pathlib.Path(folder)
        options = Options()
        options.binary_location = "/usr/bin/chromium"
        # The sandbox does not work for root, and small machines have no /dev/shm to speak of.
        for argument in ["--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--force-color-profile=srgb"] + \
                (["--no-sandbox"] if os.geteuid() == 0 else []):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)

    def command(self, name, **arguments):
        return self.driver.execute_cdp_cmd(name, arguments)

    def look(self, width=1280, dark=False, media=""):
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=width < 500)
        self.command("Emulation.setEmulatedMedia", media=media, features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def show(self, data, width=1280, dark=False, name="report"):
        """Opens a report with these data, or a file; waits until it is drawn."""
        if isinstance(data, pathlib.Path):
            path = data
        else:
            path = self.folder / f"{name}.html"
            path.write_text(fill(self.page, data), encoding="utf-8")
        self.look(width, dark)
        self.forget()
        self.driver.get(path.as_uri())
        self.settle()

    def settle(self):
        """Waits for what is drawn after the next frames."""
        end = time.time() + PATIENCE
        self.driver.execute_async_script("const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))")
        while not self.js(DRAWN):
            assert time.time() < end, "the page is not drawn"
            time.sleep(0.02)

    def forget(self):
        for kind in ("browser", "performance"):
            self.driver.get_log(kind)

    def complaints(self):
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self):
        """Addresses that were asked for, the page's own file left out."""
        found = []
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] in ("Network.requestWillBeSent", "Network.webSocketCreated"):
                address = message["params"].get("request", message["params"]).get("url", "")
                if not (address.startswith("file:") and address.endswith(".html")):
                    found.append(address)
        return found

    def js(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        found = self.all(selector)
        assert len(found) == 1, f"{len(found)} of {selector}"
        return found[0]

    def texts(self, selector):
        """What stands in elements, seen or not."""
        return self.js("return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent)", selector)

    def choose(self, select, value):
        """Chooses an option of a select as a person does: the page is told by the events."""
        self.js("""const [box, value] = arguments; box.value = value;
                   box.dispatchEvent(new Event("input", {bubbles: true})); box.dispatchEvent(new Event("change", {bubbles: true}))""",
                select, str(value))
        self.settle()

    def table(self, section, number=0):
        """The data of a section's figure by its own table: heading and rows, text cells; "–" with its words is None."""
        return self.js("""const details = document.querySelectorAll(`#${arguments[0]} .figure > details.data`)[arguments[1]];
            details.open = true; return new Promise((done) => setTimeout(() => {
              const cells = (row) => [...row.cells].map((cell) => cell.querySelector(".none") ? null : cell.textContent);
              done([cells(details.querySelector("thead tr")), [...details.querySelectorAll("tbody tr")].map(cells)]); }))""", section, number)

    def unfold(self, without="#curves .data, #slice .data, #trajectories .data"):
        """Opens every fold, those within others too, but for some: tables of thousands of rows take long."""
        for _ in range(2):
            self.js("""for (const d of document.querySelectorAll("details")) d.open = !d.matches(arguments[0])""", without)
            self.settle()

    def work(self, action):
        """Seconds of the processor's time that the page spends on something: the machine may have other things to do."""
        self.command("Performance.enable", timeDomain="threadTicks")
        spent = lambda: next(m["value"] for m in self.command("Performance.getMetrics")["metrics"] if m["name"] == "TaskDuration")
        begun = spent()
        action()
        self.settle()
        return spent() - begun

    def pdf(self):
        done = self.command("Page.printToPDF", preferCSSPageSize=True, printBackground=False, paperWidth=8.27, paperHeight=11.69)
        return base64.b64decode(done["data"])

    def picture(self, path, height=None, scale=1):
        """The whole page, or so much of its top, as a PNG."""
        size = self.js("return [document.documentElement.clientWidth, document.documentElement.scrollHeight]")
        done = self.command("Page.captureScreenshot", format="png", captureBeyondViewport=True,
                            clip={"x": 0, "y": 0, "width": size[0], "height": height or size[1], "scale": scale})
        pathlib.Path(path).write_bytes(base64.b64decode(done["data"]))

    def close(self):
        self.driver.quit()
