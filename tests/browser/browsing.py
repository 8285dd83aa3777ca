"""Drives a headless Chromium, and tells what a page did that no page may do.

One browser serves all tests of a process (the fixture ``browser`` of ``tests/conftest.py``). Debian's
``chromium`` and ``chromium-driver`` are used as they are installed; nothing is downloaded.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

__all__ = ["NARROW", "NO_AXE", "NO_BROWSER", "WIDE", "Browser", "axe_script", "browsing", "has_browser"]

#: In CSS pixels: a desk, and a telephone.
WIDE: Final = 1280
NARROW: Final = 390
NO_BROWSER: Final = "no chromium with its driver: apt-get install chromium chromium-driver"
NO_AXE: Final = "no axe-core: npm install --prefix .venv/npm axe-core@4.14.1"

_WATCHING = Path(__file__).with_name("watching.js")
_AXE = Path(__file__).parents[2] / ".venv" / "npm" / "node_modules" / "axe-core" / "axe.min.js"
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
_SECONDS, _HEIGHT, _TALLEST = 60, 900, 12_000
_OPTIONS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
    *("--hide-scrollbars", "--disable-background-networking", "--disable-component-update", "--disable-sync"),
    # No name leads out of this machine: a page that asks for another host is told and gets nothing.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
_SETTLED = "const done = arguments[0]; requestAnimationFrame(() => setTimeout(done, 0))"
_RUN_AXE = """
const [tags, rules, done] = arguments;
__looks.accessibility(tags, rules).then(done, (error) => done([`axe failed: ${error}`]));
"""
#: Beside the controls there are boxes that scroll, which the browser leads to by itself.
_MORE_STOPS = 20


def has_browser() -> bool:
    """Tell whether the browser and its driver are installed."""
    return bool(shutil.which("chromium") and shutil.which("chromedriver"))


def axe_script() -> str:
    """Return the script of axe-core; nothing where it is not installed."""
    return _AXE.read_text(encoding="utf-8") if _AXE.exists() else ""


class Browser:
    """A browser with one window; a page is visited, and then looked at."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver
        self.address = ""
        self.width = WIDE
        #: All addresses that the page asked for, its own first.
        self.requests: list[str] = []

    def visit(self, address: str, *, width: int = WIDE, dark: bool = False, ready: str = "") -> list[str]:
        """Go to a page, wait until it is drawn, and return what it did that it must not do.

        That is: a planted script ran, the content security policy was violated, a dialog opened, there was
        a frame, something was asked of another host, the console told an error, the prototype of all objects
        was changed, a picture was not drawn, there are letters that turn others around, or addresses that run
        something.

        :param ready: a selector of CSS that something matches once the page's own scripts are done.
        """
        self._read_logs()  # of the page before
        self._looks(width, dark=dark)
        self.address, self.width, self.requests = address, width, []
        self.driver.get(address)
        self.wait(lambda driver: driver.execute_script("return __looks.isDrawn()"), "a picture is not drawn")
        if ready:
            self.wait(lambda driver: driver.find_elements(By.CSS_SELECTOR, ready), f"there was no {ready}")
        return self.faults()

    def wait(self, until: Callable[[webdriver.Chrome], object], why: str) -> None:
        """Wait until something holds of the page, and fail with a reason if it never does."""
        WebDriverWait(self.driver, _SECONDS, poll_frequency=0.02).until(until, f"{self.address}: {why}")

    def faults(self) -> list[str]:
        """Return what the page did that it must not do, since it was last asked."""
        self.driver.execute_async_script(_SETTLED)
        return [*self.run("return __looks.report()"), *self._read_logs()]

    def accessibility(self, *rules: str) -> list[str]:
        """Return what axe-core finds against WCAG 2.1, A and AA.

        :param rules: the only ones to look at, such as ``color-contrast``.
        """
        self.driver.execute_script(axe_script())
        found: list[str] = self.driver.execute_async_script(_RUN_AXE, _TAGS, list(rules))
        return found

    def sideways(self) -> list[str]:
        """Return what is wrong where the page is wider than its window, so that it scrolls sideways."""
        return list(self.run("return __looks.sideways(arguments[0])", self.width))

    def keyboard(self, most: int = 10_000) -> list[str]:
        """Go through the page by the key Tab; return where it is trapped, out of order, or not seen.

        :param most: of its controls, from the first on.
        """
        self.tabs(int(self.run("return __looks.countControls(arguments[0])", most)) + _MORE_STOPS)
        return list(self.run("return __looks.keyboard(arguments[0])", most))

    def unfold(self) -> None:
        """Open whatever is folded away."""
        self.run("__looks.unfold()")

    def hover(self) -> None:
        """Go over all elements as a mouse does, for what runs only then."""
        self.run("__looks.hover()")

    def tabs(self, times: int) -> None:
        """Press the key that leads from one control to the next."""
        self.presses(Keys.TAB * times)

    def presses(self, keys: str) -> None:
        """Press keys one after the other, as :class:`selenium.webdriver.common.keys.Keys` names them."""
        ActionChains(self.driver, duration=0).send_keys(keys).perform()

    def run(self, script: str, *arguments: object) -> Any:
        """Return what a script of JavaScript returns in the page."""
        return self.driver.execute_script(script, *arguments)

    def picture(self, file: Path, part: str = "") -> None:
        """Keep the whole page as it is seen, as PNG.

        :param part: a selector of CSS; then the first that matches is kept alone.
        """
        tall = min(int(self.run("return document.scrollingElement.scrollHeight")), _TALLEST)
        self._sized(self.width, max(tall, _HEIGHT))
        if part:
            self.driver.find_element(By.CSS_SELECTOR, part).screenshot(str(file))
        else:
            self.driver.save_screenshot(str(file))
        self._sized(self.width, _HEIGHT)

    def _looks(self, width: int, *, dark: bool) -> None:
        self._sized(width, _HEIGHT)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})

    def _sized(self, width: int, height: int) -> None:
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < WIDE}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    def _read_logs(self) -> list[str]:
        """Return the faults that the browser's own logs tell, and keep the requests."""
        own = f"{self.address} - Failed to load resource"  # an error page is one
        faults = [f"console: {each['message']}" for each in self._log("browser")]
        faults = [each for each in faults if own not in each]
        for entry in self._log("performance"):
            event = json.loads(entry["message"])["message"]
            method, told = event["method"], event["params"]
            if method == "Network.requestWillBeSent":
                self.requests.append(told["request"]["url"])
            elif method == "Network.webSocketCreated":
                self.requests.append(told["url"])
            elif method == "Page.javascriptDialogOpening":
                faults.append(f"dialog: {told['message']}")
        return [*faults, *(f"request: {each}" for each in self.requests if not self._is_own(each))]

    def _log(self, kind: str) -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = self.driver.get_log(kind)  # type: ignore[no-untyped-call]
        return told

    def _is_own(self, address: str) -> bool:
        if address.startswith(("data:", "blob:")):
            return True  # they lead nowhere; the content security policy says where they may be used
        if self.address.startswith("file:"):
            return address == self.address
        return urlsplit(address)[:2] == urlsplit(self.address)[:2]


@contextmanager
def browsing() -> Iterator[Browser]:
    """Start a browser, and end it with the block."""
    os.environ["SE_OFFLINE"] = "true"  # selenium would look for a browser to download
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for each in _OPTIONS:
        options.add_argument(each)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    options.set_capability("unhandledPromptBehavior", "dismiss")
    service = webdriver.ChromeService(executable_path=shutil.which("chromedriver"))
    driver = webdriver.Chrome(options=options, service=service)
    try:
        watching = _WATCHING.read_text(encoding="utf-8")
        driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": watching})
        driver.set_script_timeout(_SECONDS)
        yield Browser(driver)
    finally:
        driver.quit()
