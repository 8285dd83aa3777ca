"""Keeps pages as pictures, to look at: ``python tests/browser/screenshot.py URL... -o FOLDER [--dark]``.

Without ``--width`` both widths are kept. What is wrong with a page is printed beside its file: what it did
that it must not do, what axe-core finds, whether it is too wide.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from browsing import NARROW, WIDE, Browser, axe_script, browsing


def main() -> int:
    """Visit each page at each width; return 1 if one of them has a fault."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("urls", nargs="+", metavar="URL")
    words.add_argument("-o", type=Path, default=Path(), metavar="FOLDER", help="where the files go")
    words.add_argument("--width", type=int, action="append", help="in CSS pixels")
    words.add_argument("--dark", action="store_true", help="as who prefers dark pages sees it")
    words.add_argument("--part", default="", help="a selector of CSS: the first that matches alone")
    words.add_argument("--unfold", action="store_true", help="with all that is folded away")
    words.add_argument(
        "--ready", default="", help="a selector of CSS that something matches once it is drawn"
    )
    asked = words.parse_args()
    asked.o.mkdir(parents=True, exist_ok=True)
    count = 0
    with browsing() as browser:
        for number, url in enumerate(asked.urls, 1):
            for width in asked.width or (WIDE, NARROW):
                file = asked.o / f"{number}-{width}{'-dark' * asked.dark}.png"
                faults = browser.visit(url, width=width, dark=asked.dark, ready=asked.ready)
                count += _keep(browser, file, faults, asked)
    return min(count, 1)


def _keep(browser: Browser, file: Path, faults: list[str], asked: argparse.Namespace) -> int:
    """Keep a page as a picture, tell its faults, and return how many there are."""
    if asked.unfold:
        browser.unfold()
    faults = [*faults, *browser.sideways(), *(browser.accessibility() if axe_script() else ())]
    browser.picture(file, asked.part)
    sys.stdout.write("\n  ".join([f"{file}: {browser.address}", *faults]) + "\n")
    return len(faults)


if __name__ == "__main__":
    sys.exit(main())
