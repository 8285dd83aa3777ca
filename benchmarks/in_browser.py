"""Measures how long a reader waits for a page in a browser, until its pictures are drawn.

Usage: ``python benchmarks/in_browser.py --store STORE --page cases/10.1007/s13555-020-00421-8/1 ...``; it
prints its part of docs/benchmarks.md. It needs Chromium with its driver (Debian: chromium, chromium-driver).
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from over_http import served
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

__all__ = ["in_browser"]

_ROUNDS = 5
#: Of a page without pictures, beside which the others are seen.
_PLAIN = "queries"
#: The milliseconds from the click until all of the page is there and each picture is drawn.
_WAITED = """
const done = arguments[arguments.length - 1];
const look = () => {
  const open = [...document.querySelectorAll("figure.picture .drawing")].filter(
    (each) => !each.closest("figure").dataset.drawn);
  if (document.readyState === "complete" && !open.length) done(performance.now());
  else setTimeout(look, 5);
};
look();
"""


#: The milliseconds from the click until the page can be read and used.
_USABLE = "return performance.getEntriesByType('navigation')[0].domInteractive"


def in_browser(store: Path, pages: Sequence[str]) -> Iterator[str]:
    """Yield the lines of a table: for each page the first visit of all, and the median of later ones.

    Of the first visit, also when the page could be read and used, before its pictures were drawn.
    """
    with tempfile.TemporaryDirectory() as folder:
        times = {page: _measured(store, page, Path(folder)) for page in (_PLAIN, *pages)}
    for page, (usable, first, later) in times.items():
        ratio = later / times[_PLAIN][2]
        yield f"| `/{page}` | {usable:,.0f} | {first:,.0f} | {later:,.0f} | {ratio:.1f} |"


def _measured(store: Path, page: str, folder: Path) -> tuple[float, float, float]:
    """Return the milliseconds of the first visit to a server that has just started, and of later ones.

    Of the first visit there are two: until the page could be read and used, and until all is drawn.
    """
    with served(store, folder) as port, _browser() as browser:
        found, usable = [], []
        for _ in range(_ROUNDS):
            browser.get(f"http://127.0.0.1:{port}/{page}")
            found.append(float(browser.execute_async_script(_WAITED)))
            usable.append(float(browser.execute_script(_USABLE)))
        return usable[0], found[0], statistics.median(found[1:])


@contextmanager
def _browser() -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for each in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(each)
    browser = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    browser.set_script_timeout(60)
    try:
        yield browser
    finally:
        browser.quit()


def main() -> None:
    """Print the part of the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--page", nargs="+", required=True)
    chosen = parser.parse_args()
    print("| page | usable, ms | first visit, ms | later visits, ms | of a page without pictures |")
    print("| --- | --- | --- | --- | --- |")
    for line in in_browser(chosen.store, chosen.page):
        print(line)


if __name__ == "__main__":
    main()
