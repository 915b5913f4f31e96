"""Headless Chromium for pages in local files, with what it logs and asks the network for."""

import base64
import json
import os
import pathlib
import shutil

from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

ARGUMENTS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
             "--disable-background-networking", "--disable-component-update")


class Browser:
    def __init__(self, downloads):
        options = Options()
        for argument in ARGUMENTS:
            options.add_argument(argument)
        options.binary_location = shutil.which("chromium")
        options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))

    def close(self):
        self.driver.quit()

    def open(self, page, width=1400, height=1000, dark=False):
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                    {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
        self.driver.get(pathlib.Path(page).as_uri())

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def press(self, key):
        """On whatever has the focus."""
        ActionChains(self.driver).send_keys(key).perform()

    def complaints(self):
        """What the page wrote to the console since it was asked last."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self):
        """Addresses that the page asked for, but files, data and blobs."""
        addresses = []
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                addresses.append(message["params"]["request"]["url"])
        return [address for address in addresses if not address.startswith(("file:", "data:", "blob:", "chrome"))]

    def screenshot(self, name):
        """The whole page, in pieces, into the build folder for people to look at."""
        folder = pathlib.Path(os.environ["HEADSWEEP_SCREENSHOTS"])
        folder.mkdir(parents=True, exist_ok=True)
        width, height = self.run("return [innerWidth, document.documentElement.scrollHeight]")
        for number, top in enumerate(range(0, height, 2000)):
            clip = {"x": 0, "y": top, "width": width, "height": min(2000, height - top), "scale": 1}
            shot = self.driver.execute_cdp_cmd("Page.captureScreenshot",
                                               {"format": "png", "captureBeyondViewport": True, "clip": clip})
            (folder / f"{name}-{number}.png").write_bytes(base64.b64decode(shot["data"]))

    def print_pdf(self, name):
        folder = pathlib.Path(os.environ["HEADSWEEP_SCREENSHOTS"])
        folder.mkdir(parents=True, exist_ok=True)
        pdf = base64.b64decode(self.driver.execute_cdp_cmd(
            "Page.printToPDF", {"printBackground": True, "paperWidth": 8.27, "paperHeight": 11.69})["data"])
        (folder / f"{name}.pdf").write_bytes(pdf)
        return pdf
